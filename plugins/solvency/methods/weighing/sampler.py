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

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.gather import Gathered
from solvency.methods.weighing.tree import enumerate_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.model import Model

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Hypotheses enumerated at a step, and chains.
BLOCK, CHAINS = 6, 128
#: Visits to each hypothesis by each chain before any is counted; those between two
#: looks at the error; and at most.
_WARMUP, _ROUND, _MOST = 12, 4, 400


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


def sample(case: Model, best: int, error: float, seed: int) -> Gathered:
    """Weigh combinations by sampling.

    Args:
        case: the model.
        best: combinations to report.
        error: standard error of any belief at which the chains may stop.
        seed: of the chains.

    Returns:
        Beliefs with their standard errors; the evidence from the visits to the best
        combinations.
    """
    found = visits(case, error, seed)
    packed = np.packbits(found.states, axis=1)
    unique, counts = np.unique(packed, axis=0, return_counts=True)
    common = np.argsort(-counts, kind="stable")[: 4 * best]
    states = np.unpackbits(unique[common], axis=1, count=case.count).astype(bool)
    scores = scores_of(case, states)
    good = np.argsort(-arithmetic.rounded(scores, 36), kind="stable")[:best]
    chosen = tuple(
        tuple(np.flatnonzero(state).tolist()) for state in states[good].astype(bool)
    )
    shares = counts[common][good] / len(found.states)
    scores = scores[good]
    # Joint density over belief is the same for every combination: the evidence.
    peak = float(scores.max())
    summed = arithmetic.exp(scores - peak).sum()
    evidence = peak + float(arithmetic.log(summed / shares.sum()))
    priors, admitted = case.admitted
    return Gathered(
        priors=priors,
        marginals=found.marginals,
        errors=found.errors,
        log_evidence=evidence - float(arithmetic.log(admitted)),
        combinations=chosen,
        scores=scores,
        posteriors=arithmetic.exp(scores - evidence),
        shares=shares,
    )


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
    for _ in range(_WARMUP * per_sweep):
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
            if errors.max() <= error:
                break
    return Visits(means.mean(axis=0), errors, np.concatenate(visited))


def best_of(case: Model, seed: int) -> tuple[int, ...]:
    """Return the most probable combination the chains find.

    The chains warm up and then take the best of each block instead of drawing.
    """
    rng = np.random.default_rng(seed)
    states = _drawn(case, rng)
    blocks = _Blocks(case, rng)
    per_sweep = max(1, round(case.count / blocks.size))
    for at in range(12 * per_sweep):
        step(case, states, blocks.next(), rng if at < 6 * per_sweep else None)
    best = states[int(np.argmax(arithmetic.rounded(scores_of(case, states), 36)))]
    return tuple(np.flatnonzero(best).tolist())


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
    rng: np.random.Generator | None,
) -> Array:
    """Draw a block of hypotheses anew in every chain, given its others.

    Args:
        case: the model.
        states: the chains' combinations, shape (chains, h); changed in place.
        block: the hypotheses.
        rng: draws; None to take the most probable instead.

    Returns:
        Belief in each of the block given the others, shape (chains, block).
    """
    chains, size = len(states), len(block)
    states[:, block] = False
    number = {int(h): at for at, h in enumerate(block)}
    atoms, gram = _given(case, states, number)
    within = [
        sum(1 << at for h, at in number.items() if case.excluded[int(one)] >> h & 1)
        for one in block
    ]
    scores = np.full((chains, 1 << size), -np.inf)
    first = (np.arange(chains) << size).astype(np.uint32)
    for bits, found in enumerate_all(gram, atoms, case.log_odds[block], within, first):
        scores.flat[bits] = found
    on = (np.arange(1 << size)[:, None] >> np.arange(size)) & 1
    shut = arithmetic.product(states, case.conflicts[:, block]) > 0
    scores[(shut.astype(np.int64) @ on.T) > 0] = -np.inf
    weights = arithmetic.exp(scores - scores.max(axis=1, keepdims=True))
    weights /= weights.sum(axis=1, keepdims=True)
    if rng is None:
        drawn = np.argmax(arithmetic.rounded(scores, 36), axis=1)
    else:
        level = rng.random((chains, 1)) * (1 - 1e-12)
        drawn = np.argmax(np.cumsum(weights, axis=1) > level, axis=1)
    states[:, block] = on[drawn].astype(bool)
    return arithmetic.product(weights, on)


