"""Rows of CSV become one sorted Parquet file that says the same, whole or not."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import tempfile
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from rows_ledger import case_of
from rows_ledger import flows
from rows_ledger import written

from solvency.cli import main
from solvency.subledgers.errors import RowsError
from solvency.subledgers.staging import Staged
from solvency.writing import NotWrittenError

HEAD = "seq,day,party,coin,amount,memo\n"
SCALE = "scale = 2\n"
COLUMNS = """
[columns]
party = "party"
commodity = "coin"
units = "amount"
order = "seq"
"""


def imported(folder, text, *args, mapping=SCALE, status=0):
    """Import rows, of one file or several, and return what the command printed."""
    files = text if isinstance(text, dict) else {"a.csv": HEAD + text}
    for name, content in files.items():
        (folder / name).write_text(content, "utf-8")
    (folder / "map.toml").write_text(mapping + COLUMNS, "utf-8")
    ran = CliRunner().invoke(
        main,
        [
            "import",
            "--rows",
            *(str(folder / name) for name in files),
            "--map",
            str(folder / "map.toml"),
            "-o",
            str(folder / "rows"),
            *args,
        ],
    )
    assert ran.exit_code == status, ran.output
    return ran.output


def rows_in(folder):
    """Return the rows that were written, and the types of their columns."""
    path = folder / "rows" / "rows.parquet"
    kinds = duckdb.sql(f"DESCRIBE FROM '{path}'").fetchall()
    return duckdb.sql(f"FROM '{path}'").fetchall(), {one[0]: one[1] for one in kinds}


def test_types_are_exact_and_rows_sorted(tmp_path):
    imported(
        tmp_path,
        "3,2022-01-04,10,USD,-250.01,b\n"
        "2,2022-01-03,9,BTC,2.5,\n"
        '1,2022-01-03,10,USD,1000,"a, b"\n',
    )
    rows, kinds = rows_in(tmp_path)
    assert [(row[0], row[2], row[4], row[5]) for row in rows] == [
        (1, 10, 1000_00, "a, b"),
        (2, 9, 2_50, None),
        (3, 10, -250_01, "b"),
    ]
    assert kinds == {
        "seq": "BIGINT",
        "day": "DATE",
        "party": "BIGINT",
        "coin": "VARCHAR",
        "amount": "BIGINT",
        "memo": "VARCHAR",
    }


def test_the_manifest_has_each_file_with_size_hash_and_rows(tmp_path):
    said = imported(
        tmp_path,
        {
            "a.csv": HEAD + "1,2022-01-03,7,USD,1.00,\n2,2022-01-03,7,USD,1.00,\n",
            # The same columns in another order.
            "b.csv": "amount,seq,day,party,coin,memo\n5.00,3,2022-01-03,7,USD,\n",
        },
        "--json",
    )
    found = json.loads(said)
    assert found.pop("rejects") == []
    manifest = json.loads((tmp_path / "rows" / "manifest.json").read_text("utf-8"))
    assert found == manifest
    assert [(one["path"], one["rows"]) for one in found["sources"]] == [
        ("../a.csv", 2),
        ("../b.csv", 1),
    ]
    (file,) = found["files"]
    assert (file["path"], file["rows"]) == ("rows.parquet", 3)
    for one in [*found["files"], *found["sources"]]:
        content = (tmp_path / "rows" / one["path"]).read_bytes()
        assert one["size"] == len(content)
        assert one["sha256"] == hashlib.sha256(content).hexdigest()


def test_each_coin_has_its_own_smallest_unit(tmp_path):
    imported(
        tmp_path,
        "1,2022-01-03,7,USD,1.5,\n2,2022-01-03,7,BTC,0.00000001,\n",
        mapping="[scales]\nUSD = 2\nBTC = 8\n",
    )
    rows, kinds = rows_in(tmp_path)
    assert [row[4] for row in rows] == [150, 1]
    assert kinds["amount"] == "BIGINT"


@pytest.mark.parametrize(
    ("amounts", "mapping", "kind", "found"),
    [
        # No scale is declared: as many places as there are.
        (["1.5", "0.125"], "", "DECIMAL(18,3)", ["1.500", "0.125"]),
        # One coin has no scale of its own.
        (["1.5", "2"], "[scales]\nBTC = 8\n", "DECIMAL(18,8)", ["1.5", "2"]),
        # 10^17 in hundredths has 20 digits, more than 64 bits hold.
        (
            ["-100000000000000000.01", "0.10"],
            SCALE,
            "DECIMAL(38,2)",
            ["-100000000000000000.01", "0.10"],
        ),
        # Text of smallest units: 100 is 1.00.
        (["100", "-5"], "smallest-units = true\nscale = 2\n", "BIGINT", ["100", "-5"]),
    ],
)
def test_amounts_are_integers_where_declared_and_decimal_otherwise(
    tmp_path, amounts, mapping, kind, found
):
    lines = [f"{n},2022-01-03,7,USD,{amount},\n" for n, amount in enumerate(amounts, 1)]
    imported(tmp_path, "".join(lines), mapping=mapping)
    rows, kinds = rows_in(tmp_path)
    assert kinds["amount"] == kind
    assert [row[4] for row in rows] == list(map(Decimal, found))


BAD = (
    '1,2022-01-03,7,USD,1.00,"two\nlines"\n'
    "2,2022-01-03,8\n"
    "3,2022-01-03,8,USD,1.005,\n"
    "4,2022-01-03,8,USD,1.00,more,cells\n"
    "5,2022-02-31,8,USD,1.00,\n"
    "6,2022-01-03,8,USD,1e3,\n"
    "\n"
    "x7,2022-01-04,,USD,1.00,\n"
    "8,2022-01-04,9,USD,0.50,\n"
)
#: Line 1 is the head, and the cell of row 1 takes lines 2 and 3.
BAD_LINES = [4, 5, 6, 7, 8, 10]


def test_lines_that_cannot_be_read_are_named_and_nothing_is_written(tmp_path):
    said = imported(tmp_path, BAD, status=2)
    for line in BAD_LINES:
        assert f"a.csv: line {line}: " in said
    assert "line 5: amount is '1.005', and should be an amount" in said
    assert "line 7: day is '2022-02-31'" in said
    assert "line 10: party is empty" in said
    assert "6 lines cannot be read, and nothing is written" in said
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "map.toml"}


def test_lines_that_cannot_be_read_may_be_left_out_and_listed(tmp_path):
    rejects = tmp_path / "rejects.csv"
    said = json.loads(imported(tmp_path, BAD, "--rejects", str(rejects), "--json"))
    with rejects.open(encoding="utf-8") as file:
        listed = [int(one["line"]) for one in csv.DictReader(file)]
    assert listed == BAD_LINES == [one["line"] for one in said["rejects"]]
    (source,) = said["sources"]
    assert (source["rows"], source["rejected"]) == (2, 6)
    assert [row[4] for row in rows_in(tmp_path)[0]] == [1_00, 50]


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path):
    imported(tmp_path, "1,2022-01-03,7,USD,1.00,\n")
    before = (tmp_path / "rows" / "rows.parquet").read_bytes()
    said = imported(tmp_path, "1,2022-01-03,7,USD,2.00,\n", status=2)
    assert "is there already" in said
    assert (tmp_path / "rows" / "rows.parquet").read_bytes() == before


def test_what_fails_on_its_way_leaves_nothing(tmp_path, monkeypatch):
    def full(*_):
        raise RowsError("the disk is full")

    monkeypatch.setattr(Staged, "_compare", full)
    said = imported(tmp_path, "1,2022-01-03,7,USD,1.00,\n", status=2)
    assert "the disk is full" in said
    assert {one.name for one in tmp_path.iterdir()} == {"a.csv", "map.toml"}


def test_a_dry_run_reads_all_and_writes_nothing(tmp_path):
    said = imported(tmp_path, "1,2022-01-03,7,USD,1.00,\n", "--dry-run")
    assert "1 row would be written, units as integers of the smallest unit" in said
    assert not (tmp_path / "rows").exists()
    # Nor does a folder of that name stand in the way.
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "kept").touch()
    imported(tmp_path, "1,2022-01-03,7,USD,1.00,\n", "--dry-run")


def test_the_list_of_rejects_replaces_no_file(tmp_path):
    # As a shell writes `--rejects *.csv`: the first input stands in its place.
    kept = tmp_path / "2021.csv"
    kept.write_text("evidence")
    row = "1,2022-01-03,7,USD,1.00,\n"
    said = imported(tmp_path, row, "--rejects", str(kept), status=2)
    assert "2021.csv is there already, and may be evidence" in said
    assert kept.read_text() == "evidence"
    assert not (tmp_path / "rows").exists()


def test_rows_without_their_list_of_rejects_are_not_written(tmp_path, monkeypatch):
    def full(*_):
        raise NotWrittenError("the disk is full")

    monkeypatch.setattr("solvency.cli.import_rows.write_whole", full)
    said = imported(tmp_path, BAD, "--rejects", str(tmp_path / "r.csv"), status=2)
    assert "the disk is full" in said
    assert not (tmp_path / "rows").exists()


def test_a_file_named_twice_is_taken_once(tmp_path):
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    row = "1,2022-01-03,7,USD,1.00,\n"
    said = imported(tmp_path, row, str(tmp_path / "b.csv"), status=2)
    assert "b.csv is named twice" in said


ROWS = st.lists(
    st.tuples(
        st.integers(1, 28),
        st.integers(1, 12),
        st.sampled_from(["USD", "BTC"]),
        st.integers(-(10**9), 10**9).filter(bool),
    ),
    min_size=1,
    max_size=12,
).map(lambda found: [(n, *one) for n, one in enumerate(found, 1)])


@settings(max_examples=10)
@given(ROWS, st.randoms(use_true_random=False))
def test_how_rows_are_split_and_ordered_changes_no_byte(rows, random):
    found, asked = set(), set()
    for way in ("one", "split", "packed", "csv"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            mixed = random.sample(rows, len(rows))
            parts = [mixed[:1], mixed[1:]] if way == "split" else [mixed]
            files = []
            for number, part in enumerate(parts):
                if part:
                    files.append(folder / "csv" / f"{number}.csv")
                    written(files[-1], part)
            if way == "packed":
                packed = files[0].with_suffix(".csv.gz")
                packed.write_bytes(gzip.compress(files[0].read_bytes()))
                files = [packed]
            (folder / "map.toml").write_text(SCALE + COLUMNS, "utf-8")
            more = 'control: TRUE\n  mapping: "map.toml"'
            if way == "csv":
                case = case_of(folder, flows(rows), "csv/*.csv", more)
            else:
                ran = CliRunner().invoke(
                    main,
                    [
                        *("import", "--rows", *map(str, files)),
                        *("--map", str(folder / "map.toml")),
                        *("-o", str(folder / "rows")),
                    ],
                )
                assert ran.exit_code == 0, ran.output
                content = (folder / "rows" / "rows.parquet").read_bytes()
                found.add(hashlib.sha256(content).hexdigest())
                case = case_of(folder, flows(rows), "rows/*.parquet", more)
            tied = CliRunner().invoke(main, ["tie", case.path])
            assert tied.exit_code == 0, tied.output
            asked.add(
                CliRunner()
                .invoke(
                    main,
                    ["ask", "distribution", "--pot", "100.01", "--csv", case.path],
                )
                .output
            )
    assert len(found) == 1
    assert len(asked) == 1
