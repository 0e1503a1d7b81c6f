"""The Fava extension: `custom "fava-extension" "solvency.browse"` in a ledger.

Fava takes every extension class it finds in this namespace for a page of its own, so
only the pages are named here.
"""

from __future__ import annotations

from solvency.browse.extension import EntityGraph
from solvency.browse.extension import EstateRecovery
from solvency.browse.extension import EvidenceLedger
from solvency.browse.extension import FundsFlow
from solvency.browse.extension import GroupBalance
from solvency.browse.extension import MoneyTracing
from solvency.browse.extension import PriceStress
from solvency.browse.extension import PrintedReport
from solvency.browse.extension import RivalHypotheses
from solvency.browse.extension import RivalScenarios
from solvency.browse.extension import SolvencyTests
from solvency.browse.extension import WhereItWent

__all__ = [
    "EntityGraph",
    "EstateRecovery",
    "EvidenceLedger",
    "FundsFlow",
    "GroupBalance",
    "MoneyTracing",
    "PriceStress",
    "PrintedReport",
    "RivalHypotheses",
    "RivalScenarios",
    "SolvencyTests",
    "WhereItWent",
]
