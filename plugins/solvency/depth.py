"""What a thin token fetches, and when pledging it is explosive."""

from __future__ import annotations

from solvency.methods.fire_sale import breaking_price
from solvency.methods.fire_sale import ceiling
from solvency.methods.fire_sale import discount
from solvency.methods.fire_sale import explosive_since
from solvency.methods.fire_sale import gain
from solvency.methods.fire_sale import pool_proceeds
from solvency.methods.fire_sale import price_after
from solvency.methods.fire_sale import proceeds
from solvency.methods.fire_sale import sale_needed

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
