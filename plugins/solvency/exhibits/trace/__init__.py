"""Whose money outlays spent."""

from __future__ import annotations
