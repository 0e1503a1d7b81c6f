"""What each customer is paid: pro rata, by a rising tide, or in kind."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from solvency.analysis.ask.apportion import level
from solvency.analysis.ask.apportion import rounded
from solvency.analysis.ask.claims import balances
from solvency.analysis.ask.claims import claims
from solvency.analysis.ask.inputs import CENTS
from solvency.analysis.ask.inputs import money
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def counted(asking: Asking) -> frozenset[str]:
    """Return the accounts in which the entity holds what there is for parties.

    Those held for customers, where any are marked `custody: TRUE`; else all assets that
    are no claims.
    """
    case, entity = asking.case, asking.subledger.account.split(":")[1]
    mine = [
        one
        for one in case.accounts.values()
        if one.entity == entity and one.root == "Assets"
    ]
    custody = [one for one in mine if one.custody]
    return frozenset(
        one.name for one in custody or mine if one.custody or not one.is_claim
    )


def held(asking: Asking) -> dict[str, Decimal]:
    """Return what the entity holds at the day, by commodity, as the ledger has it."""
    accounts = counted(asking)
    found: dict[str, Decimal] = defaultdict(Decimal)
    for flow in asking.case.selected:
        if flow.date <= asking.at:
            for posting in flow.postings:
                if posting.account in accounts:
                    found[posting.commodity] += posting.units
    return dict(found)


def distribution(asking: Asking, rule: str, pot: Decimal | None) -> Answer:
    """Return what each party is paid of what there is.

    Args:
        asking: The rows.
        rule: One of `SHARING`.
        pot: What there is, in the reporting currency; default what the entity holds
            at prices of the day. In kind it is what the entity holds of each coin.

    Raises:
        RowsError: There is nothing to distribute, or nobody to pay.
    """
    if rule == "in-kind":
        return _in_kind(asking)
    if pot is None:
        holds = held(asking)
        pot = sum(
            (
                number * asking.prices[coin]
                for coin, number in holds.items()
                if coin in asking.prices
            ),
            Decimal(),
        )
    whole = int(pot.scaleb(CENTS))
    if whole <= 0:
        raise RowsError(
            f"there is nothing to distribute: the entity holds {pot:,f}"
            f" {asking.case.currency} at prices of {asking.at}",
            "Say what there is with --pot",
        )
    weighed = _claimed(asking) if rule == "pro-rata" else _paid_in(asking)
    owed = int(
        asking.rows.ask(
            f"SELECT sum(CASE WHEN given > got THEN given - got ELSE 0 END)"
            f" FROM ({weighed}) AS w"
        )[0][0]
        or 0
    )
    capped = min(whole, owed)
    share = level(asking.rows, weighed, capped)
    parts = rounded(asking.rows, weighed, share, capped)
    return _answer(asking, rule, parts, capped, share, whole)


def _claimed(asking: Asking) -> str:
    """Return the SQL of claims above zero; nobody has had anything yet."""
    return asking.rows.kept(
        "SELECT party, claim AS given, CAST(0 AS HUGEINT) AS got"
        f" FROM ({claims(asking)}) AS c WHERE claim > 0"
    )


def _paid_in(asking: Asking) -> str:
    """Return the SQL of what each party paid in and took out, at prices of the day."""
    moved = (
        f"SELECT party, {asking.worth('units')} AS worth FROM {{rows}}"
        f" WHERE day <= {asking.day}"
    )
    valued = (
        "SELECT party, sum(CASE WHEN worth > 0 THEN worth ELSE 0 END) AS a,"
        " sum(CASE WHEN worth < 0 THEN -worth ELSE 0 END) AS b"
        f" FROM ({moved}) AS m GROUP BY party"
    )
    return asking.rows.kept(
        f"SELECT party, {asking.cents('a')} AS given, {asking.cents('b')} AS got"
        f" FROM ({valued}) AS v"
    )


def _answer(
    asking: Asking, rule: str, parts: str, paid: int, share: Fraction, whole: int
) -> Answer:
    currency = asking.case.currency
    found = asking.rows.ask(
        f"SELECT party, given, got, part FROM ({parts}) AS p WHERE {asking.only()}"
        f" ORDER BY part DESC, party LIMIT {asking.most}"
    )
    count, together = asking.rows.ask(
        f"SELECT count(*), sum(part) FROM ({parts}) AS p"
    )[0]
    if int(together) != paid:
        raise RowsError(
            f"the parts sum to {money(together):,f}, not {money(paid):,f} {currency}"
        )
    heads = (
        ("party", f"claim ({currency})", f"paid ({currency})")
        if rule == "pro-rata"
        else (
            "party",
            f"paid in ({currency})",
            f"taken out ({currency})",
            f"paid ({currency})",
        )
    )
    rows = [
        (str(party), money(given), money(part))
        if rule == "pro-rata"
        else (str(party), money(given), money(got), money(part))
        for party, given, got, part in found
    ]
    totals: dict[str, object] = {
        f"there is ({currency})": money(whole),
        f"distributed ({currency})": money(together),
        "share": f"{float(share):.6%}",
    }
    if whole > paid:
        totals[f"left when all is paid ({currency})"] = money(whole - paid)
    return asking.answer(
        "distribution",
        f"Distribution at {asking.at}, {rule}",
        heads,
        rows,
        len(rows) if asking.party else int(count),
        totals,
        asking.unpriced,
    )


def _in_kind(asking: Asking) -> Answer:
    """Return each party's share of what there is of each coin it is owed."""
    holds = held(asking)
    paid: dict[tuple[str, str], tuple[Decimal, Decimal]] = {}
    totals: dict[str, object] = {}
    count = 0
    for coin in asking.coins:
        whole = _whole(asking, coin, holds)
        if whole <= 0:
            totals[f"nothing held of {coin}"] = asking.rows.amount(whole, coin)
            continue
        coin_text = "'" + coin.replace("'", "''") + "'"
        weighed = asking.rows.kept(
            "SELECT party, units AS given, CAST(0 AS HUGEINT) AS got"
            f" FROM ({asking.rows.kept(balances(asking))}) AS b"
            f" WHERE coin = {coin_text} AND units > 0"
        )
        owed = asking.rows.ask(f"SELECT sum(given) FROM ({weighed}) AS w")[0][0]
        if not owed:
            continue
        capped = min(whole, int(owed))
        parts = rounded(asking.rows, weighed, Fraction(capped, int(owed)), capped)
        found = asking.rows.ask(
            f"SELECT party, given, part FROM ({parts}) AS p WHERE {asking.only()}"
            f" ORDER BY part DESC, party LIMIT {asking.most}"
        )
        for party, given, part in found:
            paid[str(party), coin] = (
                asking.rows.amount(int(given), coin),
                asking.rows.amount(int(part), coin),
            )
        several, together = asking.rows.ask(
            f"SELECT count(*), sum(part) FROM ({parts}) AS p"
        )[0]
        count += int(several)
        totals[f"distributed ({coin})"] = asking.rows.amount(int(together), coin)
    rows = [(party, coin, *both) for (party, coin), both in sorted(paid.items())]
    return asking.answer(
        "distribution",
        f"Distribution at {asking.at}, in-kind",
        ("party", "commodity", "owed", "paid"),
        rows,
        len(rows) if asking.party else count,
        totals,
    )


def _whole(asking: Asking, coin: str, holds: Mapping[str, Decimal]) -> int:
    """Return what is held of a coin in its smallest units; finer dust is left."""
    return int(holds.get(coin, Decimal()).scaleb(asking.rows.places(coin)))
