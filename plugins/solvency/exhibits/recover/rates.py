"""What a recovery takes assets to fetch: shares of book, and the day's prices."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.estate import shares_of
from solvency.exhibits.flows import quote
from solvency.exhibits.workings import account_link
from solvency.exhibits.workings import resting
from solvency.figures.figure import OWN
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.recover.estate import Item
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Ref
    from solvency.figures.table import Cell
    from solvency.ledger.case import Measure

_ZERO = Decimal()


def rates(setting: Setting, found: Recovery) -> Table | None:
    """Return the accounts that fetch a share of book which the ledger states."""
    owing = {one.debtor for one in found.debts if one.creditor in setting.inside}
    who = (*setting.inside, *sorted(owing - set(setting.inside)))
    items = estate(setting.book, found.at).items(who)
    books: dict[str, Decimal] = {}
    for one in items:
        if one.account.recovery is not None:
            before = books.get(one.account.name, _ZERO)
            books[one.account.name] = before + one.book
    if not books:
        return None
    text = setting.text
    ordered = sorted(books, key=lambda name: (-books[name], name))
    sourced = any(_told(setting, name) for name in ordered)
    return Table(
        key="recovery-rates",
        title=text("What assets are taken to fetch of their cost"),
        unit=(text("%(unit)s; shares of book", unit=setting.unit),),
        head=text("Account"),
        width=60,
        columns=(
            Column("book", text("Book"), width=22),
            *(
                Column(end, text(end.capitalize()), width=16, current=end == "central")
                for end in ENDS
            ),
            Column("basis", text("The share is"), "text", 24),
            *((Column("by", text("Source"), "refs", 30),) if sourced else ()),
        ),
        rows=tuple(
            Row(
                f"rate:{name}",
                (account_link(setting, name),),
                (
                    *_of(setting, name, books),
                    *((_told(setting, name),) if sourced else ()),
                ),
            )
            for name in ordered
        ),
        notes=(
            (
                text(
                    "Stated: a source gives it. Derived: worked out from what sources"
                    " give. Outcome: what a sale brought later, and no forecast."
                    " Assumed: a choice of the author of the case, which no source"
                    " bears out. What debtors outside the group hold counts in the"
                    " central case alone: at low they pay nothing, at high all they"
                    " owe."
                ),
            ),
        ),
        size="dense",
    )


def _told(setting: Setting, name: str) -> tuple[Ref | str, ...] | None:
    """Return the sources of the share of an account, by the evidence it names."""
    claims = setting.case.accounts[name].notes.get("claim", "").split(",")
    rows = [setting.dossier[x.strip()] for x in claims if x.strip() in setting.dossier]
    return setting.notes.refs(name for row in rows for name in row.sources) or None


def _of(setting: Setting, name: str, books: dict[str, Decimal]) -> tuple[Cell, ...]:
    account = setting.case.accounts[name]
    registered = anchor("account", name) if name in setting.registered else ""
    rest = resting(setting, [name], setting.at)
    basis = account.recovery_basis or "assumed"
    return (
        setting.money(
            f"rate:{name}:book",
            books[name],
            formula="cost",
            target=registered or (OWN if books[name] else ""),
            **rest,
        ),
        *(
            setting.share(
                f"rate:{name}:{end}",
                share,
                formula="share of book that the ledger states",
                target=registered or (OWN if share else ""),
                **rest,
            )
            for end, share in zip(ENDS, shares_of(account), strict=True)
        ),
        (setting.text(basis),),
    )


def prices(setting: Setting, found: Recovery) -> Table | None:
    """Return the prices assets and debts count at, and how deep markets are."""
    home = setting.case.currency
    held: dict[str, Item] = {}
    for one in estate(setting.book, found.at).items(setting.inside):
        if one.account.recovery is None and one.commodity != home and one.units:
            held.setdefault(one.commodity, one)
    coins = sorted({*held, *(one.commodity for one in found.debts)} - {home})
    deep = any(_depth(setting, coin) for coin in coins)
    rows = [row for coin in coins if (row := _priced(setting, coin, deep=deep))]
    if not rows:
        return None
    text = setting.text
    depths = (
        Column("low", text("Depth, low"), width=24),
        Column("depth", text("Depth, central"), width=24),
        Column("high", text("Depth, high"), width=24),
        Column("basis", text("The depth is"), "text", 20),
    )
    return Table(
        key="recovery-prices",
        title=text("The prices that assets and debts count at"),
        unit=(
            text(
                "%(unit)s a unit; depth: units whose sale halves the price",
                unit=home,
            )
            if deep
            else text("%(unit)s a unit", unit=home),
        ),
        head=text("Commodity"),
        width=30,
        columns=(
            Column("price", text("Price"), width=22, current=True),
            Column("day", text("Day"), "text", 22),
            Column("source", text("Source"), "refs", 34),
            *(depths if deep else ()),
        ),
        rows=tuple(rows),
        size="dense",
    )


def _depth(setting: Setting, coin: str) -> Measure | None:
    known = setting.case.commodities.get(coin)
    return known.depth(setting.at) if known else None


def _priced(setting: Setting, coin: str, *, deep: bool) -> Row | None:
    now = quote(setting, coin, setting.at)
    if now is None:
        return None
    depth = _depth(setting, coin)
    key = f"recovery-price:{coin}"
    places = max(0, -int(now.number.normalize().as_tuple().exponent))
    price = Figure(
        key,
        now.number,
        setting.case.currency,
        places=min(places, 4),
        formula="price",
        sources=now.sources,
    )
    ends: tuple[Cell, ...] = (None,) * 4 if deep else ()
    if depth is not None:
        sources = (depth.source,) if depth.source else ()
        ends = (
            *(
                setting.units(
                    f"{key}:{end}",
                    units,
                    coin,
                    formula="market depth",
                    sources=sources,
                )
                for end, units in zip(
                    ENDS, (depth.low, depth.units, depth.high), strict=True
                )
            ),
            (setting.text(depth.basis),),
        )
    # Of the price, and of the depth where another gives it.
    of_depth = (depth.source,) if depth is not None and depth.source else ()
    where = setting.notes.refs((*now.sources, *of_depth))
    return Row(key, (coin,), (price, Day(now.date), where or None, *ends))
