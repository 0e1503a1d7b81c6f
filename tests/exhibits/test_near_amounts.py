"""Amounts near one another: paid but for a cent, and two that would print alike."""

from __future__ import annotations

from decimal import Decimal

import pytest

from solvency.exhibits.recover.estates import share_paid
from solvency.figures.figure import Figure
from solvency.figures.figure import told_apart
from solvency.figures.formats import Locale


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


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("2204000000", "2194000000", ("$2.204bn", "$2.194bn")),
        ("2300000000", "2194000000", ("$2.3bn", "$2.2bn")),
        ("2200000000", "2200000000", ("$2.2bn", "$2.2bn")),
        ("5.42", "5.41", ("$5.420", "$5.410")),
    ],
)
def test_two_amounts_that_would_print_alike_have_more_digits(one, other, said):
    two = [Figure(x, Decimal(x), "USD", prose=True) for x in (one, other)]
    locale = Locale()
    shown = told_apart(*two, locale), told_apart(*reversed(two), locale)
    assert tuple(x.text(locale) for x in shown) == said
