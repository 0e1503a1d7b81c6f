"""What was found, in reports: balance sheets, the bridge, segregation."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from counting import BOOKS
from counting import counted

from solvency.analysis.study import study_of
from solvency.exhibits.balance.bridge import bridge
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.balance.sheets import sheet_table
from solvency.exhibits.check import found as check_found
from solvency.exhibits.check.found import passed_tests
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import cover_worked
from solvency.exhibits.check.segregation import segregation
from solvency.exhibits.check.tests import solvency_tests
from solvency.exhibits.evidence.observations import observations
from solvency.exhibits.setting import setting_of
from solvency.figures.figure import Said
from solvency.figures.formats import Locale
from solvency.model.counting.found import found

PETITION = datetime.date(2022, 11, 11)
OWED = """
2020-01-01 open Liabilities:FTX:Depositors
  counterparty: "Customers"
  pair: "deposits"
  rank: "customer"
2020-01-01 open Assets:Customers:Depositors
  counterparty: "FTX"
  pair: "deposits"
2020-01-01 custom "invariant" "customer-assets-clean" "FTX"
2022-10-02 * "Owed to customers for what is in the wallet" ^court
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -120 USD
  Assets:FTX:Bank           120 USD
"""


@pytest.fixture
def setting(ledger):
    def build(*counts: str, at: datetime.date = PETITION):
        case = ledger.case(BOOKS + OWED + "".join(counts))
        book = case.book()
        days = (datetime.date(2022, 10, 31), at)
        return setting_of(case, book, days, Locale(), study_of(case, book, at))

    return build


def values(table, key):
    row = next(one for one in table.rows if one.key == key)
    return [getattr(cell, "value", None) for cell in row.cells]


WALLET = counted("B-1", "Assets:FTX:Wallet", "25 USD")
OWN = counted("B-2", "Assets:Alameda:Own", "2 OWN")


def test_an_entity_s_sheet_says_what_was_found(setting) -> None:
    # Of 100 in the wallet 25 were found; nobody says anything of October.
    table = sheet_table(setting(WALLET), "FTX", (datetime.date(2022, 10, 31), PETITION))
    table.cast()
    columns = [column.key for column in table.columns]
    before, after = columns.index("2022-10-31"), columns.index("2022-11-11")
    # 220 in the bank and 100 in the wallet, less 75.
    for key, value in (("untraced", 75), ("unrecorded", 0), ("found", 245)):
        assert values(table, key)[before] is None
        assert values(table, key)[after] == value


def test_without_counts_no_line_is_added(setting) -> None:
    table = sheet_table(setting(), "FTX", (PETITION,))
    assert not {"untraced", "unrecorded", "found"} & {row.key for row in table.rows}
    assert bridge(setting(), PETITION) == ()


def test_own_tokens_not_found_are_eliminated_in_the_group(setting) -> None:
    # 6 of 8 own tokens at 5 are untraced: 30 of Alameda's, none of the group's.
    table = group_table(setting(WALLET, OWN), PETITION)
    table.cast()
    assert values(table, "untraced") == [30, 75, 105, -30, 75]


def test_the_bridge_casts_and_ends_at_what_was_counted(setting) -> None:
    drawn, table = bridge(setting(WALLET, OWN), PETITION)
    assert table.cast() == ()
    # Bitcoin 60, of which 15 found; money 40, 10; own tokens 40, 10.
    assert values(table, "bitcoin") == [60, 45, 0, 15]
    assert values(table, "total") == [140, 105, 0, 35]
    assert sum(row.cells[0].value for row in drawn.plotted.rows[:-1]) == Decimal(35)


def test_figures_name_the_counts_they_rest_on(setting) -> None:
    _, table = bridge(setting(WALLET, OWN), PETITION)
    row = next(one for one in table.rows if one.key == "bitcoin")
    books, untraced, _, found = row.cells
    assert books.sums
    for figure in (untraced, found):
        assert figure.sources == ("examiner",)
        assert "ftx" in figure.flows
        # The count is a share at the day's price, which the court states.
        assert figure.priced == ("court",)


def test_segregation_says_what_is_missing_of_what_was_found(setting) -> None:
    # Owed 120, held 100, of which 75 are untraced: 20 + 75 are missing.
    table = segregation(setting(WALLET)).tables[1]
    assert table.cast() == ()
    last = table.rows[-1]
    assert [getattr(x, "value", None) for x in last.cells[4:]] == [75, 0, 95]
    assert table.rows[0].cells[4:] == (None, None, None)


def test_a_member_nobody_counted_anything_of_is_named(ledger) -> None:
    # Only FTX's wallet was counted; Alameda's 630 in the books are named below.
    book = ledger.case(BOOKS + WALLET).book()
    (alameda,) = (
        one for one in found(book.counts, PETITION).left if one.startswith("Alameda")
    )
    assert "nobody counted 5 accounts, in the books at 630.00 USD" in alameda


#: A fund keeps 100 for its customers: 30 in money, and bonds bought for 70, now at 60.
FUND = """
2020-01-01 commodity BOND
  max-price-age: 400
