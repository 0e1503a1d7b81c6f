"""What a thin token fetches, and when pledging it is explosive."""

from __future__ import annotations

from solvency.analysis.depth import breaking_price
from solvency.analysis.depth import ceiling
from solvency.analysis.depth import discount
from solvency.analysis.depth import explosive_since
from solvency.analysis.depth import gain
from solvency.analysis.depth import pool_proceeds
from solvency.analysis.depth import price_after
from solvency.analysis.depth import proceeds
from solvency.analysis.depth import sale_needed

__all__ = [
    "breaking_price",
    "ceiling",
    "discount",
    "explosive_since",
    "gain",
    "pool_proceeds",
    "price_after",
    "proceeds",
    "sale_needed",
]
