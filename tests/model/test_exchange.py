"""Money exchanged at a written rate: one rate everywhere, on either leg."""

from __future__ import annotations

import datetime
import json
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.analysis.sources_uses import funds
from solvency.analysis.trace.trace import follow
from solvency.cli import main
from solvency.exhibits.funds.flow_of_funds import links
from solvency.exhibits.funds.sources_uses import side_by_side
from solvency.exhibits.funds.stock_flow import matrix
from solvency.exhibits.setting import of_answers
from solvency.model.contributions import Parts
from solvency.model.restated_observations import restated
from solvency.model.worth import posting_worth

HEAD = """\
option "title" "An exchange"
option "operating_currency" "EUR"
option "tolerance_multiplier" "0"
plugin "solvency"
2022-01-01 custom "entity" "Rigi" "A bank"
  group: TRUE
2022-01-01 custom "entity" "Fund" "A fund"
  group: TRUE
2022-01-01 custom "entity" "Owner" "Who owns both"
  role: "investor"
2022-01-01 custom "source" "s" "A statement"
  grade: "A1"
2022-01-01 commodity CHF
  max-price-age: 400
2022-01-01 commodity USD
  max-price-age: 400
2022-01-01 commodity COIN
  max-price-age: 400
  liquidity: "illiquid"
2022-01-01 open Assets:Rigi:Bank
2022-01-01 open Assets:Rigi:Other
2022-01-01 open Assets:Rigi:Vault
2022-01-01 open Equity:Rigi:Shares
2022-01-01 open Income:Rigi:Gains
2022-01-01 open Expenses:Rigi:Fees
2022-01-01 open Liabilities:Rigi:Loan:Fund
  counterparty: "Fund"
2022-01-01 open Assets:Fund:Bank
2022-01-01 open Assets:Fund:Loan:Rigi
  counterparty: "Rigi"
2022-01-01 open Equity:Fund:Shares
2022-01-01 open Equity:Owner:Wealth
2022-01-01 open Assets:Owner:Cash
2022-01-01 price CHF 0.95 EUR
  source: "s"
2022-01-01 price USD 0.80 EUR
  source: "s"
2022-01-10 * "Owner" "Capital" ^s
  id: "capital"
  Assets:Rigi:Bank      5,000 EUR
  Equity:Rigi:Shares   -5,000 EUR
"""
DAY = datetime.date(2022, 4, 4)
#: 400 EUR for 408 CHF, which the day's rate makes 387.60 EUR: 12.40 less.
EITHER_LEG = {
    "a price on the euros": "-400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  408 CHF",
    "a total on the euros": "-400 EUR @@ 408 CHF\n  Assets:Rigi:Bank  408 CHF",
    "a total on the francs": "-400 EUR\n  Assets:Rigi:Bank  408 CHF @@ 400 EUR",
    "francs first": "408 CHF\n  Assets:Rigi:Bank  -400 EUR @ 1.02 CHF",
    "a lot of francs": "408 CHF {{400 EUR}}\n  Assets:Rigi:Bank  -400 EUR",
    "in two sums": (
        "-400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  136 CHF\n  Assets:Rigi:Other  272 CHF"
    ),
}


def _case(ledger, legs, first="Assets:Rigi:Bank"):
    text = f'{DAY} * "Rigi" "Exchange" ^s\n  id: "exchange"\n  {first}  {legs}\n'
    case = ledger.load(HEAD + text)
    assert not case.errors, [error.message for error in case.errors]
    return case


@pytest.mark.parametrize("legs", EITHER_LEG.values(), ids=EITHER_LEG)
def test_a_loss_on_exchange_is_the_same_on_either_leg(ledger, legs):
    # 4,600 EUR and 408 CHF at 0.95 = 387.60 are left of 5,000: 12.40 was lost, on the
    # day, and nothing since.
    case = _case(ledger, legs)
    for name in ("Rigi", "group"):
        found = funds(case.book(), name, DAY)
        assert found.control == 0
        assert found.left == Decimal("4987.60")
        assert found.exchanged == Decimal("-12.40")
        assert found.exchanges == (("exchange", Decimal("-12.40")),)
        assert found.revaluation == 0
    assert matrix(of_answers(case.book(), DAY)) is not None


