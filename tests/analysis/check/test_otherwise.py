"""Tests at half and at twice the spreads of grades."""

from __future__ import annotations

import datetime
import json

import pytest
from analysis.check.each_case import ask
from analysis.check.small_books import OPENING
from analysis.check.small_books import Books
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import moved
from click.testing import CliRunner

from solvency.cli import main

EXACT = "low: 1000 USD;high: 1000 USD"
#: Alice's 1,000 and 110 of the house's own are in custody for sure; about 100 are
#: taken on 3 January, and more than 110 would be short.
BOOKS = (
    ask("customer-assets")
    + deposit("2020-01-02", "Alice", "1000 USD", keys=EXACT)
    + flow(
        "2020-01-01",
        ("Assets:Exchange:Custody", "110 USD"),
        ("Equity:Exchange:Own", "-110 USD"),
        keys=EXACT.replace("1000", "110"),
    )
    + '2020-01-01 custom "spread" "A1" 0.2\n'
)
DAY = datetime.date(2020, 1, 3)


def taken(keys=""):
    """Return about 100 taken by the house."""
    return moved(
        "2020-01-03",
        "100 USD",
        "Assets:Exchange:Custody",
        "Assets:Exchange:House",
        keys=keys,
    )


@pytest.fixture
def books(ledger):
    return Books(ledger)


def test_a_grade_at_other_spreads(books):
    # Short where 100 exp(s |Z|) > 110 on the upper side, with s = ln(1 + r) / 1.645:
    # P(Z > 1.645 ln 1.1 / ln(1 + r)) is 0.05 at r = 0.1, P(Z > 0.860) = 0.195 at 0.2
    # and P(Z > 0.466) = 0.321 at 0.4.
    (one,) = books.findings(BOOKS + taken(), draws=20_000).tests
    half, twice = one.otherwise
    assert one.probability == pytest.approx(0.195, abs=0.01)
    assert half.probability == pytest.approx(0.05, abs=0.02)
    assert twice.probability == pytest.approx(0.321, abs=0.04)
    assert half.draws == twice.draws == 1_000
    assert half.least == half.most == twice.least == DAY


def test_a_range_of_its_own_stays(books):
    # One time in twenty more than 110, whatever the grades.
    keys = "low: 90 USD;high: 110 USD"
    (one,) = books.findings(BOOKS + taken(keys), draws=4_000).tests
    half, twice = one.otherwise
    assert one.probability == pytest.approx(0.05, abs=0.01)
    assert half == twice
    assert half.probability == one.probability
    assert half.draws == 4_000


def test_json_and_the_terminal_say_both(books):
    path = books.ledger.write(OPENING + BOOKS + taken())
    answer = CliRunner().invoke(main, ["check", "--json", "--draws", "500", str(path)])
    (one,) = json.loads(answer.stdout)["tests"]
    assert one["at_half"]["probability"] < one["probability"]
    assert one["at_twice"]["probability"] > one["probability"]
    day = DAY.isoformat()
    assert one["at_twice"]["first"] == {"least": day, "most": day}
    assert one["at_twice"]["draws"] == 500
    asked = ["check", "--draws", "500", str(path)]
    title = "Tests at half and at twice the spreads of grades"
    assert title in CliRunner().invoke(main, [*asked, "--spreads"]).stdout
    plain = CliRunner().invoke(main, asked).stdout
    assert title not in plain
    assert "solvency check --spreads" in plain


def test_the_terminal_offers_no_other_spreads_where_none_come_from_grades(books):
    keys = "low: 90 USD;high: 110 USD"
    path = books.ledger.write(OPENING + BOOKS + taken(keys))
    said = CliRunner().invoke(main, ["check", "--draws", "500", str(path)]).stdout
    assert "500 draws" in said
    assert "--spreads" not in said


def test_nothing_is_drawn_otherwise_where_nothing_is_drawn(books):
    (one,) = books.findings(BOOKS + taken(), draws=0).tests
    assert one.otherwise is None
    assert one.to_json()["at_half"] is None
