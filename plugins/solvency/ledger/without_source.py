"""A case as it would be if one of its sources had never been published."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Commodity
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Measure


def falls(flow: Flow, source: str) -> bool:
    """Say whether a flow falls without a source: its last, or its amount's."""
    return flow.amount_from == source or flow.sources == (source,)


def lost(case: Case, source: str) -> tuple[str, ...]:
    """Return the flows taken by the scenario that fall without a source."""
    return tuple(flow.id for flow in case.selected if falls(flow, source))


def without(case: Case, source: str) -> Case:
    """Return a case without what rests on one source.

    Flows fall that have no other source, or whose amount it gave; prices, market
    depths, floats and observations of it fall too.

    Args:
        case: The case.
        source: The name of the source.
    """
    return replace(
        case,
        flows=tuple(
            flow._replace(sources=tuple(x for x in flow.sources if x != source))
            if source in flow.sources
            else flow
            for flow in case.flows
            if not falls(flow, source)
        ),
        prices=tuple(one for one in case.prices if one.source != source),
        observations=tuple(one for one in case.observations if one.source != source),
        commodities={
            name: _measured(one, source) for name, one in case.commodities.items()
        },
    )


def _measured(commodity: Commodity, source: str) -> Commodity:
    def kept(measures: tuple[Measure, ...]) -> tuple[Measure, ...]:
        return tuple(one for one in measures if one.source != source)

    return replace(
        commodity, depths=kept(commodity.depths), floats=kept(commodity.floats)
    )
