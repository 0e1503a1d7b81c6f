"""Whether rows of other documents fill a gap between two rows of one."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.drafts import OPENING

if TYPE_CHECKING:
    from collections.abc import Container
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.evidence.drafts import Draft
    from solvency.evidence.gaps.continuity import BalanceGap

#: So many transfers on the way between two days are tried in every combination.
_MOST_ON_THE_WAY = 12


class Moved(NamedTuple):
    """What moved on an account, on one of two days where two statements differ."""

    first: datetime.date
    last: datetime.date
    units: Decimal


def remaining(
    missing: Decimal,
    own: Decimal,
    since: datetime.date,
    until: datetime.date,
    moves: Iterable[Moved],
) -> Decimal:
    """Return what is still missing between two rows of a document.

    Args:
        missing: What the document alone lacks between them, in units.
        own: What its own rows of those days come to.
        since: The day of the row before the gap.
        until: The day of the row after it.
        moves: What moved on the account, whatever document says it.

    Returns:
        Nothing if the movements of those days are the document's own and the missing.
    """
    inside, ways = Decimal(), []
    for one in moves:
        if since <= one.first and one.last <= until:
            inside += one.units
        elif one.first <= until and since <= one.last:
            ways.append(one.units)  # its other day is that of another statement
    if reached(missing + own - inside, ways):
        return Decimal()
    if reached(own - inside, ways):
        return missing
    return missing + own - inside


def unfilled(
    gaps: Iterable[BalanceGap], flows: Iterable[Draft], gone: Container[str]
) -> Iterator[BalanceGap]:
    """Yield the gaps that neither the case nor other documents fill.

    Args:
        gaps: The gaps of statements, and disagreements of registers.
        flows: Those of the case and those to be written.
        gone: What stood for a flow of the case that another takes the place of.
    """
    moves: dict[tuple[str, str], list[Moved]] = {}
    for one in flows:
        replaced = one.block is not None and one.block[1] in gone
        if replaced or one.narration.startswith(OPENING):
            continue
        for leg in one.legs:
            moves.setdefault((leg.account, leg.commodity), []).append(
                Moved(one.date, one.latest or one.date, leg.amount)
            )
    for gap in gaps:
        if gap.account and not remaining(
            gap.missing,
            gap.own,
            datetime.date.fromisoformat(gap.since),
            datetime.date.fromisoformat(gap.until),
            moves.get((gap.account, gap.currency), ()),
        ):
            continue
        yield gap


def reached(number: Decimal, ways: list[Decimal]) -> bool:
    """Say whether some of several amounts come to a number."""
    sums = {Decimal()}
    for units in ways[:_MOST_ON_THE_WAY]:
        sums |= {one + units for one in sums}
    return number in sums
