"""The commands tell one story of the FTX case: what each says of one thing agrees."""

from __future__ import annotations

import csv
import datetime
import json
from decimal import Decimal

import bridge_of_ftx as bridges
import pytest
from click.testing import CliRunner

import solvency
from solvency.cli import main

MAIN = str(bridges.CASE)
PETITION = datetime.date(2022, 11, 11)
HALF = Decimal("0.5")


def asked(*words):
    """Return what a command prints for programs."""
    told = CliRunner().invoke(main, [words[0], "--json", *words[1:], MAIN])
    return json.loads(told.stdout)


def number(text):
    return Decimal(str(text))


@pytest.fixture(scope="module")
def found():
    return asked("balance", "--found")


@pytest.fixture(scope="module")
def tests():
    return asked("check", "--draws=0")["tests"]


@pytest.fixture(scope="module")
def sheets():
    """Return each entity's balance sheet at the petition, clean."""
    told = asked("balance", "--at=2022-11-11", "--basis=clean")
    return {one["entity"]: one for one in told["entities"]}


def of(found, entity, column):
    return sum(
        number(line[column]) for line in found["lines"] if line["entity"] == entity
    )


def test_the_tally_explains_what_the_bridge_leaves_untraced(found):
    # 4,004,235,901 in both, to the dollar that a tally is rounded to.
    told = asked("tally", "--draws=1000")["untraced"]
    untraced = number(found["totals"]["untraced"])
    assert abs(number(told["amount"]) - untraced) < HALF + 1
    # A scenario explains what its flows take out: the bridge says the same of it.
    for one in told["scenarios"]:
        base = bridges.bridge("established").totals[2]
        left = bridges.bridge(one["scenario"]).totals[2]
        # The tally draws amounts, the bridge takes them as written.
        assert number(one["low"]) - 1 < base - left < number(one["high"]) + 1


def test_each_sheet_has_the_untraced_of_the_bridge(found):
    told = asked("balance", "--at=2022-11-11")
    seen = 0
    for sheet in told["entities"]:
        for column in ("untraced", "unrecorded"):
            if column in sheet:
                stated = of(found, sheet["entity"], column)
                assert abs(number(sheet[column]) - stated) < HALF
                seen += 1
    assert seen == 6  # Alameda, FTX and FTX US, both columns


def test_recovery_holds_back_what_the_bridge_leaves_untraced():
    # A statement of affairs begins at book values: bitcoin at what it cost.
    books = asked("balance", "--found", "--basis=book", "--at=2022-11-11")
    told = CliRunner().invoke(main, ["recover", "--table=assets", "--csv", MAIN])
    entity, rows = "", {}
    for line, *cells in csv.reader(told.stdout.splitlines()[1:]):
        if not any(cells):
            entity = line
        elif line == "Untraced":
            rows[entity] = [Decimal(cell) for cell in cells]
    assert set(rows) == {"Alameda", "FTX", "FTX-US"}
    for name, (book, low, central, _) in rows.items():
        assert abs(book - of(books, name, "untraced")) < HALF
        assert low == central == 0


def test_check_finds_the_shortage_that_books_less_untraced_make(found, tests, sheets):
    # Alameda, clean: 14.7 of assets less 15.4 of debts less 3.7 untraced.
    (clean,) = [
        one
        for one in tests
        if (one["test"], one["entity"], one["of"], one["on"])
        == ("balance-sheet", "Alameda", "(basis clean)", "found")
    ]
    totals = sheets["Alameda"]["totals"]
    short = number(totals["equity"]) - of(found, "Alameda", "untraced")
    short += sum(
        number(line["unrecorded"])
        for line in found["lines"]
        if line["entity"] == "Alameda" and line["class"] != "own tokens"
    )
    assert short < 0
    assert clean["spells"][0]["from"] == PETITION.isoformat()
    assert number(clean["margin"]) <= short


def test_check_misses_the_bitcoin_that_the_bridge_did_not_find(found, tests):
    # 105 found of 79,605 owed; the bridge has the 105 at the price of the petition.
    (coins,) = [
        one
        for one in tests
        if (one["test"], one["entity"], one["of"], one["on"])
        == ("customer-assets", "FTX", "BTC", "found")
    ]
    assert number(coins["margin"]) == 105 - 79_605
    (line,) = [
        line
        for line in found["lines"]
        if (line["entity"], line["class"]) == ("FTX", "bitcoin")
    ]
    assert number(line["counted"]) == 105 * Decimal("17034.3")


@pytest.fixture(scope="module")
def book():
    return solvency.load(bridges.CASE).book()


def posted(book, flow, account):
    """Return what a flow posts to an account, in its own units."""
    (one,) = (one for one in book.flows if one.id == flow)
    return sum(x.units for x in one.postings if x.account == account)


def test_what_was_missing_is_the_sum_its_sentence_gives(book):
    # What Alameda owed, less FTX's own money in it, with property bought out of
    # customers' and what is assumed to be owed to them on top.
    told = asked("balance", "--at=2022-11-11")
    (ftx,) = (one for one in told["entities"] if one["entity"] == "FTX")
    lines = {line["account"]: number(line["amount"]) for line in ftx["lines"]}
    custody = "Assets:FTX:Custody:"
    missing = sum(
        value if name.startswith("Liabilities:FTX:Customers:") else -value
        for name, value in lines.items()
        if name.startswith((custody, "Liabilities:FTX:Customers:"))
    )
    own = posted(book, "F-0082", "Assets:Alameda:Bank")
    property_ = -sum(
        posted(book, one, f"{custody}Dollars") for one in ("F-0050", "F-0051", "F-0098")
    )
    assumed = -posted(book, "F-0159", "Liabilities:FTX:Customers:Dollars")
    assert (own, property_, assumed) == (1_500_000_000, 228_000_000, 385_000_000)
    assert missing == lines["Assets:FTX:Receivables:Alameda"] - own + property_ + assumed


def test_the_cost_of_anthropic_is_split_by_what_each_sale_brought(book):
    stake = "Assets:Alameda:Ventures:Anthropic"
    cost = posted(book, "F-0037", stake)
    sales = {"F-0149": 0, "F-0152": 0}
    brought = {one: posted(book, one, "Assets:Alameda:Bank") for one in sales}
    for one in sales:
        share = cost * brought[one] / sum(brought.values())
        assert abs(posted(book, one, stake) + share) < 10
    assert sum(posted(book, one, stake) for one in sales) == -cost
