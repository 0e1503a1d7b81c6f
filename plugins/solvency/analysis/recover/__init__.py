"""Who gets what back: affairs, clearing, classes, transfers."""

from __future__ import annotations
