"""Recourse for affiliates' debts, set-off, and what was paid after the petition."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner

import solvency
from solvency.analysis.recover.distributions import distributions
from solvency.analysis.recover.made_whole import afterwards
from solvency.analysis.recover.payments import lent
from solvency.analysis.recover.recover import RECOURSE
from solvency.analysis.recover.recover import recover
from solvency.cli import main
from solvency.report import build

GROUPS = Path(__file__).parents[2] / "groups"
#: Firm claims 60 of Lch and owes it 100; the claim may be set off against the debt.
NETTED = """
option "operating_currency" "USD"
plugin "solvency"
2021-01-01 custom "entity" "Firm" "the firm"
  group: TRUE
2021-01-01 custom "entity" "Lch" "a clearing house"
  role: "clearing-house"
2021-01-01 custom "source" "s" "s"
  grade: "C2"
2021-01-01 open Assets:Firm:Cash
2021-01-01 open Assets:Firm:Margin:Lch
  counterparty: "Lch"
  {}
2021-01-01 open Liabilities:Firm:Repo:Lch
  counterparty: "Lch"
2021-01-01 open Assets:Lch:Cash
2021-01-01 open Liabilities:Lch:Margin:Firm
  counterparty: "Firm"
2021-01-01 open Assets:Lch:Repo:Firm
  counterparty: "Firm"
2021-01-01 open Equity:Lch:Own
2021-01-02 * "Lch" "Has cash" ^s
  id: "F-0"
  Assets:Lch:Cash   70 USD
  Equity:Lch:Own   -70 USD
2021-02-01 * "Lch" "Repo" ^s
  id: "F-1"
  on: Liabilities:Firm:Repo:Lch
  Assets:Lch:Cash  -70 USD
  Assets:Firm:Cash  70 USD
2021-02-02 * "Lch" "More repo, for a bond since sold and spent" ^s
  id: "F-2"
  on: Liabilities:Firm:Repo:Lch
  Equity:Lch:Own   -30 USD
  Assets:Firm:Cash  30 USD
2021-02-03 * "Firm" "Margin" ^s
  id: "F-3"
  on: Assets:Firm:Margin:Lch
  Assets:Firm:Cash  -60 USD
  Assets:Lch:Cash    60 USD
2021-03-01 event "petition" "Firm"
"""


def test_recourse_on_an_affiliate_is_a_line_of_its_own() -> None:
    # Firm's bond of 100 pays Sub's debt to Bank; Sub has 100 to pay Firm in its place.
    found = recover(solvency.load(GROUPS / "pledge-for-affiliate.beancount").book())
    firm = next(one for one in found.statements if one.entity == "Firm")
    lines = {line.kind: (line.book, line.worth.central) for line in firm.lines}
    assert lines["pledged"] == (100, 100)
    assert lines["claims on others"] == (0, 0)
    assert lines[RECOURSE] == (0, 100)
    sub = next(one for one in found.statements if one.entity == "Sub")
    assert RECOURSE not in {line.kind for line in sub.lines}


@pytest.mark.parametrize(
    ("lost", "collateral", "paid", "back"),
    [
        # Sub has 60 for a claim of 100, of which Firm's bond pays 50. The claim stays
        # 100 until it is paid: 50 and 50 of the 60, and 10 to Firm.
        (40, 50, 100, 10),
        # It has 25: the bank has 50 and 25, and Firm nothing.
        (75, 50, 75, 0),
        # The bond pays all: Firm has what Sub can pay.
        (40, 100, 100, 60),
    ],
)
def test_collateral_from_outside_leaves_the_whole_claim(
    tmp_path: Path, lost: int, collateral: int, paid: int, back: int
) -> None:
    text = (GROUPS / "pledge-for-affiliate.beancount").read_text("utf-8")
    text = text.replace(
        """"Firm" "the firm"
  group: TRUE""",
        """"Firm" "the owner" """,
    )
    text = text.replace("Firm:Bonds  100 USD", f"Firm:Bonds  {collateral} USD")
    text = text.replace("Firm:Own   -100 USD", f"Firm:Own   -{collateral} USD")
    text += f"""
