"""How sure a figure is: the range its flows' amounts leave it, and their grades."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from solvency.defaults import SEED
from solvency.defaults import SPREAD_DRAWS
from solvency.exhibits.flows import grades
from solvency.exhibits.rests import rests
from solvency.exhibits.section import Section
from solvency.figures import arithmetic
from solvency.figures.figure import Figure
from solvency.model.book import Book
from solvency.model.counting.found import CLASSES
from solvency.model.uncertain_amounts import Spreads

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from solvency.exhibits.rests import Rest
    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Table
    from solvency.ledger.case import Case

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Sureness:
    """How sure a figure is.

    Attributes:
        low: Nine in ten draws of its flows' amounts lie above this and below `high`;
            both None where it is no plain sum of flows.
        high: As `low`.
        counted: Whether it rests on counts: its range, if it has one, is between the
            ends of theirs, all of them taken at one end at once, and no draws.
        shares: What share of it has its amounts from sources of each grade, best first;
            empty where it is no plain sum of flows.
        flows: How many of its flows have each grade.
        supposed: What share of it hypotheses hold up.
    """

    low: Decimal | None = None
    high: Decimal | None = None
    shares: Mapping[str, Decimal] = field(default_factory=dict)
    flows: Mapping[str, int] = field(default_factory=dict)
    supposed: Decimal = ZERO
    counted: bool = False


class Factors:
    """What draws multiply the uncertain flows of a case by.

    Every flow is drawn, those of hypotheses that are switched off too: what a flow is
    multiplied by is the same in every scenario, so that a switch moves the ranges of
    what its flows are part of and no others.
    """

    def __init__(self, case: Case) -> None:
        """Draw them.

        Args:
            case: The case.
        """
        book = Book.of(case, case.flows)
        spreads = Spreads(book)
        names = (book.flows[index].id for index in spreads.flows.tolist())
        self._places = {name: place for place, name in enumerate(names)}
        self._less_one: NDArray[np.float64] = next(
            spreads.draw(SPREAD_DRAWS, SEED, SPREAD_DRAWS)
        )

    def range(
        self, value: Decimal, parts: Mapping[str, Decimal]
    ) -> tuple[Decimal, Decimal]:
        """Return between which amounts nine in ten draws of a sum of flows lie.

        Args:
            value: The sum.
            parts: What flows have in it, by their ids, at prices that stay.
        """
        own = np.zeros(len(self._places))
        for name, part in parts.items():
            place = self._places.get(name)
            if place is not None:
                own[place] = float(part)
        if not own.any():
            return value, value
        moved = arithmetic.product(self._less_one, own)
        low, high = np.quantile(float(value) + moved, (0.05, 0.95))
        return Decimal(repr(float(low))), Decimal(repr(float(high)))


def sureness(
    setting: Setting, table: Table, factors: Factors
) -> Iterator[tuple[str, Sureness]]:
    """Yield the key of each row of a table, and how sure its first figure is.

    Args:
        setting: What the table was built from.
        table: The table.
        factors: Draws of the flows of the setting's book.
    """
    base = rests(setting.case, (Section(table.key, table.title, (table,)),))
    for row in table.rows:
        figure = row.cells[0] if row.cells else None
        if isinstance(figure, Figure) and figure.value is not None:
            rest = base.get(figure.key)
            if rest is not None:
                found = _of(setting, figure.value, rest, factors)
                yield row.key, _by_counts(setting, row.key, found)


def _by_counts(setting: Setting, key: str, found: Sureness) -> Sureness:
    """Return how sure it is; of what is untraced, with the ranges of the counts.

    What was found, and what of it no book has, is as counted: it has no range here.
    """
    name, _, kind = key.partition(":")
    if name in {"counted", "unrecorded"}:
        return replace(found, low=None, high=None, counted=True)
    if name != "untraced":
        return found
    some = [
        one
        for one in setting.found(setting.at).held
        if kind not in CLASSES or one.kind == kind
    ]
    ends = [
        sum((getattr(one, end) for one in some), ZERO)
        for end in ("at_low", "untraced", "at_high")
    ]
    return replace(found, low=min(ends), high=max(ends), counted=True)


def _of(setting: Setting, value: Decimal, rest: Rest, factors: Factors) -> Sureness:
    by_id = setting.case.by_id
    if not value and not rest.parts:
        # Nothing that no flow is part of is nothing in every draw.
        return Sureness(value, value)
    if not rest.sums:
        counts = grades(setting, [name for name in rest.flows if name in by_id])
        return Sureness(flows=counts)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    supposed = ZERO
    for name, part in rest.parts:
        flow, size = by_id[name], abs(part)
        amounts[(flow.grade or "")[:1]] += size
        if flow.hypotheses:
            supposed += size
    whole = sum(amounts.values(), ZERO)
    low, high = factors.range(value, dict(rest.parts))
    if not whole:
        return Sureness(low, high)
    shares = {grade: amounts[grade] / whole for grade in sorted(amounts)}
    return Sureness(low, high, shares, supposed=supposed / whole)
