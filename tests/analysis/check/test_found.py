"""Tests of solvency on the books, and from the petition on on what was found."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import pytest
from click.testing import CliRunner
from counting import BOOKS
from counting import counted
from preamble import PREAMBLE

from solvency.analysis.check import evaluate
from solvency.cli import main

PETITION = datetime.date(2022, 11, 11)
#: 120 are owed to customers, for whom the wallet is held: 100.
OWED = """
2020-01-01 open Liabilities:FTX:Depositors
  counterparty: "Customers"
  pair: "deposits"
  rank: "customer"
2020-01-01 open Assets:Customers:Depositors
  counterparty: "FTX"
  pair: "deposits"
2022-10-02 * "Owed to customers" ^court
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -120 USD
  Assets:FTX:Bank           120 USD
2020-01-01 custom "invariant" "customer-assets-clean" "FTX"
2020-01-01 custom "invariant" "balance-sheet" "FTX"
2020-01-01 custom "invariant" "conservation" "group"
"""
WALLET = counted("B-1", "Assets:FTX:Wallet", "25 USD")
BANK = counted("B-2", "Assets:FTX:Bank", "20 USD", "2022-11-30")


@pytest.fixture
def ask(ledger):
    def run(*counts: str, draws: int = 0):
        case = ledger.case(BOOKS + OWED + "".join(counts))
        found = evaluate(case.book(), draws=draws)
        return {(one.test, one.on): one for one in found.tests}

    return run


def test_without_counts_there_is_one_series(ask) -> None:
    assert {on for _, on in ask()} == {"books"}


def test_all_tests_passed_and_failed(ask) -> None:
    # From 2 October 120 are owed, and 100 held; the bank's 220 make up for it.
    found = ask()
    failed = found["customer-assets-clean", "books"]
    assert not failed.passed
    assert failed.margin == -20
    (spell,) = failed.spells
    assert (spell.first, spell.worst) == (datetime.date(2022, 10, 2), 20)
    passed = found["balance-sheet", "books"]
    assert passed.passed
    # 200 before anything was owed, and after: 100 + 100 of its own.
    assert (passed.margin, passed.spells) == (200, ())


def test_on_what_was_found(ask) -> None:
    # 25 of the wallet and 20 of the bank were found: 45 for 120.
    found = ask(WALLET, BANK)
    clean = found["customer-assets-clean", "found"]
    assert clean.margin == 25 - 120
    assert clean.spells[0].first == clean.spells[0].worst_at == PETITION
    sheet = found["balance-sheet", "found"]
    assert sheet.margin == 45 - 120
    # On the books it held, before and after.
    assert found["balance-sheet", "books"].passed


@pytest.mark.parametrize(
    ("count", "passed", "margin"),
    [
        # 120 are owed. What is short is printed, however little it is ...
        ("119.6 USD", "no", "(0.4)"),
        ("119.99 USD", "no", "(0.01)"),
        ("119.999999 USD", "no", "(0.000001)"),
        # ... and what no test tells from nothing is no shortfall.
        ("119.999999999999999999 USD", "yes", "0"),
        ("119.4 USD", "no", "(1)"),
        ("120 USD", "yes", "0"),
    ],
)
def test_dust_is_no_shortfall_of_nothing(ledger, count, passed, margin) -> None:
    path = ledger.write(
        PREAMBLE + BOOKS + OWED + counted("B-1", "Assets:FTX:Wallet", count)
    )
    shown = CliRunner().invoke(main, ["check", "--draws=0", str(path)]).output
    part = shown[shown.index("Tests of what was found") :]
    row = next(one for one in part.split("\n") if "Assets held for" in one).split()
    at = row.index("FTX")
    # At the petition and, since nothing moves later, at worst.
    assert row[at + 1 : at + 4] == [passed, margin, margin]


def test_bookkeeping_is_not_tested_on_what_was_found(ask) -> None:
    assert ("conservation", "found") not in ask(WALLET)


def test_draws_do_not_move_what_was_counted(ask) -> None:
    # The flows may be a fifth more or less; with what was counted at 500 for the
    # 120 owed, no draw breaks the test.
    spread = '\n2020-01-01 custom "spread" "A1" 0.2\n'
    count = counted("B-1", "Assets:FTX:Wallet", "500 USD")
    found = ask(spread, count, draws=500)
    assert 0.5 < found["customer-assets-clean", "books"].probability < 1
    assert found["customer-assets-clean", "found"].probability == 0


def test_counts_that_cross_are_a_finding(ledger) -> None:
    case = ledger.case(
        BOOKS
        + counted("B-1", "Assets:FTX:Wallet Assets:FTX:Bank", "25 USD")
        + counted("B-2", "Assets:Alameda:Bank Assets:FTX:Bank", "20 USD")
    )
    (one,) = [
        x
        for x in evaluate(case.book(), draws=0).findings
        if x.invariant == "counts-overlap"
    ]
    assert (one.entity, one.commodity, one.severity) == ("FTX", "B-1, B-2", "warning")
    assert (one.amount, one.unit) == (1, "accounts in both")


def test_json_has_every_test(ledger) -> None:
    path = ledger.write(PREAMBLE + BOOKS + OWED + WALLET)
    printed = CliRunner().invoke(main, ["check", "--draws=0", "--json", str(path)])
    tests = json.loads(printed.output)["tests"]
    assert {one["on"] for one in tests} == {"books", "found"}
    one = next(
        x for x in tests if (x["test"], x["on"]) == ("customer-assets-clean", "found")
    )
    assert one == {
        "test": "customer-assets-clean",
        "entity": "FTX",
        "of": "",
        "unit": "USD",
        "on": "found",
        "passed": False,
        "margin": "-95",
        "margin_at": "2022-11-11",
        "margin_by_construction": False,
        "at_reporting_date": "-95",
        "spells": [
            {
                "from": "2022-11-11",
                "to": one["spells"][0]["to"],
                "worst": "95",
                "worst_at": "2022-11-11",
                "lasting": True,
            }
        ],
        "probability": 1.0,
        "draws": 0,
        "first": {"least": "2022-11-11", "most": "2022-11-11"},
        "at_half": None,
        "at_twice": None,
        "by_construction": False,
    }


def test_the_terminal_prints_both(ledger) -> None:
    path = ledger.write(PREAMBLE + BOOKS + OWED + WALLET)
    printed = CliRunner().invoke(main, ["check", "--draws=0", str(path)]).output
    assert "Tests of what was found, from the petition on" in printed
    assert "Assets cover debts" in printed
    # 25 found for 120 owed.
    assert "(95)" in printed


def test_what_things_cost_is_what_was_paid_for_them(ledger) -> None:
    """At a share of its cost, and not of its price at the petition."""
    case = ledger.case(
        BOOKS
        + """
