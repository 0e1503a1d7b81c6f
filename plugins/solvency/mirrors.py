"""`plugin "solvency.mirrors"`: check that each claim has its mirror, alone."""

from __future__ import annotations

from solvency.ledger.standalone import mirrors

__plugins__ = ("mirrors",)
__all__ = ["mirrors"]
