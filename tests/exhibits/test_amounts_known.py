"""How amounts are known: money, tokens, pledges; grades, and what a sale fetches."""

from __future__ import annotations

import datetime

import pytest
from counting import BOOKS
from counting import counted

from solvency.analysis.study import study_of
from solvency.exhibits.balance.bases import total_assets
from solvency.exhibits.check.tests import solvency_tests
from solvency.exhibits.evidence.grades import ladder
from solvency.exhibits.evidence.grades import moved
from solvency.exhibits.evidence.plugs import plugs
from solvency.exhibits.evidence.sources import kept_documents
from solvency.exhibits.setting import setting_of
from solvency.figures.formats import Locale
from solvency.model.consolidation import group_sheet
from solvency.report.chapters.exhibits import Exhibits
from solvency.report.chapters.vocabulary import Vocabulary

PETITION = datetime.date(2022, 11, 11)
#: Tokens of 40 dollars, and money of 70 given as a pledge.
MORE = """
2020-01-01 open Assets:Alameda:Pledged:FTX
  pledged-to: "FTX"
2022-10-05 * "Tokens of its own" ^court
  id: "tokens"
  basis: "derived"
  Assets:Alameda:Own       8 OWN
  Equity:Alameda:Shares   -8 OWN
2022-10-06 * "A pledge" ^court
  id: "pledge"
  Assets:Alameda:Pledged:FTX  70 USD
  Assets:Alameda:Bank        -70 USD
"""
#: Days nobody knows, and losses, of both members: marks stand below both tables.
TESTED = "".join(
    f"""
2020-01-01 custom "invariant" "balance-sheet" "{name}"
2020-01-01 custom "invariant" "house-outlay" "{name}"
2022-10-07 * "{name}" "Costs" ^court
  id: "costs-of-{name}"
  earliest: 2022-10-02
  latest: 2022-11-10
  sized-by: "B-9"
  Assets:{name}:Bank  -900 USD
  Expenses:{name}:More  900 USD
2020-01-01 open Expenses:{name}:More
"""
    for name in ("FTX", "Alameda")
)


@pytest.fixture
def setting(ledger):
    def build_(*texts: str):
        case = ledger.case(BOOKS + "".join(texts))
        book = case.book()
        return setting_of(
            case, book, (PETITION,), Locale(), study_of(case, book, PETITION)
        )

    return build_


def row(table, key):
    found = next(one for one in table.rows if one.key == key)
    return [getattr(cell, "value", None) for cell in found.cells]


def test_money_tokens_and_pledges_stand_apart(setting) -> None:
    # Flows in order: 100 of FTX, 500 of Alameda, costs and a coin come later.
    (table,) = plugs(setting(MORE)).tables
    table.cast()
    keys = [column.key for column in table.columns]
    assert keys == ["flows", "money", "tokens", "pledges", "moved", "share"]
    assert row(table, "basis:stated")[:5] == [3, 600, 0, 70, 670]
    assert row(table, "basis:derived")[:5] == [1, 0, 40, 0, 40]


def test_where_money_alone_moves_there_is_one_column(setting) -> None:
    (table,) = plugs(setting()).tables
    assert [column.key for column in table.columns] == ["flows", "moved", "share"]


def test_the_share_of_money_leaves_the_others_out(setting) -> None:
    made = setting(MORE)
    assert moved(made, "", "derived", "tokens", "share").value == 1
    assert moved(made, "", "stated", "money", "share").value == 1
    assert moved(made, "", "stated", "", "amount").value == 670


def test_the_best_grade_that_states_nothing_is_said_to(ledger) -> None:
    # The court's amount is worked out; the press states its own.
    text = """
2020-01-01 custom "source" "press" "An article"
  grade: "C2"
2020-03-01 * "Customers" "A deposit" ^court
  purpose: "deposits"
  basis: "{}"
  Equity:Customers:Wealth  -50 USD
  Assets:FTX:Bank           50 USD
2020-03-02 * "FTX" "Rent" ^press
  purpose: "rent"
  Assets:FTX:Bank     -20 USD
  Equity:FTX:Shares    20 USD
"""
    said = {}
    for basis in ("derived", "stated"):
        case = ledger.case(text.format(basis))
        book = case.book()
        table = ladder(
            setting_of(
                case, book, (PETITION,), Locale(), study_of(case, book, PETITION)
            )
        )
        said[basis] = "".join(map(str, table.unit))
    assert "what stands under A is worked out" in said["derived"]
    assert "worked out" not in said["stated"]


def test_what_is_left_to_sell_is_sold_nearer_the_price(setting) -> None:
    # 5 of 10 halve the price: ten fetch 10.82 of 20, and the five found 7.21 of 10.
    made = setting(counted("B-1", "Assets:Alameda:Thin", "5 THIN"))
    whole = group_sheet(made.book, made.inside, PETITION, "realisable")
    for entity in ("Alameda", "group"):
        books, found = (
            total_assets(made, entity, whole, found=one, said=f"{one}").value
            for one in (False, True)
        )
        assert float(books - found) == pytest.approx(10.8202 - 7.2135, abs=1e-4)


def test_a_test_of_the_list_of_prices_is_counted_apart(ledger) -> None:
    text = BOOKS.replace("max-price-age: 400", "max-price-age: 9") + (
        '2020-01-01 custom "invariant" "balance-sheet" "FTX"\n'
        '2020-01-01 custom "invariant" "price-coverage" "group"\n'
    )
    case = ledger.case(text)
    book = case.book()
    made = setting_of(case, book, (PETITION,), Locale(), study_of(case, book, PETITION))
    table = next(x for x in solvency_tests(made).tables if x.key == "tests-group")
    heads = [one.key for one in table.rows if one.kind == "group"]
    assert heads == ["tests-group:prices"]
    facts = Vocabulary(made).tests()
    assert (facts.asked.value, facts.failed.value, facts.of_prices.value) == (1, 0, 1)


def test_notes_stand_once_below_tables_of_a_kind(setting) -> None:
    made = setting(TESTED, counted("B-9", "Assets:FTX:Bank", "9 USD"))
    whole = {x.key: x.notes for x in Exhibits(made).section("solvency").tables}
    exhibits = Exhibits(made)
    first, second = "tests-FTX", "tests-Alameda"
    assert len(set(whole[first]) & set(whole[second])) >= 2
    assert exhibits.find(first).notes == whole[first]
    *kept, pointer = exhibits.find(second).notes
    assert not set(kept) & set(whole[first])
    assert "stand below an earlier one of these tables" in str(pointer)
    # A chapter that is run again has them where they were.
    assert exhibits.find(first).notes == whole[first]


def test_a_case_of_published_sources_keeps_no_document(ledger) -> None:
    assert kept_documents(ledger.case(BOOKS)) == []
    kept = BOOKS.replace(
        '"examiner" "What was there"', '"examiner" "What was there"\n  sha256: "ab"'
    )
    assert kept_documents(ledger.case(kept)) == ["examiner"]
