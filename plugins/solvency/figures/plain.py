"""Numbers and answers as plain text and JSON."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import fields
from dataclasses import is_dataclass
from decimal import Decimal
from typing import Any

from solvency.wide import written


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
