"""Numbers and answers as plain text and JSON."""

from __future__ import annotations

import datetime
import itertools
import json
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import fields
from dataclasses import is_dataclass
from decimal import Decimal
from json.encoder import encode_basestring
from typing import TYPE_CHECKING
from typing import Any

from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator


def plain(value: Decimal) -> str:
    """Write a number without exponent or needless zeros: stable text for JSON."""
    text = f"{written(value):f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def count(number: int, one: str, several: str = "") -> str:
    """Print a number of things: `1 flow`, `2,000 flows`."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def to_json(value: Any) -> Any:
    """Turn results into what `json` writes: amounts and dates as strings.

    An answer of an analysis is its fields by name.
    """
    # Most are words: what asks whether they are a mapping or a sequence takes longer.
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): to_json(item) for key, item in value.items()}
    if isinstance(value, frozenset | set):
        return sorted(to_json(item) for item in value)
    if hasattr(value, "_fields"):
        return to_json(fields_of(value))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [to_json(item) for item in value]
    return to_json(fields_of(value)) if is_dataclass(value) else value


def fields_of(answer: Any) -> dict[str, object]:
    """Return the fields of an answer, by name."""
    names = getattr(answer, "_fields", None) or [one.name for one in fields(answer)]
    return taken(answer, *names)


def taken(answer: object, *names: str, **others: str) -> dict[str, object]:
    """Return parts of an answer for its JSON document.

    Args:
        answer: What an analysis found.
        names: The parts that go by their own names.
        others: The names of the rest in the document, each with the part's own.
    """
    found = {name: getattr(answer, name) for name in names}
    return found | {name: getattr(answer, part) for name, part in others.items()}


def encoded(value: Any) -> Iterator[str]:
    """Yield what `to_json` returned as JSON with an indent of two.

    It says what `json.dump` says, in a fraction of the time.

    Yields:
        Pieces in order. A string of other letters than ASCII's is a piece by itself,
        as what shows it minds the direction of each.
    """
    pieces: list[str] = []
    _encode(value, "\n", pieces.append)
    for ascii_alone, run in itertools.groupby(pieces, str.isascii):
        if ascii_alone:
            yield "".join(run)
        else:
            yield from run


def _flat(value: Any, line: str) -> str | None:
    """Return what holds nothing that holds something, in one step; None for others."""
    if not value or not isinstance(value, dict | list):
        return None
    parts = value.values() if isinstance(value, dict) else value
    if any(one and isinstance(one, dict | list) for one in parts):
        return None
    inside = line + "  "
    text = json.dumps(value, ensure_ascii=False, separators=("," + inside, ": "))
    # Of other letters each string is a piece by itself.
    return text[0] + inside + text[1:-1] + line + text[-1] if text.isascii() else None


def _encode(value: Any, line: str, write: Callable[[str], None]) -> None:
    if isinstance(value, str):
        write(encode_basestring(value))
    elif (text := _flat(value, line)) is not None:
        write(text)
    elif isinstance(value, dict) and value:
        start, inside = "{", line + "  "
        for key, one in value.items():
            write(start + inside)
            write(encode_basestring(key))
            write(": ")
            _encode(one, inside, write)
            start = ","
        write(line + "}")
    elif isinstance(value, list) and value:
        start, inside = "[", line + "  "
        for one in value:
            write(start + inside)
            _encode(one, inside, write)
            start = ","
        write(line + "]")
    else:
        write("null" if value is None else json.dumps(value))
