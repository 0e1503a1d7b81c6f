"""The tracing rules but one (`lowest_balance`): movements to whose money outlays spent.

A rule returns either the pairs of outlay and deposit themselves, of which there are no
more than movements, or, where every outlay touches every deposit, a running account
from which any outlay's owners are read off when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

import numpy as np

from solvency.methods.tracing.float_pool import float_pool
from solvency.methods.tracing.movements import AT_A_TIME
from solvency.methods.tracing.pro_rata import SolePool
from solvency.methods.tracing.pro_rata import exact_pool

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movements
    from solvency.methods.tracing.pro_rata import Pool


class Shares(Protocol):
    """What a rule answers; rows count outlays, codes count owners."""

    def pairs(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (outlay, deposit, units) by position in the movements."""

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay."""

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""

    def remaining(self) -> list[Any]:
        """Return units left by owner."""


@dataclass(frozen=True)
class Pairs:
    """Outlays matched with deposits one to one, in order of the outlays."""

    account: Movements
    row_of: NDArray[np.signedinteger[Any]]
    deposit: NDArray[np.signedinteger[Any]]
    units: NDArray[Any]

    @cached_property
    def _starts(self) -> NDArray[np.intp]:
        counts = np.bincount(self.row_of, minlength=len(self.account.outlays))
        return np.concatenate([[0], np.cumsum(counts)])

    def pairs(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (outlay, deposit, units)."""
        return zip(
            self.account.outlays[self.row_of].tolist(),
            self.deposit.tolist(),
            self.units.tolist(),
            strict=True,
        )

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay."""
        found: dict[int, Any] = {}
        for at in range(self._starts[row], self._starts[row + 1]):
            code = int(self.account.owner[self.deposit[at]])
            found[code] = found.get(code, 0) + self.units[at]
        return list(found.items())

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""
        mine = self.account.owner[self.deposit] == code
        parts = np.where(mine, self.units, 0)
        if parts.dtype != object and not len(parts):
            return np.zeros(len(self.account.outlays), dtype=parts.dtype)
        sums = np.concatenate([parts[:0].sum(keepdims=True), np.cumsum(parts)])
        if parts.dtype == float:
            # Differences of running sums would carry rounding from row to row.
            return np.bincount(
                self.row_of, weights=parts, minlength=len(self.account.outlays)
            )
        return np.asarray(sums[self._starts[1:]] - sums[self._starts[:-1]])

    def remaining(self) -> list[Any]:
        """Return units left by owner."""
        account = self.account
        left = np.zeros(len(account.owners), dtype=account.units.dtype)
        for some in _slices(len(account.deposits)):
            at = account.deposits[some]
            np.add.at(left, account.owner[at].astype(np.intp), account.units[at])
        for some in _slices(len(self.deposit)):
            codes = account.owner[self.deposit[some]].astype(np.intp)
            np.subtract.at(left, codes, self.units[some])
        return list(left)


def _slices(count: int) -> Iterator[slice]:
    """Yield slices of so many things, some at a time."""
    return (slice(at, at + AT_A_TIME) for at in range(0, count, AT_A_TIME))


def fifo(account: Movements) -> Pairs:
    """First in, first out: outlays eat their way along the line of deposits."""
    deposits = np.cumsum(account.units[account.deposits])
    outlays = np.cumsum(-account.units[account.outlays])
    if not len(outlays) or not len(deposits):
        none = np.zeros(0, dtype=np.intp)
        return Pairs(account, none, none, account.units[:0])
    # The two partitions of one line, merged: each piece lies in one of each.
    outlays = np.minimum(outlays, deposits[-1])
    cuts = np.concatenate([deposits[deposits < outlays[-1]], outlays])
    cuts.sort(kind="stable")
    pieces = cuts.copy()
    pieces[1:] -= cuts[:-1]
    full = pieces > 0
    if not full.all():
        cuts, pieces = cuts[full], pieces[full]
    row_of = np.empty(len(cuts), dtype=account.place)
    source = np.empty(len(cuts), dtype=account.place)
    for some in _slices(len(cuts)):
        row_of[some] = np.searchsorted(outlays, cuts[some])
        source[some] = account.deposits[np.searchsorted(deposits, cuts[some])]
    return Pairs(account, row_of, source, pieces)


def lifo(account: Movements) -> Pairs:
    """Last in, first out: a stack of deposits."""
    columns: list[tuple[NDArray[Any], ...]] = []
    stack: list[int] = []
    left: list[Any] = []
    for some in _slices(len(account.units)):
        outlays: list[int] = []
        sources: list[int] = []
        parts: list[Any] = []
        for at, amount in enumerate(account.units[some].tolist(), some.start):
            if amount > 0:
                stack.append(at)
                left.append(amount)
                continue
            need = -amount
            while need > 0 and stack:
                there = left[-1]
                outlays.append(at)
                sources.append(stack[-1])
                if there > need:
                    left[-1] = there - need
                    parts.append(need)
                    break
                stack.pop()
                left.pop()
                parts.append(there)
                need -= there
        columns.append(
            (
                np.searchsorted(account.outlays, outlays).astype(account.place),
                np.array(sources, dtype=account.place),
                np.array(parts, dtype=account.units.dtype),
            )
        )
    if not columns:
        none = np.zeros(0, dtype=np.intp)
        return Pairs(account, none, none, account.units[:0])
    row_of, source, units = map(np.concatenate, zip(*columns, strict=True))
    return Pairs(account, row_of, source, units)


@dataclass(frozen=True)
class Pools:
    """Outlays met by pools, each of which is shared pro rata among its deposits."""

    account: Movements
    pools: tuple[Pool, ...]

    def pairs(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (outlay, deposit, units)."""
        rows = zip(*(pool.sources() for pool in self.pools), strict=True)
        for outlay, parts in zip(self.account.outlays.tolist(), rows, strict=True):
            for part in parts:
                for deposit, units in part:
                    yield outlay, deposit, units

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay."""
        return [pair for pool in self.pools for pair in pool.row(row)]

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""
        pool = next(p for p in self.pools if code in p.codes)
        return pool.spent(code)

    def remaining(self) -> list[Any]:
        """Return units left by owner."""
        left: list[Any] = [None] * len(self.account.owners)
        for pool in self.pools:
            for code, units in pool.remaining():
                left[code] = units
        return left


def pro_rata(account: Movements) -> Pools:
    """Let each outlay take every owner's share of the moment."""
    everyone = np.arange(len(account.owners))
    return Pools(account, (pool(account, everyone, -account.units[account.outlays]),))


