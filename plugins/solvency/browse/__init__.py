"""The Fava extension."""

from __future__ import annotations
