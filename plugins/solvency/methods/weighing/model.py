"""What is weighed: flows behind hypotheses, and what was observed of them.

Amounts and errors are Gaussian and the observations linear in the amounts, so the
likelihood of a combination of hypotheses has a closed form. This module checks the
inputs, whitens them once by what every combination shares, and computes the likelihood
of one combination by a stable method: the reference for the fast one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.priors import admitted
from solvency.methods.weighing.priors import excluding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Errors of observation are taken to be no less than this share of the largest amount:
# below it the fast method loses the digits that decide.
FLOOR = 1e-5


@dataclass(frozen=True)
class Atom:
    """Flows that happen together: if any of the same hypotheses holds.

    Attributes:
        hypotheses: numbers of the hypotheses, any of which switches the flows on.
        columns: whitened effects times spreads, compressed, shape (m, rank).
        shift: whitened effect of the central amounts, shape (m,).
    """

    hypotheses: tuple[int, ...]
    columns: Array
    shift: Array


@dataclass(frozen=True)
class Model:
    """Checked inputs of a weighing.

    Attributes:
        observed: observations, shape (m,).
        noise: covariance of their errors, floored, shape (m, m).
        effects: what a unit of each flow adds to each observation, shape (m, f).
        means: central amounts, shape (f,).
        sigmas: their spreads, shape (f,).
        belongs: hypotheses of each flow; empty if it is established.
        priors: belief in each hypothesis before, shape (h,).
        excluded: for each hypothesis the bits of those it excludes.
        floored: observations whose error was raised to the floor.
    """

    observed: Array
    noise: Array
    effects: Array
    means: Array
    sigmas: Array
    belongs: tuple[tuple[int, ...], ...]
    priors: Array
    excluded: tuple[int, ...]
    floored: tuple[int, ...]

    @property
    def count(self) -> int:
        """Return the number of hypotheses."""
        return len(self.priors)

    @cached_property
    def established(self) -> NDArray[np.bool_]:
        """Say which flows happen whatever is believed."""
        return np.array([not tags for tags in self.belongs], dtype=bool)

    @cached_property
    def log_odds(self) -> Array:
        """Return the logarithm of each prior's odds."""
        return arithmetic.log(self.priors) - arithmetic.log1p(-self.priors)

    @cached_property
    def conflicts(self) -> Array:
        """Return 1 where two hypotheses exclude one another, else 0, shape (h, h)."""
        found = np.zeros((self.count, self.count))
        for one, mask in enumerate(self.excluded):
            found[one] = [mask >> other & 1 for other in range(self.count)]
        return found

    @cached_property
    def admitted(self) -> tuple[Array, float]:
        """Return each prior with exclusions respected, and the prior they admit."""
        return admitted(self.priors.tolist(), self.excluded)

    def active(self, chosen: Iterable[int]) -> NDArray[np.bool_]:
        """Say which flows happen under a combination of hypotheses."""
        on = set(chosen)
        return np.array([not t or bool(on & set(t)) for t in self.belongs], dtype=bool)

    def log_prior(self, chosen: Iterable[int]) -> float:
        """Return the log prior of a combination, before exclusions are respected."""
        on = list(chosen)
        return self._log_out + float(self.log_odds[on].sum())

    @cached_property
    def _log_out(self) -> float:
        """Return the log prior of no hypothesis at all."""
        return float(arithmetic.log1p(-self.priors).sum())

    @cached_property
    def _root(self) -> Array:
        """Return the Cholesky factor of what every combination shares."""
        flows = self.effects[:, self.established] * self.sigmas[self.established]
        return arithmetic.cholesky(self.noise + arithmetic.product(flows, flows.T))

    def whiten(self, columns: Array) -> Array:
        """Return columns in units in which what all share has unit covariance."""
        return arithmetic.forward(self._root, columns)

    @cached_property
    def constant(self) -> float:
        """Return the part of the log likelihood all combinations share."""
        size = len(self.observed)
        log_det = float(arithmetic.log_det(self._root))
        return -0.5 * (log_det + size * math.log(2.0 * math.pi))

    @cached_property
    def residual(self) -> Array:
        """Return the whitened observations, less what is established."""
        base = arithmetic.product(
            self.effects[:, self.established], self.means[self.established]
        )
        return self.whiten(self.observed - base)

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """Return the switched flows, joined by their hypotheses and compressed."""
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for flow, tags in enumerate(self.belongs):
            if tags:
                groups[tags].append(flow)
        atoms = []
        for tags, flows in sorted(groups.items()):
            effects = self.whiten(self.effects[:, flows])
            turned, _ = arithmetic.orthogonal(effects * self.sigmas[flows])
            sizes = np.sqrt((turned**2).sum(axis=0))
            keep = sizes > 1e-12 * max(float(sizes.max(initial=0.0)), 1e-300)
            shift = arithmetic.product(effects, self.means[flows])
            atoms.append(Atom(tags, turned[:, keep], shift))
        return tuple(atoms)

    @cached_property
    def gram(self) -> Array:
        """Return inner products of all atoms' columns, their shifts, the residual."""
        parts = [atom.columns for atom in self.atoms]
        parts += [atom.shift[:, None] for atom in self.atoms]
        whole = np.hstack([*parts, self.residual[:, None]])
        return arithmetic.product(whole.T, whole)

    def log_likelihood(self, chosen: Iterable[int]) -> tuple[float, float]:
        """Return the log likelihood of a combination and its chi-square, stably.

        With `V = I + B B'` the chi-square is the least of `|r - B x|^2 + |x|^2` and the
        determinant that of the triangle of `[B; I]`, both from one QR factorisation.
        """
        on = set(chosen)
        live = [atom for atom in self.atoms if on & set(atom.hypotheses)]
        gap = self.residual - sum((a.shift for a in live), np.zeros(len(self.residual)))
        columns = np.hstack([np.zeros((len(gap), 0)), *(a.columns for a in live)])
        left, log_det = arithmetic.swept(columns, gap[:, None])
        chi2 = arithmetic.dot(left[0], left[0])
        return self.constant - 0.5 * (log_det + chi2), chi2


