"""Published and hand-worked cases: netting, crossing dates, depth, ruin, clearing."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from analysis.check.each_case import BTC_50
from analysis.check.each_case import OWN_1
from analysis.check.each_case import ask
from analysis.check.each_case import borrowed
from analysis.check.each_case import spent
from analysis.check.each_case import tokens
from analysis.check.small_books import deposit
from analysis.check.small_books import flow
from analysis.check.small_books import loan
from analysis.check.small_books import moved
from analysis.check.small_books import own
from scipy.integrate import quad

from solvency.analysis.check.capital import ruin
from solvency.analysis.check.payment_rates import drawn_rates
from solvency.analysis.check.payment_rates import exact_rates
from solvency.analysis.trace.trace import follow
from solvency.model.valuation import share_fetched

ETH = '2020-01-01 price ETH 2000 USD\n  source: "court"\n'


def against(day, who, amount):
    """A customer's balance, for or against, that came with no money."""
    less = amount[1:] if amount.startswith("-") else "-" + amount
    return flow(
        day,
        (f"Assets:Customers:Deposits:{who}", amount),
        ("Equity:Customers:Wealth", less),
        (f"Liabilities:Exchange:{who}", less),
        ("Equity:Exchange:Own", amount),
    )


# The three users of Binance's note on the dummy user attack (zkmerkle-proof-of-
# solvency, docs, 2024): Alice -1 ETH and 12,000 USDT, Bob 11 and 8,000, Carl 10 and
# nothing. Netted, the exchange holds 20 ETH and 20,000 USDT and seems whole.
NETTED = "".join(
    against("2020-01-02", who, amount)
    for who, amount in (
        ("Alice", "-1 ETH"),
        ("Alice", "12000 USD"),
        ("Bob", "11 ETH"),
        ("Bob", "8000 USD"),
        ("Carl", "10 ETH"),
    )
)
HELD = own("Exchange", "20 ETH", account="Custody") + own(
    "Exchange", "20000 USD", account="Custody"
)


def test_a_deficit_offsets_nobody_elses_credit(books):
    # Bob and Carl are owed 21 ETH; that Alice owes one serves neither of them.
    text = ask("customer-assets") + ETH + NETTED + HELD
    found = books.broken(text, "customer-assets")
    assert (found.commodity, found.amount) == ("ETH", Decimal(1))
    assert found.ratio == Decimal(20) / 21


def test_a_deficit_offsets_nobody_elses_credit_in_money(books):
    # 21 x 2,000 + 20,000 = 62,000 owed, 60,000 held: 17 CFR 1.20(i), Regulation 1.22.
    text = ask("customer-assets-clean") + ETH + NETTED + HELD
    assert books.broken(text, "customer-assets-clean").amount == 2000


def test_loan_to_value_of_the_published_borrower(books):
    # Alice owes 2 ETH and 1,000: 5,000; she pledged 1 ETH and 10,000: 12,000.
    text = (
        ETH
        + loan("2020-01-02", "5000 USD")
        + own("Firm", "1 ETH", account="Pledged:Lender")
        + own("Firm", "10000 USD", account="Pledged:Lender")
    )
    assert not books.asked(ask("loan-to-value", "Firm") + text, "loan-to-value")
    # 12,000 x 0.4 = 4,800: 200 too little.
    strict = ask("loan-to-value", "Firm", maximum="0.4")
    assert books.broken(strict + text, "loan-to-value").amount == 200


def test_crossing_date_of_a_segregated_account(books):
    # After the shape of MF Global's last week (Giddens, 2012): in surplus until the
    # house takes from the segregated account, back for a day, and short for good.
    text = (
        ask("customer-assets")
        + deposit("2020-10-20", "Alice", "7000 USD")
        + own("Exchange", "300 USD", day="2020-10-20", account="Custody")
        + moved(
            "2020-10-26", "500 USD", "Assets:Exchange:Custody", "Assets:Exchange:House"
        )
        + moved(
            "2020-10-27", "250 USD", "Assets:Exchange:House", "Assets:Exchange:Custody"
        )
        + moved(
            "2020-10-28", "1250 USD", "Assets:Exchange:Custody", "Assets:Exchange:House"
        )
    )
    found = books.broken(text, "customer-assets")
    # 7,000 owed; held 7,300, 6,800, 7,050, 5,800.
    assert (str(found.first), str(found.worst), str(found.last), found.amount) == (
        "2020-10-26",
        "2020-10-28",
        "2020-10-28",
        1200,
    )
    # That is the last day of these books: nothing says it was cured.
    assert found.spells[-1].lasting
    assert found.when.endswith("to the end of the books")


