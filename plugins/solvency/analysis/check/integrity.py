"""Whether the books hold together, which is no test of solvency.

Asked for as tests are: mirrors of claims, conservation of hypotheses. Looked
for in every case, and always a warning: claims below zero, prices without a source,
counts that cross, flows that are perhaps one, twice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Finding
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.customers import members
from solvency.ledger.case import Invariant
from solvency.ledger.entries.flow_names import is_made
from solvency.ledger.entries.postings import weight

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.timeline import Timeline
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Price

ESTABLISHED = "established"
#: What quotients of total prices leave; the exact sums of flows are checked before.
_DUST = Decimal("1E-20")
CLAIM_BELOW_ZERO = "claim-below-zero"
PRICE_SOURCE = "price-source"
COUNTS_OVERLAP = "counts-overlap"
TWIN_FLOWS = "twin-flows"


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


def claims_below_zero(world: World) -> Iterator[tuple[Invariant, Outcome]]:
    """Yield the claims that were below zero at the end of a day.

    Each is shown on the other side of both balance sheets; it is named here
    once, by the creditor's account.
    """
    timeline = world.timeline
    for index, trait in enumerate(world.traits.all):
        if not trait.claim:
            continue
        one = timeline.single(index)
        if (timeline.counted(one) >= 0).all():
            continue
        account = trait.account
        invariant = Invariant(CLAIM_BELOW_ZERO, trait.entity, "warning", account.place)
        yield (
            invariant,
            Outcome(
                f"{account.name} {trait.commodity}",
                trait.commodity,
                world.units(one, trait.commodity),
                world.zeros(),
                one,
            ),
        )


def unsourced_prices(timeline: Timeline) -> Iterator[Finding]:
    """Yield the commodities held or owed that have prices nobody is named for."""
    case = timeline.book.case
    wanted = {
        name
        for held in {position.commodity for position in timeline.book.positions}
        for name in timeline.book.prices.reach(held)
    }
    bare: dict[str, list[Price]] = {}
    for price in case.prices:
        if price.source is None and not price.traded:
            inverse = price.commodity == case.currency
            bare.setdefault(price.quote if inverse else price.commodity, []).append(
                price
            )
    for commodity in sorted(wanted & bare.keys()):
        days = sorted(price.date for price in bare[commodity])
        yield Finding(
            invariant=PRICE_SOURCE,
            entity="group",
            commodity=commodity,
            severity="warning",
            first=days[0],
            last=days[-1],
            worst=days[0],
            amount=Decimal(len(days)),
            unit="prices without a source",
            ratio=None,
            probability=1.0,
            first_earliest=days[0],
            first_latest=days[0],
            flows=(),
        )


def crossed_counts(timeline: Timeline) -> Iterator[Finding]:
    """Yield the pairs of counts that overlap, neither within the other: none binds."""
    book = timeline.book
    for one, other, accounts in book.counts.overlaps:
        first, last = sorted((one.date, other.date))
        yield Finding(
            invariant=COUNTS_OVERLAP,
            entity=book.case.accounts[accounts[0]].entity,
            commodity=f"{one.id}, {other.id}",
            severity="warning",
            first=first,
            last=last,
            worst=first,
            amount=Decimal(len(accounts)),
            unit="accounts in both",
            ratio=None,
            probability=1.0,
            first_earliest=first,
            first_latest=first,
            flows=(),
        )


def twin_flows(timeline: Timeline) -> Iterator[Finding]:
    """Yield flows that are alike in day, postings and source: perhaps one, twice.

    Two that each have an `id` of their own were meant to be two.
    """
    alike: dict[Hashable, list[Flow]] = {}
    flows = timeline.book.flows
    days = {flow.date for flow in flows if is_made(flow.id)}
    for flow in flows if days else ():
        if flow.date not in days:
            continue
        legs = sorted(
            (one.account, one.commodity, one.units, one.price) for one in flow.postings
        )
        key = (flow.date, tuple(legs), frozenset(flow.sources), flow.hypotheses)
        alike.setdefault(key, []).append(flow)
    for found in alike.values():
        named = [flow for flow in found if not is_made(flow.id)]
        if len(found) < 2 or len(named) == len(found):
            continue
        first = (named or found)[0]
        yield Finding(
            invariant=TWIN_FLOWS,
            entity=first.postings[0].entity,
            commodity=first.id,
            severity="warning",
            first=first.date,
            last=first.date,
            worst=first.date,
            amount=Decimal(len(found)),
            unit="flows alike in postings and source: give each an id, or keep one",
            ratio=None,
            probability=1.0,
            first_earliest=first.date,
            first_latest=first.date,
            flows=tuple(flow.id for flow in found),
        )
