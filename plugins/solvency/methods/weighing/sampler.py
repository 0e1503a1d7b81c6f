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
from typing import NamedTuple

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.bounds import held
from solvency.methods.weighing.gather import Gathered
from solvency.methods.weighing.tree import enumerate_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.weighing.bounds import Bounds
    from solvency.methods.weighing.model import Model
    from solvency.methods.weighing.tree import Switched

    Array = NDArray[np.float64]
    States = NDArray[np.bool_]

#: Visits that are judged by bounds.
_JUDGED = 1024
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


def sample(
    case: Model,
    best: int,
    error: float,
    seed: int,
    target: tuple[Model, Bounds | None] | None = None,
    start: States | None = None,
) -> Gathered:
    """Weigh combinations by sampling.

    Args:
        case: the model the chains follow.
        best: combinations to report.
        error: standard error of any belief at which the chains may stop.
        seed: of the chains.
        target: the model whose beliefs are asked for and its bounds, where the chains
            follow one near it: visits are then given the weight they have under it.
        start: where the chains of a model like this one ended.

    Returns:
        Beliefs with their standard errors; the evidence from the visits to the best
        combinations.
    """
    found = visits(case, error, seed, start)
    if target is not None and target[1] is not None:
        return _corrected(case, target[0], target[1], found, best, seed)
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
        last=found.states[-CHAINS:],
    )


