"""Scenarios side by side: what the books say if each holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.recover.recover import recover
from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import funds
from solvency.analysis.sources_uses import is_funds
from solvency.exhibits.balance.bases import BASES
from solvency.exhibits.flows import posting_worth
from solvency.exhibits.flows import quote
from solvency.exhibits.flows import words
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.estates import owed
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.ledger.case import Scenario
from solvency.model.consolidation import group_sheet

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.sources_uses import Funds
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.figures.table import Sum
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet

_ZERO = Decimal()
#: As many scenarios as fit beside one another.
_MOST = 7
#: The totals of a sheet, each with its side and its name.
_TOTALS = (
    ("assets", "asset", "Total assets"),
    ("liabilities", "liability", "Total liabilities"),
)


def compare(setting: Setting) -> Section | None:
    """Build the scenarios of the case beside the established flows alone."""
    case = setting.case
    if not case.group or not case.scenarios:
        return None
    plain = Scenario("established", setting.text("Established"), frozenset())
    every = tuple(case.scenarios.values())
    # What sources establish stands first, beside which each other is read.
    scenarios = [
        *([one for one in every if not one.hypotheses] or [plain]),
        *(one for one in every if one.hypotheses),
    ][:_MOST]
    books = {one.name: replace(case, scenario=one).book() for one in scenarios}
    titles = {one.name: one.title or one.name for one in scenarios}
    tables = [_sheets(setting, books, titles), _funds(setting, books, titles)]
    recovery = _recovery(setting, books, titles)
    if recovery is not None:
        tables.append(recovery)
    return Section(
        "compare",
        setting.text("Scenarios side by side"),
        tuple(tables),
    )


def _columns(books: dict[str, Book], titles: dict[str, str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, titles[name], width=26, current=n == 0)
        for n, name in enumerate(books)
    )


def _money(
    setting: Setting, key: str, scenario: str, value: Decimal, formula: str
) -> Figure:
    """Return an amount that holds in a scenario."""
    figure = setting.money(f"compare:{scenario}:{key}", value, formula=formula)
    return replace(figure, scenario=scenario)


def _told_once(cells: Iterable[Figure]) -> tuple[Figure, ...]:
    """Give each figure of a row an entry; those that are alike share the first's."""
    told: dict[tuple[object, ...], str] = {}
    found = []
    for one in cells:
        alike = (one.value, one.flows, one.parts)
        place = told.get(alike)
        cell = replace(one, target=place) if place and one.value else entry(one)
        told.setdefault(alike, cell.place)
        found.append(cell)
    return tuple(found)


def _resting(setting: Setting, book: Book, accounts: Collection[str]) -> dict[str, Any]:
    """Return what a figure of a scenario rests on: its flows by the day, all of them.

    First those that moved the accounts it speaks of most, at their day's price.
    """
    sums: dict[str, Decimal] = {}
    for flow in book.flows:
        if flow.date > setting.at:
            continue
        moved = sum(
            (
                posting_worth(setting, flow, posting) or _ZERO
                for posting in flow.postings
                if posting.account in accounts
            ),
            _ZERO,
        )
        if moved:
            sums[flow.id] = moved
    first = of_flows(setting, sums)
    every = (flow.id for flow in book.flows if flow.date <= setting.at)
    ground = Ground(tuple(every), settled(setting).sources)
    return {**grounded(first, ground), "parts": (), "named": NAMED}