def test_collateral_at_what_a_sale_fetches(books):
    # 2 BTC at 50, and a sale of 2 halves the price: 100 / (2 ln 2) = 72.1347...
    text = (
        ask("collateral-coverage", "Firm")
        + BTC_50
        + '2020-01-01 custom "depth" 2 BTC\n  source: "court"\n'
        + own("Firm", "2 BTC", account="Pledged:Lender")
    )
    assert not books.asked(
        text + loan("2020-01-02", "72.13 USD"), "collateral-coverage"
    )
    found = books.broken(text + loan("2020-01-02", "72.14 USD"), "collateral-coverage")
    assert float(found.amount) == pytest.approx(72.14 - 50 / math.log(2), abs=1e-9)


def test_depth_is_shared_by_all_that_is_held(books):
    # 1 BTC pledged of 2 held: it is sold with the other, at the same average price.
    text = (
        ask("collateral-coverage", "Firm")
        + BTC_50
        + '2020-01-01 custom "depth" 2 BTC\n  source: "court"\n'
        + own("Firm", "1 BTC", account="Pledged:Lender")
        + own("Firm", "1 BTC")
        + loan("2020-01-02", "40 USD")
    )
    found = books.broken(text, "collateral-coverage")
    assert float(found.amount) == pytest.approx(40 - 25 / math.log(2), abs=1e-9)


@pytest.mark.parametrize("units", [1, 500, 20_000, 3_000_000])
def test_proceeds_by_quadrature(units):
    # R(q) is the integral of p exp(-lambda s) over what is sold.
    halving = 20_000
    fetched, _ = quad(
        lambda s: 25 * 2 ** (-s / halving), 0, units, epsabs=1e-6, limit=500
    )
    assert 25 * units * float(
        share_fetched(Decimal(units), Decimal(halving))
    ) == pytest.approx(fetched, rel=1e-9)


def test_proceeds_have_a_ceiling():
    # However many are sold, no more than p halving / ln 2.
    units, halving = Decimal(10**12), Decimal(20_000)
    ceiling = 20_000 / math.log(2)
    assert float(units * share_fetched(units, halving)) == pytest.approx(ceiling)
    assert share_fetched(Decimal(), halving) == 1


@pytest.mark.parametrize(
    ("equity", "volatility", "years"),
    [(400, 0.8, 1.0), (700, 0.8, 0.5), (150, 0.3, 2.0)],
)
def test_ruin_by_simulation(equity, volatility, years):
    # Paths of 1,000 assets watched at n dates; between dates the chance of having
    # touched the barrier is that of a Brownian bridge, so there is no bias.
    rng = np.random.default_rng(7)
    paths, steps = 40_000, 16
    span = years / steps
    barrier = math.log(1 - equity / 1000)
    at, alive = np.zeros(paths), np.ones(paths)
    for _ in range(steps):
        step = rng.standard_normal(paths) * volatility * math.sqrt(span)
        after = at + step - volatility**2 / 2 * span
        above = (at - barrier) * (after - barrier)
        touched = np.where(above > 0, np.exp(-2 * above / (volatility**2 * span)), 1.0)
        alive *= 1 - np.minimum(touched, 1)
        at = after
    expected = 1 - alive.mean()
    error = alive.std() / math.sqrt(paths)
    assert abs(float(ruin(equity, 1000.0, volatility, years)) - expected) < 4 * error


def test_ruin_in_the_limits():
    assert ruin(0.0, 10.0, 0.8, 1.0) == 1.0
    assert ruin(-5.0, 10.0, 0.8, 1.0) == 1.0
    # Nothing moves, or more equity than what moves.
    assert ruin(5.0, 0.0, 0.8, 1.0) == 0.0
    assert ruin(10.0, 10.0, 0.8, 1.0) == 0.0
    assert ruin(5.0, 10.0, 0.8, 1e-9) == pytest.approx(0.0, abs=1e-12)
    assert ruin(1e-9, 10.0, 0.8, 1.0) == pytest.approx(1.0)
    # Over an endless horizon a driftless price falls to any level.
    assert ruin(9.0, 10.0, 0.8, 1e6) == pytest.approx(1.0)
    chances = ruin(np.linspace(1, 9, 50), np.full(50, 10.0), 0.8, 1.0)
    assert (np.diff(chances) < 0).all()


