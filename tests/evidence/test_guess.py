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


def test_words_that_no_name_tells_are_the_narration(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_text(
        "Tag;Empfänger;Anlass;Betrag\n01.03.2023;Tarn;Transfer TR1001;-1.200,50\n"
        "02.03.2023;Helio;Sale 17;30,00\n",
        encoding="utf-8",
    )
    assert guessed(path)["columns"] == {
        "date": "Tag",
        "payee": "Empfänger",
        "narration": "Anlass",
        "amount": "Betrag",
    }


def test_a_file_without_a_currency_has_that_of_the_others(tmp_path):
    (tmp_path / "a.csv").write_text("Date,Text,Amount (EUR)\n2023-03-01,Rent,-12.50\n")
    (tmp_path / "b.csv").write_text("Date,Text,Amount\n2023-03-01,Rent,-12.50\n")
    alone = run("import", "--guess", tmp_path / "b.csv")
    assert 'currency = "USD"    # nothing in the file says so: correct it' in alone
    found = run("import", "--guess", tmp_path / "a.csv", tmp_path / "b.csv")
    files = tomllib.loads(found)["files"]
    assert [one["currency"] for one in files] == ["EUR", "EUR"]


def test_entity_in_a_rule_is_the_files_own(tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.csv").write_text(
            f"Date,Text,Amount\n2023-03-01,Rent {name},-12.50\n"
        )
    (tmp_path / "m.toml").write_text(
        'currency = "EUR"\n'
        'columns = { date = "Date", narration = "Text", amount = "Amount" }\n'
        '[[files]]\nname = "a.csv"\nentity = "Alder"\n'
        '[[files]]\nname = "b.csv"\nentity = "Birch"\n'
        '[[rules]]\nmatch = "Rent"\naccount = "Expenses:ENTITY:Rent"\n'
    )
    files = [tmp_path / "a.csv", tmp_path / "b.csv"]
    told = json.loads(
        run("import", *files, "--map", tmp_path / "m.toml", "--dry-run", "--json")
    )
    assert [one["postings"][1]["account"] for one in told["flows"]] == [
        "Expenses:Alder:Rent",
        "Expenses:Birch:Rent",
    ]


@pytest.mark.parametrize(
    "head",
    [
        "Compte\tIntitulé\tDébit\tCrédit",
        "Conto\tDenominazione\tDare\tAvere",
        "Cuenta\tNombre cuenta\tDebe\tHaber",
        "Konto\tBezeichnung\tSoll\tHaben",
        "Rekening\tNaam rekening\tDebet\tCredit",
        "Kod\tNazwa\tDebit\tCredit",
    ],
)
def test_a_trial_balance_in_any_language_is_one(tmp_path, head):
    path = tmp_path / "balances.csv"
    text = f"{head}\n512000\tBank\t31 110,52\t\n706000\tSales\t\t31 110,52\n"
    path.write_text(text, encoding="utf-8")
    found = guessed(path)
    assert found["kind"] == "trial-balance"
    assert {"debit", "credit"} <= found["columns"].keys()
    assert {"account-code", "account-name"} & found["columns"].keys()
    # No day stands in it, and none is made up: the import asks for it.
    assert "at" not in found
    (tmp_path / "map.toml").write_text(
        CliRunner().invoke(main, ["import", "--guess", str(path)]).stdout
    )
    ran = CliRunner().invoke(
        main, ["import", str(path), "--map", str(tmp_path / "map.toml"), "--dry-run"]
    )
    assert ran.exit_code == 2
    assert "a trial balance has a day" in ran.stderr
