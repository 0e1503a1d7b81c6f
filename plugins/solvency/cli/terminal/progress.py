"""Progress of long work: a line on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import TYPE_CHECKING

from solvency.inert import shown

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows what is being done, or None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    # The line is written over: this goes past what keeps words from doing so.
    stream = getattr(sys.stderr, "raw", sys.stderr)
    width = shutil.get_terminal_size().columns - 1

    def tell(words: str) -> None:
        stream.write(f"\r{shown(words)[:width]}\x1b[K")
        stream.flush()

    try:
        yield tell
    finally:
        stream.write("\r\x1b[K")
        stream.flush()
