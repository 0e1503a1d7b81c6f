"""Sharing pro rata: a pool of money of which each outlay takes everyone's share.

With many owners an outlay touches all of them, so shares are not written out. All
holdings shrink by one factor, which is kept beside them; a deposit is entered at the
factor of its day. An owner's holding then changes only with a deposit of that owner,
and any outlay's shares are read off when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol
from typing import TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movements

Key = TypeVar("Key")

# What is left below this share of a pool is rounding: the pool is empty.
EMPTY = 1e-13
# Below this factor holdings are written out anew, lest it vanish.
SMALL = 1e-150


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

    def remaining(self) -> dict[int, Any]:
        """Return units left by owner code."""


@dataclass(frozen=True)
class FloatPool:
    """A pool in float, with holdings kept beside a common factor.

    Attributes:
        account: the movements.
        codes: its owners.
        out: what each outlay takes from the pool, shape (rows,).
        rate: units each outlay takes of one unit of holding, shape (rows,).
        era: times the pool had been written anew or emptied, by outlay, shape (rows,).
        entries: (movement, code, era, holding after) of each change of a holding.
        left: what remains by owner code.
    """

    account: Movements
    codes: NDArray[np.intp]
    out: NDArray[np.float64]
    rate: NDArray[np.float64]
    era: NDArray[np.intp]
    entries: tuple[NDArray[Any], ...]
    left: dict[int, float]

    def spent(self, code: int) -> NDArray[np.float64]:
        """Return units of one owner's money by outlay."""
        at, owner, era, holding = self.entries
        mine = np.flatnonzero(owner == code)
        last = np.searchsorted(at[mine], self.account.outlays) - 1
        if not len(mine):
            return np.zeros(len(self.out))
        entry = mine[np.maximum(last, 0)]
        valid = (last >= 0) & (era[entry] == self.era)
        return np.where(valid, self.rate * holding[entry], 0.0)

    def row(self, row: int) -> list[tuple[int, float]]:
        """Return (owner code, units) of one outlay."""
        if not self.rate[row]:
            return []
        at, owner, era, holding = self.entries
        stop = int(np.searchsorted(at, self.account.outlays[row]))
        start = int(np.searchsorted(era, self.era[row]))
        latest = dict(
            zip(owner[start:stop].tolist(), holding[start:stop].tolist(), strict=True)
        )
        rate = float(self.rate[row])
        return [(code, rate * units) for code, units in latest.items()]

    def sources(self) -> Iterator[list[tuple[int, float]]]:
        """Yield, for each outlay, the (deposit, units) it took."""
        mine = np.isin(self.account.owner, self.codes)
        live = np.where(mine, self.account.units, 0.0).astype(float)
        total, seen = 0.0, 0
        for row, outlay in enumerate(self.account.outlays):
            total += float(live[seen:outlay].sum())
            seen = int(outlay)
            share = min(1.0, self.out[row] / total) if total > 0 else 0.0
            part = live[:outlay] * share
            found = np.flatnonzero(part)
            yield list(zip(found.tolist(), part[found].tolist(), strict=True))
            live[:outlay] -= part
            total = float(live[:outlay].sum()) if share < 1.0 - EMPTY else 0.0
            if not total:
                live[:outlay] = 0.0

    def remaining(self) -> dict[int, float]:
        """Return units left by owner code."""
        return self.left


def float_pool(
    account: Movements, codes: NDArray[np.intp], out: NDArray[np.float64]
) -> FloatPool:
    """Run the movements through a pool in float.

    Args:
        account: the movements.
        codes: owners of the pool.
        out: what each outlay takes from it, in order of the outlays.

    Returns:
        The pool.
    """
    ledger = _Running({int(code) for code in codes})
    inside = np.isin(account.owner, codes)
    steps = inside.copy()
    steps[account.outlays[out > 0]] = True
    at = np.flatnonzero(steps)
    amounts = account.units.astype(float)
    amounts[account.outlays] = out
    ledger.run(at.tolist(), amounts[at].tolist(), account.owner[at].tolist())
    rate, era = np.zeros(len(out)), np.zeros(len(out), dtype=np.intp)
    rate[out > 0], era[out > 0] = ledger.rates, ledger.eras
    pot = max(0.0, float(account.units[inside].sum()) - float(out.sum()))
    whole = sum(ledger.held.values())
    kinds = (np.intp, np.intp, np.intp, float)
    return FloatPool(
        account=account,
        codes=codes,
        out=out,
        rate=rate,
        era=era,
        entries=tuple(
            np.array(column, dtype=kind)
            for column, kind in zip(ledger.entries, kinds, strict=True)
        ),
        left={
            code: pot * (units / whole) if whole else 0.0
            for code, units in ledger.held.items()
        },
    )


class _Running:
    """The running account of a pool; lives only while the movements are read."""

    def __init__(self, codes: set[int]) -> None:
        self.held = dict.fromkeys(sorted(codes), 0.0)
        self.rates: list[float] = []
        self.eras: list[int] = []
        self.entries: tuple[list[int], list[int], list[int], list[float]] = (
            [],
            [],
            [],
            [],
        )

    def run(self, ats: list[int], amounts: list[float], codes: list[int]) -> None:
        """Read all movements; names are local because this is the hot loop."""
        held, factor, total, era = self.held, 1.0, 0.0, 0
        add_rate, add_era = self.rates.append, self.eras.append
        at_list, code_list, era_list, held_list = self.entries
        add_at, add_code = at_list.append, code_list.append
        add_in, add_held = era_list.append, held_list.append
        for at, amount, code in zip(ats, amounts, codes, strict=True):
            if code >= 0:
                part = amount / factor
                total += part
                held[code] = now = held[code] + part
                add_at(at)
                add_code(code)
                add_in(era)
                add_held(now)
                continue
            add_era(era)
            rate = amount / total if total > 0.0 else 0.0
            left = factor - rate
            if left > EMPTY * factor:
                add_rate(rate)
                factor = left
                if factor > SMALL:
                    continue
                era += 1
                total = self._rewrite(at, era, factor)
            else:
                add_rate(factor)
                era += 1
                total = 0.0
                for owner in held:
                    held[owner] = 0.0
            factor = 1.0

    def _rewrite(self, at: int, era: int, factor: float) -> float:
        """Write holdings anew at a factor of one; return their sum."""
        for code, units in self.held.items():
            self.held[code] = units * factor
            ats, codes, eras, holdings = self.entries
            ats.append(at)
            codes.append(code)
            eras.append(era)
            holdings.append(units * factor)
        return sum(self.held.values())


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

    def remaining(self) -> dict[int, Any]:
        """Return units left by owner code."""
        paid_in = self.account.units[self.account.owner == self.codes[0]].sum()
        return {int(self.codes[0]): max(paid_in - self.out.sum(), paid_in * 0)}


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

    def remaining(self) -> dict[int, int]:
        """Return units left by owner code."""
        return self.left


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
