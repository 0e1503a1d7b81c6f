"""Whole units by owner as arrays, shared out pro rata to the last unit.

Units are in 64 bits while what they sum to holds there, else Python's integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

import numpy as np

from solvency.methods.tracing.movements import WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import NDArray

#: Totals up to here are divided in floating point, and the quotient mended: with the
#: 64 digits of extended precision it is wrong by one at most, with 53 by more.
_MENDED = WHOLE if np.finfo(np.longdouble).nmant >= 63 else 2**50


class Pieces(NamedTuple):
    """Units of some owners, each by its code, in the order in which they came."""

    codes: NDArray[np.int32]
    units: NDArray[Any]

    @classmethod
    def of(cls, rows: Iterable[tuple[int, int]]) -> Pieces:
        """Return pieces written out one by one."""
        rows = list(rows)
        codes = np.array([code for code, _ in rows], dtype=np.int32)
        return cls(codes, whole([units for _, units in rows]))

    def sum_of(self, wanted: NDArray[np.bool_]) -> int:
        """Return the units of the owners that are marked."""
        return int(self.units[wanted[self.codes]].sum()) if len(self.codes) else 0

    def to_dict(self) -> dict[int, int]:
        """Return units by code."""
        return dict(zip(self.codes.tolist(), self.units.tolist(), strict=True))


class Written(NamedTuple):
    """The same written out one by one: quicker where they are few."""

    rows: tuple[tuple[int, int], ...]

    def sum_of(self, wanted: NDArray[np.bool_]) -> int:
        """Return the units of the owners that are marked."""
        return sum(units for code, units in self.rows if wanted[code])

    def to_dict(self) -> dict[int, int]:
        """Return units by code."""
        found: dict[int, int] = {}
        for code, units in self.rows:
            found[code] = found.get(code, 0) + units
        return found


def whole(units: Sequence[int]) -> NDArray[Any]:
    """Return whole numbers as an array, of 64 bits where their sum holds in them."""
    kind: Any = np.int64 if sum(units) < WHOLE else object
    return np.array(units, dtype=kind)


def packed(units: NDArray[Any]) -> Pieces:
    """Return the owners of an array by code that have any units."""
    codes = np.flatnonzero(units)
    return Pieces(codes.astype(np.int32), units[codes])


def parts(held: NDArray[Any], need: int, total: int) -> NDArray[Any]:
    """Share units out pro rata, the odd ones by largest fraction, first come first.

    Args:
        held: What each has.
        need: What is taken, no more than there is.
        total: What there is: the sum of `held`.

    Returns:
        What each gives; it sums to what is taken.
    """
    if not need or not total:
        return held * 0
    if held.dtype == object or total > _MENDED:
        wide = held.astype(object)
        found: NDArray[Any] = wide * need // total
        rest = wide * need - found * total
    else:
        near = held.astype(np.longdouble) * np.longdouble(need) / np.longdouble(total)
        found = near.astype(np.int64)
        # What the quotient misses is small, so that it is right though it wraps.
        rest = held * np.int64(need) - found * np.int64(total)
        found += rest // total
        rest %= total
    odd = need - int(found.sum())
    if odd:
        found[np.argsort(-rest, kind="stable")[:odd]] += 1
    return found if held.dtype == object else found.astype(np.int64)


def fronts(pieces: Pieces, sizes: Sequence[int]) -> list[Pieces]:
    """Cut pieces, in their order, into stretches of so many units."""
    ends = np.cumsum(pieces.units)
    starts = ends - pieces.units
    found = []
    low = 0
    for size in sizes:
        high = low + size
        units = np.maximum(np.minimum(ends, high) - np.maximum(starts, low), 0)
        kept = np.flatnonzero(units)
        found.append(Pieces(pieces.codes[kept], units[kept]))
        low = high
    return found


def scaled(pieces: Pieces, units: int) -> Pieces:
    """Share units out among pieces in proportion, in their order."""
    total = int(pieces.units.sum())
    times, odd = divmod(units, total) if units > total else (0, units)
    shares = parts(pieces.units, odd, total)
    if times:
        kind: Any = np.int64 if units < WHOLE else object
        shares = shares.astype(kind) + pieces.units.astype(kind) * times
    kept = np.flatnonzero(shares)
    return Pieces(pieces.codes[kept], shares[kept])


def added(several: Sequence[Pieces]) -> Pieces:
    """Return the units of each owner in several lots together, each owner once."""
    if len(several) == 1:
        return several[0]
    rows = [row for pieces in several for row in pieces.to_dict().items()]
    return Pieces.of(Written(tuple(rows)).to_dict().items())


class SharedPot:
    """Money shared pro rata by owners in the order in which they first came."""

    def __init__(self) -> None:
        self.total = 0
        self._codes: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._held: NDArray[Any] = np.zeros(0, dtype=np.int64)
        self._places: dict[int, int] = {}

    def put(self, pieces: Pieces) -> None:
        """Add money; no owner twice."""
        self.total += int(pieces.units.sum())
        if self.total >= WHOLE and self._held.dtype != object:
            self._held = self._held.astype(object)
        codes = pieces.codes.tolist()
        new = [code for code in codes if code not in self._places]
        if new:
            for code in new:
                self._places[code] = len(self._places)
            self._codes = np.append(self._codes, np.array(new, dtype=np.int32))
            more = np.zeros(len(new), dtype=self._held.dtype)
            self._held = np.append(self._held, more)
        places = [self._places[code] for code in codes]
        self._held[places] += pieces.units.astype(self._held.dtype)

    def take(self, units: int) -> Pieces:
        """Take money, everyone's share of the moment; there must be so much."""
        taken = parts(self._held, units, self.total)
        self._held = self._held - taken
        self.total -= units
        if self.total < WHOLE and self._held.dtype == object:
            self._held = self._held.astype(np.int64)
        if units < WHOLE and taken.dtype == object:
            taken = taken.astype(np.int64)
        if taken.all():
            return Pieces(self._codes, taken)
        kept = np.flatnonzero(taken)
        return Pieces(self._codes[kept], taken[kept])
