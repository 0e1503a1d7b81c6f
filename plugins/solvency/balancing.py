"""Least-squares balancing of claims that contradict one another."""

from __future__ import annotations

from solvency.analysis.balancing import Balanced
from solvency.analysis.balancing import balance

__all__ = ["Balanced", "balance"]
