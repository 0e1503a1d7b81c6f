"""Sources and uses of funds: worked by hand, and closed wherever there are books."""

from __future__ import annotations

import datetime
import json
import zipfile
from decimal import Decimal

import pytest
from click.testing import CliRunner
from hypothesis import assume
from hypothesis import given
from hypothesis import strategies as st

import solvency
from solvency.analysis.in_kind import without_kind
from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import funds
from solvency.analysis.sources_uses import of_case
from solvency.cli import main
from solvency.cli.balance.funds import by_scenario


def _run(*arguments, status=0):
    result = CliRunner().invoke(main, ["balance", "--funds", *map(str, arguments)])
    assert result.exit_code == status, result.output
    return result


@pytest.fixture(scope="module")
def gambled(harbour):
    return solvency.load(harbour, scenario="gambled").book()


def _side(found, side):
    return {line.label: int(line.amount) for line in found.lines if line.side == side}


def test_the_group_of_harbour_worked_by_hand(gambled):
    found = funds(gambled, "group")
    # Dollars 10m, wired to the desk, and 50 bitcoin at 40,000.
    assert _side(found, SOURCE) == {
        "customers": 12_000_000,
        "lenders": 5_000_000,
        "capital": 2_000_000,
    }
    # The founder's loan of 1.5m and the gift of 0.8m; the bet.
    assert _side(found, USE) == {
        "trading": 7_500_000,
        "customers": 3_000_000,
        "insiders": 2_300_000,
        "lenders": 1_000_000,
        "wages": 600_000,
    }
    # Banks 2 - 0.6 and 15 - 3 - 1.5 - 1 - 7.5 - 0.8; 50 bitcoin at 45,000.
    assert found.left == 1_400_000 + 1_200_000 + 2_250_000
    assert found.revaluation == 50 * 5_000
    assert found.control == 0


def test_what_passes_between_members_shows_in_their_columns_alone(gambled):
    desk = funds(gambled, "Desk")
    assert _side(desk, SOURCE) == {"Harbour": 10_000_000, "lenders": 5_000_000}
    assert _side(desk, USE)["Harbour"] == 3_000_000
    assert (desk.left, desk.control) == (1_200_000, 0)
    # Pledged or not, the group's own tokens are no funds.
    assert desk.revaluation == 0


def test_fees_taken_from_customers_balances_are_no_new_money(case):
    """
    2020-01-01 open Assets:FTX:Custody
      custody: TRUE
    2020-01-01 open Income:FTX:Fees
    2020-01-01 open Expenses:Customers:Fees
    2020-01-02 * "Pay in" ^court
      id: "in"
      Equity:Customers:Wealth  -100 USD
      Assets:FTX:Custody        100 USD
    2020-01-03 * "Fees" ^court
      id: "fees"
      Income:FTX:Fees          -10 USD
      Expenses:Customers:Fees   10 USD
      Assets:FTX:Custody       -10 USD
      Assets:FTX:Bank           10 USD
    """
    found = funds(case.book(), "FTX")
    assert _side(found, SOURCE) == {"customers": 100}
    assert _side(found, USE) == {}
    assert (found.left, found.control) == (100, 0)


def test_who_sells_shares_to_an_insider_is_no_insider(ledgers):
    # Alameda paid Binance for shares that went to Paper Bird, which owes the price.
    book = solvency.load(ledgers / "ftx" / "main.beancount").book()
    found = funds(book, "group")
    of_insiders = found.parts(USE, "insiders")
    assert "F-0029" not in of_insiders
    assert "F-0052" in of_insiders
    assert found.parts(USE, "buy-back") == {"F-0029": Decimal(1483913200)}
    assert found.control == 0


def test_a_period_starts_with_what_was_there(gambled):
    year = datetime.date(2021, 6, 30)
    later = funds(gambled, "Desk", since=year)
    # 10m and 5m, less the founder's 1.5m.
    assert later.opening == 13_500_000
    assert _side(later, SOURCE) == {}
    assert later.left == 1_200_000
    assert later.control == 0


def test_coins_without_a_price_are_left_out_by_name(harbour):
    at = datetime.date(2021, 6, 1)
    found = funds(solvency.load(harbour).book(), "Harbour", at)
    assert found.unpriced == ("BTC",)
    text = _run(
        "--entity=Harbour", "--at=2021-06-01", "--scenario=established", harbour
    )
    assert "Harbour: without a price, and left out: BTC." in text.stdout
    assert found.control == 0


def test_every_entity_of_ftx_closes_exactly_in_every_scenario(ledgers):
    case = solvency.load(ledgers / "ftx" / "main.beancount")
    cases = by_scenario(case)
    assert {one.scenario.name for one in cases} == {"established", *case.scenarios}
    for one in cases:
        book = one.book()
        for name in (*case.entities, "group"):
            found = funds(book, name)
            assert found.control == 0, (one.scenario.name, name)
        members = of_case(one, book, case.reporting_date)
        group = members[-1]
        assert group.left == sum(member.left for member in members[:-1]) > 0
        assert {"customers", "lenders", "capital"} <= _side(group, SOURCE).keys()