def decimals(**amounts):
    return {name: np.array([Decimal(amount)]) for name, amount in amounts.items()}


def test_clearing_rates_by_hand():
    # A owes B 100 and outsiders 100, and has 50. B owes A 40 and outsiders 60, and
    # has 20. a = (50 + 40 b) / 200 and b = (20 + 100 a) / 100: b = 0.2 + a, so
    # 200 a = 58 + 40 a, a = 0.3625, b = 0.5625.
    owed = {("A", "B"): np.array([Decimal(100)]), ("B", "A"): np.array([Decimal(40)])}
    means, debts = decimals(A=50, B=20), decimals(A=200, B=100)
    rates = exact_rates(means, debts, owed)
    assert (rates["A"][0], rates["B"][0]) == (Decimal("0.3625"), Decimal("0.5625"))

    def floats(amounts):
        return {name: one.astype(float)[None, :] for name, one in amounts.items()}

    drawn = drawn_rates(floats(means), floats(debts), floats(owed))
    assert drawn["A"] == pytest.approx(0.3625)
    assert drawn["B"] == pytest.approx(0.5625)


def test_clearing_rates_of_a_tight_circle():
    # Each owes the other nearly all it owes: iteration alone would take thousands
    # of rounds. a = (1 + 999 b) / 1000, b = 999 a / 1000: a = 1 / (1000 - 998.001).
    owed = {("A", "B"): np.array([[999.0]]), ("B", "A"): np.array([[999.0]])}
    means = {"A": np.array([[1.0]]), "B": np.array([[0.0]])}
    debts = {"A": np.array([[1000.0]]), "B": np.array([[1000.0]])}
    rates = drawn_rates(means, debts, owed)
    assert rates["A"] == pytest.approx(1 / 1.999, rel=1e-6)
    assert rates["B"] == pytest.approx(0.999 / 1.999, rel=1e-6)


def test_a_circle_that_can_pay_itself_does():
    owed = {("A", "B"): np.array([Decimal(5)]), ("B", "A"): np.array([Decimal(5)])}
    rates = exact_rates(decimals(A=0, B=0), decimals(A=5, B=5), owed)
    # Each could pay with what the other pays: the greatest vector has both pay.
    assert set(rates) == {"A", "B"}
    assert rates["A"][0] == rates["B"][0] == 1


def test_who_receives_just_what_it_owes_does_not_fail_by_rounding():
    # A owes B 1.5, B owes A 2.6, nobody has anything else. B pays what it receives,
    # 1.5 / 2.6, whose digits never end; that is just what A owes, and A pays in full.
    owed = {
        ("A", "B"): np.array([Decimal("1.5")]),
        ("B", "A"): np.array([Decimal("2.6")]),
    }
    rates = exact_rates(decimals(A=0, B=0), decimals(A="1.5", B="2.6"), owed)
    assert rates["A"][0] == 1
    assert float(rates["B"][0]) == pytest.approx(1.5 / 2.6)


@pytest.mark.parametrize("members", [2, 3, 5, 8])
def test_clearing_rates_in_draws_are_those_of_each_ledger(members):
    rng = np.random.default_rng(members)
    names = [f"n{at}" for at in range(members)]

    def some(share):
        sizes = rng.integers(0, 100_000, (30, 4)) / 1000
        return sizes * (rng.random((30, 4)) < share)

    owed = {
        (one, other): some(0.7)
        for one in names
        for other in names
        if one != other and rng.random() < 0.6
    }
    means = {name: some(0.7) for name in names}
    debts = {
        name: sum((v for (d, _), v in owed.items() if d == name), start=some(0.5))
        for name in names
    }

    def exact(amounts):
        return {
            key: np.array([Decimal(f"{n:.3f}") for n in one.ravel()], object)
            for key, one in amounts.items()
        }

    drawn = drawn_rates(means, debts, owed)
    wanted = exact_rates(exact(means), exact(debts), exact(owed))
    for name in names:
        np.testing.assert_allclose(
            drawn[name].ravel(), wanted[name].astype(float), atol=1e-9
        )


