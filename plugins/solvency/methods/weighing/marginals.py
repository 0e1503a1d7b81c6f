"""Gather what the tree yields: beliefs, evidence and the best combinations."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from solvency.figures import arithmetic
from solvency.methods.weighing.enumeration import enumerate_all

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]
    Leaves = tuple[NDArray[np.uint32], Array, Array]

# Half of the bits of a combination: sums over combinations go by halves.
HALF = 12
# Combinations kept before the best are chosen among them.
POOL = 1 << 20
# Bits of a score by which combinations are ordered.
_BITS = 36


@dataclass(frozen=True)
class Gathered:
    """Beliefs gathered from combinations.

    Attributes:
        priors: belief in each hypothesis before, exclusions respected.
        marginals: belief in each hypothesis after.
        errors: standard errors of `marginals`.
        log_evidence: log of the summed scores, over the summed priors.
        combinations: the best ones, in order.
        scores: their scores, as `weighing_tree` defines them.
        posteriors: belief in each.
        shares: what each stands for in a mixture of them all: its belief, or, where
            sampled, its share of the visits.
        fitting: the best-fitting combination of all; None where all were not compared.
        worth: of how many visits of one weight `shares` are; none where exact.
    """

    priors: Array
    marginals: Array
    errors: Array
    log_evidence: float
    combinations: tuple[tuple[int, ...], ...]
    scores: Array
    posteriors: Array
    shares: Array
    fitting: tuple[int, ...] | None = None
    worth: float = 0.0


class _Sums:
    """Running sums of weights over combinations, by the two halves of their bits."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.high = np.zeros(1 << max(0, count - HALF))
        self.low = np.zeros(1 << min(count, HALF))

    def add(self, bits: NDArray[np.uint32], weights: Array) -> None:
        """Add weights of combinations."""
        self.high += np.bincount(bits >> HALF, weights, len(self.high))
        self.low += np.bincount(bits & ((1 << HALF) - 1), weights, len(self.low))

    def scale(self, factor: float) -> None:
        """Multiply all sums."""
        self.high *= factor
        self.low *= factor

    @property
    def total(self) -> float:
        """Return the sum of all weights."""
        return float(self.low.sum())

    def marginals(self) -> Array:
        """Return the share of the weights in which each hypothesis holds."""
        found = []
        for bit in range(self.count):
            half, at = (self.low, bit) if bit < HALF else (self.high, bit - HALF)
            on = (np.arange(len(half)) >> at) & 1
            found.append(arithmetic.dot(on, half))
        return np.array(found) / self.total


def gather(case: Model, best: int) -> Gathered:
    """Weigh all combinations exactly.

    Scores arrive in batches; sums are kept relative to the greatest score so far, and
    of the combinations only those that may still be among the best.

    Args:
        case: the model.
        best: combinations to report.

    Returns:
        Beliefs, evidence and best combinations.
    """
    after = _Sums(case.count)
    top, floor = -np.inf, -np.inf
    # The best-fitting may be too improbable before to be among the best.
    least, fitting = np.inf, 0
    kept: list[tuple[NDArray[np.uint32], Array]] = []
    waiting = 0
    leaves = enumerate_all(case.gram, case.switched, case.log_odds, case.excluded)
    for bits, bases, chi2 in _joined(leaves):
        scores = bases + case.tail(chi2)
        at = int(chi2.argmin())
        if chi2[at] < least:
            least, fitting = float(chi2[at]), int(bits[at])
        peak = float(scores.max())
        if peak > top:
            after.scale(float(arithmetic.exp(top - peak)))
            top = peak
        after.add(bits, arithmetic.exp(scores - top))
        good = scores > floor - _quantum(floor)
        kept.append((bits[good], scores[good]))
        waiting += int(good.sum())
        if waiting > POOL:
            kept = [_best(kept, best)]
            waiting = len(kept[0][0])
            floor = float(kept[0][1].min()) if waiting >= best else -np.inf
    chosen, scores = _best(kept, best)
    posteriors = arithmetic.exp(scores - top) / after.total
    priors, admitted = case.admitted
    return Gathered(
        priors=priors,
        marginals=after.marginals(),
        errors=np.zeros(case.count),
        log_evidence=top + float(arithmetic.log(after.total / admitted)),
        combinations=tuple(_members(int(b), case.count) for b in chosen),
        scores=scores,
        posteriors=posteriors,
        shares=posteriors,
        fitting=_members(fitting, case.count),
    )


def _joined(leaves: Iterator[Leaves], least: int = 1 << 16) -> Iterator[Leaves]:
    """Join the tree's batches into larger ones: fewer passes over the sums."""
    batches: list[Leaves] = []
    size = 0
    for batch in leaves:
        batches.append(batch)
        size += len(batch[0])
        if size >= least:
            yield _concatenated(batches)
            batches, size = [], 0
    if batches:
        yield _concatenated(batches)


def _concatenated(batches: list[Leaves]) -> Leaves:
    bits, bases, chi2 = zip(*batches, strict=True)
    return np.concatenate(bits), np.concatenate(bases), np.concatenate(chi2)


def _best(
    batches: list[tuple[NDArray[np.uint32], Array]], best: int
) -> tuple[NDArray[np.uint32], Array]:
    """Return the best combinations of some batches, the best first.

    Of those that score alike, the one with the earlier hypotheses first.
    """
    bits = np.concatenate([bits for bits, _ in batches])
    scores = np.concatenate([scores for _, scores in batches])
    if len(scores) > best:
        least = float(np.partition(scores, len(scores) - best)[len(scores) - best])
        near = scores > least - _quantum(least)
        bits, scores = bits[near], scores[near]
    order = np.lexsort((bits, -arithmetic.rounded(scores, _BITS)))[:best]
    return bits[order], scores[order]


def _quantum(score: float) -> float:
    """Return by how much scores differ that are alike but for rounding."""
    return 2.0 ** (1 - _BITS) * abs(score) if math.isfinite(score) else 0.0


def _members(bits: int, count: int) -> tuple[int, ...]:
    return tuple(h for h in range(count) if bits >> h & 1)
