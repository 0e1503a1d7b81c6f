"""Show what others wrote so that it does nothing where it is shown.

A terminal obeys control characters, a spreadsheet runs a cell that begins like a
formula, and marks of direction put a number elsewhere than it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from typing import TextIO

#: What a terminal obeys, and marks that reorder text: the controls of C0 and C1 but
#: tab and line feed, separators of lines, embeddings, overrides and isolates.
_ACTING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
#: Letters that are set from right to left, with what stands between them and the
#: next column.
_LEFTWARDS = re.compile(
    "([\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff\U0001e800-\U0001efff]"
    r"[^\w\n]*?)(?=\t| {2}|\n)"
)
#: Makes what follows go from left to right again; it has no width.
_RIGHTWARDS = "\u200e"
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 (some spreadsheets take these too)
_NUMBER = re.compile(r"[+-]?(\d[\d,]*)?\.?\d+\s?%?")


def written_out(text: str) -> str:
    r"""Return text with what would act on a screen written out, as `\u001b`.

    That is how JSON writes such a character, so JSON stays the same.
    """
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def shown(text: str) -> str:
    """Return text for a terminal: nothing in it acts, and columns keep their order."""
    return _LEFTWARDS.sub(rf"\1{_RIGHTWARDS}", written_out(text))


def line(text: str) -> str:
    """Return text as part of one line of a table, which it cannot end."""
    return written_out(text.replace("\n", " ").replace("\t", " "))


def cell(text: str) -> str:
    """Return text for a cell of a spreadsheet, which must not take it for a formula."""
    # Python quotes no return, and a spreadsheet takes one for the end of a row.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if text[:1] in _FORMULA and len(text) > 1 and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


class Shown:
    """A stream to a terminal on which nothing that is written acts."""

    def __init__(self, stream: TextIO) -> None:
        """Stand before a stream; `raw` is that stream, for a line of progress."""
        self.raw = stream

    def write(self, text: str) -> int:
        """Write text.

        Raises:
            TypeError: It is bytes.
        """
        if not isinstance(text, str):
            raise TypeError("text is written here, not bytes")
        self.raw.write(shown(text))
        return len(text)

    def writelines(self, lines: Any) -> None:
        """Write several texts."""
        for line in lines:
            self.write(line)

    @property
    def buffer(self) -> Any:
        """Say that there are no bytes to write to, which would go past this."""
        raise AttributeError("buffer")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.raw, name)
