"""Sources and uses, and the flow of funds, as printed (see conftest.CASE)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from report.exhibits import amounts
from report.exhibits import exhibit

from solvency import load
from solvency.figures.figure import Figure
from solvency.report import build

if TYPE_CHECKING:
    from pathlib import Path

    from solvency import Case
    from solvency.report.document import Report

_FEES = """
option "operating_currency" "USD"
plugin "solvency"
2020-01-01 custom "entity" "Desk" "A desk"
  group: TRUE
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "source" "court" "Filing"
  publisher: "Court"
  url: "https://example.org"
  grade: "A1"
2020-01-01 open Assets:Desk:Custody
2020-01-01 open Assets:Desk:Bank
2020-01-01 open Income:Desk:Fees
2020-01-01 open Expenses:Customers:Fees
2020-01-01 open Liabilities:Desk:Customers
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Assets:Customers:Deposits:Desk
  counterparty: "Desk"
2020-01-01 open Equity:Customers:Wealth
2020-02-01 * "Customers" "Pay in" ^court
  id: "F-1"
  Equity:Customers:Wealth   -100 USD
  Assets:Desk:Custody        100 USD
2020-03-01 * "Customers" "Pay a fee out of what they have" ^court
  id: "F-2"
  Assets:Desk:Custody        -10 USD
  Assets:Desk:Bank            10 USD
  Liabilities:Desk:Customers  10 USD
  Income:Desk:Fees           -10 USD
  Expenses:Customers:Fees     10 USD
  Assets:Customers:Deposits:Desk  -10 USD
"""


class TestFunds:
    # Customers brought 1,000,000,000.25 and 600,000,000.25; 360,000,000 was lost; the
    # rest is 1,000,000,000.25 at Exchange and at Desk 100,000,000.25 in the bank,
    # 100,000,000 in bitcoin and 40,000,000 nobody explains.
    def test_sources_less_uses_are_what_is_left(self, report: Report) -> None:
        table = exhibit(report, "funds")
        assert amounts(table, "source:customers")[0] == Decimal("1600000000.50")
        assert amounts(table, "use:losses")[0] == Decimal(360_000_000)
        assert amounts(table, "left")[0] == Decimal("1240000000.50")

    def test_a_desk_paid_by_customers_owes_the_exchange(self, report: Report) -> None:
        table = exhibit(report, "flow-of-funds")
        links = {row.key: amounts(table, row.key)[0] for row in table.rows}
        assert links["Exchange>Desk"] == Decimal("600000000.25")
        assert links["<customers>Exchange"] == Decimal("1600000000.50")
        assert links["Desk>>losses"] == Decimal(360_000_000)
        assert links["Desk>left"] == Decimal("240000000.25")
        assert links["Exchange>left"] == Decimal("1000000000.25")

    def test_the_drawing_has_the_totals_of_the_table(self, report: Report) -> None:
        links = exhibit(report, "flow-of-funds")
        came = [amounts(links, x.key)[0] or 0 for x in links.rows if x.key[0] == "<"]
        went = [amounts(links, x.key)[0] or 0 for x in links.rows if ">>" in x.key]
        table = exhibit(report, "funds")
        assert sum(came) == amounts(table, "total:source")[0]
        assert sum(went) == amounts(table, "total:use")[0]

    def test_fees_out_of_deposits_are_drawn_once(self, tmp_path: Path) -> None:
        # 100 come in, of which 10 are kept as a fee: 100 were brought, not 110.
        path = tmp_path / "main.beancount"
        path.write_text(_FEES)
        case = load(path)
        assert not case.errors
        table = exhibit(build(case, case.book(), sections=["funds"]), "flow-of-funds")
        links = {row.key: amounts(table, row.key)[0] for row in table.rows}
        assert links == {"<customers>Desk": Decimal(100), "Desk>left": Decimal(100)}

    def test_the_drawing_s_flows_are_the_ledger_s(
        self, report: Report, loaded: Case
    ) -> None:
        table = exhibit(report, "flow-of-funds")
        for row in table.rows:
            figure = row.cells[0]
            assert isinstance(figure, Figure)
            assert figure.flows
            assert set(figure.flows) <= set(loaded.by_id)
