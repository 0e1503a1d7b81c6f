"""The bounded fit of balancing: amounts that must keep their sign or stay in bounds.

Seen from the free fit, what can be moved is a vector of standard normal errors, and
each bound a half-space of them: the nearest amounts within bounds are the shortest
such vector (least distance programming: Lawson and Hanson, Solving Least Squares
Problems, 1974, chapter 23). It says which amounts sit at a bound; the last fit then
holds these by identities of their own, and is exact.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse

from solvency.figures import arithmetic
from solvency.methods.balancing.least_squares import nonnegative
from solvency.methods.balancing.system import system

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.balancing.system import Array
    from solvency.methods.balancing.system import System

#: An unknown amount is given this many times the largest scale as its spread while the
#: bounds are found; the last fit lets it free again.
WIDE = 1e3
#: A bound broken by less than this share of the largest scale is kept.
_NEAR = 1e-9
#: Rounds in which bounds join before the search is given up.
_ROUNDS = 200


def bounded(whole: System, low: Array, high: Array) -> tuple[Array, System]:
    """Return the nearest amounts within bounds that obey the identities.

    Args:
        whole: the claims and identities.
        low: least amounts, shape (n,).
        high: greatest amounts, shape (n,).

    Returns:
        The amounts, shape (n,), and the system in which what sits at a bound is held
        there: its chi-square is that of the amounts.

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
    around = _Around.of(whole, WIDE * scale)
    edges = _Edges(low, high)
    held = np.zeros(2 * len(low), dtype=bool)
    values = around.values
    for _ in range(_ROUNDS):
        short = edges.short(values)
        broken = short > _NEAR * scale
        if not broken.any():
            break
        # Only bounds that once were broken can hold the nearest amounts.
        held |= broken
        at = np.flatnonzero(held)
        moved, pressed = around.nearest(edges, at)
        values = around.values + moved
        tight = np.zeros_like(held)
        tight[at[pressed]] = True
    else:
        raise ValueError(
            "the amounts within their bounds that obey the identities were not found"
        )
    return _held(whole, edges, tight, values)


def _feasible(whole: System, low: Array, high: Array) -> None:
    from scipy.optimize import linprog  # noqa: PLC0415 (a heavy import few need)

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
class _Edges:
    """Bounds as half-spaces: the least of each amount, then the greatest of each."""

    low: Array
    high: Array

    def short(self, values: Array) -> Array:
        """Return by how much each bound is broken, below zero where it is not."""
        return np.concatenate([self.low - values, values - self.high])

    def side(self, at: NDArray[np.intp]) -> tuple[NDArray[np.intp], Array]:
        """Return the amounts some bounds are of, and 1 for a least, -1 for a most."""
        count = len(self.low)
        return at % count, np.where(at < count, 1.0, -1.0)

    def limits(self, at: NDArray[np.intp]) -> Array:
        """Return where some bounds lie."""
        return np.concatenate([self.low, self.high])[at]


@dataclass(frozen=True)
class _Around:
    """The free fit, and how amounts can be moved about it."""

    values: Array
    whole: System
    sizes: Array

    @classmethod
    def of(cls, whole: System, wide: float) -> _Around:
        """Return the free fit of a system whose unknown amounts have a wide spread."""
        values = whole.values()
        unknown = np.isinf(whole.variances)
        if not unknown.any():
            return cls(values, whole, np.sqrt(whole.own))
        sigmas = np.sqrt(np.where(unknown, wide**2, whole.variances))
        claims = np.where(unknown, values, whole.claims)
        known = system(claims, sigmas, whole.identities, whole.totals, whole.shared)
        return cls(known.values(), known, np.sqrt(known.own))

    def nearest(
        self, edges: _Edges, at: NDArray[np.intp]
    ) -> tuple[Array, NDArray[np.bool_]]:
        """Return the shortest move that keeps some bounds, and which of them press.

        Raises:
            ValueError: none does.
        """
        amounts, sides = edges.side(at)
        rows = self._moves(amounts) * sides[:, None]
        asked = edges.short(self.values)[at]
        size = float(np.abs(asked).max())
        # Rows of one length, so that what is found does not hang on units.
        lengths = np.sqrt(np.add.reduce(rows**2, axis=1))
        lengths = np.where(lengths > 0, lengths, 1.0)
        matrix = np.vstack([(rows / lengths[:, None]).T, asked / lengths / size])
        target = np.zeros(len(matrix))
        target[-1] = 1.0
        weights = nonnegative(matrix, target)
        left = arithmetic.product(matrix, weights) - target
        if -left[-1] <= _NEAR:
            raise ValueError(
                "no amounts within their bounds obey the identities, as far as they"
                " can be told from rounding"
            )
        return self._moved(left[:-1] / -left[-1] * size), weights > 0

    def _moves(self, amounts: NDArray[np.intp]) -> Array:
        """Return how standard normal errors move some amounts, (amounts, n + s)."""
        whole = self.whole
        image = np.vstack(
            [
                self.sizes[:, None] * whole.identities.T.toarray(),
                whole.common.T,
            ]
        )
        own = np.zeros((len(amounts), len(self.sizes)))
        own[np.arange(len(amounts)), amounts] = self.sizes[amounts]
        errors = np.hstack([own, whole.shared[amounts]])
        seen = arithmetic.product(arithmetic.product(errors, image), whole.weight)
        return errors - arithmetic.product(seen, image.T)

    def _moved(self, errors: Array) -> Array:
        """Return by how much errors that keep the identities move all amounts."""
        count = len(self.sizes)
        return np.asarray(
            self.sizes * errors[:count]
            + arithmetic.product(self.whole.shared, errors[count:])
        )


def _held(
    whole: System, edges: _Edges, tight: NDArray[np.bool_], rough: Array
) -> tuple[Array, System]:
    """Hold what sits at a bound there, balance the rest exactly."""
    at = np.flatnonzero(tight)
    amounts, _ = edges.side(at)
    rows = sparse.csr_array(
        (np.ones(len(at)), (np.arange(len(at)), amounts)), (len(at), len(rough))
    )
    rest = system(
        whole.claims,
        np.sqrt(whole.variances),
        sparse.vstack([whole.identities, rows], format="csr"),
        np.concatenate([whole.totals, edges.limits(at)]),
        whole.shared,
    )
    return rest.values(), rest
