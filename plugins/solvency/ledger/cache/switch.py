"""Whether anything is kept: not with `--no-cache`, nor where a variable says so."""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The variable of the environment that turns the cache off, whatever it is set to.
VARIABLE = "SOLVENCY_NO_CACHE"


class _Switch:
    """One for the program: Fava loads in threads of its own."""

    off = 0


@contextlib.contextmanager
def uncached() -> Iterator[None]:
    """Read and keep nothing, in any thread of the program."""
    _Switch.off += 1
    try:
        yield
    finally:
        _Switch.off -= 1


def is_on() -> bool:
    """Say whether what was read may be kept, and what was kept be read."""
    return not _Switch.off and not os.environ.get(VARIABLE)