2021-01-01 open Expenses:Sub:Loss
2021-02-10 * "Sub" "Loses" ^s
  id: "F-3"
  Assets:Sub:Cash   -{lost} USD
  Expenses:Sub:Loss  {lost} USD
"""
    (tmp_path / "main.beancount").write_text(text, "utf-8")
    found = recover(solvency.load(tmp_path / "main.beancount").book())
    [sub] = found.classes
    assert (sub.claims, sub.paid) == (100, paid)
    assert lent(found.alone, "Sub") == (collateral, back)
    own = found.alone.clearing.payments[found.alone.index["Sub"]]
    assert own + collateral - back == sub.paid
    # What the statement of affairs prints adds up to what the class is paid.
    [statement] = found.statements
    assert sum(line.worth.central for line in statement.lines) == own
    said = CliRunner().invoke(
        main,
        ["recover", "--table", "affairs", "--csv", str(tmp_path / "main.beancount")],
    )
    assert "Beside: paid by collateral of others" in said.output
    assert "Of what it pays, left to those others" in said.output


def test_what_the_affiliate_cannot_pay_is_no_recourse(tmp_path: Path) -> None:
    # Sub lost 75 of its 100: it pays Firm 25.
    text = (GROUPS / "pledge-for-affiliate.beancount").read_text("utf-8")
    path = tmp_path / "main.beancount"
    path.write_text(
        text + '2021-02-03 open Expenses:Sub:Loss\n2021-02-03 * "Sub" "Loses" ^s\n'
        '  id: "F-3"\n  Assets:Sub:Cash  -75 USD\n  Expenses:Sub:Loss  75 USD\n'
    )
    found = recover(solvency.load(path).book())
    firm = next(one for one in found.statements if one.entity == "Firm")
    worth = {line.kind: line.worth for line in firm.lines}
    assert worth[RECOURSE] == (25, 25, 25)


@pytest.mark.parametrize(
    ("keys", "owed", "claimed"),
    [('set-off: "Liabilities:Firm:Repo:Lch"', 40, 0), ("note: 1", 100, 60)],
)
def test_a_claim_is_set_off_against_a_debt(
    ledger, keys: str, owed: int, claimed: int
) -> None:
    # Of 100 owed and 60 claimed, 40 and nothing are left; Firm has 40 to pay it.
    case = ledger.load(NETTED.format(keys))
    assert not case.errors, [one.message for one in case.errors]
    found = recover(case.book())
    firm = next(one for one in found.statements if one.entity == "Firm")
    face = {line.kind: line.book for line in firm.lines}["claims on others"]
    assert (firm.central.unsecured, face) == (owed, claimed)
    said = [note for note in found.notes if note.startswith("set off")]
    assert said == (
        []
        if claimed
        else [
            (
                "set off: Assets:Firm:Margin:Lch against Liabilities:Firm:Repo:Lch,"
                " 60 on each side"
            )
        ]
    )


def test_set_off_takes_no_more_than_the_smaller_side(ledger) -> None:
    # 120 are claimed, of which 20 from Firm's own, and 100 owed: 20 are claimed still.
    text = NETTED.format('set-off: "Liabilities:Firm:Repo:Lch"')
    case = ledger.load(
        text.replace("60 USD", "120 USD") + "2021-01-01 open Equity:Firm:Own\n"
        '2021-01-02 * "Firm" "Capital" ^s\n  id: "F-9"\n'
        "  Assets:Firm:Cash  20 USD\n  Equity:Firm:Own  -20 USD\n"
    )
    found = recover(case.book())
    (firm,) = found.statements
    face = {line.kind: line.book for line in firm.lines}["claims on others"]
    assert (firm.central.unsecured, face) == (0, 20)


def test_payments_after_the_petition_are_distributions() -> None:
    path = GROUPS / "paid-after-petition.beancount"
    book = solvency.load(path).book()
    found = recover(book)
    (one,) = distributions(book, found)
    assert (one.flow, one.entity, one.rank) == ("F-2", "Firm", "customer")
    assert (one.paid, one.total, one.claims) == (60, 60, 100)
    assert one.rate == Decimal("0.6")
    assert afterwards(book, found) == ()
    shown = CliRunner().invoke(main, ["recover", str(path)]).output
    assert "fetched 0" not in shown
    assert "no source of the case says what was paid" not in shown
    assert (
        "by the flows after 2021-03-01 debts fall by 60 USD, paid or given up" in shown
    )
    written = CliRunner().invoke(main, ["recover", "--json", str(path)]).output
    (row,) = json.loads(written)["distributions"]
    assert (row["paid"], row["rate"]) == ("60", "0.6")


def test_distributions_add_up_by_class(tmp_path: Path) -> None:
    text = (GROUPS / "paid-after-petition.beancount").read_text("utf-8")
    path = tmp_path / "main.beancount"
    path.write_text(
        text + '2021-06-01 * "Firm" "A second distribution" ^s\n  id: "F-3"\n'
        "  Assets:Firm:Bank  -15 USD\n  Assets:Clients:Bank  15 USD\n"
    )
    book = solvency.load(path).book()
    rows = distributions(book, recover(book))
    assert [(one.paid, one.total, one.rate) for one in rows] == [
        (60, 60, Decimal("0.6")),
        (15, 75, Decimal("0.75")),
    ]


def test_the_report_has_what_was_paid_beside_the_claims() -> None:
    case = solvency.load(GROUPS / "paid-after-petition.beancount")
    report = build(case, case.book(), sections=["affairs"])
    tables = {one.key: one for one in report.tables}
    assert "afterwards" not in tables
    (row,) = tables["distributions"].rows
    values = dict(
        zip(
            (one.key for one in tables["distributions"].columns), row.cells, strict=True
        )
    )
    assert (values["paid"].value, values["claims"].value) == (60, 100)


BOND = """
option "operating_currency" "USD"
plugin "solvency"
2021-01-01 custom "entity" "Firm" "the firm"
  group: TRUE
