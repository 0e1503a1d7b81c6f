"""What was read before, kept in the user's cache folder for the next time."""

from __future__ import annotations
