"""What is paid to whom, and why: the way of a figure to what it is made up of.

Harbour at 31 Dec 2021, in thousands: Desk pledged 2,000,000 of its 6,000,000 HBR to
Lender. Sold together at 1, each 400,000 sold halving the price, all fetch
400/ln 2 * (1 - 2^-15) = 577.06; the pledge's third is 192.35. The other 3,807.65 of the
4,000 owed are paid like Desk's other debts. At low 200,000 halve it: 96.18, and
9,692.36 are free for 10,903.82: 88.89 per cent.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from report.exhibits import every_list

from solvency import load
from solvency.exhibits.check.segregation import recovers
from solvency.exhibits.drawings import Drawing
from solvency.figures.figure import OWN
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.formats import Locale
from solvency.report import pages

if TYPE_CHECKING:
    from solvency.figures.table import Table
    from solvency.report.document import Report

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def harbour() -> Report:
    case = load(ROOT / "ledgers/harbour/main.beancount")
    return every_list(case)


def table(report: Report, key: str) -> Table:
    found = next(one for one in report.tables if one.key == key)
    assert not isinstance(found, Drawing)
    return found


def cell(report: Report, key: str, row: str, column: str) -> Figure:
    found = table(report, key)
    line = next(one for one in found.rows if one.key == row)
    at = [one.key for one in found.columns].index(column)
    figure = line.cells[at]
    assert isinstance(figure, Figure)
    return figure


def words(prose: object) -> str:
    said = []
    assert isinstance(prose, tuple)
    for piece in prose:
        if isinstance(piece, str):
            said.append(piece)
        elif isinstance(piece, Figure):
            said.append(piece.text(Locale()))
        elif isinstance(piece, Day):
            said.append(piece.date.isoformat())
        else:
            said.append(
                getattr(piece, "text", "")
                or getattr(piece, "label", "")
                or getattr(piece, "key", "")
            )
    return "".join(said)


LENDER = "recovery:Each entity alone:Desk:secured"


class TestPayments:
    def test_a_payment_names_collateral_and_the_rate_of_the_rest(
        self, harbour: Report
    ) -> None:
        paid = cell(harbour, "recovery", LENDER, "paid")
        assert paid.target == OWN
        said = words(paid.worked)
        assert said.startswith("192.4 covered by Desk:Pledged:Tokens 192.4 (")
        assert "2,000,000 of 6,000,000 HBR sold, at first at 1" in said
        assert "low 96.2, high 382.6" in said
        assert said.endswith("100% of the rest, 3,807.6: 3,807.6")
        assert paid.flows[: paid.named] == ("loan", "repayment", "pledge")

    def test_low_is_worked_out_at_low(self, harbour: Report) -> None:
        low = cell(harbour, "recovery", LENDER, "low")
        assert low.target == OWN
        assert low.value is not None
        assert round(low.value * 4000, 1) == Decimal("3566.3")
        said = words(low.worked)
        assert said.startswith("3,566.3 over 4,000.0; 96.2 covered by")
        assert said.endswith("89% of the rest, 3,903.8: 3,470.1")

    @pytest.mark.parametrize("end", ["low", "central", "high"])
    def test_the_rate_leads_to_the_statement_s_line(
        self, harbour: Report, end: str
    ) -> None:
        column = "paid" if end == "central" else end
        paid = cell(harbour, "recovery", LENDER, column)
        rate = next(
            one
            for one in paid.worked
            if isinstance(one, Figure) and one.key.startswith("rate:")
        )
        line = cell(harbour, "affairs", "affairs:Desk:rate", end)
        assert line.target == OWN
        assert rate.target == line.place
        assert rate.text(Locale()) == line.text(Locale())
        over = [one for one in line.worked if isinstance(one, Figure)]
        surplus, unsecured = (one.value or Decimal() for one in over[:2])
        assert abs(line.value - min(Decimal(1), surplus / unsecured)) < Decimal("1e-20")

    def test_where_estates_are_one_the_rate_has_an_entry(self, harbour: Report) -> None:
        # Desk 9,500, Harbour 1,400 and 2,250 for customers, and no debtor pays: 13,150.
        # Customers' 9,200 come before the lender: 3,950 are left for its 4,000.
        low = cell(harbour, "recovery", "recovery:All as one:group:secured", "low")
        rate = next(
            one
            for one in low.worked
            if isinstance(one, Figure) and one.key.startswith("rate:")
        )
        entry = next(
            row for row in table(harbour, "derived").rows if row.anchor == rate.target
        )
        said = words(entry.cells[1])
        assert "3,950.0 left of 13,150.0 for 4,000.0 not covered" in said
        assert "9,200.0 goes to what is covered and to ranks before" in said
        figure = entry.cells[2]
        assert isinstance(figure, Figure)
        assert figure.value == Decimal(3950) / Decimal(4000)

    def test_what_pays_customers_beside_custody_is_said(self, harbour: Report) -> None:
        notes = [words(note) for note in table(harbour, "recovery").notes]
        assert (
            "Harbour owes its customers 9,200.0 and holds 2,250.0 for them. It pays the"
            " rest, 6,950.0, as far as it can, out of other assets, 1,400.0, and what"
            " its debtors pay it in clearing, 7,000.0: most of it Desk, 7,000.0 of"
            " 7,000.0."
        ) in notes

    def test_every_link_of_an_entry_is_there(self, harbour: Report) -> None:
        root = pages.tree(harbour)
        ids = {one.get("id") for one in root.iter()}
        links = {
            one.get("href", "")[1:]
            for one in root.iter("a")
            if one.get("href", "").startswith("#")
        }
        assert links
        assert links <= ids


class TestGains:
    # Two estates share customers: one has 30 for 100, the other 90 for 100.
    def test_a_gain_is_one_less_alone(self, consolidated: Report) -> None:
        rows = table(consolidated, "consolidation-gains").rows
        for row in rows:
            figures = [one for one in row.cells if isinstance(one, Figure)]
            alone, one, gain = figures[1], figures[3], figures[4]
            if not gain.value:
                continue
            named = [x for x in gain.worked if isinstance(x, Figure)]
            assert [x.target for x in named] == [one.place, alone.place]
            assert (one.value or 0) - (alone.value or 0) == gain.value
        assert any(row.cells[4].value for row in rows)  # type: ignore[union-attr]

    def test_a_claim_names_what_made_it(self, consolidated: Report) -> None:
        for row in table(consolidated, "consolidation-gains").rows:
            claim = row.cells[0]
            assert isinstance(claim, Figure)
            assert sum(amount for _, amount in claim.parts) == claim.value


_TWO = """
option "operating_currency" "USD"
plugin "solvency"
2020-01-01 custom "source" "court" "Filing"
  publisher: "Court"
  url: "https://example.org"
  grade: "A1"
