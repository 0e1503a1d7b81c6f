"""Beliefs in tables: none is printed as certain."""

from __future__ import annotations

from decimal import Decimal

import pytest

from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.beliefs import shown
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure


@pytest.mark.parametrize("value", ["0.995", "0.99998", "1"])
def test_a_belief_that_rounds_to_all_is_more_than_a_bound(value):
    cell = shown(bounded(Figure("belief:x:posterior", Decimal(value), SHARE)))
    sign, figure = cell
    assert (sign.strip(), figure.value) == (">", Decimal("0.99"))
    # It is another figure than the belief itself.
    assert figure.key != "belief:x:posterior"


def test_another_belief_stands_as_it_is():
    figure = Figure("belief:x:posterior", Decimal("0.994"), SHARE)
    assert shown(bounded(figure)) is figure
