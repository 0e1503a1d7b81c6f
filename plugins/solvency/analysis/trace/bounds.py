"""What outlays can have spent of some owners' money, given what was there before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from solvency.analysis.trace.shares import Step


class Side(NamedTuple):
    """What one flow did to the pool, and how much of it was some owners'."""

    flow: str
    #: Units that came in, positive, or went out, negative.
    units: int
    #: Of what came in, the owners' at least and at most.
    low: int
    high: int


def sides(steps: Sequence[Step], mine: NDArray[np.bool_]) -> tuple[Side, ...]:
    """Return what flows did to the pool as some owners see it.

    Args:
        steps: What the flows did.
        mine: Whose money, by the owners' codes.
    """
    return tuple(_side(step, mine) for step in steps)


def _side(step: Step, mine: NDArray[np.bool_]) -> Side:
    if step.units < 0:
        return Side(step.flow.id, step.units, 0, 0)
    low, high = (min(step.units, end.sum_of(mine)) for end in (step.least, step.most))
    return Side(step.flow.id, step.units, low, high)


class Deposit(NamedTuple):
    """Money that came in: its flow, and how much of it was some owners'."""

    flow: str
    amount: Decimal
    least: Decimal
    most: Decimal


class Before(NamedTuple):
    """What an account held before an outlay."""

    balance: Decimal
    #: The most that can have been the owners', and the most of all others'.
    own: Decimal
    others: Decimal
    #: How many deposits had come in.
    deposits: int


class Spending(NamedTuple):
    """An outlay's part in the bounds of several taken together."""

    flow: str
    amount: Decimal
    least: Decimal
    most: Decimal


class _Turn(NamedTuple):
    """An outlay in its turn, in whole units."""

    flow: str
    out: int
    balance: int
    most: int
    others: int
    part: int
    part_others: int
    deposits: int


def _turns(seen: Sequence[Side], chosen: frozenset[str]) -> Iterator[_Turn]:
    """Yield the outlays in order, chosen ones spending all they can of each side."""
    most = others = balance = deposits = 0
    for side in seen:
        if side.units > 0:
            balance += side.units
            most += side.high
            others += side.units - side.low
            deposits += 1
            continue
        out = -side.units
        if side.flow in chosen:
            part, part_others = min(out, most), min(out, others)
        else:
            # Spared as far as the rest of the balance reaches.
            part = max(0, out - (balance - most))
            part_others = max(0, out - (balance - others))
        yield _Turn(side.flow, out, balance, most, others, part, part_others, deposits)
        balance -= out
        most, others = min(most - part, balance), min(others - part_others, balance)


def together(seen: Sequence[Side], chosen: frozenset[str]) -> tuple[int, int]:
    """Bound what chosen outlays spent of some owners' money, together."""
    least = most = 0
    for one in _turns(seen, chosen):
        if one.flow in chosen:
            least += one.out - one.part_others
            most += one.part
    return least, most


def spendings(
    orders: Sequence[Sequence[Side]],
    chosen: frozenset[str],
    ends: Sequence[tuple[int, int]],
    scale: int,
) -> tuple[Spending, ...]:
    """Return each outlay's part in the bounds of the chosen, as `together` has them.

    Args:
        orders: What flows did, in each order they may have had.
        chosen: Ids of the flows.
        ends: What `together` gives in each order.
        scale: Decimal places of the units.

    Returns:
        The outlays in their order; least and most sum to the bounds.
    """
    low = orders[min(range(len(ends)), key=lambda n: ends[n][0])]
    high = orders[max(range(len(ends)), key=lambda n: ends[n][1])]
    turns = list(_turns(high, chosen))
    again = turns if low is high else _turns(low, chosen)
    least = {x.flow: x.out - x.part_others for x in again}
    return tuple(
        Spending(
            one.flow,
            _number(one.out, scale),
            _number(least[one.flow], scale),
            _number(one.part, scale),
        )
        for one in turns
        if one.flow in chosen
    )


def befores(seen: Sequence[Side], scale: int) -> dict[str, Before]:
    """Return what there was before each outlay, by flow, earlier ones sparing both."""
    return {
        one.flow: Before(
            _number(one.balance, scale),
            _number(one.most, scale),
            _number(one.others, scale),
            one.deposits,
        )
        for one in _turns(seen, frozenset())
    }


def deposits(seen: Sequence[Side], scale: int) -> tuple[Deposit, ...]:
    """Return what came in, in order."""
    return tuple(
        Deposit(
            side.flow,
            _number(side.units, scale),
            _number(side.low, scale),
            _number(side.high, scale),
        )
        for side in seen
        if side.units > 0
    )


def _number(units: int, scale: int) -> Decimal:
    return Decimal(units).scaleb(-scale)
