"""Findings that need no invariant: claims below zero, bare prices, crossed counts."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.check.answer import Finding
from solvency.analysis.check.answer import Outcome
from solvency.ledger.case import Invariant
from solvency.ledger.entries.flow_names import is_made

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterator

    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.timeline import Timeline
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Price

CLAIM_BELOW_ZERO = "claim-below-zero"
PRICE_SOURCE = "price-source"
COUNTS_OVERLAP = "counts-overlap"
TWIN_FLOWS = "twin-flows"


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
