"""Beyond what can be enumerated: a sampler over combinations, with a stated error.

Each step takes a few hypotheses, enumerates all their combinations exactly given the
others, and draws one. The exact beliefs of each step are averaged, not the draws, and
the error is what several independent chains disagree by.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
from scipy.linalg import cho_factor
from scipy.linalg import cho_solve

from solvency.analysis.weighing_gather import Gathered
from solvency.analysis.weighing_tree import enumerate_all

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.weighing_model import Model

    Array = NDArray[np.float64]

# Hypotheses enumerated at a step, and independent chains.
BLOCK = 12
CHAINS = 8
# Share of each chain left out at its start.
WARMUP = 0.2


def sample(case: Model, best: int, sweeps: int, seed: int) -> Gathered:
    """Weigh combinations by sampling.

    Args:
        case: the model.
        best: combinations to report.
        sweeps: visits to each hypothesis, on average, by each chain.
        seed: seed of the chains.

    Returns:
        Beliefs with their standard errors; the evidence from the visits to the best
        combinations.
    """
    seeds = np.random.SeedSequence(seed).spawn(CHAINS + 1)
    chains = [_chain(case, sweeps, np.random.default_rng(s)) for s in seeds[:CHAINS]]
    means = np.array([mean for mean, _ in chains])
    visits: Counter[tuple[int, ...]] = sum((c for _, c in chains), Counter())
    common = visits.most_common(best)
    total = sum(visits.values())
    chosen = tuple(members for members, _ in common)
    shares = np.array([count / total for _, count in common])
    scores = np.array(
        [case.log_likelihood(c)[0] + case.log_prior(c) for c in chosen]
    ) - (case.constant + case.log_prior(()))
    order = np.argsort(-scores, kind="stable")
    # Joint density over belief is the same for every combination: the evidence.
    peak = float(scores.max())
    evidence = peak + float(np.log(np.exp(scores - peak).sum() / shares.sum()))
    priors, admitted = _priors(case, np.random.default_rng(seeds[-1]))
    return Gathered(
        priors=priors,
        marginals=means.mean(axis=0),
        errors=means.std(axis=0, ddof=1) / np.sqrt(CHAINS),
        log_evidence=evidence - float(np.log(admitted)),
        combinations=tuple(chosen[i] for i in order),
        scores=scores[order],
        posteriors=np.exp(scores[order] - evidence),
        shares=shares[order],
    )


def _chain(
    case: Model, sweeps: int, rng: np.random.Generator
) -> tuple[Array, Counter[tuple[int, ...]]]:
    """Run one chain; return mean beliefs and visits after the warm-up."""
    count = case.count
    state = np.zeros(count, dtype=bool)
    sums, seen = np.zeros(count), np.zeros(count)
    visits: Counter[tuple[int, ...]] = Counter()
    steps = max(1, sweeps * count // BLOCK)
    for step in range(steps):
        block = rng.choice(count, size=min(BLOCK, count), replace=False)
        state[block] = False
        bits, weights, free = _conditional(case, state, block)
        beliefs = np.zeros(len(block))
        for at, place in enumerate(free):
            beliefs[place] = float(weights[(bits >> np.uint32(at)) & 1 == 1].sum())
        drawn = int(
            bits[np.searchsorted(np.cumsum(weights), rng.random() * 0.999999999)]
        )
        for at, place in enumerate(free):
            state[block[place]] = bool(drawn >> at & 1)
        if step >= WARMUP * steps:
            sums[block] += beliefs
            seen[block] += 1
            visits[tuple(int(h) for h in np.flatnonzero(state))] += 1
    return sums / np.maximum(seen, 1), visits


def _conditional(
    case: Model, state: NDArray[np.bool_], block: NDArray[np.intp]
) -> tuple[NDArray[np.uint32], Array, list[int]]:
    """Return combinations of a block given the rest: bits, weights, places in block."""
    fixed = {int(h) for h in np.flatnonzero(state)}
    mask = sum(1 << h for h in fixed)
    free = [at for at, h in enumerate(block.tolist()) if not case.excluded[h] & mask]
    number = {int(block[at]): row for row, at in enumerate(free)}
    starts = np.cumsum([0, *(a.columns.shape[1] for a in case.atoms)])
    gone: list[int] = []
    shifts: list[int] = []
    atoms: list[tuple[tuple[int, ...], int]] = []
    columns: list[int] = []
    moves: list[int] = []
    for index, atom in enumerate(case.atoms):
        span = range(int(starts[index]), int(starts[index + 1]))
        shift = int(starts[-1]) + index
        if fixed & set(atom.hypotheses):
            gone += span
            shifts.append(shift)
            continue
        tags = tuple(number[h] for h in atom.hypotheses if h in number)
        if tags:
            atoms.append((tags, len(span)))
            columns += span
            moves.append(shift)
    gram = _given(case.gram, gone, shifts, [*columns, *moves])
    excluded = [
        sum(
            1 << row
            for h, row in number.items()
            if case.excluded[int(block[at])] >> h & 1
        )
        for at in free
    ]
    odds = case.log_odds[block[free]]
    found = list(enumerate_all(gram, atoms, odds, excluded))
    bits = np.concatenate([b for b, _ in found])
    scores = np.concatenate([s for _, s in found])
    weights = np.exp(scores - scores.max())
    return bits, weights / weights.sum(), free


def _given(gram: Array, gone: list[int], shifts: list[int], kept: list[int]) -> Array:
    """Return inner products given that some atoms are in: shifted and pivoted out."""
    last = len(gram) - 1
    rows = [*gone, *kept, last]
    part = gram[np.ix_(rows, rows)].copy()
    if shifts:
        moved = gram[np.ix_(rows, shifts)].sum(axis=1)
        part[-1] -= moved
        part[:, -1] -= moved
        part[-1, -1] += float(gram[np.ix_(shifts, shifts)].sum())
    size = len(gone)
    if not size:
        return part
    factor = cho_factor(part[:size, :size] + np.eye(size), lower=True)
    cross = part[:size, size:]
    return np.asarray(part[size:, size:] - cross.T @ cho_solve(factor, cross))


def _priors(
    case: Model, rng: np.random.Generator, draws: int = 400_000
) -> tuple[Array, float]:
    """Return priors with exclusions respected, and the prior weight they admit."""
    if not any(case.excluded):
        return case.priors.copy(), 1.0
    drawn = rng.random((draws, case.count)) < case.priors
    fine = np.ones(draws, dtype=bool)
    for one, mask in enumerate(case.excluded):
        for other in range(one):
            if mask >> other & 1:
                fine &= ~(drawn[:, one] & drawn[:, other])
    return drawn[fine].mean(axis=0), float(fine.mean())
