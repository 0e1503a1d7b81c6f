"""`solvency diff`: what changed between two versions of a case, and what follows."""

from __future__ import annotations
