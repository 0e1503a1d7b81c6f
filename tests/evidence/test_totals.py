"""A row that adds up others is no claim, no movement and no account."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
import xlsxwriter
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solvency.cli import main
from solvency.evidence.mapfile import parsed
from solvency.evidence.reading import read
from solvency.evidence.records import opened

CLAIMS = """
kind = "claims"
entity = "Firm"
currency = "EUR"
at = 2022-11-15
columns = { claim-number = "No", payee = "Creditor", amount = "Amount" }
"""
UNNUMBERED = CLAIMS.replace('claim-number = "No", ', "")
STATEMENT = """
entity = "Firm"
currency = "EUR"
columns = { date = "Day", narration = "Words", debit = "Out", credit = "In" }
"""
BALANCES = """
kind = "trial-balance"
entity = "Firm"
currency = "EUR"
at = 2022-10-31
columns = { account-code = "Code", account-name = "Name", debit = "Dr", credit = "Cr" }
"""


def brought(tmp_path, text, mapping, name="box.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(opened(path), parsed(mapping, "map.toml").of(name), "box")


def claimed(contents):
    return [(one.payee, -one.legs[0].amount) for one in contents.drafts]


@pytest.mark.parametrize(
    "word",
    [
        "Total",
        "TOTAL:",
        "Grand total",
        "Gesamtsumme",
        "Summe der Forderungen",
        "Totaux",
        "Total général",
        "Totaal",
        "Totale",
        "Suma",
        "Итого",
        "合计",
        # In a language that nothing here knows, the sum tells it.
        "Yhteensä",
        "",
    ],
)
@pytest.mark.parametrize("column", ["number", "creditor"])
def test_the_total_of_a_register_is_no_claim(tmp_path, word, column):
    if column == "number" and word == "Yhteensä":
        return  # a number that nothing knows may be a claim's
    line = f"{word},,300.30" if column == "number" else f",{word},300.30"
    # 100.10 and 200.20 make 300.30.
    text = f"No,Creditor,Amount\n1,A Ltd,100.10\n2,B Ltd,200.20\n{line}\n"
    found = brought(tmp_path, text, CLAIMS)
    assert claimed(found) == [
        ("A Ltd", Decimal("100.10")),
        ("B Ltd", Decimal("200.20")),
    ]
    assert found.totals == ["4"]
    assert not found.noted


def test_a_creditor_called_total_keeps_its_claim(tmp_path):
    # The third claim equals the two before it: it has a number, and is a claim.
    text = "No,Creditor,Amount\n1,A,100\n2,B,200\n3,Total Energies SE,300\n,Total,600\n"
    found = brought(tmp_path, text, CLAIMS)
    assert claimed(found)[2] == ("Total Energies SE", 300)
    assert found.totals == ["5"]


def test_subtotals_and_the_total_of_all(tmp_path):
    text = (
        "No,Creditor,Amount\n1,A,100\n2,B,200\n,Priority,300\n3,C,50\n4,D,60\n"
        ",Unsecured,110\n,All,410\n"
    )
    found = brought(tmp_path, text, CLAIMS)
    assert [amount for _, amount in claimed(found)] == [100, 200, 50, 60]
    assert found.totals == ["4", "7", "8"]


def test_a_total_that_its_rows_do_not_make_is_noted(tmp_path):
    # 100 and 200 make 300, and not 350.
    text = "No,Creditor,Amount\n1,A,100\n2,B,200\n,Total,350\n"
    found = brought(tmp_path, text, CLAIMS)
    assert len(found.drafts) == 2
    (noted,) = found.noted
    assert noted.text == (
        "the total in box.csv is 350 EUR, and the rows above it add up to 300 EUR:"
        " 50 apart"
    )


def test_a_register_without_numbers(tmp_path):
    text = "Creditor,Amount\nA,100\nB,200\nC,5\nYhteensä,305\n"
    found = brought(tmp_path, text, UNNUMBERED)
    assert [name for name, _ in claimed(found)] == ["A", "B", "C"]
    # Two of one amount are no sum.
    text = "Creditor,Amount\nA,100\nB,100\n"
    assert len(brought(tmp_path, text, UNNUMBERED).drafts) == 2


@pytest.mark.parametrize("first", ["", "Summe", "31.10.2022"])
def test_the_totals_of_a_statement_move_nothing(tmp_path, first):
    words = "Total des mouvements" if first else "Yhteensä"
    text = (
        "Day,Words,Out,In\n2022-10-01,Rent,100.00,\n2022-10-02,Sale,,70.00\n"
        f"2022-10-03,Fee,5.00,\n{first},{words},105.00,70.00\n"
    )
    found = brought(tmp_path, text, STATEMENT)
    moved = [one.amount for one in found.statements[0].movements()]
    assert moved == [Decimal("-100.00"), Decimal("70.00"), Decimal("-5.00")]
    assert found.totals == ["5"]


def test_a_movement_without_a_day_that_is_no_sum_is_refused(tmp_path):
    path = tmp_path / "box.csv"
    path.write_text("Day,Words,Out,In\n2022-10-01,Rent,100.00,\n,Sale,,70.00\n")
    (tmp_path / "map.toml").write_text(STATEMENT)
    ran = CliRunner().invoke(
        main, ["import", str(path), "--map", str(tmp_path / "map.toml"), "--dry-run"]
    )
    assert ran.exit_code == 2
    assert "box.csv:3" in ran.stderr


@pytest.mark.parametrize("row", [",Total,300,300", "Total,,300,300", ",Jumlah,300,300"])
def test_the_totals_of_a_trial_balance_are_no_account(tmp_path, row):
    text = f"Code,Name,Dr,Cr\n1000,Bank,300,\n3000,Capital,,300\n{row}\n"
    found = brought(tmp_path, text, BALANCES)
    assert {one.account for one in found.stated} == {
        "Assets:Firm:Bank",
        "Equity:Firm:Capital",
    }
    assert found.totals == ["4"]
    assert not found.noted


def test_an_amount_that_arithmetic_left_a_hair_off_is_what_it_was(tmp_path):
    path = tmp_path / "claims.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["No", "Creditor", "Amount"])
        # Their sum as floats is 81412.20000000001.
        sheet.write_row(1, 0, [1, "A", 81412.20000000001])
    found = read(opened(path), parsed(CLAIMS, "map.toml").of(path.name), "box")
    assert claimed(found) == [("A", Decimal("81412.2"))]


def test_an_amount_with_more_places_than_money_has_is_refused(tmp_path):
    path = tmp_path / "claims.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet("Register")
        sheet.write_row(0, 0, ["No", "Creditor", "Amount"])
        sheet.write_row(1, 0, [1, "A", 812.1234567891])
    (tmp_path / "map.toml").write_text(CLAIMS)
    ran = CliRunner().invoke(
        main, ["import", str(path), "--map", str(tmp_path / "map.toml"), "--dry-run"]
    )
    assert ran.exit_code == 2
    assert "claims.xlsx:Register:2: 812.1234567891 has more than 8 places" in ran.stderr


@given(
    st.lists(st.decimals(1, 10**6, places=2, allow_nan=False), min_size=2, max_size=12)
)
def test_a_total_changes_no_claim(tmp_path_factory, amounts):
    """With its total line a register brings in what it does without."""
    tmp_path = tmp_path_factory.mktemp("register")
    rows = "".join(f"{at},C{at * 7},{one}\n" for at, one in enumerate(amounts, 1))
    text = f"No,Creditor,Amount\n{rows}"
    bare = brought(tmp_path, text, CLAIMS)
    summed = brought(tmp_path, f"{text},Summa,{sum(amounts)}\n", CLAIMS)
    assert json.dumps(claimed(bare), default=str) == json.dumps(
        claimed(summed), default=str
    )
