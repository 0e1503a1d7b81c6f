"""The exhibits of the FTX case beside what was testified and found."""

from __future__ import annotations

import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import solvency
from solvency.analysis.trace.trace import follow
from solvency.analysis.recover.recover import recover
from solvency.analysis.stress.stress import stress
from solvency.analysis.recover.waterfall import OUTSIDE

BANK = ["Assets:Alameda:Bank"]
BILLION = Decimal(10**9)


@pytest.fixture(scope="module")
def book():
    root = Path(__file__).resolve().parents[2]
    return solvency.load(root / "ledgers" / "ftx" / "main.beancount").book()


@pytest.fixture(scope="module")
def traced(book):
    return follow(book, BANK)


def purpose(result, name):
    return next(one for one in result.by_purpose if one.purpose == name)


def test_the_binance_buy_out(traced):
    # Easton: about 1.2 billion of it was customers' money (T11a). The books say at
    # least half a billion whatever the rule.
    bought = purpose(traced, "buy-back")
    assert bought.least > BILLION / 2
    assert bought.least <= Decimal("1.2") * BILLION <= bought.most


def test_modulo(traced):
    # Easton: all of it (T11b).
    (outlay,) = [one for one in traced.outlays if one.payee == "Modulo"]
    customers = next(one for one in outlay.owners if one.owner == "Customers")
    assert customers.most == outlay.amount


def test_lenders(book):
    # Easton: 68 per cent of what was repaid, to the middle of 2022 (T11).
    lenders = purpose(follow(book, BANK, at=datetime.date(2022, 6, 30)), "lenders")
    assert lenders.least <= Decimal("0.68") * lenders.amount <= lenders.most


def test_property_was_customers_money_under_any_rule(book):
    # Easton: 228 million to June 2022 (T08).
    found = follow(book, ["Assets:FTX:Custody:Dollars"], at=datetime.date(2022, 6, 30))
    houses = purpose(found, "property")
    assert houses.least == houses.most == houses.amount == 228_000_000


def test_ftt_could_never_have_been_sold_for_its_price(book):
    (row,) = stress(book, datetime.date(2022, 6, 30), token="FTT").tokens  # noqa: S106 (a coin)
    # CoinDesk: 3.66 and 2.16 billion of FTT on Alameda's sheet.
    assert float(row.market_value) == pytest.approx(5.82e9, rel=0.01)
    assert row.proceeds < row.market_value / 4
    assert row.explosive
    assert row.depth_basis == "assumed"


@pytest.mark.parametrize("scenario", ["established", "mostly-spent", "mostly-lost"])
def test_recoveries_are_conserved_in_every_scenario(book, scenario):
    case = solvency.load(book.case.path, scenario=scenario)
    found = recover(case.book())
    way = found.alone
    inside = sum(worth for name, worth in way.assets.items() if name != OUTSIDE)
    at = way.nodes.index(OUTSIDE)
    kept = sum(float(e) for i, e in enumerate(way.clearing.equity) if i != at)
    # Shares held within the network count once more as somebody's equity.
    assert float(way.received(OUTSIDE)) <= float(inside) + 1
    assert float(way.received(OUTSIDE)) + kept >= float(inside) - 1
    for one in found.classes:
        assert 0 <= one.low <= one.paid <= one.high <= one.claims + Decimal("0.01")
