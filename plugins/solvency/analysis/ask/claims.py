"""What is owed to each customer, by band, and to whom less than nothing is owed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.ask.inputs import money
from solvency.subledgers.engine import text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def balances(asking: Asking) -> str:
    """Return the SQL of each party's units of each commodity at the day."""
    return (
        "SELECT party, coin, sum(units) AS units FROM {rows}"
        f" WHERE day <= {asking.day} GROUP BY party, coin"
    )


def claims(asking: Asking) -> str:
    """Return the SQL of each party's claim, in hundredths, at prices of the day."""
    worth = (
        f"SELECT party, sum({asking.worth('units')}) AS worth"
        f" FROM {{rows}} WHERE day <= {asking.day} GROUP BY party"
    )
    return asking.rows.kept(
        f"SELECT party, {asking.cents('worth')} AS claim FROM ({worth}) AS w"
    )


def owed(asking: Asking) -> Answer:
    """Return what is owed to each party, in coin and at prices of the day."""
    currency = asking.case.currency
    ask = asking.rows.ask
    each = (
        f"SELECT party, claim FROM ({claims(asking)}) AS c WHERE {asking.only()}"
        f" ORDER BY claim DESC, party LIMIT {asking.most}"
    )
    found = ask(each)
    shown = ", ".join(
        str(party) if isinstance(party, int) else text(party) for party, _ in found
    )
    units: dict[tuple[str, str], Decimal] = {}
    for party, coin, number in ask(
        f"SELECT party, coin, units FROM ({balances(asking)}) AS b"
        f" WHERE party IN ({shown or 'NULL'})"
    ):
        units[str(party), coin] = asking.rows.amount(int(number), coin)
    nil = Decimal()
    rows = [
        (
            str(party),
            *(units.get((str(party), coin), nil) for coin in asking.coins),
            money(claim),
        )
        for party, claim in found
    ]
    count, positive, negative = ask(
        "SELECT count(*), sum(CASE WHEN claim > 0 THEN claim ELSE 0 END),"
        " sum(CASE WHEN claim < 0 THEN claim ELSE 0 END)"
        f" FROM ({claims(asking)}) AS c"
    )[0]
    return asking.answer(
        "owed",
        f"Owed to each party at the end of {asking.at}",
        ("party", *asking.coins, f"claim ({currency})"),
        rows,
        len(rows) if asking.party else int(count),
        {
            "parties": int(count),
            f"owed to parties ({currency})": money(positive),
            f"owed by parties ({currency})": money(negative),
            f"net ({currency})": money(int(positive or 0) + int(negative or 0)),
        },
        asking.unpriced,
    )


def negative(asking: Asking) -> Answer:
    """Return the balances below zero, deepest first."""
    below = asking.rows.kept(
        f"SELECT party, coin, units, {asking.cents(asking.worth('units'))} AS worth"
        f" FROM ({balances(asking)}) AS b WHERE units < 0 AND {asking.only()}"
    )
    count, whole = asking.rows.ask(f"SELECT count(*), sum(worth) FROM ({below}) AS n")[
        0
    ]
    found = asking.rows.ask(
        f"SELECT * FROM ({below}) AS n ORDER BY worth, party, coin LIMIT {asking.most}"
    )
    return asking.answer(
        "negative",
        f"Balances below zero at the end of {asking.at}",
        ("party", "commodity", "units", f"worth ({asking.case.currency})"),
        [
            (str(party), coin, asking.rows.amount(int(units), coin), money(worth))
            for party, coin, units, worth in found
        ],
        int(count),
        {f"together ({asking.case.currency})": money(whole)},
        asking.unpriced,
    )


def bands(asking: Asking, bounds: Sequence[Decimal]) -> Answer:
    """Return how many claims there are of each size, and what they come to.

    Args:
        asking: The rows.
        bounds: Where one band ends and the next begins, in the reporting currency.
    """
    edges = [int(one.scaleb(2)) for one in sorted(bounds)]
    whens = " ".join(f"WHEN claim <= {edge} THEN {n}" for n, edge in enumerate(edges))
    found = {
        int(band): (int(count), money(total))
        for band, count, total in asking.rows.ask(
            f"SELECT CASE {whens} ELSE {len(edges)} END AS band, count(*), sum(claim)"
            f" FROM ({claims(asking)}) AS c WHERE claim > 0 GROUP BY 1"
        )
    }
    heads = [
        f"to {bound:,f}" if n == 0 else f"over {sorted(bounds)[n - 1]:,f} to {bound:,f}"
        for n, bound in enumerate(sorted(bounds))
    ]
    heads.append(f"over {max(bounds):,f}")
    nothing = (0, Decimal())
    rows = [(head, *found.get(n, nothing)) for n, head in enumerate(heads)]
    return asking.answer(
        "bands",
        f"Claims by size at the end of {asking.at}",
        ("band", "claims", f"together ({asking.case.currency})"),
        rows,
        len(rows),
        {
            "claims": sum(row[0] for row in found.values()),
            f"together ({asking.case.currency})": sum(
                (row[1] for row in found.values()), Decimal()
            ),
        },
        asking.unpriced,
    )
