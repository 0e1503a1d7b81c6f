"""The newer words of the language: each read, checked and followed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import solvency
from solvency.analysis.check import evaluate

GROUPS = Path(__file__).parents[1] / "groups"


def _amounts(case, entity, day, basis):
    sheet = case.book().balance_sheet(entity, day, basis=basis)
    return {line.account: line.amount for line in sheet.lines}


def test_a_claim_in_custody_is_held_for_customers(ledger):
    path = GROUPS / "custody-on-a-claim.beancount"
    case = solvency.load(path)
    assert not case.errors
    # 200 in segregation and 100 with the broker against 300 owed.
    assert evaluate(case.book()).findings == ()
    text = path.read_text()
    without = ledger.load(
        text.replace(
            'counterparty: "Broker"\n  custody: TRUE', 'counterparty: "Broker"'
        )
    )
    (found,) = evaluate(without.book()).findings
    assert (found.invariant, found.amount) == ("customer-assets", 100)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2020-01-01 open Equity:FTX:X\n  custody: TRUE", "`custody:` means nothing"),
        ("2020-01-01 open Liabilities:FTX:X\n  recovery: 0.5", "which is no asset"),
        ('2020-01-01 open Expenses:FTX:X\n  rank: "customer"', "no asset and no debt"),
        ("2020-01-01 open Assets:FTX:X\n  intercompany: TRUE", "has no counterparty"),
        ('2020-01-01 open Assets:FTX:X\n  grade: "A1"', "`grade:` means nothing on"),
        ("2020-01-01 open Assets:FTX:X\n  gift: TRUE", "is no account of expenses"),
        ('2020-01-01 open Expenses:FTX:X\n  gift: "yes"', "should be TRUE or FALSE"),
        ("2020-01-01 commodity BTC\n  custody: TRUE", "It goes with an `open`"),
        (
            (
                '2020-01-02 * "Capital" ^court\n  Assets:FTX:Bank  5 USD\n'
                '    id: "F-1"\n  Equity:FTX:Shares  -5 USD'
            ),
            "stands below the posting to Assets:FTX:Bank",
        ),
    ],
)
def test_a_key_where_it_means_nothing_is_an_error(ledger, text, says):
    _, rule, message = ledger.error(text + "\n")
    assert rule == "metadata"
    assert says in message


def test_keys_of_ones_own_stay_free(ledger):
    case = ledger.case(
        '2020-01-02 * "Capital" ^court\n  ticket: "77"\n  colour: "red"\n'
        "  Assets:FTX:Bank  5 USD\n    memo: 3\n  Equity:FTX:Shares  -5 USD\n"
    )
    assert case.flows[0].notes == {"ticket": "77", "colour": "red"}


def test_a_rename_carries_holdings_and_cost_over(ledger):
    text = (GROUPS / "rename-books-a-loss.beancount").read_text()
    head, flow = text.split('2020-02-03 * "Chain"')
    renamed = head + '2020-02-03 custom "rename" "LUNA" "LUNC" 1\n'
    renamed += flow[flow.index("2020-02-03 price") :]
    case = ledger.load(renamed)
    assert not case.errors
    day = datetime.date(2020, 2, 3)
    # 10 bought at 100 cost 1,000; at 50 they are worth 500, and nothing is realised.
    book = _amounts(case, "Alfa", day, "book")
    assert book["Assets:Alfa:Coins"] == 1000
    assert "Equity:Alfa:Realised-Gains" not in book
    market = _amounts(case, "Alfa", day, "market")
    assert market["Assets:Alfa:Coins"] == 500
    assert market["Equity:Alfa:Revaluation"] == -500
    # The day before, the old price holds under the new name.
    before = _amounts(case, "Alfa", datetime.date(2020, 2, 2), "market")
    assert before["Assets:Alfa:Coins"] == 1000


def test_a_rename_may_change_the_units_and_the_claims(ledger):
    # A hundred for one: 3 OLD bought at 700 are 300 NEW at 7, and so is the debt.
    case = ledger.case(
        """
        2021-01-01 * "Buys" ^court
          Assets:FTX:Bank     -2,100 USD
          Assets:FTX:Coins         3 OLD @ 700 USD
        2020-01-01 open Assets:FTX:Coins
        2021-01-02 * "Lends two" ^court
          Assets:FTX:Coins        -2 OLD
          Assets:Alameda:Coins     2 OLD
        2021-02-01 custom "rename" "OLD" "NEW" 100
        2021-02-02 price NEW 8 USD
        2021-02-03 * "Repays half" ^court
          Assets:Alameda:Coins  -100 NEW
          Assets:FTX:Coins       100 NEW
        """
    )
    day = datetime.date(2021, 2, 3)
    book = case.book()
    units = {p: n for p, n in book.balance(day).items() if p.commodity != "USD"}
    assert {(p.account, p.commodity): n for p, n in units.items()} == {
        ("Assets:FTX:Coins", "NEW"): 200,
        ("Assets:FTX:Receivables:Alameda", "NEW"): 100,
        ("Assets:Alameda:Coins", "NEW"): 100,
        ("Liabilities:Alameda:Payables:FTX", "NEW"): -100,
    }
    assert _amounts(case, "FTX", day, "book")["Assets:FTX:Coins"] == 1400
    assert _amounts(case, "FTX", day, "market")["Assets:FTX:Coins"] == 1600


ROUNDED = """
2020-01-01 open Expenses:Alameda:Rounding
2020-01-01 custom "rounding" Expenses:Alameda:Rounding 0.02 USD
2021-01-01 * "Shares, as the broker rounds them" ^court
  Assets:Alameda:Coins    51.031 FND @ 97.98 USD
  Assets:Alameda:Bank  -5,000.00 USD