def test_a_claim_on_an_affiliate_counts_at_what_it_can_pay(books):
    # The exchange lent 100 to the firm, which has 60 left and owes 20 to a lender:
    # it pays 60 / 120. The exchange owes Alice 50 and has the claim, worth 50.
    text = (
        own("Exchange", "100.00 USD")
        + borrowed("2020-01-02", "100.00 USD")
        + loan("2020-01-02", "20.00 USD")
        + spent("2020-01-03", "60.00 USD", "Firm")
        + against("2020-01-03", "Alice", "50.00 USD")
    )
    name = "balance-sheet"
    assert not books.asked(ask(name) + text, name)
    more = against("2020-01-04", "Alice", "0.01 USD")
    assert books.broken(ask(name) + text + more, name).amount == Decimal("0.01")
    assert not books.asked(ask(name, affiliates='"face"') + text + more, name)
    nil = books.broken(ask(name, affiliates='"nil"') + text, name)
    assert nil.amount == Decimal("50.00")


def test_the_group_owes_what_outsiders_are_owed(books):
    # Inside claims cancel: 60 left against 20 to the lender and 50 to Alice.
    text = (
        ask("balance-sheet", "group")
        + own("Exchange", "100.00 USD")
        + borrowed("2020-01-02", "100.00 USD")
        + loan("2020-01-02", "20.00 USD")
        + spent("2020-01-03", "60.00 USD", "Firm")
        + against("2020-01-03", "Alice", "50.00 USD")
    )
    assert books.broken(text, "balance-sheet").amount == Decimal("10.00")


def test_own_tokens_are_nobodys_asset_in_the_group(books):
    # A million of the exchange's tokens at 1 USD do not pay the firm's debt of 1.
    text = OWN_1 + tokens("Firm", "1000000 OWN") + loan("2020-01-02", "1.00 USD")
    text += spent("2020-01-03", "1.00 USD", "Firm")
    found = books.broken(ask("balance-sheet", "Firm") + text, "balance-sheet")
    assert found.amount == 1


def test_a_token_in_its_issuers_reserves_is_the_point_of_the_clean_ratio(books):
    # 10 dollars and 90 of its own tokens: a tenth is clean, 0.9 asked for.
    text = ask("clean-ratio") + OWN_1 + own("Exchange", "10 USD", account="Custody")
    text += tokens("Exchange", "90 OWN", "Custody")
    found = books.broken(text, "clean-ratio")
    assert (found.amount, found.ratio) == (80, Decimal(10) / 90)


def test_coins_that_rose_were_the_houses_own(books):
    # One coin of its own at 50, sold at 60 after it rose: nobody else's money.
    text = (
        ask("house-outlay")
        + BTC_50
        + own("Exchange", "1 BTC")
        + '2020-01-05 price BTC 60 USD\n  source: "court"\n'
        + flow(
            "2020-01-06",
            ("Assets:Exchange:House", "-1 BTC @ 60 USD"),
            ("Assets:Exchange:House", "60 USD"),
        )
        + spent("2020-01-07", "60 USD")
    )
    assert not books.asked(
        text.replace("commodity BTC", 'commodity BTC\n  liquidity: "liquid"'),
        "house-outlay",
    )


def test_what_customers_money_bought_is_customers(books):
    # 100 of customers' and 20 of its own; 120 buys 2 BTC at 60, sold at 60 again. Its
    # own 20 went in, so of an outlay of 50 at least 30 was customers'.
    liquid = '2020-01-01 commodity ETH\n  liquidity: "liquid"\n  max-price-age: 9999\n'
    price = '2020-01-01 price ETH 60 USD\n  source: "court"\n'
    text = (
        ask("house-outlay")
        + liquid
        + price
        + own("Exchange", "20.00 USD")
        + deposit("2020-01-02", "Alice", "100.00 USD", into="Assets:Exchange:House")
        + flow(
            "2020-01-03",
            ("Assets:Exchange:House", "-120 USD"),
            ("Assets:Exchange:House", "2.00 ETH @ 60 USD"),
        )
        + flow(
            "2020-01-04",
            ("Assets:Exchange:House", "-2.00 ETH @ 60 USD"),
            ("Assets:Exchange:House", "120 USD"),
        )
        + spent("2020-01-05", "50.00 USD")
    )
    # 20 of 120 is a sixth of 2.00 ETH, 0.33 to the smallest unit: 19.80 of 120.
    assert books.broken(text, "house-outlay").amount == Decimal("30.20")


def test_deposits_paid_back_are_no_outlay_of_the_house(books):
    # 20 of its own and 100 of Alice's lie together. 60 is paid back to Alice: none.
    # The house's own 20 is counted as spent first, so the 15 spent afterwards was hers;
    # and of 10 more, 4 of them paid back to her, 6 was.
    text = (
        ask("house-outlay")
        + own("Exchange", "20.00 USD")
        + deposit("2020-01-02", "Alice", "100.00 USD", into="Assets:Exchange:House")
        + _repaid("2020-01-03", "60.00 USD", "60.00 USD")
    )
    assert not books.asked(text, "house-outlay")
    text += spent("2020-01-04", "15.00 USD")
    assert books.broken(text, "house-outlay").amount == 15
    text += _repaid("2020-01-05", "10.00 USD", "4.00 USD", costs="6.00 USD")
    assert books.broken(text, "house-outlay").amount == 21


