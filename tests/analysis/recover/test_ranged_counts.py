"""What is paid where what was counted has a range, and counts lie in counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.analysis.recover.made_whole import afterwards
from solvency.analysis.recover.recover import recover
from solvency.model.counting.found import found

if TYPE_CHECKING:
    from solvency.analysis.recover.estate import Ends

BOOKS = """
option "title" "t"
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2020-01-01 custom "entity" "A" "A"
  role: "exchange"
  group: TRUE
2020-01-01 custom "entity" "B" "B"
  role: "fund"
  group: TRUE
2020-01-01 custom "entity" "Cust" "customers"
  role: "customers"
2020-01-01 custom "entity" "Boss" "boss"
  role: "insider"
2020-01-01 custom "source" "s" "src"
  grade: "A1"
2020-01-01 open Assets:A:Bank
2020-01-01 open Assets:B:Bank
2020-01-01 open Liabilities:A:Customers
  counterparty: "Cust"
  rank: "customer"
2020-01-01 open Assets:Cust:DepA
  counterparty: "A"
2020-01-01 open Liabilities:B:Lender
  counterparty: "Cust"
  rank: "unsecured"
2020-01-01 open Assets:Cust:DepB
  counterparty: "B"
2020-01-01 open Equity:Cust:Wealth
2020-02-01 * "x" "dep" ^s
  Equity:Cust:Wealth -100 USD
  Assets:A:Bank 100 USD
2020-02-02 * "x" "dep" ^s
  Equity:Cust:Wealth -100 USD
  Assets:B:Bank 100 USD
2020-03-01 event "petition" "A"
"""
WIDE = """
2020-03-01 custom "observation" Assets:A Assets:B 100 USD
  id: "W"
  source: "s"
  counted: TRUE
"""


def within(amount: str, ends: str) -> str:
    return f"""
2020-03-01 custom "observation" Assets:A {amount}
  id: "N"
  source: "s"
  counted: TRUE
{ends}
"""


@pytest.fixture
def book(tmp_path):
    def read(*counts: str):
        path = tmp_path / "main.beancount"
        path.write_text(BOOKS + "".join(counts))
        case = solvency.load(path)
        assert not case.errors
        return case.book()

    return read


def free(book) -> Ends:
    one = next(x for x in recover(book).statements if x.entity == "B")
    return next(line.worth for line in one.lines if line.kind == "free")


def test_a_count_in_a_wider_one_leaves_its_neighbour_less_where_it_finds_more(book):
    # Of 100 counted in both, A has 50, from 10 to 90: B has the other 50, 90 to 10.
    one = book(WIDE, within("50 USD", "  low: 10 USD\n  high: 90 USD"))
    assert free(one) == (10, 50, 90)
    least, most = [
        (line.held[0].least, line.held[0].most)
        for line in found(one.counts, one.case.reporting_date).lines
    ]
    # Either has 100 in the books.
    assert least == most == (10, 90)


def test_a_count_of_at_most_is_in_the_wider_one_as_it_finds_at_its_high_end(book):
    # At the high end A has 90 of the 100, and no 40 are found that nobody counted.
    one = book(WIDE, within("50 USD", "  high: 90 USD"))
    assert free(one).central == 50
    assert max(free(one)) <= 100


def test_what_only_a_high_end_finds_has_no_price_a_unit(book):
    # Nothing was counted, 5 at most: 5 over nothing is no worth of a unit.
    one = book(within("0 USD", "  high: 5 USD"))
    assert afterwards(one, recover(one)) == ()
