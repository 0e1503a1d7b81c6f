"""Entries of a ledger as text: changed where they stand, comments and order kept.

Nothing is parsed and printed anew: of the lines of an entry only those change whose
value does. What these lines cannot say in one line each is left to an editor.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

#: A string of beancount's, as it is written.
STRING = r'"(?:[^"\\]|\\.)*"'
_SOURCE = re.compile(
    rf'(\d{{4}}-\d\d-\d\d)(\s+custom\s+"source"\s+{STRING}\s+)({STRING})(.*)'
)
_FLOW = re.compile(
    rf"(\d{{4}}-\d\d-\d\d)(\s+[*!]\s+)(?:({STRING})(\s+))?({STRING})([^;]*)(.*)"
)
_META = re.compile(
    rf"(\s+)([a-z][\w-]*)(:\s*)({STRING}|[^;\"]*?)(\s*(?:;.*)?)", re.ASCII
)
_POSTING = re.compile(
    r"(\s+(?:[*!]\s+)?)([^\s:;]+:\S+)(\s+)(-?[\d,]*\.?\d+)(\s+)([A-Z][\w'.-]*)(.*)"
)


class NotByFormError(ValueError):
    """An entry that is written in a way the form does not change."""


def unquoted(text: str) -> str:
    """Return what a string of beancount's says."""
    return re.sub(r"\\(.)", r"\1", text[1:-1], flags=re.DOTALL)


def quoted(text: str) -> str:
    """Return text as beancount writes it, in one line."""
    flat = " ".join(text.split())
    return '"' + flat.replace("\\", "\\\\").replace('"', '\\"') + '"'


def grouped(number: Decimal) -> str:
    """Return a number as a person writes it, thousands apart."""
    return f"{number:,f}"


@dataclass
class EntryText:
    """An entry as it is written: its lines, without their ends."""

    lines: list[str]

    @classmethod
    def at(cls, lines: list[str], line: int) -> tuple[EntryText, int, int]:
        """Return the entry that begins at a line, and where it begins and ends."""
        start = line - 1
        if not 0 <= start < len(lines):
            raise NotByFormError("the file is shorter now")
        end = start + 1
        while end < len(lines) and lines[end].strip() and lines[end][0].isspace():
            end += 1
        return cls(lines[start:end]), start, end

    def header(self, kind: str) -> re.Match[str]:
        """Return the parts of the first line."""
        found = {"source": _SOURCE, "flow": _FLOW}[kind].fullmatch(self.lines[0])
        if found is None:
            raise NotByFormError("its first line is written in another way")
        return found

    @property
    def _metas(self) -> int:
        """Return the line after the entry's own metadata."""
        at = 1
        while at < len(self.lines) and re.match(r"\s+[a-z;]", self.lines[at]):
            at += 1
        return at

    def value(self, key: str) -> str:
        """Return the value of a key of metadata, strings unquoted; "" without one."""
        for line in self.lines[1 : self._metas]:
            found = _META.fullmatch(line)
            if found and found[2] == key:
                return unquoted(found[4]) if found[4][:1] == '"' else found[4]
        return ""

    def put(self, key: str, written: str, indent: str) -> None:
        """Write a key of metadata; "" takes its line away."""
        for at in range(1, self._metas):
            found = _META.fullmatch(self.lines[at])
            if found is None and re.match(rf"\s+{re.escape(key)}:", self.lines[at]):
                raise NotByFormError(f"`{key}:` goes over several lines")
            if found and found[2] == key:
                if written:
                    self.lines[at] = "".join((*found.group(1, 2, 3), written, found[5]))
                else:
                    del self.lines[at]
                return
        if written:
            self.lines.insert(self._metas, f"{indent}{key}: {written}")

    def postings(self) -> list[tuple[int, re.Match[str]]]:
        """Return the lines of postings with an amount, each with its parts."""
        found = (
            (at, _POSTING.fullmatch(line))
            for at, line in enumerate(self.lines)
            if at >= self._metas
        )
        return [(at, match) for at, match in found if match is not None]

    def amount(self) -> tuple[Decimal, str] | None:
        """Return the amount that moves from one account to another, if it is one."""
        both = self.postings()
        written = [x for x in self.lines[self._metas :] if re.match(r"\s+[A-Z*!]", x)]
        if len(both) != 2 or len(written) != 2:
            return None
        (one, two) = (match for _, match in both)
        first, second = (Decimal(x[4].replace(",", "")) for x in (one, two))
        plain = not any(x[7].split(";")[0].strip() for x in (one, two))
        if first + second or one[6] != two[6] or not plain:
            return None
        return abs(first), one[6]

    def move(self, amount: Decimal) -> None:
        """Write another amount into both postings; the numbers keep their column."""
        for at, found in self.postings():
            sign = "-" if found[4].startswith("-") else ""
            number = sign + grouped(amount)
            room = len(found[3]) + len(found[4])
            gap = max(room - len(number), 2) * " "
            parts = (found[1], found[2], gap, number, found[5], found[6], found[7])
            self.lines[at] = "".join(parts)


def after(lines: list[str], kind: str, date: str) -> int:
    """Return the line a new entry goes before: where one of its date would stand.

    Args:
        lines: The file.
        kind: `source` or `flow`.
        date: Its date, as it is written.
    """
    pattern = {"source": _SOURCE, "flow": _FLOW}[kind]
    best = last = -1
    for at, line in enumerate(lines):
        found = pattern.fullmatch(line)
        if found is None:
            continue
        _, _, end = EntryText.at(lines, at + 1)
        last = end
        if found[1] <= date:
            best = end
    return best if best >= 0 else last


def indent_of(lines: list[str]) -> str:
    """Return how deep the lines of a file's entries begin."""
    found = (re.match(r"[ \t]+(?=[^\s;])", line) for line in lines)
    return next((one[0] for one in found if one is not None), "  ")
