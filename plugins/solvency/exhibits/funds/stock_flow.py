"""Stock-flow matrices: where everything is somebody's, and rows and columns close.

The layout is Godley and Lavoie's (Monetary Economics, 2007): a plus is a source of
funds, a minus a use; every row sums to zero over the sectors, every column to zero
over the rows. What lies outside the books is a sector of its own. Revaluation is no
flow and stands apart.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from solvency.exhibits.flows import posting_worth
from solvency.exhibits.flows import quote
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.own_tokens import is_with_its_issuer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Account

    Cells = Mapping[tuple[str, str], Decimal]
    _Sums = dict[str, Decimal]
    #: By row and sector, what each flow, or each account, has there.
    _Parts = dict[tuple[str, str], _Sums]

#: The key of the matrix of flows.
_FLOWS = "flow-matrix"
#: The key of the matrix of stocks.
_STOCKS = "stock-matrix"
_ZERO = Decimal()
_OUTSIDE = "outside"
#: The rows, in order, with their names.
_ROWS = {
    "customers": "Customers' claims",
    "loans": "Loans and other claims",
    "within": "Claims within the group",
    "shares": "Shares and stakes",
    "liquid": "Money and liquid coins",
    "tokens": "Tokens and other assets",
    "pnl": "Income, expenses and capital",
}


def matrix(setting: Setting) -> Section | None:
    """Build the matrix of flows, and of stocks with revaluation apart."""
    if not setting.case.group:
        return None
    flows, accounts = _flows(setting)
    if not flows:
        return None
    return Section(
        "matrix",
        setting.text("Stocks and flows, closed"),
        (_flow_table(setting, flows, accounts), _stock_table(setting)),
    )


def _row_of(setting: Setting, account: Account, commodity: str) -> str:
    if account.root not in {"Assets", "Liabilities"}:
        return "pnl"
    if account.stake_in is not None:
        return "shares"
    if account.is_claim:
        entities = setting.case.entities
        pair = (entities[account.entity], entities[account.counterparty or ""])
        if all(one.group for one in pair):
            return "within"
        customers = account.rank == "customer" or pair[0].role == "customers"
        return "customers" if customers else "loans"
    if account.suspense:
        return "tokens"
    liquid = setting.case.liquidity_of(account, commodity) == "liquid"
    return "liquid" if liquid else "tokens"


def _sectors(setting: Setting) -> dict[str, str]:
    """Return the sector of each entity: itself in the group, else its role."""
    return {
        name: name if one.group else one.role
        for name, one in setting.case.entities.items()
    }


def _flows(setting: Setting) -> tuple[_Parts, _Parts]:
    """Return what was moved by row and sector, a source of funds positive.

    Returns:
        What each flow moved there; what was moved on each account there.
    """
    sectors = _sectors(setting)
    cells: _Parts = defaultdict(lambda: defaultdict(Decimal))
    accounts: _Parts = defaultdict(lambda: defaultdict(Decimal))
    for flow in setting.book.flows:
        if flow.date > setting.at:
            continue
        for posting in flow.postings:
            worth = posting_worth(setting, flow, posting) or _ZERO
            account = setting.case.accounts[posting.account]
            name = _row_of(setting, account, posting.commodity)
            sector = sectors[posting.entity]
            # The sector outside the books closes every row.
            for spot, amount in ((sector, -worth), (_OUTSIDE, worth)):
                cells[name, spot][flow.id] += amount
                accounts[name, spot][account.name] += amount
    return cells, accounts


def _columns(setting: Setting, cells: Cells) -> list[str]:
    order = dict.fromkeys(_sectors(setting).values())
    used = {sector for (_, sector), value in cells.items() if value}
    return [name for name in (*order, _OUTSIDE) if name in used]


def _title_of(setting: Setting, sector: str) -> str:
    if sector in setting.inside:
        return sector
    names = {
        "customers": "Customers",
        "lender": "Lenders",
        "investor": "Investors",
        "insider": "Insiders",
        "exchange": "Other exchanges",
        "trading-firm": "Other firms",
        "other": "Others",
        _OUTSIDE: "Outside the books",
    }
    return setting.text(names.get(sector, sector))


def _flow_figure(
    setting: Setting,
    parts: _Parts,
    accounts: _Parts,
    name: str,
    sector: str,
    value: Decimal,
) -> Figure:
    """Return what flows of one kind came to for a sector, with what it rests on."""
    figure = setting.money(
        f"{_FLOWS}:{name}:{sector}", value, formula="flows, a source positive"
    )
    spot = (name, sector)
    if spot not in parts:
        return figure
    worked = of_accounts(setting, figure.key, accounts[spot])
    rest = of_flows(setting, parts[spot])
    if not value:
        # What cancels out is printed as long as its row and column are.
        rest = grounded(rest, settled(setting))
    return entry(figure, worked=worked, **rest)


def _flow_table(setting: Setting, parts: _Parts, accounts: _Parts) -> Table:
    text = setting.text
    cells = {spot: sum(of.values(), _ZERO) for spot, of in parts.items()}
    sectors = _columns(setting, cells)
    names = [name for name in _ROWS if any(cells.get((name, s)) for s in sectors)]
    rows = []
    figure = partial(_flow_figure, setting, parts, accounts)
    for name in names:
        values = [cells.get((name, sector), _ZERO) for sector in sectors]
        figures = [figure(name, s, v) for s, v in zip(sectors, values, strict=True)]
        total = figure(name, "sum", sum(values, _ZERO))
        rows.append(Row(name, (text(_ROWS[name]),), (*figures, total)))
    bottoms = [
        sum((cells.get((name, sector), _ZERO) for name in names), _ZERO)
        for sector in sectors
    ]
    if any(abs(one) > 1 for one in bottoms):
        raise ReportError("the matrix of flows does not close")
    figures = [figure("sum", s, v) for s, v in zip(sectors, bottoms, strict=True)]
    total = figure("sum", "sum", sum(bottoms, _ZERO))
    sums = tuple((name, 1) for name in names)
    rows.append(Row("sum", (text("Sum"),), (*figures, total), "total", sums=sums))
    return Table(
        key=_FLOWS,
        title=text(
            "All flows to %(day)s: nothing comes from nowhere",
            day=formats.date(setting.at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s at the price of the day; positive: a source of funds (owes"
                " more, gives up an asset); parentheses: a use",
                unit=setting.unit,
            ),
        ),
        head=text("Row"),
        width=46,
        columns=(
            *(Column(s, _title_of(setting, s), width=20) for s in sectors),
            Column(
                "sum",
                text("Sum"),
                width=12,
                current=True,
                sums=tuple((s, 1) for s in sectors),
            ),
        ),
        rows=tuple(rows),
        notes=(
            (
                text(
                    "Each column sums to zero since every entity balances in every"
                    " flow; each row, since what one has from another the other gave."
                    " Outside the books stands for all who have no account here."
                ),
            ),
        ),
        size="dense",
    )


def _added(parts: Mapping[str, dict[str, Decimal]], names: list[str]) -> _Sums:
    """Add up what rows are made of."""
    found: _Sums = defaultdict(Decimal)
    for name in names:
        for one, amount in parts.get(name, {}).items():
            found[one] += amount
    return found


def _stocks(setting: Setting) -> tuple[dict[str, _Sums], ...]:
    """Return what the group's holdings are made of, by row.

    Returns:
        By flow what it moved, at its day's price and at the last day's; by account
        what was held on the last day.
    """
    parts: dict[str, _Sums] = defaultdict(lambda: defaultdict(Decimal))
    ends: dict[str, _Sums] = defaultdict(lambda: defaultdict(Decimal))
    held: dict[str, _Sums] = defaultdict(lambda: defaultdict(Decimal))
    inside = set(setting.inside)

    def row_of(account: Account, commodity: str) -> str:
        own = is_with_its_issuer(setting.case, account, commodity)
        name = _row_of(setting, account, commodity)
        return "" if own or account.entity not in inside or name == "pnl" else name

    for flow in setting.book.flows:
        if flow.date <= setting.at:
            for posting in flow.postings:
                account = setting.case.accounts[posting.account]
                if name := row_of(account, posting.commodity):
                    worth = posting_worth(setting, flow, posting) or _ZERO
                    parts[name][flow.id] += worth
                    price = quote(setting, posting.commodity, setting.at)
                    if price is not None:
                        ends[name][flow.id] += posting.units * price.number
    for position, units in setting.book.balance(setting.at).items():
        account = setting.book.account(position)
        price = quote(setting, position.commodity, setting.at)
        if price is not None and (name := row_of(account, position.commodity)):
            held[name][account.name] += units * price.number
    return parts, ends, held


def _stock_cells(
    setting: Setting,
    key: str,
    flow: Decimal,
    end: Decimal,
    came: _Sums,
    left: _Sums,
    held: _Sums,
) -> tuple[Figure, ...]:
    """Return what flowed, what prices made of it and what is there, one line.

    Args:
        setting: What the report is of.
        key: The line.
        flow: What flowed, at the price of its day.
        end: What is there at the end.
        came: The first by flow.
        left: The same at the last day's price.
        held: The second by account.
    """
    values = (("flows", flow), ("revaluation", end - flow), ("closing", end))
    before, change, after = (
        setting.money(f"{key}:{part}", value, formula=part) for part, value in values
    )
    # Which rows there are, and at what prices, hangs on more than their flows.
    ground = settled(setting)
    before = entry(before, **grounded(of_flows(setting, came), ground))
    after = entry(
        after,
        worked=of_accounts(setting, after.key, held, at=setting.at),
        **grounded(of_flows(setting, left), ground),
    )
    less = setting.say("%(one)s less %(other)s", one=after, other=before)
    grown = {x: left.get(x, _ZERO) - came.get(x, _ZERO) for x in {**came, **left}}
    change = entry(change, worked=less, **grounded(of_flows(setting, grown), ground))
    return before, change, after


def _stock_table(setting: Setting) -> Table:
    """Return, for the group's holdings, flows and revaluation as far as today."""
    text = setting.text
    parts, ends, held = _stocks(setting)
    moved = {name: sum(of.values(), _ZERO) for name, of in parts.items()}
    closing = {name: sum(of.values(), _ZERO) for name, of in held.items()}
    names = [name for name in _ROWS if moved.get(name) or closing.get(name)]

    def cells(name: str, flow: Decimal, end: Decimal) -> tuple[Figure, ...]:
        of = [name] if name in names else names
        came, left, there = (_added(one, of) for one in (parts, ends, held))
        return _stock_cells(setting, f"{_STOCKS}:{name}", flow, end, came, left, there)

    rows = [
        Row(
            name,
            (text(_ROWS[name]),),
            cells(name, moved.get(name, _ZERO), closing.get(name, _ZERO)),
        )
        for name in names
    ]
    totals = (sum(moved.values(), _ZERO), sum(closing.values(), _ZERO))
    rows.append(
        Row(
            "sum",
            (text("Net worth of the group"),),
            cells("sum", *totals),
            "total",
            sums=tuple((name, 1) for name in names),
        )
    )
    return Table(
        key=_STOCKS,
        title=text("The group's stocks: what moved, and what prices did"),
        unit=(
            text(
                "%(unit)s, debts in parentheses; closing at market is flows at their"
                " day's price plus revaluation; tokens with their own issuer at"
                " nothing",
                unit=setting.unit,
            ),
        ),
        head=text("Row"),
        width=70,
        columns=(
            Column("flows", text("Flows"), width=26),
            Column("revaluation", text("Revaluation"), width=26),
            Column(
                "closing",
                text("Closing"),
                width=26,
                current=True,
                sums=(("flows", 1), ("revaluation", 1)),
            ),
        ),
        rows=tuple(rows),
    )
