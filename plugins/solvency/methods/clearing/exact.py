"""Clearing payments to the last digit, from payments that are nearly so.

Once it is known who defaults, payments are piecewise linear in what each entity has,
and what is near the fixed point is brought to it: what is amiss is worked out with all
digits, the step that mends it in floating point, and again until nothing is amiss.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context
from decimal import Decimal
from decimal import localcontext
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from solvency.methods.clearing import solved
from solvency.methods.clearing import system_of
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.clearing import Clearing

    Cells = Mapping[tuple[int, int], Decimal]

_ZERO = Decimal()
#: What payments may be amiss by, and what is short by less is rounding of quotients.
_LEAST = Decimal("1E-18")
_SHORT = Decimal("1E-12")
#: Digits kept beyond those of the largest amount.
_DIGITS = 60
#: Steps, each of which adds some ten digits where the network lets it.
_MOST_STEPS = 200


@dataclass(frozen=True)
class Cleared:
    """Payments that are consistent with one another, by entity.

    Attributes:
        owed: what each owes by class of seniority.
        paid: what each pays by class.
        received: what each receives from the others.
        equity: what is left to its owners.
        defaulted: who cannot pay in full.
    """

    owed: tuple[tuple[Decimal, ...], ...]
    paid: tuple[tuple[Decimal, ...], ...]
    received: tuple[Decimal, ...]
    equity: tuple[Decimal, ...]
    defaulted: tuple[bool, ...]

    @property
    @wide()
    def payments(self) -> tuple[Decimal, ...]:
        """Return what each pays in all."""
        return tuple(sum(column, _ZERO) for column in zip(*self.paid, strict=True))

    @wide()
    def part(self, row: int, at: int, amount: Decimal) -> Decimal:
        """Return what of an amount owed in a class is paid."""
        owed, paid = self.owed[row][at], self.paid[row][at]
        return amount if paid == owed else amount * paid / owed


def cleared(
    debts: Sequence[Cells],
    assets: Sequence[Decimal],
    near: Clearing,
    alpha: Decimal,
    beta: Decimal,
    shares: Cells,
) -> Cleared:
    """Bring payments that are nearly so to the greatest that clear a network.

    Args:
        debts: by class, the most senior first, what the first of a pair owes the
            second.
        assets: what each entity has beside its claims on the others.
        near: the clearing payments in floating point.
        alpha: share of its own assets a defaulting entity can realise.
        beta: share of what it receives from the others it can realise.
        shares: what share of the equity of the second of a pair the first holds.

    Raises:
        ValueError: The payments cannot be settled.
    """
    amounts = [*assets, *(amount for cells in debts for amount in cells.values())]
    whole = max((amount.adjusted() for amount in amounts if amount), default=0)
    with localcontext(Context(prec=max(whole, 0) + _DIGITS)):
        network = _Network(debts, assets, alpha, beta, shares)
        return network.settle(near)


class _Network:
    """Debts as classes of claims; equity is the last class, without an upper end."""

    def __init__(
        self,
        debts: Sequence[Cells],
        assets: Sequence[Decimal],
        alpha: Decimal,
        beta: Decimal,
        shares: Cells,
    ) -> None:
        count = len(assets)
        self._assets = assets
        self._costs = alpha, beta
        self._owed = [[_ZERO] * count for _ in debts]
        for row, cells in zip(self._owed, debts, strict=True):
            for (debtor, _), amount in cells.items():
                row[debtor] += amount
        self._debts = [sum(column, _ZERO) for column in zip(*self._owed, strict=True)]
        #: By class: who pays, who is paid, and what share; equity last.
        self._split = [
            [(i, j, amount / row[i]) for (i, j), amount in cells.items() if amount]
            for row, cells in zip(self._owed, debts, strict=True)
        ]
        self._split.append([(i, j, share) for (j, i), share in shares.items()])
        self._floats = [
            sparse.csr_array(
                ([float(x) for *_, x in cells],
                 ([i for i, *_ in cells], [j for _, j, _ in cells])),
                shape=(count, count),
            )
            for cells in self._split
        ]  # fmt: skip

    def settle(self, near: Clearing) -> Cleared:
        """Return payments with all digits; whoever turns out to be short defaults."""
        failed = list(map(bool, near.defaulted))
        value = [
            own + Decimal(float(more))
            for own, more in zip(self._assets, near.received, strict=True)
        ]
        while True:
            value = self._fixed(value, failed)
            short = [
                not one and has < owes - _SHORT
                for one, has, owes in zip(failed, value, self._debts, strict=True)
            ]
            if not any(short):
                break
            failed = [one or two for one, two in zip(failed, short, strict=True)]
        paid = self._paid(value, failed)
        return Cleared(
            owed=tuple(map(tuple, self._owed)),
            paid=tuple(map(tuple, paid[:-1])),
            received=tuple(x - y for x, y in zip(value, self._assets, strict=True)),
            equity=tuple(
                _ZERO if one else max(_ZERO, has - owes)
                for one, has, owes in zip(failed, value, self._debts, strict=True)
            ),
            defaulted=tuple(failed),
        )

    def _fixed(self, value: list[Decimal], failed: list[bool]) -> list[Decimal]:
        for _ in range(_MOST_STEPS):
            paid = self._paid(value, failed)
            again = self._value(paid)
            amiss = [x - y for x, y in zip(again, value, strict=True)]
            if all(abs(one) <= _LEAST for one in amiss):
                return again
            value = self._value(self._moved(paid, value, failed, amiss))
        raise ValueError("the payments cannot be settled to their last digit")

    def _paid(self, value: list[Decimal], failed: list[bool]) -> list[list[Decimal]]:
        """Return payments by class, equity last."""
        alpha, beta = self._costs
        left = [
            alpha * own + beta * (has - own) if one else owes
            for own, has, one, owes in zip(
                self._assets, value, failed, self._debts, strict=True
            )
        ]
        paid = []
        for row in self._owed:
            paid.append([min(x, max(_ZERO, y)) for x, y in zip(row, left, strict=True)])
            left = [x - y for x, y in zip(left, row, strict=True)]
        paid.append(
            [
                _ZERO if one else max(_ZERO, has - owes)
                for one, has, owes in zip(failed, value, self._debts, strict=True)
            ]
        )
        return paid

    def _value(self, paid: list[list[Decimal]]) -> list[Decimal]:
        """Return each entity's assets with what it receives from the others."""
        value = list(self._assets)
        for row, cells in zip(paid, self._split, strict=True):
            for payer, payee, share in cells:
                if row[payer]:
                    value[payee] += row[payer] * share
        return value

    def _moved(
        self,
        paid: list[list[Decimal]],
        value: list[Decimal],
        failed: list[bool],
        amiss: list[Decimal],
    ) -> list[list[Decimal]]:
        """Return payments after the step that mends what is amiss.

        With each entity in the class in which its money runs out, what it has moves
        what it pays there, and nothing else.
        """
        _, beta = self._costs
        slope = np.zeros((len(paid), len(value)))
        for n, (row, full) in enumerate(zip(paid[:-1], self._owed, strict=True)):
            for at, (one, most) in enumerate(zip(row, full, strict=True)):
                if failed[at] and _ZERO < one < most:
                    slope[n, at] = float(beta)
        slope[-1] = [float(one > 0) for one in paid[-1]]
        moving = np.flatnonzero(slope.any(axis=0))
        moved = [list(row) for row in paid]
        steps = self._steps(slope, moving, [amiss[at] for at in moving.tolist()])
        for at, step in zip(moving.tolist(), steps, strict=True):
            for n, row in enumerate(moved):
                if slope[n, at]:
                    row[at] += step * Decimal(float(slope[n, at]))
        return moved

    def _steps(
        self, slope: NDArray[np.float64], moving: NDArray[np.intp], amiss: list[Decimal]
    ) -> list[Decimal]:
        """Return by how much what each has moves, those alone that move others."""
        system = system_of(slope, moving, self._floats)
        try:
            found = solved(system.T, np.array([float(one) for one in amiss]))
        except ValueError:
            # So little leaves a circle that floating point takes it for nothing.
            return self._exact_steps(slope, moving.tolist(), amiss)
        return [Decimal(step) for step in found.tolist()]

    def _exact_steps(
        self, slope: NDArray[np.float64], moving: list[int], amiss: list[Decimal]
    ) -> list[Decimal]:
        """Do as `_steps` does with all digits, by Gauss's steps."""
        place = {at: n for n, at in enumerate(moving)}
        rows: list[dict[int, Decimal]] = [{n: Decimal(1)} for n in range(len(moving))]
        for rate, cells in zip(slope, self._split, strict=True):
            for payer, payee, share in cells:
                if rate[payer] and payee in place:
                    row, n = rows[place[payee]], place[payer]
                    row[n] = row.get(n, _ZERO) - Decimal(float(rate[payer])) * share
        right = list(amiss)
        for n, row in enumerate(rows):
            if not row[n]:
                raise ValueError("the payments circle without end")
            for m in range(n + 1, len(rows)):
                factor = rows[m].pop(n, _ZERO) / row[n]
                if factor:
                    right[m] -= factor * right[n]
                    for k, cell in row.items():
                        if k > n:
                            rows[m][k] = rows[m].get(k, _ZERO) - factor * cell
        for n in reversed(range(len(rows))):
            known = sum((x * right[k] for k, x in rows[n].items() if k > n), _ZERO)
            right[n] = (right[n] - known) / rows[n][n]
        return right
