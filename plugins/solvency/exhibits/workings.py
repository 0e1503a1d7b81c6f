"""What figures are worked out from: flows, accounts and ranges, the largest first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.flows import posting_worth
from solvency.exhibits.flows import quote
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.section import Ground
from solvency.figures.figure import OWN
from solvency.figures.figure import Day
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.first_names import after
from solvency.model.contributions import largest_first
from solvency.model.contributions import priced_by
from solvency.model.own_tokens import is_with_its_issuer

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Case
    from solvency.model.book import Position
    from solvency.model.contributions import Made
    from solvency.model.prices import Quote

_ZERO = Decimal()
#: Accounts named beside one figure; the rest are summed.
_ACCOUNTS = 4


def settled(setting: Setting) -> Ground:
    """Return what rests on all debts and prices: clearing, sales, tests in draws."""
    return Ground(setting.booked, _quoted(setting.case))


def weighed(setting: Setting) -> Ground:
    """Return what rests on every hypothesis and statement too: weights and tallies."""
    said = (one.source for one in setting.case.observations)
    return Ground(
        tuple(flow.id for flow in setting.flows),
        tuple(dict.fromkeys((*_quoted(setting.case), *said))),
    )


def everything(setting: Setting) -> Ground:
    """Return all flows and all sources: counts of them, and what is chosen of all."""
    return Ground(tuple(flow.id for flow in setting.flows), tuple(setting.case.sources))


def grounded(found: dict[str, Any], ground: Ground) -> dict[str, Any]:
    """Return what a figure rests on with a ground below, for what sums only now.

    Args:
        found: What it rests on, as a figure takes it; what is printed stays.
        ground: What else it rests on.
    """
    flows = after(found.get("flows", ()), ground.flows)
    sources = dict.fromkeys((*found.get("priced", ()), *ground.sources))
    return {**found, "flows": flows, "priced": tuple(sources)}


def _quoted(case: Case) -> tuple[str, ...]:
    """Return the sources of all prices and of what is known of markets."""
    coins = case.commodities.values()
    found = (
        *(one.source for one in case.prices),
        *(one.source for coin in coins for one in (*coin.depths, *coin.floats)),
    )
    return tuple(dict.fromkeys(name for name in found if name))


def entry(figure: Figure, **rest: Any) -> Figure:
    """Return a figure with an entry of its own in the appendix; zero has none."""
    return replace(figure, target=OWN if figure.value else "", **rest)


def of_flows(
    setting: Setting, amounts: Mapping[str, Decimal], *, keep: bool = False
) -> dict[str, Any]:
    """Return what a sum over flows rests on, for a figure: the largest first.

    Args:
        setting: What the report is of.
        amounts: What each flow has in the sum, by its id.
        keep: Keep those that have nothing in it, where flows are counted.
    """
    ordered = largest_first(amounts.items())
    some = tuple((name, amount) for name, amount in ordered if amount or keep)
    return {
        "flows": tuple(name for name, _ in some),
        "parts": some,
        "priced": priced_by(setting.book, amounts),
    }


def at_market(
    setting: Setting, positions: Iterable[Position], day: datetime.date
) -> dict[str, Decimal]:
    """Return what accounts held at market on a day, what is owed positive.

    Tokens are worth nothing to their issuer; what has no price is left out.
    """
    held = setting.holdings(day)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for position in positions:
        value = held.value(position) or _ZERO
        found[position.account] += setting.book.account(position).sign * value
    return dict(found)


def account_link(setting: Setting, account: str) -> Ref | Said:
    """Return a link to an account's register, its name without what all have."""
    where = setting.account_ref(account)
    words = account.partition(":")[2]
    return replace(where, label=words) if isinstance(where, Ref) else Said(words)


def flow_link(setting: Setting, name: str) -> Piece:
    """Return a link to a flow, or its name if its evidence is not printed."""
    return setting.flow_ref(name) if name in setting.listed else Said(name)