"""


def test_a_brokers_rounding_goes_to_its_account(ledger):
    # 51.031 x 97.98 = 5,000.01738: 0.01738 more than was paid.
    case = ledger.case(ROUNDED)
    (added,) = [p for p in case.flows[0].postings if p.added]
    assert added.account == "Expenses:Alameda:Rounding"
    assert added.units == Decimal("-0.01738")


def test_a_rounding_is_bounded_and_never_between_entities(ledger):
    _, rule, message = ledger.error(ROUNDED.replace("0.02 USD", "0.01 USD"))
    assert rule == "unbalanced"
    assert "0.01738 USD is left" in message
    found = ledger.errors(ROUNDED.replace("Assets:Alameda:Bank", "Assets:FTX:Bank"))
    assert [rule for _, rule, _ in found] == ["unbalanced"]


VARIANTS = """
2020-01-01 open Income:Alameda:Sales
2021-01-01 * "Booked as a sale" ^court
  id: "F-sale"
  variant-of: "repo"
  variant: "sale"
  default: TRUE
  Assets:Alameda:Bank    100 USD
  Income:Alameda:Sales  -100 USD
2021-01-01 * "Booked as a loan" ^court
  id: "F-loan"
  variant-of: "repo"
  variant: "loan"
  Assets:Alameda:Bank    100 USD
  Equity:Alameda:Shares -100 USD
2021-01-02 custom "scenario" "borrowed" "It was a loan"
  variants: "repo=loan"
