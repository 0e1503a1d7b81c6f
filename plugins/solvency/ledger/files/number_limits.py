"""Refuse numbers too long to be worked with exactly, each with its line."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.wide import DIGITS
from solvency.wide import LONG
from solvency.wide import PLACES
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.ledger.errors import Errors


def within(
    entries: Iterable[data.Directive], errors: Errors, *, parsed: bool = False
) -> list[data.Directive]:
    """Return the directives whose numbers can be worked with, reporting the others.

    Args:
        entries: Directives, booked or not.
        errors: Where faults are added.
        parsed: Our parser has refused what the ledger itself writes too long, and
            gives quotients more places than are written.

    Returns:
        The directives, without those with too long a number, and without metadata
        that has one.
    """
    places = PLACES + LONG.prec if parsed else PLACES
    return [
        _without_long_metadata(entry, errors, places)
        for entry in entries
        if not _refused(entry, errors, places)
    ]


def _refused(entry: data.Directive, errors: Errors, places: int) -> bool:
    """Report a directive with too long a number in it, outside its metadata."""
    long = ""
    if isinstance(entry, data.Transaction):
        for posting in entry.postings:
            long = long or _long((posting.units, posting.cost, posting.price), places)
    elif isinstance(entry, data.Price | data.Balance):
        long = _long(entry.amount, places)
    elif isinstance(entry, data.Custom):
        long = _long(tuple(one.value for one in entry.values or ()), places)
    if long:
        _report(entry, f"a number has {long}", errors)
    return bool(long)


def _without_long_metadata(
    entry: data.Directive, errors: Errors, places: int
) -> data.Directive:
    wrong = {
        key: long for key, value in entry.meta.items() if (long := _long(value, places))
    }
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


def _long(value: Any, places: int) -> str:
    """Say how much too long a number is, in a value that may hold one."""
    if isinstance(value, Decimal):
        before, after = width(value)
        if before > DIGITS:
            return f"{before} digits before its point"
        return f"{after} digits after its point" if after > places else ""
    if isinstance(value, tuple):
        return next((long for one in value if (long := _long(one, places))), "")
    return ""
