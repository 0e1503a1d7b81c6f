"""A label's place beside a bar that is thinner than it: where bands leave room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.charts.labels import Box

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    #: A place along a band: x, its top there, its bottom, and how far the next is.
    Slice = tuple[float, float, float, float]

_SLICES = 48
#: Between a label and what it does not lie beside.
_CLEAR = 1.5
#: How far from its bar a label may stand, and how many places are tried each way.
_REACH, _ACROSS, _DOWN = 7.0, 8, 12


def slices(
    start: float, end: float, leaves: float, arrives: float, width: float
) -> Iterator[Slice]:
    """Yield places along a piece of a band that leaves and arrives level."""
    step = 1 / _SLICES
    before = start
    for n in range(1, _SLICES + 1):
        t = n * step
        late = t * t * (3 - 2 * t)
        x = start + (end - start) * (1.5 * t - 1.5 * t * t + t**3)
        top = leaves + (arrives - leaves) * late
        yield (before + x) / 2, top, top + width, x - before
        before = x


def covered(box: Box, bands: Iterable[Slice]) -> float:
    """Return how much of a box lies on bands, what two cover counted twice."""
    return sum(
        max(0.0, min(box.bottom, under + _CLEAR) - max(box.top, top - _CLEAR)) * wide
        for x, top, under, wide in bands
        if box.left - _CLEAR < x < box.right + _CLEAR
    )


def clearest(
    bar: Box,
    level: Box,
    gap: float,
    bands: Sequence[Slice],
    taken: Sequence[Box],
) -> Box:
    """Return where a label covers least of the bands, and touches no other.

    Args:
        bar: What it names.
        level: Its place to the right of the bar, level with it.
        gap: Between it and a bar it stands beside.
        bands: Places along all bands.
        taken: Where labels and bars stand already.

    Returns:
        The nearest of the best places beside the bar, above it and below it.
    """
    wide, high = level.right - level.left, level.bottom - level.top
    far = (level.left, bar.left - gap - wide)
    lefts = [far[0] - (far[0] - far[1]) * n / _ACROSS for n in range(_ACROSS + 1)]
    reach = (bar.bottom - bar.top) / 2 + high / 2 + _REACH
    drops = [n * reach / _DOWN for n in range(-_DOWN, _DOWN + 1)]
    near = [
        one
        for one in bands
        if far[1] - _CLEAR < one[0] < far[0] + wide + _CLEAR
        and level.top - reach - _CLEAR < one[2]
        and one[1] < level.bottom + reach + _CLEAR
    ]
    around = Box(bar.left, bar.top - _CLEAR, bar.right, bar.bottom + _CLEAR)
    places = [
        Box(left, level.top + drop, left + wide, level.bottom + drop)
        for drop in sorted(drops, key=abs)
        for left in lefts
        if level.top + drop >= 0
    ]
    return min(
        (one for one in places if not one.touches(around)),
        key=lambda one: (
            any(one.touches(other) for other in taken),
            round(covered(one, near)),
            abs(one.top - level.top) + abs(one.left - level.left) / 4,
        ),
        default=level,
    )
