"""Places for labels, so that no two ever touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on paper, in drawing units; y grows downward."""

    left: float
    top: float
    right: float
    bottom: float

    def touches(self, other: Box) -> bool:
        """Return whether two boxes share any area."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def within(self, other: Box) -> bool:
        """Return whether this box lies wholly inside another."""
        return (
            other.left <= self.left
            and self.right <= other.right
            and other.top <= self.top
            and self.bottom <= other.bottom
        )


def spread(
    wanted: Sequence[float], heights: Sequence[float], low: float, high: float
) -> list[float]:
    """Move labels apart as little as can be.

    The least sum of squared moves that keeps their order, which is isotonic
    regression: pool adjacent violators (Ayer and others, 1955).

    Args:
        wanted: Where each label's middle would best be.
        heights: How much room each takes.
        low: The least place any label's edge may have.
        high: The greatest; where the labels need more than there is, they run
            over it at this end, still apart.

    Returns:
        The middle of each label, in the order given.
    """
    order = sorted(range(len(wanted)), key=lambda i: (wanted[i], i))
    before = 0.0
    offsets = []
    for i in order:
        offsets.append(before + heights[i] / 2)
        before += heights[i]
    top = max(low, high - before)
    # Less its offset, each label wants a place and no two may swap.
    blocks: list[tuple[float, int]] = []
    for i, offset in zip(order, offsets, strict=True):
        total, count = wanted[i] - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / count:
            more, others = blocks.pop()
            total, count = total + more, count + others
        blocks.append((total, count))
    places = [0.0] * len(wanted)
    starts = (t / n for t, n in blocks for _ in range(n))
    for i, offset, start in zip(order, offsets, starts, strict=True):
        places[i] = min(max(start, low), top) + offset
    return places


def lanes(
    places: Sequence[float], widths: Sequence[float], sizes: Sequence[int]
) -> list[int]:
    """Stack labels that each hang to the right of a vertical line.

    A label is never crossed by another's line, since what begins later lies lower.

    Args:
        places: Where each line stands.
        widths: How far each label reaches to the right of its line.
        sizes: How many lanes each label fills.

    Returns:
        The lowest lane of each; 0 lies at the bottom.
    """
    found = [0] * len(places)
    done: list[int] = []
    for i in sorted(range(len(places)), key=lambda i: (places[i], i), reverse=True):
        reach = places[i] + widths[i]
        under = (found[j] + sizes[j] for j in done if places[j] <= reach)
        found[i] = max(under, default=0)
        done.append(i)
    return found
