"""What changed between two versions of a case, as one page that stands alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.analysis.diff.changes import ends
from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.render import alone
from solvency.browse.site.style import style
from solvency.figures.formats import number
from solvency.figures.plain import count
from solvency.figures.plain import plain
from solvency.ledger.case import Flow
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.diff.answer import CaseDifference
    from solvency.analysis.diff.answer import FigureChanged
    from solvency.analysis.diff.changes import Change
    from solvency.ledger.case import Case

#: The parts of the page about figures: the kind, its place and its caption.
_FIGURES = (
    ("headline", "figures", "Headline figures that differ"),
    ("untraced", "untraced", "Untraced and unrecorded amounts that differ"),
    ("belief", "beliefs", "Beliefs that differ"),
)
#: Decimals of an amount, and of a belief.
_CENTS, _BELIEF = 2, 4


@dataclass(frozen=True, slots=True)
class _Line:
    """A field of a change; the first of a change names it and has its place."""

    place: str
    how: str
    id: str
    words: str
    field: str
    before: str
    after: str


@wide()
def difference_page(before: Case, after: Case, found: CaseDifference) -> str:
    """Return the page, in the style of a site.

    Args:
        before: The earlier version.
        after: The later one.
        found: What changed between them, and what follows from it.
    """
    places = _places(found)
    kinds = list(dict.fromkeys(one.kind for one in found.changes))
    figures = [
        _figures(
            key, caption, [one for one in found.figures if one.kind == kind], places
        )
        for kind, key, caption in _FIGURES
    ]
    return str(
        alone(
            "difference",
            style(),
            title=after.title or before.title or "Case",
            versions=(("Before", before), ("After", after)),
            numbers=_numbers(found),
            tables=[_findings(found, places), *figures, _evidence(found)],
            kinds=[
                (
                    kind,
                    [
                        tuple(_lines(one, f"change-{n}"))
                        for n, one in enumerate(found.changes, 1)
                        if one.kind == kind
                    ],
                )
                for kind in kinds
            ],
            untried=found.untried,
        )
    )


def _places(found: CaseDifference) -> dict[str, str]:
    """Return the place of each change on the page, by its name; flows come first."""
    places: dict[str, str] = {}
    numbered = list(enumerate(found.changes, 1))
    for n, one in sorted(numbered, key=lambda pair: pair[1].kind != "flow"):
        places.setdefault(one.id, f"#change-{n}")
    return places


def _numbers(found: CaseDifference) -> list[Number]:
    hows = [one.how for one in found.changes]
    said = ", ".join(
        f"{hows.count(how)} {how}" for how in ("added", "removed", "changed")
    )
    kinds = [one.kind for one in found.figures]
    return [
        Number("Changes", f"{len(hows):,}", said, href="#changes"),
        Number("Findings", f"{len(found.findings):,}", "differ", href="#findings"),
        *(
            Number(
                caption.removesuffix(" that differ"),
                f"{kinds.count(kind):,}",
                "differ",
                href=f"#{key}",
            )
            for kind, key, caption in _FIGURES
        ),
    ]


def _lines(one: Change, place: str) -> Iterator[_Line]:
    """Yield the fields of a change; of what came or went all it says, in one line."""
    thing = one.before if one.after is None else one.after
    words = ""
    if isinstance(thing, Flow):
        words = " ".join(filter(None, (f"{thing.date}", thing.payee, thing.narration)))
    if not one.fields:
        yield _Line(place, one.how, one.id, words, "", *ends(one))
    for at, field in enumerate(one.fields):
        head = (place, one.how, one.id, words) if at == 0 else ("", "", "", "")
        yield _Line(*head, field.name, field.before, field.after)


def _evidence(found: CaseDifference) -> Table:
    heads = ("Change", "Kind", "Row", "Day", "Amount", "What is open")
    return Table(
        "evidence",
        "Open evidence that differs",
        tuple(map(Cell, heads)),
        tuple(
            Row(
                (
                    *map(Cell, (how, one.kind, one.row, str(one.date))),
                    Cell(f"{number(one.amount, places=_CENTS)} {one.unit}"),
                    Cell(str(one.message)),
                )
            )
            for how, several in (("opened", found.opened), ("settled", found.settled))
            for one in several
        ),
    )


def _findings(found: CaseDifference, places: dict[str, str]) -> Table:
    heads = ("Test", "Entity", "Of", "Before", "After", "Because of")
    return Table(
        "findings",
        "Findings that differ",
        tuple(map(Cell, heads)),
        tuple(
            Row(
                (
                    *map(Cell, (one.test, one.entity, one.of, one.before, one.after)),
                    _because([(name, name) for name in one.because], places),
                )
            )
            for one in found.findings
        ),
    )


def _figures(
    key: str, caption: str, them: list[FigureChanged], places: dict[str, str]
) -> Table:
    heads = (Cell("Figure"), Cell("Unit"))
    amounts = tuple(Cell(one, kind="num") for one in ("Before", "After", "Change"))
    rows = []
    for one in them:
        digits = _BELIEF if one.kind == "belief" else _CENTS
        change = (
            None if one.before is None or one.after is None else one.after - one.before
        )
        moved = [
            (name, f"{name} ({'+' if by > 0 else '−'}{number(abs(by), places=digits)})")  # noqa: RUF001 (a minus)
            for name, by in one.because
        ]
        numbers = (_amount(each, digits) for each in (one.before, one.after, change))
        cells = (Cell(one.name), Cell(one.unit), *numbers, _because(moved, places))
        rows.append(Row(cells))
    return Table(key, caption, (*heads, *amounts, Cell("Because of")), tuple(rows))


def _amount(value: Decimal | None, digits: int) -> Cell:
    if value is None:
        return Cell(number(None), kind="num")
    exact = plain(value)
    bad = " bad" if value < 0 else ""
    text = number(value, places=digits)
    return Cell(text, title=exact, kind=f"num{bad}", value=exact)


def _because(named: list[tuple[str, str]], places: dict[str, str]) -> Cell:
    """Return links to the changes that alone move something, or that none does."""
    if not named:
        return Cell("no change alone")
    note = count(len(named), "change") if len(named) > 1 else ""
    links = tuple(Link(text, places[name]) for name, text in named)
    return Cell(links=links, note=note, kind="wide")