2020-01-01 open Assets:FTX:Vault
  recovery: 0.5
2021-06-01 * "Buys at 4" ^court
  Assets:FTX:Vault       10 BTC @ 4 USD
  Equity:FTX:Shares  -40 USD
2020-01-01 custom "invariant" "balance-sheet" "FTX"
  basis: "realisable"
"""
        + counted("B-1", "Assets:FTX:Vault", "4 BTC")
    )
    found = evaluate(case.book(), draws=0)
    books, beside = found.tests
    # 6 BTC of the wallet cost 10, 10 of the vault 4: 6.25 on average. Found are 4.
    average = Decimal(100) / 16
    assert beside.on == "found"
    assert beside.margin == pytest.approx(
        100 + 100 + 4 * average / 2, rel=Decimal("1e-9")
    )
    assert books.margin < beside.margin


def test_the_worst_of_what_was_found_has_its_day(ask) -> None:
    # 25 found for 120 owed: 95 short at the petition, and 105 after the theft of 10
    # on 12 November, which the count of the petition is carried over.
    theft = """
2022-11-12 * "Stolen" ^court
  Assets:FTX:Wallet    -10 USD
  Expenses:FTX:Theft    10 USD
2020-01-01 open Expenses:FTX:Theft
"""
    one = ask(WALLET, theft)["customer-assets-clean", "found"]
    assert (one.reported, one.margin) == (-95, -105)
    assert one.worst_at == datetime.date(2022, 11, 12)


def test_a_worst_day_by_a_remainder_is_by_construction(ask) -> None:
    # 20 are missing from 2 October on; 30 more go on a day between June and December,
    # a remainder that no source states.
    remainder = """
2022-11-05 * "What makes two sources agree" ^court
  basis: "residual"
  earliest: 2022-06-01
  latest: 2022-12-01
  Assets:FTX:Wallet    -30 USD
  Expenses:FTX:Theft    30 USD
2020-01-01 open Expenses:FTX:Theft
"""
    one = ask(remainder)["customer-assets-clean", "books"]
    assert (one.margin, one.worst_at) == (-50, datetime.date(2022, 11, 5))
    assert one.worst_by_construction
    assert one.worst_day == (datetime.date(2022, 6, 1), datetime.date(2022, 12, 1))
    assert not one.by_construction
    stated = remainder.replace('  basis: "residual"\n', "")
    assert not ask(stated)["customer-assets-clean", "books"].worst_by_construction