def test_a_house_outlay_is_the_customers_by_one_rule_of_several(books):
    # 20 of its own, 100 of Alice's, 100 paid back to her, and 15 spent. By the lowest
    # balance the house's 20 went to her; first in, first out they did as well; last in,
    # first out she had her own 100 back, and the house spent its own.
    text = (
        ask("house-outlay")
        + own("Exchange", "20.00 USD")
        + deposit("2020-01-02", "Alice", "100.00 USD", into="Assets:Exchange:House")
        + _repaid("2020-01-03", "100.00 USD", "100.00 USD")
        + spent("2020-01-04", "15.00 USD")
    )
    assert books.broken(text, "house-outlay").amount == 15
    traced = follow(books.case(text).book(), ["Assets:Exchange:House"])
    last = {one.owner: one for one in traced.outlays[-1].owners}
    (alice,) = (one for name, one in last.items() if name != "Exchange")
    assert (alice.least, alice.most) == (0, 15)
    assert (alice.rules["fifo"], alice.rules["lifo"]) == (15, 0)


def _repaid(day, paid, back, costs=""):
    return flow(
        day,
        ("Assets:Exchange:House", "-" + paid),
        ("Liabilities:Exchange:Alice", back),
        ("Assets:Customers:Deposits:Alice", "-" + back),
        ("Assets:Customers:Hands", back),
        *([("Expenses:Exchange:Costs", costs)] if costs else []),
    )


def test_an_attestation_is_measured_in_coins_not_in_prices(books):
    # The price halves after the attestation; no coin came or went.
    text = (
        ask("attestation-borrowing")
        + BTC_50
        + '2020-02-10 event "attestation" "Exchange"\n'
        + own("Exchange", "10 BTC", day="2020-02-09")
        + '2020-02-12 price BTC 25 USD\n  source: "court"\n'
        + own("Exchange", "1 USD", day="2020-02-20")
    )
    assert not books.asked(text, "attestation-borrowing")


def test_debts_at_call_fall_due_within_a_week(books):
    text = loan("2020-01-02", "100 USD") + spent("2020-01-02", "40 USD", "Firm")
    name = "liquidity-coverage"
    assert books.broken(ask(name, "Firm") + text, name).amount == 40
    assert not books.asked(ask(name, "Firm", days="6") + text, name)


def test_ability_to_pay_by_bucket(books):
    # 60 liquid against 50 on demand and 100 at call; 2 BTC at 50 are less liquid and
    # sold within the month.
    text = (
        ask("ability-to-pay", "Firm")
        + BTC_50
        + loan("2020-01-02", "100 USD")
        + spent("2020-01-02", "60 USD", "Firm")
        + tokens("Firm", "1 BTC")
    )
    found = books.asked(text, "ability-to-pay")
    # 40 against 100 within a week; 90 against 100 within a month and later.
    assert [(one.commodity, one.amount) for one in found] == [
        ("2-7 days", 60),
        ("8-30 days", 10),
        ("31-90 days", 10),
    ]


def test_money_paid_for_shares_pays_no_debt(books):
    # 60 of the 100 borrowed at call buys shares of the exchange, carried in money: 40
    # stays to pay 100 with within a week, and a stake is sold no sooner.
    stake = (
        "2020-01-01 open Assets:Firm:Stake\n"
        '  stake-in: "Exchange"\n'
        "2020-01-01 open Equity:Exchange:Shares\n"
    )
    text = (
        ask("ability-to-pay", "Firm")
        + stake
        + loan("2020-01-02", "100 USD")
        + flow(
            "2020-01-02",
            ("Assets:Firm:Stake", "60 USD"),
            ("Assets:Firm:House", "-60 USD"),
            ("Assets:Exchange:House", "60 USD"),
            ("Equity:Exchange:Shares", "-60 USD"),
        )
    )
    found = books.asked(text, "ability-to-pay")
    assert [(one.commodity, one.amount) for one in found] == [
        ("2-7 days", 60),
        ("8-30 days", 60),
        ("31-90 days", 60),
    ]
