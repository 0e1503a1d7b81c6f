"""The likelihood of every combination of hypotheses, by a binary tree.

One hypothesis a level. Each node holds inner products of what is still undecided: the
columns and shifts of open hypotheses, and the residual. "Out" drops a hypothesis's
rows; "in" shifts the residual and takes one pivot a column, a rank-one downdate by
which the inner products become those in the metric of the covariance so far. At a leaf
only the residual's square is left, and the pivots' logarithms have added up to the
determinant.

What several hypotheses share (an error common to a source, a driver) is one more
unknown. Its column is the sum of the parts that those which are in bring to it; it is
pivoted once the last of them is decided.

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

Switched = tuple[tuple[int, ...], int, tuple[int, ...]]
"""Hypotheses that switch an atom on, its number of columns, what it has a part in."""


@dataclass(frozen=True)
class _Level:
    """What deciding one hypothesis does; positions count in the level's arrays.

    Attributes:
        bit: the hypothesis.
        blocked: bits of the hypotheses that exclude it.
        steps: (position of the shift, positions of the columns) of each atom it
            switches on.
        parts: (position of a part, position of what it is a part of) of these atoms.
        closing: positions of what is shared by none that is undecided.
        cleared: positions of atoms that another hypothesis may switch on again.
        kept: positions that stay undecided, the residual last.
    """

    bit: int
    blocked: int
    steps: tuple[tuple[int, tuple[int, ...]], ...]
    parts: tuple[tuple[int, int], ...]
    closing: tuple[int, ...]
    cleared: tuple[int, ...]
    kept: tuple[int, ...]


def enumerate_all(
    gram: Array,
    atoms: Sequence[Switched],
    log_odds: Array,
    excluded: Sequence[int],
    first: NDArray[np.uint32] | None = None,
) -> Iterator[tuple[NDArray[np.uint32], Array, Array]]:
    """Yield every admissible combination with its score.

    Args:
        gram: inner products of all atoms' columns, then all shifts, then all parts in
            what is shared, atom by atom, then what is shared, then the residual; with
            a last axis, those of several models side by side.
        atoms: what switches each atom on, how many columns it has, and the numbers of
            what it has a part in.
        log_odds: prior log odds of each hypothesis, shape (h,).
        excluded: for each hypothesis the bits of those it excludes.
        first: bits each model's combinations carry besides, shape (models,).

    Yields:
        Combinations as bits, `sum of log odds - log det / 2` and their chi-squares.
    """
    start = np.ascontiguousarray(gram if gram.ndim == 3 else gram[:, :, None])
    levels = _levels(atoms, len(log_odds), excluded, len(start))
    bits = np.zeros(1, np.uint32) if first is None else first
    yield from _expand(levels, 0, start, np.zeros(len(bits)), bits, log_odds)


def _levels(
    atoms: Sequence[Switched], count: int, excluded: Sequence[int], size: int
) -> tuple[_Level, ...]:
    """Order the hypotheses, largest rank first, and lay out each level's arrays."""
    starts = np.concatenate([[0], np.cumsum([a[1] for a in atoms])]).astype(int)
    columns = [tuple(range(starts[a], starts[a + 1])) for a in range(len(atoms))]
    shifts = [int(starts[-1]) + a for a in range(len(atoms))]
    first = int(starts[-1]) + len(atoms)
    parts: list[tuple[tuple[int, int], ...]] = []
    for _, _, shared in atoms:
        parts.append(tuple((first + n, k) for n, k in enumerate(shared)))
        first += len(shared)
    # What is shared follows the parts; the residual is last.
    waits = {
        k: {h for tags, _, shared in atoms if k in shared for h in tags}
        for k in range(size - 1 - first)
    }
    residual = size - 1
    weight = [
        sum(rank for tags, rank, _ in atoms if hypothesis in tags)
        for hypothesis in range(count)
    ]
    order = sorted(range(count), key=lambda hypothesis: -weight[hypothesis])
    live = list(range(residual + 1))
    undecided = set(order)
    levels = []
    for hypothesis in order:
        undecided.discard(hypothesis)
        mine = [a for a, one in enumerate(atoms) if hypothesis in one[0]]
        open_ = [a for a in mine if undecided & set(atoms[a][0])]
        place = {vector: at for at, vector in enumerate(live)}
        own = {a: (*columns[a], shifts[a], *(p for p, _ in parts[a])) for a in mine}
        closing = [k for k, those in waits.items() if not those & undecided]
        for k in closing:
            del waits[k]
        closed = {v for a in mine if a not in open_ for v in own[a]}
        closed |= {first + k for k in closing}
        kept = [vector for vector in live if vector not in closed]
        levels.append(
            _Level(
                bit=hypothesis,
                blocked=excluded[hypothesis],
                steps=tuple(
                    (place[shifts[a]], tuple(place[c] for c in columns[a]))
                    for a in mine
                ),
                parts=tuple(
                    (place[p], place[first + k]) for a in mine for p, k in parts[a]
                ),
                closing=tuple(place[first + k] for k in closing),
                cleared=tuple(place[v] for a in open_ for v in own[a]),
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
) -> Iterator[tuple[NDArray[np.uint32], Array, Array]]:
    """Take nodes to their leaves."""
    if depth == len(levels):
        yield bits, score, gram[0, 0]
        return
    level = levels[depth]
    kept = np.array(level.kept)
    rest = np.array([*level.closing, *level.kept])
    out = (*_pivoted(gram[np.ix_(rest, rest)], score, len(level.closing)), bits)
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
    if not level.steps and not level.closing:
        return gram[np.ix_(kept, kept)], score, bits
    if level.parts:
        gram = gram.copy()
        _shift(gram, [shift for shift, _ in level.steps], -1, -1.0)
        for part, shared in level.parts:
            _shift(gram, [part], shared, 1.0)
    # Columns still to be pivoted come first, so that each pivot touches only the rest.
    pivots = [column for _, columns in level.steps for column in columns]
    pivots += level.closing
    rest = np.array([*pivots, *(k for k in kept if k not in set(pivots))])
    if level.steps and not level.parts:
        moved = sum((gram[shift] for shift, _ in level.steps), start=np.zeros(()))
        moved[-1] -= 0.5 * sum(moved[shift] for shift, _ in level.steps)
        gram = gram[np.ix_(rest, rest)]
        gram[-1] -= moved[rest]
        gram[:, -1] -= moved[rest]
    else:
        gram = gram[np.ix_(rest, rest)]
    place = {vector: at for at, vector in enumerate(rest.tolist())}
    cleared = [place[v] - len(pivots) for v in level.cleared]
    gram, score = _pivoted(gram, score, len(pivots))
    back = [place[v] - len(pivots) for v in kept.tolist()]
    if cleared or back != list(range(len(gram))):
        gram = _back(gram, back, cleared)
    return gram, score, bits


def _back(gram: Array, back: list[int], cleared: list[int]) -> Array:
    """Put what is kept in its order; what is in already, and may be again, is zero."""
    found = np.zeros((len(back), len(back), gram.shape[2]))
    stay = [at for at, one in enumerate(back) if one not in cleared]
    places = [back[at] for at in stay]
    found[np.ix_(stay, stay)] = gram[np.ix_(places, places)]
    return found


def _shift(gram: Array, sources: list[int], target: int, sign: float) -> None:
    """Add vectors to another, in their inner products."""
    moved = sign * sum((gram[one] for one in sources), start=np.zeros(()))
    moved[target] += 0.5 * sign * sum(moved[one] for one in sources)
    gram[target] += moved
    gram[:, target] += moved


def _pivoted(gram: Array, score: Array, count: int) -> tuple[Array, Array]:
    """Take the first columns into the covariance.

    Args:
        gram: inner products; changed.
        score: of each node.
        count: columns to take.

    Returns:
        Inner products of the others, and the scores with the pivots' determinant.
    """
    if not count:
        return gram, score
    size = len(gram)
    pivot_product = np.ones_like(score)
    for step in range(count):
        pivot = 1.0 + gram[step, step]
        pivot_product *= pivot
        # Only the upper triangle: the products are symmetric.
        row = gram[step]
        scaled = row[step + 1 :] / pivot
        for at in range(step + 1, size):
            gram[at, at:] -= scaled[at - step - 1] * row[at:]
        if step % 8 == 7:
            score = score - 0.5 * arithmetic.log(pivot_product)
            pivot_product = np.ones_like(score)
    score = score - 0.5 * arithmetic.log(pivot_product)
    for at in range(count, size - 1):
        gram[at + 1 :, at] = gram[at, at + 1 :]
    return gram[count:, count:], score