@pytest.mark.parametrize("legs", EITHER_LEG.values(), ids=EITHER_LEG)
def test_what_it_cost_is_what_was_paid(ledger, legs):
    # At book the francs stand at the 400 EUR they were bought for: 5,000 in all, and
    # nothing realised. At market 12.40 of it is a translation difference.
    case = _case(ledger, legs)
    book = case.book().balance_sheet("Rigi", DAY, basis="book")
    assert book.totals.assets == 5000
    assert {x.account for x in book.side("equity")} == {"Equity:Rigi:Shares"}
    market = case.book().balance_sheet("Rigi", DAY)
    assert market.totals.assets == Decimal("4987.60")
    (lost,) = [x for x in market.side("equity") if x.account != "Equity:Rigi:Shares"]
    assert lost.amount == Decimal("-12.40")


def test_a_later_rate_is_no_gain_on_exchange(ledger):
    # At 1.05 the francs are 428.40: 12.40 lost on the exchange, 40.80 gained since.
    case = ledger.load(
        HEAD
        + f'{DAY} * "Rigi" "Exchange" ^s\n'
        + "  Assets:Rigi:Bank  -400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  408 CHF\n"
        + '2022-06-30 price CHF 1.05 EUR\n  source: "s"\n'
    )
    found = funds(case.book(), "group", datetime.date(2022, 6, 30))
    assert (found.exchanged, found.revaluation) == (Decimal("-12.40"), Decimal("40.80"))


def test_a_fee_is_at_the_rate_of_the_exchange(ledger):
    # Of 408 CHF for 400 EUR 8 were kept: 8 / 1.02 = 7.843137 EUR. 400 CHF are left, at
    # 0.95 = 380; they cost 392.156862: 12.156862 lost.
    case = _case(
        ledger,
        "-400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  400 CHF\n  Expenses:Rigi:Fees  8 CHF",
    )
    found = funds(case.book(), "Rigi", DAY)
    assert found.control == 0
    assert found.amount("use", "fees").quantize(Decimal("1E-6")) == Decimal("7.843137")
    assert found.exchanged.quantize(Decimal("1E-6")) == Decimal("-12.156863")
    assert matrix(of_answers(case.book(), DAY)) is not None


def test_two_rates_in_one_transaction(ledger):
    # 400 EUR at 1.02 and 100 EUR at 1.01 are 408 + 101 = 509 CHF for 500 EUR. At 0.95
    # they are 483.55: 16.45 lost.
    case = _case(
        ledger,
        "-400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  -100 EUR @ 1.01 CHF\n"
        "  Assets:Rigi:Bank  509 CHF",
    )
    found = funds(case.book(), "Rigi", DAY)
    assert found.control == 0
    assert found.exchanged == Decimal("-16.45")


def test_francs_for_dollars_are_worth_what_the_price_is_in(ledger):
    # Neither is the books' currency: 380 USD for 330 CHF. The francs are worth 313.50
    # EUR by the day's rate, and so are the dollars, which the day's rate makes 304.00:
    # the dollars left gained 9.50.
    case = ledger.load(
        HEAD
        + '2022-02-01 * "Owner" "Capital" ^s\n  Assets:Rigi:Bank  380 USD\n'
        + "  Equity:Rigi:Shares  -380 USD\n"
        + f'{DAY} * "Rigi" "Exchange" ^s\n  id: "exchange"\n'
        + "  Assets:Rigi:Bank  -380 USD @@ 330 CHF\n  Assets:Rigi:Bank  330 CHF\n"
    )
    found = funds(case.book(), "Rigi", DAY)
    assert found.control == 0
    assert found.exchanged == Decimal("9.50")
    # 5,000 + 330 x 0.95.
    assert found.left == Decimal("5313.50")


def test_what_has_no_price_is_worth_what_was_given_for_it(ledger):
    # Nobody says what a crown is; 100 CHF = 95 EUR were given for 1,100 of them.
    case = ledger.load(
        HEAD
        + '2022-02-01 * "Owner" "Capital" ^s\n  Assets:Rigi:Bank  100 CHF\n'
        + "  Equity:Rigi:Shares  -100 CHF\n"
        + f'{DAY} * "Rigi" "Exchange" ^s\n'
        + "  Assets:Rigi:Bank  -100 CHF @ 11 SEK\n  Assets:Rigi:Bank  1100 SEK\n"
    )
    sheet = case.book().balance_sheet("Rigi", DAY, basis="book")
    assert sheet.totals.assets == 5095
    assert funds(case.book(), "Rigi", DAY).control == 0


