"""Laws that hold for any flows: conservation, mirrors, scenarios, the equation."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.ledger.entries.postings import imbalances
from solvency.model.valuation import BASES

#: Every pair has a claim, in one direction, so that any flow can have its legs.
LEDGER = (
    PREAMBLE
    + """
2020-01-01 custom "entity" "Lender" "A lender"
2020-01-01 open Assets:Lender:Bank
2020-01-01 open Equity:Lender:Wealth
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
2020-01-01 open Assets:Lender:Loans:FTX
  counterparty: "FTX"
2020-01-01 open Liabilities:FTX:Loans:Lender
  counterparty: "Lender"
2020-01-01 open Assets:Customers:Claims:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Claims:Customers
  counterparty: "Customers"
2020-01-01 open Assets:Customers:Claims:Lender
  counterparty: "Lender"
2020-01-01 open Liabilities:Lender:Claims:Customers
  counterparty: "Customers"
2020-01-01 commodity BTC
2020-01-01 commodity FTT
  issuer: "FTX"
  halving: 1000 FTT
  max-price-age: 2000
2020-01-01 price FTT 3 USD
2021-01-01 price BTC 7 USD
2021-01-10 price BTC 13 USD
2022-01-01 custom "hypothesis" "one" "One"
2022-01-01 custom "hypothesis" "two" "Two"
2022-01-01 custom "scenario" "first" "First"
  hypotheses: "one"
2022-01-01 custom "scenario" "both" "Both"
  hypotheses: "one, two"
"""
)
ACCOUNTS = [
    "Assets:FTX:Bank",
    "Equity:FTX:Shares",
    "Assets:Alameda:Bank",
    "Assets:Alameda:Coins",
    "Expenses:Alameda:Costs",
    "Assets:Customers:Bank",
    "Equity:Customers:Wealth",
    "Assets:Lender:Bank",
]
HUBS = ["FTX", "Alameda", "Customers", "Lender"]
AT = datetime.date(2021, 1, 31)

amounts = st.decimals(
    min_value=Decimal("0.00000001"), max_value=Decimal(10**9), places=8
)


@st.composite
def flows(draw, tags=("",)):
    """Draw a flow as (day, tag, hub, postings), its postings summing to zero."""
    commodity = draw(st.sampled_from(["USD", "BTC", "FTT", "BTC @ {price} USD"]))
    if "{" in commodity:
        commodity = commodity.format(price=f"{draw(amounts):f}")
    places = draw(st.lists(st.sampled_from(ACCOUNTS), min_size=2, max_size=4))
    numbers = [
        draw(amounts) * draw(st.sampled_from([1, -1])) for _ in range(len(places) - 1)
    ]
    numbers.append(-sum(numbers))
    postings = tuple(
        (account, number, commodity)
        for account, number in zip(places, numbers, strict=True)
    )
    day = draw(st.integers(1, 28))
    return day, draw(st.sampled_from(tags)), draw(st.sampled_from(HUBS)), postings


def text_of(flow, name):
    day, tag, hub, postings = flow
    mark = f" #{tag}" if tag else ""
    sums = defaultdict(Decimal)
    for account, number, _ in postings:
        sums[account.split(":")[1]] += number
    # A hub for nothing that crosses is an error.
    through = f'  through: "{hub}"\n' if any(sums.values()) else ""
    return (
        f'2021-01-{day:02} {"!" if tag else "*"} "{name}" ^court{mark}\n'
        f'  id: "{name}"\n{through}'
        + "".join(f"  {a}  {n:f} {c}\n" for a, n, c in postings)
    )


def load(found, names=None, **options):
    names = names or [f"F{index}" for index in range(len(found))]
    text = LEDGER + "".join(map(text_of, found, names))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "main.beancount"
        path.write_text(text, encoding="utf-8")
        case = solvency.load(path, **options)
    assert not case.errors, [error.message for error in case.errors]
    return case


def balances(case):
    return {key: number for key, number in case.book().balance(AT).items() if number}


quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
many = st.lists(flows(), min_size=1, max_size=8)


@quick
@given(many)
def test_every_entity_conserves_and_every_claim_has_its_mirror(found):
    case = load(found)
    claims = defaultdict(Fraction)
    for flow in case.flows:
        assert imbalances(flow.postings) == {}
        for posting in flow.postings:
            account = case.accounts[posting.account]
            if account.is_claim:
                pair = frozenset((account.entity, account.counterparty))
                claims[flow.date, pair, posting.commodity] += Fraction(posting.units)
    assert not any(claims.values())


@quick
@given(many)
def test_a_flows_legs_hang_on_nothing_else(found):
    together = load(found)
    for index, flow in enumerate(found):
        alone = load([flow], [f"F{index}"])
        assert alone.flows[0].postings == together.by_id[f"F{index}"].postings


@quick
@given(many, st.randoms(use_true_random=False))
def test_the_order_of_flows_does_not_matter(found, random):
    names = [f"F{index}" for index in range(len(found))]
    shuffled = list(zip(found, names, strict=True))
    random.shuffle(shuffled)
    first = load(found, names)
    second = load(*map(list, zip(*shuffled, strict=True)))
    assert balances(first) == balances(second)
    assert first.fingerprint == second.fingerprint


@quick
@given(flows(), st.integers(1, 99))
def test_splitting_a_flow_leaves_balances_alone(flow, share):
    day, tag, hub, postings = flow
    part = Decimal(share) / 100
    halves = [
        (day, tag, hub, tuple((a, n * by, c) for a, n, c in postings))
        for by in (part, 1 - part)
    ]
    assert balances(load([flow])) == balances(load(halves))


@quick
@given(st.lists(flows(tags=("", "one", "two")), min_size=1, max_size=8))
def test_a_scenario_is_what_is_established_and_its_hypotheses(found):
    established, first, both, everything = (
        balances(load(found, scenario=name))
        for name in ("established", "first", "both", "*")
    )
    alone = {
        tag: balances(load([flow for flow in found if flow[1] == tag], scenario="*"))
        for tag in ("", "one", "two")
    }

    def plus(*parts):
        sums = defaultdict(Fraction)
        for part in parts:
            for key, number in part.items():
                sums[key] += Fraction(number)
        return {key: number for key, number in sums.items() if number}

    assert established == alone[""]
    assert plus(first) == plus(established, alone["one"])
    assert plus(both) == plus(established, alone["one"], alone["two"])
    assert everything == both


@quick
@given(many)
def test_balances_are_the_naive_sums(found):
    case = load(found)
    sums = defaultdict(Fraction)
    for flow in case.flows:
        for posting in flow.postings:
            sums[posting.account, posting.commodity] += Fraction(posting.units)
    assert {key: Fraction(number) for key, number in balances(case).items()} == {
        key: number for key, number in sums.items() if number
    }


@pytest.mark.parametrize("basis", BASES)
def test_assets_less_liabilities_are_the_equity_lines(basis):
    @quick
    @given(many)
    def holds(found):
        book = load(found).book()
        for entity in book.case.entities:
            sheet = book.balance_sheet(entity, AT, basis=basis)
            assets, liabilities, equity = map(sheet.total, SIDES)
            assert assets - liabilities == equity == sheet.totals.equity
        group = book.balance_sheet("group", AT, basis=basis)
        assert group.control == 0
        if basis == "market" and not any("FTT" in str(flow) for flow in found):
            claims = [e for e in group.eliminations if e.reason == "intercompany"]
            assert sum(e.amount for e in claims if e.side == "asset") == sum(
                e.amount for e in claims if e.side == "liability"
            )

    holds()


SIDES = ("asset", "liability", "equity")
