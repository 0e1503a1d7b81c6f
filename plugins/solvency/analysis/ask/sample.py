"""Whom to write to: claims drawn for letters of confirmation, by a seed."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

from solvency.analysis.ask.claims import claims
from solvency.analysis.ask.inputs import money
from solvency.subledgers.engine import text
from solvency.subledgers.engine import whole
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def monetary_unit(asking: Asking, size: int, seed: str) -> Answer:
    """Return the claims in which every so-many-th hundredth of the currency falls.

    The claims lie one after another, by party. From a start that the seed decides, a
    point is set at each interval; a claim is drawn as often as points fall in it, so
    that its chance is in proportion to its amount, and one as large as the interval is
    always drawn.

    Args:
        asking: The rows.
        size: How many points are set.
        seed: What decides the start.
    """
    owed = f"SELECT party, claim FROM ({claims(asking)}) AS c WHERE claim > 0"
    total = _total(asking, owed)
    # The interval is a fraction; points stand at (start + k x total) / size, in whole
    # numbers once all is multiplied by the size.
    start = _number(seed, "start") % total
    n = whole(size)
    up = (
        "SELECT party, claim, sum(claim) OVER (ORDER BY party ROWS BETWEEN UNBOUNDED"
        f" PRECEDING AND CURRENT ROW) AS up FROM ({owed}) AS o"
    )
    ends = (
        f"SELECT party, claim, CAST(up AS HUGEINT) * {n} - {whole(start)} AS top,"
        f" CAST(up - claim AS HUGEINT) * {n} - {whole(start)} AS low FROM ({up}) AS u"
    )
    # How many points lie below an end: none below the start.
    below = {
        end: f"CASE WHEN {end} > 0 THEN ({end} + {whole(total - 1)}) // {whole(total)}"
        " ELSE 0 END"
        for end in ("top", "low")
    }
    hit = (
        f"SELECT party, claim, {below['top']} - {below['low']} AS times"
        f" FROM ({ends}) AS e"
    )
    drawn = f"SELECT party, claim, times FROM ({hit}) AS h WHERE times > 0"
    currency = asking.case.currency
    count, together = asking.rows.ask(
        f"SELECT count(*), sum(claim) FROM ({drawn}) AS d"
    )[0]
    found = asking.rows.ask(
        f"SELECT party, claim, times FROM ({drawn}) AS d"
        f" ORDER BY party LIMIT {asking.most}"
    )
    return asking.answer(
        "sample",
        f"Claims at {asking.at} to be confirmed, by monetary unit",
        ("party", f"claim ({currency})", "points"),
        [(str(party), money(claim), int(times)) for party, claim, times in found],
        int(count),
        {
            "seed": seed,
            "points": size,
            f"interval ({currency})": money(total // size),
            "claims drawn": int(count),
            f"drawn together ({currency})": money(together),
            f"of claims ({currency})": money(total),
        },
        asking.unpriced,
    )


def stratified(
    asking: Asking, size: int, seed: str, bounds: Sequence[Decimal]
) -> Answer:
    """Return claims drawn by band, from each in proportion to what it comes to.

    Within a band all claims have the same chance: their order is that of a hash of the
    seed and the party. What a band is too small for goes to the others.

    Args:
        asking: The rows.
        size: How many are drawn.
        seed: What decides which.
        bounds: Where one band ends and the next begins, in the reporting currency.
    """
    edges = sorted(int(one.scaleb(2)) for one in bounds)
    whens = " ".join(f"WHEN claim <= {edge} THEN {n}" for n, edge in enumerate(edges))
    banded = (
        f"SELECT party, claim, CASE {whens} ELSE {len(edges)} END AS band"
        f" FROM ({claims(asking)}) AS c WHERE claim > 0"
    )
    _total(asking, banded)
    there = {
        int(band): (int(count), int(total))
        for band, count, total in asking.rows.ask(
            f"SELECT band, count(*), sum(claim) FROM ({banded}) AS b GROUP BY band"
        )
    }
    wanted = allotted(size, there)
    order = f"sha256({text(seed + '|')} || CAST(party AS VARCHAR))"
    ranked = (
        "SELECT party, claim, band, row_number() OVER (PARTITION BY band"
        f" ORDER BY {order}, party) AS place FROM ({banded}) AS b"
    )
    within = " OR ".join(
        f"(band = {band} AND place <= {number})" for band, number in wanted.items()
    )
    drawn = f"SELECT party, claim, band FROM ({ranked}) AS r WHERE {within}"
    currency = asking.case.currency
    found = asking.rows.ask(
        f"SELECT party, claim, band FROM ({drawn}) AS d"
        f" ORDER BY band DESC, party LIMIT {asking.most}"
    )
    heads = _heads(bounds)
    return asking.answer(
        "sample",
        f"Claims at {asking.at} to be confirmed, by band",
        ("party", f"claim ({currency})", "band"),
        [(str(party), money(claim), heads[int(band)]) for party, claim, band in found],
        sum(wanted.values()),
        {
            "seed": seed,
            **{
                f"drawn {heads[band]}": f"{number} of {there[band][0]}"
                for band, number in sorted(wanted.items())
            },
        },
        asking.unpriced,
    )


def allotted(size: int, there: dict[int, tuple[int, int]]) -> dict[int, int]:
    """Share a sample among bands by what they come to, none more than it has.

    Args:
        size: How many are drawn.
        there: By band, how many claims it has and what they come to.
    """
    found = dict.fromkeys(there, 0)
    left = min(size, sum(count for count, _ in there.values()))
    while left:
        open_ = {band: there[band] for band in there if found[band] < there[band][0]}
        total = sum(worth for _, worth in open_.values())
        exact = {
            band: divmod(left * worth, total) for band, (_, worth) in open_.items()
        }
        more = {band: share for band, (share, _) in exact.items()}
        rest = left - sum(more.values())
        for band in sorted(exact, key=lambda one: (-exact[one][1], one))[:rest]:
            more[band] += 1
        for band, share in more.items():
            given = min(share, there[band][0] - found[band])
            found[band] += given
            left -= given
    return found


def _heads(bounds: Sequence[Decimal]) -> list[str]:
    edges = sorted(bounds)
    between = [f"over {a:,f} to {b:,f}" for a, b in itertools.pairwise(edges)]
    return [f"to {edges[0]:,f}", *between, f"over {edges[-1]:,f}"]


def _total(asking: Asking, owed: str) -> int:
    """Return what claims come to, in hundredths of the currency."""
    found = asking.rows.ask(f"SELECT sum(claim) FROM ({owed}) AS o")[0][0]
    if not found:
        raise RowsError("no party has a claim, so there is none to confirm")
    return int(found)


def _number(seed: str, what: str) -> int:
    return int(hashlib.sha256(f"{what}|{seed}".encode()).hexdigest(), 16)
