"""Ledgers that are good but for some bytes or lines."""

from __future__ import annotations

import re

from hypothesis import strategies as st
from ledger_grammar import ODD

BYTES = (
    *(
        b"\x00",
        b"\x07",
        b"\x1b",
        b"\xff",
        b"\xfe\xff",
        b"\xef\xbb\xbf",
        b"\xe2\x80\xae",
    ),
    *(b'"', b"\n", b"\r", b"\t", b"  ", b"-", b"0", b"9" * 30, b"{", b"}", b"@", b"/"),
    *(b"#", b"^", b";", b":", b",", b"*", b"!", b"(", b"\xf0\x9f\x92\xa5", b"\\"),
)


@st.composite
def mutated(draw, text):
    """Draw a ledger's bytes with one to six changes."""
    data = text
    for _ in range(draw(st.integers(1, 6))):
        change = draw(st.sampled_from((_bytes, _cut, _line, _twice, _value, _swap)))
        data = change(draw, data)
    return data


def _at(draw, size):
    return draw(st.integers(0, max(0, size - 1)))


def _bytes(draw, data):
    at = _at(draw, len(data))
    over = draw(st.integers(0, 2))
    return data[:at] + draw(st.sampled_from(BYTES)) + data[at + over :]


def _cut(draw, data):
    at = _at(draw, len(data))
    return data[:at] + data[at + draw(st.integers(1, 40)) :]


def _line(draw, data):
    """Leave a line out."""
    lines = data.splitlines(keepends=True)
    at = _at(draw, len(lines))
    return b"".join(lines[:at] + lines[at + 1 :])


def _twice(draw, data):
    """Write some lines again, elsewhere."""
    lines = data.splitlines(keepends=True)
    at, to = _at(draw, len(lines)), _at(draw, len(lines))
    some = lines[at : at + draw(st.integers(1, 8))]
    return b"".join(lines[:to] + some + lines[to:])


def _value(draw, data):
    """Put something odd in place of what a key, or a number, says."""
    found = list(re.finditer(rb"(?<=: )[^\s;][^\n;]*|-?\d[\d,.]*", data))
    if not found:
        return data
    one = found[_at(draw, len(found))]
    odd = draw(st.sampled_from(ODD)).encode()
    return data[: one.start()] + odd + data[one.end() :]


def _swap(draw, data):
    """Put one word of the ledger in place of another."""
    found = list(re.finditer(rb"\S+", data))
    if len(found) < 2:
        return data
    one, other = found[_at(draw, len(found))], found[_at(draw, len(found))]
    return data[: one.start()] + other.group() + data[one.end() :]
