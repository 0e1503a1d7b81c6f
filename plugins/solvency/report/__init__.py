"""Reports: figures, tables, pages and the PDF.

import solvency.report

solvency.report.write(case, case.book(), "case.pdf")
"""

from __future__ import annotations

from solvency.figures.errors import ReportError
from solvency.report.build import Summary
from solvency.report.build import build
from solvency.report.build import write
from solvency.report.pages import kinds

__all__ = ["ReportError", "Summary", "build", "kinds", "write"]
