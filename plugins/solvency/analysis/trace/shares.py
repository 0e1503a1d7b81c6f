"""Whose money an outlay spent: a share for each owner, made when it is asked for.

Outlays times owners can be millions, of which a reader looks at few.
"""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import overload

from solvency.methods.tracing import EX_POST
from solvency.methods.tracing import RULES
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.ledger.case import Flow
    from solvency.methods.tracing import ExPost
    from solvency.methods.tracing import Rule
    from solvency.methods.tracing.whole_units import Pieces
    from solvency.methods.tracing.whole_units import Written

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


class OtherOrder:
    """The rules where flows of unknown order go the other way round, made when asked.

    Args:
        run: Goes through them.
        certain: That order brings the same owners' money in.
    """

    def __init__(self, run: Callable[[], list[Step]], *, certain: bool) -> None:
        self._run = run
        self.certain = certain

    @cached_property
    @wide()
    def _steps(self) -> dict[str, Step]:
        return {step.flow.id: step for step in self._run() if step.units < 0}

    def of(self, flow: str) -> Step:
        """Return an outlay in that order."""
        return self._steps[flow]


class _Reversed:
    """What owners paid of one outlay under each rule in the other order."""

    def __init__(self, whole: OutlayShares) -> None:
        self._whole = whole

    @cached_property
    def _rules(self) -> dict[str, dict[int, int]]:
        rules = self._whole.reversed().rules
        return {rule: rules[rule].to_dict() for rule in COLUMNS}

    def of(self, rule: str, code: int) -> Decimal:
        """Return what an owner paid under a rule."""
        return self._whole.number(self._rules[rule].get(code, 0))


class _Numbers(Mapping[str, Decimal]):
    """What one owner paid, by rule."""

    __slots__ = ("_code", "_every")

    def __init__(self, every: _Reversed, code: int) -> None:
        self._every, self._code = every, code

    def __getitem__(self, rule: str) -> Decimal:
        if rule not in COLUMNS:
            raise KeyError(rule)
        return self._every.of(rule, self._code)

    def __iter__(self) -> Iterator[str]:
        return iter(COLUMNS)

    def __len__(self) -> int:
        return len(COLUMNS)


@dataclass(frozen=True, slots=True)
class OutlayShares(Sequence[Share]):
    """The shares of one outlay, by the names of their owners."""

    #: The outlay, and the same where flows of unknown order go the other way round.
    main: Step
    other: Step
    ruled: OtherOrder
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
        found = {*self.main.most.codes.tolist(), *self.other.most.codes.tolist()}
        found.update(self.main.rules[EX_POST].to_dict())
        if not self.ruled.certain:
            found.update(self.reversed().rules[EX_POST].to_dict())
        return sorted(found)

    def reversed(self) -> Step:
        """Return the outlay where flows of unknown order go the other way round."""
        same = self.other is self.main
        return self.main if same else self.ruled.of(self.main.flow.id)

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
        main = {rule: self.main.rules[rule].to_dict() for rule in COLUMNS}
        other = _Reversed(self)
        return tuple(
            Share(
                owner=self.names[code],
                least=self.number(low.get(code, 0)),
                most=self.number(high.get(code, 0)),
                rules={
                    rule: self.number(units.get(code, 0))
                    for rule, units in main.items()
                },
                outlays_first=_Numbers(other, code),
            )
            for code in self._codes()
        )

    def __iter__(self) -> Iterator[Share]:
        """Return an iterator over the shares, made once."""
        return iter(self._shares())

    @wide()
    def number(self, units: int) -> Decimal:
        """Return units as an amount."""
        number = Decimal(units).scaleb(-self.scale)
        return number if self.rate is None else number * self.rate
