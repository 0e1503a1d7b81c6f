"""Tests of solvency and segregation, as a case's `custom "invariant"` asks for them."""

from __future__ import annotations

from solvency.analysis.invariants.evaluate import DRAWS
from solvency.analysis.invariants.evaluate import SEED
from solvency.analysis.invariants.evaluate import TESTS
from solvency.analysis.invariants.evaluate import evaluate
from solvency.analysis.invariants.evaluate import solvency_states
from solvency.analysis.invariants.findings import Finding
from solvency.analysis.invariants.findings import Findings

__all__ = [
    "DRAWS",
    "SEED",
    "TESTS",
    "Finding",
    "Findings",
    "evaluate",
    "solvency_states",
]
