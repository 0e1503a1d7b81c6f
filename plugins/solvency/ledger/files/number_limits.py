"""Refuse numbers too long to be worked with exactly, each with its line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.wide import DIGITS
from solvency.wide import PLACES
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
    long = ""
    if isinstance(entry, data.Transaction):
        for posting in entry.postings:
            long = long or _long((posting.units, posting.cost, posting.price))
    elif isinstance(entry, data.Price | data.Balance):
        long = _long(entry.amount)
    elif isinstance(entry, data.Custom):
        long = _long(tuple(one.value for one in entry.values or ()))
    if long:
        _report(entry, f"a number has {long}", errors)
    return bool(long)


def _without_long_metadata(entry: data.Directive, errors: Errors) -> data.Directive:
    wrong = {key: long for key, value in entry.meta.items() if (long := _long(value))}
    if not wrong:
        return entry
    for key, long in wrong.items():
        _report(entry, f"the number of `{key}:` has {long}", errors)
    kept = {key: value for key, value in entry.meta.items() if key not in wrong}
    return entry._replace(meta=kept)


def _report(entry: data.Directive, wrong: str, errors: Errors) -> None:
    errors.add(
        "number",
        entry,
        wrong,
        f"Write at most {DIGITS} before it and {PLACES} after it; all of those are"
        " added up exactly",
    )


def _long(value: Any) -> str:
    """Say how much too long a number is, in a value that may hold one."""
    if isinstance(value, Decimal):
        before, after = width(value)
        if before > DIGITS:
            return f"{before} digits before its point"
        return f"{after} digits after its point" if after > PLACES else ""
    if isinstance(value, tuple):
        return next((long for one in value if (long := _long(one))), "")
    return ""
