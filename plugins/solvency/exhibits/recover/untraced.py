"""What each class would be paid: with nothing of what is untraced, and with all."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.recover import recover
from solvency.exhibits.recover.affairs import affairs
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.workings import settled
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure

#: What of the untraced is taken as there, and what that is called.
_TAKEN = {"without": Decimal(), "with": Decimal(1)}
_ENDS = ("low", "central", "high")


def recovered(setting: Setting) -> Section | None:
    """Build all of who gets what back: with and without what is untraced first."""
    section = affairs(setting)
    if section is None:
        return None
    table = ranged(setting)
    first = () if table is None else (table,)
    return replace(section, tables=(*first, *section.tables))


def ranged(setting: Setting) -> Table | None:
    """Return the range of each class without and with what is untraced.

    None where nothing is untraced, or nothing can be shared out.
    """
    if not any(one.seen.untraced for one in setting.found(setting.at).held):
        return None
    if setting.study.recovery is None:
        return None
    found = {name: _taking(setting, share) for name, share in _TAKEN.items()}
    text = setting.text
    named = {
        "without": (
            text("Without it, low"),
            text("Without it, central"),
            text("Without it, high"),
        ),
        "with": (
            text("With all of it, low"),
            text("With all of it, central"),
            text("With all of it, high"),
        ),
    }
    return Table(
        key="recovery-untraced",
        title=text("What each class would be paid, without and with what is untraced"),
        unit=(text("Share of claims; all debts cleared together"),),
        head=text("Class"),
        width=56,
        columns=tuple(
            Column(f"{name}-{end}", heading, width=20, current=end == "central")
            for name, headings in named.items()
            for end, heading in zip(_ENDS, headings, strict=True)
        ),
        rows=tuple(_rows(setting, found)),
        notes=(
            (
                text(
                    "Without it: what is in the books and was not found pays nobody."
                    " With all of it: it is found, and fetches what its account would."
                    " Otherwise low, central and high are as in the statement of"
                    " affairs."
                ),
            ),
        ),
    )


def _taking(setting: Setting, share: Decimal) -> Recovery:
    """Return who gets what back with a share of what is untraced there."""
    book = setting.book
    accounts = {
        name: replace(one, untraced=(share,) * len(_ENDS))
        for name, one in book.case.accounts.items()
    }
    case = replace(book.case, accounts=accounts)
    return recover(replace(book, case=case), setting.at)


def _rows(setting: Setting, found: dict[str, Recovery]) -> Iterator[Row]:
    for way, label in WAYS.items():
        classes = {name: _classes(one, way) for name, one in found.items()}
        yield Row(f"untraced:{way}", (setting.text(label),), kind="group")
        for key, one in classes["without"].items():
            cells = tuple(
                _rate(setting, name, way, each[key], end)
                for name, each in classes.items()
                for end in _ENDS
            )
            entity, rank = key
            yield Row(
                f"untraced:{way}:{entity}:{rank}",
                (Said(f"{one.entity}: "), setting.text(rank)),
                cells,
            )


def _classes(found: Recovery, way: str) -> dict[tuple[str, str], Class]:
    some = {
        "alone": found.classes,
        "silo": found.silos,
        "group": found.consolidated,
    }[way]
    return {(one.entity, one.rank): one for one in some}


def _rate(setting: Setting, name: str, way: str, one: Class, end: str) -> Figure:
    paid = {"low": one.low, "central": one.paid, "high": one.high}[end]
    ground = settled(setting)
    return setting.share(
        f"recovery:{name}-untraced:{way}:{one.entity}:{one.rank}:{end}",
        paid / one.claims if one.claims else None,
        formula="paid over claims",
        flows=setting.moved,
        sources=(*ground.sources, *setting.counted),
    )
