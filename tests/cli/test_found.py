"""`solvency balance --found`."""

from __future__ import annotations

import csv
import json
import zipfile

import pytest
from click.testing import CliRunner
from counting import BOOKS
from counting import counted
from preamble import PREAMBLE

from solvency.cli import main

BANK = "Assets:Alameda:Bank"
COUNTS = counted("B-1", BANK, "200 USD") + counted(
    "B-2", "Assets:FTX:Wallet", "7 BTC", "2022-11-30"
)


@pytest.fixture
def ask(ledger):
    def run(*options: str, counts: str = COUNTS) -> str:
        path = ledger.write(PREAMBLE + BOOKS + counts)
        found = CliRunner().invoke(main, ["balance", "--found", *options, str(path)])
        assert not found.exception, found.output
        return found.output

    return run


def test_json(ask) -> None:
    document = json.loads(ask("--json"))
    del document["case"], document["scenario"], document["known"]
    assert document == {
        "at": "2022-11-11",
        "currency": "USD",
        "lines": [
            {
                "entity": "Alameda",
                "class": "money",
                "accounts": ["Assets:Alameda:Bank"],
                "books": "500",
                "counted": "200",
                "untraced": "300",
                "unrecorded": "0",
                "counts": ["B-1"],
            },
            {
                "entity": "FTX",
                "class": "bitcoin",
                "accounts": ["Assets:FTX:Wallet"],
                "books": "60",
                "counted": "70",
                "untraced": "0",
                "unrecorded": "10",
                "counts": ["B-2"],
            },
        ],
        "totals": {
            "books": "560",
            "counted": "270",
            "untraced": "300",
            "unrecorded": "10",
        },
    }


def test_a_table_for_the_petition_and_each_later_day(ask) -> None:
    text = ask()
    assert text.count("Books, and what was found, at ") == 2
    assert "at 2022-11-11, market value" in text
    assert "at 2022-11-30, market value" in text
    assert "untraced 300.00 less unrecorded 10.00" in text


def test_one_entity(ask) -> None:
    lines = json.loads(ask("--json", "--entity", "FTX"))["lines"]
    assert [line["entity"] for line in lines] == ["FTX"]


def test_csv_and_workbook(ask, tmp_path) -> None:
    rows = list(csv.DictReader(ask("--csv").splitlines()))
    assert [row["untraced"] for row in rows] == ["300", "0"]
    ask("-o", str(tmp_path / "found.xlsx"))
    with zipfile.ZipFile(tmp_path / "found.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert "<v>300</v>" in sheet
    assert "SUM(" in sheet


def test_without_counts(ask) -> None:
    assert "No observation of this case says counted: TRUE" in ask(counts="")
    assert json.loads(ask("--json", counts=""))["totals"]["books"] == "0"


def test_a_sheet_of_many_members_has_one_column_for_all(ledger) -> None:
    # 300 untraced of Alameda's, one of 62 members; each line as wide as its heads.
    more = "".join(
        f'2020-01-01 custom "entity" "M{n:02}" "A member"\n  role: "other"\n'
        "  group: TRUE\n"
        for n in range(60)
    )
    path = ledger.write(PREAMBLE + BOOKS + COUNTS + more)
    found = CliRunner().invoke(main, ["balance", "--group", "--csv", str(path)])
    assert not found.exception, found.output
    rows = list(csv.reader(found.output.splitlines()))
    assert {len(row) for row in rows} == {len(rows[0])}
    at = rows.index(["Of the assets untraced: in the books, and not found", "", "", ""])
    assert rows[at + 1] == [BANK, "300", "", "300"]


def test_a_count_with_a_range_gives_what_is_untraced_one(ask) -> None:
    # 500 in the books; 200 counted, 150 at least and 260 at most.
    count = counted("B-1", BANK, "200 USD", low="150 USD", high="260 USD")
    document = json.loads(ask("--json", counts=count))
    ends = {"least": "240", "most": "350"}
    assert document["totals"]["untraced_range"] == ends
    assert document["lines"][0]["untraced_range"] == ends
    assert "untraced, least" in ask("--csv", counts=count)
    assert "untraced, least" not in ask("--csv")


def test_what_lies_behind_the_untraced_and_was_put_in_is_said(ask) -> None:
    # Of the 500 in the bank that came by one flow, 40 more by a remainder, and 10 by
    # what was sized to a count of another account.
    put_in = COUNTS + "".join(
        f'2022-10-0{day} * "Put in" ^court\n  {key}\n'
        f"  {BANK}  {amount} USD\n  Equity:Alameda:Own  -{amount} USD\n"
        for day, amount, key in (
            (3, 40, 'basis: "residual"'),
            (4, 10, 'sized-by: "B-2"'),
        )
    )
    told = " ".join(ask(counts=put_in + "2020-01-01 open Equity:Alameda:Own\n").split())
    assert (
        f"behind what is untraced in {BANK}: flows 3, of them remainders that no source"
        " states 1, and sized to another figure 1"
    ) in told
    assert "behind what is untraced" not in ask()


def test_records_that_would_settle_it_stand_below(ask) -> None:
    statements = {"settled-by": '"bank statements"'}
    text = ask(
        counts=counted("B-1", BANK, "200 USD", **statements)
        + counted("B-2", "Assets:Alameda:Thin", "10 THIN", **{"settled-by": '"chain"'})
    )
    # Of the bank 300 is untraced; of the tokens nothing is.
    assert "Records that would settle what is open" in text
    assert "bank statements" in text
    assert "chain" not in text
    assert "Records that would settle" not in ask()