2022-10-01 price BOND 70 USD
  source: "court"
2022-11-01 price BOND 60 USD
  source: "court"
2020-01-01 open Assets:FTX:Kept
  custody: TRUE
2020-01-01 open Liabilities:FTX:Units
  counterparty: "Customers"
  pair: "units"
  rank: "customer"
2020-01-01 open Assets:Customers:Units
  counterparty: "FTX"
  pair: "units"
2020-01-01 custom "invariant" "customer-assets" "FTX"
2020-01-01 custom "invariant" "segregation" "FTX"
2022-09-01 * "Paid in" ^court
  on: Liabilities:FTX:Units
  Equity:Customers:Wealth  -100 USD
  Assets:FTX:Kept           100 USD
2022-11-11 event "petition" "FTX"
2022-10-01 * "A bond is bought" ^court
  Assets:FTX:Kept           -70 USD
  Assets:FTX:Kept             1 BOND @ 70 USD
"""


def test_what_is_held_for_customers_in_bonds_is_held(ledger) -> None:
    # 100 owed; 30 and a bond of 60 held: 10 are missing, and not the 70 that are not
    # held in money.
    case = ledger.case(FUND)
    book = case.book()
    study = study_of(case, book, PETITION)
    of = setting_of(case, book, (PETITION,), Locale(), study)
    series = cover_of(of, "FTX")
    owed, held, missing, _ = cover_worked(of, "FTX", series, PETITION)
    assert (owed.value, held.value, missing.value) == (100, 90, 10)


def test_tests_that_held_stand_with_their_margin(ledger) -> None:
    # Alameda owns 630 and owes nobody; FTX owes 120 and holds 100 for it.
    more = '2020-01-01 custom "invariant" "balance-sheet" "Alameda"\n'
    case = ledger.case(BOOKS + OWED + more)
    book = case.book()
    study = study_of(case, book, PETITION)
    of = setting_of(case, book, (PETITION,), Locale(), study)
    held = passed_tests(of)
    assert held is not None
    (row,) = held.rows
    assert row.key == "passed-test:balance-sheet:Alameda"
    test = next(x for x in study.findings.tests if x.entity == "Alameda")
    assert test.passed
    # The petition is before the last day of the books, on which least is left.
    assert (row.cells[1].value, row.cells[2].value) == (590, test.margin) == (590, 540)


def test_tests_that_broke_later_are_counted_below_the_table(ledger) -> None:
    # FTX owns 320 and owes 120; of the 320 it loses 300 after the petition. The price
    # of OLD is 40 days old then, of at most 5.
    more = """
2020-01-01 open Expenses:FTX:Costs
2020-01-01 custom "invariant" "balance-sheet" "FTX"
2020-01-01 custom "invariant" "price-coverage" "FTX"
2020-01-01 commodity OLD
  max-price-age: 5
2022-10-02 price OLD 1 USD
  source: "court"
2022-10-02 * "Coins nobody prices" ^court
  Assets:FTX:Bank      10 OLD
  Equity:FTX:Shares   -10 OLD
2022-12-01 * "Lost" ^court
  Assets:FTX:Bank        -300 USD
  Expenses:FTX:Costs      300 USD
"""
    case = ledger.case(BOOKS + OWED + more)
    book = case.book()
    study = study_of(case, book, PETITION)
    section = solvency_tests(setting_of(case, book, (PETITION,), Locale(), study))
    assert section is not None
    (table,) = (one for one in section.tables if one.key == "tests-FTX")
    rows = {row.key for row in table.rows}
    assert any("price-coverage" in key for key in rows)
    assert not any("balance-sheet" in key for key in rows)
    later = [one for note in table.notes for one in note if hasattr(one, "value")]
    assert [one.value for one in later if one.key == "tests-FTX:later"] == [1]


def test_a_statement_a_flow_was_sized_to_is_marked(ledger) -> None:
    # The flow was sized to what B-5 states, so that the books agree with it.
    more = """