def of_accounts(
    setting: Setting,
    key: str,
    amounts: Mapping[str, Decimal],
    most: int = _ACCOUNTS,
    at: datetime.date | None = None,
) -> Prose:
    """Return accounts with what each has in a sum, the largest first.

    Args:
        setting: What the report is of.
        key: What the keys of the amounts begin with.
        amounts: What each account has in the sum; each leads to its register.
        most: How many are named; the rest are summed.
        at: The day they are valued on, to say the units and the price of a coin.
    """
    ordered = largest_first((name, some) for name, some in amounts.items() if some)
    # One account left over takes no more room than saying so.
    kept = most if len(ordered) > most + 1 else len(ordered)
    pieces: list[Piece] = []
    for name, amount in ordered[:kept]:
        if pieces:
            pieces.append("; ")
        figure = setting.money(f"{key}:of:{name}", amount, formula="account")
        pieces += [account_link(setting, name), " ", figure]
        if at is not None:
            pieces += in_coin(setting, f"{key}:of:{name}", name, at)
    pieces += others(setting, key, [amount for _, amount in ordered[kept:]])
    return tuple(pieces)


def others(setting: Setting, key: str, amounts: Sequence[Decimal]) -> Prose:
    """Say what the accounts not named have together; nothing where all are named."""
    if not amounts:
        return ()
    return setting.say(
        "; %(count)s more accounts, together %(amount)s",
        count=setting.count(f"{key}:of:count", len(amounts)),
        amount=setting.money(
            f"{key}:of:rest", sum(amounts, _ZERO), formula="sum of the accounts"
        ),
    )


def in_coin(setting: Setting, key: str, account: str, day: datetime.date) -> Prose:
    """Say how many units of which coin an account has, at what price, and whose.

    Nothing of an account with money, or with several coins.
    """
    held = [
        (position.commodity, units)
        for position, units in setting.holdings(day).units.items()
        if position.account == account and units
    ]
    if len(held) != 1 or held[0][0] == setting.case.currency:
        return ()
    coin, units = held[0]
    found = quote(setting, coin, day)
    if found is None or is_with_its_issuer(
        setting.case, setting.case.accounts[account], coin
    ):
        return ()
    price = price_of(setting, key, found)
    noted = setting.notes.refs(price.sources)
    return setting.say(
        " (%(units)s %(coin)s at %(price)s%(source)s)",
        units=setting.units(f"{key}:units", abs(units), coin, formula="units"),
        coin=Said(coin),
        price=price,
        source=(", ", *noted) if noted else (),
    )


def price_of(setting: Setting, key: str, found: Quote) -> Figure:
    """Return the price of a unit, with its source."""
    return setting.units(
        f"{key}:price",
        found.number,
        setting.case.currency,
        formula="latest price by the day, if young enough",
        sources=found.sources,
    )


def balances(
    setting: Setting,
    key: str,
    accounts: Iterable[str],
    day: datetime.date,
    counts: Callable[[Position], bool] = lambda _: True,
) -> dict[str, Any]:
    """Return what a sum of balances at market rests on, for a figure.

    Args:
        setting: What the report is of.
        key: The figure's key.
        accounts: The accounts it sums, all of one side.
        day: The day.
        counts: Which of their positions it counts.
    """
    positions = _positions(setting, accounts, day, counts)
    return {
        "worked": of_accounts(setting, key, at_market(setting, positions, day), at=day),
        **made_of(setting.parts(day).of(accounts, counts=counts)),
    }


def made_of(made: Made) -> dict[str, Any]:
    """Return the flows a sum of balances is made of, for a figure."""
    return {"flows": made.flows, "parts": made.parts, "priced": made.sources}


def _positions(
    setting: Setting,
    accounts: Iterable[str],
    day: datetime.date,
    counts: Callable[[Position], bool] = lambda _: True,
) -> list[Position]:
    wanted = frozenset(accounts)
    return [
        one
        for one in setting.holdings(day).units
        if one.account in wanted and counts(one)
    ]


