"""What share of its debts each member of a group could pay, by day.

The greatest clearing vector of Eisenberg and Noe (2001), outside creditors
ranking equally with members. In the written amounts it is solved exactly, by
fictitious default; so it is in draws, of groups of a few, and of larger ones by
iteration from full payment downwards.
"""

from __future__ import annotations

from decimal import ROUND_CEILING
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.figures import arithmetic
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Amounts = Mapping[str, NDArray[Any]]
    Between = Mapping[tuple[str, str], NDArray[Any]]

#: Rounds of iteration before what has not settled is solved outright.
_ROUNDS = 40
#: Groups of no more members than this are solved by elimination, draw by draw.
_ELIMINATED = 6
_SETTLED = 1e-12
ZERO, ONE = Decimal(), Decimal(1)
#: Rates are kept to this: a cent of a million billions.
_STEP = Decimal(1).scaleb(-18)


def exact_rates(
    means: Amounts, debts: Amounts, owed: Between
) -> dict[str, NDArray[Any]]:
    """Return the rates on each day, in Decimal.

    Args:
        means: What each member has besides claims on the others, not negative.
        debts: What each owes in all.
        owed: What the first of a pair owes the second.
    """
    names = list(means)
    days = len(next(iter(means.values()))) if names else 0
    rates = {name: np.full(days, ONE, object) for name in names}
    for day in range(days):
        found = _settle(
            {name: means[name][day] for name in names},
            {name: debts[name][day] for name in names},
            {pair: amount[day] for pair, amount in owed.items()},
        )
        for name, rate in found.items():
            rates[name][day] = rate
    return rates


def _settle(
    means: dict[str, Decimal],
    debts: dict[str, Decimal],
    owed: dict[tuple[str, str], Decimal],
) -> dict[str, Decimal]:
    """Return the rates of those who cannot pay in full, on one day."""
    rates: dict[str, Decimal] = {}
    while True:
        new = [
            name
            for name, debt in debts.items()
            if name not in rates and debt > means[name] + _received(name, owed, rates)
        ]
        if not new:
            return rates
        failed = [*rates, *new]
        rates = _solve(failed, means, debts, owed)


def _received(
    name: str, owed: dict[tuple[str, str], Decimal], rates: dict[str, Decimal]
) -> Decimal:
    return sum(
        (
            amount * rates.get(debtor, ONE)
            for (debtor, creditor), amount in owed.items()
            if creditor == name
        ),
        ZERO,
    )


def _solve(
    failed: list[str],
    means: dict[str, Decimal],
    debts: dict[str, Decimal],
    owed: dict[tuple[str, str], Decimal],
) -> dict[str, Decimal]:
    """Solve for the rates of the failed: debts x rate = means + what they receive."""
    with wide():
        rows = []
        for name in failed:
            row = [-owed.get((other, name), ZERO) for other in failed]
            row[failed.index(name)] += debts[name]
            inside = dict.fromkeys(failed, ZERO)
            rows.append([*row, means[name] + _received(name, owed, inside)])
        return {
            # Upwards: who receives just what it owes is not to fail by rounding.
            name: min(max(rate, ZERO), ONE).quantize(_STEP, ROUND_CEILING)
            for name, rate in zip(failed, _eliminated(rows), strict=True)
        }


def _eliminated(rows: list[list[Decimal]]) -> list[Decimal]:
    """Solve linear equations, each row its coefficients and then its right side.

    Each column's diagonal is at least the rest of it, since nobody owes the others
    more than it owes in all: no rows need be exchanged.
    """
    for column, pivot in enumerate(rows):
        if not pivot[column]:
            continue  # a closed circle without means: nothing is paid
        for index, row in enumerate(rows):
            if index != column and row[column]:
                factor = row[column] / pivot[column]
                rows[index] = [
                    one - factor * other for one, other in zip(row, pivot, strict=True)
                ]
    return [
        row[-1] / row[index] if row[index] else ZERO for index, row in enumerate(rows)
    ]


def drawn_rates(
    means: Amounts, debts: Amounts, owed: Between
) -> dict[str, NDArray[Any]]:
    """Return the rates in each draw and on each day; as `exact_rates`.

    Only where somebody falls short of its debts is anything solved: that is seldom
    more than a few of all draws and days.
    """
    full = {
        name: sum(
            (amount for (_, creditor), amount in owed.items() if creditor == name),
            start=has,
        )
        for name, has in means.items()
    }
    short = np.array(False)
    for name in means:
        short = short | _fails(full[name], debts[name])
    # Days lie together in memory, here as in what they are multiplied with.
    rates = {name: np.ones(short.T.shape).T for name in means}
    if not short.any():
        return rates

    # What is picked is picked in the order of memory.
    at = None if short.all() else np.flatnonzero(short.T)

    def there(amounts: NDArray[Any]) -> NDArray[Any]:
        every = np.broadcast_to(amounts, short.shape).T.ravel()
        return every if at is None else every.take(at)

    solve = _defaulted if len(means) <= _ELIMINATED else _iterated
    found = solve(
        {name: there(one) for name, one in means.items()},
        {name: there(one) for name, one in debts.items()},
        {pair: there(amount) for pair, amount in owed.items()},
        {name: there(one) for name, one in full.items()},
    )
    for name, rate in found.items():
        rates[name].T[short.T] = rate
    return rates


