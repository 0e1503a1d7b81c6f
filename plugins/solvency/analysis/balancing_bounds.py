"""The bounded fit of balancing: amounts that must keep their sign or stay in bounds.

The dual of the bounded least-squares problem is smooth: for prices `l` of the
identities the best amounts are `clip(y - S A'l)`, and the prices are right when these
obey the identities. A Newton method on that equation finds which amounts sit at a
bound; the last fit then holds these fixed and is exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

from solvency.analysis.balancing_system import system

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.balancing_system import Array
    from solvency.analysis.balancing_system import System

# An unknown amount is given this many times the largest scale as its spread while the
# bounds are found; the last fit lets it free again.
WIDE = 1e3


def bounded(whole: System, low: Array, high: Array) -> tuple[Array, float]:
    """Return the nearest amounts within bounds that obey the identities.

    Args:
        whole: the claims and identities.
        low: least amounts, shape (n,).
        high: greatest amounts, shape (n,).

    Returns:
        The amounts, shape (n,), and chi-square at them.

    Raises:
        ValueError: no amounts within the bounds obey the identities.
    """
    _feasible(whole, low, high)
    finite = np.isfinite(whole.variances)
    scale = max(
        float(np.abs(whole.claims).max(initial=0.0)),
        float(np.abs(whole.totals).max(initial=0.0)),
        float(np.sqrt(whole.variances[finite]).max(initial=0.0)),
        1e-300,
    )
    variances = np.where(finite, whole.variances, (WIDE * scale) ** 2)
    rough = _newton(whole, variances, low, high, scale)
    near = 1e-7 * scale
    return _polish(whole, rough, rough <= low + near, rough >= high - near, low, high)


def _feasible(whole: System, low: Array, high: Array) -> None:
    fixed = whole.variances == 0
    floor = np.where(fixed, whole.claims, low)
    ceiling = np.where(fixed, whole.claims, high)
    outcome: Any = linprog(
        np.zeros(len(low)),
        A_eq=whole.identities,
        b_eq=whole.totals,
        bounds=list(zip(floor.tolist(), ceiling.tolist(), strict=True)),
    )
    if outcome.status == 2:
        raise ValueError(
            "no amounts within their bounds obey the identities: a sign or a bound "
            "contradicts the claims of spread zero or the totals"
        )


def _newton(
    whole: System, variances: Array, low: Array, high: Array, scale: float
) -> Array:
    """Find the amounts by semismooth Newton on the dual, with backtracking."""
    matrix = whole.identities.tocsr()

    def amounts(prices: Array) -> Array:
        clipped: Array = np.clip(
            whole.claims - variances * (matrix.T @ prices), low, high
        )
        return np.where(variances == 0, whole.claims, clipped)

    def dual(prices: Array, at: Array) -> float:
        with np.errstate(divide="ignore", invalid="ignore"):
            cost = np.where(variances > 0, (at - whole.claims) ** 2 / variances, 0.0)
        return float(0.5 * cost.sum() + prices @ (matrix @ at - whole.totals))

    prices = whole.multipliers()
    for _ in range(200):
        at = amounts(prices)
        off = matrix @ at - whole.totals
        if np.abs(off).max(initial=0.0) <= 1e-11 * scale:
            break
        free = (at > low) & (at < high)
        joint = (matrix @ sparse.diags(variances * free) @ matrix.T).toarray()
        ridge = 1e-12 * max(float(np.trace(joint)) / len(joint), 1e-300)
        step = np.linalg.lstsq(
            joint + ridge * np.eye(len(joint)), np.asarray(off), rcond=None
        )[0]
        here, size = dual(prices, at), 1.0
        slope = float(step @ off)
        while size > 1e-10:
            trial = prices + size * step
            if dual(trial, amounts(trial)) >= here + 1e-4 * size * slope:
                break
            size /= 2
        prices = prices + size * step
    return amounts(prices)


def _polish(
    whole: System,
    rough: Array,
    at_low: NDArray[np.bool_],
    at_high: NDArray[np.bool_],
    low: Array,
    high: Array,
) -> tuple[Array, float]:
    """Hold the bounded amounts fixed, balance the others exactly, sum the distances."""
    held = at_low | at_high
    claims = np.where(at_low, low, np.where(at_high, high, whole.claims))
    variances = np.where(held, 0.0, whole.variances)
    try:
        rest = system(claims, np.sqrt(variances), whole.identities, whole.totals)
        values = rest.values()
    except ValueError:
        # Too many amounts were taken to sit at a bound; the rough fit stands.
        values = rough
    known = np.isfinite(whole.variances) & (whole.variances > 0)
    gaps = (values - whole.claims)[known]
    return values, float((gaps**2 / whole.variances[known]).sum())
