"""Flows made of the rows of a subledger, and when it still names the same files."""

from __future__ import annotations

import pytest
from subledgers.rows_ledger import case_of
from subledgers.rows_ledger import flows
from subledgers.rows_ledger import written

from solvency.ledger.subledger import names_the_same

ROWS = [(1, 3, 7, "USD", 500)]


@pytest.fixture
def one(tmp_path):
    written(tmp_path / "rows" / "january.csv", ROWS)
    (tmp_path / "map.toml").write_text('[columns]\norder = "seq"\n')
    more = 'control: TRUE\n  mapping: "map.toml"'
    case = case_of(tmp_path, flows(ROWS), more=more)
    (one,) = case.subledgers
    assert names_the_same(one, case.path)
    return one


def test_rows_that_no_flow_carries_make_flows_that_do(tmp_path):
    written(tmp_path / "rows" / "january.csv", [*ROWS, (2, 3, 8, "USD", -125)])
    more = 'other: "Assets:Firm:Bank, Equity:Customers:Wealth"'
    case = case_of(tmp_path, "", more=more)
    (flow,) = case.flows
    # 5.00 came in and 1.25 went out: the firm owes 3.75, has it, and is owed nothing.
    assert {one.account: str(one.units) for one in flow.postings} == {
        "Liabilities:Firm:Customers": "-3.75",
        "Assets:Firm:Bank": "3.75",
        "Assets:Customers:Deposits:Firm": "3.75",
        "Equity:Customers:Wealth": "-3.75",
    }


def top(tmp_path):
    return str(tmp_path / "main.beancount")


def test_a_file_more_is_another_subledger(one, tmp_path):
    written(tmp_path / "rows" / "february.csv", ROWS)
    assert not names_the_same(one, top(tmp_path))


@pytest.mark.parametrize("gone", ["map.toml", "rows/january.csv"])
def test_a_file_that_is_gone_is_not_the_same(one, tmp_path, gone):
    (tmp_path / gone).unlink()
    assert not names_the_same(one, top(tmp_path))
