"""Read what stands behind a report's own bytes, so that every reader reads the same.

A signature is a state of the file of its own: objects, a table of where they stand, a
trailer. Readers of PDF forgive much there, and each forgives otherwise; some look for
objects that no table names, or take another of two. Only what is written by the book is
read here: nothing between the objects, each in the table once, and no other.
"""

from __future__ import annotations

import re
import zlib
from itertools import pairwise
from typing import NamedTuple

import pikepdf

from solvency.report.verification import contents

#: More states than a report has signatories, with their time stamps and evidence.
_MOST_STATES = 64
_OBJECT = re.compile(rb"([1-9]\d{0,6}) 0 obj[\t\n\r ]*")
#: What an object is written in, strings in parentheses apart.
#: Readers differ on long numbers and names, on signs in names that are written as
#: their codes, and on words that nothing parts.
_TOKEN = re.compile(
    rb"[\t\n\r ]+|<<|>>|<[0-9A-Fa-f\t\n\r ]*>|[\[\]]"
    rb"|(?:/[!\"$&'*-.0-;=?-Z\\^-z|~]{1,127}|[+-]?(?:\d{1,10}\.?\d{0,10}|\.\d{1,10})"
    rb"|true|false|null|(?<=[\t\n\r ])R)(?=[\t\n\r \[\]<>()/])"
)
#: Some readers take any generation of an object for the one there is.
_REFERENCE = re.compile(rb"(?<![^\t\n\r \[\]<>()])[1-9]\d{0,6}[\t\n\r ]+0[\t\n\r ]+\Z")
_TEXT = re.compile(rb"(?:[^()\\]|\\(?![4-7][0-7][0-7]).)*", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n")
_STREAM_END = re.compile(rb"\r?\n?endstream[\t\n\r ]*endobj")
_ENTRIES = rb"((?:\d{10} \d{5} [nf](?: \n| \r|\r\n))*)"
_SECTION = re.compile(rb"(\d{1,7}) (\d{1,7}) ?\r?\n" + _ENTRIES)
_TABLE = re.compile(rb"xref[\t ]*\r?\n((?:" + _SECTION.pattern + rb")+)")
_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_START = re.compile(rb"startxref[\t\n\r ]+(\d{1,12})[\t\n\r ]+%%EOF[\t\n\r ]*")
#: Words at which a reader that has lost its way looks for objects and tables.
_LOST = re.compile(
    rb"\d[\s\0]+\d+[\s\0]+obj\b|(?<!start)xref\b|startxref|trailer|%%EOF|%PDF-"
)


class OtherwiseError(Exception):
    """Something is not written by the book; the message says what, and where."""


class _Object(NamedTuple):
    number: int
    start: int
    #: Its dictionary or other value, and the bytes of its stream.
    value: bytes
    stream: bytes | None


def states(content: bytes, made: bytes) -> list[int]:
    """Return where each state behind a report's own bytes ends.

    Args:
        content: The file, which begins with the report.
        made: The report.

    Raises:
        OtherwiseError: One is not written by the book.
    """
    start = len(made)
    table = int(list(_START.finditer(made, max(0, start - 64)))[-1][1])
    below = _below(made, table)
    ends: list[int] = []
    while start < len(content):
        if len(ends) == _MOST_STATES:
            raise OtherwiseError(f"more than {_MOST_STATES} states of the file")
        start, below = _State(content, start).read(below)
        ends.append(start)
    return ends


class _Below(NamedTuple):
    """What a state stands on."""

    #: Where the table of the state before it is, and the number after the last.
    table: int
    size: int
    #: Numbers of the report's own objects that a signature may not write anew.
    kept: frozenset[int]


def _below(made: bytes, table: int) -> _Below:
    """Return what the first state behind a report stands on.

    A signer writes anew the catalogue, pages, and what the file says of itself.
    """
    with contents.opened(made) as document:
        size = int(document.trailer["/Size"])
        anew = {document.Root.objgen[0], document.trailer["/Info"].objgen[0]}
        anew |= {page.obj.objgen[0] for page in document.pages}
    return _Below(table, size, frozenset(range(size)) - anew)


class _State:
    """One state of the file, from its first object to its end."""

    def __init__(self, content: bytes, at: int) -> None:
        self._content = content
        self._start = at
        self._at = at

    def read(self, below: _Below) -> tuple[int, _Below]:
        """Return where it ends, and what the next state stands on.

        Args:
            below: What this one stands on.
        """
        objects = []
        self._skip()
        while one := self._object():
            objects.append(one)
            self._skip()
        table = _TABLE.match(self._content, self._at)
        if table:
            placed, trailer = self._table(table)
            at, known = table.start(), 4 + len(objects)
        elif objects:
            placed, trailer = _stream_of_places(objects[-1])
            at, known = objects[-1].start, 2 + len(objects)
        else:
            raise self._wrong()
        if any(map(_holds_others, objects if table else objects[:-1])):
            raise OtherwiseError("objects within another")
        start = _START.match(self._content, self._at)
        if start is None or int(start[1]) != at:
            raise self._wrong()
        self._at = start.end()
        written = sorted((one.number, one.start) for one in objects)
        if sorted(placed) != written or len(dict(placed)) != len(placed):
            raise OtherwiseError("objects that are not in the table, or twice")
        size = max(below.size, *(number + 1 for number, _ in placed), 0)
        if (
            trailer.get("/Prev") != below.table
            or trailer.get("/Size") != size
            or "/XRefStm" in trailer
        ):
            raise OtherwiseError("a trailer that leads elsewhere")
        if not below.kept.isdisjoint(dict(placed)):
            raise OtherwiseError("an object of the report written anew")
        if len(_LOST.findall(self._content, self._start, self._at)) != known:
            raise OtherwiseError("what looks like another object or table")
        return self._at, below._replace(table=at, size=size)

    def _wrong(self) -> OtherwiseError:
        return OtherwiseError(f"what is no object at byte {self._at:,}")

    def _skip(self) -> None:
        while self._content[self._at : self._at + 1] in {b"\t", b"\n", b"\r", b" "}:
            self._at += 1

    def _object(self) -> _Object | None:
        """Read an object, if one stands here."""
        found = _OBJECT.match(self._content, self._at)
        if found is None:
            return None
        self._at = found.end()
        value = self._value()
        if not value.startswith((b"<<", b"[")):
            raise OtherwiseError(f"a value by itself at byte {found.start():,}")
        stream = None
        if begins := _STREAM.match(self._content, self._at):
            stream = self._streamed(value, begins.end())
        elif self._content.startswith(b"endobj", self._at):
            self._at += len(b"endobj")
        else:
            raise self._wrong()
        return _Object(int(found[1]), found.start(), value, stream)

    def _value(self) -> bytes:
        """Read all that is written in tokens."""
        start = self._at
        while True:
            if self._content.startswith(b"(", self._at):
                self._text()
            elif token := _TOKEN.match(self._content, self._at):
                if token[0] == b"R" and not _REFERENCE.search(
                    self._content, max(start, self._at - 32), self._at
                ):
                    raise self._wrong()
                self._at = token.end()
            else:
                return self._content[start : self._at]

    def _text(self) -> None:
        """Read a string in parentheses, which may hold others."""
        depth = 0
        while True:
            sign = self._content[self._at : self._at + 1]
            depth += {b"(": 1, b")": -1}.get(sign, 0)
            self._at += 1
            if sign in {b"", b"\\"}:
                raise self._wrong()
            if not depth:
                return
            self._at = _TEXT.match(self._content, self._at).end()  # type: ignore[union-attr]  # it matches nothing too

    def _streamed(self, value: bytes, start: int) -> bytes:
        """Read a stream, whose length stands in its dictionary."""
        length = _dictionary(value).get("/Length")
        if not isinstance(length, int) or length < 0:
            raise self._wrong()
        end = _STREAM_END.match(self._content, start + length)
        if end is None:
            raise self._wrong()
        self._at = end.end()
        return self._content[start : start + length]

    def _table(
        self, table: re.Match[bytes]
    ) -> tuple[list[tuple[int, int]], pikepdf.Dictionary]:
        """Read a table and its trailer: where each object stands."""
        placed = []
        for section in _SECTION.finditer(table[1]):
            entries = _ENTRY.findall(section[3])
            if len(entries) != int(section[2]):
                raise self._wrong()
            for number, (at, generation, use) in enumerate(entries, int(section[1])):
                if (number, use) == (0, b"f"):
                    continue
                if use != b"n" or int(generation):
                    raise OtherwiseError("an object taken out")
                placed.append((number, int(at)))
        self._at = table.end()
        if not self._content.startswith(b"trailer", self._at):
            raise self._wrong()
        self._at += len(b"trailer")
        return placed, _dictionary(self._value())


def _holds_others(one: _Object) -> bool:
    """Say whether an object holds others, or says where they stand."""
    kinds = {pikepdf.Name.ObjStm, pikepdf.Name.XRef}
    return one.stream is not None and _dictionary(one.value).get("/Type") in kinds


def _dictionary(value: bytes) -> pikepdf.Dictionary:
    """Return a dictionary whose values stand in it.

    Raises:
        OtherwiseError: It is none.
    """
    try:
        found = pikepdf.Object.parse(re.sub(rb"\d+\s+0\s+R\b", b"null", value))
    except (pikepdf.PdfError, ValueError):
        found = None
    if not isinstance(found, pikepdf.Dictionary):
        raise OtherwiseError("what is no dictionary")
    return found


def _stream_of_places(one: _Object) -> tuple[list[tuple[int, int]], pikepdf.Dictionary]:
    """Read a table that is a stream: where each object stands."""
    trailer = _dictionary(one.value)
    wrong = OtherwiseError("a table that cannot be read")
    if trailer.get("/Type") != pikepdf.Name.XRef or one.stream is None:
        raise wrong
    content = one.stream
    if "/DecodeParms" in trailer:
        raise wrong
    if "/Filter" in trailer:
        if trailer["/Filter"] != pikepdf.Name.FlateDecode:
            raise wrong
        try:
            content = zlib.decompressobj().decompress(content, 2**20)
        except zlib.error:
            raise wrong from None
    try:
        widths = [int(width) for width in trailer["/W"]]
        whole = pikepdf.Array([0, trailer["/Size"]])
        index = [int(number) for number in trailer.get("/Index", whole)]
    except (KeyError, TypeError, ValueError):
        raise wrong from None
    numbers = [n for i in range(0, len(index) - 1, 2) for n in
               range(index[i], index[i] + min(index[i + 1], 2**20))]  # fmt: skip
    row = sum(widths)
    if len(widths) != 3 or min(widths) < 1 or row * len(numbers) != len(content):
        raise wrong
    cuts = [0, widths[0], widths[0] + widths[1], row]
    placed = []
    for i, number in enumerate(numbers):
        line = content[i * row : (i + 1) * row]
        kind, at, generation = (
            int.from_bytes(line[a:b], "big") for a, b in pairwise(cuts)
        )
        if (number, kind) == (0, 0):
            continue
        if kind != 1 or generation:
            raise OtherwiseError("an object taken out, or within another")
        placed.append((number, at))
    return placed, trailer
