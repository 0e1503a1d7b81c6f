"""What outlays can have spent of some owners' money, given what was there before."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.analysis.trace.ask import Step


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


def _turns(
    steps: Sequence[Step], chosen: frozenset[str], owners: tuple[str, ...]
) -> Iterator[_Turn]:
    """Yield the outlays in order, chosen ones spending all they can of each side."""
    most = others = balance = deposits = 0
    for step in steps:
        if step.units > 0:
            low, high = _bounds(step, owners)
            balance += step.units
            most += high
            others += step.units - low
            deposits += 1
            continue
        out = -step.units
        if step.flow.id in chosen:
            part, part_others = min(out, most), min(out, others)
        else:
            # Spared as far as the rest of the balance reaches.
            part = max(0, out - (balance - most))
            part_others = max(0, out - (balance - others))
        yield _Turn(
            step.flow.id, out, balance, most, others, part, part_others, deposits
        )
        balance -= out
        most, others = min(most - part, balance), min(others - part_others, balance)


def _bounds(step: Step, owners: tuple[str, ...]) -> tuple[int, int]:
    """Return what of a deposit was the owners', at least and at most."""
    each = [step.bounds.get(owner, (0, 0)) for owner in owners]
    low, high = (min(step.units, sum(end[n] for end in each)) for n in (0, 1))
    return low, high


def together(
    steps: Sequence[Step], chosen: frozenset[str], owners: tuple[str, ...]
) -> tuple[int, int]:
    """Bound what chosen outlays spent of some owners' money, together."""
    least = most = 0
    if owners:
        for one in _turns(steps, chosen, owners):
            if one.flow in chosen:
                least += one.out - one.part_others
                most += one.part
    return least, most


def spendings(
    orders: Sequence[Sequence[Step]],
    chosen: frozenset[str],
    owners: tuple[str, ...],
    scale: int,
) -> tuple[Spending, ...]:
    """Return each outlay's part in the bounds of the chosen, as `together` has them.

    Args:
        orders: The steps in each order they may have had.
        chosen: Ids of the flows.
        owners: Whose money.
        scale: Decimal places of the units.

    Returns:
        The outlays in their order; least and most sum to the bounds.
    """
    if not owners:
        return ()
    ends = [together(steps, chosen, owners) for steps in orders]
    low = orders[min(range(len(ends)), key=lambda n: ends[n][0])]
    high = orders[max(range(len(ends)), key=lambda n: ends[n][1])]
    least = {x.flow: x.out - x.part_others for x in _turns(low, chosen, owners)}
    return tuple(
        Spending(
            one.flow,
            _number(one.out, scale),
            _number(least[one.flow], scale),
            _number(one.part, scale),
        )
        for one in _turns(high, chosen, owners)
        if one.flow in chosen
    )


def befores(
    steps: Sequence[Step], owners: tuple[str, ...], scale: int
) -> dict[str, Before]:
    """Return what there was before each outlay, by flow, earlier ones sparing both."""
    return {
        one.flow: Before(
            _number(one.balance, scale),
            _number(one.most, scale),
            _number(one.others, scale),
            one.deposits,
        )
        for one in _turns(steps, frozenset(), owners)
    }


def deposits(
    steps: Sequence[Step], owners: tuple[str, ...], scale: int
) -> tuple[Deposit, ...]:
    """Return what came in, in order."""
    return tuple(
        Deposit(
            step.flow.id,
            _number(step.units, scale),
            *(_number(end, scale) for end in _bounds(step, owners)),
        )
        for step in steps
        if step.units > 0
    )


def _number(units: int, scale: int) -> Decimal:
    return Decimal(units).scaleb(-scale)
