"""What is weighed: flows behind hypotheses, and what was observed of them.

Amounts and errors are Gaussian and the observations linear in the amounts, so the
likelihood of a combination of hypotheses has a closed form. This module checks the
inputs, whitens them once by what every combination shares, and computes the likelihood
of one combination by a stable method: the reference for the fast one.

All spreads and errors have one unknown scale in common: variances are multiplied by t,
of inverse-gamma(nu / 2, nu / 2) before. Integrated out, a likelihood is a multivariate
t of the same chi-square and determinant (Zellner, An Introduction to Bayesian Inference
in Econometrics, 1971). With nu without end errors are as stated.
"""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from solvency.figures import arithmetic
from solvency.methods.weighing.floor import floored
from solvency.methods.weighing.priors import admitted
from solvency.methods.weighing.priors import excluding

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Numbers of several combinations that are worked on at once: what the cache holds.
_TOGETHER = 1 << 16
# By less than this share a variance is as stated.
_RAISED = 1e-3


@dataclass(frozen=True)
class Atom:
    """Flows that happen together: if any of the same hypotheses holds.

    Attributes:
        hypotheses: numbers of the hypotheses, any of which switches the flows on.
        columns: whitened effects times spreads, compressed, shape (m, rank).
        shift: whitened effect of the central amounts, shape (m,).
        shared: numbers of the errors shared with others it has a part in.
        parts: these parts, whitened, shape (m, len(shared)).
    """

    hypotheses: tuple[int, ...]
    columns: Array
    shift: Array
    shared: tuple[int, ...]
    parts: Array