def scores_of(case: Model, states: States) -> Array:
    """Return the scores of combinations, as `weighing_tree` defines them.

    Args:
        case: the model.
        states: combinations, shape (n, h).

    Returns:
        Scores, shape (n,).
    """
    found = []
    for part in np.array_split(states, max(1, len(states) // 1024)):
        columns, live = _live(case, part)
        root, rest = _pivoted(case, columns, live, [])
        odds = arithmetic.product(part, case.log_odds)
        found.append(odds - 0.5 * (arithmetic.log_det(root) + rest[:, -1, -1]))
    return np.concatenate(found)


def _live(case: Model, states: States) -> tuple[Array, Array]:
    """Return which columns and which atoms are in, as 0 and 1, a row a state."""
    live = np.stack(
        [states[:, list(atom.hypotheses)].any(axis=1) for atom in case.atoms], axis=1
    ).astype(float)
    ranks = [atom.columns.shape[1] for atom in case.atoms]
    return np.repeat(live, ranks, axis=1), live


def _given(
    case: Model, states: States, number: dict[int, int]
) -> tuple[list[tuple[tuple[int, ...], int]], Array]:
    """Return atoms a block switches, and their inner products given the other states.

    Returns:
        The atoms by the block's own numbers; inner products of their columns, their
        shifts and the residual, shape (n, n, chains).
    """
    columns, live = _live(case, states)
    starts = np.cumsum([0, *(a.columns.shape[1] for a in case.atoms)])
    mine = [a for a, one in enumerate(case.atoms) if set(one.hypotheses) & set(number)]
    spans = [list(range(int(starts[a]), int(starts[a + 1]))) for a in mine]
    kept = [c for span in spans for c in span] + [int(starts[-1]) + a for a in mine]
    # Many chains have the same others: what they come to is worked out once.
    _, first, back = np.unique(live, axis=0, return_index=True, return_inverse=True)
    _, gram = _pivoted(case, columns[first], live[first], kept)
    gram = gram[back.ravel()]
    # What another hypothesis has switched on already, the block cannot again.
    gone = np.concatenate([columns, live], axis=1)[:, kept] > 0
    if gone.any():
        chain, place = np.nonzero(gone)
        gram[chain, place] = 0.0
        gram[chain, :, place] = 0.0
    atoms = [
        (
            tuple(number[h] for h in case.atoms[a].hypotheses if h in number),
            len(span),
        )
        for a, span in zip(mine, spans, strict=True)
    ]
    return atoms, np.ascontiguousarray(gram.transpose(1, 2, 0))


def _pivoted(
    case: Model, columns: Array, live: Array, kept: Sequence[int]
) -> tuple[Array, Array]:
    """Take what is in out of the inner products of the rest, for each state.

    Returns:
        The Cholesky factors of the covariance of what is in, shape (states, columns,
        columns); inner products of `kept` and the residual in its metric, shape
        (states, k + 1, k + 1).
    """
    whole = case.gram
    size = columns.shape[1]
    last = len(whole) - 1
    # Each state's residual is the common one less the shifts that are in.
    moved = np.zeros((len(columns), last + 1))
    moved[:, size:last] = -live
    moved[:, last] = 1.0
    towards = arithmetic.product(moved, whole)
    rows = [*kept, last]
    part = np.broadcast_to(whole[np.ix_(rows, rows)], (len(columns), *[len(rows)] * 2))
    part = part.copy()
    part[:, -1, :-1] = part[:, :-1, -1] = towards[:, list(kept)]
    part[:, -1, -1] = (towards * moved).sum(axis=1)
    # Columns that are in nowhere drop out.
    used = np.flatnonzero(columns.any(axis=0))
    inside = columns[:, used]
    joint = whole[np.ix_(used, used)] * inside[:, :, None] * inside[:, None, :]
    joint += np.eye(len(used))
    cross = np.empty((len(columns), len(used), len(rows)))
    cross[:, :, :-1] = whole[np.ix_(used, np.array(kept, dtype=np.intp))]
    cross[:, :, -1] = towards[:, used]
    cross *= inside[:, :, None]
    root = arithmetic.cholesky(joint)
    image = arithmetic.forward(root, cross)
    part -= arithmetic.product(image.transpose(0, 2, 1), image)
    return root, part


def _drawn(case: Model, rng: np.random.Generator) -> States:
    """Return combinations to start from, drawn from the priors and admissible."""
    states = rng.random((CHAINS, case.count)) < case.priors
    for one in rng.permutation(case.count):
        clash = states & (case.conflicts[one] > 0)
        states[:, one] &= ~clash.any(axis=1)
    return states


__all__ = ["Visits", "best_of", "sample", "scores_of", "visits"]
