"""Statements, ledgers and registers brought into a case, each row kept as evidence."""

from __future__ import annotations
