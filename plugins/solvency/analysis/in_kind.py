"""What a flow pays in kind, beside money: no source and no use of funds."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.wide import settled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    #: What money came from or went to, and the side that says, if it says one.
    Key = tuple[str, str]

ZERO = Decimal()


def without_kind(
    others: Mapping[Key, Decimal],
    kind: Iterable[tuple[Key, Decimal]],
    change: Decimal,
) -> dict[Key, Decimal]:
    """Take out of a flow's sources and uses what was paid in kind.

    Who pays with money and tokens has got no money for the tokens: what they were worth
    is neither a source nor, on the other side, a use (IAS 7.43). It comes off what was
    paid for, in proportion.

    Args:
        others: By label, what the flow moved that is no asset, debits positive.
        kind: Assets that are no funds, each with its label, debits positive.
        change: What the flow moved of the funds.

    Returns:
        By label, debits positive; the sum is as before.
    """
    found = dict(others)
    given = ZERO
    for label, worth in kind:
        if worth * change > 0:
            given += worth
        else:
            found[label] = found.get(label, ZERO) + worth
    if not given:
        return found
    against = {label: x for label, x in found.items() if x * change < 0}
    total = sum(against.values(), ZERO)
    if abs(total) < abs(given):
        # A leg without a price: nothing says what the rest was given for.
        rest = "others", ""
        return found | {rest: found.get(rest, ZERO) + given}
    for label, worth in against.items():
        found[label] = worth + settled(given * worth / total)
    largest = max(against, key=lambda label: (abs(against[label]), label))
    found[largest] += (
        sum(others.values(), ZERO)
        + sum((worth for _, worth in kind), ZERO)
        - sum(found.values(), ZERO)
    )
    return found
