"""Checks of the books themselves: mirrors of claims, conservation of hypotheses."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.customers import members
from solvency.ledger.entries.postings import weight

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.check.quantities import World
    from solvency.ledger.case import Invariant

ESTABLISHED = "established"
#: What quotients of total prices leave; the exact sums of flows are checked before.
_DUST = Decimal("1E-20")


def mirrors(world: World, invariant: Invariant) -> list[Outcome]:
    """Have what each claims of another equal what the other owes (IFRS 10.B86)."""
    of = members(world, invariant.entity)
    pairs: dict[tuple[str, str, str], NDArray[np.bool_]] = {}
    for index, t in enumerate(world.traits.all):
        other = t.account.counterparty
        if not t.account.is_claim or other is None or not {t.entity, other} & of:
            continue
        key = (t.entity, other) if t.claim else (other, t.entity)
        nobody = np.zeros(len(world.traits.all), bool)
        pairs.setdefault((*key, t.commodity), nobody)[index] = True
    outcomes = []
    for (creditor, debtor, commodity), both in sorted(pairs.items()):
        left = abs(world.timeline.units(both, commodity))
        label = f"{creditor} on {debtor} {commodity}"
        outcomes.append(Outcome(label, commodity, world.zeros(), left, both))
    return outcomes


def conservation(world: World, invariant: Invariant) -> list[Outcome]:
    """Have the flows of each hypothesis sum to zero in every commodity.

    Units exchanged at a price weigh in what they were priced in.
    """
    del invariant
    timeline, book = world.timeline, world.timeline.book
    every = np.ones(len(world.traits.all), bool)
    weights, commodities, places = _weights(world)
    outcomes = []
    for name in (ESTABLISHED, *sorted({h for f in book.flows for h in f.hypotheses})):
        inside = np.fromiter(
            (
                name in flow.hypotheses if flow.hypotheses else name == ESTABLISHED
                for flow in book.flows
            ),
            bool,
            len(book.flows),
        )[book.flow]
        for index, commodity in enumerate(places):
            chosen = np.flatnonzero(inside & (commodities == index))
            sums = np.zeros(len(timeline.ordinals), weights.dtype)
            np.add.at(sums, timeline.bucket[chosen], weights[chosen])
            sums = np.cumsum(sums)
            left = np.array(
                [abs(Decimal(int(n)).scaleb(-places[commodity])) for n in sums],
                object,
            )
            left[left < _DUST] = Decimal()
            if left.any():
                label = f"{name} {commodity}"
                outcomes.append(Outcome(label, commodity, world.zeros(), left, every))
    return outcomes


def _weights(
    world: World,
) -> tuple[NDArray[Any], NDArray[np.int64], dict[str, int]]:
    """Return what each posting weighs, in what, and the places of each commodity.

    Weights are integers, in the commodity's smallest unit here.
    """
    book = world.timeline.book
    places = {p.commodity: 0 for p in book.positions} | book.scales
    postings = [posting for flow in book.flows for posting in flow.postings]
    priced: dict[int, tuple[Decimal, str]] = {}
    for index, posting in enumerate(postings):
        if posting.price is not None:
            priced[index] = number, commodity = weight(posting)
            exponent = number.as_tuple().exponent
            places[commodity] = max(places.get(commodity, 0), -int(exponent))
    numbers = {commodity: count for count, commodity in enumerate(places)}
    in_positions = np.array([numbers[p.commodity] for p in book.positions], np.int64)
    scale_up = np.array(
        [
            10 ** (places[p.commodity] - book.scales.get(p.commodity, 0))
            for p in book.positions
        ],
        object,
    )
    weights = book.units * scale_up[book.position]
    commodities = in_positions[book.position]
    for index, (number, commodity) in priced.items():
        weights[index] = int(number.scaleb(places[commodity]))
        commodities[index] = numbers[commodity]
    if sum(map(abs, weights.tolist())) < 2**62:
        weights = weights.astype(np.int64)
    return weights, commodities, places