@dataclass(frozen=True)
class Reordered:
    """Shares of an account whose movements are taken in another order."""

    shares: Pools
    #: Where each movement of that order stands in the account.
    order: NDArray[np.intp]

    def pairs(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (outlay, deposit, units); the deposit may be the later."""
        for outlay, deposit, units in self.shares.pairs():
            yield int(self.order[outlay]), int(self.order[deposit]), units

    def row(self, row: int) -> list[tuple[int, Any]]:
        """Return (owner code, units) of one outlay."""
        return self.shares.row(row)

    def spent(self, code: int) -> NDArray[Any]:
        """Return units of one owner's money by outlay."""
        return self.shares.spent(code)

    def remaining(self) -> list[Any]:
        """Return units left by owner."""
        return self.shares.remaining()


def ex_post(account: Movements) -> Reordered:
    """Let each outlay, and what remains, be shared by all deposits, later ones too."""
    order = np.concatenate([account.deposits, account.outlays])
    again = replace(account, units=account.units[order], owner=account.owner[order])
    return Reordered(pro_rata(again), order)


def pool(account: Movements, codes: NDArray[np.intp], out: NDArray[Any]) -> Pool:
    """Return a pool of some owners' money, as exact as the account is."""
    if len(codes) == 1:
        return SolePool(account, codes, out)
    if account.exact:
        return exact_pool(account, codes, out)
    return float_pool(account, codes, np.asarray(out, dtype=float))
