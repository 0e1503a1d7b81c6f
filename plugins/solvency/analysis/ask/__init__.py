"""Questions that are put to the rows of a subledger, and answered in the engine."""

from __future__ import annotations
