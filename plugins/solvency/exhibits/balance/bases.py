"""Totals of each entity at market, clean and realisable, beside what was claimed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.balance.found import as_found
from solvency.exhibits.balance.thin_tokens import holds_thin
from solvency.exhibits.classes import class_place
from solvency.exhibits.section import Ground
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import resting
from solvency.exhibits.workings import told as flows_told
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.consolidation import group_sheet
from solvency.model.counting.suspense import suspended
from solvency.model.counting.untraced import eased
from solvency.model.counting.untraced import of_sheet
from solvency.model.eliminations import taken_out

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.model.consolidation import GroupSheet
    from solvency.model.sheets import BalanceSheet

    _Sheets = dict[str, dict[str, BalanceSheet]]

BASES = ("market", "clean", "realisable")
ZERO = Decimal()


def sheets_of(setting: Setting, day: datetime.date) -> _Sheets:
    """Return the balance sheet of each entity on a day, at each basis."""
    found: _Sheets = {name: {} for name in setting.inside}
    for basis in BASES:
        sheet = (
            setting.sheet(day)
            if basis == "market"
            else group_sheet(setting.book, setting.inside, day, basis)
        )
        for one in (*sheet.columns, *sheet.apart):
            found[one.entity][basis] = one
    return found


def assets(
    setting: Setting, name: str, day: datetime.date, sheets: Mapping[str, BalanceSheet]
) -> tuple[Figure, ...]:
    """Return an entity's assets at each basis, with what it differs by from market."""
    key = f"bases:{day.isoformat()}:{name}"

    def figure(basis: str) -> Figure:
        return setting.money(
            f"{key}:{basis}:assets",
            sheets[basis].totals.assets,
            formula=f"total assets, {basis}",
            basis=basis,
            target=class_place(name, "total:asset"),
        )

    at_market = resting(setting, _accounts(setting, name), day, "asset")
    market = replace(figure("market"), **at_market)
    before = _by_account(sheets["market"])
    found = [market]
    for basis in BASES[1:]:
        after = _by_account(sheets[basis])
        less = {one: before.get(one, ZERO) - after.get(one, ZERO) for one in before}
        accounts = of_accounts(setting, f"{key}:{basis}:less", less)
        if accounts:
            worked = setting.say(
                "%(market)s at market less %(accounts)s",
                market=market,
                accounts=accounts,
            )
            rest = {**at_market, "parts": ()}
            found.append(entry(figure(basis), worked=worked, **rest))
        else:
            found.append(replace(figure(basis), **at_market))
    return tuple(found)


def total_assets(
    setting: Setting, entity: str, whole: GroupSheet, *, found: bool, said: str
) -> Figure:
    """Return total assets of an entity, or of "group", at the basis of a sheet.

    Args:
        setting: What exhibits are made from.
        entity: An entity, or "group" for the sheet as a whole.
        whole: The sheet of the group at one basis.
        found: Whether what was found stands in place of the books.
        said: What the figure's name begins with.
    """
    sheet = whole if entity == "group" else whole.own(entity)
    seen = of_sheet(setting.book, sheet) if found else None
    value = sheet.totals.assets
    if seen is not None:
        loose = suspended(setting.book, whole.at)
        members = whole.members if entity == "group" else (entity,)
        value += seen.totals.unrecorded - seen.totals.untraced
        if entity == "group":
            # What members issued is no asset of them as one, found or not.
            inside = frozenset(whole.members)
            for one in seen.held:
                if taken_out(setting.book, one.position, inside):
                    value -= one.unrecorded - one.untraced
        value -= sum((loose.get(name, ZERO) for name in members), ZERO)
        value += eased(setting.book, whole, members)
    accounts = (
        tuple(setting.case.accounts)
        if entity == "group"
        else _accounts(setting, entity)
    )
    rest = resting(setting, accounts, whole.at, "asset")
    return setting.money(
        f"{said}:{whole.basis}",
        value,
        formula=f"total assets, {whole.basis}",
        basis=whole.basis,
        **(as_found(setting, rest, accounts, whole.at) if seen else rest),
    )


def _thin(
    setting: Setting, name: str, day: datetime.date, sheets: Mapping[str, BalanceSheet]
) -> tuple[Figure, ...]:
    """Return what of an entity's assets is tokens with a thin market, at each basis."""
    lines = {
        basis: [x for x in sheets[basis].side("asset") if holds_thin(setting.book, x)]
        for basis in BASES
    }
    if not any(x.amount for x in lines["market"]):
        return ()
    accounts = tuple(dict.fromkeys(x.account for x in lines["market"]))
    return tuple(
        entry(
            setting.money(
                f"bases:{day.isoformat()}:{name}:{basis}:thin",
                sum((x.amount for x in lines[basis]), ZERO),
                formula=f"tokens with a thin market, {basis}",
                basis=basis,
                **resting(setting, accounts, day, "asset"),
            )
        )
        for basis in BASES
    )


