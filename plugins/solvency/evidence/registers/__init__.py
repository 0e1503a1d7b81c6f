"""Registers of a debtor: claims, a trial balance, a ledger, a record of trades."""

from __future__ import annotations
