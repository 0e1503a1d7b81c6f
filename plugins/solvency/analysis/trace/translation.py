"""What was traced in the currency of the books, told in the reporting currency."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from dataclasses import is_dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.trace.shares import OutlayShares

if TYPE_CHECKING:
    from solvency.analysis.trace.answer import Following
    from solvency.model.book import Book

#: What of an answer holds amounts.
_AMOUNTS = ("outlays", "by_purpose", "deposits", "before", "untraced")


def translated(book: Book, found: Following) -> Following:
    """Return what was traced, at the closing rate where it is reported in another.

    What is traced in coins, or in another currency than that of the books, is told in
    its units.
    """
    case = book.case
    if found.commodity != case.home or case.home == case.currency:
        return found
    rate = book.prices.number(case.home, found.at)
    if rate is None:
        return found
    amounts = {name: _times(getattr(found, name), rate) for name in _AMOUNTS}
    return replace(found, currency=case.currency, **amounts)


def _times(value: Any, rate: Decimal) -> Any:
    """Multiply every amount within something."""
    if isinstance(value, Decimal):
        return value * rate
    if isinstance(value, OutlayShares):
        return value.times(rate)
    if isinstance(value, Mapping):
        return {key: _times(one, rate) for key, one in value.items()}
    if isinstance(value, tuple):
        each = (_times(one, rate) for one in value)
        return type(value)(*each) if hasattr(value, "_fields") else tuple(each)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                one.name: _times(getattr(value, one.name), rate)
                for one in fields(value)
            },
        )
    return value
