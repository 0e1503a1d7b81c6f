"""Sharing pro rata: a pool of money of which each outlay takes everyone's share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol
from typing import TypeVar

import numpy as np

from solvency.methods.tracing.float_pool import float_pool

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movements

Key = TypeVar("Key")


class Pool(Protocol):
    """Money of some owners, shared pro rata; rows count outlays."""

    @property
    def codes(self) -> NDArray[np.intp]:
        """Codes of the owners."""

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay, of those who paid anything."""

    def sources(self) -> Iterator[list[tuple[int, Any]]]:
        """Yield, for each outlay, the (deposit, units) it took."""

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""

    def remaining(self) -> Iterable[tuple[int, Any]]:
        """Return (owner code, units left), each owner once."""


@dataclass(frozen=True)
class SolePool:
    """A pool of one owner: there is nothing to share but between deposits."""

    account: Movements
    codes: NDArray[np.intp]
    out: NDArray[Any]

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay."""
        return [(int(self.codes[0]), self.out[row])] if self.out[row] else []

    def sources(self) -> Iterator[list[tuple[int, Any]]]:
        """Yield, for each outlay, the (deposit, units) it took."""
        make = float_pool if self.account.units.dtype == float else exact_pool
        return make(self.account, self.codes, self.out).sources()

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of the owner's money by outlay."""
        if code not in self.codes:
            raise KeyError(code)
        return self.out

    def remaining(self) -> Iterable[tuple[int, Any]]:
        """Return (owner code, units left) of the owner."""
        paid_in = self.account.units[self.account.owner == self.codes[0]].sum()
        yield int(self.codes[0]), max(paid_in - self.out.sum(), paid_in * 0)


@dataclass(frozen=True)
class ExactPool:
    """A pool in whole units: each outlay's shares sum to it to the last unit."""

    account: Movements
    codes: NDArray[np.intp]
    out: NDArray[Any]
    rows: tuple[dict[int, int], ...]
    left: dict[int, int]

    def row(self, row: int) -> list[tuple[int, int]]:
        """Return (owner code, units) of one outlay."""
        return list(self.rows[row].items())

    def sources(self) -> Iterator[list[tuple[int, int]]]:
        """Yield, for each outlay, the (deposit, units) it took."""
        live: dict[int, dict[int, int]] = {int(code): {} for code in self.codes}
        row = 0
        owners, units = self.account.owner.tolist(), self.account.units.tolist()
        for at, (code, amount) in enumerate(zip(owners, units, strict=True)):
            if code in live and amount:
                live[code][at] = amount
            elif code < 0:
                yield [
                    pair
                    for owner, part in self.rows[row].items()
                    for pair in take(live[owner], part)
                ]
                row += 1

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""
        return np.array([row.get(code, 0) for row in self.rows], dtype=object)

    def remaining(self) -> Iterable[tuple[int, int]]:
        """Return (owner code, units left), each owner once."""
        return self.left.items()


def exact_pool(
    account: Movements, codes: NDArray[np.intp], out: NDArray[Any]
) -> ExactPool:
    """Run the movements through a pool in whole units.

    Args:
        account: the movements.
        codes: owners of the pool.
        out: what each outlay takes from it, in order of the outlays.

    Returns:
        The pool.
    """
    held = {int(code): 0 for code in codes}
    outs = iter(out.tolist())
    rows: list[dict[int, int]] = []
    owners, units = account.owner.tolist(), account.units.tolist()
    for code, amount in zip(owners, units, strict=True):
        if code in held:
            held[code] += amount
        elif code < 0:
            rows.append(dict(take(held, next(outs), keep=True)))
    return ExactPool(account, codes, out, tuple(rows), held)


def take(
    held: dict[Key, int], need: int, *, keep: bool = False
) -> list[tuple[Key, int]]:
    """Take whole units pro rata, the odd ones by largest fraction, first come first.

    Args:
        held: units by key; reduced in place.
        need: units to take, no more than there are.
        keep: keep keys whose units run out.

    Returns:
        (key, units taken) of those who gave any.
    """
    total = sum(held.values())
    if not need or not total:
        return []
    parts = {key: divmod(need * units, total) for key, units in held.items() if units}
    odd = need - sum(whole for whole, _ in parts.values())
    last = sorted(parts, key=lambda key: -parts[key][1])[:odd]
    taken = {key: whole for key, (whole, _) in parts.items()}
    for key in last:
        taken[key] += 1
    for key, whole in taken.items():
        held[key] -= whole
        if not held[key] and not keep:
            del held[key]
    return [(key, whole) for key, whole in taken.items() if whole]
