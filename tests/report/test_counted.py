"""What charts of tests end at, and what was missing: accounts, sales and flows.

Desk in millions: 310 lent at call; it bought six million COIN at 20, and ten million
OWN, a token of its group, at 8, now 5, and lent Friend 10 at call: 100 stay at the
bank. A million COIN sold halve the price, so all six fetch
120 * (1 - 2^-6) / (6 ln 2) = 28.40; 138.40 are there for 310, 171.60 missing. Poor
keeps 600 of its customers' 1,000 COIN.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from report.exhibits import every_list

from solvency import load
from solvency.exhibits.drawings import Drawing
from solvency.figures.figure import OWN
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import figures_of
from solvency.figures.formats import Locale
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.figures.figure import Prose
    from solvency.report.document import Report

_LEDGER = """
option "operating_currency" "USD"
plugin "solvency"
2020-01-01 custom "source" "court" "Filing"
  publisher: "Court"
  url: "https://example.org"
  grade: "A1"
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "entity" "Lender" "Lender plc"
  role: "lender"
2020-01-01 custom "entity" "Friend" "Friend plc"
  role: "lender"
2020-01-01 custom "entity" "Desk" "Desk Ltd"
  role: "trading"
  group: TRUE
2020-01-01 custom "entity" "Poor" "Poor Ltd"
  role: "exchange"
  group: TRUE
2020-01-01 commodity USD
  liquidity: "liquid"
2020-01-01 commodity COIN
  liquidity: "less-liquid"
  halving: 1,000,000 COIN
  max-price-age: 900
2020-01-01 commodity OWN
  issuer: "Poor"
  halving: 1,000,000 OWN
  max-price-age: 900
2021-01-01 price COIN 20 USD
  source: "court"
2021-01-01 price OWN 8 USD
  source: "court"
2021-06-01 price OWN 5 USD
  source: "court"
2020-01-01 open Assets:Desk:Bank
2020-01-01 open Assets:Desk:Coins
2020-01-01 open Assets:Desk:Own
2020-01-01 open Assets:Desk:Lent
  counterparty: "Friend"
  term: "callable"
2020-01-01 open Liabilities:Desk:Loan
  counterparty: "Lender"
  term: "callable"
2020-01-01 open Assets:Poor:Custody
  custody: TRUE
2020-01-01 open Liabilities:Poor:Customers
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Expenses:Poor:Lost
2021-06-30 event "petition" "Desk"
2021-01-01 custom "invariant" "balance-sheet" "Desk"
  basis: "realisable"
2021-01-01 custom "invariant" "ability-to-pay" "Desk"
2021-01-01 custom "invariant" "customer-assets" "Poor"
2021-01-01 custom "invariant" "holding-against-depth" "Desk"
  commodity: "OWN"
  minimum: 0.8
2021-01-02 * "Lender" "Loan" ^court
  id: "loan"
  Liabilities:Desk:Loan  -310000000 USD
  Assets:Desk:Bank  310000000 USD
2021-02-01 * "Market" "Coins" ^court
  id: "coins"
  Assets:Desk:Coins  6000000 COIN @ 20 USD
  Assets:Desk:Bank  -120000000 USD
2021-02-02 * "Market" "Own" ^court
  id: "own"
  Assets:Desk:Own  10000000 OWN @ 8 USD
  Assets:Desk:Bank  -80000000 USD
2021-02-03 * "Friend" "Lent" ^court
  id: "lent"
  Assets:Desk:Lent  10000000 USD
  Assets:Desk:Bank  -10000000 USD
2021-03-01 * "Customers" "Deposit" ^court
  id: "deposit"
  Assets:Poor:Custody  1000 COIN
  Liabilities:Poor:Customers  -1000 COIN
2021-03-02 * "Market" "Lost" ^court
  id: "lost"
  Assets:Poor:Custody  -400 COIN
  Expenses:Poor:Lost  400 COIN
"""
#: What all the coins fetch, in millions.
_FETCH = 120 * (1 - 2**-6) / (6 * math.log(2))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Report:
    path = tmp_path_factory.mktemp("desk") / "main.beancount"
    path.write_text(_LEDGER, encoding="utf-8")
    case = load(path)
    return every_list(case)


def words(prose: Prose) -> str:
    said = []
    for piece in prose:
        if isinstance(piece, Figure):
            said.append(piece.text(Locale()))
        elif isinstance(piece, Day):
            said.append(piece.date.isoformat())
        else:
            said.append(getattr(piece, "label", "") or getattr(piece, "text", piece))
    return "".join(said)


def drawing(report: Report, key: str) -> Drawing:
    found = next(one for one in report.tables if one.key == key)
    assert isinstance(found, Drawing)
    return found


def at_end(report: Report, key: str) -> tuple[str, list[Figure]]:
    """Return what a drawing's notes say of its end, with the figures of it."""
    notes = drawing(report, key).notes
    note = next(one for one in notes if words(one).startswith("At the end, "))
    return words(note), list(figures_of(note))


