"""Rows by the million, kept in their files and summed exactly by an engine."""

from __future__ import annotations
