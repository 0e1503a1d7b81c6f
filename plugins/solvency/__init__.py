"""Reconstruct the books of a collapsed group, and see what they say.

In a ledger, `plugin "solvency"` checks the case. In Python::

    import solvency

    case = solvency.load("main.beancount", scenario="mostly-spent")
    book = case.book()
    sheet = book.balance_sheet("FTX", case.reporting_date, basis="market")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from solvency.ledger.case import Case as Case
    from solvency.ledger.errors import CaseError as CaseError
    from solvency.ledger.load import load as load
    from solvency.model.book import Book as Book

__version__ = "0.2.0"

#: What beancount runs for `plugin "solvency"`.
__plugins__ = ("plugin",)

#: Public names and the modules that hold them, imported when first asked for.
_HOMES = {
    "Book": "solvency.model.book",
    "Case": "solvency.ledger.case",
    "CaseError": "solvency.ledger.errors",
    "load": "solvency.ledger.load",
    "plugin": "solvency.ledger.reading",
}

__all__ = ["Book", "Case", "CaseError", "load"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
