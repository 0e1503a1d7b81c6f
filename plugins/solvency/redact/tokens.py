"""The text of a ledger as statements, lines and tokens, every digit as written."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOKEN = re.compile(
    r"""(?P<heading>(?m:^)[*:\#!&?%][^\n]*)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<comment>;[^\n]*)
    |(?P<account>[^\W\d_a-z][\w-]*(?::[^\W_a-z][\w-]*)+)
    |(?P<link>\^[\w./-]+)
    |(?P<tag>\#[\w./-]+)
    |(?P<line>\n)
    |(?P<space>[^\S\n]+)
    |(?P<other>[^\s";^\#]+|.)""",
    re.VERBOSE | re.DOTALL,
)
_KEY = re.compile(r"[a-z][\w-]*:")


class LedgerToken(NamedTuple):
    """A word of a ledger and what it is."""

    kind: str
    text: str

    @property
    def words(self) -> str:
        """Return what a string says, without its quotation marks."""
        return re.sub(r"\\(.)", r"\1", self.text[1:-1])


@dataclass
class Line:
    """One line, or several where a string goes on."""

    number: int
    tokens: list[LedgerToken] = field(default_factory=list)

    @property
    def indented(self) -> bool:
        """Say whether it belongs to the statement above."""
        return bool(self.tokens) and self.tokens[0].kind == "space"

    @property
    def said(self) -> list[LedgerToken]:
        """Return the tokens that say something."""
        return [one for one in self.tokens if one.kind not in {"space", "comment"}]

    @property
    def key(self) -> str | None:
        """Return the key, where it is a line of metadata."""
        said = self.said
        if self.indented and said and _KEY.fullmatch(said[0].text):
            return said[0].text[:-1]
        return None


@dataclass
class LedgerStatement:
    """A directive, an option or another statement, with the lines below it."""

    head: Line
    below: list[Line] = field(default_factory=list)

    @property
    def dated(self) -> bool:
        """Say whether it is a directive."""
        return bool(re.match(r"\d{4}[-/]\d", self.head.said[0].text))

    @property
    def kind(self) -> str:
        """Return the word that says what it is; `*` for every transaction."""
        said = self.head.said
        if not self.dated:
            return said[0].text
        word = said[1].text if len(said) > 1 else ""
        return word if re.fullmatch(r"[a-z]+", word) and word != "txn" else "*"


def statements(text: str) -> Iterator[LedgerStatement]:
    """Yield the statements of a ledger, without its comments and headings.

    Args:
        text: A file of a ledger that loads without errors.
    """
    now: LedgerStatement | None = None
    for line in _lines(text):
        if not line.said:
            continue
        if line.indented:
            if now is not None:
                now.below.append(line)
            continue
        if now is not None:
            yield now
        now = None if line.tokens[0].kind == "heading" else LedgerStatement(line)
    if now is not None:
        yield now


def _lines(text: str) -> Iterator[Line]:
    number = 1
    line = Line(number)
    for found in _TOKEN.finditer(text):
        kind, word = str(found.lastgroup), found[0]
        if kind == "line":
            yield line
            number += 1
            line = Line(number)
            continue
        line.tokens.append(LedgerToken(kind, word))
        number += word.count("\n")
    yield line
