"""What of the imported evidence is open: counted by kind, and listed with its rows."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from solvency.exhibits.section import Section
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.remark import Remark
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.counting.suspense import in_suspense

if TYPE_CHECKING:
    from solvency.evidence.open_items import OpenItem
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

#: The kinds, the gravest first, each with its name.
_KINDS = {
    "gap": "Movements that statements lack",
    "duplicate": "Rows that came twice",
    "one-sided": "Transfers that the other side's statement lacks",
    "disagreement": "Balances that the books do not have",
    "suspense": "Rows in suspense, which nobody has settled",
}
#: Items of one kind that paper lists; the workbook has all.
_LISTED = 40


def open_evidence(setting: Setting) -> Section | None:
    """Build the lists of what is open; None where nothing is."""
    if not setting.open_items:
        return None
    return Section(
        "open",
        setting.text("Evidence that is open"),
        (_counts(setting), _items(setting)),
    )


def _of(setting: Setting, kind: str, entity: str = "") -> tuple[OpenItem, ...]:
    return tuple(
        one
        for one in setting.open_items
        if kind in {"", one.kind} and entity in {"", one.entity}
    )


def _counts(setting: Setting) -> Table:
    """Count what is open by kind, a column an entity."""
    text = setting.text
    entities = sorted({one.entity for one in setting.open_items})
    kinds = [kind for kind in _KINDS if _of(setting, kind)]

    def cells(kind: str) -> tuple[Figure, ...]:
        items = {name: len(_of(setting, kind, name)) for name in (*entities, "")}
        return tuple(
            setting.count(f"open:{kind or 'all'}:{name or 'all'}", number)
            for name, number in items.items()
        )

    sums = tuple((kind, 1) for kind in kinds)
    total = Row("all", (text("All that is open"),), cells(""), "total", sums=sums)
    return Table(
        key="open-evidence",
        title=text("What of the imported evidence is open"),
        unit=(text("Items, by whose statement or register they are in"),),
        head=text("What is open"),
        width=70,
        columns=(
            *(Column(name, name, width=22) for name in entities),
            Column(
                "all",
                text("All"),
                width=18,
                current=True,
                sums=tuple((name, 1) for name in entities),
            ),
        ),
        rows=(*(Row(x, (text(_KINDS[x]),), cells(x)) for x in kinds), total),
        notes=tuple(
            (Said(setting.remark(one, capital=True)), text("."))
            for one in in_suspense(setting.book, setting.at)
        ),
    )


def _items(setting: Setting) -> Table:
    """List what is open, kind by kind, each with its row."""
    text = setting.text
    rows: list[Row] = []
    notes: list[Prose] = []
    for kind, name in _KINDS.items():
        items = _of(setting, kind)
        if not items:
            continue
        rows.append(Row(f"kind:{kind}", (text(name),), kind="group"))
        rows += [
            _row(setting, one, f"{kind}:{at}") for at, one in enumerate(items[:_LISTED])
        ]
        if len(items) > _LISTED:
            notes.append(
                setting.say(
                    "%(kind)s: %(count)s more, which solvency check --all and the"
                    " workbook have.",
                    kind=Said(text(name)),
                    count=setting.count(f"open:more:{kind}", len(items) - _LISTED),
                )
            )
    return Table(
        key="open-items",
        title=text("Each item that is open, with the row it is in"),
        unit=(text("In units of the currency named; below zero money that left"),),
        head=text("What is open"),
        width=96,
        columns=(
            Column("day", text("Day"), "text", 20),
            Column("account", text("Account"), "refs", 34),
            Column("amount", text("Amount"), width=24, current=True),
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        size="dense",
    )


def _row(setting: Setting, one: OpenItem, key: str) -> Row:
    """Return an item: what is wrong, the day, the account and the amount."""
    said = {
        name: formats.date(value, setting.locale)
        if isinstance(value, datetime.date)
        else value
        for name, value in one.message.values.items()
    }
    words = Remark(one.message.message, **said)
    return Row(
        key,
        (Said(setting.remark(words)),),
        (
            Day(one.date),
            setting.account_ref(one.account),
            setting.units(
                f"open:{key}",
                one.amount,
                one.unit or setting.case.currency,
                formula="amount of what is open",
                flows=(one.flow,) if one.flow else (),
            ),
        ),
        indent=1,
    )