@dataclass(frozen=True)
class Model:
    """Checked inputs of a weighing.

    Attributes:
        observed: observations, shape (m,).
        noise: covariance of their errors, floored, shape (m, m).
        plain: the same, floored by the size of amounts and not by their spreads.
        effects: what a unit of each flow adds to each observation, shape (m, f).
        means: central amounts, shape (f,).
        sigmas: their own spreads, shape (f,).
        shared: spreads by errors that several amounts share, shape (f, k).
        nu: degrees of freedom of the scale of all errors; inf if it is one.
        belongs: hypotheses of each flow; empty if it is established.
        priors: belief in each hypothesis before, shape (h,).
        excluded: for each hypothesis the bits of those it excludes.
        floored: observations whose error was raised to the least that can be computed
            with.
    """

    observed: Array
    noise: Array
    plain: Array
    effects: Array
    means: Array
    sigmas: Array
    shared: Array
    nu: float
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

    @property
    def raised(self) -> tuple[int, ...]:
        """Return observations whose errors the spreads of amounts have raised."""
        both = np.diag(self.noise) > (1 + _RAISED) * np.diag(self.plain)
        return tuple(np.flatnonzero(both).tolist())

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
    def lower(self) -> Array:
        """Return the Cholesky factor of what every combination shares."""
        # What is certain has no spread to bring.
        spread = self.established & (self.sigmas > 0)
        flows = self.effects[:, spread] * self.sigmas[spread]
        alone = self.shared[:, self._coupling[0]] * self.established[:, None]
        flows = np.hstack([flows, arithmetic.product(self.effects, alone)])
        return arithmetic.cholesky(self.noise + arithmetic.square(flows))

    @cached_property
    def _groups(self) -> dict[tuple[int, ...], list[int]]:
        """Return the switched flows by the hypotheses that switch them."""
        groups: dict[tuple[int, ...], list[int]] = defaultdict(list)
        for flow, tags in enumerate(self.belongs):
            if tags:
                groups[tags].append(flow)
        return dict(sorted(groups.items()))

    @cached_property
    def _coupling(self) -> tuple[list[int], list[list[int]], list[int]]:
        """Return which shared errors only established flows have, and only each atom.

        Returns:
            Numbers of the first; of the second, atom by atom; and of the others.
        """
        inside: list[list[int]] = [[] for _ in self._groups]
        always, coupled = [], []
        seen = np.asarray(self.effects.any(axis=0))
        reached = np.asarray((self.shared != 0) & seen[:, None])
        for k in range(self.shared.shape[1]):
            holders = [
                at
                for at, flows in enumerate(self._groups.values())
                if reached[flows, k].any()
            ]
            if not holders:
                always.append(k)
            elif len(holders) == 1 and not reached[self.established, k].any():
                inside[holders[0]].append(k)
            else:
                coupled.append(k)
        return always, inside, coupled

    @cached_property
    def bases(self) -> Array:
        """Return what established flows bring to what is shared, whitened."""
        coupled = self.shared[:, self._coupling[2]] * self.established[:, None]
        return self.whiten(arithmetic.product(self.effects, coupled))

    @cached_property
    def switched(self) -> list[tuple[tuple[int, ...], int, tuple[int, ...]]]:
        """Return what the tree takes of each atom."""
        return [(a.hypotheses, a.columns.shape[1], a.shared) for a in self.atoms]

    def tail(self, chi2: Array, size: int | None = None) -> Array:
        """Return the part of a log likelihood that a chi-square decides.

        Args:
            chi2: squared distances.
            size: observations they are of; all where none is given.
        """
        if math.isinf(self.nu):
            return np.asarray(-0.5 * chi2)
        size = len(self.observed) if size is None else size
        power = 0.5 * (self.nu + size)
        return -power * arithmetic.log1p(np.maximum(chi2, 0.0) / self.nu)

    def norm(self) -> float:
        """Return the log of the density's constant, but for the determinant."""
        size = len(self.observed)
        if math.isinf(self.nu):
            return -0.5 * size * float(arithmetic.log(2.0 * math.pi))
        halves = np.array([0.5 * (self.nu + size), 0.5 * self.nu])
        up, down = arithmetic.rounded(gammaln(halves)).tolist()
        return float(up - down) - 0.5 * size * float(arithmetic.log(self.nu * math.pi))

    def widened(self, chi2: float) -> float:
        """Return the mean of the scale of variances after a fit."""
        if math.isinf(self.nu):
            return 1.0
        size = len(self.observed)
        return (self.nu + chi2) / max(self.nu + size - 2.0, 1.0)

    def whiten(self, columns: Array) -> Array:
        """Return columns in units in which what all share has unit covariance."""
        return arithmetic.forward(self.lower, columns)

    @cached_property
    def constant(self) -> float:
        """Return the part of the log likelihood all combinations share."""
        return self.norm() - 0.5 * float(arithmetic.log_det(self.lower))

    @cached_property
    def residual(self) -> Array:
        """Return the whitened observations, less what is established."""
        always = np.where(self.established, self.means, 0.0)
        return self.whiten(self.observed - arithmetic.product(self.effects, always))

    @cached_property
    def atoms(self) -> tuple[Atom, ...]:
        """Return the switched flows, joined by their hypotheses and compressed."""
        _, inside, coupled = self._coupling
        atoms = []
        for (tags, flows), own in zip(self._groups.items(), inside, strict=True):
            effects = self.whiten(self.effects[:, flows])
            alone = arithmetic.product(effects, self.shared[np.ix_(flows, own)])
            columns = np.hstack([effects * self.sigmas[flows], alone])
            turned, _ = arithmetic.orthogonal(columns)
            sizes = np.sqrt((turned**2).sum(axis=0))
            keep = sizes > 1e-12 * max(float(sizes.max(initial=0.0)), 1e-300)
            shift = arithmetic.product(effects, self.means[flows])
            among = [n for n, k in enumerate(coupled) if self.shared[flows, k].any()]
            brought = self.shared[np.ix_(flows, [coupled[n] for n in among])]
            parts = arithmetic.product(effects, brought)
            atoms.append(Atom(tags, turned[:, keep], shift, tuple(among), parts))
        return tuple(atoms)

    @cached_property
    def vectors(self) -> Array:
        """Return all whitened vectors, in the order the tree has them, shape (m, n)."""
        vectors = [atom.columns for atom in self.atoms]
        vectors += [atom.shift[:, None] for atom in self.atoms]
        vectors += [atom.parts for atom in self.atoms]
        return np.hstack([*vectors, self.bases, self.residual[:, None]])

    @cached_property
    def gram(self) -> Array:
        """Return inner products of all vectors."""
        return arithmetic.square(self.vectors.T)

    def live(self, chosen: Iterable[int]) -> tuple[Array, Array]:
        """Return the whitened columns a combination switches on, and what it leaves."""
        on = set(chosen)
        live = [atom for atom in self.atoms if on & set(atom.hypotheses)]
        shared = self.bases.copy()
        for atom in live:
            shared[:, list(atom.shared)] += atom.parts
        gap = self.residual - sum((a.shift for a in live), np.zeros(len(self.residual)))
        return np.hstack([shared, *(a.columns for a in live)]), gap

    def log_likelihoods(
        self, combinations: Sequence[Iterable[int]]
    ) -> list[tuple[float, float]]:
        """Return log likelihoods of combinations and their chi-squares, stably.

        With `V = I + B B'` the chi-square is the least of `|r - B x|^2 + |x|^2` and the
        determinant that of the triangle of `[B; I]`, both from one QR factorisation.
        """
        found = [(0.0, 0.0)] * len(combinations)
        alike: dict[int, list[tuple[int, Array, Array]]] = defaultdict(list)
        for at, chosen in enumerate(combinations):
            columns, gap = self.live(chosen)
            alike[columns.shape[1]].append((at, columns, gap))
        for rank, some in alike.items():
            # Those of one rank side by side, as many as the processor's cache holds.
            size = max(1, _TOGETHER // ((rank + 1) * (rank + len(self.residual) + 1)))
            for start in range(0, len(some), size):
                places, inside, gaps = zip(*some[start : start + size], strict=True)
                left, log_dets = arithmetic.swept(
                    np.array(inside), np.array(gaps)[:, :, None]
                )
                chi2 = np.add.reduce(left[:, 0] * left[:, 0], axis=1)
                logs = self.constant - 0.5 * log_dets + self.tail(chi2)
                for at, one in zip(
                    places, zip(logs.tolist(), chi2.tolist(), strict=True), strict=True
                ):
                    found[at] = one
        return found


def model(
    observed: ArrayLike,
    noise: ArrayLike,
    effects: ArrayLike,
    means: ArrayLike,
    sigmas: ArrayLike,
    belongs: Sequence[Iterable[int]],
    priors: ArrayLike,
    exclusions: Iterable[tuple[int, int]],
    shared: ArrayLike | None = None,
    nu: float = math.inf,
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
    common = np.zeros((flows, 0)) if shared is None else np.asarray(shared, float)
    if common.ndim != 2 or len(common) != flows or not np.all(np.isfinite(common)):
        raise ValueError("what amounts share is a table of numbers, a row a flow")
    if not nu > 0:
        raise ValueError("the scale of errors has more than no degrees of freedom")
    whole = np.sqrt(spreads**2 + (common**2).sum(axis=1))
    size, scratch = np.abs(reach), np.empty_like(reach)
    sizes = (np.abs(central) + whole, np.abs(central))
    (covariance, raised), (plain, _) = (
        floored(
            noise, seen, np.multiply(size, of, out=scratch).max(axis=1, initial=0.0)
        )
        for of in sizes
    )
    return Model(
        observed=seen,
        noise=covariance,
        plain=plain,
        effects=reach,
        means=central,
        sigmas=spreads,
        shared=common,
        nu=nu,
        belongs=tags,
        priors=belief,
        excluded=excluding(exclusions, len(belief)),
        floored=raised,
    )
