"""Rows are tied to their control account to the last unit, whatever holds them."""

from __future__ import annotations

import itertools
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
from rows_ledger import parquet
from rows_ledger import written

from solvency.analysis.tie.tie import tie
from solvency.cli import main
from solvency.ledger.fingerprint import lines
from solvency.subledgers import numbering
from solvency.subledgers import unknown_parties as register
from solvency.subledgers.errors import RowsError

ROWS = [
    (1, 3, 7, "USD", 1_000_00),
    (2, 3, 8, "BTC", 2_50),
    (3, 4, 7, "USD", -250_01),
    (4, 5, 9, "USD", 10_00),
]


def tied(*args):
    ran = CliRunner().invoke(main, ["tie", "--json", *map(str, args)])
    return ran.exit_code, json.loads(ran.output)


def test_rows_that_the_flows_carry_tie(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    case = case_of(tmp_path, flows(ROWS))
    assert not case.errors
    status, found = tied(case.path)
    assert status == 0
    assert (found["rows"], found["parties"], found["days"]) == (4, 3, 3)
    for kind in ("differences", "gaps", "duplicates", "unknown", "before", "after"):
        assert found[kind] == []
    assert found["engine"].startswith("duckdb ")


def test_a_difference_names_day_commodity_and_both_amounts(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    # The ledger has the withdrawal of the 4th short by a cent: -250.00, not -250.01.
    short = [*ROWS[:2], (3, 4, 7, "USD", -250_00), ROWS[3]]
    status, found = tied(case_of(tmp_path, flows(short)).path)
    assert status == 1
    assert found["differences"] == [
        {
            "account": "Liabilities:Firm:Customers",
            "day": "2022-01-04",
            "commodity": "USD",
            "rows": "-250.01",
            "ledger": "-250",
            "difference": "-0.01",
            "row_count": 1,
        }
    ]


def test_a_duplicate_does_not_hide_a_gap(tmp_path):
    # Numbers 1, 2, 2, 4: four rows from 1 to 4, and yet 3 is missing.
    rows = [ROWS[0], ROWS[1], (2, 3, 8, "BTC", 1), (4, 5, 9, "USD", 10_00)]
    parquet(tmp_path / "rows" / "a.parquet", rows)
    status, found = tied(case_of(tmp_path, flows(rows)).path)
    assert status == 1
    assert [(one["after"], one["before"]) for one in found["gaps"]] == [(2, 4)]
    assert [(one["key"], one["rows"]) for one in found["duplicates"]] == [(["2"], 2)]
    assert found["duplicates"][0]["places"] == [
        {"file": "rows/a.parquet", "row": 2},
        {"file": "rows/a.parquet", "row": 3},
    ]


#: Row 2 stands three times and row 5 twice; 4 is missing. Row 3 is of another coin.
DOUBLED = [
    (1, 3, 7, "USD", 5),
    (2, 3, 8, "USD", 1),
    (2, 3, 8, "USD", 1),
    (2, 3, 8, "USD", 1),
    (3, 3, 8, "BTC", 1),
    (5, 5, 9, "USD", 2),
    (5, 5, 9, "USD", 2),
]


@pytest.mark.parametrize(
    "sizes",
    [
        {},
        {"_WINDOW": 2},
        {"_STRETCH": 2, "_STEP": 1},
        {"_WINDOW": 8, "_STRETCH": 3, "_STEP": 2},
        {"_STEP": 2},
        {"_STEP": 2, "_FEW": 0},
        {"_WINDOW": 2, "_MOST_WINDOWS": 1},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("unique", "keys"),
    [
        ('["seq"]', [["2"], ["5"]]),
        ('["party", "seq"]', [["8", "2"], ["9", "5"]]),
        (
            '["day", "party", "coin"]',
            [["2022-01-03", "8", "USD"], ["2022-01-05", "9", "USD"]],
        ),
    ],
)
def test_duplicates_are_found_part_by_part(tmp_path, monkeypatch, sizes, unique, keys):
    for name, size in sizes.items():
        monkeypatch.setattr(numbering, name, size)
    parquet(tmp_path / "rows" / "a.parquet", DOUBLED)
    (tmp_path / "map.toml").write_text(f"unique = {unique}\ngapless = true\n")
    more = 'control: TRUE\n  mapping: "map.toml"'
    case = case_of(tmp_path, flows(DOUBLED), more=more)
    (found,) = tie(case).checked
    assert [list(one.key) for one in found.duplicates] == keys
    assert [one.rows for one in found.duplicates] == [3, 2]
    assert [[place.row for place in one.places] for one in found.duplicates] == [
        [2, 3, 4],
        [6, 7],
    ]
    assert found.duplicate_count == 2
    assert [(gap.after, gap.before) for gap in found.gaps] == [(3, 5)]


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.integers(1, 9), max_size=5), min_size=1, max_size=3),
    st.sampled_from([1, 2, 4, 1 << 16]),
    st.sampled_from([0, 2**63 - 11, -(2**63)]),
)
def test_gaps_and_duplicates_are_those_of_a_list(files, step, base):
    """Whatever the files and their order, against a count of the numbers one by one."""
    numbers = [base + one for file in files for one in file]
    twice = [one for one in sorted(set(numbers)) if numbers.count(one) > 1]
    there = sorted(set(numbers))
    gaps = [(a, b) for a, b in itertools.pairwise(there) if b > a + 1]
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        folder = Path(name)
        patch.setattr(numbering, "_STEP", step)
        patch.setattr(numbering, "_FEW", 2)
        for number, file in enumerate(files):
            rows = [(base + one, 3, 7, "USD", 1) for one in file]
            parquet(folder / "rows" / f"{number}.parquet", rows)
        if not numbers:
            return
        (found,) = tie(case_of(folder, "")).checked
        assert [(gap.after, gap.before) for gap in found.gaps] == gaps
        assert [one.key for one in found.duplicates] == [(str(one),) for one in twice]


