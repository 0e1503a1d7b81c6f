"""Time calls against one another in one run."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def best(call: Callable[[], object], runs: int = 3) -> float:
    """Return the shortest time a call took, in seconds.

    Args:
        call: what is timed.
        runs: how often.

    Returns:
        Seconds.
    """
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return min(times)


def line(what: str, ours: float, peer: str, theirs: float, target: str) -> None:
    """Print one comparison.

    Args:
        what: what was done.
        ours: our seconds.
        peer: who else did it.
        theirs: their seconds.
        target: what is asked for.
    """
    print(
        f"{what}: {ours:.3f} s; {peer}: {theirs:.3f} s; "
        f"ratio {ours / theirs:.2f} ({target})"
    )
