"""Whose money paid for an outlay, under five rules of tracing?"""

from __future__ import annotations
