"""What a thin token fetches, and when pledging it is explosive."""

from __future__ import annotations

from solvency.methods.depth import breaking_price
from solvency.methods.depth import ceiling
from solvency.methods.depth import discount
from solvency.methods.depth import explosive_since
from solvency.methods.depth import gain
from solvency.methods.depth import pool_proceeds
from solvency.methods.depth import price_after
from solvency.methods.depth import proceeds
from solvency.methods.depth import sale_needed

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
