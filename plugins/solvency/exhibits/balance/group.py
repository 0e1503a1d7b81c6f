"""The group's balance sheet: a column an entity, eliminations, consolidated."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency.exhibits.balance.found import group_rows
from solvency.exhibits.classes import CLASSES
from solvency.exhibits.classes import class_of
from solvency.exhibits.classes import class_place
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.section import Ground
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import made_of
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import resting
from solvency.exhibits.workings import told
from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import Prose
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Sum
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.model.consolidation import GroupSheet
    from solvency.model.prices import Missing

ZERO = Decimal(0)
HEADS = {"asset": "Assets", "liability": "Liabilities", "equity": "Net assets"}
TOTALS = {
    "asset": "Total assets",
    "liability": "Total liabilities",
    "equity": "Net assets, as made up",
}
NET = "Net assets (liabilities)"
NET_SUM: Sum = (("total:asset", 1), ("total:liability", -1))


def unpriced(
    setting: Setting, missing: Mapping[datetime.date, tuple[Missing, ...]]
) -> tuple[Prose, ...]:
    """Return a note for each day on which something had no price young enough."""
    notes: list[Prose] = []
    for day, some in missing.items():
        if some:
            names = ", ".join(one.commodity for one in some)
            when = formats.cell(day, setting.locale)
            notes.append(
                (
                    setting.text("Left out at "),
                    Said(when),
                    setting.text(", having no price young enough: "),
                    Said(names),
                    ".",
                )
            )
    return tuple(notes)


def add(rows: list[Row], sums: Sum, column: int) -> Decimal:
    """Add up a column of the rows a sum names."""
    by_key = {row.key: row for row in rows}
    total = ZERO
    for key, sign in sums:
        cell = by_key[key].cells[column]
        if isinstance(cell, Figure):
            total += sign * (cell.value or ZERO)
    return total


def group_table(setting: Setting, day: datetime.date) -> Table:
    """Return the consolidating balance sheet: a column an entity, eliminations."""
    sheet = setting.sheet(day)
    grid = _classes(setting, sheet)
    rows: list[Row] = []
    for side in ("asset", "liability"):
        rows.append(Row(side, (setting.text(HEADS[side]),), kind="group"))
        parts: list[tuple[str, int]] = []
        for group, title in CLASSES[side].items():
            if (side, group) in grid:
                key = f"{side}:{group}"
                parts.append((key, 1))
                values = grid[side, group]
                label = setting.text(title)
                rows.append(
                    _group_row(
                        setting,
                        day,
                        key,
                        label,
                        values,
                        taken=_taken(setting, sheet, side, group),
                        made=_made(setting, sheet, side, group),
                    )
                )
        rows.append(_group_sum(setting, day, f"total:{side}", tuple(parts), rows))
        if side == "asset":
            rows += group_rows(setting, day, rows[-1])
    rows.append(_group_sum(setting, day, "net", NET_SUM, rows))
    _tie(sheet, rows)
    names = setting.inside
    return Table(
        key=f"group-{day.isoformat()}",
        title=setting.text(
            "The group at %(day)s, consolidated", day=formats.date(day, setting.locale)
        ),
        unit=(
            setting.text(
                "%(unit)s at market; eliminated: claims and stakes within the group,"
                " and its own tokens, in which the group as one has no asset",
                unit=setting.unit,
            ),
        ),
        head=setting.text("Line"),
        columns=(
            *(Column(name, name, width=20) for name in names),
            Column(
                "sum", setting.text("Sum"), width=20, sums=tuple((x, 1) for x in names)
            ),
            Column("eliminated", setting.text("Eliminated"), width=21),
            Column(
                "group",
                setting.text("Group"),
                width=20,
                current=True,
                sums=(("sum", 1), ("eliminated", 1)),
            ),
        ),
        rows=tuple(rows),
        notes=(*_outsiders(setting, sheet), *unpriced(setting, {day: sheet.unpriced})),
        width=46,
        size="dense" if len(names) > 3 else "normal",
        anchor=f"group-{day.isoformat()}",
    )


def _outsiders(setting: Setting, sheet: GroupSheet) -> Iterator[Prose]:
    """Yield what of the net assets is not the parent's owners'."""
    for one in sheet.outsiders:
        key = f"group:{sheet.at.isoformat()}:outsiders:{one.member}"
        moved = {"prose": True, "flows": setting.moved, "named": NAMED}
        yield setting.say(
            "Of the net assets %(amount)s are of outsiders, who have %(share)s of"
            " %(member)s by cost of the shares in the books.",
            amount=entry(
                setting.money(key, one.amount, formula="share of what it adds", **moved)
            ),
            share=entry(
                setting.share(
                    f"{key}:share", one.share, formula="cost over that of all", **moved
                )
            ),
            member=Said(one.member),
        )


def _classes(
    setting: Setting, sheet: GroupSheet
) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Sum a group's lines by class, in a column an entity and one for eliminations."""
    grid: dict[tuple[str, str], dict[str, Decimal]] = {}
    classes: dict[tuple[str, str], str] = {}
    for column in sheet.columns:
        for line in column.lines:
            group = class_of(setting, line)
            classes[line.side, line.account] = group
            sums = grid.setdefault((line.side, group), {})
            sums[column.entity] = sums.get(column.entity, ZERO) + line.amount
    for item in sheet.eliminations:
        if item.side != "equity":
            sums = grid[item.side, classes[item.side, item.account]]
            sums["eliminated"] = sums.get("eliminated", ZERO) + item.amount
    return grid


