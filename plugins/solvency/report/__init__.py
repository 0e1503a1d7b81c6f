"""Reports: figures, tables, pages and the PDF.

import solvency.report

solvency.report.write(case, case.book(), "case.pdf")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from solvency.figures.errors import ReportError as ReportError
    from solvency.report.making import Summary as Summary
    from solvency.report.making import build as build
    from solvency.report.making import write as write
    from solvency.report.pages import kinds as kinds

#: Public names and the modules that hold them, imported when first asked for: a page
#: on a screen asks for the words of a case alone.
_HOMES = {
    "ReportError": "solvency.figures.errors",
    "Summary": "solvency.report.making",
    "build": "solvency.report.making",
    "kinds": "solvency.report.pages",
    "write": "solvency.report.making",
}

__all__ = ["ReportError", "Summary", "build", "kinds", "write"]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(home), name)
