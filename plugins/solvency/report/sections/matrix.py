"""Stock-flow matrices: where everything is somebody's, and rows and columns close.

The layout is Godley and Lavoie's (Monetary Economics, 2007): a plus is a source of
funds, a minus a use; every row sums to zero over the sectors, every column to zero
over the rows. What lies outside the books is a sector of its own. Revaluation is no
flow and stands apart.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.model.prices import Missing
from solvency.report import formats
from solvency.report.errors import ReportError
from solvency.report.layout import Section
from solvency.report.sections.kit import posting_worth
from solvency.report.sections.workings import entry
from solvency.report.sections.workings import of_accounts
from solvency.report.sections.workings import of_flows
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Account
    from solvency.report.figures import Figure
    from solvency.report.sections.setting import Setting

    Cells = Mapping[tuple[str, str], Decimal]
    #: By row and sector, what each flow has there.
    _Parts = dict[tuple[str, str], dict[str, Decimal]]

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
    flows = _flows(setting)
    if not flows:
        return None
    return Section(
        "matrix",
        setting.text("Stocks and flows, closed"),
        (_flow_table(setting, flows), _stock_table(setting)),
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
    coin = setting.case.commodities.get(commodity)
    liquidity = account.liquidity or (coin.liquidity if coin else None)
    money = commodity == setting.case.currency and account.liquidity is None
    return "liquid" if money or liquidity == "liquid" else "tokens"


def _sectors(setting: Setting) -> dict[str, str]:
    """Return the sector of each entity: itself in the group, else its role."""
    return {
        name: name if one.group else one.role
        for name, one in setting.case.entities.items()
    }


def _flows(setting: Setting) -> _Parts:
    """Return by row and sector what each flow moved, a source of funds positive."""
    sectors = _sectors(setting)
    cells: _Parts = defaultdict(lambda: defaultdict(Decimal))
    for flow in setting.book.flows:
        if flow.date > setting.at:
            continue
        for posting in flow.postings:
            worth = posting_worth(setting, flow, posting) or _ZERO
            account = setting.case.accounts[posting.account]
            name = _row_of(setting, account, posting.commodity)
            cells[name, sectors[posting.entity]][flow.id] -= worth
            # The sector outside the books closes every row.
            cells[name, _OUTSIDE][flow.id] += worth
    return cells


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


def _flow_table(setting: Setting, parts: _Parts) -> Table:
    text = setting.text
    cells = {spot: sum(of.values(), _ZERO) for spot, of in parts.items()}
    sectors = _columns(setting, cells)
    names = [name for name in _ROWS if any(cells.get((name, s)) for s in sectors)]
    key = "flow-matrix"

    def figure(name: str, sector: str, value: Decimal) -> Figure:
        figure = setting.money(
            f"{key}:{name}:{sector}", value, formula="flows, a source positive"
        )
        of = parts.get((name, sector))
        return entry(figure, **of_flows(of)) if of else figure

    rows = []
    for name in names:
        values = [cells.get((name, sector), _ZERO) for sector in sectors]
        figures = [figure(name, s, v) for s, v in zip(sectors, values, strict=True)]
        total = figure(name, "sum", sum(values, _ZERO))
        rows.append(Row(name, (text(_ROWS[name]),), (*figures, total)))
    sums = tuple((name, 1) for name in names)
    bottoms = [
        sum((cells.get((name, sector), _ZERO) for name in names), _ZERO)
        for sector in sectors
    ]
    if any(abs(one) > 1 for one in bottoms):
        raise ReportError("the matrix of flows does not close")
    rows.append(
        Row(
            "sum",
            (text("Sum"),),
            (
                *(figure("sum", s, v) for s, v in zip(sectors, bottoms, strict=True)),
                figure("sum", "sum", sum(bottoms, _ZERO)),
            ),
            "total",
            sums=sums,
        )
    )
    return Table(
        key=key,
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


def _own(setting: Setting, account: Account, commodity: str) -> bool:
    """Say whether it is a token with its issuer: worth nothing, as on its sheet."""
    found = setting.case.commodities.get(commodity)
    issuer = found.issuer if found else None
    return account.root == "Assets" and issuer == account.entity


def _stock_table(setting: Setting) -> Table:
    """Return, for the group's holdings, flows and revaluation as far as today."""
    text = setting.text
    parts: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    held: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    inside = set(setting.inside)
    for flow in setting.book.flows:
        if flow.date <= setting.at:
            for posting in flow.postings:
                account = setting.case.accounts[posting.account]
                name = _row_of(setting, account, posting.commodity)
                own = _own(setting, account, posting.commodity)
                if posting.entity in inside and name != "pnl" and not own:
                    worth = posting_worth(setting, flow, posting) or _ZERO
                    parts[name][flow.id] += worth
    for position, units in setting.book.balance(setting.at).items():
        account = setting.book.account(position)
        name = _row_of(setting, account, position.commodity)
        quote = setting.book.prices.at(position.commodity, setting.at)
        if (
            account.entity in inside
            and name != "pnl"
            and not _own(setting, account, position.commodity)
            and not isinstance(quote, Missing)
        ):
            held[name][account.name] += units * quote.number
    moved = {name: sum(of.values(), _ZERO) for name, of in parts.items()}
    closing = {name: sum(of.values(), _ZERO) for name, of in held.items()}
    names = [name for name in _ROWS if moved.get(name) or closing.get(name)]
    key = "stock-matrix"

    def cells(name: str, flow: Decimal, end: Decimal) -> tuple[Figure, ...]:
        values = (("flows", flow), ("revaluation", end - flow), ("closing", end))
        before, change, after = (
            setting.money(f"{key}:{name}:{part}", value, formula=part)
            for part, value in values
        )
        if name not in names:
            return before, change, after
        before = entry(before, **of_flows(parts[name]))
        after = entry(after, worked=of_accounts(setting, after.key, held[name]))
        less = setting.say("%(one)s less %(other)s", one=after, other=before)
        return before, entry(change, worked=less), after

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
        key=key,
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