def model(
    observed: ArrayLike,
    noise: ArrayLike,
    effects: ArrayLike,
    means: ArrayLike,
    sigmas: ArrayLike,
    belongs: Sequence[Iterable[int]],
    priors: ArrayLike,
    exclusions: Iterable[tuple[int, int]],
) -> Model:
    """Check what is to be weighed; see `weighing.weigh` for the arguments.

    Returns:
        The model.

    Raises:
        ValueError: as `weighing.weigh` says.
    """
    seen = np.atleast_1d(np.asarray(observed, dtype=float))
    reach = np.atleast_2d(np.asarray(effects, dtype=float))
    central = np.atleast_1d(np.asarray(means, dtype=float))
    spreads = np.atleast_1d(np.asarray(sigmas, dtype=float))
    belief = np.atleast_1d(np.asarray(priors, dtype=float))
    tags = tuple(tuple(sorted(set(t))) for t in belongs)
    flows = len(central)
    if reach.shape != (len(seen), flows) or not len(tags) == len(spreads) == flows:
        raise ValueError(
            f"{len(seen)} observations of {flows} flows do not fit effects of shape "
            f"{reach.shape}, {len(spreads)} spreads and {len(tags)} lists of hypotheses"
        )
    for name, column in (("observation", seen), ("flow", central), ("effect", reach)):
        if not np.all(np.isfinite(column)):
            raise ValueError(f"an {name} is not a number".replace("an flow", "a flow"))
    if not np.all((spreads >= 0) & np.isfinite(spreads)):
        raise ValueError("a spread is a number of zero or more")
    if not np.all((belief > 0) & (belief < 1)):
        bad = int(np.flatnonzero(~((belief > 0) & (belief < 1)))[0])
        raise ValueError(
            f"hypothesis {bad} has a prior of {belief[bad]:g}: what is certain or "
            "impossible cannot be weighed"
        )
    if any(not 0 <= tag < len(belief) for t in tags for tag in t):
        raise ValueError("a flow belongs to a hypothesis that has no prior")
    covariance, floored = _noise(noise, seen, reach, central, spreads)
    return Model(
        observed=seen,
        noise=covariance,
        effects=reach,
        means=central,
        sigmas=spreads,
        belongs=tags,
        priors=belief,
        excluded=excluding(exclusions, len(belief)),
        floored=floored,
    )


def _noise(
    noise: ArrayLike, seen: Array, reach: Array, central: Array, spreads: Array
) -> tuple[Array, tuple[int, ...]]:
    """Return the errors' covariance with its floor, and what was raised to it."""
    given = np.asarray(noise, dtype=float)
    if given.ndim == 2:
        covariance = given.copy()
    else:
        covariance = np.diag(np.broadcast_to(given, seen.shape) ** 2)
    if covariance.shape != (len(seen), len(seen)) or not np.all(
        np.isfinite(covariance)
    ):
        raise ValueError("each observation needs an error that is a number")
    amounts = np.abs(reach) * (np.abs(central) + spreads)
    largest = max(
        float(np.abs(seen).max(initial=0.0)), float(amounts.max(initial=0.0)), 1e-300
    )
    low = np.flatnonzero(np.diag(covariance) < (FLOOR * largest) ** 2)
    covariance[low, low] = (FLOOR * largest) ** 2
    return covariance, tuple(int(i) for i in low)
