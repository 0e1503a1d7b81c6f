"""Rival explanations weighed by what was observed."""

from __future__ import annotations

from solvency.analysis.weighing import Fit
from solvency.analysis.weighing import Weighing
from solvency.analysis.weighing import fit
from solvency.analysis.weighing import weigh

__all__ = ["Fit", "Weighing", "fit", "weigh"]