@pytest.mark.parametrize("bits", [1 << 28, 4, 0])
@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ([7, 8], [("9", 2)]),
        ([9, 7, 7, None], [("8", 4)]),
        ([-3, 9], [("8", 4), ("7", 1)]),
        # All stand outside the numbers of the register, or none does.
        ([70, 72], [("8", 4), ("9", 2), ("7", 1)]),
        ([7, 8, 9, 2**62], []),
        ([None], [("8", 4), ("9", 2), ("7", 1)]),
    ],
)
def test_numbered_parties_are_found_with_bits_as_without(
    tmp_path, monkeypatch, bits, known, unknown
):
    monkeypatch.setattr(register, "_BITS", bits)
    parquet(tmp_path / "rows" / "a.parquet", DOUBLED)
    with duckdb.connect() as base:
        base.execute("CREATE TABLE t (id BIGINT)")
        base.executemany("INSERT INTO t VALUES (?)", [[one] for one in known])
        base.execute(f"COPY t TO '{tmp_path}/known.parquet' (FORMAT parquet)")
    more = 'control: TRUE\n  parties: "known.parquet#id"'
    case = case_of(tmp_path, flows(DOUBLED), more=more)
    (found,) = tie(case).checked
    assert [(one.party, one.rows) for one in found.unknown] == unknown
    assert (found.unknown_count, found.parties) == (len(unknown), 3)


