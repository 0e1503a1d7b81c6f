"""The postings of flows as columns, made once for all scenarios of a case.

To put a hundred thousand flows into arrays takes seconds, to take some of the rows of
arrays takes none. So the columns are made of all flows of a case, and a Book takes
those of its scenario.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.model.prices import Prices
from solvency.model.worth import unit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting

#: Sums of absolute units above this are kept as Python integers.
_INT64_SAFE = 2**62
#: The largest power of ten that 64 bits hold.
_MOST_PLACES = 18


@dataclass(frozen=True, slots=True, eq=False)
class PostingColumns:
    """Postings as arrays, one item each, in the order of their flows.

    `day`: proleptic ordinals; `position`: index into `positions`, which stand in the
    order in which they first appear; `units`: exact integers, positive for debits,
    scaled by ten to the power `scales` of the commodity; `places`: decimal places
    written; `flow`: index of the flow; `rate`: the price written, in the case's
    currency, NaN for none.
    """

    positions: tuple[tuple[str, str], ...]
    scales: dict[str, int]
    day: NDArray[np.int64]
    position: NDArray[np.int64]
    units: NDArray[Any]
    places: NDArray[np.int64]
    flow: NDArray[np.int64]
    rate: NDArray[np.float64]

    @classmethod
    def of(cls, case: Case, flows: Sequence[Flow]) -> PostingColumns:
        """Return the columns of flows."""
        lengths = [len(flow.postings) for flow in flows]
        postings = list(chain.from_iterable(flow.postings for flow in flows))
        keys = [(one.account, one.commodity) for one in postings]
        index = {key: at for at, key in enumerate(dict.fromkeys(keys))}
        numbers = [one.units for one in postings]
        position = np.fromiter(map(index.__getitem__, keys), np.int64, len(keys))
        # As text a number tells its places in a fraction of the time.
        digits = [_digits(number) for number in numbers]
        places = np.array([place for _, place in digits], np.int64)
        positions = tuple(index)
        scales = _scales(positions, position, places)
        finest = np.array([scales.get(name, 0) for _, name in positions], np.int64)
        days = [flow.date.toordinal() for flow in flows]
        flow = np.repeat(np.arange(len(flows)), lengths)
        return cls(
            positions=positions,
            scales=scales,
            day=np.repeat(np.array(days, np.int64), lengths),
            position=position,
            units=_integers([n for n, _ in digits], finest[position] - places),
            places=places,
            flow=flow,
            rate=_rates(case, flows, postings, flow),
        )

    def taking(self, flows: NDArray[np.bool_]) -> PostingColumns:
        """Return the columns of some flows, as they would be if made of these alone.

        Args:
            flows: Which are taken, shape (flows,).
        """
        rows = flows[self.flow]
        old, first, inverse = np.unique(
            self.position[rows], return_index=True, return_inverse=True
        )
        order = np.argsort(first)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        position = rank[inverse]
        positions = tuple(self.positions[at] for at in old[order].tolist())
        places = self.places[rows]
        scales = _scales(positions, position, places)
        finer = np.array(
            [self.scales.get(name, 0) - scales.get(name, 0) for _, name in positions],
            dtype=np.int64,
        )
        return replace(
            self,
            positions=positions,
            scales=scales,
            day=self.day[rows],
            position=position,
            units=_coarser(self.units[rows], finer[position]),
            places=places,
            flow=(np.cumsum(flows) - 1)[self.flow[rows]],
            rate=self.rate[rows],
        )


class _Last:
    """The columns made last, and of what: scenarios of a case share its flows."""

    made: tuple[Case, PostingColumns] | None = None


def whole_columns(case: Case) -> PostingColumns:
    """Return the columns of all of a case's flows, selected or not."""
    made = _Last.made
    if made is None or not _alike(made[0], case):
        made = _Last.made = case, PostingColumns.of(case, case.flows)
    return made[1]


