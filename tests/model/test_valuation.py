"""What holdings are worth, worked by hand, at each basis."""

from __future__ import annotations

import datetime
import math
from decimal import Decimal

import pytest

MORE = """
2020-01-01 commodity BTC
  liquidity: "liquid"
2020-01-01 commodity FTT
  issuer: "FTX"
  max-price-age: 100
2020-01-01 open Assets:Alameda:Wallet
2020-01-01 open Assets:Alameda:Ventures
  recovery: 0.25
2020-01-01 open Assets:FTX:Coins
2020-01-01 open Assets:FTX:Shares:Alameda
  stake-in: "Alameda"
2021-01-01 price BTC 30,000 USD
2021-03-01 price BTC 50,000 USD
2021-01-01 price FTT 10 USD
2021-03-01 price FTT 20 USD
"""
AT = datetime.date(2021, 3, 2)


def _amounts(ledger, text, entity="Alameda", basis="market", at=AT):
    sheet = ledger.case(MORE + text).book().balance_sheet(entity, at, basis=basis)
    totals = sheet.totals
    assert totals.assets - totals.liabilities == sheet.total("equity")
    return {line.account: line.amount for line in sheet.lines}, sheet


BUYS = """
2021-01-01 * "Capital" ^court
  Assets:Alameda:Bank      200,000 USD
  Equity:Alameda:Shares
2021-01-02 * "Two coins at 30,000" ^court
  Assets:Alameda:Coins           2 BTC @ 30,000 USD
  Assets:Alameda:Bank
2021-02-02 * "One at 60,000" ^court
  Assets:Alameda:Coins           1 BTC @ 60,000 USD
  Assets:Alameda:Bank
"""


def test_market_is_units_at_the_days_price(ledger):
    # 3 coins at 50,000; 200,000 - 60,000 - 60,000 left in the bank.
    lines, _ = _amounts(ledger, BUYS)
    assert lines["Assets:Alameda:Coins"] == 150_000
    assert lines["Assets:Alameda:Bank"] == 80_000
    assert lines["Equity:Alameda:Shares"] == 200_000
    # 3 coins cost 120,000, so market is 30,000 above book.
    assert lines["Equity:Alameda:Revaluation"] == 30_000


def test_book_is_the_average_price_at_acquisition(ledger):
    # (2 x 30,000 + 1 x 60,000) / 3 = 40,000 a coin; one sold at 70,000 leaves two
    # at 80,000 and a gain of 30,000.
    text = (
        BUYS
        + """
2021-02-03 * "One sold at 70,000" ^court
  Assets:Alameda:Coins          -1 BTC @ 70,000 USD
  Assets:Alameda:Bank       70,000 USD
"""
    )
    lines, _ = _amounts(ledger, text, basis="book")
    assert lines == {
        "Assets:Alameda:Bank": 150_000,
        "Assets:Alameda:Coins": 80_000,
        "Equity:Alameda:Shares": 200_000,
        "Equity:Alameda:Realised-Gains": 30_000,
    }
    lines, _ = _amounts(ledger, text)
    # At market two coins are 100,000: 20,000 above book.
    assert lines["Equity:Alameda:Realised-Gains"] == 30_000
    assert lines["Equity:Alameda:Revaluation"] == 20_000


def test_moving_coins_between_ones_own_accounts_changes_nothing(ledger):
    text = (
        BUYS
        + """
2021-03-01 * "To the other wallet" ^court
  Assets:Alameda:Coins          -2 BTC
  Assets:Alameda:Wallet          2 BTC
"""
    )
    lines, _ = _amounts(ledger, text, basis="book")
    assert lines["Assets:Alameda:Coins"] == 40_000
    assert lines["Assets:Alameda:Wallet"] == 80_000
    assert "Equity:Alameda:Realised-Gains" not in lines


def test_a_position_that_changes_sign_is_acquired_anew(ledger):
    # 3 coins cost 120,000. 5 sold at 50,000 = 250,000: a gain of 130,000 on the
    # three is 150,000 - 120,000 = 30,000; the short of 2 was taken at 50,000.
    text = (
        BUYS
        + """
2021-02-10 * "Five sold" ^court
  Assets:Alameda:Coins          -5 BTC @ 50,000 USD
  Assets:Alameda:Bank      250,000 USD
"""
    )
    lines, _ = _amounts(ledger, text, basis="book")
    assert lines["Assets:Alameda:Coins"] == -100_000
    assert lines["Assets:Alameda:Bank"] == 330_000
    assert lines["Equity:Alameda:Realised-Gains"] == 30_000


TOKENS = """
2021-01-05 * "FTX grants tokens" ^court
  Assets:Alameda:Coins    1,000 FTT
  Equity:Alameda:Shares
2021-01-05 * "FTX keeps some" ^court
  Assets:FTX:Coins        5,000 FTT
  Equity:FTX:Shares
"""


def test_an_own_token_is_worth_nothing_to_its_issuer_but_at_book(ledger):
    lines, _ = _amounts(ledger, TOKENS, "FTX")
    assert lines["Assets:FTX:Coins"] == 0
    lines, _ = _amounts(ledger, TOKENS, "FTX", "book")
    assert lines["Assets:FTX:Coins"] == 50_000  # 5,000 at 10
    lines, _ = _amounts(ledger, TOKENS)
    assert lines["Assets:Alameda:Coins"] == 20_000  # 1,000 at 20


