"""Memory that comes and goes: what is kept, and what nobody need look at again."""

from __future__ import annotations

import atexit
import gc
from functools import cache

_ours = False

#: Numbers in nearly 32 MiB, the most that the GNU C library still learns from.
_LARGE = 4_000_000


@cache
def keep_freed() -> None:
    """Have the C library keep the memory of arrays of up to 32 MiB.

    The GNU one gives freed memory back to the system, which then has to clear it for
    the next array: a tenth to a sixth of all time where arrays of a megabyte come and
    go. It no longer does once something as large as this has been given back; what
    nobody writes to costs nothing. Other libraries go on as they did.
    """
    import numpy as np  # noqa: PLC0415 (lazy start)

    np.empty(_LARGE)


def own() -> None:
    """Say that this process does what it was started for and ends with it."""
    global _ours  # noqa: PLW0603 (of the process)
    _ours = True
    # Python looks through all that is left once more before it ends.
    atexit.register(gc.freeze)


def end_soon() -> None:
    """Look for no garbage any more in a process of our own that is about to end.

    After a report of thousands of figures that takes a second.
    """
    if _ours:
        gc.disable()
