"""Balance sheets of entities and the group, beside what sources said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal

from solvency.exhibits.balance.bases import bases_table
from solvency.exhibits.balance.bridge import bridge
from solvency.exhibits.balance.found import entity_rows
from solvency.exhibits.balance.group import HEADS
from solvency.exhibits.balance.group import NET
from solvency.exhibits.balance.group import NET_SUM
from solvency.exhibits.balance.group import TOTALS
from solvency.exhibits.balance.group import ZERO
from solvency.exhibits.balance.group import add
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.balance.group import unpriced
from solvency.exhibits.balance.rivals import rivals
from solvency.exhibits.classes import CLASSES
from solvency.exhibits.classes import class_of
from solvency.exhibits.classes import class_place
from solvency.exhibits.evidence.observations import beside
from solvency.exhibits.evidence.observations import nearby
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import made_of
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import resting
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Cell
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Sum
from solvency.figures.table import Table
from solvency.model.contributions import priced_by

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.setting import Setting

#: Side, class, account; and what stands there, by the key of a column.
_Grid = dict[tuple[str, str, str], dict[str, Decimal]]


def balances(setting: Setting) -> Section:
    """Build the balance sheets of the group and of each entity printed."""
    tables: list[Table | Drawing] = []
    for day in reversed(setting.dates):
        tables += bridge(setting, day)
    if setting.case.group:
        tables += [bases_table(setting, day) for day in reversed(setting.dates)]
        tables += [group_table(setting, day) for day in reversed(setting.dates)]
    for entity in setting.inside:
        sheet = sheet_table(setting, entity, setting.dates)
        if sheet is not None:
            tables += [sheet, *beside(setting, entity)]
    booked = rivals(setting)
    if booked is not None:
        tables.append(booked)
    return Section(
        "balances",
        setting.text("Balance sheets"),
        tuple(tables),
    )


def short_name(setting: Setting, account: str) -> str:
    """Return an account's name without its root and entity."""
    named = setting.locale.accounts.get(account)
    return named or setting.text(", ".join(account.split(":")[2:]) or account)


def sheet_table(
    setting: Setting, entity: str, days: tuple[datetime.date, ...]
) -> Table | None:
    """Return an entity's balance sheet, None where it has nothing on it.

    Args:
        setting: What it is built from.
        entity: Whose.
        days: A column each, in order.
    """
    return _Entity(setting, entity, days).table()


