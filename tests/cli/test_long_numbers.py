"""Amounts of 40 significant digits go through every command and report exactly.

What must be printed is worked out here in fractions.
"""

from __future__ import annotations

import json
import zipfile
from decimal import Decimal
from decimal import localcontext
from fractions import Fraction

import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main
from solvency.exhibits.balance.accounts import by_account
from solvency.exhibits.setting import of_answers
from solvency.report.pages import kinds

#: Dollars to 18 places, and coins counted in their smallest unit: 40 digits each.
DEPOSITED = "1234567890123456789012.345678901234567891"
INVESTED = "234567890123456789012.345678901234567899"
SPENT = "34567890123456789012.345678901234567897"
DRAWN = "100000000000000000000.000000000000000001"
MINED = "1500000000000000000000000000000000000007"
#: A coin's price to 18 places: the worth of all coins has 39 digits.
PRICE = "0.000000000000000003"

LEDGER = f"""\
option "operating_currency" "USD"
option "tolerance_multiplier" "0"
plugin "solvency"
2021-01-01 custom "entity" "Firm" "The firm"
  role: "exchange"
  group: TRUE
2021-01-01 custom "entity" "Desk" "Its desk"
  group: TRUE
2021-01-01 custom "entity" "Savers" "Those who saved with it"
  role: "customers"
2021-01-01 commodity WEI
  halving: {MINED} WEI
2021-01-01 open Assets:Firm:Bank
2021-01-01 open Assets:Firm:Coins
2021-01-01 open Assets:Firm:Receivables:Desk
  counterparty: "Desk"
2021-01-01 open Liabilities:Firm:Deposits
  counterparty: "Savers"
  rank: "customer"
2021-01-01 open Equity:Firm:Shares
2021-01-01 open Expenses:Firm:Costs
2021-01-01 open Assets:Desk:Bank
2021-01-01 open Liabilities:Desk:Payables:Firm
  counterparty: "Firm"
2021-01-01 open Equity:Desk:Shares
2021-01-01 open Assets:Savers:Claims:Firm
  counterparty: "Firm"
2021-01-01 open Assets:Savers:Bank
2021-01-01 open Equity:Savers:Wealth
2021-01-01 custom "source" "court" "A filing"
  grade: "A1"
2021-01-02 price WEI {PRICE} USD
  source: "court"
2021-01-01 custom "invariant" "balance-sheet" "Firm"
2021-01-01 custom "invariant" "customer-assets" "Firm"
2021-01-01 custom "invariant" "mirrors" "group"
2021-01-02 * "Savers" "Pay in" ^court
  id: "deposit"
  Equity:Savers:Wealth  -{DEPOSITED} USD
  Assets:Firm:Bank       {DEPOSITED} USD
2021-01-03 * "Firm" "Mines coins" ^court
  id: "mined"
  Assets:Firm:Coins      {MINED} WEI
  Equity:Firm:Shares    -{MINED} WEI
2021-01-04 * "Firm" "Lends to its desk" ^court
  id: "lent"
  Assets:Firm:Bank      -{INVESTED} USD
  Assets:Desk:Bank       {INVESTED} USD
2021-01-05 * "Firm" "Pays its costs" ^court
  id: "costs"
  purpose: "wages"
  low:  {SPENT} USD
  high: {INVESTED} USD
  Expenses:Firm:Costs    {SPENT} USD
  Assets:Firm:Bank      -{SPENT} USD
2021-01-06 * "Savers" "Draw some of it" ^court
  id: "drawn"
  purpose: "customers"
  Assets:Firm:Bank      -{DRAWN} USD
  Assets:Savers:Bank     {DRAWN} USD
2021-01-05 custom "hypothesis" "theft" "Some was stolen"
2021-01-05 ! "Firm" "Stolen" ^court #theft
  id: "stolen"
  Expenses:Firm:Costs    {DRAWN} USD
  Assets:Firm:Bank      -{DRAWN} USD
2021-01-05 custom "scenario" "stolen" "It was stolen"
  hypotheses: "theft"
2021-01-06 custom "observation" Assets:Firm:Bank {DEPOSITED} USD
  source: "court"
  error: 0.1
2021-01-06 event "petition" "Firm"
"""


