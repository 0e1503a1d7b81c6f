"""Total prices, `@@` and `{{ }}`: what banks state, exact though no quotient is."""

from __future__ import annotations

import datetime
from decimal import Context
from decimal import Decimal
from pathlib import Path

from beancount import loader
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import solvency
from solvency.ledger.case import Money
from solvency.ledger.case import Posting
from solvency.ledger.entries.postings import EXACT
from solvency.ledger.entries.postings import weight

GROUPS = Path(__file__).parents[1] / "groups"


def test_total_prices_are_the_totals_again():
    path = GROUPS / "total-price.beancount"
    case = solvency.load(path)
    assert not case.errors
    # 700 JPY for 42.30, 3 for 100 in all, 3 at 10 each and 1 in all: 31.
    # The bank: 1,000,000 - 42.30 - 100 - 31.
    day = datetime.date(2020, 2, 2)
    sheet = case.book().balance_sheet("Alfa", day, basis="book")
    amounts = {line.account: line.amount for line in sheet.lines}
    assert amounts["Assets:Alfa:Coins"] == 131
    assert amounts["Assets:Alfa:Bank"] == 1_000_000 - 131
    # beancount's own check, as bean-check and Fava run it, agrees.
    _, errors, _ = loader.load_file(str(path))
    assert errors == []


def test_a_total_that_does_not_fit_is_told_exactly(ledger):
    line, rule, message = ledger.error(
        """
        2021-01-01 * "Bank" "Change money" ^court
          Assets:Alameda:Bank   700 JPY @@ 42.30 USD
          Assets:Alameda:Bank   -42.31 USD
        """
    )
    assert (line, rule) == (2, "unbalanced")
    assert message == (
        "unbalanced: the postings do not sum to zero: -0.01 USD is left. Correct the"
        " amounts."
    )


def test_part_of_a_lot_bought_at_a_total_can_be_sold(ledger):
    # A third of 100 is 33.33..., so the gain of a sale for 40 is 6.66...
    case = ledger.case(
        """
        2020-01-01 open Income:Alameda:Gains
        2021-01-01 * "Buys" ^court
          Assets:Alameda:Coins   3 XYZ {{100 USD}}
          Assets:Alameda:Bank   -100 USD
        2021-01-02 * "Sells" ^court
          Assets:Alameda:Coins  -1 XYZ {} @ 40 USD
          Assets:Alameda:Bank   40 USD
          Income:Alameda:Gains
        """
    )
    gain = case.flows[1].postings[-1].units
    assert round(gain, 10) == -round(Decimal(20) / 3, 10)


def test_a_total_price_across_entities_is_owed_in_units(ledger):
    # FTX pays 42.30 for the yen that land in Alameda's bank: 42.30 is owed.
    case = ledger.case(
        """
        2021-01-01 * "Bank" "Change money" ^court
          Assets:Alameda:Bank   700 JPY @@ 42.30 USD
          Assets:FTX:Bank      -42.30 USD
        """
    )
    legs = [p for p in case.flows[0].postings if p.added]
    assert [(p.account, p.units, p.commodity) for p in legs] == [
        ("Assets:FTX:Receivables:Alameda", Decimal("42.3"), "USD"),
        ("Liabilities:Alameda:Payables:FTX", Decimal("-42.3"), "USD"),
    ]


cents = st.integers(1, 10**12).map(lambda n: Decimal(n).scaleb(-2))


@settings(max_examples=60, deadline=None)
@given(units=st.integers(1, 10**9), total=cents)
def test_every_total_of_cents_comes_back(units, total):
    for digits in (28, 60):
        price = Money(Context(prec=digits).divide(total, units), "USD")
        found = weight(
            Posting("Assets:A:B", "A", Decimal(units), "X", price, added=False)
        )
        assert EXACT.subtract(found.number, total) == 0


def test_only_beancounts_own_error_is_told_of_what_it_has_refused():
    for name, told in {
        "negative-price": "Negative prices are not allowed",
        "ambiguous-lot-cascade": "Ambiguous matches",
    }.items():
        # What a price directive below zero is told is another matter.
        errors = solvency.load(GROUPS / f"{name}.beancount").errors
        (error,) = [one for one in errors if one.rule != "price"]
        assert error.rule == "beancount"
        assert told in error.message
