"""What a mapping is guessed to be, of tables that number their rows."""

from __future__ import annotations

import json
import tomllib

import pytest
import xlsxwriter
from click.testing import CliRunner

from solvency.cli import main


def run(*arguments):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def guessed(path):
    return tomllib.loads(run("import", "--guess", path))


NUMBERED = {
    "without names": (
        "1;01.09.2022;Rent;-1200,00\n2;02.09.2022;Sale;450,50\n3;15.09.2022;Sale;300,00\n",
        {"date": "2", "narration": "3", "amount": "4"},
        ",",
    ),
    "by its name": (
        "Serial Number,Day,Info,Sum\n11,2022-09-01,Rent,-1200\n11,2022-09-02,Sale,45\n",
        {"date": "Day", "narration": "Info", "amount": "Sum"},
        ".",
    ),
    "with holes": (
        (
            "Entry,Posting,Info,Movement\n101,2022-09-01,Rent,-1200\n"
            "105,2022-09-02,Sale,450\n106,2022-09-15,Sale,300\n"
        ),
        {"date": "Posting", "narration": "Info", "amount": "Movement"},
        ".",
    ),
    "newest first, sums that grow": (
        "A,B,C\n3,2022-09-15,100\n2,2022-09-02,90\n1,2022-09-01,20\n",
        {"date": "B", "amount": "C"},
        ".",
    ),
    "an amount's number": (
        "Amount No,Date,Text,Sum\n1,2022-09-01,Rent,-120.00\n2,2022-09-02,Sale,45.00\n",
        {"date": "Date", "narration": "Text", "amount": "Sum"},
        ".",
    ),
    "with a balance": (
        (
            "S.No,Txn Dt,Particulars,Amt,Bal\n1,13/09/2022,Rent,-1200.00,8800.00\n"
            "2,14/09/2022,Sale,450.50,9250.50\n3,15/09/2022,Sale,300.00,9550.50\n"
        ),
        {
            "date": "Txn Dt",
            "narration": "Particulars",
            "amount": "Amt",
            "balance": "Bal",
        },
        ".",
    ),
}


@pytest.mark.parametrize("table", NUMBERED)
def test_a_running_number_is_no_amount(tmp_path, table):
    text, columns, mark = NUMBERED[table]
    path = tmp_path / "bank.csv"
    path.write_text(text, encoding="utf-8")
    found = guessed(path)
    assert found["kind"] == "statement"
    assert found["columns"] == columns
    assert found["decimal"] == mark


def test_a_workbook_that_numbers_its_rows(tmp_path):
    path = tmp_path / "bank.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Sheet1")
        rows = [("2022-09-01", -1200.5), ("2022-09-02", 450), ("2022-09-03", 300)]
        for at, (day, amount) in enumerate(rows):
            sheet.write_row(at, 0, [at + 1, day, "words", amount])
    assert guessed(path)["columns"] == {"date": "2", "narration": "3", "amount": "4"}


def test_the_number_of_a_claim_is_as_it_was_typed(tmp_path):
    path = tmp_path / "claims.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["Claim No", "Creditor", "Amount (EUR)", "Filed"])
        sheet.write_row(1, 0, [1, "Tarn", 100.5, "2022-11-01"])
        sheet.write_row(2, 0, [10, "Helio", 90, "2022-11-02"])
        sheet.write_row(3, 0, ["10-A", "Sorrel", 1e7, "2022-11-03"])
    mapping = tmp_path / "m.toml"
    mapping.write_text(run("import", "--guess", path), encoding="utf-8")
    run("import", path, "--map", mapping, "-o", tmp_path / "case")
    text = (tmp_path / "case" / "import-claims-xlsx.beancount").read_text("utf-8")
    for number in ("1", "10", "10-A"):
        assert f'claim: "{number}"' in text
    told = json.loads(
        run("import", path, "--map", mapping, "-o", tmp_path / "case", "--json")
    )
    assert told["flows"] == []
