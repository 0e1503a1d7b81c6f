"""A pool shared pro rata in float, as a common factor and the holdings beside it.

With many owners an outlay touches all of them, so shares are not written out. All
holdings shrink by one factor, which is kept beside them; a deposit is entered at the
factor of its day. An owner's holding then changes only with a deposit of that owner,
and any outlay's shares are read off when asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.methods.tracing.movements import AT_A_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movements

# What is left below this share of a pool is rounding: the pool is empty.
EMPTY = 1e-13
# Below this factor holdings are written out anew, lest it vanish.
SMALL = 1e-150


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
        left: codes of the owners, in order, and what remains of each one's money.
    """

    account: Movements
    codes: NDArray[np.intp]
    out: NDArray[np.float64]
    rate: NDArray[np.float64]
    era: NDArray[np.signedinteger[Any]]
    entries: tuple[NDArray[Any], ...]
    left: tuple[NDArray[np.intp], NDArray[np.float64]]

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
        # A number of another width would have the whole column copied.
        outlay = at.dtype.type(self.account.outlays[row])
        stop = int(np.searchsorted(at, outlay))
        start = int(np.searchsorted(era, era.dtype.type(self.era[row])))
        latest = dict(
            zip(owner[start:stop].tolist(), holding[start:stop].tolist(), strict=True)
        )
        rate = float(self.rate[row])
        return [(code, rate * units) for code, units in latest.items()]

    def sources(self) -> Iterator[list[tuple[int, float]]]:
        """Yield, for each outlay, the (deposit, units) it took."""
        mine = self.account.among(self.codes)
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

    def remaining(self) -> Iterable[tuple[int, float]]:
        """Return (owner code, units left), each owner once."""
        codes, units = self.left
        return zip(codes.tolist(), units.tolist(), strict=True)


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
    owners = np.unique(codes)
    # The place of each owner in the pool; of outlays, whose code is -1, the last item.
    place = np.full(len(account.owners) + 1, -1, dtype=np.int32)
    place[owners] = np.arange(len(owners))
    ledger = _Running(owners, account.place)
    row = 0
    for start in range(0, len(account.units), AT_A_TIME):
        some = slice(start, start + AT_A_TIME)
        outlays = account.owner[some] < 0
        rows = slice(row, row + int(np.count_nonzero(outlays)))
        amounts = account.units[some].astype(float)
        amounts[outlays] = out[rows]
        places = place[account.owner[some]]
        steps = np.flatnonzero((places >= 0) | (outlays & (amounts > 0)))
        ledger.run(start + steps, amounts[steps], places[steps])
        row = rows.stop
    rate = np.zeros(len(out))
    era = np.zeros(len(out), dtype=account.place)
    rate[out > 0], era[out > 0] = ledger.rates(), ledger.eras()
    inside = account.among(codes)
    pot = max(0.0, float(account.units[inside].sum()) - float(out.sum()))
    whole = sum(ledger.held)
    held = np.array(ledger.held)
    return FloatPool(
        account=account,
        codes=codes,
        out=out,
        rate=rate,
        era=era,
        entries=ledger.entries(),
        left=(owners, pot * (held / whole) if whole else np.zeros(len(held))),
    )


class _Running:
    """The running account of a pool; lives only while the movements are read.

    Attributes:
        held: the holding of each owner, in the order of their codes.
    """

    def __init__(
        self, owners: NDArray[np.intp], kind: type[np.signedinteger[Any]]
    ) -> None:
        self.held = [0.0] * len(owners)
        self._owners = owners.astype(np.int32)
        self._kind = kind
        self._factor, self._total, self._era = 1.0, 0.0, 0
        self._rates: list[NDArray[np.float64]] = [np.zeros(0)]
        self._eras: list[NDArray[Any]] = [np.zeros(0, dtype=kind)]
        self._entries: list[tuple[NDArray[Any], ...]] = []
        self._write([], [], [], [])

    def rates(self) -> NDArray[np.float64]:
        """Give up units each outlay took of one unit of holding."""
        return _joined(self._rates)

    def eras(self) -> NDArray[Any]:
        """Give up how often the pool had been written anew or emptied, by outlay."""
        return _joined(self._eras)

    def entries(self) -> tuple[NDArray[Any], ...]:
        """Give up (movement, code, era, holding after) of each change of a holding."""
        columns = [list(column) for column in zip(*self._entries, strict=True)]
        self._entries.clear()
        return tuple(map(_joined, columns))

    def run(
        self, ats: NDArray[Any], amounts: NDArray[Any], places: NDArray[Any]
    ) -> None:
        """Read some movements; names are local because this is the hot loop."""
        held, factor, total, era = self.held, self._factor, self._total, self._era
        rates: list[float] = []
        eras: list[int] = []
        ins: list[int] = []
        now_held: list[float] = []
        add_rate, add_era = rates.append, eras.append
        add_in, add_held = ins.append, now_held.append
        written = 0
        steps = zip(amounts.tolist(), places.tolist(), strict=True)
        for step, (amount, place) in enumerate(steps):
            if place >= 0:
                part = amount / factor
                total += part
                held[place] = now = held[place] + part
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
                self._write(ats[written:step], places[written:step], ins, now_held)
                written = step
                ins.clear()
                now_held.clear()
                total = self._rewrite(int(ats[step]), era, factor)
            else:
                add_rate(factor)
                era += 1
                total = 0.0
                held[:] = [0.0] * len(held)
            factor = 1.0
        self._factor, self._total, self._era = factor, total, era
        self._rates.append(np.array(rates))
        self._eras.append(np.array(eras, dtype=self._kind))
        self._write(ats[written:], places[written:], ins, now_held)

    def _write(
        self, ats: Any, places: Any, eras: list[int], holdings: list[float]
    ) -> None:
        """Write entries down: of the movements given, those that are deposits."""
        places = np.asarray(places, dtype=np.intp)
        inside = places >= 0
        self._entries.append(
            (
                np.asarray(ats, dtype=self._kind)[inside],
                self._owners[places[inside]],
                np.array(eras, dtype=self._kind),
                np.array(holdings, dtype=float),
            )
        )

    def _rewrite(self, at: int, era: int, factor: float) -> float:
        """Write holdings anew at a factor of one; return their sum."""
        self.held[:] = [units * factor for units in self.held]
        count = len(self.held)
        self._entries.append(
            (
                np.full(count, at, dtype=self._kind),
                self._owners,
                np.full(count, era, dtype=self._kind),
                np.array(self.held),
            )
        )
        return sum(self.held)


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    """Return pieces as one column; they are let go, lest they stand in memory twice."""
    found = np.concatenate(pieces)
    pieces.clear()
    return found
