"""What customers took out before the petition, net of new value they gave after."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from solvency.analysis.ask.inputs import money

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def preferences(asking: Asking, days: int, threshold: Decimal) -> Answer:
    """Return what each party took out in the last days, net of new value given after.

    New value takes away from what was taken out before it, never from what comes
    later: the exposure after each row is max(0, exposure + taken out - paid in). In
    closed form it is the running sum less the least of itself and nil.

    Args:
        asking: The rows.
        days: How many days before the day asked about.
        threshold: Less than this, in the reporting currency, is left out.
    """
    currency = asking.case.currency
    first = datetime.date.fromordinal(max(asking.at.toordinal() - days + 1, 1))
    window = f"day >= CAST('{first.isoformat()}' AS DATE) AND day <= {asking.day}"
    # Who took nothing out has none: most parties need no running sum.
    takers = f"SELECT party FROM {{rows}} WHERE {window} AND units < 0"
    moved = (
        f"SELECT party, day, ord, {asking.worth('-units')} AS out"
        f" FROM {{rows}} WHERE {window} AND {asking.only()} AND party IN ({takers})"
    )
    # Rows of one day and number are taken together, as if what was taken out came
    # first: the least of the sums is then the last of them, or one before.
    running = (
        "SELECT party, out, sum(out) OVER (PARTITION BY party"
        " ORDER BY day, ord RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
        f" AS run FROM ({moved}) AS m"
    )
    summed = (
        "SELECT party, sum(CASE WHEN out > 0 THEN out ELSE 0 END) AS taken,"
        " sum(CASE WHEN out < 0 THEN -out ELSE 0 END) AS given,"
        " min(run) AS low"
        f" FROM ({running}) AS r GROUP BY party"
    )
    net = "taken - given - CASE WHEN low < 0 THEN low ELSE 0 END"
    least = max(int(threshold.scaleb(2)), 1)
    above = asking.rows.kept(
        f"SELECT party, {asking.cents('taken')} AS taken,"
        f" {asking.cents('given')} AS given, {asking.cents('net')} AS net"
        f" FROM (SELECT party, taken, given, {net} AS net FROM ({summed}) AS s) AS v"
        f" WHERE {asking.cents('net')} >= {least}"
    )
    count, whole = asking.rows.ask(f"SELECT count(*), sum(net) FROM ({above}) AS a")[0]
    found = asking.rows.ask(
        f"SELECT party, taken, given, net FROM ({above}) AS a"
        f" ORDER BY net DESC, party LIMIT {asking.most}"
    )
    return asking.answer(
        "preferences",
        f"Taken out in the {days} days to {asking.at}, net of new value",
        (
            "party",
            f"taken out ({currency})",
            f"new value ({currency})",
            f"preference ({currency})",
        ),
        [
            (str(party), money(taken), money(given), money(net_of))
            for party, taken, given, net_of in found
        ],
        int(count),
        {"parties": int(count), f"together ({currency})": money(whole)},
        asking.unpriced,
    )
