"""What postings were worth: prices in any currency, chains of prices, inverses."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

import solvency
from solvency.analysis.check import evaluate
from solvency.analysis.sources_uses import funds

GROUPS = Path(__file__).parents[1] / "groups"
FEB = datetime.date(2021, 2, 2)


def _load(name):
    return solvency.load(GROUPS / f"{name}.beancount")


def _amounts(sheet):
    return {line.account: line.amount for line in sheet.lines}


def test_a_bond_bought_in_euro_is_worth_the_euros_of_that_day():
    # 97 EUR x 1.40 = 135.80 USD leave the bank and stand in the bond; 103 EUR
    # x 1.40 = 144.20 are left of 280.00.
    case = _load("bond-bought-in-euro")
    assert not case.errors
    found = funds(case.book(), "Firm", FEB)
    lines = {(line.side, line.label): line.amount for line in found.lines}
    assert lines["use", "bonds"] == Decimal("135.80")
    assert found.left == Decimal("144.20")
    assert found.control == 0
    sheet = case.book().balance_sheet("Firm", FEB, basis="book")
    assert _amounts(sheet) == {
        "Assets:Firm:Bank": Decimal("144.20"),
        "Assets:Firm:Bonds": Decimal("135.80"),
        "Equity:Firm:Shares": 280,
    }


def test_a_written_price_is_converted_at_the_rate_of_its_own_day(ledger):
    # 200 EUR come in at 1.40 = 280. On the 10th the euro is at 1.50: the bond is
    # worth 97 x 1.50 = 145.50, and the euros that paid it had cost 135.80: 9.70.
    case = ledger.case(
        """
        2020-01-01 open Assets:Alameda:Bonds
        2021-02-01 price EUR 1.40 USD
        2021-02-01 * "Capital" ^court
          Assets:Alameda:Bank     200 EUR
          Equity:Alameda:Shares  -200 EUR
        2021-02-10 price EUR 1.50 USD
        2021-02-10 * "Buys" ^court
          Assets:Alameda:Bonds    100 BND @ 0.97 EUR
          Assets:Alameda:Bank     -97 EUR
        """
    )
    day = datetime.date(2021, 2, 10)
    found = _amounts(case.book().balance_sheet("Alameda", day, basis="book"))
    assert found["Assets:Alameda:Bonds"] == Decimal("145.50")
    assert found["Assets:Alameda:Bank"] == Decimal("144.20")
    assert found["Equity:Alameda:Realised-Gains"] == Decimal("9.70")


def test_a_written_price_without_a_rate_gives_way_to_the_markets(ledger):
    # Nothing says what a euro is worth; the bond itself is priced at 2.
    case = ledger.case(
        """
        2020-01-01 open Assets:Alameda:Bonds
        2021-02-01 price BND 2 USD
        2021-02-01 * "Buys" ^court
          Assets:Alameda:Bonds    100 BND @ 0.97 EUR
          Equity:Alameda:Shares   -97 EUR
        """
    )
    found = _amounts(case.book().balance_sheet("Alameda", FEB, basis="book"))
    assert found["Assets:Alameda:Bonds"] == 200


def test_a_coin_priced_in_euro_is_valued_through_the_euro():
    # 2 BTC x 8,000 EUR x 1.10 = 17,600 USD beside 1,000,000.
    case = _load("transitive-price")
    assert not case.errors
    sheet = case.book().balance_sheet("Alfa", datetime.date(2020, 2, 1))
    assert sheet.unpriced == ()
    assert _amounts(sheet)["Assets:Alfa:Coins"] == Decimal(17600)
    assert sheet.totals.assets == 1_017_600
    found = [
        x for x in evaluate(case.book()).findings if x.invariant == "price-coverage"
    ]
    assert found == []


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        # The shorter chain stands, though the longer is younger.
        (["01 price AA 10 BB", "01 price BB 3 USD", "02 price AA 7 USD"], 7),
        # Of two of one length, the one whose oldest price is younger.
        (
            [
                "01 price AA 10 BB",
                "01 price BB 3 USD",
                "02 price AA 10 CC",
                "02 price CC 4 USD",
            ],
            40,
        ),
        # Inverse both: 1 / 0.5 / 0.25 = 8.
        (["01 price BB 0.5 AA", "01 price USD 0.25 BB"], 8),
        # A later price of any link is not used.
        (["01 price AA 10 BB", "01 price BB 3 USD", "03 price BB 5 USD"], 30),
    ],
)
def test_the_shortest_chain_of_prices_of_that_day_or_before(ledger, prices, expected):
    case = ledger.case(
        '2021-01-01 * "Capital" ^court\n'
        "  Assets:Alameda:Bank     1 AA\n  Equity:Alameda:Shares  -1 AA\n"
        + "\n".join(f"2021-02-{line}" for line in prices)
    )
    assert case.book().prices.at("AA", FEB).number == expected


def test_a_link_that_is_too_old_is_named(ledger):
    # The euro's price may be 7 days old; on the 20th it is 19 days old.
    case = ledger.case(
        """
        2020-01-01 commodity EUR
          max-price-age: 7
        2021-02-01 price EUR 1.40 USD
        2021-02-20 price BTC 8,000 EUR
        2021-02-20 * "Capital" ^court
          Assets:Alameda:Coins     1 BTC
          Equity:Alameda:Shares   -1 BTC
        """
    )
    sheet = case.book().balance_sheet("Alameda", datetime.date(2021, 2, 20))
    (missing,) = sheet.unpriced
    assert missing.commodity == "BTC"
    assert str(missing) == (
        "BTC is priced in EUR: the last price of EUR by 2021-02-20 is of 2021-02-01,"
        " more than 7 days old"
    )


def test_inverse_prices_that_contradict_are_told_and_both_are_counted(ledger):
    case = _load("inverse-price-unsourced")
    (error,) = case.errors
    assert error.rule == "price"
    assert "0.80 EUR here, and one EUR is 1.50 USD at" in error.message
    text = (GROUPS / "inverse-price-unsourced.beancount").read_text()
    # 1 / 0.80 = 1.25: no contradiction, and two prices without a source.
    case = ledger.load(text.replace("1.50 USD", "1.25 USD"))
    assert not case.errors
    (found,) = (
        x for x in evaluate(case.book()).findings if x.invariant == "price-source"
    )
    assert (found.commodity, found.amount) == ("EUR", 2)


@pytest.mark.parametrize(
    ("one", "other", "errors"),
    [
        ("1.25", "0.80", 0),
        ("1.50", "0.80", 1),
        # 1 / 1.10 = 0.90909, written to two and to four places.
        ("1.10", "0.91", 0),
        ("1.10", "0.9091", 0),
        ("1.10", "0.92", 1),
        # A whole number is no rounding of another.
        ("2", "0.4", 1),
        ("2", "0.5", 0),
    ],
)
def test_an_inverse_agrees_as_far_as_it_is_written(ledger, one, other, errors):
    found = ledger.errors(
        f"2021-02-01 price EUR {one} USD\n2021-02-01 price USD {other} EUR\n"
    )
    assert [rule for _, rule, _ in found] == ["price"] * errors


def test_prices_that_a_plugin_made_do_not_contradict():
    # Two trades of a day, at 10 and at 12: the last stands, 20 x 12 = 240.
    case = _load("implicit-prices-same-day")
    assert not case.errors
    assert [str(price.number) for price in case.prices] == ["12"]
    sheet = case.book().balance_sheet("Alfa", datetime.date(2020, 2, 1))
    assert _amounts(sheet)["Assets:Alfa:Coins"] == 240
    assert [
        x for x in evaluate(case.book()).findings if x.invariant == "price-source"
    ] == []


def test_a_written_price_stands_before_one_that_a_plugin_made(ledger):
    text = (GROUPS / "implicit-prices-same-day.beancount").read_text()
    case = ledger.load(text + '2020-02-01 price XYZ 11 USD\n  source: "src"\n')
    assert not case.errors
    assert [str(price.number) for price in case.prices] == ["11"]


RESTATED = """
option "operating_currency" "{currency}"
option "tolerance_multiplier" "0"
plugin "solvency"
2020-01-01 custom "entity" "Firm" "A firm"
  group: TRUE