2020-01-01 custom "entity" "Customers" "Depositors"
  role: "customers"
2020-01-01 custom "entity" "Poor" "Poor Ltd"
  role: "exchange"
  group: TRUE
2020-01-01 custom "entity" "Rich" "Rich Ltd"
  role: "exchange"
  group: TRUE
2020-01-01 open Equity:Customers:Wealth
2021-06-30 event "petition" "Poor"
2021-01-01 custom "invariant" "balance-sheet" "Poor"
2021-01-01 custom "invariant" "balance-sheet" "Rich"
"""


@pytest.fixture(scope="module")
def consolidated(tmp_path_factory: pytest.TempPathFactory) -> Report:
    text = _TWO
    for name, left in (("Poor", 30), ("Rich", 90)):
        text += f"""
2020-01-01 open Assets:{name}:Bank
2020-01-01 open Expenses:{name}:Lost
2020-01-01 open Assets:Customers:Deposits:{name}
  counterparty: "{name}"
2020-01-01 open Liabilities:{name}:Customers
  counterparty: "Customers"
  rank: "customer"
2021-01-01 * "Customers" "Deposit" ^court
  id: "in-{name}"
  Equity:Customers:Wealth  -100000000 USD
  Assets:{name}:Bank  100000000 USD
2021-02-01 * "Market" "Lost" ^court
  id: "lost-{name}"
  Assets:{name}:Bank  -{100 - left}000000 USD
  Expenses:{name}:Lost  {100 - left}000000 USD
"""
    for day, change in (("03-01", 75), ("04-01", -75), ("08-01", -10)):
        text += f"""
2021-{day} * "Market" "Luck" ^court
  id: "luck-{day}"
  Assets:Poor:Bank  {change}000000 USD
  Expenses:Poor:Lost  {-change}000000 USD
