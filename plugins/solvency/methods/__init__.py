"""Methods: numbers in, numbers out; nothing here knows a ledger."""

from __future__ import annotations
