"""A case with rows in files: what is kept of it hangs on them too."""

from __future__ import annotations

import os
import signal
from decimal import Decimal

import pytest
from rows_ledger import case_of
from rows_ledger import parquet
from rows_ledger import written

from solvency.ledger import subledger
from solvency.ledger import subledger_flows as made
from solvency.ledger.files import source
from solvency.subledgers import file_hash
from solvency.subledgers.errors import RowsError

#: Two customers pay in 1.50 and 2.00.
ROWS = [(1, 3, 1, "USD", 150), (2, 4, 2, "USD", 200)]
MADE = "other: Assets:Firm:Bank"


@pytest.fixture(autouse=True)
def _kept(tmp_path, monkeypatch):
    # These write a file and load it at once.
    monkeypatch.setattr(file_hash, "TICK", 0)
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


class TestChangedMeanwhile:
    """What is kept is of the bytes that were read, whoever changes a file meanwhile."""

    def test_a_mapping_is_hashed_as_it_was_read(self, tmp_path, monkeypatch):
        parquet(tmp_path / "rows/1.parquet", ROWS)
        mapping = tmp_path / "map.toml"
        mapping.write_text('sign = "owed"\n')
        more = MADE + '\n  mapping: "map.toml"'
        read = source.bytes_of

        def read_and_changed(path):
            content = read(path)
            if path.endswith(".toml"):
                mapping.write_text('sign = "held"\n')
            return content

        monkeypatch.setattr(subledger, "bytes_of", read_and_changed)
        assert owed(case_of(tmp_path, "", more=more)) == Decimal("3.50")
        monkeypatch.undo()
        # By the mapping as it stands now, rows are held: the debt is an asset.
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        assert owed(case_of(tmp_path, "", more=more)) == Decimal("-3.50")

    @pytest.mark.parametrize("way", ["after", "in place", "another", "its folder"])
    def test_rows_that_change_are_not_kept(self, tmp_path, monkeypatch, way):
        rows, other = tmp_path / "rows/1.csv", tmp_path / "other/1.csv"
        written(rows, ROWS)
        written(other, [(1, 3, 1, "USD", 900)])
        true, false = rows.read_bytes(), other.read_bytes()
        opened = made.Rows

        def read_meanwhile(*asked):
            """Read rows; what is read or what is left is another's."""
            if way == "after":
                found = opened(*asked)
                found.totals()
                rows.write_bytes(false)
                return found
            if way == "in place":
                rows.write_bytes(false)
            else:
                mine = rows if way == "another" else rows.parent
                others = other if way == "another" else other.parent
                mine.rename(tmp_path / "aside")
                others.rename(mine)
            found = opened(*asked)
            found.totals()
            if way == "in place":
                rows.write_bytes(true)
            else:
                mine.rename(others)
                (tmp_path / "aside").rename(mine)
            return found

        monkeypatch.setattr(made, "Rows", read_meanwhile)
        first = owed(case_of(tmp_path, "", more=MADE))
        assert first == (Decimal("3.50") if way == "after" else Decimal("9.00"))
        monkeypatch.setattr(made, "Rows", opened)
        assert owed(case_of(tmp_path, "", more=MADE)) == (
            Decimal("9.00") if way == "after" else Decimal("3.50")
        )

    def test_rows_that_were_just_written_are_not_kept(self, tmp_path, monkeypatch):
        # A second change within one tick of the clock would bear the same time.
        monkeypatch.setattr(file_hash, "TICK", 10**12)
        parquet(tmp_path / "rows/1.parquet", ROWS)
        case_of(tmp_path, "", more=MADE)
        again = case_of(tmp_path, "", more=MADE)
        assert type(again.entries).__name__ != "Deferred"

    def test_a_manifest_is_of_what_was_read(self, tmp_path):
        rows = tmp_path / "rows/1.csv"
        written(rows, ROWS)
        (one,) = case_of(tmp_path, "").subledgers
        with made.rows_of(one) as opened:
            opened.totals()
            written(rows, [(1, 3, 1, "USD", 900)])
            with pytest.raises(
                RowsError, match=r"1\.csv has changed while it was read"
            ):
                opened.manifest(str(tmp_path))

    def test_a_pipe_keeps_nobody_waiting(self, tmp_path):
        path = tmp_path / "pipe"
        os.mkfifo(path)
        signal.alarm(20)
        with pytest.raises(OSError, match="no regular file"):
            file_hash.opened(str(path))
        signal.alarm(0)
