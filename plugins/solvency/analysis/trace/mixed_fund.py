"""What an account holds of whose money, under each rule, and at most under any.

Unlike `tracing`, which traces one account whose movements are all known beforehand,
this keeps many accounts at once: what one pays another is known only when it is paid.
Units are whole, so that nothing is lost to rounding. Owners go by code, and what all of
them have is an array: a case may have thousands.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.methods.tracing.movements import WHOLE
from solvency.methods.tracing.whole_units import Pieces
from solvency.methods.tracing.whole_units import SharedPot
from solvency.methods.tracing.whole_units import Written
from solvency.methods.tracing.whole_units import added
from solvency.methods.tracing.whole_units import fronts
from solvency.methods.tracing.whole_units import packed
from solvency.methods.tracing.whole_units import scaled

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.tracing import Rule

#: The owner of money of which nobody says whose it is: no bounds are kept of it.
NOBODY = ""
_LINED: tuple[Rule, ...] = ("fifo", "lifo")
_SHARED: tuple[Rule, ...] = ("pro-rata", "lowest-balance")


class Line:
    """Deposits in a line: the first spent first, or the last."""

    def __init__(self, *, first: bool, line: Iterable[tuple[int, int]] = ()) -> None:
        self._first = first
        self._line = deque(line)

    def put(self, pieces: Written) -> None:
        """Add money at the end of the line."""
        line = self._line
        for owner, units in pieces.rows:
            if line and line[-1][0] == owner:
                units += line.pop()[1]  # noqa: PLW2901 (neighbours are one piece)
            line.append((owner, units))

    def take(self, units: int) -> Written:
        """Take money from the end whose turn it is."""
        taken = []
        pop = self._line.popleft if self._first else self._line.pop
        back = self._line.appendleft if self._first else self._line.append
        while units:
            owner, there = pop()
            part = min(there, units)
            if there > part:
                back((owner, there - part))
            taken.append((owner, part))
            units -= part
        return Written(tuple(taken))


class Shared:
    """Money shared pro rata, those named last only when the others' is used up."""

    def __init__(self, claimants: NDArray[np.bool_] | None = None) -> None:
        self._claimants = claimants
        self._own, self._theirs = SharedPot(), SharedPot()

    def put(self, pieces: Pieces) -> None:
        """Add money."""
        if self._claimants is None:
            self._own.put(pieces)
            return
        theirs = self._claimants[pieces.codes]
        for pot, mine in ((self._own, ~theirs), (self._theirs, theirs)):
            if mine.any():
                pot.put(Pieces(pieces.codes[mine], pieces.units[mine]))

    def take(self, units: int) -> Pieces:
        """Take money, everyone's share of the moment."""
        first = min(units, self._own.total)
        if first == units:
            return self._own.take(units)
        if not first:
            return self._theirs.take(units)
        both = (self._own.take(first), self._theirs.take(units - first))
        return Pieces(
            np.concatenate([one.codes for one in both]),
            np.concatenate([one.units for one in both]),
        )


