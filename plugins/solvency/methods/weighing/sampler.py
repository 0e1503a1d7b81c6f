"""Beyond what can be enumerated: a sampler over combinations, with a stated error.

Many chains go side by side. Each step takes a few hypotheses, enumerates all their
combinations exactly in every chain given its others, and draws one. The exact beliefs
of each step are averaged, not the draws; the error is what the chains, started apart,
disagree by, and the chains go on until it is small.

Half of the steps take hypotheses whose flows touch the same observations: alternatives
to one another are exchanged in one step where one at a time would hardly move.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.enumeration import enumerate_all
from solvency.methods.weighing.metric import Metric
from solvency.methods.weighing.metric import Places
from solvency.methods.weighing.metric import live
from solvency.methods.weighing.metric import shared
from solvency.methods.weighing.metric import summed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.enumeration import Switched
    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Hypotheses enumerated at a step, and chains.
BLOCK, CHAINS = 6, 128
#: R-hat that errors are widened by at most: of a few sweeps it may be without end.
_UNMIXED = 3.0
#: Visits to each hypothesis by each chain before any is counted; those between two
#: looks at the error; and at most.
_WARMUP, _ROUND, _MOST = 16, 4, 400


@dataclass(frozen=True)
class Visits:
    """What the chains saw after their warm-up.

    Attributes:
        marginals: belief in each hypothesis, shape (h,).
        errors: their standard errors, shape (h,).
        states: combinations visited, as often as they were, shape (visits, h).
    """

    marginals: Array
    errors: Array
    states: States


def visits(case: Model, error: float, seed: int, start: States | None = None) -> Visits:
    """Run the chains until no belief's standard error is above a bound.

    Args:
        case: the model.
        error: the bound.
        seed: of the chains.
        start: combinations to start from, shape (CHAINS, h); drawn from the priors
            where none are given.

    Returns:
        What was visited.
    """
    rng = np.random.default_rng(seed)
    states = _drawn(case, rng) if start is None else start.copy()
    blocks = _Blocks(case, rng)
    per_sweep = max(1, round(case.count / blocks.size))
    warm = _WARMUP if start is None else _ROUND
    for _ in range(warm * per_sweep):
        step(case, states, blocks.next(), rng)
    sums, seen = np.zeros(states.shape), np.zeros(case.count)
    visited: list[States] = []
    for sweep in range(_MOST):
        for _ in range(per_sweep):
            block = blocks.next()
            sums[:, block] += step(case, states, block, rng)
            seen[block] += 1
        visited.append(states.copy())
        if sweep % _ROUND == _ROUND - 1 and seen.all():
            means = sums / seen
            errors = means.std(axis=0, ddof=1) / np.sqrt(len(states))
            errors = _inflated(errors, np.array(visited))
            if errors.max() <= error:
                break
    return Visits(means.mean(axis=0), errors, np.concatenate(visited))


def _inflated(errors: Array, visited: States) -> Array:
    """Widen standard errors by how far halves of chains disagree with one another.

    What was hardly ever visited may be half a visit's worth.

    Args:
        errors: of the beliefs, shape (h,).
        visited: combinations visited, shape (sweeps, chains, h).
    """
    unmixed = np.minimum(split_r_hat(visited), _UNMIXED)
    unseen = 0.5 / (visited.shape[0] * visited.shape[1])
    return np.asarray(np.sqrt((errors * np.maximum(unmixed, 1.0)) ** 2 + unseen**2))


def split_r_hat(visited: NDArray[Any]) -> Array:
    """Return Gelman and Rubin's R-hat of chains split in halves, shape (h,).

    One where nothing ever moved; infinite where only chains differ.

    Args:
        visited: what was visited, shape (sweeps, chains, h), of four sweeps and more.
    """
    half = len(visited) // 2
    halves = np.concatenate([visited[:half], visited[-half:]], axis=1).astype(float)
    means = halves.mean(axis=0)
    within = ((halves - means) ** 2).sum(axis=0).mean(axis=0) / (half - 1)
    between = ((means - means.mean(axis=0)) ** 2).sum(axis=0) / (means.shape[0] - 1)
    whole = within * (half - 1) / half + between
    still = np.where(between > 0, np.inf, 1.0)
    squared = np.divide(whole, within, out=still, where=within > 0)
    return np.asarray(np.sqrt(squared))


class _Blocks:
    """Hypotheses taken together at a step, chosen without looking at the chains."""

    def __init__(self, case: Model, rng: np.random.Generator) -> None:
        self.rng = rng
        self.count = case.count
        self.size = min(BLOCK, case.count)
        shifts = np.zeros((case.count, len(case.residual)))
        for atom in case.atoms:
            shifts[list(atom.hypotheses)] += atom.shift
        lengths = np.sqrt((shifts**2).sum(axis=1))
        unit = shifts / np.where(lengths > 0, lengths, 1.0)[:, None]
        #: Squared cosines between what hypotheses do to the observations.
        self.alike = arithmetic.product(unit, unit.T) ** 2 + 1e-3
        self.near = False

    def next(self) -> NDArray[np.intp]:
        """Return the next block."""
        self.near = not self.near
        if not self.near:
            return self.rng.choice(self.count, size=self.size, replace=False)
        first = int(self.rng.integers(self.count))
        weights = self.alike[first].copy()
        weights[first] = 0.0
        more = self.rng.choice(
            self.count, size=self.size - 1, replace=False, p=weights / weights.sum()
        )
        return np.array([first, *more])


def step(
    case: Model,
    states: States,
    block: NDArray[np.intp],
    rng: np.random.Generator,
) -> Array:
    """Draw a block of hypotheses anew in every chain, given its others.

    Args:
        case: the model.
        states: the chains' combinations, shape (chains, h); changed in place.
        block: the hypotheses.
        rng: draws.

    Returns:
        Belief in each of the block given the others, shape (chains, block).
    """
    chains, size = len(states), len(block)
    states[:, block] = False
    number = {int(h): at for at, h in enumerate(block)}
    atoms, gram, back = _given(case, states, number)
    within = [
        sum(1 << at for h, at in number.items() if case.excluded[int(one)] >> h & 1)
        for one in block
    ]
    scores = np.full((gram.shape[2], 1 << size), -np.inf)
    first = (np.arange(gram.shape[2]) << size).astype(np.uint32)
    odds = case.log_odds[block]
    for bits, bases, chi2 in enumerate_all(gram, atoms, odds, within, first):
        scores.flat[bits] = bases + case.tail(chi2)
    scores = scores[back]
    on = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1
    shut = arithmetic.product(states, case.conflicts[:, block]) > 0
    scores[(shut.astype(np.int64) @ on.T) > 0] = -np.inf
    weights = arithmetic.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    level = rng.random((chains, 1)) * (1 - 1e-12)
    drawn = np.argmax(np.cumsum(weights, axis=1) > level, axis=1)
    states[:, block] = on[drawn].astype(bool)
    return arithmetic.product(weights, on)


def _given(
    case: Model, states: States, number: dict[int, int]
) -> tuple[list[Switched], Array, NDArray[np.intp]]:
    """Return atoms a block switches, and their inner products given the other states.

    Returns:
        The atoms by the block's own numbers; inner products of their columns, shifts
        and parts, of what is shared, and of the residual, shape (n, n, others): many
        chains have the same others, which come last; and of each chain which these are.
    """
    on, places = live(case, states), Places.of(case)
    mine = [a for a, one in enumerate(case.atoms) if set(one.hypotheses) & set(number)]
    open_ = sorted({k for a in mine for k in case.atoms[a].shared})
    columns = [c for a in mine for c in places.columns[a]]
    parts = [p for a in mine for p in places.parts[a]]
    kept = [*columns, *(places.shifts[a] for a in mine), *parts]
    of = [a for a in mine for _ in places.columns[a]]
    of += [*mine, *(a for a in mine for _ in places.parts[a])]
    others, back = np.unique(on, axis=0, return_inverse=True)
    gram = _seen(case, others, kept, open_)
    # What another hypothesis has switched on already, the block cannot again.
    gone = others[:, of] > 0
    if gone.any():
        row, place = np.nonzero(gone)
        gram[row, place] = 0.0
        gram[row, :, place] = 0.0
    atoms = [
        (
            tuple(number[h] for h in case.atoms[a].hypotheses if h in number),
            len(places.columns[a]),
            tuple(open_.index(k) for k in case.atoms[a].shared),
        )
        for a in mine
    ]
    return atoms, np.ascontiguousarray(gram.transpose(1, 2, 0)), back.ravel()


def _seen(case: Model, on: Array, kept: Sequence[int], open_: Sequence[int]) -> Array:
    """Return inner products in the metric of what is in, for each combination.

    Args:
        case: the model.
        on: which atoms are in, as 0 and 1, shape (c, atoms).
        kept: places of vectors they are of, besides what is shared and stays.
        open_: numbers of what is shared and stays.

    Returns:
        Of `kept`, of what is shared and stays, and of the residual, (c, n, n).
    """
    metric, made = Metric.of(case, on, open_=open_), shared(case, on)
    sums = [*(made[k] for k in open_), metric.residual]
    count, near = len(on), np.array(kept, int)
    towards = summed(case.gram, sums, count)
    turned = np.ascontiguousarray(towards.transpose(0, 2, 1))
    size = len(near) + len(sums)
    part = np.empty((count, size, size))
    part[:, : len(near), : len(near)] = case.gram[np.ix_(near, near)]
    part[:, len(near) :, : len(near)] = towards[:, :, near]
    part[:, : len(near), len(near) :] = turned[:, near]
    part[:, len(near) :, len(near) :] = summed(turned, sums, count)
    image = metric.image(case.gram[:, near], turned)
    part -= arithmetic.product(np.ascontiguousarray(image.transpose(0, 2, 1)), image)
    return part


def _drawn(case: Model, rng: np.random.Generator) -> States:
    """Return combinations to start from, drawn from the priors and admissible."""
    states = rng.random((CHAINS, case.count)) < case.priors
    for one in rng.permutation(case.count):
        clash = states & (case.conflicts[one] > 0)
        states[:, one] &= ~clash.any(axis=1)
    return states


__all__ = ["Visits", "split_r_hat", "step", "visits"]
