"""Tests of solvency and segregation, as a case's `custom "invariant"` asks for them."""

from __future__ import annotations

from solvency.analysis.check.answer import Finding
from solvency.analysis.check.answer import Findings
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.check import evaluate
from solvency.analysis.check.check import solvency_states
from solvency.analysis.check.tests import TESTS
from solvency.analysis.check.tests import Test

__all__ = [
    "TESTS",
    "Finding",
    "Findings",
    "Outcome",
    "Test",
    "evaluate",
    "solvency_states",
]