def test_a_thing_bought_with_money_priced_in_other_money(ledger):
    # 10 coins at 41 CHF for 400 EUR @ 1.025 CHF: they cost 400 EUR, not 389.50.
    case = _case(ledger, "10 COIN @ 41 CHF\n  Assets:Rigi:Bank  -400 EUR @ 1.025 CHF")
    found = funds(case.book(), "Rigi", DAY)
    assert found.control == 0
    assert found.exchanged == 0
    assert sum(x.amount for x in found.lines if x.side == "use") == 400


def test_a_lot_sold_at_another_price(ledger):
    # Bought for 400 EUR at 1.02 = 408 CHF; sold for 420 CHF: 12 CHF gained, at 0.95.
    case = ledger.load(
        HEAD
        + '2022-02-01 * "Rigi" "Buys" ^s\n'
        + "  Assets:Rigi:Vault  4 COIN {102 CHF}\n"
        + "  Assets:Rigi:Bank  -400 EUR @ 1.02 CHF\n"
        + f'{DAY} * "Rigi" "Sells" ^s\n'
        + "  Assets:Rigi:Vault  -4 COIN {102 CHF} @ 105 CHF\n"
        + "  Assets:Rigi:Bank  420 CHF\n  Income:Rigi:Gains  -12 CHF\n"
    )
    assert not case.errors
    found = funds(case.book(), "group", DAY)
    assert found.control == 0
    # 4,600 EUR and 420 CHF x 0.95 = 399.
    assert found.left == 4999
    assert matrix(of_answers(case.book(), DAY)) is not None


def test_tracing_takes_the_written_rate(ledger):
    # Of 5,000 EUR of the owner's, 400 became 408 CHF, all of them spent: 408 are the
    # owner's under every rule, and neither 400 / 0.95 = 421.05 nor less.
    case = ledger.load(
        HEAD
        + f'{DAY} * "Rigi" "Exchange" ^s\n'
        + "  Assets:Rigi:Bank  -400 EUR @ 1.02 CHF\n  Assets:Rigi:Bank  408 CHF\n"
        + '2022-04-05 * "Rigi" "Costs" ^s\n'
        + "  Expenses:Rigi:Fees  408 CHF\n  Assets:Rigi:Bank  -408 CHF\n"
    )
    found = follow(case.book(), ["Assets:Rigi:Bank"], commodity="CHF")
    (outlay,) = found.outlays
    (owner,) = outlay.owners
    assert outlay.amount == 408
    assert (owner.least, owner.most) == (408, 408)
    assert set(owner.rules.values()) == {Decimal(408)}


@pytest.mark.parametrize("currency", ["EUR", "CHF", "USD"])
@pytest.mark.parametrize("legs", EITHER_LEG.values(), ids=EITHER_LEG)
def test_it_prints_in_every_currency(ledger, legs, currency):
    _case(ledger, legs)
    path = str(ledger.folder / "main.beancount")
    for command in (["--funds"], ["--group"], ["--group", "--basis", "book"]):
        done = CliRunner().invoke(
            main, ["balance", *command, "--currency", currency, "--json", path]
        )
        assert done.exit_code == 0, done.output
        if command == ["--funds"]:
            (scenario,) = json.loads(done.stdout)["scenarios"]
            assert {x["control"] for x in scenario["funds"]} == {"0"}


_RATES = st.decimals(min_value="0.5", max_value="2", places=3)
_UNITS = st.integers(1, 4000)
_MONEY = ("EUR", "CHF", "USD")
_TRADES = st.lists(
    st.tuples(
        st.sampled_from([(a, b) for a in _MONEY for b in _MONEY if a != b]),
        _UNITS,
        _RATES,
        st.sampled_from(["@", "@@", "{}", "{{}}", "turned"]),
        st.sampled_from(["Rigi", "Fund", "both"]),
    ),
    min_size=1,
    max_size=6,
)