LENT = """
2021-01-06 * "Capital" ^court
  Assets:FTX:Bank            900 USD
  Equity:FTX:Shares
2021-01-07 * "FTX lends to Alameda" ^court
  Assets:FTX:Bank           -400 USD
  Assets:Alameda:Bank        400 USD
2021-01-08 * "FTX invests in Alameda" ^court
  Assets:FTX:Shares:Alameda  100 USD
  Assets:FTX:Bank           -100 USD
  Assets:Alameda:Bank        100 USD
  Equity:Alameda:Shares     -100 USD
"""


def test_clean_leaves_out_group_tokens_and_claims_on_the_group(ledger):
    lines, _ = _amounts(ledger, TOKENS + LENT, basis="clean")
    assert lines["Assets:Alameda:Coins"] == 0
    # What Alameda owes is owed all the same.
    assert lines["Liabilities:Alameda:Payables:FTX"] == 400
    lines, _ = _amounts(ledger, TOKENS + LENT, "FTX", "clean")
    assert lines["Assets:FTX:Receivables:Alameda"] == 0
    assert lines["Assets:FTX:Shares:Alameda"] == 0
    assert lines["Assets:FTX:Bank"] == 400


def test_realisable_is_what_a_sale_would_fetch(ledger):
    # Halving 500: lambda = ln 2 / 500. Selling q = 1,000 at p = 20 fetches
    # p / lambda (1 - exp(-lambda q)) = 20 x 500 / ln 2 x (1 - 1/4)
    #   = 10,820.21...; split over two accounts in proportion to their units.
    text = (
        TOKENS
        + """
2020-06-01 custom "depth" 500 FTT
  source: "court"
2021-01-06 * "Part pledged" ^court
  Assets:Alameda:Coins   -250 FTT
  Assets:Alameda:Wallet   250 FTT
2021-01-06 * "A venture" ^court
  Assets:Alameda:Ventures  800 USD
  Equity:Alameda:Shares
"""
    )
    lines, _ = _amounts(ledger, text, basis="realisable")
    fetched = 20 * 500 / math.log(2) * 0.75
    assert float(lines["Assets:Alameda:Coins"]) == pytest.approx(
        fetched * 0.75, rel=1e-12
    )
    assert float(lines["Assets:Alameda:Wallet"]) == pytest.approx(
        fetched * 0.25, rel=1e-12
    )
    assert lines["Assets:Alameda:Ventures"] == 200  # a quarter of 800


def test_a_stale_or_missing_price_is_named_and_left_out(ledger):
    text = (
        BUYS
        + TOKENS
        + """
2021-01-05 * "Coins nobody prices" ^court
  Assets:Alameda:Coins     7 XYZ
  Equity:Alameda:Shares
"""
    )
    # BTC of 1 March is 31 days old on 1 April, the oldest it may be; FTT may be
    # 100, until 9 June.
    _, sheet = _amounts(ledger, text, at=datetime.date(2021, 4, 1))
    assert [m.commodity for m in sheet.unpriced] == ["XYZ"]
    lines, sheet = _amounts(ledger, text, at=datetime.date(2021, 4, 2))
    assert [(m.commodity, m.stale) for m in sheet.unpriced] == [
        ("BTC", datetime.date(2021, 3, 1)),
        ("XYZ", None),
    ]
    assert "more than 31 days old" in str(sheet.unpriced[0])
    assert lines["Assets:Alameda:Coins"] == 20_000  # the FTT alone
    _, sheet = _amounts(ledger, text, at=datetime.date(2021, 6, 10))
    assert [m.commodity for m in sheet.unpriced] == ["BTC", "FTT", "XYZ"]


def test_no_price_is_taken_from_a_later_day(ledger):
    text = BUYS.replace("2021-0", "2020-0")
    _, sheet = _amounts(ledger, text, at=datetime.date(2020, 12, 31))
    assert [m.commodity for m in sheet.unpriced] == ["BTC"]


def test_a_claim_below_zero_stands_on_the_other_side(ledger):
    text = """
2021-01-01 * "Capital" ^court
  Assets:Alameda:Bank        1,000 USD
  Equity:Alameda:Shares
2021-01-02 * "Alameda gives FTX what it never owed" ^court
  Assets:Alameda:Bank         -300 USD
  Assets:FTX:Bank              300 USD
"""
    for entity, account, side in (
        ("FTX", "Assets:FTX:Receivables:Alameda", "liability"),
        ("Alameda", "Liabilities:Alameda:Payables:FTX", "asset"),
    ):
        _, sheet = _amounts(ledger, text, entity)
        line = next(line for line in sheet.lines if line.account == account)
        assert (line.side, line.amount, line.turned) == (side, 300, True)
        assert min(sheet.totals.assets, sheet.totals.liabilities) >= 0


def test_a_price_the_other_way_round_is_turned(ledger):
    text = """
2021-03-01 price USD 0.8 EUR
2021-01-01 * "Euros" ^court
  Assets:Alameda:Bank        100 EUR
  Equity:Alameda:Shares
"""
    lines, _ = _amounts(ledger, text)
    assert lines["Assets:Alameda:Bank"] == Decimal(125)
