"""Clearing payments in a network of debts."""

from __future__ import annotations

from solvency.analysis.clearing import Clearing
from solvency.analysis.clearing import clear

__all__ = ["Clearing", "clear"]