2020-01-01 custom "entity" "Sub" "Its affiliate"
  group: TRUE
2020-01-01 custom "entity" "Owner" "Its owner"
2020-01-01 custom "source" "court" "A filing"
  grade: "A1"
2020-01-01 commodity EUR
  liquidity: "liquid"
2020-01-01 commodity USD
  liquidity: "liquid"
2020-01-01 open Assets:Firm:Bank
2020-01-01 open Assets:Firm:Coins
2020-01-01 open Assets:Firm:Due:Sub
  counterparty: "Sub"
2020-01-01 open Equity:Firm:Shares
2020-01-01 open Income:Firm:Trade
2020-01-01 open Assets:Sub:Bank
2020-01-01 open Liabilities:Sub:Due:Firm
  counterparty: "Firm"
2020-01-01 open Assets:Owner:Bank
2020-01-01 open Assets:Owner:Shares
  stake-in: "Firm"
2020-12-31 price EUR {rate} USD
2021-01-01 * "Capital" ^court
  Assets:Owner:Bank    -{capital} EUR
  Assets:Owner:Shares   {capital} EUR
  Assets:Firm:Bank      {capital} EUR
  Equity:Firm:Shares   -{capital} EUR
2021-01-02 * "Buys" ^court
  Assets:Firm:Coins     {units} BTC @ {price} EUR
  Assets:Firm:Bank