class _Entity:
    """Builds one entity's balance sheet, a column a date."""

    def __init__(
        self, setting: Setting, entity: str, days: tuple[datetime.date, ...]
    ) -> None:
        self._setting = setting
        self._entity = entity
        self._days = days
        self._sheets = {day: setting.sheet(day).own(entity) for day in days}
        self._accounts = tuple(
            name for name, one in setting.case.accounts.items() if one.entity == entity
        )
        self._grid: _Grid = {}
        for day, sheet in self._sheets.items():
            for line in sheet.lines:
                spot = (line.side, class_of(setting, line), line.account)
                self._grid.setdefault(spot, {})[day.isoformat()] = line.amount
        self._said = {day: self._stated(day) for day in days}

    def table(self) -> Table | None:
        """Return the balance sheet, or None for an entity with nothing on it."""
        if not self._grid:
            return None
        setting = self._setting
        rows: list[Row] = []
        for side in CLASSES:
            if side == "equity":
                rows += self._net(rows)
            if any(spot[0] == side for spot in self._grid):
                rows += self._side(side)
            if side == "asset" and rows:
                rows += self._found(rows[-1])
        title = setting.text(
            "%(entity)s: balance sheet as reconstructed", entity=self._entity
        )
        unit = setting.text(
            "%(unit)s at market; parentheses are negative",
            unit=setting.unit,
        )
        return Table(
            key=f"balance-{self._entity}",
            title=title,
            unit=(unit,),
            head=setting.text("Line"),
            columns=self._columns(),
            rows=tuple(
                replace(row, anchor=class_place(self._entity, row.key)) for row in rows
            ),
            notes=unpriced(setting, {d: s.unpriced for d, s in self._sheets.items()}),
            width=66,
            size="dense" if len(rows) > 42 else "normal",
            anchor=anchor("entity", self._entity),
        )

    def _columns(self) -> tuple[Column, ...]:
        setting = self._setting
        found: list[Column] = []
        for day in self._days:
            when = formats.cell(day, setting.locale)
            last = day == self._days[-1]
            found.append(Column(day.isoformat(), when, width=25, current=last))
            if self._said[day]:
                said = setting.text("Stated")
                found.append(Column(f"{day.isoformat()}:stated", said, width=19))
                source = setting.text("Source")
                found.append(Column(f"{day.isoformat()}:by", source, "refs", 26))
        found.append(Column("page", setting.text("Page"), "refs", 11))
        return tuple(found)

    def _side(self, side: str) -> list[Row]:
        text = self._setting.text
        rows = [Row(side, (text(HEADS[side]),), kind="group")]
        parts: list[tuple[str, int]] = []
        for group, title in CLASSES[side].items():
            spots = sorted(spot for spot in self._grid if spot[:2] == (side, group))
            if not spots:
                continue
            if side == "equity":
                rows += [self._line(spot, ":".join(spot)) for spot in spots]
                parts += [(":".join(spot), 1) for spot in spots]
                continue
            key = f"{side}:{group}"
            parts.append((key, 1))
            if len(spots) == 1:
                head = Row(f"{key}:head", (text(title),), kind="group", indent=1)
                rows += [head, self._line(spots[0], key)]
                continue
            lines = [self._line(spot, ":".join(spot)) for spot in spots]
            sums = tuple((":".join(spot), 1) for spot in spots)
            rows.append(self._sum(key, text(title), sums, lines, kind="class"))
            rows += lines
        total = text(TOTALS[side])
        rows.append(self._sum(f"total:{side}", total, tuple(parts), rows))
        return rows

    def _found(self, total: Row) -> list[Row]:
        """Return the lines that say what of all assets was found."""
        days = []
        at = 0
        for day in self._days:
            beside = 2 if self._said[day] else 0
            days.append((day, beside, total.cells[at]))
            at += 1 + beside
        return entity_rows(self._setting, self._entity, days)

    def _net(self, rows: list[Row]) -> list[Row]:
        here = {row.key for row in rows}
        sums = tuple(part for part in NET_SUM if part[0] in here)
        return [self._sum("net", self._setting.text(NET), sums, rows, kind="total")]

    def _line(self, spot: tuple[str, str, str], key: str) -> Row:
        setting = self._setting
        account = spot[2]
        linked = account in setting.registered
        # Lines no posting made, such as revaluation, rest on the entity's accounts.
        target = anchor(
            *(("account", account) if linked else ("registers", self._entity))
        )
        cells: list[Cell] = []
        for day in self._days:
            value = self._grid[spot].get(day.isoformat(), ZERO)
            cells.append(
                self._figure(
                    day,
                    ":".join(spot),
                    value,
                    f"balance of {account} at market",
                    target,
                    self._rest(spot, day),
                )
            )
            if self._said[day]:
                cells += self._said[day].get(account, (None, None))
        cells.append(Ref("", f"#{target}"))
        moves = setting.movements.get(account, ())
        return Row(
            key,
            (Said(self._name(account)),),
            tuple(cells),
            indent=1,
            marked=any(not flow.established for flow, _ in moves),
        )

    def _name(self, account: str) -> str:
        """Return an account's short name, with its kind where another has the same."""
        setting = self._setting
        name = short_name(setting, account)
        others = {spot[2] for spot in self._grid} - {account}
        if name not in {short_name(setting, other) for other in others}:
            return name
        written = setting.case.accounts.get(account)
        kind = written.root if written else "Equity"
        return setting.text(
            "%(name)s (%(kind)s)",
            name=name,
            kind=setting.text(kind.lower()),
        )

    def _sum(
        self,
        key: str,
        label: str,
        sums: Sum,
        rows: list[Row],
        *,
        kind: Literal["class", "subtotal", "total"] = "subtotal",
    ) -> Row:
        target = anchor("registers", self._entity)
        cells: list[Cell] = []
        for day in self._days:
            value = add(rows, sums, len(cells))
            formula = "sum of its lines" if key != "net" else "assets less liabilities"
            figure = self._figure(day, key, value, formula, "", {})
            side = key.removeprefix("total:")
            if side in {"asset", "liability"}:
                figure = self._total(figure, side, day)
            cells.append(figure)
            if self._said[day]:
                summed = self._summed(key, day)
                # What was stated is no sum of what stands above it.
                said = self._said[day].get(summed)
                cells += ((said[0],), said[1]) if said else (None, None)
        cells.append(Ref("", f"#{target}"))
        return Row(key, (label,), tuple(cells), kind, sums=sums)

    def _stated(
        self, day: datetime.date
    ) -> dict[str | frozenset[str], tuple[Figure, Cell]]:
        """Return what sources stated around a day, by the account, or those summed.

        Of what is stated of several accounts, those with nothing in them that day
        are left out, so that it stands beside a sum of all the others.
        """
        there = {spot[2] for spot, one in self._grid.items() if one.get(str(day))}
        lines = {spot[2] for spot in self._grid}
        sums = {self._summed(":".join(spot[:2]), day) for spot in self._grid}
        sums |= {self._summed(f"total:{spot[0]}", day) for spot in self._grid}
        found: dict[str | frozenset[str], tuple[Figure, Cell]] = {}
        for accounts, said in nearby(self._setting, self._entity, day).items():
            if len(accounts) == 1:
                found.update((one, said) for one in accounts & lines)
            elif accounts & there in sums - {frozenset()}:
                found.setdefault(accounts & there, said)
        return found

    def _summed(self, key: str, day: datetime.date) -> frozenset[str]:
        """Return the accounts a sum is of that have something in them on a day."""
        side, group = key.split(":") if ":" in key else ("", "")
        return frozenset(
            spot[2]
            for spot, one in self._grid.items()
            if (spot[:2] == (side, group) or (side, group) == ("total", spot[0]))
            and one.get(str(day))
        )

    def _total(self, figure: Figure, side: str, day: datetime.date) -> Figure:
        """Return a total with the accounts it sums, and all flows behind them."""
        amounts = {
            spot[2]: values.get(day.isoformat(), ZERO)
            for spot, values in self._grid.items()
            if spot[0] == side
        }
        return entry(
            figure,
            worked=of_accounts(self._setting, figure.key, amounts),
            **resting(self._setting, self._accounts, day, side),
        )

    def _rest(self, spot: tuple[str, str, str], day: datetime.date) -> dict[str, Any]:
        """Return what a line rests on."""
        side, _, account = spot
        parts = self._setting.parts(day)
        if side != "equity":
            return made_of(parts.of((account,), side))
        if account in self._setting.case.accounts:
            return made_of(parts.posted(account))
        # Gains and revaluation are what all holdings fetched or would, less their cost.
        found = made_of(parts.of(self._accounts))
        bought = priced_by(self._setting.book, found["flows"])
        return {**grounded(found, Ground((), bought)), "parts": ()}

    def _figure(
        self,
        day: datetime.date,
        name: str,
        value: Decimal,
        formula: str,
        target: str,
        rest: Mapping[str, Any],
    ) -> Figure:
        if name == "net":
            # A side that comes to nothing has no row among its parts.
            sources = self._setting.sources_of(tuple(self._accounts), day)
            rest = grounded({**rest}, Ground((), sources))
        return self._setting.money(
            f"balance:{self._entity}:{day.isoformat()}:market:{name}",
            value,
            formula=formula,
            basis="market",
            target=target,
            **rest,
        )