def missing(report: Report, key: str) -> Figure:
    for table in report.tables:
        for row in table.rows if isinstance(table, Table) else ():
            if row.key == key:
                figure = row.cells[3]
                assert isinstance(figure, Figure)
                return figure
    raise AssertionError(key)


class TestEndOfALine:
    @pytest.mark.parametrize(
        ("key", "names"),
        [
            ("line-balance-sheet-Desk", ("Debts", "Assets", "Missing")),
            ("line-ability-to-pay-Desk", ("Due", "Can be paid", "Missing")),
        ],
    )
    def test_the_sentence_says_what_the_drawing_prints(
        self, desk: Report, key: str, names: tuple[str, ...]
    ) -> None:
        said, figures = at_end(desk, key)
        values = [310, _FETCH + 110, 200 - _FETCH]
        for name, figure, value in zip(names, figures, values, strict=True):
            assert figure.value is not None
            assert float(figure.value) == pytest.approx(value * 10**6, abs=1)
            assert f"{name} {figure.text(Locale())}" in said
            # The drawing's own words for a screen reader: the label and its amount.
            drawn = re.search(rf"{name} ([\d.,]+)", drawing(desk, key).svg)
            assert drawn is not None
            assert figure.text(Locale()) == f"${drawn[1].rstrip(',.')}m"

    def test_each_has_an_entry_in_the_appendix(self, desk: Report) -> None:
        derived = next(one for one in desk.tables if one.key == "derived")
        assert isinstance(derived, Table)
        anchors = {row.anchor for row in derived.rows}
        for key in ("line-balance-sheet-Desk", "line-ability-to-pay-Desk"):
            for figure in at_end(desk, key)[1]:
                assert figure.target == OWN
                assert figure.place in anchors

    def test_what_is_there_says_what_a_sale_loses_and_by_account(
        self, desk: Report
    ) -> None:
        there = at_end(desk, "line-balance-sheet-Desk")[1][1]
        assert words(there.worked).startswith("Desk:Coins 120.0 (6,000,000 COIN at 20")
        assert words(there.worked).endswith(
            "; there 280.0 at market, less the group's own tokens and shares and what a"
            " sale of the rest loses: Desk:Coins 91.6; Desk:Own 50.0"
        )
        # What accounts are worth is not what flows put in: none has a part.
        assert there.parts == ()
        assert there.flows[0] == "loan"

    def test_what_can_be_paid_counts_claims_and_no_own_tokens(
        self, desk: Report
    ) -> None:
        said = words(at_end(desk, "line-ability-to-pay-Desk")[1][1].worked)
        assert "Desk:Lent 10.0" in said
        assert said.endswith(
            "; there 230.0 at market, less what a sale loses: Desk:Coins 91.6"
        )

    def test_what_flows_put_in_sums_to_what_is_owed(self, desk: Report) -> None:
        needed = at_end(desk, "line-balance-sheet-Desk")[1][0]
        assert needed.parts == (("loan", Decimal(310_000_000)),)

    def test_the_unit_names_the_time_band(self, desk: Report) -> None:
        unit = drawing(desk, "line-ability-to-pay-Desk").unit
        assert words(unit) == "Debts can be paid as they fall due: 31-90 days"


class TestMissingThen:
    def test_it_rests_on_the_largest_flows_and_names_the_first(
        self, desk: Report
    ) -> None:
        figure = missing(desk, "test:balance-sheet:Desk:")
        # The loan is on both sides: nothing of what is missing, most of each.
        assert figure.flows == ("loan", "coins", "own")
        assert figure.parts == ()
        said = words(figure.worked)
        # On the day OWN was bought, at 8: before anything was lent to Friend.
        assert "; there 310.0 at market, less the group's own tokens" in said
        assert "Desk:Coins 91.6; Desk:Own 80.0; first broken by " in said
        assert "first broken by coins on 2021-02-01; " in said

    def test_coins_are_counted_in_coins_and_the_row_says_so(self, desk: Report) -> None:
        key = "test:customer-assets:Poor:COIN"
        figure = missing(desk, key)
        assert figure.value == 400
        assert figure.parts == (("lost", Decimal(400)),)
        row = next(
            row
            for one in desk.tables
            if isinstance(one, Table)
            for row in one.rows
            if row.key == key
        )
        assert words(row.label).endswith(": COIN (in COIN)")

    def test_a_share_is_no_sum_of_accounts(self, desk: Report) -> None:
        figure = missing(desk, "test:holding-against-depth:Desk:OWN")
        assert figure.flows == ("own",)
        assert " at market, less" not in words(figure.worked)
