"""Claims that cannot all be true, and what would settle them."""

from __future__ import annotations
