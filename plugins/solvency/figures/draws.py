"""Draws in chunks, each with a seed of its own, so that many can be drawn at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.random import SeedSequence


def chunks(
    draws: int, size: int, *seed: int, wanted: Callable[[int], bool] | None = None
) -> list[tuple[SeedSequence, int]]:
    """Share draws out in chunks, each with a seed of its own.

    Args:
        draws: How many in all.
        size: How many in a chunk, the last of which may have fewer.
        seed: What decides them all.
        wanted: Says by number which chunks to return; none returns all.
    """
    sizes = [size] * (draws // size) + [draws % size] * (draws % size > 0)
    entropy = seed[0] if len(seed) == 1 else seed
    each = zip(np.random.SeedSequence(entropy).spawn(len(sizes)), sizes, strict=True)
    return [one for at, one in enumerate(each) if wanted is None or wanted(at)]