"""
    path = tmp_path_factory.mktemp("two") / "main.beancount"
    path.write_text(text, encoding="utf-8")
    case = load(path)
    return every_list(case)


class TestEstimates:
    def test_an_estimated_recovery_is_the_ledger_s_and_has_a_range(
        self, harbour: Report
    ) -> None:
        notes = [words(note) for note in table(harbour, "affairs").notes]
        assert any("what share of book they fetch" in one for one in notes)
        free = cell(harbour, "affairs", "affairs:Desk:free", "central")
        # Four of six million HBR: two thirds of 577.06, of 288.54 and of 1,147.76.
        assert "Desk:Tokens 384.7 (4,000,000 of 6,000,000 HBR sold" in words(
            free.worked
        )
        assert "halve the price, as assumed: low 192.4, high 765.2" in words(
            free.worked
        )

    def test_claims_say_what_debtors_pay_at_each_end(self, harbour: Report) -> None:
        others = cell(harbour, "affairs", "affairs:Harbour:claims on others", "central")
        assert "Desk 7,000.0 of 7,000.0 (low 6,222.3, high 7,000.0)" in words(
            others.worked
        )
        assert others.parts == (
            ("deposits", Decimal(10**7)),
            ("withdrawals", Decimal(-3 * 10**6)),
        )


class TestTraced:
    def test_an_outlay_says_what_was_there_and_with_what_it_came(
        self, report: Report
    ) -> None:
        # Desk's bank: 600,000,000.25 of customers; first 100,000,000 goes out.
        most = cell(report, "traced-outlays", "F-3", "most")
        assert most.target == OWN
        said = words(most.worked)
        assert (
            "600.0 was there before it, at most 600.0 of Customers (F-2 600.0)" in said
        )
        assert said.endswith(
            "at most 0.0 of others; so of its 100.0 at least 100.0 and at most 100.0"
        )
        assert most.flows == ("F-3", "F-2")
        least = cell(report, "traced-outlays", "F-3", "least")
        assert least.target == most.place

    def test_the_parts_of_a_purpose_sum_to_its_bounds(self, report: Report) -> None:
        for row in table(report, "traced-purposes").rows:
            for figure in row.cells[1:3]:
                assert isinstance(figure, Figure)
                if figure.value:
                    assert sum(part for _, part in figure.parts) == figure.value


class TestSegregation:
    def test_the_end_of_the_lines_leads_to_the_last_day_s_entries(
        self, harbour: Report
    ) -> None:
        chart = next(one for one in harbour.tables if one.key == "cover-Harbour")
        assert isinstance(chart, Drawing)
        said = next(note for note in chart.notes if "At the end, " in words(note))
        # 10 million came in, and nothing is left of the 7.4 owed; drawn in $k.
        assert "Owed to customers $7.4m, Held for them $0, Missing $7.4m." in words(
            said
        )
        drawn = "Owed to customers 7,400.0, Held for them 0.0, Missing 7,400.0"
        assert drawn in chart.svg
        last = table(harbour, "cover-table-Harbour").rows[-1]
        figures = [one for one in said if isinstance(one, Figure)]
        for figure, place in zip(figures, last.cells, strict=False):
            assert isinstance(place, Figure)
            assert (figure.value, figure.target) == (place.value, place.place)
        assert [bool(one.target) for one in figures] == [True, False, True]


class TestTests:
    # Poor has 30 of 100 from 1 Feb, 105 for March, 30 again, and 20 after the petition;
    # Rich has 90 of 100 from 1 Feb to the end.
    def test_a_drawing_leads_to_the_row_of_its_test(self, consolidated: Report) -> None:
        rows = {
            row.anchor: one.key
            for one in consolidated.tables
            if one.key.startswith("tests-") and not isinstance(one, Drawing)
            for row in one.rows
        }
        drawn = [
            one
            for one in consolidated.tables
            if isinstance(one, Drawing) and one.key.startswith("line-")
        ]
        assert [one.title for one in drawn] == [
            "Poor: debts exceeded assets from 1 February 2021, with breaks",
            "Rich: debts exceeded assets from 1 February 2021 on",
        ]
        for one in drawn:
            note = one.notes[-1]
            ref = next(piece for piece in note if isinstance(piece, Ref))
            exhibit = next(piece for piece in note if isinstance(piece, Exhibit))
            assert rows[ref.href[1:]] == exhibit.key

    def test_days_after_the_reporting_date_are_marked(
        self, consolidated: Report
    ) -> None:
        poor = table(consolidated, "tests-Poor")
        assert words((poor.rows[1].cells[2],)) == "1 Aug 2021*"
        assert words(poor.notes[-1]).startswith("* After 2021-06-30: ")
        assert table(consolidated, "tests-Rich").notes == ()

    @pytest.mark.parametrize(
        ("have", "until", "again"),
        [((1, 0, 0), 3, False), ((1, 0, 2), 3, True), ((1, 0, 2), 2, False)],
    )
    def test_a_title_says_on_only_of_what_went_on(
        self, have: tuple[int, ...], until: int, again: bool
    ) -> None:
        days = [datetime.date(2021, 1, n) for n in (1, 2, 3)]
        series = SimpleNamespace(days=days, need=(1, 1, 1), have=have)
        last = datetime.date(2021, 1, until)
        assert recovers(series, days[1], last) is again  # type: ignore[arg-type]


class TestStocks:
    @pytest.mark.parametrize("column", ["flows", "revaluation", "closing"])
    def test_totals_name_the_flows_they_sum(self, report: Report, column: str) -> None:
        total = cell(report, "stock-matrix", "sum", column)
        assert total.target == OWN
        assert sum(part for _, part in total.parts) == total.value
        rows = [r for r in table(report, "stock-matrix").rows if r.key != "sum"]
        each = [cell(report, "stock-matrix", r.key, column) for r in rows]
        summed: dict[str, Decimal] = {}
        for one in each:
            for flow, amount in one.parts:
                summed[flow] = summed.get(flow, Decimal()) + amount
        assert {f: a for f, a in summed.items() if a} == dict(total.parts)
