"""Beliefs as printed: none is printed as certain."""

from __future__ import annotations

from decimal import Decimal

import pytest

from solvency.exhibits.weigh.beliefs import bounded
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.formats import Locale

_KEY = "belief:x:posterior"


@pytest.mark.parametrize("value", ["0.995", "0.99998", "1"])
def test_a_belief_that_rounds_to_all_is_printed_as_more_than_a_bound(value):
    figure = bounded(Figure(_KEY, Decimal(value), SHARE))
    assert figure.text(Locale()) == ">\N{NO-BREAK SPACE}99%"
    # It is the belief itself all the same.
    assert (figure.key, figure.value) == (_KEY, Decimal(value))


def test_what_is_worked_out_from_it_has_no_bound():
    figure = bounded(Figure(_KEY, Decimal(1), SHARE))
    other = Figure("belief:y:posterior", Decimal("0.5"), SHARE)
    for one in (figure - other, -figure):
        assert (one.sign, one.limit) == ("", None)


def test_another_belief_stands_as_it_is():
    figure = Figure(_KEY, Decimal("0.994"), SHARE)
    assert bounded(figure) is figure
