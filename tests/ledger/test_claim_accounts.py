"""The two sides of a claim are always one pair."""

from __future__ import annotations

from pathlib import Path

import pytest

import solvency

GROUPS = Path(__file__).parents[1] / "groups"


def _balances(case):
    book = case.book()
    found = book.balance(book.last_day)
    return {position.account: units for position, units in found.items()}


def _added(flow):
    return [(p.account, p.units) for p in flow.postings if p.added]


@pytest.mark.parametrize(
    "named", ["Liabilities:Beta:Interest-Owed:Alfa", "Assets:Alfa:Interest-Due:Beta"]
)
def test_interest_paid_moves_the_interest_on_both_sides(ledger, named):
    text = (GROUPS / "on-pays-the-wrong-claim.beancount").read_text()
    case = ledger.load(
        text.replace("Liabilities:Beta:Interest-Owed:Alfa\n  A", named + "\n  A")
    )
    assert not case.errors
    found = _balances(case)
    # 500 of interest accrued and was paid; 120,000 lent, 50,000 paid back.
    assert "Assets:Alfa:Interest-Due:Beta" not in found
    assert "Liabilities:Beta:Interest-Owed:Alfa" not in found
    assert found["Assets:Alfa:Receivables:Beta"] == 70_000
    assert found["Liabilities:Beta:Payables:Alfa"] == -70_000


def test_the_advice_on_a_claim_can_be_followed(ledger):
    text = (GROUPS / "on-advice-cannot-be-followed.beancount").read_text()
    (error,) = ledger.load(text).errors
    assert error.rule == "claim"
    advice = 'on: "Assets:Alfa:Receivables:Beta, Liabilities:Beta:Interest-Owed:Alfa"'
    assert advice in error.message
    assert "pair:" in error.message
    # Both named, as the advice has it.
    both = text.replace(
        "on: Assets:Alfa:Receivables:Beta",
        'on: "Assets:Alfa:Receivables:Beta, Liabilities:Beta:Payables:Alfa"',
    )
    case = ledger.load(both)
    assert not case.errors
    assert _added(case.flows[1]) == [
        ("Assets:Alfa:Receivables:Beta", 120_000),
        ("Liabilities:Beta:Payables:Alfa", -120_000),
    ]
    # Or the pair written on both `open`s.
    for side in ("Alfa:Interest-Due:Beta", "Beta:Interest-Owed:Alfa"):
        text = text.replace(f":{side}\n  c", f':{side}\n  pair: "interest"\n  c')
    paired = ledger.load(text)
    assert not paired.errors
    assert _balances(paired) == _balances(case)


def test_sides_of_two_claims_are_not_one(ledger):
    text = (GROUPS / "on-pays-the-wrong-claim.beancount").read_text()
    (error,) = ledger.load(
        text.replace(
            "on: Liabilities:Beta:Interest-Owed:Alfa",
            'on: "Assets:Alfa:Receivables:Beta, Liabilities:Beta:Interest-Owed:Alfa"',
        )
    ).errors
    assert error.rule == "on"
    assert "sides of two claims" in error.message
    (error,) = ledger.load(
        text.replace(
            "on: Liabilities:Beta:Interest-Owed:Alfa",
            'on: "Assets:Alfa:Receivables:Beta, Assets:Alfa:Interest-Due:Beta"',
        )
    ).errors
    assert "not the two sides of one claim" in error.message


def test_one_account_may_serve_for_all_that_the_other_side_has_apart(ledger):
    case = ledger.case(
        """
        2020-01-01 custom "entity" "Lender" "A lender"
        2020-01-01 open Assets:Lender:Cash
        2020-01-01 open Assets:Lender:Loans:Alameda
          counterparty: "Alameda"
        2020-01-01 open Liabilities:Alameda:Loans:First
          counterparty: "Lender"
        2020-01-01 open Liabilities:Alameda:Loans:Second
          counterparty: "Lender"
        2021-01-01 * "Loan" ^court
          on: Liabilities:Alameda:Loans:Second
          Assets:Lender:Cash   -5 USD
          Assets:Alameda:Bank   5 USD
        """
    )
    assert _added(case.flows[0]) == [
        ("Assets:Lender:Loans:Alameda", 5),
        ("Liabilities:Alameda:Loans:Second", -5),
    ]


def test_a_mark_on_one_side_tells_which_of_several_is_meant(ledger):
    case = ledger.case(
        """
        2020-01-01 open Liabilities:FTX:Coins
          counterparty: "Customers"
          intercompany: TRUE
        2021-01-01 * "Deposit" ^court
          Equity:Customers:Wealth  -5 BTC
          Assets:FTX:Bank           5 BTC
        """
    )
    assert _added(case.flows[0]) == [
        ("Assets:Customers:Deposits:FTX", 5),
        ("Liabilities:FTX:Coins", -5),
    ]


def test_two_claims_marked_are_told_and_to_unmark_one_helps(ledger):
    text = (GROUPS / "intercompany-twice.beancount").read_text()
    (error,) = ledger.load(text).errors
    assert "2 claims between A and B are marked intercompany: TRUE" in error.message
    assert "Keep the mark on one" in error.message
    mark = "  intercompany: TRUE\n"
    first, second, *rest = text.split(mark)
    case = ledger.load(first + mark + second + mark + "".join(rest))
    assert not case.errors
    assert _added(case.flows[0]) == [
        ("Assets:A:Receivables:B", 1),
        ("Liabilities:B:Payables:A", -1),
    ]


def test_renamed_roots_are_honoured_by_the_plugin_lines_alone():
    case = solvency.load(GROUPS / "renamed-roots-plugin-lines.beancount")
    (flow,) = (x for x in case.entries if type(x).__name__ == "Transaction")
    assert [(p.account, p.units.number) for p in flow.postings[2:]] == [
        ("Vermoegen:Hold:Forderungen:Muehle", 3000),
        ("Schulden:Muehle:Verbindlichkeiten:Hold", -3000),
    ]
