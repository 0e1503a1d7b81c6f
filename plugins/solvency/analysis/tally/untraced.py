"""How much of what is untraced does each hypothesis explain?

What is untraced stands in the established books and was not found. A hypothesis
explains of it what its flows take out of the accounts that were counted, by the day of
their count, at the prices of the day asked for; never more than is untraced there. One
that brings money in explains less than nothing: there is more to be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.analysis.tally.answer import QUANTILES
from solvency.analysis.tally.parts import number
from solvency.analysis.tally.parts import prior_combinations
from solvency.ledger.case import Scenario
from solvency.model.book import Book
from solvency.model.found import found
from solvency.model.uncertain import Spreads
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from numpy.typing import NDArray

    from solvency.ledger.case import Case

    Array = NDArray[np.float64]

#: Draws at a time.
_CHUNK = 5_000


class Explained(NamedTuple):
    """How much of what is untraced something explains."""

    name: str
    low: Decimal
    median: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Untraced:
    """What is untraced in the established books, and what explains it.

    Attributes:
        amount: What is untraced, in the case's currency.
        hypotheses: What each explains if it holds, the most first.
        scenarios: What each explains, its hypotheses all holding.
        together: What all explain, each held as the tally believes, or those of
            the scenario that holds.
    """

    amount: Decimal
    hypotheses: tuple[Explained, ...]
    scenarios: tuple[Explained, ...]
    together: Explained

    def to_json(self) -> dict[str, object]:
        """Return the JSON document."""

        def ends(one: Explained) -> dict[str, Decimal]:
            return {"low": one.low, "median": one.median, "high": one.high}

        return {
            "amount": self.amount,
            "explained": [
                {"hypothesis": one.name, **ends(one)} for one in self.hypotheses
            ],
            "scenarios": [
                {"scenario": one.name, **ends(one)} for one in self.scenarios
            ],
            "together": ends(self.together),
        }


def untraced(
    case: Case,
    day: datetime.date,
    held: frozenset[str],
    draws: int,
    seed: int,
) -> Untraced | None:
    """Say how much of what is untraced the hypotheses explain.

    Args:
        case: The case.
        day: The day.
        held: The hypotheses that hold for sure; none for beliefs.
        draws: How many draws of the amounts.
        seed: Their seed.

    Returns:
        None where nothing was counted.
    """
    books = replace(case, scenario=Scenario("established", "", frozenset())).book()
    if not books.counts:
        return None
    effects = _Effects(books, day, draws, seed)
    each = [
        effects.of(name, {name}) for name in case.hypotheses if effects.moves({name})
    ]
    return Untraced(
        effects.amount,
        tuple(sorted(each, key=lambda one: (-one.median, one.name))),
        tuple(
            effects.of(one.name, one.hypotheses)
            for one in case.scenarios.values()
            if one.hypotheses
        ),
        effects.of("together", held) if held else effects.believed("together"),
    )


class _Effects:
    """What the flows of hypotheses take out of what was counted."""

    def __init__(self, books: Book, day: datetime.date, draws: int, seed: int) -> None:
        self._case = case = books.case
        self._draws, self._seed = draws, seed
        sheet = found(books.counts, day)
        self.amount = sheet.totals.untraced
        names = sorted({one.seen.id for one in books.counts.speaking(day)})
        #: What is untraced of each count.
        self._left = np.zeros(len(names))
        for held in sheet.held:
            self._left[names.index(held.seen.count.id)] += float(held.untraced)
        known = case.known
        flows = tuple(
            flow
            for flow in case.flows
            if flow.hypotheses and (known is None or flow.known <= known)
        )
        self._book = book = Book.of(case, flows)
        self._takes = np.zeros((len(flows), len(names)))
        valuation = Valuation(books, day, "market")
        for at, position in enumerate(book.positions):
            count = books.counts.binding(position, day)
            price = valuation.worth(position, Decimal(1)) if count else None
            if count is None or not price:
                continue
            rows = np.flatnonzero(
                (book.position == at) & (book.day <= count.seen.date.toordinal())
            )
            size = float(price) * 10.0 ** -book.scales.get(position.commodity, 0)
            column = names.index(count.seen.id)
            moved = book.units[rows].astype(float) * size
            self._takes[:, column] -= np.bincount(
                book.flow[rows], moved, minlength=len(flows)
            )

    def moves(self, held: Collection[str]) -> bool:
        """Say whether hypotheses move anything that was counted."""
        return bool(np.abs(self._takes[self._on(held)]).sum() > 0)

    def _on(self, held: Collection[str]) -> NDArray[np.bool_]:
        wanted = frozenset(held)
        return np.array(
            [bool(flow.hypotheses & wanted) for flow in self._book.flows], bool
        )

    def of(self, name: str, held: Collection[str]) -> Explained:
        """Return what hypotheses that hold explain."""
        return self._explained(name, self._on(held)[None, :])

    def believed(self, name: str) -> Explained:
        """Return what all explain, each held by its prior."""
        hypotheses = list(self._case.hypotheses)
        if not hypotheses or not self._book.flows:
            return self.of(name, ())
        drawn = prior_combinations(self._case, hypotheses, self._seed)
        columns = [
            drawn[:, [hypotheses.index(one) for one in flow.hypotheses]].any(axis=1)
            for flow in self._book.flows
        ]
        return self._explained(name, np.stack(columns, axis=1))

    def _explained(self, name: str, on: NDArray[np.bool_]) -> Explained:
        """Return quantiles over draws; row n of `on` holds in draw n, and so on."""
        flows = np.flatnonzero(on.any(axis=0) & (self._takes != 0).any(axis=1))
        if not len(flows):
            return Explained(name, Decimal(), Decimal(), Decimal())
        spreads = Spreads(self._book)
        found: list[Array] = []
        begin = 0
        for scaled in spreads.draw(self._draws, self._seed, _CHUNK):
            factor = np.ones((len(scaled), len(self._book.flows)))
            factor[:, spreads.flows] += scaled
            rows = np.arange(begin, begin + len(scaled)) % len(on)
            taken = (factor * on[rows])[:, flows] @ self._takes[flows]
            found.append(np.minimum(taken, self._left).sum(axis=1))
            begin += len(scaled)
        ends = np.quantile(np.concatenate(found), QUANTILES).tolist()
        return Explained(name, *map(number, ends))
