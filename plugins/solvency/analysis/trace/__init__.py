"""Whose money paid for an outlay, under every tracing rule?"""

from __future__ import annotations
