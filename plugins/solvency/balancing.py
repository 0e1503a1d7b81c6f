"""Least-squares balancing of claims that contradict one another."""

from __future__ import annotations

from solvency.methods.balancing import Balanced
from solvency.methods.balancing import balance

__all__ = ["Balanced", "balance"]
