"""The Book, prices, balance sheets and consolidation."""

from __future__ import annotations
