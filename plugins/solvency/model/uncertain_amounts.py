"""How sure amounts are: what each flow may be scaled by, and draws of it.

An amount's distribution is the language's (`figures/probability_distribution.py`):
its median as written, its low and high two quantiles. A flow is scaled as a whole, so
that every draw balances.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.figures.draws import chunks
from solvency.figures.probability_distribution import Amount
from solvency.figures.probability_distribution import amounts
from solvency.figures.probability_distribution import at_scores
from solvency.model.shared_errors import error_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.model.book import Book


class Spread(NamedTuple):
    """The ends of an amount, as magnitudes, and what they mean."""

    low: Decimal
    central: Decimal
    high: Decimal
    interval: Decimal

    @property
    def certain(self) -> bool:
        """Say whether the amount cannot be another."""
        return self.low == self.high


def spread_of(case: Case, flow: Flow) -> Spread:
    """Return a flow's spread: its own, else the one its grade gives it.

    A grade's spread is the half-width of the interval, relative to the amount.
    """
    central = flow.amount.number
    if flow.low is None and flow.high is None:
        relative = case.spreads.get(flow.lent_grade or "")
        if relative is None:
            return Spread(central, central, central, flow.interval)
        low = max(central * (1 - relative), central * 0)
        return Spread(low, central, central * (1 + relative), flow.interval)
    return Spread(
        central if flow.low is None else flow.low,
        central,
        central if flow.high is None else flow.high,
        flow.interval,
    )


def otherwise(case: Case) -> tuple[Case, Case]:
    """Return a case at half and at twice the spreads of grades, which are judgement."""
    half, twice = (
        replace(case, spreads={name: one * by for name, one in case.spreads.items()})
        for by in (Decimal("0.5"), Decimal(2))
    )
    return half, twice


class Spreads:
    """The uncertain flows of a Book, and draws of what scales them."""

    def __init__(self, book: Book) -> None:
        self.book = book
        indexes: list[int] = []
        ends: list[Spread] = []
        for index, flow in enumerate(book.flows):
            spread = spread_of(book.case, flow)
            if not spread.certain and spread.central:
                indexes.append(index)
                ends.append(spread)
        #: Indexes of the uncertain flows in the Book.
        self.flows: NDArray[np.int64] = np.array(indexes, np.int64)
        self.amounts: tuple[Amount, ...] = amounts(
            [float(end.low) for end in ends],
            [float(end.central) for end in ends],
            [float(end.high) for end in ends],
            [float(end.interval) for end in ends],
            "lognormal",
        )
        self._central = np.array([float(end.central) for end in ends])
        errors = [error_of(book.case, book.flows[index]) for index in indexes]
        #: Flows that name one driver share its score, and rise and fall together.
        self._score = np.array(
            [
                errors.index(error) if error is not None and error[0] else number
                for number, error in enumerate(errors)
            ],
            np.int64,
        )
        groups = [None if one is None or one[0] else one[1] for one in errors]
        names = [name for name, count in Counter(groups).items() if name and count > 1]
        #: The group of sources each shares a part of its score with; -1 for none.
        self._group = np.array(
            [names.index(one) if one in names else -1 for one in groups], np.int64
        )
        self._groups = len(names)

    @property
    def graded(self) -> bool:
        """Say whether any amount has its spread from a grade."""
        named = (self.book.flows[index] for index in self.flows.tolist())
        return any(flow.low is None and flow.high is None for flow in named)

    def otherwise(self) -> tuple[Spreads, Spreads]:
        """Return the same at half and at twice the spreads of grades."""
        half, twice = otherwise(self.book.case)
        return Spreads(replace(self.book, case=half)), Spreads(
            replace(self.book, case=twice)
        )

    def draw(
        self,
        draws: int,
        seed: int,
        chunk: int,
        wanted: Callable[[int], bool] | None = None,
    ) -> Iterator[NDArray[np.float64]]:
        """Yield what each uncertain flow is multiplied by, less one.

        Amounts of one source share a part of their normal score, so that each keeps
        its distribution (a Gaussian copula).

        Args:
            draws: How many draws in all.
            seed: The seed.
            chunk: How many to yield at once.
            wanted: Says by number which chunks to yield; none yields all.

        Yields:
            Arrays of shape (up to chunk, flows).
        """
        share = float(self.book.case.uncertainty.correlation)
        for child, size in chunks(draws, chunk, seed, wanted=wanted):
            rng = np.random.default_rng(child)
            scores = rng.standard_normal((len(self.flows), size))[self._score]
            if self._groups and share:
                common = rng.standard_normal((self._groups, size))
                several = self._group >= 0
                scores[several] *= math.sqrt(1.0 - share)
                scores[several] += math.sqrt(share) * common[self._group[several]]
            # A flow's draws lie together.
            scaled = at_scores(self.amounts, scores)
            scaled /= self._central[:, None]
            scaled -= 1.0
            yield scaled.T
