"""What assets are expected to fetch, and how that comes about at each end."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.exhibits.flows import quote
from solvency.exhibits.workings import account_link
from solvency.exhibits.workings import in_coin
from solvency.exhibits.workings import others
from solvency.exhibits.workings import price_of
from solvency.figures.figure import Said

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.recover.estate import Item
    from solvency.analysis.recover.waterfall import Cover
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

_ZERO = Decimal()
#: Accounts named of a line; the rest are summed.
_NAMED = 5


def fetched(
    setting: Setting,
    key: str,
    items: Iterable[Item],
    sold: Mapping[str, Decimal],
    end: str,
    day: datetime.date,
) -> Prose:
    """Return accounts with what each fetches, and how that comes about.

    Args:
        setting: What the report is of.
        key: What the keys of the amounts begin with.
        items: What is held.
        sold: Units of each coin that are sold together.
        end: low, central or high: which estimate is told first.
        day: The day.
    """
    by_account: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        by_account[item.account.name].append(item)
    ordered = sorted(
        (
            (sum((getattr(x.worth, end) for x in some), _ZERO), name)
            for name, some in by_account.items()
            if any(any(x.worth) for x in some)
        ),
        key=lambda one: (-one[0], one[1]),
    )
    kept = _NAMED if len(ordered) > _NAMED + 1 else len(ordered)
    pieces: list[Piece] = []
    for worth, name in ordered[:kept]:
        pieces += ["; "] if pieces else []
        spot = f"{key}:of:{name}"
        amount = setting.money(spot, worth, formula="account")
        pieces += [account_link(setting, name), " ", amount]
        if len(by_account[name]) == 1:
            item = by_account[name][0]
            pieces += _how(setting, spot, item, sold[item.commodity], day)
    pieces += others(setting, key, [worth for worth, _ in ordered[kept:]])
    return tuple(pieces)


def covering(
    setting: Setting,
    key: str,
    covers: Iterable[Cover],
    sold: Mapping[str, Decimal],
    day: datetime.date,
) -> Prose:
    """Return assets with what each covers of a debt, and what makes it so much.

    Args:
        setting: What the report is of.
        key: What the keys of the amounts begin with.
        covers: The assets.
        sold: Units of each coin that are sold together.
        day: The day.
    """
    pieces: list[Piece] = []
    for cover in covers:
        item = cover.item
        spot = f"{key}:of:{item.account.name}:{item.commodity}"
        pieces += ["; "] if pieces else []
        amount = setting.money(spot, cover.covered, formula="covered")
        pieces += [account_link(setting, item.account.name), " ", amount]
        if item.commodity != setting.case.currency:
            whole = max(item.units, sold.get(item.commodity, _ZERO))
            pieces += _how(setting, spot, item, whole, day)
    return tuple(pieces)


def _how(
    setting: Setting, key: str, item: Item, sold: Decimal, day: datetime.date
) -> Prose:
    """Say how what an asset fetches comes about, and how much at each end."""
    if item.account.recovery is not None:
        return _estimated(setting, key, item)
    coin = setting.case.commodities.get(item.commodity)
    depth = coin.depth(day) if coin else None
    if depth is None:
        return in_coin(setting, key, item.account.name, day)
    found = quote(setting, item.commodity, day)
    if found is None:
        return ()

    def units(name: str, value: Decimal) -> Figure:
        return setting.units(f"{key}:{name}", value, item.commodity, formula=name)

    names = [x for x in (*found.sources, depth.source) if x]
    said = setting.say(
        " (%(units)s of %(sold)s %(coin)s sold, at first at %(price)s; each %(depth)s"
        " sold, low %(low)s, high %(high)s, halve the price%(assumed)s: low %(least)s,"
        " high %(most)s",
        sold=units("sold", sold),
        units=units("units", item.units),
        coin=Said(item.commodity),
        price=price_of(setting, key, found),
        depth=units("depth", depth.units),
        low=units("depth:low", depth.low or depth.units),
        high=units("depth:high", depth.high or depth.units),
        assumed=setting.text(", as assumed") if depth.basis == "assumed" else "",
        least=setting.money(f"{key}:low", item.worth.low, formula="low"),
        most=setting.money(f"{key}:high", item.worth.high, formula="high"),
    )
    noted = setting.notes.refs(tuple(dict.fromkeys(names)))
    return (*said, *((setting.text(", "), *noted) if noted else ()), setting.text(")"))


def _estimated(setting: Setting, key: str, item: Item) -> Prose:
    """Say what share of book the ledger takes an account to fetch."""
    account = item.account
    ends = (account.recovery_low, account.recovery, account.recovery_high)
    shares = {
        end: setting.share(
            f"{key}:share:{end}",
            account.recovery if value is None else value,
            formula="recovery the ledger states",
        )
        for end, value in zip(ENDS, ends, strict=True)
    }
    return setting.say(
        " (this ledger's estimate: %(central)s of book, %(book)s; low %(low)s, high"
        " %(high)s)",
        book=setting.money(f"{key}:book", item.book, formula="book"),
        **shares,
    )
