"""What an account holds of whose money, under each rule, and at most under any.

Unlike `tracing`, which traces one account whose movements are all known beforehand,
this keeps many accounts at once: what one pays another is known only when it is paid.
Units are whole, so that nothing is lost to rounding.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from solvency.methods.tracing import RULES
from solvency.methods.tracing import Rule
from solvency.methods.tracing.sharing import take

if TYPE_CHECKING:
    from collections.abc import Sequence

    #: Owners and units, in the order in which they are put or taken.
    Pieces = list[tuple[str, int]]


class Line:
    """Deposits in a line: the first spent first, or the last."""

    def __init__(self, *, first: bool) -> None:
        self._first = first
        self._line: deque[tuple[str, int]] = deque()

    def adopt(self, line: deque[tuple[str, int]]) -> None:
        """Take the place of a line that is there already."""
        self._line = line

    def put(self, pieces: Pieces) -> None:
        """Add money at the end of the line."""
        for owner, units in pieces:
            if self._line and self._line[-1][0] == owner:
                units += self._line.pop()[1]  # noqa: PLW2901 (neighbours are one piece)
            self._line.append((owner, units))

    def take(self, units: int) -> Pieces:
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
        return taken


class Shared:
    """Money shared pro rata, those named last only when the others' is used up."""

    def __init__(self, claimants: frozenset[str] = frozenset()) -> None:
        self._claimants = claimants
        self._own: dict[str, int] = {}
        self._theirs: dict[str, int] = {}

    def put(self, pieces: Pieces) -> None:
        """Add money."""
        for owner, units in pieces:
            held = self._theirs if owner in self._claimants else self._own
            held[owner] = held.get(owner, 0) + units

    def take(self, units: int) -> Pieces:
        """Take money, everyone's share of the moment."""
        first = min(units, sum(self._own.values()))
        return [
            *take(self._own, first, keep=True),
            *take(self._theirs, units - first, keep=True),
        ]


@dataclass
class Limits:
    """The most of each owner's money, and of the others', that can be there."""

    owners: tuple[str, ...]
    balance: int = 0
    most: dict[str, int] = field(default_factory=dict)
    others: dict[str, int] = field(default_factory=dict)

    def put(self, bounds: Owned) -> None:
        """Add money of which each owner's part is only bounded."""
        self.balance += bounds.units
        for owner in self.owners:
            least, most = bounds.of(owner)
            others = self.others.get(owner, 0) + bounds.units - least
            self.most[owner] = min(self.balance, self.most.get(owner, 0) + most)
            self.others[owner] = min(self.balance, others)

    def take(self, units: int) -> Owned:
        """Take money, and bound whose it was."""
        found = {}
        left = self.balance = self.balance - units
        for owner in self.owners:
            most, others = self.most.get(owner, 0), self.others.get(owner, 0)
            if most:
                found[owner] = (max(0, units - others), min(units, most))
            self.most[owner] = min(most, left)
            self.others[owner] = min(others, left)
        return Owned(units, found)


@dataclass(frozen=True)
class Owned:
    """Units of which at least and at most so many are an owner's."""

    units: int
    by_owner: dict[str, tuple[int, int]]

    def of(self, owner: str) -> tuple[int, int]:
        """Return what is the owner's at least and at most."""
        return self.by_owner.get(owner, (0, 0))

    def part(self, units: int) -> Owned:
        """Return the bounds of some of the units, whichever they are."""
        rest = self.units - units
        return Owned(
            units,
            {
                owner: (max(0, least - rest), min(units, most))
                for owner, (least, most) in self.by_owner.items()
            },
        )

    def scaled(self, units: int) -> Owned:
        """Return the same for what these units were exchanged for."""
        if units == self.units or not self.units:
            return Owned(units, self.by_owner)
        # Rounded outwards: bounds stay bounds.
        return Owned(
            units,
            {
                owner: (
                    least * units // self.units,
                    min(units, -(-most * units // self.units)),
                )
                for owner, (least, most) in self.by_owner.items()
            },
        )


@dataclass(frozen=True)
class Taken:
    """Money on its way: whose it is under each rule, and its bounds."""

    bounds: Owned
    by_rule: dict[Rule, Pieces]

    @classmethod
    def of(cls, owner: str, units: int) -> Taken:
        """Return money that is one owner's under every rule."""
        pieces = [(owner, units)]
        return cls(Owned(units, {owner: (units, units)}), dict.fromkeys(RULES, pieces))

    def scaled(self, units: int) -> Taken:
        """Return the same for what it was exchanged for."""
        if units == self.bounds.units:
            return self
        return Taken(
            self.bounds.scaled(units),
            {rule: _scaled(pieces, units) for rule, pieces in self.by_rule.items()},
        )

    def split(self, sizes: Sequence[int]) -> list[Taken]:
        """Split money among several places, in their order."""
        if len(sizes) == 1:
            return [self]
        queues = {rule: deque(pieces) for rule, pieces in self.by_rule.items()}
        return [
            Taken(
                self.bounds.part(units),
                {rule: _first(queue, units) for rule, queue in queues.items()},
            )
            for units in sizes
        ]

    def sums(self, rule: Rule) -> dict[str, int]:
        """Return units by owner under one rule."""
        found: dict[str, int] = {}
        for owner, units in self.by_rule[rule]:
            found[owner] = found.get(owner, 0) + units
        return found


def _first(queue: deque[tuple[str, int]], units: int) -> Pieces:
    """Take units from the front of a line of pieces."""
    line = Line(first=True)
    line.adopt(queue)
    return line.take(units)


def _scaled(pieces: Pieces, units: int) -> Pieces:
    """Share units out among pieces in proportion, in their order."""
    held = {index: part for index, (_, part) in enumerate(pieces)}
    if units <= sum(held.values()):
        shares = dict(take(held, units))
    else:
        whole = sum(held.values())
        times, odd = divmod(units, whole)
        shares = {index: part * times for index, part in held.items()}
        for index, part in take(held, odd):
            shares[index] += part
    return [(pieces[i][0], shares[i]) for i in sorted(shares) if shares[i]]


class Holding:
    """One account's money under every rule at once."""

    def __init__(self, owners: Sequence[str], claimants: frozenset[str]) -> None:
        self.limits = Limits(tuple(owners))
        self._rules: dict[Rule, Line | Shared] = {
            "fifo": Line(first=True),
            "lifo": Line(first=False),
            "pro-rata": Shared(),
            "lowest-balance": Shared(claimants),
        }

    @property
    def balance(self) -> int:
        """Return the units there are."""
        return self.limits.balance

    def put(self, money: Taken) -> None:
        """Add money."""
        self.limits.put(money.bounds)
        for rule, held in self._rules.items():
            held.put(money.by_rule[rule])

    def take(self, units: int) -> Taken:
        """Take money; there must be so much."""
        return Taken(
            self.limits.take(units),
            {rule: held.take(units) for rule, held in self._rules.items()},
        )
