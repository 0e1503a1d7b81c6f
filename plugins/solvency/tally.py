"""The distribution of a sum of uncertain, switchable losses."""

from __future__ import annotations

from solvency.analysis.tally import Drawn
from solvency.analysis.tally import Exact
from solvency.analysis.tally import draw
from solvency.analysis.tally import exact
from solvency.analysis.tally import spread

__all__ = ["Drawn", "Exact", "draw", "exact", "spread"]
