"""What is missing between two rows of a statement, and whether something fills it."""

from __future__ import annotations
