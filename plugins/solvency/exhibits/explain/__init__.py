"""What one thing of a case rests on, and what rests on it."""

from __future__ import annotations

from solvency.exhibits.explain.answer import Explanation
from solvency.exhibits.explain.answer import Share
from solvency.exhibits.explain.answer import Without
from solvency.exhibits.explain.explain import explain

__all__ = ["Explanation", "Share", "Without", "explain"]
