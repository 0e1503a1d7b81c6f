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
from solvency.analysis.tally.parts import posterior_combinations
from solvency.analysis.tally.parts import prior_combinations
from solvency.figures import arithmetic
from solvency.ledger.case import Scenario
from solvency.model.book import Book
from solvency.model.counting.found import found
from solvency.model.uncertain_amounts import Spreads
from solvency.model.valuation import Valuation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from numpy.typing import NDArray

    from solvency.analysis.tally.parts import Combinations
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
        reachable: What is untraced in counts of accounts that some hypothesis takes
            anything out of: no more can be explained.
    """

    amount: Decimal
    hypotheses: tuple[Explained, ...]
    scenarios: tuple[Explained, ...]
    together: Explained
    reachable: Decimal = Decimal()

    def left(self, scenario: str = "") -> dict[str, Decimal]:
        """Return quantiles of what is left, by share: of all, or of a scenario."""
        named = [one for one in self.scenarios if one.name == scenario]
        one = named[0] if scenario else self.together
        ends = (one.high, one.median, one.low)
        return {
            f"{share:g}": self.amount - end
            for share, end in zip(QUANTILES, ends, strict=True)
        }

    def to_json(self) -> dict[str, object]:
        """Return the JSON document."""

        def ends(one: Explained) -> dict[str, Decimal]:
            return {"low": one.low, "median": one.median, "high": one.high}

        return {
            "amount": self.amount,
            "reachable": self.reachable,
            "explained": [
                {"hypothesis": one.name, **ends(one)} for one in self.hypotheses
            ],
            "scenarios": [
                {"scenario": one.name, **ends(one)} for one in self.scenarios
            ],
            "together": ends(self.together),
        }


def untraced_of(case: Case, day: datetime.date) -> Decimal | None:
    """Return what is untraced in the established books; None where nobody counted."""
    counts = _established(case).counts
    return found(counts, day).totals.untraced if counts else None


def _established(case: Case) -> Book:
    """Return the books without any hypothesis."""
    return replace(case, scenario=Scenario("established", "", frozenset())).book()


def untraced(
    case: Case,
    day: datetime.date,
    held: frozenset[str],
    draws: int,
    seed: int,
    *,
    after: bool = False,
    posterior: Combinations | None = None,
) -> Untraced | None:
    """Say how much of what is untraced the hypotheses explain.

    Args:
        case: The case.
        day: The day.
        held: The hypotheses that hold for sure; none for beliefs.
        draws: How many draws of the amounts.
        seed: Their seed.
        after: Beliefs are those after the observations, not before.
        posterior: These, with their weights, where they are known already.

    Returns:
        None where nothing was counted.
    """
    books = _established(case)
    if not books.counts:
        return None
    effects = _Effects(books, day, draws, seed)
    names = [name for name in case.hypotheses if effects.moves({name})]
    scenarios = [one for one in case.scenarios.values() if one.hypotheses]
    together = (
        effects.on(held) if held else effects.believed(after=after, posterior=posterior)
    )
    # All from the same draws, which take most of the time.
    found = effects.explained(
        [
            *((name, effects.on({name})) for name in names),
            *((one.name, effects.on(one.hypotheses)) for one in scenarios),
            ("together", together),
        ]
    )
    each = found[: len(names)]
    return Untraced(
        effects.amount,
        tuple(sorted(each, key=lambda one: (-one.median, one.name))),
        tuple(found[len(names) : -1]),
        found[-1],
        effects.reachable,
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

    @property
    def reachable(self) -> Decimal:
        """Return what is untraced where any hypothesis takes anything, in cents."""
        taken = (self._takes > 0).any(axis=0)
        return number(float(self._left[taken].sum()))

    def moves(self, held: Collection[str]) -> bool:
        """Say whether hypotheses move anything that was counted."""
        return bool(np.abs(self._takes[self.on(held)[0]]).sum() > 0)

    def on(self, held: Collection[str]) -> NDArray[np.bool_]:
        """Return which flows hold where some hypotheses do, as one row."""
        wanted = frozenset(held)
        flows = self._book.flows
        return np.array([[bool(flow.hypotheses & wanted) for flow in flows]], bool)

    def believed(
        self, *, after: bool, posterior: Combinations | None
    ) -> NDArray[np.bool_]:
        """Return which flows hold, a row a draw, before or after the observations."""
        hypotheses = list(self._case.hypotheses)
        if not hypotheses or not self._book.flows:
            return self.on(())
        asked = self._case, hypotheses, self._seed
        drawn = (
            posterior_combinations(*asked, posterior)
            if after
            else prior_combinations(*asked)
        )
        columns = [
            drawn[:, [hypotheses.index(one) for one in flow.hypotheses]].any(axis=1)
            for flow in self._book.flows
        ]
        return np.stack(columns, axis=1)

    def explained(self, asked: list[tuple[str, NDArray[np.bool_]]]) -> list[Explained]:
        """Return quantiles over draws of each thing asked, in order.

        Args:
            asked: By name, the flows that hold; row n in draw n, and so on. What
                has one row, and a flow in it, holds in every draw.
        """
        moving = (self._takes != 0).any(axis=1)
        flows = [np.flatnonzero(on.any(axis=0) & moving) for _, on in asked]
        found: list[list[Array]] = [[] for _ in asked]
        spreads = Spreads(self._book)
        begin = 0
        for scaled in spreads.draw(self._draws, self._seed, _CHUNK):
            # A row a flow: what some of them do is then read in one piece.
            factor = np.ones((len(self._book.flows), len(scaled)))
            factor[spreads.flows] += scaled.T
            draw = np.arange(begin, begin + len(scaled))
            begin += len(scaled)
            for (_, on), some, taken in zip(asked, flows, found, strict=True):
                if len(some):
                    held = factor[some].T
                    if len(on) > 1:
                        held = held * on[draw % len(on)][:, some]
                    takes = arithmetic.product(held, self._takes[some])
                    taken.append(np.minimum(takes, self._left).sum(axis=1))
        return [
            Explained(
                name,
                *map(number, np.quantile(np.concatenate(taken), QUANTILES).tolist()),
            )
            if taken
            else Explained(name, Decimal(), Decimal(), Decimal())
            for (name, _), taken in zip(asked, found, strict=True)
        ]
