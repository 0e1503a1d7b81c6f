"""Whose money paid for it, under five rules of tracing."""

from __future__ import annotations

from solvency.methods.tracing import Trace
from solvency.methods.tracing import interval
from solvency.methods.tracing import read
from solvency.methods.tracing import rising_tide
from solvency.methods.tracing import trace

__all__ = ["Trace", "interval", "read", "rising_tide", "trace"]
