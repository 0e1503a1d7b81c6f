"""Rival explanations weighed by what was observed."""

from __future__ import annotations

from solvency.methods.weighing import Fit
from solvency.methods.weighing import Weighing
from solvency.methods.weighing import fit
from solvency.methods.weighing import weigh

__all__ = ["Fit", "Weighing", "fit", "weigh"]
