"""Where money came from, where it went, and what is left."""

from __future__ import annotations