def _written(number, trade):
    """Return the postings of one exchange, priced on either leg, in any way."""
    (one, other), units, rate, way, who = trade
    whole = (units * rate).normalize()
    gives, gets = ("Fund", "Rigi") if who == "both" else (who, who)
    taken = f"  Assets:{gives}:Bank  -{units} {one}"
    given = f"  Assets:{gets}:Bank  {whole:f} {other}"
    mark = {
        "@": f" @ {rate} {other}",
        "@@": f" @@ {whole:f} {other}",
    }.get(way)
    if mark:
        taken += mark
    else:
        # Priced on what is got, in what is given.
        given += {
            "{}": f" {{{{{units} {one}}}}}",
            "{{}}": f" {{{{{units} {one}}}}}",
            "turned": f" @@ {units} {one}",
        }[way]
    day = DAY + datetime.timedelta(days=number)
    return f'{day} * "Exchange" ^s\n  id: "x{number}"\n{taken}\n{given}\n'


@given(_TRADES, _RATES, _RATES)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_books_with_exchanges_close(ledger, trades, francs, dollars):
    text = HEAD + "".join(
        f'2022-01-11 * "Owner" "Capital" ^s\n  Assets:{who}:Bank  50000 {money}\n'
        f"  Equity:{who}:Shares  -50000 {money}\n"
        for who in ("Rigi", "Fund")
        for money in _MONEY
    )
    text += "".join(_written(number, one) for number, one in enumerate(trades))
    text += (
        f'2022-04-01 price CHF {francs} EUR\n  source: "s"\n'
        f'2022-04-02 price USD {dollars} EUR\n  source: "s"\n'
    )
    case = ledger.load(text)
    assert not case.errors, [error.message for error in case.errors]
    day = DAY + datetime.timedelta(days=30)
    for currency in _MONEY:
        _closes(restated(case, currency) if currency != "EUR" else case, day)
    _traced(case, day)


def _closes(case, day):
    """Check that funds, matrix, links and parts close, each at one rate a flow."""
    book = case.book()
    setting = of_answers(book, day)
    each = [funds(book, name, day) for name in ("group", "Rigi", "Fund")]
    for one in each:
        assert one.control == 0
        assert all(sum(line.parts) == line.amount for line in one.lines)
        assert sum(part for _, part in one.exchanges) == one.exchanged
    assert side_by_side(setting, "funds", "", each, [one.name for one in each])
    assert matrix(setting) is not None
    moved = links(setting)
    for name in ("Rigi", "Fund"):
        into = sum(sum(of.values()) for (_, to), of in moved.items() if to == name)
        out = sum(sum(of.values()) for (by, _), of in moved.items() if by == name)
        assert abs(into - out) < Decimal("1E-6")
    for flow in book.flows:
        sums = defaultdict(Decimal)
        for one in flow.postings:
            sums[one.entity] += posting_worth(book.prices, flow, one)
        assert all(abs(left) < Decimal("1E-9") for left in sums.values()), flow
    sheet = book.balance_sheet("group", day)
    for account in ("Assets:Rigi:Bank", "Assets:Fund:Bank"):
        made = Parts(book, day).of([account])
        whole = sum(x.amount for x in sheet.lines if x.account == account)
        assert made.exact
        assert sum(part for _, part in made.parts) == whole


def _traced(case, day):
    """Check that what arrives in an exchange is what is written, whoever's it was."""
    for money in _MONEY:
        accounts = ["Assets:Rigi:Bank", "Assets:Fund:Bank"]
        found = follow(case.book(), accounts, commodity=money, at=day)
        written = {
            flow.id: sum(
                one.units
                for one in flow.postings
                if one.commodity == money and one.account in accounts
            )
            for flow in case.flows
        }
        for deposit in found.deposits:
            assert deposit.amount == written[deposit.flow]
        for outlay in found.outlays:
            assert outlay.amount == -written[outlay.flow]
            for rule in ("fifo", "lifo", "pro-rata", "lowest-balance"):
                shares = sum(Fraction(x.rules[rule]) for x in outlay.owners)
                assert abs(shares - Fraction(outlay.amount)) < Fraction(1, 1000)
