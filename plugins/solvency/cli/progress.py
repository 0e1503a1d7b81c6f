"""Progress of long work: a line on a terminal, nothing in a pipe."""

from __future__ import annotations

import contextlib
import shutil
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator


@contextlib.contextmanager
def progress() -> Iterator[Callable[[str], None] | None]:
    """Give a function that shows what is being done, or None in a pipe."""
    if not sys.stderr.isatty():
        yield None
        return
    width = shutil.get_terminal_size().columns - 1

    def tell(words: str) -> None:
        sys.stderr.write(f"\r{words[:width]}\x1b[K")
        sys.stderr.flush()

    try:
        yield tell
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
