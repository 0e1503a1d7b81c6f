"""The likelihood of every combination of hypotheses, by a binary tree.

One hypothesis a level. Each node holds inner products of what is still undecided: the
columns and shifts of open hypotheses, and the residual. "Out" drops a hypothesis's
rows; "in" shifts the residual and takes one pivot a column, a rank-one downdate by
which the inner products become those in the metric of the covariance so far. At a leaf
only the residual's square is left, and the pivots' logarithms have added up to the
determinant.

Nodes of one level are one array, with the nodes as its last axis, so that each step is
a few passes over contiguous memory; a level too large for the cache is split and each
part is taken to its leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Numbers a batch of nodes may hold: what fits the processor's cache.
BATCH = 1 << 17

Switched = tuple[tuple[int, ...], int]
"""Hypotheses that switch an atom on, and its number of columns."""


@dataclass(frozen=True)
class _Level:
    """What deciding one hypothesis does; positions count in the level's arrays.

    Attributes:
        bit: the hypothesis.
        blocked: bits of the hypotheses that exclude it.
        steps: (position of the shift, positions of the columns) of each atom it
            switches on.
        cleared: positions of atoms that another hypothesis may switch on again.
        kept: positions that stay undecided, the residual last.
    """

    bit: int
    blocked: int
    steps: tuple[tuple[int, tuple[int, ...]], ...]
    cleared: tuple[int, ...]
    kept: tuple[int, ...]


def enumerate_all(
    gram: Array,
    atoms: Sequence[Switched],
    log_odds: Array,
    excluded: Sequence[int],
    first: NDArray[np.uint32] | None = None,
) -> Iterator[tuple[NDArray[np.uint32], Array]]:
    """Yield every admissible combination with its score.

    Args:
        gram: inner products of all atoms' columns, then all shifts, then the residual;
            with a last axis, those of several models side by side.
        atoms: what switches each atom on, and how many columns it has.
        log_odds: prior log odds of each hypothesis, shape (h,).
        excluded: for each hypothesis the bits of those it excludes.
        first: bits each model's combinations carry besides, shape (models,).

    Yields:
        Combinations as bits and their scores: `sum of log odds - (log det + chi2) / 2`.
    """
    levels = _levels(atoms, len(log_odds), excluded)
    start = np.ascontiguousarray(gram if gram.ndim == 3 else gram[:, :, None])
    bits = np.zeros(1, np.uint32) if first is None else first
    yield from _expand(levels, 0, start, np.zeros(len(bits)), bits, log_odds)


def _levels(
    atoms: Sequence[Switched], count: int, excluded: Sequence[int]
) -> tuple[_Level, ...]:
    """Order the hypotheses, largest rank first, and lay out each level's arrays."""
    starts = np.concatenate([[0], np.cumsum([rank for _, rank in atoms])]).astype(int)
    columns = [tuple(range(starts[a], starts[a + 1])) for a in range(len(atoms))]
    shifts = [int(starts[-1]) + a for a in range(len(atoms))]
    residual = int(starts[-1]) + len(atoms)
    weight = [
        sum(rank for tags, rank in atoms if hypothesis in tags)
        for hypothesis in range(count)
    ]
    order = sorted(range(count), key=lambda hypothesis: -weight[hypothesis])
    live = list(range(residual + 1))
    undecided = set(order)
    levels = []
    for hypothesis in order:
        undecided.discard(hypothesis)
        mine = [a for a, (tags, _) in enumerate(atoms) if hypothesis in tags]
        open_ = [a for a in mine if undecided & set(atoms[a][0])]
        place = {vector: at for at, vector in enumerate(live)}
        closed = {v for a in mine if a not in open_ for v in (*columns[a], shifts[a])}
        kept = [vector for vector in live if vector not in closed]
        levels.append(
            _Level(
                bit=hypothesis,
                blocked=excluded[hypothesis],
                steps=tuple(
                    (place[shifts[a]], tuple(place[c] for c in columns[a]))
                    for a in mine
                ),
                cleared=tuple(
                    place[v] for a in open_ for v in (*columns[a], shifts[a])
                ),
                kept=tuple(place[vector] for vector in kept),
            )
        )
        live = kept
    return tuple(levels)


def _expand(
    levels: tuple[_Level, ...],
    depth: int,
    gram: Array,
    score: Array,
    bits: NDArray[np.uint32],
    log_odds: Array,
) -> Iterator[tuple[NDArray[np.uint32], Array]]:
    """Take nodes to their leaves."""
    if depth == len(levels):
        yield bits, score - 0.5 * gram[0, 0]
        return
    level = levels[depth]
    kept = np.array(level.kept)
    out = (gram[np.ix_(kept, kept)], score, bits)
    inside = _include(level, gram, score, bits, kept, float(log_odds[level.bit]))
    if 2 * len(score) * len(kept) ** 2 <= BATCH:
        yield from _expand(
            levels,
            depth + 1,
            np.concatenate([out[0], inside[0]], axis=-1),
            np.concatenate([out[1], inside[1]]),
            np.concatenate([out[2], inside[2]]),
            log_odds,
        )
        return
    for part, scores, chosen in (out, inside):
        if len(scores):
            yield from _expand(levels, depth + 1, part, scores, chosen, log_odds)


def _include(
    level: _Level,
    gram: Array,
    score: Array,
    bits: NDArray[np.uint32],
    kept: NDArray[np.intp],
    odds: float,
) -> tuple[Array, Array, NDArray[np.uint32]]:
    """Return the nodes with the level's hypothesis in, exclusions left out."""
    if level.blocked:
        free = (bits & np.uint32(level.blocked)) == 0
        gram, score, bits = gram[:, :, free], score[free], bits[free]
    bits = bits | np.uint32(1 << level.bit)
    score = score + odds
    if not level.steps:
        return gram[np.ix_(kept, kept)], score, bits
    # Columns still to be pivoted come first, so that each pivot touches only the rest.
    pivots = [column for _, columns in level.steps for column in columns]
    rest = np.array([*pivots, *(k for k in kept if k not in set(pivots))])
    moved = sum((gram[shift] for shift, _ in level.steps), start=np.zeros(()))
    moved[-1] -= 0.5 * sum(moved[shift] for shift, _ in level.steps)
    gram = gram[np.ix_(rest, rest)]
    gram[-1] -= moved[rest]
    gram[:, -1] -= moved[rest]
    pivot_product = np.ones_like(score)
    for step in range(len(pivots)):
        pivot = 1.0 + gram[step, step]
        pivot_product *= pivot
        # Only the upper triangle: the products are symmetric.
        row = gram[step]
        scaled = row[step + 1 :] / pivot
        for at in range(step + 1, len(rest)):
            gram[at, at:] -= scaled[at - step - 1] * row[at:]
        if step % 8 == 7:
            score = score - 0.5 * arithmetic.log(pivot_product)
            pivot_product = np.ones_like(score)
    score = score - 0.5 * arithmetic.log(pivot_product)
    for at in range(len(pivots), len(rest) - 1):
        gram[at + 1 :, at] = gram[at, at + 1 :]
    place = {vector: at for at, vector in enumerate(rest.tolist())}
    cleared = [place[v] for v in level.cleared]
    gram[cleared] = 0.0
    gram[:, cleared] = 0.0
    back = np.array([place[v] for v in kept.tolist()])
    if np.array_equal(back, np.arange(len(pivots), len(rest))):
        return gram[len(pivots) :, len(pivots) :], score, bits
    return gram[np.ix_(back, back)], score, bits
