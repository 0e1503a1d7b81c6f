"""Shares of claims: what lacks a cent of rounding alone is paid in full."""

from __future__ import annotations

from decimal import Decimal

import pytest

from solvency.exhibits.recover.estates import share_paid


@pytest.mark.parametrize(
    ("paid", "claims", "share"),
    [
        ("10116799.994", "10116800", "1"),
        ("10116799.98", "10116800", "0.999999998"),
        # A cent of a few cents is much.
        ("0.04", "0.05", "0.8"),
        ("0", "5", "0"),
    ],
)
def test_a_cent_of_rounding_is_not_lacking(paid, claims, share):
    found = share_paid(Decimal(paid), Decimal(claims))
    assert found is not None
    assert round(found, 9) == Decimal(share)
