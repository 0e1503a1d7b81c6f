"""Statements of affairs, clearing and classes of a ledger."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from analysis.recover.books import ACCOUNTS
from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.analysis.recover.affairs import affairs
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.payments import payments
from solvency.analysis.recover.recover import recover


@pytest.fixture
def book(ledger):
    return ledger.case(WORLD).book()


@pytest.mark.parametrize("name", ["christensen-20-7", "miner-company", "down-dog"])
def test_published_statements_of_affairs(published, name):
    known = published("affairs")[name]
    found = affairs(
        Decimal(sum(known["free"])),
        [(Decimal(worth), Decimal(claim)) for worth, claim in known["collateral"]],
        Decimal(known["priority"]),
        Decimal(known["unsecured"]),
    )
    assert found.free == known["available"]
    assert found.net_free == known["net"]
    assert found.unsecured == known["total_unsecured"]
    # Ours counts what priority claims lack too; here they lack nothing.
    assert found.deficiency == known["deficiency"]
    rate = known.get("rate", known["net"] / known["total_unsecured"])
    assert float(found.rate) == pytest.approx(rate, abs=5e-5)


def test_an_amount_below_zero_is_refused():
    with pytest.raises(ValueError, match="zero or more"):
        affairs(Decimal(-1), [], Decimal(0), Decimal(0))


def test_a_group_worked_by_hand(book):
    # Alameda, central: bank 80 + stakes 15 + pledged 20 + founder 5 = 120. The lender
    # has 20 by its pledge; the rest, 100, is shared by FTX's 140 and the lender's 30:
    # 10/17. FTX then has 60 + 140 * 10/17 = 142.35 of 200; customers have custody's 60
    # of that first.
    found = recover(book, AT)
    by_class = {(one.entity, one.rank): one for one in found.classes}
    alameda = by_class["Alameda", "unsecured"]
    assert alameda.claims == 190
    assert alameda.paid == Decimal("120.00")
    customers = by_class["FTX", "customer"]
    assert (customers.claims, customers.paid) == (200, Decimal("142.35"))
    # Low: stakes at 7.50, the founder pays nothing: 107.50 - 20 shared by 170.
    assert customers.low == pytest.approx(Decimal("132.06"))
    # High: stakes at 30, the founder pays 20: 130 shared by 170.
    assert customers.high == pytest.approx(Decimal("167.06"))
    assert payments(found.alone)["Alameda"] == (Decimal("120.00"), 0, True)
    assert payments(found.alone)["Founder"] == (5, 0, True)


def test_the_statement_of_affairs_uses_what_the_group_pays(book):
    alameda, ftx = recover(book, AT).statements
    # FTX: custody 60 against 200 leaves 140 unsecured; free is Alameda's 82.35.
    assert ftx.entity == "FTX"
    assert ftx.central.free == Decimal("82.35")
    assert ftx.central.unsecured == 140
    assert ftx.central.deficiency == Decimal("57.65")
    # Alameda: 80 + 15 + 5 free, the lender short of 30 beside FTX's 140.
    assert (alameda.central.free, alameda.central.unsecured) == (100, 170)
    assert alameda.central.partly_secured == 20
    assert alameda.low.rate < alameda.central.rate < alameda.high.rate


def test_consolidation_takes_from_the_lender_what_it_gives_customers(book):
    # As one: 60 + 120 = 180; the lender's pledge 20, custody 60; customers rank before:
    # 140 of the rest, 100, all theirs. The lender keeps its pledge alone.
    found = recover(book, AT)
    classes = {one.rank: one for one in found.consolidated}
    assert classes["customer"].paid == Decimal("160.00")
    assert classes["unsecured"].paid == Decimal("20.00")
    gains = {one.creditor: one.gain for one in found.gains}
    assert gains["Customers"] == Decimal("17.65")
    assert gains["Lender"] == Decimal("-17.65")


def test_custody_pays_customers_before_priority_claims(ledger):
    # FTX has 60 in custody and 82.35 from Alameda; a tax of 100 takes all the latter.
    text = WORLD + (
        "2020-01-01 open Liabilities:FTX:Tax\n"
        '  rank: "priority"\n'
        "2020-01-01 open Expenses:FTX:Tax\n"
    )
    text += flow(
        "2021-06-01",
        "tax",
        ("Expenses:FTX:Tax", "100 USD"),
        ("Liabilities:FTX:Tax", "-100 USD"),
    )
    paid = {
        one.rank: one.paid
        for one in recover(ledger.case(text).book(), AT).classes
        if one.entity == "FTX"
    }
    assert paid == {"customer": Decimal("60.00"), "priority": Decimal("82.35")}


def test_what_a_pledge_does_not_cover_is_unsecured(ledger, book):
    text = WORLD.replace(
        'open Liabilities:Alameda:Loans:Lender\n  counterparty: "Lender"',
        'open Liabilities:Alameda:Loans:Lender\n  counterparty: "Lender"\n'
        '  rank: "secured"',
    )
    assert text != WORLD
    found = recover(ledger.case(text).book(), AT)
    assert found.alone.clearing.payments == recover(book, AT).alone.clearing.payments


def test_tokens_of_one_estate_are_sold_together(ledger):
    # 100 free and 100 pledged at 1 dollar; 100 halve the price: 75 / ln 2 for all.
    text = WORLD + (
        '2021-01-01 custom "depth" 100 TOK\n'
        '  source: "court"\n'
        "2021-06-01 price TOK 1 USD\n"
        '  source: "court"\n'
    )
    for name, account in (("free", "Coins"), ("pledged", "Pledged")):
        text += flow(
            "2021-06-01",
            name,
            (f"Assets:Alameda:{account}", "100 TOK"),
            ("Equity:Alameda:Shares", "-100 TOK"),
        )
    found = estate(ledger.case(text).book(), AT)
    worth = [i.worth.central for i in found.items(["Alameda"]) if i.commodity == "TOK"]
    assert float(sum(worth)) == pytest.approx(75 / 0.6931471805599453)


def test_default_costs_take_from_everyone(book):
    full, costly = recover(book, AT), recover(book, AT, alpha=0.8, beta=0.9)
    for one, other in zip(full.classes, costly.classes, strict=True):
        assert other.paid < one.paid


def test_silos_are_estates_of_their_own(ledger):
    text = WORLD.replace('  role: "lender"', '  role: "lender"\n  silo: "Elsewhere"')
    found = recover(ledger.case(text).book(), AT)
    assert found.silos == found.classes


def test_own_tokens_are_worth_nothing_to_one_estate(ledger):
    # 100 tokens of FTX at 1 dollar in Alameda's hands, no depth known.
    text = WORLD + (
        "2020-01-01 commodity FTT\n"
        '  issuer: "FTX"\n'
        "2021-06-01 price FTT 1 USD\n"
        '  source: "court"\n'
    )
    text += flow(
        "2021-06-01",
        "grant",
        ("Assets:Alameda:Coins", "100 FTT"),
        ("Equity:Alameda:Shares", "-100 FTT"),
    )
    found = estate(ledger.case(text).book(), AT)

    def worth(*members):
        return sum(
            i.worth.central for i in found.items(members) if i.commodity == "FTT"
        )

    assert worth("Alameda") == 100
    assert worth("Alameda", "FTX") == 0


def test_an_overdrawn_account_is_a_debt(ledger):
    # A bank account that paid out 30 more than was in it: the bank has lent 30.
    opened = (
        "2020-01-01 open Assets:Alameda:Current\n"
        "2020-01-01 open Expenses:Alameda:Rent\n"
    )
    text = opened + flow(
        "2021-01-01",
        "rent",
        ("Expenses:Alameda:Rent", "30 USD"),
        ("Assets:Alameda:Current", "-30 USD"),
    )
    found = recover(ledger.case(text).book(), AT)
    (owed,) = [one for one in found.classes if one.entity == "Alameda"]
    assert (owed.rank, owed.claims, owed.paid) == ("unsecured", Decimal(30), 0)


def test_a_negative_claim_names_the_flow(ledger):
    text = "2020-01-01 open Liabilities:Alameda:Misc\n" + flow(
        "2021-01-01",
        "odd",
        ("Liabilities:Alameda:Misc", "10 USD"),
        ("Equity:Alameda:Shares", "-10 USD"),
    )
    with pytest.raises(ValueError, match=r"odd \(.*:\d+\): the claim .* below zero"):
        recover(ledger.case(text).book(), AT)


def test_a_debt_to_oneself_names_the_flow(book):
    # The language refuses the account; a Case made otherwise is refused here.
    name = "Liabilities:FTX:Owed"
    own = replace(book.case.accounts[name], counterparty="FTX")
    case = replace(book.case, accounts={**book.case.accounts, name: own})
    with pytest.raises(ValueError, match=r"wired \(.*\): FTX owes itself"):
        recover(replace(book, case=case), AT)


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    amounts=st.lists(st.integers(1, 10_000), min_size=5, max_size=5),
    spent=st.integers(0, 100),
)
def test_payments_are_conserved_and_limited(ledger, amounts, spent):
    kept, wired, taken, lent, bought = amounts
    taken = min(taken, kept)
    bought = min(bought, wired + lent)
    lost = (wired + lent - bought) * spent // 100
    text = ACCOUNTS + "".join(
        [
            flow(
                "2021-01-01",
                "kept",
                ("Equity:Customers:Wealth", f"{-kept} USD"),
                ("Assets:FTX:Custody", f"{kept} USD"),
            ),
            flow(
                "2021-01-02",
                "wired",
                ("Equity:Customers:Wealth", f"{-wired} USD"),
                ("Assets:Alameda:Bank", f"{wired} USD"),
                through='"FTX"',
            ),
            flow(
                "2021-01-03",
                "taken",
                ("Assets:FTX:Custody", f"{-taken} USD"),
                ("Assets:Alameda:Bank", f"{taken} USD"),
            ),
            flow(
                "2021-01-04",
                "lent",
                ("Equity:Lender:Wealth", f"{-lent} USD"),
                ("Assets:Alameda:Bank", f"{lent} USD"),
            ),
            flow(
                "2021-01-05",
                "bought",
                ("Assets:Alameda:Bank", f"{-bought} USD"),
                ("Assets:Alameda:Stakes", f"{bought} USD"),
            ),
            flow(
                "2021-01-06",
                "lost",
                ("Assets:Alameda:Bank", f"{-lost} USD"),
                ("Expenses:Alameda:Costs", f"{lost} USD"),
            )
            if lost
            else "",
        ]
    )
    found = recover(ledger.case(text).book(), AT)
    worth = found.alone.assets
    outside = sum(one.alone for one in found.gains)
    equity = sum(row[1] for row in payments(found.alone).values())
    # All there is goes to outsiders or to owners, alone and as one.
    assert outside + equity == pytest.approx(sum(worth.values()), abs=Decimal("0.05"))
    for one in found.gains:
        for paid in (one.alone, one.by_silo, one.consolidated):
            assert 0 <= paid <= one.claim + Decimal("0.01")
    for one in (*found.classes, *found.consolidated):
        assert one.low <= one.paid + Decimal("0.01")
        assert one.paid <= one.high + Decimal("0.01")