def test_a_table_for_each_scenario_is_printed(harbour):
    text = _run(harbour).stdout
    assert [line for line in text.splitlines() if "scenario" in line] == [
        f"Sources and uses of funds to 2022-01-20, scenario {name}"
        for name in ("established", "gambled", "invested")
    ]
    assert " ".join(text.split()).count("the two agree to the cent") == 3
    assert _run("--scenario=invested", harbour).stdout in text
    one = _run("--entity=Desk", "--at=2021-12-31", "--scenario=gambled", harbour)
    assert one.stdout.startswith(
        "Desk: sources and uses of funds to 2021-12-31, scenario gambled\n"
    )


def test_the_same_as_json_and_csv(harbour):
    said = json.loads(_run("--group", "--json", harbour).stdout)
    assert said["case"] == str(harbour)
    assert [one["scenario"] for one in said["scenarios"]] == [
        "established",
        "gambled",
        "invested",
    ]
    (group,) = said["scenarios"][1]["funds"]
    assert (group["name"], group["left"], group["control"]) == ("group", "4850000", "0")
    assert group["uses"][0] == {
        "what": "trading",
        "amount": "7500000",
        "flows": ["bet"],
    }
    rows = _run("--group", "--csv", "--scenario=gambled", harbour).stdout.splitlines()
    assert rows[0] == "What,The group,Page"
    assert "Trading,7500000," in rows
    assert "Left at the end,4850000," in rows


def test_a_workbook_has_a_total_for_each_side(harbour, tmp_path):
    file = tmp_path / "funds.xlsx"
    _run("--group", "-o", file, harbour)
    with zipfile.ZipFile(file) as book:
        sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2, 3)]
    # Two sides, and what is left of them.
    assert [sheet.count("<f>SUM(B") for sheet in sheets] == [3, 3, 3]


def test_funds_have_no_other_basis(harbour):
    assert "at market" in _run("--basis=book", harbour, status=2).stderr
    assert "no entity or silo" in _run("--silo=None", harbour, status=2).stderr


IN_KIND = """
2020-01-01 custom "entity" "Desk" "A desk"
  group: TRUE
2020-01-01 custom "entity" "Seller" "Sells its shares"
2020-01-01 custom "entity" "Founder" "Takes the shares over"
  role: "insider"
2020-01-01 commodity TOK
  issuer: "Desk"
2020-01-01 price TOK 2 USD
2020-01-01 open Assets:Desk:Bank
2020-01-01 open Assets:Desk:Tokens
2020-01-01 open Assets:Desk:Due:Founder
  counterparty: "Founder"
2020-01-01 open Liabilities:Founder:Due:Desk
  counterparty: "Desk"
2020-01-01 open Assets:Founder:Shares
2020-01-01 open Equity:Desk:Capital
2020-01-01 open Assets:Seller:Loan:Desk
  counterparty: "Desk"
2020-01-01 open Equity:Seller:Means
2020-01-01 open Liabilities:Desk:Loan:Seller
  counterparty: "Seller"
2020-01-01 * "Paid in" ^court
  id: "in"
  Assets:Desk:Bank 1000 USD
  Assets:Desk:Tokens 500 TOK @ 2 USD
  Equity:Desk:Capital -2000 USD
2020-02-01 * "Bought for the founder, with money and tokens" ^court
  id: "bought"
  Assets:Desk:Due:Founder 700 USD
  Assets:Desk:Bank -500 USD
  Assets:Desk:Tokens -100 TOK @ 2 USD
  Assets:Founder:Shares 700 USD
  Liabilities:Founder:Due:Desk -700 USD
2020-03-01 * "Lent, money and tokens" ^court
  id: "lent"
  Assets:Desk:Bank 60 USD
  Assets:Desk:Tokens 20 TOK @ 2 USD
  Liabilities:Desk:Loan:Seller -100 USD
  Assets:Seller:Loan:Desk 100 USD
  Equity:Seller:Means -100 USD
"""


def test_what_was_paid_in_kind_is_neither_source_nor_use(ledger):
    # 1,000 of 2,000 came in as money; of the 700 the founder owes, 500 were paid in
    # money and 200 in tokens; of the 100 lent 60 were money. Left: 1,000 - 500 + 60.
    book = ledger.case(IN_KIND).book()
    for name in ("Desk", "group"):
        found = funds(book, name, datetime.date(2020, 12, 31))
        assert _side(found, SOURCE) == {"capital": 1000, "Seller": 60}
        assert _side(found, USE) == {"insiders": 500}
        assert (found.left, found.control) == (560, 0)


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(-50, 50).map(Decimal)),
    st.lists(st.tuples(st.sampled_from("abd"), st.integers(-50, 50).map(Decimal))),
)
def test_taking_out_what_was_in_kind_leaves_the_sum(others, kind):
    # The legs of a flow sum to nothing, so that money moved is what the others are not.
    total = sum(others.values(), Decimal()) + sum((x for _, x in kind), Decimal())
    assume(total)
    keyed = {(label, ""): worth for label, worth in others.items()}
    found = without_kind(keyed, [((label, ""), x) for label, x in kind], -total)
    assert sum(found.values(), Decimal()) == total
    # Nothing given beside money is left as if money had come for it.
    assert found.get(("d", ""), Decimal()) * -total <= 0
    # What runs with the money in kind is gone from both sides.
    gross = sum(abs(x) for x in others.values()) + sum(abs(x) for _, x in kind)
    assert sum(abs(x) for x in found.values()) <= gross