def number(text):
    return Fraction(text)


def printed(value):
    """Write a fraction whose denominator is a power of ten as JSON has it."""
    places = 0
    while value.denominator != 1:
        value *= 10
        places += 1
    digits = f"{abs(value.numerator):0{places + 1}d}"
    text = f"{digits[:-places]}.{digits[-places:]}" if places else digits
    return ("-" if value < 0 else "") + text


def rounded(value, scale):
    """Write a fraction to one place in a power of ten, as reports print it."""
    tenths = round(value * 10 / 10**scale)
    return f"{tenths // 10:,}.{tenths % 10}"


BANK = number(DEPOSITED) - number(INVESTED) - number(SPENT) - number(DRAWN)
COINS = number(MINED) * number(PRICE)
OWED = number(DEPOSITED) - number(DRAWN)
LENT = number(INVESTED)
#: What Firm has, and what is left for its owners.
HAS = BANK + COINS + LENT
EQUITY = HAS - OWED


@pytest.fixture
def path(ledger):
    found = ledger.write(LEDGER)
    case = solvency.load(found)
    assert not case.errors, [error.message for error in case.errors]
    return found


@pytest.fixture
def said(path):
    def command(*words):
        result = CliRunner().invoke(main, [*words, "--json", str(path)])
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return command


def test_the_amounts_have_40_digits():
    for amount in (DEPOSITED, MINED):
        assert len(amount.replace(".", "")) == 40


@pytest.mark.parametrize("basis", ["market", "clean", "book"])
def test_the_balance_sheet_of_one(said, basis):
    sheet = said("balance", "--entity=Firm", f"--basis={basis}")
    lent = 0 if basis == "clean" else LENT
    assert sheet["totals"] == {
        "assets": printed(BANK + COINS + lent),
        "liabilities": printed(OWED),
        "equity": printed(BANK + COINS + lent - OWED),
    }
    lines = {line["account"]: line["amount"] for line in sheet["lines"]}
    assert lines["Assets:Firm:Bank"] == printed(BANK)
    assert lines["Assets:Firm:Coins"] == printed(COINS)
    assert lines["Liabilities:Firm:Deposits"] == printed(OWED)


def test_the_balance_sheet_of_the_group(said):
    sheet = said("balance", "--group")
    assert sheet["consolidated"] == {
        "assets": printed(BANK + LENT + COINS),
        "liabilities": printed(OWED),
        "equity": printed(BANK + LENT + COINS - OWED),
    }
    assert sheet["combined"]["assets"] == printed(BANK + 2 * LENT + COINS)
    assert sheet["control"] == "0"
    (claim,) = sheet["intercompany"]
    assert (claim["claimed"], claim["owed"]) == (printed(LENT), printed(LENT))


def test_sources_and_uses(said):
    scenario = said("balance", "--funds")["scenarios"][0]
    (group,) = [one for one in scenario["funds"] if one["name"] == "group"]
    # Coins are no funds here: nobody says that they are liquid.
    assert group["left"] == printed(BANK + LENT)
    assert group["control"] == "0"
    assert printed(number(SPENT)) in {line["amount"] for line in group["uses"]}


def test_findings(said):
    found = said("check", "--draws=100")
    (one,) = [f for f in found["findings"] if f["invariant"] == "customer-assets"]
    # Nothing is in custody, so all that was owed lacked on the worst day.
    assert one["amount"] == printed(number(DEPOSITED))


