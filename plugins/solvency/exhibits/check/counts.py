"""What a test counted on a day: accounts, what it took them for, and their flows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.segregation import level
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.exhibits.workings import told
from solvency.model.own_tokens import is_issued_by
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.analysis.check.answer import Series
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.model.book import Position

_ZERO = Decimal()
#: Flows named where what they have in a figure does not sum to it.
_FLOWS = 4
#: What a side is short of its market value by, where a test counts less.
_LESS = {
    "own": "; there %(market)s at market, less the group's own tokens and shares:"
    " %(accounts)s",
    "sale": "; there %(market)s at market, less what a sale loses: %(accounts)s",
    "both": "; there %(market)s at market, less the group's own tokens and shares and"
    " what a sale of the rest loses: %(accounts)s",
}


@dataclass(frozen=True, slots=True)
class Weighed:
    """What was needed or what was there on a day.

    Attributes:
        value: What the test says.
        positions: What it counts, none of it at nil.
        market: What each account shows at market.
        less: What of that the test leaves out.
        why: Why: `own`, `sale` or `both`; empty where it leaves out nothing, or
            counts in another way.
        sign: 1 where units above zero add to it, -1 where units below do.
    """

    sign: int
    value: Decimal
    positions: tuple[Position, ...]
    market: Mapping[str, Decimal]
    less: Mapping[str, Decimal]
    why: str = ""


def sides(
    setting: Setting, series: Series, day: datetime.date
) -> tuple[Weighed, Weighed]:
    """Return what a test needed and what there was on a day, by account."""
    need, have = level(series, day)
    there = [one for one in series.positions if _is_there(setting, one, day)]
    owed = [one for one in series.positions if one not in set(there)]
    in_money = series.unit == setting.case.currency
    return (
        _side(setting, owed, day, (need, -1), in_money=in_money),
        _side(setting, there, day, (have, 1), in_money=in_money),
    )


def explained(
    setting: Setting, figure: Figure, side: Weighed, day: datetime.date
) -> Figure:
    """Return one side of a test with an entry: its accounts, and what moved them."""
    worked = of_accounts(setting, figure.key, side.market, at=day)
    if less := shortfall(setting, figure.key, side):
        worked += less
    elif abs(_total(side.market) - side.value) >= 1:
        worked += setting.say(
            "; %(market)s at market, of which the test counts %(value)s",
            market=_market(setting, figure.key, side),
            value=replace(figure, key=f"{figure.key}:counted", target="", prose=False),
        )
    found = _moved(setting, side.positions, day, side.sign)
    rest = told(of_flows(setting, found), side.value)
    # A claim that turns without a source is counted on this side then.
    return entry(figure, worked=worked, **grounded(rest, settled(setting)))


def summed(
    setting: Setting, figure: Figure, side: Weighed, day: datetime.date
) -> Figure:
    """Return one side of a test with the flows that moved what it counts, alone."""
    found = _moved(setting, side.positions, day, side.sign)
    return replace(figure, **told(of_flows(setting, found), side.value))


def lacking(
    setting: Setting, series: Series, day: datetime.date, missing: Decimal
) -> dict[str, Any]:
    """Return the flows that made what was missing on a day, for a figure.

    What each has in it is told where that sums to it; else the few stand that moved
    the accounts counted most.
    """
    need, have = sides(setting, series, day)
    counts = (*need.positions, *have.positions)
    net = of_flows(setting, _moved(setting, counts, day, -1, series.unit))
    found = told(net, missing) if net["parts"] else {}
    if found.get("parts"):
        return found
    # A loan moves both sides alike: it is the largest of either, and nothing of both.
    most: dict[str, Decimal] = defaultdict(Decimal)
    for one in counts:
        for name, amount in _moved(setting, (one,), day, 1).items():
            most[name] += abs(amount)
    return {**of_flows(setting, most), "parts": (), "named": _FLOWS}


def shortfall(setting: Setting, key: str, side: Weighed) -> Prose:
    """Say what a test leaves out of what there was at market, by account."""
    if not side.why:
        return ()
    return setting.say(
        _LESS[side.why],
        market=_market(setting, key, side),
        accounts=of_accounts(setting, f"{key}:less", side.less),
    )


def _market(setting: Setting, key: str, side: Weighed) -> Figure:
    total = _total(side.market)
    return setting.money(f"{key}:market", total, formula="at market", basis="market")


def _total(amounts: Mapping[str, Decimal]) -> Decimal:
    return sum(amounts.values(), _ZERO)


def _is_there(setting: Setting, position: Position, day: datetime.date) -> bool:
    """Say whether a position adds to what there was; a claim below zero is a debt."""
    account = setting.case.accounts[position.account]
    if account.root == "Assets" and not account.is_claim:
        return True
    return setting.holdings(day).units.get(position, _ZERO) > 0


def _side(
    setting: Setting,
    positions: Iterable[Position],
    day: datetime.date,
    amount: tuple[Decimal, int],
    *,
    in_money: bool,
) -> Weighed:
    positions = tuple(positions)
    value, sign = amount
    market = _valued(setting.holdings(day), positions, sign)
    # A share or a number of coins is no sum of what accounts are worth.
    for why, kept, valued in _ways(setting, positions, day) if in_money else ():
        amounts = _valued(valued, kept, sign)
        if abs(_total(amounts) - value) < 1:
            less = {n: x - amounts.get(n, _ZERO) for n, x in market.items()}
            short = {n: x for n, x in less.items() if x}
            return Weighed(sign, value, kept, market, short, why if short else "")
    return Weighed(sign, value, positions, market, {})


def _ways(
    setting: Setting, positions: tuple[Position, ...], day: datetime.date
) -> Iterator[tuple[str, tuple[Position, ...], Valuation]]:
    """Yield the ways a test may count, with what it counts so."""
    group = set(setting.case.group)
    others = tuple(one for one in positions if not _is_own(setting, one, group))
    market = setting.holdings(day)
    yield "", positions, market
    yield "own", others, market
    sold = Valuation(setting.book, day, "realisable")
    yield "sale", positions, sold
    yield "both", others, sold


def _is_own(setting: Setting, position: Position, group: set[str]) -> bool:
    """Say whether it is a token of the group, or a share in a member of it."""
    case = setting.case
    return (
        is_issued_by(case, position.commodity, group)
        or case.accounts[position.account].stake_in in group
    )


def _valued(
    valued: Valuation, positions: Iterable[Position], sign: int
) -> dict[str, Decimal]:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in positions:
        found[one.account] += sign * (valued.value(one) or _ZERO)
    return dict(found)


def _moved(
    setting: Setting,
    positions: Iterable[Position],
    day: datetime.date,
    sign: int,
    unit: str = "",
) -> dict[str, Decimal]:
    """Return what each flow has in balances, at the day's prices or in a coin."""
    held = setting.holdings(day)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for position in positions:
        units = held.units.get(position)
        worth = held.value(position)
        if not units or worth is None:
            continue
        price = Decimal(1) if position.commodity == unit else worth / units
        for flow, posting in setting.movements.get(position.account, ()):
            if flow.date <= day and posting.commodity == position.commodity:
                found[flow.id] += sign * posting.units * price
    return dict(found)
