"""Amounts as they are, and the log likelihoods that they give by Laplace's method."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]

# Steps at most, and the greatest of one, in spreads.
_STEPS, _FAR = 25, 8.0
# Halvings of a step at most.
_HALVINGS = 12
# Steps at first with Gauss and Newton's curvature, and the drop that is worth none.
_FIRST, _SETTLED = 2, 1e-7
# Twice the density of a normal score of nought.
_PEAK = 0.7978845608028654


@dataclass(frozen=True)
class Curves:
    """Amounts as functions of a normal score, one a flow, each of shape (..., f).

    Attributes:
        middle: medians.
        down: spreads below them: of the logarithm, or of the amount where `linear`.
        up: spreads above them.
        linear: whether the amount is two half-normals, cut at zero.
        flat: whether it is two uniform halves, of these widths.
    """

    middle: Array
    down: Array
    up: Array
    linear: NDArray[np.bool_]
    flat: NDArray[np.bool_]

    @classmethod
    def matched(cls, means: Array, sigmas: Array) -> Curves:
        """Return lognormal amounts of given means and spreads."""
        ratio = np.divide(sigmas, means, out=np.zeros_like(means), where=means > 0)
        spread = np.sqrt(arithmetic.log1p(ratio**2))
        middle = means / np.sqrt(1.0 + ratio**2)
        none = np.zeros(len(means), dtype=bool)
        return cls(middle, spread, spread, none, none)

    def of(self, flows: NDArray[np.intp]) -> Curves:
        """Return the curves of some flows."""
        return Curves(
            *(self.middle[flows], self.down[flows], self.up[flows]),
            *(self.linear[flows], self.flat[flows]),
        )

    def at(self, scores: Array) -> tuple[Array, Array, Array]:
        """Return amounts at scores, and their first and second derivatives."""
        side = np.where(scores > 0, self.up, self.down)
        straight = self.middle + side * scores
        level = np.where(self.linear | self.flat, 0.0, side * scores)
        grown = self.middle * arithmetic.exp(np.minimum(level, 600.0))
        amount = np.where(self.linear, np.maximum(straight, 0.0), grown)
        slope = np.where(self.linear, side * (straight > 0), side * grown)
        bend = np.where(self.linear, 0.0, side**2 * grown)
        if self.flat.any():
            inside = side * (2.0 * arithmetic.rounded(ndtr(scores)) - 1.0)
            rise = side * _PEAK * arithmetic.exp(-(np.minimum(scores**2, 1e3)) / 2.0)
            amount = np.where(self.flat, self.middle + inside, amount)
            slope = np.where(self.flat, rise, slope)
            bend = np.where(self.flat, -scores * rise, bend)
        return amount, slope, bend


class Narrow(NamedTuple):
    """What is not wide in some combinations, and what shared errors bring through it.

    Attributes:
        root: triangular factors of the covariance of the observations, (c, m, m).
        gap: the observations less the means, shape (c, m).
        brought: what a unit of each shared error adds to them, shape (c, m, k).
    """

    root: Array
    gap: Array
    brought: Array


class WideAmounts(NamedTuple):
    """The log posterior of the wide amounts of some combinations, side by side.

    The unknowns are standard normal: one for each wide amount that there is, then one
    for each error that amounts share. Where there are fewer amounts than in another
    combination, some that are not there fill up. What is narrow, and the errors, have
    unit covariance.
    """

    #: Squares of the observations less what is narrow, shape (c,).
    square: Array
    #: Inner products with them of what amounts and shared errors add, shape (c, n).
    told: Array
    #: Inner products of these among themselves, shape (c, n, n).
    inner: Array
    #: Places of its amounts among all that are wide, and whether each is there, (c, w).
    used: NDArray[np.intp]
    on: Array
    #: How an amount's score is made of the unknowns: its own, (c, w), and those shared,
    #: shape (c, w, k).
    own: Array
    shared: Array
    #: The amounts, of shape (c, w).
    curves: Curves
    #: Log determinants of the covariance of what is narrow, shape (c,).
    log_det: Array

    @classmethod
    def of(
        cls,
        case: Model,
        logs: NDArray[np.bool_],
        on: NDArray[np.bool_],
        curves: Curves,
        whole: Array,
    ) -> tuple[WideAmounts, Narrow]:
        """Return the problem of some combinations; `on` says which flows happen."""
        wide, narrow = np.flatnonzero(logs), on & ~logs
        live = narrow.astype(float)
        reach, own = case.effects, case.effects * case.sigmas
        # What happens in all of them is summed once.
        always = narrow.all(axis=0)
        some = narrow.any(axis=0) & ~always
        columns = own[:, some] * live[:, None, some]
        covariance = (case.plain + arithmetic.square(own[:, always])) + (
            arithmetic.product(
                columns, np.ascontiguousarray(columns.transpose(0, 2, 1))
            )
        )
        root = arithmetic.cholesky(covariance)
        gap = case.observed - arithmetic.product(live * case.means, reach.T)
        kinds, stated = case.shared.shape[1], len(case.observed)
        flat = np.einsum("fm,fk->fmk", reach.T, case.shared)
        brought = arithmetic.product(live, flat.reshape(len(whole), stated * kinds))
        brought = brought.reshape(len(on), stated, kinds)
        there = on[:, wide]
        most = int(there.sum(axis=1).max(initial=0))
        used = np.argsort(~there, axis=1, kind="stable")[:, :most]
        flows = wide[used]
        amounts = reach.T[flows].transpose(0, 2, 1)
        white = arithmetic.forward(
            root, np.concatenate([gap[:, :, None], amounts, brought], axis=2)
        )
        gram = arithmetic.product(np.ascontiguousarray(white.transpose(0, 2, 1)), white)
        problem = cls(
            square=gram[:, 0, 0],
            told=gram[:, 0, 1:],
            inner=gram[:, 1:, 1:],
            used=used,
            on=np.take_along_axis(there, used, axis=1).astype(float),
            own=case.sigmas[flows] / whole[flows],
            shared=case.shared[flows] / whole[flows, None],
            curves=curves.of(flows),
            log_det=arithmetic.log_det(root),
        )
        return problem, Narrow(root, gap, brought)

    def started(self, mode: Array) -> Array:
        """Return the unknowns of the first combination as those of each."""
        wide = self.own.shape[1]
        every = np.zeros(int(self.used.max(initial=-1)) + 1)
        every[self.used[0]] = mode[:wide]
        shared = np.broadcast_to(mode[wide:], (len(self.used), len(mode) - wide))
        return np.concatenate([every[self.used], shared], axis=1)

    def take(self, rows: NDArray[np.intp]) -> WideAmounts:
        """Return the problem of some of its combinations."""
        return self._replace(
            square=self.square[rows],
            told=self.told[rows],
            inner=self.inner[rows],
            used=self.used[rows],
            on=self.on[rows],
            own=self.own[rows],
            shared=self.shared[rows],
            curves=self.curves.of(rows),
            log_det=self.log_det[rows],
        )

    def added(self, unknowns: Array) -> tuple[Array, Array, Array]:
        """Return amounts and shared errors, and the amounts' two derivatives."""
        wide = self.own.shape[1]
        common = unknowns[:, wide:]
        scores = self.own * unknowns[:, :wide]
        scores += (self.shared * common[:, None, :]).sum(axis=2)
        amount, slope, bend = self.curves.at(scores)
        both = np.concatenate([amount * self.on, common], axis=1)
        return both, slope * self.on, bend * self.on

    def chi2(self, unknowns: Array) -> Array:
        """Return squares of what is left of the observations and of the unknowns."""
        added = self.added(unknowns)[0]
        image = (self.inner * added[:, None, :]).sum(axis=2)
        left = self.square - 2.0 * (self.told * added).sum(axis=1)
        left += (image * added).sum(axis=1)
        return np.asarray(np.maximum(left, 0.0) + (unknowns**2).sum(axis=1))

    def slopes(self, unknowns: Array) -> tuple[Array, Array, Array]:
        """Return half the gradient of chi-square, and two curvatures.

        Gauss and Newton's is positive definite everywhere, the full one near a mode.
        """
        wide = self.own.shape[1]
        added, slope, bend = self.added(unknowns)
        pull = self.told - (self.inner * added[:, None, :]).sum(axis=2)
        # Derivatives of what is added by each unknown: own, and through what is shared.
        mine = slope * self.own
        through = slope[:, :, None] * self.shared
        gradient = unknowns.copy()
        gradient[:, :wide] -= mine * pull[:, :wide]
        gradient[:, wide:] -= pull[:, wide:]
        gradient[:, wide:] -= (pull[:, :wide, None] * through).sum(axis=1)
        towards = self.inner[:, :, wide:] + arithmetic.product(
            self.inner[:, :, :wide], through
        )
        steep = np.empty_like(self.inner)
        steep[:, :wide, :wide] = self.inner[:, :wide, :wide]
        steep[:, :wide, :wide] *= mine[:, :, None] * mine[:, None, :]
        steep[:, :wide, wide:] = mine[:, :, None] * towards[:, :wide]
        steep[:, wide:, :wide] = steep[:, :wide, wide:].transpose(0, 2, 1)
        turned = np.ascontiguousarray(through.transpose(0, 2, 1))
        steep[:, wide:, wide:] = towards[:, wide:] + arithmetic.product(
            turned, towards[:, :wide]
        )
        steep += np.eye(steep.shape[1])
        bent = bend * pull[:, :wide]
        full = steep.copy()
        weighted = self.shared * bent[:, :, None]
        mixed = self.own[:, :, None] * weighted
        diagonal = np.arange(wide)
        full[:, diagonal, diagonal] -= bent * self.own**2
        full[:, :wide, wide:] -= mixed
        full[:, wide:, :wide] -= mixed.transpose(0, 2, 1)
        full[:, wide:, wide:] -= arithmetic.product(
            np.ascontiguousarray(self.shared.transpose(0, 2, 1)), weighted
        )
        return gradient, steep, full