2022-11-01 custom "observation" Assets:Alameda:Stakes 30 USD
  id: "B-5"
  source: "court"
2022-11-01 custom "observation" Assets:FTX:Bank 100 USD
  id: "B-6"
  source: "court"
"""
    sized = BOOKS.replace('  id: "alameda"\n', '  id: "alameda"\n  sized-by: "B-5"\n')
    case = ledger.case(sized + more)
    book = case.book()
    of = setting_of(case, book, (PETITION,), Locale(), study_of(case, book, PETITION))
    (table,) = observations(of).tables
    marked = {row.key: "\N{DOUBLE DAGGER}" in str(row.label) for row in table.rows}
    assert marked == {"B-5": True, "B-6": False}
    assert any("By construction" in str(note) for note in table.notes)


@pytest.mark.parametrize(
    ("said", "marks"),
    [
        ("", ""),
        ("  earliest: 2022-09-01\n  latest: 2022-10-31\n", "\u2020"),
        ('  sized-by: "B-5"\n', "\u2021"),
        ('  basis: "residual"\n', "\u00a7"),
    ],
)
def test_the_day_a_test_first_broke_is_marked(ledger, said, marks) -> None:
    # Owed 120 from the 2nd, and 100 in the wallet: broken by that flow alone.
    title = '2022-10-02 * "Owed to customers for what is in the wallet" ^court\n'
    owed = OWED.replace(title, title + said)
    stated = """
2022-10-31 custom "observation" Liabilities:FTX:Depositors 120 USD
  id: "B-5"
  source: "court"
"""
    case = ledger.case(BOOKS + owed + stated)
    book = case.book()
    study = study_of(case, book, PETITION)
    section = solvency_tests(setting_of(case, book, (PETITION,), Locale(), study))
    (table,) = (one for one in section.tables if one.key == "tests-FTX")
    (row,) = (one for one in table.rows if "customer-assets-clean" in one.key)
    days = {cell.text for cell in row.cells if isinstance(cell, Said)}
    assert f"2 Oct 2022 {marks}".rstrip() in days
    assert any(set(day) & set("\u2020\u2021\u00a7") for day in days) is bool(marks)
    notes = " ".join(str(note) for note in table.notes)
    assert ("No source gives the day" in notes) is (marks == "\u2020")
    assert ("By construction" in notes) is (marks in {"\u2021", "\u00a7"})


LATER = """
2020-01-01 open Expenses:FTX:Orders
2022-12-01 * "Ordered after the petition" ^court
  on: Liabilities:FTX:Depositors
  Equity:Customers:Wealth  -50 USD
  Expenses:FTX:Orders       50 USD
"""


@pytest.mark.parametrize(("text", "said"), [("", 0), (LATER, 1)])
def test_a_worst_day_after_the_last_reported_is_said_to_be_one(setting, text, said):
    table = check_found.tests_of_found(setting(WALLET, text))
    assert len(table.notes) == said


def test_a_day_that_was_made_to_agree_is_marked(ledger) -> None:
    text = (
        BOOKS
        + OWED.replace("  on:", '  sized-by: "B-8"\n  on:')
        + """
2022-10-31 custom "observation" Liabilities:FTX:Depositors 120 USD
  id: "B-8"
  source: "court"
"""
    )
    case = ledger.case(text)
    book = case.book()
    days = (datetime.date(2022, 10, 31), PETITION)
    built = setting_of(case, book, days, Locale(), study_of(case, book, PETITION))
    table = next(
        one for one in segregation(built).tables if one.key == "cover-table-FTX"
    )
    # What was sized stands on the 2nd, and is owed on the 31st as a source says.
    marked = [str(row.label[0]) for row in table.rows if "\u2021" in str(row.label[0])]
    assert marked == ["2 Oct 2022 \u2021", "31 Oct 2022 \u2021"]
    assert any("By construction" in str(note) for note in table.notes)


def test_thin_tokens_that_were_counted_are_named(setting) -> None:
    [row] = [
        row
        for table in bridge(
            setting(counted("B-3", "Assets:Alameda:Thin", "4 THIN")), PETITION
        )
        if hasattr(table, "rows")
        for row in table.rows
        if row.key == "thin tokens"
    ]
    assert row.label == ("Tokens with a thin market: THIN",)
