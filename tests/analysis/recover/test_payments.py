"""What payments are made up of, worked by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest
from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow

from solvency.analysis.recover.payments import made_up
from solvency.analysis.recover.payments import payers
from solvency.analysis.recover.payments import stated
from solvency.analysis.recover.recover import recover

#: The founder gives 4 of its 5 as collateral for what Alameda owes the lender.
GIVEN = """
2020-01-01 open Assets:Founder:Given
  pledged-to: "Lender"
  for: "Alameda"
""" + flow(
    "2021-05-03",
    "given",
    ("Assets:Founder:Cash", "-4 USD"),
    ("Assets:Founder:Given", "4 USD"),
)


@pytest.fixture
def found(ledger):
    return recover(ledger.case(WORLD).book(), AT)


def test_collateral_then_a_share_of_the_rest(found):
    # The lender has 20 of 50 by its pledge, and 10/17 of the other 30.
    way = found.ways["alone", "central"]
    made = made_up(way, "Alameda", "unsecured", "Lender", "Alameda")
    assert (made.claims, made.covered) == (50, 20)
    assert [x.item.account.name for x in made.covers] == ["Assets:Alameda:Pledged"]
    assert made.rests == {"unsecured": 30}
    turn = way.turn("Alameda", "unsecured")
    assert (turn.assets, turn.received, turn.before) == (115, 5, 20)
    assert (turn.left, turn.owed) == (100, 170)
    assert made.paid == Decimal("37.65")
    assert made.covered + 30 * turn.rate == pytest.approx(
        made.paid, abs=Decimal(1) / 100
    )


def test_what_others_gave_is_named_as_theirs(ledger):
    # Of the 50 the pledge covers 20 and the founder's collateral 4; it then pays
    # Alameda from the 1 it has left, and claims the 4 from Alameda in its place.
    way = recover(ledger.case(WORLD + GIVEN).book(), AT).ways["alone", "central"]
    made = made_up(way, "Alameda", "unsecured", "Lender", "Alameda")
    covers = {x.item.account.name: x.covered for x in made.covers}
    assert covers == {"Assets:Alameda:Pledged": 20, "Assets:Founder:Given": 4}
    assert made.rests == {"unsecured": 26}
    assert way.turn("Alameda", "unsecured").owed == 170


def test_custody_covers_customers(found):
    made = made_up(found.ways["alone", "low"], "FTX", "customer")
    assert made.covered == 60
    assert made.rests == {"customer": 140}
    # Low: 140 * 87.5 / 170 from Alameda.
    assert made.paid == Decimal("132.06")


def test_who_pays_an_estate(found):
    # Nothing of the founder at low; 5 of 20 at central, all it has; 20 at high.
    for end, paid in (("low", 0), ("central", 5), ("high", 20)):
        assert payers(found.ways["alone", end], "Alameda") == {"Founder": (20, paid)}
    ftx = payers(found.ways["alone", "central"], "FTX")
    assert ftx == {"Alameda": (140, Decimal("82.35"))}


def test_the_largest_payer_stands_first_whatever_its_name(ledger):
    # The borrower owes Alameda 3 and has 3; the founder pays 5, all that is left of 20.
    text = WORLD + (
        '2020-01-01 custom "entity" "Borrower" "A small debtor"\n'
        "2020-01-01 open Assets:Borrower:Cash\n"
        "2020-01-01 open Assets:Alameda:Loans:Borrower\n"
        '  counterparty: "Borrower"\n'
        "2020-01-01 open Liabilities:Borrower:Loans:Alameda\n"
        '  counterparty: "Alameda"\n'
    )
    text += flow(
        "2021-05-03",
        "small",
        ("Assets:Alameda:Bank", "-3 USD"),
        ("Assets:Borrower:Cash", "3 USD"),
    )
    found = payers(
        recover(ledger.case(text).book(), AT).ways["alone", "central"], "Alameda"
    )
    assert [(name, one.paid) for name, one in found.items()] == [
        ("Founder", 5),
        ("Borrower", 3),
    ]


def test_a_statement_gives_the_rate_of_one_entity_alone(found):
    alone, one = (found.ways[way, "central"] for way in ("alone", "group"))
    assert stated(found, ("Alameda",), "unsecured", alone, "central")
    assert not stated(found, ("FTX", "Alameda"), "unsecured", one, "central")


def test_an_outsider_s_collateral_is_no_second_payment(ledger):
    # At high an outsider without books pays its 20, whatever it gave for them.
    text = WORLD + ('2020-01-01 open Assets:Founder:Pledged\n  pledged-to: "Alameda"\n')
    text += flow(
        "2021-05-03",
        "secured",
        ("Assets:Founder:Cash", "-3 USD"),
        ("Assets:Founder:Pledged", "3 USD"),
    )
    for each in (WORLD, text):
        high = recover(ledger.case(each).book(), AT).ways["alone", "high"]
        assert high.assets["Alameda"] == 150