def test_a_trace(said):
    found = said("trace", "Assets:Firm:Bank")
    outlays = {one["flow"]: one for one in found["outlays"]}
    for flow, amount in (("lent", INVESTED), ("costs", SPENT), ("drawn", DRAWN)):
        assert outlays[flow]["amount"] == printed(number(amount))
        (share,) = outlays[flow]["owners"]
        assert share["least"] == share["most"] == printed(number(amount))
    purposes = {one["purpose"]: one["amount"] for one in found["by_purpose"]}
    assert purposes["wages"] == printed(number(SPENT))


def test_a_recovery(said):
    found = said("recover")
    (firm,) = [one for one in found["affairs"] if one["entity"] == "Firm"]
    assert firm["unsecured"] == printed(OWED)
    books = {line["kind"]: line["book"] for line in firm["assets"]}
    assert books["free"] == printed(BANK + COINS)
    assert books["claims on others"] == printed(LENT)
    customers = [one for one in found["classes"] if one["entity"] == "Firm"]
    assert customers[0]["claims"] == printed(OWED)
    # The desk has what it was lent, and pays it to the cent.
    assert found["clearing"]["payments"]["Desk"] == "234567890123456789012.35"


def test_an_explanation(said):
    found = said("explain", "deposit")
    assert {one["units"] for one in found["flows"][0]["postings"]} == {
        DEPOSITED,
        f"-{DEPOSITED}",
    }
    assert said("explain", "balance.Firm.2021-01-06.assets")["value"] == (printed(HAS))


@pytest.mark.parametrize(
    "words",
    [
        ("stress",),
        ("weigh",),
        ("weigh", "--history"),
        ("tally", "--draws=1000"),
        ("reconcile",),
        ("balance", "--basis=realisable"),
    ],
    ids=" ".join,
)
def test_what_is_estimated_takes_them_too(said, words):
    assert said(*words)["case"]


@pytest.mark.parametrize("words", [["balance", "--entity=Firm"], ["balance"]])
def test_tables_show_them_whole(path, words):
    whole = "{:,f}"
    with localcontext(prec=80):
        shown = whole.format(Decimal(BANK.numerator) / Decimal(BANK.denominator))
        total = whole.format(Decimal(HAS.numerator) / Decimal(HAS.denominator))
    result = CliRunner().invoke(main, [*words, "--exact", str(path)])
    assert result.exit_code == 0
    assert total in result.stdout
    assert shown in result.stdout or len(words) == 1


@pytest.mark.parametrize("kind", [name for name in kinds() if name != "base"])
def test_every_kind_of_report_prints(path, tmp_path, kind):
    out = tmp_path / "report.html"
    result = CliRunner().invoke(
        main, ["report", "--kind", kind, "-o", str(out), str(path)]
    )
    assert result.exit_code == 0, result.output
    page = out.read_text(encoding="utf-8")
    # Tables are in millions; what is short enough to say it in prose in billions.
    assert rounded(OWED, 6) in page or rounded(OWED, 9) in page


def test_a_library_is_as_exact_whatever_its_caller_set(path):
    with localcontext(prec=6):
        book = solvency.load(path).book()
        sheet = book.balance_sheet("Firm")
        totals = sheet.totals
        group = book.balance_sheet("group")
        text = by_account(of_answers(book, group.at), "group", group).to_csv()
    assert Fraction(totals.assets) == HAS
    assert Fraction(totals.equity) == EQUITY
    assert Fraction(group.totals.equity) == BANK + LENT + COINS - OWED
    assert printed(BANK) in text


def test_a_workbook_has_what_a_spreadsheet_would_round_as_text(path, tmp_path):
    out = tmp_path / "sheet.xlsx"
    words = ["balance", "--entity=Firm", "-o", str(out), str(path)]
    assert CliRunner().invoke(main, words).exit_code == 0
    with zipfile.ZipFile(out) as book:
        text = book.read("xl/sharedStrings.xml").decode()
    for amount in (BANK, HAS, OWED):
        assert f"<t>{printed(amount)}</t>" in text
