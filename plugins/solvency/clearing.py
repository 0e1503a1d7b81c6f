"""Clearing payments in a network of debts."""

from __future__ import annotations

from solvency.methods.clearing import Clearing
from solvency.methods.clearing import clear

__all__ = ["Clearing", "clear"]