def _corrected(
    case: Model, wanted: Model, bounds: Bounds, found: Visits, best: int, seed: int
) -> Gathered:
    """Return beliefs under the bounds from visits made under what is near them."""
    rng = np.random.default_rng([seed, 3])
    some = found.states[rng.choice(len(found.states), size=_JUDGED)]
    unique, back, counts = np.unique(
        some, axis=0, return_inverse=True, return_counts=True
    )
    on = np.array([wanted.active(np.flatnonzero(one).tolist()) for one in unique])
    judged = held(wanted, bounds, on)
    odds = arithmetic.product(unique, wanted.log_odds)
    scores = judged.likelihood + judged.holding + odds
    logs = scores - scores_of(case, unique)
    each = arithmetic.exp(logs - logs.max())
    weights = each[back.ravel()]
    weights /= weights.sum()
    # Only how the bounds move belief is taken from the few visits judged.
    change = weights - 1.0 / len(some)
    belief = np.clip(found.marginals + arithmetic.product(change, some), 0.0, 1.0)
    spread = arithmetic.product(change**2, (some - belief) ** 2)
    order = np.argsort(-arithmetic.rounded(scores, 36), kind="stable")[:best]
    shares = (each * counts)[order] / float((each * counts).sum())
    peak = float(scores[order].max())
    summed = float(arithmetic.exp(scores[order] - peak).sum())
    evidence = peak + float(arithmetic.log(summed / shares.sum()))
    priors, admitted = wanted.admitted
    plain = judged.likelihood[order] + odds[order] - wanted.constant
    return Gathered(
        priors=priors,
        marginals=belief,
        errors=np.sqrt(found.errors**2 + spread + judged.error**2 / len(some)),
        log_evidence=evidence - float(arithmetic.log(admitted)) - wanted.constant,
        combinations=tuple(
            tuple(np.flatnonzero(one).tolist()) for one in unique[order]
        ),
        scores=plain,
        posteriors=arithmetic.exp(scores[order] - evidence),
        shares=shares,
        last=found.states[-CHAINS:],
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
    odds = case.log_odds[block]
    for bits, bases, chi2 in enumerate_all(gram, atoms, odds, within, first):
        scores.flat[bits] = bases + case.tail(chi2)
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
    everything = list(range(case.bases.shape[1]))
    for part in np.array_split(states, max(1, len(states) // 1024)):
        log_det, rest = _pivoted(case, _live(case, part), [], everything)
        odds = arithmetic.product(part, case.log_odds)
        found.append(odds - 0.5 * log_det + case.tail(rest[:, -1, -1]))
    return np.concatenate(found)


def _live(case: Model, states: States) -> Array:
    """Return which atoms are in, as 0 and 1, a row a state."""
    return np.stack(
        [states[:, list(atom.hypotheses)].any(axis=1) for atom in case.atoms], axis=1
    ).astype(float)


class _Places(NamedTuple):
    """Where the vectors of a model stand among its inner products."""

    columns: list[list[int]]
    shifts: list[int]
    parts: list[list[int]]
    bases: list[int]
    residual: int

    @classmethod
    def of(cls, case: Model) -> _Places:
        """Return the places of a model's vectors."""
        first = 0

        def take(count: int) -> list[int]:
            nonlocal first
            first += count
            return list(range(first - count, first))

        columns = [take(atom.columns.shape[1]) for atom in case.atoms]
        shifts = take(len(case.atoms))
        parts = [take(len(atom.shared)) for atom in case.atoms]
        return cls(columns, shifts, parts, take(case.bases.shape[1]), first)


def _given(
    case: Model, states: States, number: dict[int, int]
) -> tuple[list[Switched], Array]:
    """Return atoms a block switches, and their inner products given the other states.

    Returns:
        The atoms by the block's own numbers; inner products of their columns, shifts
        and parts, of what is shared, and of the residual, shape (n, n, chains).
    """
    live, places = _live(case, states), _Places.of(case)
    mine = [a for a, one in enumerate(case.atoms) if set(one.hypotheses) & set(number)]
    open_ = sorted({k for a in mine for k in case.atoms[a].shared})
    columns = [c for a in mine for c in places.columns[a]]
    parts = [p for a in mine for p in places.parts[a]]
    kept = [*columns, *(places.shifts[a] for a in mine), *parts]
    of = [a for a in mine for _ in places.columns[a]]
    of += [*mine, *(a for a in mine for _ in places.parts[a])]
    closed = [k for k in range(case.bases.shape[1]) if k not in open_]
    # Many chains have the same others: what they come to is worked out once.
    _, first, back = np.unique(live, axis=0, return_index=True, return_inverse=True)
    _, gram = _pivoted(case, live[first], kept, closed)
    gram = gram[back.ravel()]
    # What another hypothesis has switched on already, the block cannot again.
    gone = live[:, of] > 0
    if gone.any():
        chain, place = np.nonzero(gone)
        gram[chain, place] = 0.0
        gram[chain, :, place] = 0.0
    atoms = [
        (
            tuple(number[h] for h in case.atoms[a].hypotheses if h in number),
            len(places.columns[a]),
            tuple(open_.index(k) for k in case.atoms[a].shared),
        )
        for a in mine
    ]
    return atoms, np.ascontiguousarray(gram.transpose(1, 2, 0))


def _pivoted(
    case: Model, live: Array, kept: Sequence[int], closed: Sequence[int]
) -> tuple[Array, Array]:
    """Take what is in out of the inner products of the rest, for each state.

    Args:
        case: the model.
        live: which atoms are in, as 0 and 1, shape (states, atoms).
        kept: places of vectors that stay.
        closed: numbers of what is shared that is taken out too; the rest stays.

    Returns:
        Log determinants of what was taken out, and inner products in its metric of
        `kept`, of what is shared and stays, and of the residual.
    """
    places, count = _Places.of(case), len(live)
    size = len(case.gram)
    owner = np.array([a for a, some in enumerate(places.columns) for _ in some], int)
    inside = live[:, owner]
    # Columns that are in nowhere drop out.
    used = np.flatnonzero(inside.any(axis=0))
    inside = inside[:, used]
    # What is shared has a part of each atom that is in; the residual is less shifts.
    made: list[list[tuple[int, Array | None]]] = [
        [(place, None)] for place in places.bases
    ]
    for a, atom in enumerate(case.atoms):
        for k, place in zip(atom.shared, places.parts[a], strict=True):
            made[k].append((place, live[:, a, None]))
    less = [(place, -live[:, a, None]) for a, place in enumerate(places.shifts)]
    made.append([(places.residual, None), *less])
    towards = np.empty((count, len(made), size))
    for k, members in enumerate(made[:-1]):
        towards[:, k] = _added([(case.gram[place], on) for place, on in members])
    shifted = np.zeros((count, size))
    shifted[:, places.shifts] = -live
    shifted[:, places.residual] = 1.0
    towards[:, -1] = arithmetic.product(shifted, case.gram)
    among = np.empty((count, len(made), len(made)))
    for k, members in enumerate(made):
        among[:, :, k] = _added([(towards[:, :, place], on) for place, on in members])
    stay = [k for k in range(case.bases.shape[1]) if k not in set(closed)]
    out, rows = list(closed), [*stay, case.bases.shape[1]]
    first, last = len(used), len(used) + len(out)
    joint = np.zeros((count, last, last))
    joint[:, :first, :first] = case.gram[np.ix_(used, used)]
    joint[:, :first, :first] *= inside[:, :, None] * inside[:, None, :]
    mixed = towards[:, out][:, :, used] * inside[:, None, :]
    joint[:, first:, :first] = mixed
    joint[:, :first, first:] = mixed.transpose(0, 2, 1)
    joint[:, first:, first:] = among[:, out][:, :, out]
    joint += np.eye(last)
    near = list(kept)
    cross = np.empty((count, last, len(near) + len(rows)))
    cross[:, :first, : len(near)] = case.gram[np.ix_(used, np.array(near, int))]
    cross[:, :first, len(near) :] = towards[:, rows][:, :, used].transpose(0, 2, 1)
    cross[:, :first] *= inside[:, :, None]
    cross[:, first:, : len(near)] = towards[:, out][:, :, near]
    cross[:, first:, len(near) :] = among[:, out][:, :, rows]
    part = np.empty((count, len(near) + len(rows), len(near) + len(rows)))
    part[:, : len(near), : len(near)] = case.gram[np.ix_(near, near)]
    part[:, len(near) :, : len(near)] = towards[:, rows][:, :, near]
    part[:, : len(near), len(near) :] = towards[:, rows][:, :, near].transpose(0, 2, 1)
    part[:, len(near) :, len(near) :] = among[:, rows][:, :, rows]
    root = arithmetic.cholesky(joint)
    image = arithmetic.forward(root, cross)
    part -= arithmetic.product(image.transpose(0, 2, 1), image)
    return arithmetic.log_det(root), part


def _added(members: list[tuple[Array, Array | None]]) -> Array:
    """Return the sum of some vectors, each where it is in."""
    (whole, _), *others = members
    total = np.array(whole, dtype=float)
    for one, on in others:
        total = total + (one if on is None else on * one)
    return np.asarray(total)


def _drawn(case: Model, rng: np.random.Generator) -> States:
    """Return combinations to start from, drawn from the priors and admissible."""
    states = rng.random((CHAINS, case.count)) < case.priors
    for one in rng.permutation(case.count):
        clash = states & (case.conflicts[one] > 0)
        states[:, one] &= ~clash.any(axis=1)
    return states


__all__ = ["Visits", "best_of", "sample", "scores_of", "visits"]