@dataclass(frozen=True, slots=True)
class Owned:
    """Units of which at least and at most so many are an owner's."""

    units: int
    least: Pieces
    most: Pieces

    def part(self, units: int) -> Owned:
        """Return the bounds of some of the units, whichever they are."""
        rest = self.units - units
        least = np.maximum(self.least.units - rest, 0)
        kept = np.flatnonzero(least)
        return Owned(
            units,
            Pieces(self.least.codes[kept], least[kept]),
            Pieces(self.most.codes, np.minimum(self.most.units, units)),
        )

    def scaled(self, units: int) -> Owned:
        """Return the same for what these units were exchanged for."""
        if units == self.units or not self.units:
            return Owned(units, self.least, self.most)
        # Rounded outwards: bounds stay bounds.
        least = self.least.units.astype(object) * units // self.units
        most = -(-self.most.units.astype(object) * units // self.units)
        return Owned(
            units,
            Pieces(self.least.codes, _narrow(least, units)),
            Pieces(self.most.codes, _narrow(np.minimum(most, units), units)),
        )


class Limits:
    """The most of each owner's money that can be there, and the least that must be."""

    def __init__(self, owners: int, nobody: int) -> None:
        self.balance = 0
        self._nobody = nobody
        self._most: NDArray[Any] = np.zeros(owners, dtype=np.int64)
        #: The balance less the most that can be there of all others' money.
        self._least: NDArray[Any] = np.zeros(owners, dtype=np.int64)

    def put(self, bounds: Owned) -> None:
        """Add money of which each owner's part is only bounded."""
        self.balance += bounds.units
        if self.balance >= WHOLE and self._most.dtype != object:
            self._most = self._most.astype(object)
            self._least = self._least.astype(object)
        for held, more in ((self._most, bounds.most), (self._least, bounds.least)):
            held[more.codes] += more.units.astype(held.dtype)
            held[self._nobody] = 0

    def take(self, units: int) -> Owned:
        """Take money, and bound whose it was."""
        left = self.balance - units
        found = Owned(
            units,
            packed(_narrow(np.maximum(self._least - left, 0), units)),
            packed(_narrow(np.minimum(self._most, units), units)),
        )
        self._most = np.minimum(self._most, left)
        self._least = np.maximum(self._least - units, 0)
        if left < WHOLE and self._most.dtype == object:
            self._most = self._most.astype(np.int64)
            self._least = self._least.astype(np.int64)
        self.balance = left
        return found


def _narrow(units: NDArray[Any], most: int) -> NDArray[Any]:
    """Return units of which none is more than so many in 64 bits where they fit."""
    return units.astype(np.int64) if most < WHOLE else units.astype(object)


@dataclass(frozen=True, slots=True)
class Taken:
    """Money on its way: whose it is under each rule, and its bounds."""

    bounds: Owned
    lined: dict[Rule, Written]
    shared: dict[Rule, Pieces]

    @classmethod
    def of(cls, owner: int, units: int) -> Taken:
        """Return money that is one owner's under every rule."""
        pieces = Pieces.of([(owner, units)])
        return cls(
            Owned(units, pieces, pieces),
            dict.fromkeys(_LINED, Written(((owner, units),))),
            dict.fromkeys(_SHARED, pieces),
        )

    def scaled(self, units: int) -> Taken:
        """Return the same for what it was exchanged for."""
        if units == self.bounds.units:
            return self
        return Taken(
            self.bounds.scaled(units),
            {rule: _scaled(pieces, units) for rule, pieces in self.lined.items()},
            {rule: scaled(pieces, units) for rule, pieces in self.shared.items()},
        )

    def split(self, sizes: Sequence[int]) -> list[Taken]:
        """Split money among several places, in their order."""
        if len(sizes) == 1:
            return [self]
        lines = {r: Line(first=True, line=x.rows) for r, x in self.lined.items()}
        cut = {rule: fronts(pieces, sizes) for rule, pieces in self.shared.items()}
        return [
            Taken(
                self.bounds.part(units),
                {rule: line.take(units) for rule, line in lines.items()},
                {rule: pieces[place] for rule, pieces in cut.items()},
            )
            for place, units in enumerate(sizes)
        ]


def _scaled(pieces: Written, units: int) -> Written:
    found = scaled(Pieces.of(pieces.rows), units)
    return Written(tuple(zip(found.codes.tolist(), found.units.tolist(), strict=True)))


class Holding:
    """One account's money under every rule at once, or bounds of it alone."""

    def __init__(
        self, claimants: NDArray[np.bool_], nobody: int, *, ruled: bool
    ) -> None:
        self.limits = Limits(len(claimants), nobody)
        self._lines: dict[Rule, Line] = {}
        self._pots: dict[Rule, Shared] = {}
        if ruled:
            self._lines = {rule: Line(first=rule == "fifo") for rule in _LINED}
            self._pots["pro-rata"] = Shared()
            self._pots["lowest-balance"] = Shared(claimants)

    @property
    def balance(self) -> int:
        """Return the units there are."""
        return self.limits.balance

    def put(self, money: Taken) -> None:
        """Add money."""
        self.limits.put(money.bounds)
        for rule, line in self._lines.items():
            line.put(money.lined[rule])
        for rule, pot in self._pots.items():
            pot.put(money.shared[rule])

    def take(self, units: int) -> Taken:
        """Take money; there must be so much."""
        return Taken(
            self.limits.take(units),
            {rule: line.take(units) for rule, line in self._lines.items()},
            {rule: pot.take(units) for rule, pot in self._pots.items()},
        )


def together(into: list[Taken]) -> tuple[Pieces, Pieces]:
    """Return the bounds of what came in at once, at least and at most."""
    ends: list[list[Pieces]] = [[], []]
    for money in into:
        ends[0].append(money.bounds.least)
        ends[1].append(money.bounds.most)
    least, most = (added(pieces) for pieces in ends)
    return least, most