def test_each_bit_that_is_set_is_a_party():
    for size in (1, 7, 8, 9, 16, 2003):
        # Some make a byte 0x00, 0x0a or 0xff.
        for set_ in ([], [0], [size - 1], [*range(0, size, 3)], [*range(size)]):
            bits = "".join("01"[one in set_] for one in range(size))
            whole = int(bits, 2).to_bytes(-(-size // 8), "big")
            assert list(register._set_bits(whole, size)) == set_


def test_hundreds_of_parties_that_no_register_has_are_named(tmp_path):
    strange = [*range(20, 60), *range(300, 1101, 2)]
    rows = [(one, 3, party, "USD", 1) for one, party in enumerate([1, *strange, 1203])]
    parquet(tmp_path / "rows" / "a.parquet", rows)
    with duckdb.connect() as base:
        base.execute(
            f"COPY (SELECT unnest([1, 1203]) AS id) TO '{tmp_path}/known.parquet'"
            " (FORMAT parquet)"
        )
    more = 'control: TRUE\n  parties: "known.parquet#id"'
    case = case_of(tmp_path, flows(rows), more=more)
    (found,) = tie(case).checked
    assert sorted(int(one.party) for one in found.unknown) == strange
    assert {one.rows for one in found.unknown} == {1}


def test_unknown_parties_and_days_outside_are_named(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    (tmp_path / "known.csv").write_text("id\n7\n8\n", "utf-8")
    case = case_of(
        tmp_path,
        flows(ROWS),
        more='control: TRUE\n  parties: "known.csv#id"\n  until: 2022-01-04',
    )
    status, found = tied(case.path)
    assert status == 1
    assert [(one["party"], one["rows"]) for one in found["unknown"]] == [("9", 1)]
    assert [(one["day"], one["rows"]) for one in found["after"]] == [("2022-01-05", 1)]


def test_rows_become_flows_where_no_flow_carries_them(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    case = case_of(tmp_path, "", more="other: Equity:Customers:Wealth")
    assert not case.errors
    assert {one.basis for one in case.flows} == {"subledger"}
    # 1,000.00 - 250.01 + 10.00 = 759.99 USD owed, and 2.50 BTC.
    owed = {}
    for flow in case.flows:
        for posting in flow.postings:
            if posting.account == "Liabilities:Firm:Customers":
                owed[posting.commodity] = owed.get(posting.commodity, 0) - posting.units
    assert owed == {"USD": Decimal("759.99"), "BTC": Decimal("2.50")}
    assert tie(case).holds
    assert "by construction" in "\n".join(tie(case).notes)


rows_of_a_case = st.lists(
    st.tuples(
        st.integers(1, 28),
        st.integers(1, 5),
        st.sampled_from(["USD", "BTC"]),
        st.integers(-(10**9), 10**9).filter(bool),
    ),
    min_size=1,
    max_size=12,
).map(lambda found: [(n, *one) for n, one in enumerate(found, 1)])


@settings(max_examples=15)
@given(rows_of_a_case, st.randoms(use_true_random=False))
def test_splitting_shuffling_and_encoding_change_nothing(rows, random):
    """The same rows give the same totals and flows, however they are filed."""
    found = set()
    for way in ("one", "split", "decimal", "csv", "posted"):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            mixed = random.sample(rows, len(rows))
            if way == "one":
                parquet(folder / "rows" / "a.parquet", rows)
            elif way == "split":
                for n, row in enumerate(mixed):
                    parquet(folder / "rows" / f"{n}.parquet", [row])
            elif way == "decimal":
                parquet(folder / "rows" / "a.parquet", mixed, "DECIMAL(20, 2)")
            elif way == "csv":
                half = len(mixed) // 2
                written(folder / "rows" / "a.csv", mixed[:half])
                parquet(folder / "rows" / "b.parquet", mixed[half:])
            else:
                parquet(folder / "rows" / "a.parquet", rows)
                posted = case_of(folder, flows(rows))
                assert not posted.errors
                assert tie(posted).holds
                found.add(balances(posted))
                continue
            made = case_of(folder, "", more="other: Equity:Customers:Wealth")
            assert not made.errors
            found.add(balances(made))
    assert len(found) == 1


def balances(case):
    """Return what is owed to customers at the end, by coin."""
    owed = {}
    for flow in case.flows:
        for posting in flow.postings:
            if posting.account == "Liabilities:Firm:Customers":
                owed[posting.commodity] = (
                    owed.get(posting.commodity, Decimal()) - posting.units
                )
    return tuple(sorted((coin, one) for coin, one in owed.items() if one))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("2,2022-01-03,8,USD,", "line 3: amount is empty"),
        ("2,2022-01-03,,USD,1.00", "line 3: party is empty"),
        ("2,yesterday,8,USD,1.00", "line 3: day is 'yesterday'"),
        ("2,2022-02-31,8,USD,1.00", "line 3: day is '2022-02-31'"),
        ("2,2022-01-03,8,USD,1e3", "line 3: amount is '1e3'"),
        ("2,2022-01-03,8,USD,1.005", "line 3: amount is '1.005'"),
        (f"2,2022-01-03,8,USD,{'9' * 40}", "line 3: amount is '9999"),
        ("2,2022-01-03,8,USD,NaN", "line 3: amount is 'NaN'"),
        ("2,2022-01-03,8", "rows/a.csv: line 3: "),
        ('2,2022-01-03,8,USD,1.00,"two\nlines"\n3,2022', "rows/a.csv: line 3: "),
        ('"2\n",2022-01-03,8,USD,1.00\n3,2022', "rows/a.csv: line 5: "),
        ('"2\n",2022-01-03,8,USD,1.00\n3,2022-01-03,8,USD,', "line 5: amount is empty"),
        ('2,2022-01-03,8,USD,"1.00', "rows/a.csv: line 3: "),
    ],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path, line, said):
    path = tmp_path / "rows" / "a.csv"
    path.parent.mkdir()
    path.write_text(
        f"seq,day,party,coin,amount\n1,2022-01-03,7,USD,1.00\n{line}\n", "utf-8"
    )
    case = case_of(tmp_path, "")
    ran = CliRunner().invoke(main, ["tie", case.path])
    assert ran.exit_code == 2
    assert said in ran.output
    assert "a.csv" in ran.output


def test_a_float_is_refused(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS, "DOUBLE")
    with pytest.raises(RowsError, match="amount, of the units, is DOUBLE"):
        tie(case_of(tmp_path, ""))


def test_a_parquet_file_that_is_broken_is_named(tmp_path):
    path = tmp_path / "rows" / "a.parquet"
    parquet(path, ROWS)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(RowsError, match=r"a\.parquet"):
        tie(case_of(tmp_path, ""))


def test_a_null_in_parquet_is_named_with_its_row(tmp_path):
    import duckdb

    (tmp_path / "rows").mkdir()
    duckdb.execute(
        "COPY (SELECT i AS seq, DATE '2022-01-03' AS day, 1 AS party, 'USD' AS coin,"
        " CASE WHEN i <> 4 THEN i END AS amount FROM range(1, 9) t(i))"
        f" TO '{tmp_path / 'rows' / 'a.parquet'}' (FORMAT parquet)"
    )
    with pytest.raises(RowsError, match=r"a\.parquet: row 4: amount is empty"):
        tie(case_of(tmp_path, ""))


def test_a_sum_too_large_is_an_error(tmp_path):
    import duckdb

    (tmp_path / "rows").mkdir()
    duckdb.execute(
        "COPY (SELECT i AS seq, DATE '2022-01-03' AS day, 1 AS party, 'USD' AS coin,"
        " CAST('99999999999999999999999999999999999999' AS DECIMAL(38,0)) AS amount"
        f" FROM range(1, 9) t(i)) TO '{tmp_path / 'rows' / 'a.parquet'}'"
    )
    case = case_of(tmp_path, "", more="control: TRUE")
    # Scale 2 makes 40 digits of 38; without it the sum of eight has 39.
    with pytest.raises(RowsError):
        tie(case)


def test_a_file_that_is_neither_parquet_nor_csv_by_its_name_is_refused(tmp_path):
    written(tmp_path / "rows" / "1.txt", [])
    (error,) = case_of(tmp_path, "").errors
    assert "1.txt is neither Parquet nor CSV by its name" in error.message


def test_a_coin_with_an_apostrophe_has_flows_of_its_own(tmp_path):
    written(tmp_path / "rows" / "1.csv", [(1, 3, 7, "BTC'X", 500)])
    more = "other: Equity:Customers:Wealth"
    case = case_of(tmp_path, "2020-01-01 commodity BTC'X\n", more=more)
    assert not case.errors
    (flow,) = case.flows
    assert flow.id.startswith("S-20220103-BTC-X-")
    # Its keys stand in order, as the docs tell whoever writes the form anew.
    (line,) = (one for one in lines(case) if one.startswith("subledger\t"))
    said = json.loads(line.partition("\t")[2])
    assert list(said) == sorted(said)


def test_files_outside_the_case_are_refused_unless_trusted(tmp_path):
    import solvency

    parquet(tmp_path / "elsewhere" / "a.parquet", ROWS)
    inside = tmp_path / "case"
    inside.mkdir()
    case = case_of(inside, flows(ROWS), files="../elsewhere/*.parquet")
    assert [one.rule for one in case.errors] == ["trust"]
    assert not solvency.load(case.path, trust=True).errors
    (inside / "rows").mkdir()
    (inside / "rows" / "a.parquet").symlink_to(tmp_path / "elsewhere" / "a.parquet")
    linked = case_of(inside, flows(ROWS))
    assert [one.rule for one in linked.errors] == ["trust"]


def test_time_zones_move_rows_across_days(tmp_path):
    path = tmp_path / "rows" / "a.csv"
    path.parent.mkdir()
    # 03:00 in London on the 4th is 22:00 in New York on the 3rd.
    path.write_text(
        "seq,day,party,coin,amount\n1,2022-01-04T03:00:00Z,7,USD,5.00\n", "utf-8"
    )
    posted = flows([(1, 3, 7, "USD", 5_00)])
    more = 'control: TRUE\n  time-zone: "America/New_York"'
    assert tie(case_of(tmp_path, posted, more=more)).holds
    assert not tie(case_of(tmp_path, posted)).holds


def test_the_manifest_enters_the_fingerprint(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    before = case_of(tmp_path, flows(ROWS)).fingerprint
    assert case_of(tmp_path, flows(ROWS)).fingerprint == before
    parquet(tmp_path / "rows" / "a.parquet", ROWS[:3])
    assert case_of(tmp_path, flows(ROWS)).fingerprint != before


def test_a_database_of_duckdb_is_read_and_nothing_beside_it(tmp_path):
    import duckdb

    base = duckdb.connect(str(tmp_path / "books.duckdb"))
    base.execute(
        "CREATE TABLE moves AS SELECT 1 AS seq, DATE '2022-01-03' AS day, 7 AS party,"
        " 'USD' AS coin, 500 AS amount"
    )
    secret = tmp_path.parent / "secret.csv"
    secret.write_text("seq,day,party,coin,amount\n1,2022-01-03,7,USD,5\n", "utf-8")
    base.execute(f"CREATE VIEW prying AS SELECT * FROM read_csv('{secret}')")
    base.close()
    posted = flows([(1, 3, 7, "USD", 5_00)])
    assert tie(case_of(tmp_path, posted, "duckdb:books.duckdb#moves")).holds
    with pytest.raises(RowsError, match="disabled by configuration"):
        tie(case_of(tmp_path, posted, "duckdb:books.duckdb#prying"))


def test_the_rows_behind_a_figure_are_shown_by_page(tmp_path):
    parquet(tmp_path / "rows" / "a.parquet", ROWS)
    case = case_of(tmp_path, flows(ROWS))
    ran = CliRunner().invoke(
        main,
        ["explain", "Liabilities:Firm:Customers", "--rows", "--json", case.path],
    )
    found = json.loads(ran.output)
    assert [one["order"] for one in found["rows"]] == ["1", "2", "3", "4"]
    assert found["totals"] == {"together (BTC)": "2.5", "together (USD)": "759.99"}
    # The flow of a day rests on that day's rows of its commodity.
    flow = next(one.id for one in case.flows if str(one.date) == "2022-01-04")
    ran = CliRunner().invoke(main, ["explain", flow, "--rows", "--json", case.path])
    assert [one["order"] for one in json.loads(ran.output)["rows"]] == ["3"]