def _defaulted(
    means: Amounts,
    debts: Amounts,
    owed: Between,
    full: Amounts,
    fails: Amounts | None = None,
) -> dict[str, NDArray[Any]]:
    """Return the rates by fictitious default: who fails, then what all can pay."""
    fails = fails or {name: _fails(full[name], debts[name]) for name in means}
    rates = _eliminated_all(fails, means, debts, owed)
    short = {
        name: _fails(_receives(name, full[name], owed, rates), debts[name])
        & ~fails[name]
        for name in means
    }
    at = np.flatnonzero(np.logical_or.reduce(list(short.values())))
    if len(at):
        # Others fail with them in few draws: there alone it is solved again.
        found = _defaulted(
            {name: one[at] for name, one in means.items()},
            {name: one[at] for name, one in debts.items()},
            {pair: amount[at] for pair, amount in owed.items()},
            {name: one[at] for name, one in full.items()},
            {name: (one | short[name])[at] for name, one in fails.items()},
        )
        for name, rate in found.items():
            rates[name][at] = rate
    return rates


def _fails(has: NDArray[Any], debt: NDArray[Any]) -> NDArray[np.bool_]:
    """Say who falls short, by more than float noise: a circle is closed or is not."""
    short: NDArray[np.bool_] = (debt > 0) & (has < debt * (1.0 - _SETTLED))
    return short


def _eliminated_all(
    fails: Amounts, means: Amounts, debts: Amounts, owed: Between
) -> dict[str, NDArray[Any]]:
    """Solve for the rates of the failed, in every draw; as `_eliminated`."""
    names = [name for name in means if fails[name].any()]
    rates: dict[str, NDArray[Any]] = {
        name: np.ones(len(has)) for name, has in means.items()
    }
    rows: dict[str, dict[str, NDArray[Any]]] = {}
    rights = {}
    for name in names:
        right, row = means[name], {}
        for debtor in means:
            if (debtor, name) not in owed:
                continue
            amount = owed[debtor, name]
            if debtor not in names:
                right = right + amount
                continue
            row[debtor] = np.where(fails[debtor] & fails[name], -amount, 0.0)
            right = right + np.where(fails[debtor], 0.0, amount)
        # Who pays in full has an equation of its own: the rate is one.
        row[name] = np.where(fails[name], debts[name], 1.0)
        rows[name], rights[name] = row, np.where(fails[name], right, 1.0)
    least = {name: 1e-12 * rows[name][name] for name in names}
    for column in names:
        pivot = rows[column][column]
        # A closed circle without means: nothing is paid.
        paid = pivot > least[column]
        for name in names:
            if name == column or column not in rows[name]:
                continue
            factor = _quotient(rows[name].pop(column), pivot, paid)
            rights[name] = rights[name] - factor * rights[column]
            for other, amount in rows[column].items():
                if other != column:
                    rows[name][other] = rows[name].get(other, 0.0) - factor * amount
    for name in names:
        pivot = rows[name][name]
        rate = _quotient(rights[name], pivot, pivot > least[name])
        rates[name] = np.clip(rate, 0.0, 1.0, out=rate)
    return rates


def _quotient(
    part: NDArray[Any], whole: NDArray[Any], where: NDArray[Any]
) -> NDArray[Any]:
    found: NDArray[Any] = np.divide(part, whole, out=np.zeros(len(where)), where=where)
    return found


def _iterated(
    means: Amounts, debts: Amounts, owed: Between, full: Amounts
) -> dict[str, NDArray[Any]]:
    """Return the rates by iteration from full payment downwards."""
    rates = {name: _share(full[name], debts[name]) for name in means}
    fell = {name for name, rate in rates.items() if (rate < 1.0).any()}
    for _ in range(_ROUNDS):
        # Only who is owed by one whose rate fell receives less than before.
        poorer = {creditor for debtor, creditor in owed if debtor in fell}
        found = {
            name: _share(_receives(name, full[name], owed, rates), debts[name])
            for name in poorer
        }
        fell = {
            name
            for name, rate in found.items()
            if float(np.max(rates[name] - rate)) >= _SETTLED
        }
        rates |= found
        if not fell:
            return rates
    return _outright(means, debts, owed, rates)


def _share(has: NDArray[Any], debt: NDArray[Any]) -> NDArray[Any]:
    """Return what share of a debt is covered; all of no debt."""
    has, debt = np.broadcast_arrays(has, debt)
    share = np.divide(has, debt, out=np.ones_like(has), where=debt > 0)
    covered: NDArray[Any] = np.minimum(share, 1.0, out=share)
    return covered


def _receives(
    name: str, full: NDArray[Any], owed: Between, rates: Amounts
) -> NDArray[Any]:
    """Return what one has if each member pays it at its rate, not in full."""
    for (debtor, creditor), amount in owed.items():
        if creditor == name:
            full = full - amount * (1.0 - rates[debtor])
    return full


def _outright(
    means: Amounts, debts: Amounts, owed: Between, rates: Amounts
) -> dict[str, NDArray[Any]]:
    """Solve for the rates of those iteration has left short of their debts.

    Who fails in the end has failed after so many rounds, all but a few that are
    solvent by a hair: their rate is one to many digits.
    """
    names = list(means)
    shape = np.broadcast_shapes(*(rates[name].shape for name in names))
    size = len(names)
    matrix = np.zeros((*shape, size, size))
    right = np.ones((*shape, size, 1))
    for row, name in enumerate(names):
        fails = np.broadcast_to((rates[name] < 1.0) & (debts[name] > 0), shape)
        matrix[..., row, row] = np.where(fails, debts[name], 1.0)
        right[..., row, 0] = np.where(fails, means[name], 1.0)
        for column, debtor in enumerate(names):
            if (debtor, name) in owed:
                matrix[..., row, column] -= np.where(fails, owed[debtor, name], 0.0)
    # A closed circle without means is singular; nobody in it pays.
    matrix += np.eye(size) * 1e-12 * np.abs(matrix).max(axis=(-1, -2), keepdims=True)
    solved = np.clip(arithmetic.solve(matrix, right)[..., 0], 0.0, 1.0)
    return {name: solved[..., index] for index, name in enumerate(names)}