def _made(
    setting: Setting, sheet: GroupSheet, side: str, group: str
) -> dict[str, dict[str, Decimal]]:
    """Return the accounts that make up a class of each entity's, if not nothing."""
    found: dict[str, dict[str, Decimal]] = {}
    for column in sheet.columns:
        for line in column.side(side):
            if line.amount and class_of(setting, line) == group:
                of = found.setdefault(column.entity, {})
                of[line.account] = of.get(line.account, ZERO) + line.amount
    return found


def _taken(
    setting: Setting, sheet: GroupSheet, side: str, group: str
) -> dict[str, Decimal]:
    """Return what consolidation takes out of a class, by account."""
    classes = {
        (line.side, line.account): class_of(setting, line)
        for column in sheet.columns
        for line in column.lines
    }
    found: dict[str, Decimal] = {}
    for item in sheet.eliminations:
        if item.side == side and classes[item.side, item.account] == group:
            found[item.account] = found.get(item.account, ZERO) + item.amount
    return found


def _group_row(
    setting: Setting,
    day: datetime.date,
    key: str,
    label: str,
    values: Mapping[str, Decimal],
    kind: Literal["line", "subtotal", "total"] = "line",
    sums: Sum = (),
    taken: Mapping[str, Decimal] | None = None,
    made: Mapping[str, Mapping[str, Decimal]] | None = None,
) -> Row:
    def figure(column: str, value: Decimal, formula: str) -> Figure:
        return setting.money(
            f"group:{day.isoformat()}:market:{key}:{column}",
            value,
            formula=formula,
            basis="market",
            priced=turned(column),
        )

    def turned(column: str) -> tuple[str, ...]:
        """Return the sources without which a claim is in another class, or in none."""
        of = {column} if column in setting.inside else {*setting.inside}
        owned = [x.name for x in setting.case.accounts.values() if x.entity in of]
        # What an account of several coins is classed as hangs on which it holds.
        mixed = (
            name
            for name in owned
            if len({x.commodity for _, x in setting.movements.get(name, ())}) > 1
        )
        return (
            *setting.parts(day).turns(owned),
            *setting.sources_of(tuple(mixed), day),
        )

    def of_entity(name: str, value: Decimal) -> Figure:
        found = figure(name, value, f"{label}, {name}")
        accounts = (made or {}).get(name, {})
        if accounts:
            rest = resting(setting, accounts, day, key.partition(":")[0])
            rest["priced"] = (*rest["priced"], *found.priced)
            found = replace(found, **rest)
        if len(accounts) == 1 and setting.registered >= accounts.keys():
            return replace(found, target=setting.register(next(iter(accounts))))
        if not value or not accounts:
            return replace(found, target=class_place(name, key) if value else "")
        return entry(found, worked=of_accounts(setting, found.key, accounts, at=day))

    each = {name: values.get(name, ZERO) for name in setting.inside}
    total = sum(each.values(), ZERO)
    less = figure(
        "eliminated", values.get("eliminated", ZERO), "taken out in consolidation"
    )
    if taken:
        off = setting.parts(day).of(taken, key.partition(":")[0])
        less = entry(
            less,
            worked=of_accounts(setting, less.key, taken),
            **grounded(
                {"named": NAMED, **told(made_of(off.negated()), less.value or ZERO)},
                Ground((), less.priced),
            ),
        )
    return Row(
        key,
        (label,),
        (
            *(of_entity(name, value) for name, value in each.items()),
            figure("sum", total, "sum of the entities"),
            less,
            figure("group", total + (less.value or ZERO), "sum and eliminated"),
        ),
        kind,
        indent=1 if kind == "line" else 0,
        sums=sums,
    )


def _group_sum(
    setting: Setting, day: datetime.date, key: str, sums: Sum, rows: list[Row]
) -> Row:
    names = setting.inside
    values = {name: add(rows, sums, n) for n, name in enumerate(names)}
    values["eliminated"] = add(rows, sums, len(names) + 1)
    if key == "net":
        label = setting.text(NET)
        return _group_row(setting, day, key, label, values, "total", sums)
    label = setting.text(TOTALS[key.removeprefix("total:")])
    return _group_row(setting, day, key, label, values, "subtotal", sums)


def _tie(sheet: GroupSheet, rows: list[Row]) -> None:
    """Check that what is printed is what the model consolidated.

    Raises:
        ReportError: If a total differs.
    """
    totals = {
        "total:asset": sheet.totals.assets,
        "total:liability": sheet.totals.liabilities,
        "net": sheet.totals.equity,
    }
    for row in rows:
        last = row.cells[-1] if row.cells else None
        if row.key not in totals or not isinstance(last, Figure):
            continue
        if last.value != totals[row.key]:
            raise ReportError(
                f"the group's {row.key} prints {last.value},"
                f" the books say {totals[row.key]}"
            )
