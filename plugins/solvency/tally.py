"""The distribution of a sum of uncertain, switchable losses."""

from __future__ import annotations

from solvency.methods.tally import Drawn
from solvency.methods.tally import Exact
from solvency.methods.tally import draw
from solvency.methods.tally import exact
from solvency.methods.tally import spread

__all__ = ["Drawn", "Exact", "draw", "exact", "spread"]