2021-01-01 custom "source" "s" "s"
  grade: "C2"
2021-01-01 commodity BOND
  haircut: 0.10
  haircut-low: 0.04
  haircut-high: 0.25
2021-01-01 open Assets:Firm:Bonds
2021-01-01 open Equity:Firm:Own
2021-02-01 price BOND 0.95 USD
  source: "s"
2021-02-01 * "Firm" "Holds bonds" ^s
  id: "F-1"
  Assets:Firm:Bonds  1,000 BOND @ 0.95 USD
  Equity:Firm:Own   -950 USD
2021-02-10 event "petition" "Firm"
"""


def test_bonds_fetch_their_price_less_a_haircut(ledger) -> None:
    # 950 at market: 855 less a tenth, 912 less 4 in a hundred, 712.50 less a quarter.
    case = ledger.load(BOND)
    assert not case.errors
    book = case.book()
    (firm,) = recover(book).statements
    worth = {line.kind: line.worth for line in firm.lines}["free"]
    assert worth == (Decimal("712.5"), 855, 912)
    sheet = book.balance_sheet("Firm", case.reporting_date, basis="realisable")
    assert sheet.totals.assets == 855
    at_market = book.balance_sheet("Firm", case.reporting_date)
    assert at_market.totals.assets == 950


def test_a_haircut_that_is_more_than_the_price_is_an_error(ledger) -> None:
    case = ledger.load(BOND.replace("haircut: 0.10", "haircut: 1.10"))
    assert [one.rule for one in case.errors] == ["metadata"]
