"""Refuse numbers too long to be worked with exactly, each with its line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.wide import DIGITS
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.ledger.errors import Errors


def within(entries: Iterable[data.Directive], errors: Errors) -> list[data.Directive]:
    """Return the directives whose numbers can be worked with, reporting the others.

    Args:
        entries: Directives, booked or not.
        errors: Where faults are added.

    Returns:
        The directives, without those with too long a number, and without metadata
        that has one.
    """
    return [
        _without_long_metadata(entry, errors)
        for entry in entries
        if not _refused(entry, errors)
    ]


def _refused(entry: data.Directive, errors: Errors) -> bool:
    """Report a directive with too long a number in it, outside its metadata."""
    long = None
    if isinstance(entry, data.Transaction):
        for posting in entry.postings:
            long = long or _long((posting.units, posting.cost, posting.price))
    elif isinstance(entry, data.Price | data.Balance):
        long = _long(entry.amount)
    elif isinstance(entry, data.Custom):
        long = _long(tuple(one.value for one in entry.values or ()))
    if long is None:
        return False
    _report(entry, long, errors)
    return True


def _without_long_metadata(entry: data.Directive, errors: Errors) -> data.Directive:
    wrong = {key: long for key, value in entry.meta.items() if (long := _long(value))}
    if not wrong:
        return entry
    for key, long in wrong.items():
        _report(entry, long, errors, f"`{key}:` has ")
    kept = {key: value for key, value in entry.meta.items() if key not in wrong}
    return entry._replace(meta=kept)


def _report(
    entry: data.Directive, digits: int, errors: Errors, where: str = ""
) -> None:
    errors.add(
        "digits",
        entry,
        f"{where}a number of {digits} digits before and after its point"
        if where
        else f"a number has {digits} digits before and after its point",
        f"Write one of at most {DIGITS}; all of those are added up exactly",
    )


def _long(value: Any) -> int | None:
    """Return how many digits too long a number has, in a value that may hold one."""
    if isinstance(value, Decimal):
        digits = sum(width(value))
        return digits if digits > DIGITS else None
    if isinstance(value, tuple):
        return next((long for one in value if (long := _long(one))), None)
    return None
