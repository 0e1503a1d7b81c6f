"""What WeasyPrint logs: its progress, and its complaints."""

from __future__ import annotations

import contextlib
import logging
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

#: What WeasyPrint says where a box stands for what no font has.
_NO_GLYPH = re.compile(r"^\.notdef glyph .*\((U\+[^()]*)\)$")
_PAGE = re.compile(r"Page (\d+)")


class _Steps(logging.Handler):
    """Passes on what WeasyPrint says of its progress."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        super().__init__(logging.INFO)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        page = _PAGE.search(record.getMessage())
        self.tell(f"laying out page {page[1]}" if page else "laying out pages")


@contextlib.contextmanager
def steps(tell: Callable[[str], None] | None) -> Iterator[None]:
    """Let someone follow WeasyPrint's steps, page by page."""
    if tell is None:
        yield
        return
    logger = logging.getLogger("weasyprint.progress")
    handler, before = _Steps(tell), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


class _Collected(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(record.getMessage().splitlines()[0])


@contextlib.contextmanager
def complaints() -> Iterator[list[str]]:
    """Gather what WeasyPrint and fontTools log, and keep it off the terminal."""
    collected = _Collected()
    loggers = [logging.getLogger(name) for name in ("weasyprint", "fontTools")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.addHandler(collected)
        logger.setLevel(logging.WARNING)
        logger.propagate = False
    try:
        yield collected.messages
    finally:
        for logger, (level, propagate) in zip(loggers, before, strict=True):
            logger.removeHandler(collected)
            logger.setLevel(level)
            logger.propagate = propagate


def missing_glyphs(messages: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Return the characters no font has, in order, and the other complaints."""
    boxes: set[str] = set()
    others = []
    for message in messages:
        found = _NO_GLYPH.match(message)
        if found is None:
            others.append(message)
            continue
        boxes |= {chr(int(one, 16)) for one in re.findall(r"U\+(\w+)", found[1])}
    return tuple(sorted(boxes)), others
