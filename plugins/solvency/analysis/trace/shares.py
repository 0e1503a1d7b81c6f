"""Whose money an outlay spent: a share for each owner, made when it is asked for.

Outlays times owners can be millions, of which a reader looks at few.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import overload

from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.ledger.case import Flow
    from solvency.methods.tracing import ExPost
    from solvency.methods.tracing import Rule
    from solvency.methods.tracing.owned import Pieces
    from solvency.methods.tracing.owned import Written

    Rules = dict[Rule | ExPost, Pieces | Written]

#: The rules shown: those that keep the order of movements, then the one that does not.
COLUMNS = (*RULES, EX_POST)


class Step(NamedTuple):
    """What one flow did to the pool: put money in, or took it out."""

    flow: Flow
    #: Units that came in, positive, or went out, negative.
    units: int
    #: Bounds of each owner's part of them; who has no most has none.
    least: Pieces
    most: Pieces
    #: Units by rule and owner; only of outlays.
    rules: Rules


@dataclass(frozen=True, slots=True)
class Share:
    """What an outlay spent of one owner's money: bounds, and under each rule."""

    owner: str
    least: Decimal
    most: Decimal
    rules: Mapping[str, Decimal]
    #: The rules where flows of unknown order within a day go the other way round.
    outlays_first: Mapping[str, Decimal]

    @property
    @wide()
    def point(self) -> bool:
        """Say whether no choice matters of rules that keep the order of movements."""
        return self.least == self.most


@dataclass(frozen=True, slots=True)
class OutlayShares(Sequence[Share]):
    """The shares of one outlay, by the names of their owners."""

    #: The outlay, and the same where flows of unknown order go the other way round.
    main: Step
    other: Step
    #: All owners by code, in the order of their names.
    names: tuple[str, ...]
    scale: int
    #: What a unit is told as.
    rate: Decimal | None = None

    def times(self, rate: Decimal) -> OutlayShares:
        """Return the same told in another currency."""
        return replace(self, rate=rate)

    @property
    def point(self) -> bool:
        """Say whether the interval of every owner is a point."""
        if len(self.main.least.codes) < len(self.main.most.codes):
            return False  # somebody may have paid something, or nothing
        low, high = self._bounds()
        return all(low.get(code, 0) == units for code, units in high.items())

    def _bounds(self) -> tuple[dict[int, int], dict[int, int]]:
        """Return the bounds by owner, wide enough for both orders of a day."""
        if self.other is self.main:
            return self.main.least.to_dict(), self.main.most.to_dict()
        least, low = self.main.least.to_dict(), self.other.least.to_dict()
        most, high = self.main.most.to_dict(), self.other.most.to_dict()
        # Who is bounded in one order alone may have had nothing in the other.
        both = least.keys() & low.keys()
        return (
            {code: min(least[code], low[code]) for code in both},
            {
                code: max(most.get(code, 0), high.get(code, 0))
                for code in most.keys() | high.keys()
            },
        )

    def _codes(self) -> list[int]:
        """Return the owners, in the order of their names."""
        # Of what came later none can have been there, but shares in it ex post.
        every = (self.main, self.other)
        found: set[int] = set()
        for step in every:
            found.update(step.most.codes.tolist())
            found.update(step.rules[EX_POST].to_dict())
        return sorted(found)

    def __len__(self) -> int:
        """Return how many owners there are."""
        return len(self._codes())

    @overload
    def __getitem__(self, place: int) -> Share: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[Share]: ...

    def __getitem__(self, place: int | slice) -> Share | Sequence[Share]:
        """Return the share of the owner at a place, or several."""
        return self._shares()[place]

    @wide()
    def _shares(self) -> tuple[Share, ...]:
        low, high = self._bounds()
        main, other = (
            {rule: step.rules[rule].to_dict() for rule in COLUMNS}
            for step in (self.main, self.other)
        )
        return tuple(
            Share(
                owner=self.names[code],
                least=self._number(low.get(code, 0)),
                most=self._number(high.get(code, 0)),
                rules={
                    rule: self._number(units.get(code, 0))
                    for rule, units in main.items()
                },
                outlays_first={
                    rule: self._number(units.get(code, 0))
                    for rule, units in other.items()
                },
            )
            for code in self._codes()
        )

    def __iter__(self) -> Iterator[Share]:
        """Return an iterator over the shares, made once."""
        return iter(self._shares())

    def _number(self, units: int) -> Decimal:
        number = Decimal(units).scaleb(-self.scale)
        return number if self.rate is None else number * self.rate
