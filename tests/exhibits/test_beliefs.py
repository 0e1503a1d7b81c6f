"""Beliefs as printed: none is printed as certain."""

from __future__ import annotations

from decimal import Decimal
from types import SimpleNamespace

import pytest

import solvency
from solvency.exhibits.setting import of_answers
from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.section import something_else
from solvency.figures.chances import belief
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.formats import Locale

_KEY = "belief:x:posterior"


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.9901", ">99%"), ("0.99998", ">99%"), ("1", ">99%"), ("0.000075", "<1%")],
)
def test_a_belief_near_none_or_all_is_printed_as_beyond_a_bound(value, text):
    figure = bounded(Figure(_KEY, Decimal(value), SHARE))
    # On paper as on a page.
    assert figure.text(Locale()) == belief(Decimal(value)) == text
    # It is the belief itself all the same.
    assert (figure.key, figure.value) == (_KEY, Decimal(value))


def test_what_is_worked_out_from_it_has_no_bound():
    figure = bounded(Figure(_KEY, Decimal(1), SHARE))
    other = Figure("belief:y:posterior", Decimal("0.5"), SHARE)
    for one in (figure - other, -figure):
        assert (one.sign, one.limit) == ("", None)


@pytest.mark.parametrize("value", ["0.99", "0.5", "0.01", "0"])
def test_another_belief_stands_as_it_is(value):
    figure = Figure(_KEY, Decimal(value), SHARE)
    assert bounded(figure) is figure


@pytest.mark.parametrize("value", [0.99999, 0.99999999, 1.0])
def test_something_else_is_never_believed_wholly(value):
    found = SimpleNamespace(
        alternative=(0.1, 0.5), fit=SimpleNamespace(something_else=value)
    )
    book = solvency.load("ledgers/harbour/main.beancount").book()
    setting = of_answers(book, book.case.reporting_date)
    both = something_else(setting, found)
    assert both is not None
    assert both[1].text(Locale()) == ">99%"
