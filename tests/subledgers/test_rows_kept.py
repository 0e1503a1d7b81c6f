"""A case with rows in files: what is kept of it hangs on them too."""

from __future__ import annotations

from decimal import Decimal

import pytest
from rows_ledger import case_of
from rows_ledger import parquet

#: Two customers pay in 1.50 and 2.00.
ROWS = [(1, 3, 1, "USD", 150), (2, 4, 2, "USD", 200)]
MADE = "other: Assets:Firm:Bank"


@pytest.fixture(autouse=True)
def _kept(tmp_path, monkeypatch):
    monkeypatch.delenv("SOLVENCY_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def owed(case):
    return sum(
        (
            -posting.units
            for flow in case.flows
            for posting in flow.postings
            if posting.account == "Liabilities:Firm:Customers"
        ),
        Decimal(),
    )


def test_rows_that_changed_are_added_up_again(tmp_path):
    parquet(tmp_path / "rows/1.parquet", ROWS)
    assert owed(case_of(tmp_path, "", more=MADE)) == Decimal("3.50")
    kept = case_of(tmp_path, "", more=MADE)
    assert type(kept.entries).__name__ == "Deferred"
    assert owed(kept) == Decimal("3.50")
    parquet(tmp_path / "rows/1.parquet", [*ROWS, (3, 5, 1, "USD", 50)])
    assert owed(case_of(tmp_path, "", more=MADE)) == Decimal("4.00")


def test_another_file_of_the_same_pattern_is_seen(tmp_path):
    parquet(tmp_path / "rows/1.parquet", ROWS)
    assert len(case_of(tmp_path, "").subledgers[0].paths) == 1
    parquet(tmp_path / "rows/2.parquet", ROWS)
    again = case_of(tmp_path, "")
    assert len(again.subledgers[0].paths) == 2
    assert type(case_of(tmp_path, "").entries).__name__ == "Deferred"


def test_a_mapping_that_changed_is_read_again(tmp_path):
    parquet(tmp_path / "rows/1.parquet", ROWS)
    mapping = tmp_path / "map.toml"
    mapping.write_text('[columns]\norder = "seq"\n')
    more = 'mapping: "map.toml"\n  control: TRUE'
    first = case_of(tmp_path, "", more=more)
    assert not first.errors, first.errors
    mapping.write_text('[columns]\norder = "day"\nparty = "coin"\n')
    again = case_of(tmp_path, "", more=more)
    assert again.subledgers != first.subledgers or again.errors


def test_a_register_that_leads_elsewhere_is_seen(tmp_path):
    parquet(tmp_path / "rows/1.parquet", ROWS)
    for name in ("one", "two"):
        (tmp_path / f"{name}.csv").write_text("id\n1\n2\n")
    link = tmp_path / "register.csv"
    link.symlink_to(tmp_path / "one.csv")
    more = 'parties: "register.csv#id"\n  control: TRUE'
    assert (
        case_of(tmp_path, "", more=more)
        .subledgers[0]
        .layout.parties[0]
        .endswith("one.csv")
    )
    link.unlink()
    link.symlink_to(tmp_path / "two.csv")
    assert (
        case_of(tmp_path, "", more=more)
        .subledgers[0]
        .layout.parties[0]
        .endswith("two.csv")
    )