def resting(
    setting: Setting,
    accounts: Iterable[str],
    day: datetime.date,
    side: str | None = None,
) -> dict[str, Any]:
    """Return all flows behind balances, for a figure that is more than their sum.

    Paper names the few that moved them most; `explain` and the attached figures all.

    Args:
        setting: What the report is of.
        accounts: The accounts.
        day: The day.
        side: The side of a balance sheet summed, as `Parts.of` has it.
    """
    return {**made_of(setting.parts(day).of(accounts, side)), "named": NAMED}


def of_balance(
    setting: Setting, accounts: Iterable[str], day: datetime.date, value: Decimal
) -> dict[str, Any]:
    """Return the flows that made accounts what they were, for a figure.

    What each has in the figure is told only where that sums to it: what is held
    can be worth less than its price, and a debt stand on the other side.
    """
    return told(made_of(setting.parts(day).of(accounts)), value)


def told(found: dict[str, Any], value: Decimal) -> dict[str, Any]:
    """Return flows with what each has in a value if they sum to it, else without."""
    parts = found.get("parts", ())
    if sum((amount for _, amount in parts), _ZERO) == value:
        return found
    return {"named": NAMED, **found, "parts": ()}


def moved(
    setting: Setting, accounts: Iterable[str], day: datetime.date
) -> dict[str, Decimal]:
    """Return what each flow moved on accounts, at a day's prices."""
    return dict(setting.parts(day).of(accounts).parts)


def priced(
    setting: Setting, key: str, units: Figure, commodity: str, day: datetime.date
) -> dict[str, Any]:
    """Return what the market value of units is worked out from, with its source."""
    found = quote(setting, commodity, day)
    if found is None:
        return {}
    price = price_of(setting, key, found)
    worked = setting.say(
        "%(units)s times %(price)s, the price of %(day)s",
        units=units,
        price=price,
        day=Day(found.date),
    )
    return {"worked": worked, "sources": price.sources}


def of_sides(
    setting: Setting,
    key: str,
    positions: Iterable[Position],
    most: int,
    at: datetime.date,
) -> Prose:
    """Return accounts as `of_accounts` does, what is held against what is owed."""
    amounts = at_market(setting, positions, at)
    sides = [
        of_accounts(setting, f"{key}:{root}", held, most, at)
        for root in ("Assets", "Liabilities")
        if (
            held := {
                x: n
                for x, n in amounts.items()
                if setting.case.accounts[x].root == root and n
            }
        )
    ]
    against: Prose = (setting.text(" against "),)
    return tuple(
        piece
        for n, side in enumerate(sides)
        for piece in (*(against if n else ()), *side)
    )


def widest(setting: Setting, flows: Iterable[str]) -> dict[str, Any]:
    """Return flows, those with the widest ranges first, each with high less low.

    What is drawn moves with these; the ends of a range are what sources allow.

    Args:
        setting: What the report is of.
        flows: The flows that may vary.
    """
    flows = tuple(dict.fromkeys(flows))
    spans: dict[str, Decimal] = {}
    for name in flows:
        flow = setting.case.by_id.get(name)
        if flow is None or flow.low is None or flow.high is None:
            continue
        first = flow.postings[0]
        worth = posting_worth(setting, flow, first)
        if worth and first.units:
            price = abs(worth / first.units)
            spans[name] = (flow.high - flow.low) * price
    rest = of_flows(setting, spans)
    every = dict.fromkeys((*rest["flows"], *flows))
    return {**rest, "flows": tuple(every), "named": NAMED}


def drawn(setting: Setting, key: str, draws: int, seed: int) -> Prose:
    """Say how many draws something is from, and what repeats them."""
    return setting.say(
        "%(draws)s draws, seed %(seed)s",
        draws=setting.count(f"{key}:draws", draws),
        seed=Said(str(seed)),
    )