class Modes(NamedTuple):
    """The most probable unknowns of some combinations, and how sharp they are.

    Attributes:
        unknowns: shape (c, n).
        root: triangular factors of half the curvature there, shape (c, n, n).
        chi2: squares of what is left of the observations and of the unknowns, (c,).
        problem: what they are of.
    """

    unknowns: Array
    root: Array
    chi2: Array
    problem: WideAmounts

    def added(self, at: int, unknowns: Array) -> Array:
        """Return wide amounts and shared errors of one combination at some unknowns.

        Args:
            at: number of the combination.
            unknowns: shape (points, n).
        """
        return self.problem.take(np.array([at])).added(unknowns)[0]


def laplace(case: Model, problem: WideAmounts) -> tuple[Array, Modes]:
    """Return the log likelihoods of combinations with wide amounts as they are."""
    # Modes are several. One is often near that of the best combination; one in which an
    # amount of another explains what was seen, near the amounts as written.
    count, size = len(problem.square), problem.inner.shape[1]
    near = _modes(problem.take(np.arange(1)), np.zeros((1, size)))
    unknowns = _modes(problem, problem.started(near[0]))
    other = _modes(problem, np.zeros((count, size)))
    better = problem.chi2(other) < problem.chi2(unknowns)
    unknowns[better] = other[better]
    _, steep, full = problem.slopes(unknowns)
    root, fine = arithmetic.factored(full)
    # At a mode the full second derivative is positive; at a shelf it need not be.
    if not fine.all():
        root[~fine] = arithmetic.cholesky(steep[~fine])
    chi2 = problem.chi2(unknowns)
    logs = case.tail(chi2) + case.norm()
    logs = logs - 0.5 * (problem.log_det + arithmetic.log_det(root))
    return np.asarray(logs), Modes(unknowns, root, chi2, problem)