def columns_of(case: Case) -> PostingColumns:
    """Return the columns of a case's selected flows."""
    whole = whole_columns(case)
    chosen = set(map(id, case.selected))
    if len(chosen) == len(case.flows):
        return whole
    taken = [id(flow) in chosen for flow in case.flows]
    return whole.taking(np.array(taken, dtype=bool))


def _alike(one: Case, other: Case) -> bool:
    """Say whether two cases have the same flows, at the same written prices."""
    return (
        one.flows is other.flows
        and one.prices is other.prices
        and one.commodities is other.commodities
        and one.currency == other.currency
        and one.home == other.home
    )


def _digits(number: Decimal) -> tuple[int, int]:
    """Return a number without its point, and how many decimal places it has."""
    text = str(number)
    if "E" in text:
        text = f"{number:f}"
    whole, _, after = text.partition(".")
    return int(whole + after), len(after)


def _scales(
    positions: Sequence[tuple[str, str]],
    position: NDArray[np.int64],
    places: NDArray[np.int64],
) -> dict[str, int]:
    """Return the most decimal places of each commodity, where there are any."""
    most = np.zeros(len(positions), dtype=np.int64)
    np.maximum.at(most, position, places)
    found: dict[str, int] = {}
    for (_, commodity), some in zip(positions, most.tolist(), strict=True):
        if some > found.get(commodity, 0):
            found[commodity] = some
    return found


def _integers(numbers: list[int], places: NDArray[np.int64]) -> NDArray[Any]:
    """Scale numbers to integers, in int64 where no sum can overflow it.

    Args:
        numbers: The numbers.
        places: By which power of ten each is multiplied.
    """
    most = int(places.max(initial=0))
    if most <= _MOST_PLACES and max(map(abs, numbers), default=0) < _INT64_SAFE:
        plain = np.array(numbers, dtype=np.int64)
        powers = np.array([10**at for at in range(most + 1)], dtype=np.int64)[places]
        # Floats are wrong by far less than the half of what 64 bits hold.
        if np.abs(plain.astype(np.float64) * powers).sum() < _INT64_SAFE / 2:
            return plain * powers
    scaled = [
        number * 10**place
        for number, place in zip(numbers, places.tolist(), strict=True)
    ]
    total = sum(map(abs, scaled))
    return np.array(scaled, dtype=np.int64 if total < _INT64_SAFE else object)


def _coarser(units: NDArray[Any], finer: NDArray[np.int64]) -> NDArray[Any]:
    """Return units without decimal places that none of them has."""
    if finer.any():
        if finer.max() > _MOST_PLACES:
            units = units.astype(object)
        powers = np.array([10**at for at in range(int(finer.max()) + 1)], units.dtype)
        units = units // powers[finer]
    if units.dtype == object and sum(map(abs, units.tolist())) < _INT64_SAFE:
        return units.astype(np.int64)
    return units


def _rates(
    case: Case,
    flows: Sequence[Flow],
    postings: Sequence[Posting],
    owners: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Return what each posting was exchanged at, in the case's currency.

    Args:
        case: The case.
        flows: The flows.
        postings: All their postings.
        owners: The index of the flow of each.
    """
    prices: Prices | None = None
    rates = np.full(len(postings), math.nan)
    exchanged = np.array([one.price is not None for one in postings], dtype=bool)
    # What has no price is worth what it is exchanged for in its own flow alone.
    concerned = np.zeros(len(flows), dtype=bool)
    concerned[owners[exchanged]] = True
    priced: set[str] = set()
    before = -1
    for at in np.flatnonzero(concerned[owners]).tolist():
        posting, owner = postings[at], int(owners[at])
        flow, price = flows[owner], posting.price
        if owner != before:
            before = owner
            priced = {x.price.commodity for x in flow.postings if x.price is not None}
        if posting.commodity == case.currency or (
            price is None and posting.commodity not in priced
        ):
            continue
        if price is not None and price.commodity == case.currency:
            rates[at] = float(price.number)
        else:
            prices = prices or Prices(case)
            found = unit(prices, flow, posting)
            rates[at] = math.nan if found is None else float(found.number)
    return rates