"""


def test_of_rival_bookings_one_is_in_the_books(ledger):
    case = ledger.case(VARIANTS)
    assert [flow.id for flow in case.selected] == ["F-sale"]
    assert len(case.flows) == 2
    other = ledger.case(VARIANTS, scenario="borrowed")
    assert [flow.id for flow in other.selected] == ["F-loan"]
    kept = [one for one in other.entries if type(one).__name__ == "Transaction"]
    assert [one.meta["id"] for one in kept] == ["F-loan"]
    _, rule, message = ledger.error(VARIANTS.replace("repo=loan", "repo=gift"))
    assert rule == "variant"
    assert "gift of repo" in message
    _, rule, message = ledger.error(VARIANTS.replace("  default: TRUE\n", ""))
    assert rule == "variant"
    assert "none is the default" in message


def test_what_is_read_for_later_is_typed(ledger):
    case = ledger.case(
        """
        2021-01-01 custom "observation" Assets:Alameda:Bank 5 USD
          source: "court"
          id: "O-1"
        2021-01-01 * "Second" ^court
          time: "14:30"
          Assets:Alameda:Bank    2 USD
          Equity:Alameda:Shares -2 USD
        2021-01-01 * "First" ^court
          id: "F-1"
          time: "09:15"
          basis: "residual"
          earliest: 2020-12-01
          latest: 2021-01-31
          sized-by: "O-1"
          Assets:Alameda:Bank    1 USD
          Equity:Alameda:Shares -1 USD
        2021-01-02 * "Later" ^court
          after: "F-1"
          Assets:Alameda:Bank    1 USD
          Equity:Alameda:Shares -1 USD
        2020-01-01 commodity BND
          haircut: 0.1
          haircut-low: 0.05
          haircut-high: 0.3
        """
    )
    first, second, later = case.flows
    assert (first.narration, second.narration) == ("First", "Second")
    assert first.time == datetime.time(9, 15)
    assert first.earliest == datetime.date(2020, 12, 1)
    assert first.sized_by == ("O-1",)
    assert later.after == "F-1"
    assert case.commodities["BND"].haircut_high == Decimal("0.3")


def test_set_off_names_the_debt_the_other_way(ledger):
    text = """
    2020-01-01 open Assets:Alameda:Due:FTX
      counterparty: "FTX"
      set-off: "Liabilities:Alameda:Payables:FTX"
    2020-01-01 open Liabilities:FTX:Due:Alameda
      counterparty: "Alameda"
    """
    case = ledger.case(text)
    found = case.accounts["Assets:Alameda:Due:FTX"].set_off
    assert found == "Liabilities:Alameda:Payables:FTX"
    _, rule, _ = ledger.error(text.replace("Payables:FTX", "Nothing"))
    assert rule == "set-off"


def test_a_claim_on_a_related_party_is_no_clean_asset(ledger):
    text = """
    2020-01-01 custom "entity" "Friend" "A friend of the house"
      related: TRUE
    2020-01-01 open Assets:Friend:Cash
    2020-01-01 open Assets:FTX:Loans:Friend
      counterparty: "Friend"
    2020-01-01 open Liabilities:Friend:Loans:FTX
      counterparty: "FTX"
    2021-01-01 * "Lends" ^court
      Assets:FTX:Bank    -5 USD
      Assets:Friend:Cash  5 USD
    """
    day = datetime.date(2021, 1, 1)
    found = _amounts(ledger.case(text), "FTX", day, "clean")
    assert found["Assets:FTX:Loans:Friend"] == 0
    found = _amounts(
        ledger.case(text.replace("related: TRUE", "")), "FTX", day, "clean"
    )
    assert found["Assets:FTX:Loans:Friend"] == 5


@pytest.mark.parametrize("name", ["Ελλάς", "Фирма", "Ñandú", "1-x"])
def test_entities_may_be_named_in_any_script_that_beancount_takes(ledger, name):
    case = ledger.case(
        f"""
        2020-01-01 custom "entity" "{name}" "A firm"
        2020-01-01 open Assets:{name}:Bank
        2020-01-01 open Equity:{name}:Capital
        2021-01-01 * "Capital" ^court
          Assets:{name}:Bank      5 USD
          Equity:{name}:Capital  -5 USD
        """
    )
    sheet = case.book().balance_sheet(name)
    assert sheet.totals.assets == 5


SHORT = """
2020-01-01 open Assets:FTX:Apart
  custody: TRUE
2021-02-01 * "Customers" "Deposit" ^court
  Equity:Customers:Wealth  -100 USD
  Assets:FTX:Bank           100 USD
2021-02-28 custom "observation" Assets:FTX:Apart Liabilities:FTX:Customers -90 USD
  source: "court"
  excess: TRUE
"""


def test_a_shortage_is_an_excess_below_zero(ledger):
    # Nothing is held apart against 100 owed: -100, where the source says -90.
    one = ledger.case(SHORT).observations[0]
    assert one.amount.number == -90
    assert (one.low, one.high) == (None, None)
    least = ledger.case(SHORT + "  low: 90 USD\n").observations[0]
    assert (least.low, least.high) == (None, -90)
    between = ledger.case(SHORT + "  error: 0.1\n").observations[0]
    assert (between.low, between.high) == (-99, -81)
    wrong = ledger.error(SHORT + "  low: 95 USD\n")
    assert wrong[1] == "amount-range"


def test_a_shortage_is_held_against_the_books(ledger):
    from solvency.model.observations import observed
    from solvency.model.observations import stated

    case = ledger.case(SHORT + "  error: 0.1\n")
    assert observed(case.book()).predicted.tolist() == [-100.0]
    [(central, own, _)] = stated(case.book(), case.observations[:1])
    assert -91 < central < -89
    assert own > 0


def test_only_an_excess_may_be_below_zero(ledger):
    assert ledger.errors(SHORT.replace("  excess: TRUE\n", ""))


def test_what_would_settle_is_said_in_words_of_what_is_open(ledger):
    flow = (
        '2020-01-02 * "Capital" ^court\n  id: "capital"\n  settled-by: {}\n'
        "  Assets:FTX:Bank     100 USD\n  Equity:FTX:Shares  -100 USD\n"
    )
    (one,) = ledger.case(flow.format('"bank statements"')).flows
    assert one.notes["settled-by"] == "bank statements"
    _, rule, told = ledger.error(flow.format("TRUE"))
    assert rule == "metadata"
    assert "`settled-by:` of this flow should be a string, not True" in told
    account = '2020-01-01 open Assets:FTX:X\n  settled-by: "statements"\n'
    _, rule, told = ledger.error(account)
    assert rule == "metadata"
    assert "`settled-by:` means nothing on this account" in told
