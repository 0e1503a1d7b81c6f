"""Figures: numbers with what they rest on, tables of them, and both as text."""

from __future__ import annotations
