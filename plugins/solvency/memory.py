"""Memory that large arrays give back, kept for the next ones."""

from __future__ import annotations

from functools import cache

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