2021-01-02 price BTC {price} EUR
2021-01-03 * "Changes money" ^court
  Assets:Firm:Bank       {lent} USD @ 0.80 EUR
  Assets:Firm:Bank
2021-01-03 * "Lends" ^court
  Assets:Firm:Bank      -{lent} USD
  Assets:Sub:Bank        {lent} USD
2021-01-04 * "Sells half" ^court
  Assets:Firm:Coins    -{half} BTC @ {later} EUR
  Assets:Firm:Bank
2021-01-04 price BTC {later} EUR
"""
whole = st.integers(1, 10**6)


@settings(max_examples=25, deadline=None)
@given(capital=whole, units=whole, price=whole, later=whole, lent=whole)
def test_restating_in_another_currency_scales_every_answer(
    tmp_path_factory, capital, units, price, later, lent
):
    # At a constant 1.25 USD a euro, every answer in dollars is 1.25 times that in
    # euros, to the last digit: 1 / 1.25 = 0.8 ends.
    found = {}
    at = datetime.date(2021, 1, 4)
    for currency in ("USD", "EUR"):
        path = tmp_path_factory.mktemp("restated") / "main.beancount"
        path.write_text(
            RESTATED.format(
                currency=currency,
                rate="1.25",
                capital=capital,
                units=2 * units,
                half=units,
                price=price,
                later=later,
                lent=lent,
            )
        )
        case = solvency.load(path)
        assert not case.errors
        book = case.book()
        answers = {}
        for basis in ("market", "book", "clean", "realisable"):
            for name in (*case.entities, "group"):
                for line in book.balance_sheet(name, at, basis=basis).lines:
                    answers[basis, name, line.account] = line.amount
        for name in ("Firm", "group"):
            moved = funds(book, name, at)
            answers["left", name] = moved.left
            for line in moved.lines:
                answers["funds", name, line.side, line.label] = line.amount
        found[currency] = answers
    assert found["USD"] == {
        key: amount * Decimal("1.25") for key, amount in found["EUR"].items()
    }
