"""The appendix of derived figures: each with its formula, flows and sources."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.flows_named import LINKED
from solvency.exhibits.flows_named import beside
from solvency.exhibits.section import Section
from solvency.exhibits.section import figures_in
from solvency.exhibits.workings import everything
from solvency.exhibits.workings import flow_link
from solvency.figures import formats
from solvency.figures.figure import COUNT
from solvency.figures.figure import OWN
from solvency.figures.figure import SHARE
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Piece
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.figures.formats import Locale

#: As much of a row's label as says which it is.
_LABEL = 44

#: The chapter of figures worked out from others, as it is titled.
DERIVED = "What derived figures rest on"


def derived(setting: Setting, sections: Sequence[Section]) -> Section | None:
    """Build the list of figures that rest on many flows at once.

    Args:
        setting: What the report is of.
        sections: The sections built so far, whose figures it explains.
    """
    found: dict[str, tuple[Figure, Prose]] = {}
    for section in sections:
        for figure, where in _placed(section, setting.locale):
            if figure.target == OWN and figure.value:
                found.setdefault(figure.key, (figure, where))
    if not found:
        return None
    text = setting.text
    table = Table(
        key="derived",
        title=text("What each figure is, and what it is worked out from"),
        unit=(
            text(
                "%(unit)s unless the figure is in another; beside a flow what it has in"
                " the figure, the largest first",
                unit=setting.unit,
            ),
        ),
        head=text("No."),
        width=8,
        columns=(
            Column("where", text("Where it stands"), "text", 50),
            Column("formula", text("What it is"), "text", 70),
            Column("value", text("Figure"), width=16),
            Column("flows", text("Flows and sources"), "refs", 66),
        ),
        rows=tuple(
            Row(
                key,
                (setting.count(f"derived:{key}", n),),
                (where, _words(setting, one), _plain(one), _rests(setting, one)),
                anchor=one.place,
            )
            for n, (key, (one, where)) in enumerate(found.items(), 1)
        ),
        numbered=False,
        size="dense",
    )
    return Section(
        "derived", text(DERIVED), (table,), appendix=True, ground=everything(setting)
    )


def _placed(section: Section, locale: Locale) -> Iterator[tuple[Figure, Prose]]:
    """Yield each figure of a section with where a reader finds it.

    In an exhibit that is its number with the row and the column; elsewhere the
    chapter.
    """
    joint = locale.text(", ")
    for one in section.tables:
        table = one if isinstance(one, Table) else one.plotted
        place: Piece = (
            Exhibit(one.key)
            if one.numbered
            else Ref(table.title, f"#{one.anchor or one.key}")
        )
        group: Prose = ()
        for row in table.rows:
            if row.kind == "group":
                group = (*_unlinked(row.label), joint) if not row.indent else group
            label = (
                *(group if _repeats(table, row) else ()),
                *_short(row.label, locale),
            )
            for column, cell in zip(table.columns, row.cells, strict=False):
                head = () if len(table.columns) == 1 else (joint, Said(column.title))
                for figure in figures_in(cell):
                    yield figure, (place, locale.text(": "), *label, *head)
        for figure in figures_in(one.notes):
            yield figure, (place,)
    chapter = (Ref(section.title, f"#{section.anchor}"),)
    for figure in figures_in((section.tables, section.values)):
        yield figure, chapter


def _repeats(table: Table, row: Row) -> bool:
    """Say whether another row has the same label, under another head."""
    return sum(other.label == row.label for other in table.rows) > 1


def _short(label: Prose, locale: Locale) -> Prose:
    """Return a row's label without links, cut where a line would not hold it."""
    found = _unlinked(label) or tuple(
        Said(one.text(locale)) for one in label if isinstance(one, Figure)
    )
    words = [
        locale.named(one if isinstance(one, str) else getattr(one, "text", ""))
        for one in found
    ]
    left = len(max(words, key=len, default="")) + _LABEL - sum(map(len, words))
    return tuple(
        Said(formats.shorten(text, max(left, _LABEL // 2)))
        if len(text) > max(left, _LABEL // 2)
        else one
        for one, text in zip(found, words, strict=True)
    )


def _unlinked(label: Prose) -> Prose:
    """Return a row's label without links or figures of its own."""
    return tuple(
        Said(piece.label) if isinstance(piece, Ref) else piece
        for piece in label
        if not isinstance(piece, Figure)
    )


def _words(setting: Setting, figure: Figure) -> Prose:
    words = Said(setting.locale.phrase(figure.formula))
    return (words, setting.text(": "), *figure.worked) if figure.worked else (words,)


def _plain(figure: Figure) -> Figure:
    """Return the figure as a table has it, without a link to itself."""
    key = f"{figure.key}:listed" if figure.prose else figure.key
    return replace(figure, key=key, target="", prose=False)


def _rests(setting: Setting, figure: Figure) -> Prose:
    pieces = [*_flows(setting, figure)]
    if figure.sources:
        if pieces:
            pieces.append("; ")
        pieces += setting.notes.refs(figure.sources)
    if not pieces and not figure.worked:
        pieces.append(setting.text("the figures named; no flow of its own"))
    return tuple(pieces)


def _flows(setting: Setting, figure: Figure) -> Iterator[Piece]:
    """Yield links to the flows of a figure: the largest with what they have in it."""
    amounts = dict(figure.parts)
    listed = [*amounts] or [*figure.flows]
    first = listed[: beside(figure, len(listed))]
    for n, name in enumerate(first):
        if n:
            yield "; "
        yield flow_link(setting, name)
        if name in amounts and len(figure.flows) > 1:
            yield " "
            yield _amount(setting, figure, name, amounts[name])
        yield from _source(setting, name)
    rest = [name for name in listed if name not in first]
    if not rest:
        return
    if figure.named:
        yield from setting.say(
            " (%(shown)s of %(count)s named)",
            shown=setting.count(f"shown:{figure.key}", len(first)),
            count=setting.count(f"all:{figure.key}", len(listed)),
        )
        return
    if amounts.keys() >= set(rest):
        yield from setting.say(
            "; %(count)s more, together %(amount)s",
            count=setting.count(f"more:{figure.key}", len(rest)),
            amount=_amount(
                setting, figure, "rest", sum((amounts[x] for x in rest), Decimal())
            ),
        )
        yield setting.text(": ")
    elif amounts:
        # What is drawn moves with those shown; the others vary less, or not at all.
        more = setting.count(f"more:{figure.key}", len(rest))
        yield from setting.say(" and %(count)s more", count=more)
        return
    else:
        yield ", "
    for n, name in enumerate(rest[:LINKED]):
        if n:
            yield ", "
        yield flow_link(setting, name)
    if len(rest) > LINKED:
        more = setting.count(f"most:{figure.key}", len(rest) - LINKED)
        yield from setting.say(" and %(count)s more", count=more)


def _source(setting: Setting, name: str) -> Prose:
    """Return the source a flow's amount is from, in brackets."""
    flow = setting.case.by_id.get(name)
    found = setting.notes.refs([flow.amount_from] if flow and flow.amount_from else [])
    return (setting.text(" ("), *found, setting.text(")")) if found else ()


def _amount(setting: Setting, figure: Figure, name: str, value: Decimal) -> Figure:
    """Return what a flow has in a figure, as money where the figure is a share."""
    key = f"part:{figure.key}:{name}"
    formula = "what the flow has in the figure"
    if figure.unit in {SHARE, COUNT}:
        return setting.money(key, value, formula=formula)
    return Figure(key, value, figure.unit, figure.scale, figure.places, formula=formula)
