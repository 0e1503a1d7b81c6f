"""Whose money paid for it, under every rule of tracing."""

from __future__ import annotations

from solvency.analysis.tracing import Trace
from solvency.analysis.tracing import interval
from solvency.analysis.tracing import read
from solvency.analysis.tracing import rising_tide
from solvency.analysis.tracing import trace

__all__ = ["Trace", "interval", "read", "rising_tide", "trace"]