def _accounts(setting: Setting, entity: str) -> tuple[str, ...]:
    accounts = setting.case.accounts.values()
    return tuple(one.name for one in accounts if one.entity == entity)


def _by_account(sheet: BalanceSheet) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in sheet.lines:
        if line.side == "asset":
            found[line.account] = found.get(line.account, ZERO) + line.amount
    return found


def _of_group(setting: Setting, day: datetime.date) -> Iterator[Row]:
    """Yield the rows of the group as one: by the books, and as found where counted."""
    text = setting.text
    key = f"bases:{day.isoformat()}:group"
    sheets = [
        setting.sheet(day)
        if basis == "market"
        else group_sheet(setting.book, setting.inside, day, basis)
        for basis in BASES
    ]
    everywhere = tuple(setting.case.accounts)
    owed = resting(setting, everywhere, day, "liability")
    counted = of_sheet(setting.book, sheets[0]) is not None
    yield Row(key, (text("The group, consolidated"),), kind="group")
    debts = tuple(
        entry(
            setting.money(
                f"{key}:{one.basis}:liabilities",
                one.totals.liabilities,
                formula=f"total liabilities, {one.basis}",
                basis=one.basis,
                # What members owe one another is among the flows, and in no debt.
                **flows_told(owed, one.totals.liabilities),
            )
        )
        for one in sheets
    )
    kinds = [(False, "", text("Total assets"), text("Net assets (liabilities)"))]
    if counted:
        labels = text("Total assets, as found"), text("Net assets, as found")
        kinds.append((True, ":found", *labels))
    yield Row(f"{key}:liabilities", (text("Total liabilities"),), debts, indent=1)
    for found, part, label, left in kinds:
        said = f"{key}{part}:assets"
        cells = tuple(
            entry(total_assets(setting, "group", one, found=found, said=said))
            for one in sheets
        )
        yield Row(said, (label,), cells, indent=1)
        nets = tuple(
            setting.money(
                f"{key}{part}:{whole.basis}:net",
                (cell.value or ZERO) - whole.totals.liabilities,
                formula="assets less liabilities",
                basis=whole.basis,
            )
            for cell, whole in zip(cells, sheets, strict=True)
        )
        sums = ((said, 1), (f"{key}:liabilities", -1))
        yield Row(f"{key}{part}:net", (left,), nets, "subtotal", sums=sums)


def bases_table(setting: Setting, day: datetime.date) -> Table:
    """Return what each entity's assets were worth, three ways, and its debts."""
    text = setting.text
    rows: list[Row] = []
    for name, each in sheets_of(setting, day).items():
        totals = [each[basis].totals for basis in BASES]
        if not any(one.assets or one.liabilities for one in totals):
            continue
        key = f"bases:{day.isoformat()}:{name}"
        rows.append(Row(key, (Said(name),), kind="group"))
        owed = resting(setting, _accounts(setting, name), day, "liability")
        both = resting(setting, _accounts(setting, name), day)
        any_ = setting.sources_of(_accounts(setting, name), day)
        debts = tuple(
            setting.money(
                f"{key}:{basis}:liabilities",
                one.liabilities,
                formula=f"total liabilities, {basis}",
                basis=basis,
                target=class_place(name, "total:liability"),
                # Both stand there as long as the entity has anything.
                **grounded(owed, Ground((), (*any_, *both["priced"]))),
            )
            for basis, one in zip(BASES, totals, strict=True)
        )
        rows += [
            Row(f"{key}:{part}", (text(f"Total {part}"),), cells, indent=1)
            for part, cells in (
                ("assets", assets(setting, name, day, each)),
                ("liabilities", debts),
            )
        ]
        if thin := _thin(setting, name, day, each):
            said = text("Of these tokens with a thin market")
            rows.insert(-1, Row(f"{key}:thin", (said,), thin, indent=2))
        nets = tuple(
            setting.money(
                f"{key}:{basis}:net",
                one.assets - one.liabilities,
                formula="assets less liabilities",
                basis=basis,
            )
            for basis, one in zip(BASES, totals, strict=True)
        )
        sums = ((f"{key}:assets", 1), (f"{key}:liabilities", -1))
        label = text("Net assets (liabilities)")
        rows.append(Row(f"{key}:net", (label,), nets, "subtotal", sums=sums))
    if len(setting.inside) > 1:
        rows += _of_group(setting, day)
    return Table(
        key=f"bases-{day.isoformat()}",
        title=text(
            "The same books at market, clean and realisable, %(day)s",
            day=formats.date(day, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; clean: without the group's own tokens and claims on related"
                " parties; realisable: what is held at what selling it would fetch,"
                " claims in full",
                unit=setting.unit,
            ),
        ),
        head=text("Entity"),
        width=70,
        columns=(
            Column("market", text("Market"), width=26),
            Column("clean", text("Clean"), width=26, current=True),
            Column("realisable", text("Realisable"), width=26),
        ),
        rows=tuple(rows),
    )