def _sheets(setting: Setting, books: dict[str, Book], titles: dict[str, str]) -> Table:
    text = setting.text
    day = setting.at
    rows: list[Row] = []
    for basis in BASES:
        sheets = {
            name: group_sheet(book, setting.inside, day, basis)
            for name, book in books.items()
        }
        rows.append(Row(basis, (text(f"The group, {basis}"),), kind="group"))
        for part, side, label in _TOTALS:
            cells = _told_once(
                _of_lines(
                    setting,
                    books[name],
                    each,
                    side,
                    _money(
                        setting,
                        f"{basis}:{part}",
                        name,
                        getattr(each.totals, part),
                        f"{part}, {basis}",
                    ),
                )
                for name, each in sheets.items()
            )
            rows.append(Row(f"{basis}:{part}", (text(label),), cells, indent=1))
        nets = tuple(
            _money(
                setting, f"{basis}:equity", name, each.totals.equity, f"equity, {basis}"
            )
            for name, each in sheets.items()
        )
        sums = ((f"{basis}:assets", 1), (f"{basis}:liabilities", -1))
        label = text("Net assets (liabilities)")
        rows.append(Row(f"{basis}:equity", (label,), nets, "subtotal", sums=sums))
    return Table(
        key="compare-sheets",
        title=text("The group's balance sheet in each scenario"),
        unit=(text("%(unit)s, consolidated, at the last day", unit=setting.unit),),
        head=text("Line"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(rows),
        size="dense",
    )


def _of_lines(
    setting: Setting, book: Book, sheet: GroupSheet, side: str, total: Figure
) -> Figure:
    """Return a total of a group's sheet with its accounts and what moved them most."""
    amounts: dict[str, Decimal] = {}
    for line in sheet.side(side):
        amounts[line.account] = amounts.get(line.account, _ZERO) + line.amount
    kept = [name for name, amount in amounts.items() if amount]
    return replace(
        total,
        worked=of_accounts(setting, total.key, amounts),
        **_resting(setting, book, kept),
    )


def _side(setting: Setting, found: Mapping[str, Funds], side: str) -> list[Row]:
    """Return the sources or the uses of all scenarios, those of the first foremost."""
    labels = dict.fromkeys(
        line.label
        for one in found.values()
        for line in sorted(one.lines, key=lambda x: -x.amount)
        if line.side == side
    )
    return [
        Row(
            f"{side}:{label}",
            (Said(words(setting, label)),),
            _told_once(
                _line(setting, name, one, side, label) for name, one in found.items()
            ),
            indent=1,
        )
        for label in labels
    ]


def _price_change(
    setting: Setting, left: Figure, came: Figure, went: Figure, gain: Figure
) -> Prose:
    """Say how the change in prices follows from what came, went and is left."""
    if not gain.value:
        return setting.say(
            "%(left)s left and %(went)s that went, less %(came)s that came",
            left=left,
            came=came,
            went=went,
        )
    return setting.say(
        "%(left)s left and %(went)s that went, less %(came)s that came and"
        " %(gain)s gained on exchange",
        left=left,
        came=came,
        gain=gain,
        went=went,
    )


def _funds(setting: Setting, books: dict[str, Book], titles: dict[str, str]) -> Table:
    text = setting.text
    found = {name: funds(book, "group", setting.at) for name, book in books.items()}
    rows: list[Row] = []
    totals: dict[str, tuple[Figure, ...]] = {}
    for side, head in ((SOURCE, "Sources"), (USE, "Uses")):
        rows.append(Row(f"head:{side}", (text(head),), kind="group"))
        lines = _side(setting, found, side)
        rows += lines
        sums = tuple((line.key, 1) for line in lines)
        cells = totals[side] = tuple(
            _money(setting, f"total:{side}", name, one.total(side), "sum of its lines")
            for name, one in found.items()
        )
        label = "Total sources" if side == SOURCE else "Total uses"
        rows.append(Row(f"total:{side}", (text(label),), cells, "subtotal", sums=sums))
    left = _told_once(
        _left(setting, name, books[name], one) for name, one in found.items()
    )
    gains = _told_once(
        replace(
            _money(setting, "exchanged", name, one.exchanged, "exchanged above cost"),
            **of_flows(setting, dict(one.exchanges)),
        )
        for name, one in found.items()
    )
    ends: Sum = (("total:source", 1), ("total:use", -1))
    if any(one.value for one in gains):
        rows.append(Row("exchanged", (text("Gain or loss on exchange"),), gains))
        ends = (*ends, ("exchanged", 1))
    prices = _told_once(
        replace(
            _money(setting, "prices", name, one.revaluation, "market less what moved"),
            worked=_price_change(
                setting, left[n], totals[SOURCE][n], totals[USE][n], gains[n]
            ),
        )
        for n, (name, one) in enumerate(found.items())
    )
    rows.append(Row("prices", (text("Change in the prices of coins held"),), prices))
    ends = (*ends, ("prices", 1))
    rows.append(Row("left", (text("Left at the end"),), left, "total", sums=ends))
    return Table(
        key="compare-funds",
        title=text("Where money went in each scenario"),
        unit=(text("%(unit)s, the group", unit=setting.unit),),
        head=text("What"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(rows),
        size="dense",
    )


def _left(setting: Setting, name: str, book: Book, one: Funds) -> Figure:
    """Return what is left of a scenario's funds, with the accounts it is in."""
    figure = _money(
        setting, "left", name, one.left, "money and liquid coins, at market"
    )
    amounts: dict[str, Decimal] = {}
    for position, units in book.balance(setting.at).items():
        account = book.account(position)
        price = quote(setting, position.commodity, setting.at)
        ours = account.entity in setting.inside
        if price and ours and is_funds(book, account, position.commodity):
            before = amounts.get(account.name, _ZERO)
            amounts[account.name] = before + units * price.number
    return replace(
        figure,
        worked=of_accounts(setting, figure.key, amounts),
        **_resting(setting, book, amounts),
    )


def _line(setting: Setting, name: str, one: Funds, side: str, label: str) -> Figure:
    of = one.parts(side, label)
    amount = one.amount(side, label)
    figure = _money(
        setting, f"{side}:{label}", name, amount, f"{side} of funds: {label}"
    )
    return replace(figure, **of_flows(setting, of))


def _recovery(
    setting: Setting, books: dict[str, Book], titles: dict[str, str]
) -> Table | None:
    found: dict[str, Recovery] = {}
    for name, book in books.items():
        try:
            found[name] = recover(book, setting.at)
        except ValueError as error:
            setting.study.reasons.setdefault("compared", f"{name}: {error}")
            return None
    classes = dict.fromkeys(
        (one.entity, one.rank) for each in found.values() for one in each.classes
    )
    if not classes:
        return None
    text = setting.text
    return Table(
        key="compare-recovery",
        title=text("What each class would receive in each scenario"),
        unit=(text("Share of claims paid, each estate alone, central estimate"),),
        head=text("Class"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(
            Row(
                f"{entity}:{rank}",
                (Said(f"{entity}: "), text(rank)),
                _told_once(
                    _rate(setting, books[name], each, entity, rank)
                    for name, each in found.items()
                ),
            )
            for entity, rank in classes
        ),
        size="dense",
    )


def _rate(
    setting: Setting, book: Book, found: Recovery, entity: str, rank: str
) -> Figure:
    """Return what share of its claims a class is paid in a scenario."""
    name = book.case.scenario.name
    key = f"compare:{name}:{entity}:{rank}"
    debts = owed(found, (entity,), {rank})
    figure = setting.share(key, found.rate(entity, rank), formula="paid over claims")
    return replace(
        figure,
        scenario=name,
        worked=setting.say(
            "of claims of %(claims)s",
            claims=of_accounts(setting, key, debts),
        ),
        **_resting(setting, book, debts),
    )