def _modes(problem: WideAmounts, start: Array) -> Array:
    """Find the most probable unknowns of each combination by damped Newton steps.

    Steps take the full curvature where it is positive, which near a mode doubles the
    digits each time, else Gauss and Newton's.
    """
    found = start.copy()
    found[:, : problem.own.shape[1]] *= problem.on
    value = problem.chi2(found)
    going = np.arange(len(found))
    for number in range(_STEPS):
        some = problem.take(going)
        gradient, steep, full = some.slopes(found[going])
        root, fine = arithmetic.factored(full if number >= _FIRST else steep)
        if not fine.all():
            root[~fine] = arithmetic.cholesky(steep[~fine])
        step = arithmetic.solve_factored(root, gradient[:, :, None])[:, :, 0]
        drop = (gradient * step).sum(axis=1)
        longest = np.abs(step).max(axis=1, initial=0.0)
        size = np.minimum(1.0, _FAR / np.maximum(longest, 1e-300))
        open_ = drop > _SETTLED * (1.0 + value[going])
        for _ in range(_HALVINGS):
            rows = np.flatnonzero(open_)
            if not len(rows):
                break
            trial = found[going[rows]] - size[rows, None] * step[rows]
            asked = some if len(rows) == len(going) else some.take(rows)
            there = asked.chi2(trial)
            better = there <= value[going[rows]] - 1e-4 * size[rows] * drop[rows]
            taken = rows[better]
            found[going[taken]] = trial[better]
            value[going[taken]] = there[better]
            open_[taken] = False
            size[rows] /= 2.0
        moved = (drop > _SETTLED * (1.0 + value[going])) & ~open_
        going = going[moved]
        if not len(going):
            break
    return found
