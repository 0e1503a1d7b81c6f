"""The bounded fit of balancing: amounts that must keep their sign or stay in bounds.

The dual of the bounded least-squares problem is smooth: for prices `l` of the
identities the best amounts are `clip(y - S A'l)`, and the prices are right when these
obey the identities. A Newton method on that equation finds which amounts sit at a
bound; the last fit then holds these fixed and is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse
from scipy.optimize import linprog
from scipy.optimize import minimize

from solvency.figures import arithmetic
from solvency.methods.balancing.system import system

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.balancing.system import Array
    from solvency.methods.balancing.system import System

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
        ValueError: no amounts within the bounds obey the identities, or they were
            not found.
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
    dual = _Dual(whole, variances, low, high)
    near = 1e-7 * scale
    rough = _newton(dual, whole.multipliers(), scale)
    if dual.gap(rough) > near:
        # Newton can stall where all amounts of an identity sit at their bounds.
        rough = _newton(dual, _climb(dual, whole.multipliers(), scale), scale)
    if dual.gap(rough) > near:
        raise ValueError(
            "the amounts within their bounds that obey the identities were not found: "
            f"the nearest try is off by {dual.gap(rough):g}"
        )
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


@dataclass(frozen=True)
class _Dual:
    """The dual problem: concave and smooth in the prices of the identities."""

    whole: System
    variances: Array
    low: Array
    high: Array

    def amounts(self, prices: Array) -> Array:
        """Return the best amounts at given prices."""
        claims, variances = self.whole.claims, self.variances
        pull = variances * (self.whole.identities.T @ prices)
        clipped: Array = np.clip(claims - pull, self.low, self.high)
        return np.where(variances == 0, claims, clipped)

    def off(self, at: Array) -> Array:
        """Return by how much amounts miss each identity: the slope of the dual."""
        return np.asarray(self.whole.identities @ at - self.whole.totals)

    def gap(self, at: Array) -> float:
        """Return by how much they miss the worst."""
        return float(np.abs(self.off(at)).max(initial=0.0))

    def value(self, prices: Array, at: Array) -> float:
        """Return the dual's value."""
        variances = self.variances
        with np.errstate(divide="ignore", invalid="ignore"):
            squares = (at - self.whole.claims) ** 2 / variances
        cost = np.where(variances > 0, squares, 0.0)
        return float(0.5 * cost.sum()) + arithmetic.dot(prices, self.off(at))


def _climb(dual: _Dual, prices: Array, scale: float) -> Array:
    """Climb the dual by quasi-Newton steps, slower than Newton's and never stuck."""

    def down(prices: Array) -> tuple[float, Array]:
        at = dual.amounts(prices)
        return -dual.value(prices, at), -dual.off(at)

    found: Any = minimize(
        down,
        prices,
        jac=True,
        method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 20_000, "gtol": 1e-9 * scale, "ftol": 0},
    )
    return np.asarray(found.x)


def _newton(dual: _Dual, prices: Array, scale: float) -> Array:
    """Find the amounts by semismooth Newton on the dual, with backtracking."""
    matrix = dual.whole.identities.tocsr()
    for _ in range(200):
        at = dual.amounts(prices)
        off = dual.off(at)
        if np.abs(off).max(initial=0.0) <= 1e-11 * scale:
            break
        free = (at > dual.low) & (at < dual.high)
        joint = (matrix @ sparse.diags(dual.variances * free) @ matrix.T).toarray()
        ridge = 1e-12 * max(float(np.trace(joint)) / len(joint), 1e-300)
        step = _least_step(joint + ridge * np.eye(len(joint)), off)
        here, size = dual.value(prices, at), 1.0
        slope = arithmetic.dot(step, off)
        while size > 1e-10:
            trial = prices + size * step
            there = dual.value(trial, dual.amounts(trial))
            if there >= here + 1e-4 * size * slope:
                break
            size /= 2
        else:
            break
        prices = prices + size * step
    return dual.amounts(prices)


def _least_step(joint: Array, off: Array) -> Array:
    """Solve for a step, along the identities that amounts are free to move."""
    lower, kept = arithmetic.pivoted(joint, 1e-15 * float(np.trace(joint)))
    step = np.zeros(len(off))
    step[kept] = arithmetic.solve_factored(lower, off[kept])
    return step


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
