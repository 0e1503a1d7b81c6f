"""Analyses: one module per question asked of the books."""

from __future__ import annotations
