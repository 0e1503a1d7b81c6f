"""When a subledger that was read before still names the files that it named."""

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


def top(tmp_path):
    return str(tmp_path / "main.beancount")


def test_a_file_more_is_another_subledger(one, tmp_path):
    written(tmp_path / "rows" / "february.csv", ROWS)
    assert not names_the_same(one, top(tmp_path))


@pytest.mark.parametrize("gone", ["map.toml", "rows/january.csv"])
def test_a_file_that_is_gone_is_not_the_same(one, tmp_path, gone):
    (tmp_path / gone).unlink()
    assert not names_the_same(one, top(tmp_path))
