"""How often one of many tests looks broken by chance, on the case itself."""

from __future__ import annotations

import json

import pytest
from analysis.check.each_case import ask
from analysis.check.small_books import Books
from analysis.check.small_books import deposit
from analysis.check.small_books import moved
from analysis.check.small_books import own
from click.testing import CliRunner
from scipy.stats import multivariate_normal
from scipy.stats import norm

from solvency.analysis.check.answer import Familywise
from solvency.cli import main

#: Of dollars 100 are left over and about 90 taken, more than 100 one time in twenty;
#: of coins 10 are left over and about 8 taken, more than 10 one time in four.
TWO = (
    ask("customer-assets")
    + deposit("2020-01-02", "Alice", "1000 USD")
    + deposit("2020-01-02", "Bob", "50 BTC")
    + own("Exchange", "100 USD", account="Custody")
    + own("Exchange", "10 BTC", account="Custody")
    + moved(
        "2020-01-03",
        "90 USD",
        "Assets:Exchange:Custody",
        "Assets:Exchange:House",
        keys="low: 81 USD;high: 100 USD",
    )
    + moved(
        "2020-01-04",
        "8 BTC",
        "Assets:Exchange:Custody",
        "Assets:Exchange:House",
        keys="low: 6 BTC;high: 10 BTC;interval: 0.5",
    )
    + '2020-01-01 price BTC 50 USD\n  source: "court"\n'
)


@pytest.fixture
def books(ledger):
    return Books(ledger)


@pytest.mark.parametrize("correlation", ["0", "0.5"])
def test_the_rate_is_that_of_either_breaking(books, correlation):
    text = TWO + f'2020-01-01 custom "correlation" "source" {correlation}\n'
    found = books.findings(text, draws=20_000)
    rho = float(correlation)
    neither = multivariate_normal([0, 0], [[1, rho], [rho, 1]]).cdf(
        [norm.ppf(0.95), norm.ppf(0.75)]
    )
    one = found.familywise
    assert one.tests == 2
    assert one.rate == pytest.approx(1 - neither, abs=0.012)
    assert one.most == pytest.approx(0.25, abs=0.012)


def test_a_test_that_is_broken_as_written_is_no_false_alarm(books):
    # Ten dollars more are taken for certain: none of the 100 are left, and one over.
    more = moved(
        "2020-01-05", "11 USD", "Assets:Exchange:Custody", "Assets:Exchange:House"
    )
    found = books.findings(TWO + more, draws=2_000)
    assert found.familywise.tests == 1
    assert found.familywise.rate == found.familywise.most


def test_the_rate_is_printed_beside_what_is_left_out(books):
    books.case(TWO)
    path = str(books.ledger.folder / "main.beancount")
    shown = CliRunner().invoke(main, ["check", path]).output
    shown = " ".join(shown.split())
    assert "what broke in fewer than 5% of them is left out" in shown
    assert "Tests that hold in the amounts as written, on all" in shown
    one = json.loads(CliRunner().invoke(main, ["check", "--json", path]).output)
    assert set(one["familywise"]) == {"tests", "days", "rate", "most"}


def test_where_nothing_is_drawn_there_is_no_rate(books):
    assert books.findings(TWO, draws=0).familywise is None


def test_one_day_is_said_of_one_day():
    assert "on the one day there is: 2." in str(Familywise(2, 1, 0.1, 0.1).told)
    assert "on all 3 days: 2." in str(Familywise(2, 3, 0.1, 0.1).told)
