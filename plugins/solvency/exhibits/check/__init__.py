"""Tests of solvency, and what is owed to customers beside what is held."""

from __future__ import annotations
