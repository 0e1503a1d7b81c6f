"""The worlds that tests are asked in: by day, and by moment where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.check.membership import Spells
from solvency.analysis.check.tests import test_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from solvency.ledger.case import Invariant
    from solvency.model.book import Book


def is_certain(invariant: Invariant) -> bool:
    """Say whether no draw of amounts changes a test."""
    return test_of(invariant.name).certain


class Worlds:
    """The worlds that tests are asked in: by day, and by moment where asked for."""

    def __init__(self, book: Book, *, moments: bool) -> None:
        self._book, self._moments = book, moments
        self._made: dict[tuple[bool, bool], Spells] = {}
        self.timeline = self._of(intraday=False, certain=False).timeline

    def of(self, invariant: Invariant) -> Spells:
        """Return the worlds of a test.

        What is not drawn is asked elsewhere: what it asks for will not come again.
        """
        return self._of(
            intraday=self.intraday(invariant), certain=is_certain(invariant)
        )

    def intraday(self, invariant: Invariant) -> bool:
        """Say whether a test is asked after each movement."""
        return invariant.intraday and self._moments

    @property
    def certain(self) -> Spells:
        """Return those of what no draw changes, by day."""
        return self._of(intraday=False, certain=True)

    def drawn(
        self,
        flows: NDArray[np.int64],
        scales: NDArray[np.float64],
        moved: NDArray[np.int64],
        days: NDArray[np.int64],
    ) -> dict[bool, Spells]:
        """Return those in draws, by whether they are of moments."""
        return {
            intraday: spells.drawn(flows, scales, moved, days)
            for (intraday, certain), spells in self._made.items()
            if not certain
        }

    def _of(self, *, intraday: bool, certain: bool) -> Spells:
        key = intraday, certain
        if key not in self._made:
            self._made[key] = Spells.of(self._book, moments=intraday)
        return self._made[key]
