"""Tokens of a ledger under stress."""

from __future__ import annotations

import datetime
import json
import math
from decimal import Decimal

import pytest
from click.testing import CliRunner
from scipy.integrate import quad

from solvency.analysis.stress.stress import stress
from solvency.cli import main

AT = datetime.date(2021, 3, 31)
#: Alameda: 400 tokens, 300 of them pledged for a loan of 240; 100 halve the price.
WORLD = """\
2020-01-01 custom "entity" "Lender" "A lender"
  role: "lender"
2020-01-01 open Equity:Lender:Wealth
2020-01-01 open Assets:Lender:Loans:Alameda
  counterparty: "Alameda"
2020-01-01 open Liabilities:Alameda:Loans:Lender
  counterparty: "Lender"
2020-01-01 open Assets:Alameda:Pledged
  pledged-to: "Lender"
2020-01-01 open Assets:FTX:Treasury
2020-01-01 commodity FTT
  issuer: "FTX"
2021-01-01 custom "depth" 100 FTT
  basis: "assumed"
  low: 50 FTT
  high: 200 FTT
2021-01-01 price FTT 1 USD
  source: "court"
2021-02-01 price FTT 1 USD
  source: "court"
2021-03-01 price FTT 2 USD
  source: "court"
2021-03-31 price FTT 2 USD
  source: "court"
2021-04-10 price FTT 0.25 USD
  source: "court"
2021-01-02 * "Grant" ^court
  id: "grant"
  Assets:Alameda:Coins   400 FTT
  Equity:Alameda:Shares -400 FTT
2021-01-02 * "Issue" ^court
  id: "issue"
  Assets:FTX:Treasury  50 FTT
  Equity:FTX:Shares   -50 FTT
2021-02-01 * "Loan" ^court
  id: "loan"
  Equity:Lender:Wealth -240 USD
  Assets:Alameda:Bank   240 USD
2021-02-01 * "Pledge" ^court
  id: "pledge"
  Assets:Alameda:Coins   -300 FTT
  Assets:Alameda:Pledged  300 FTT
2021-03-31 * "Spend" ^court
  id: "spend"
  Assets:Alameda:Bank    -200 USD
  Expenses:Alameda:Costs  200 USD
"""


@pytest.fixture
def found(ledger):
    return stress(ledger.case(WORLD).book(), AT)


def test_a_token_worked_by_hand(found):
    (row,) = found.tokens
    assert (row.token, row.holder, row.units) == ("FTT", "Alameda", 400)
    assert (row.price, row.market_value) == (2, 800)
    # Four halvings: 2 / lambda (1 - 1/16) with lambda = ln 2 / 100.
    assert float(row.proceeds) == pytest.approx(200 / math.log(2) * 15 / 16, abs=0.01)
    assert float(row.ceiling) == pytest.approx(200 / math.log(2), abs=0.01)
    assert row.price_after == Decimal("0.125")
    assert row.proceeds_low < row.proceeds < row.proceeds_high < row.market_value


def test_proceeds_are_the_integral_of_the_price(found):
    (row,) = found.tokens
    area, _ = quad(lambda q: 2 * 0.5 ** (q / 100), 0, 400)
    assert float(row.proceeds) == pytest.approx(area, abs=0.01)


def test_the_issuer_s_own_tokens_are_left_out(found):
    assert {row.holder for row in found.tokens} == {"Alameda"}


def test_the_loop_worked_by_hand(found):
    # 240 lent on 600 of market value: 0.4 (1 + 3 ln 2) = 1.232. On 1 February, 240 on
    # 300: 0.8 (1 + 3 ln 2) = 2.464, and nothing pledged before.
    (row,) = found.tokens
    assert (row.lent, row.lent_basis) == (0.4, "debts by pledges in the books")
    assert row.gain == pytest.approx(0.4 * (1 + 3 * math.log(2)))
    assert row.explosive
    assert row.explosive_since == datetime.date(2021, 2, 1)
    assert row.lent_threshold == pytest.approx(1 / (1 + 3 * math.log(2)))


@pytest.mark.parametrize(("lent", "explosive"), [(0.32, False), (0.33, True)])
def test_the_loop_is_explosive_from_the_threshold_on(ledger, lent, explosive):
    # 1 / (1 + 3 ln 2) = 0.3247
    (row,) = stress(ledger.case(WORLD).book(), AT, lent=lent).tokens
    assert row.explosive is explosive
    assert row.lent_basis == "given"


def test_the_loan_to_value_test_says_what_is_lent(ledger):
    text = WORLD + (
        '2021-01-01 custom "invariant" "loan-to-value" "Alameda"\n  maximum: 0.6\n'
    )
    (row,) = stress(ledger.case(text).book(), AT).tokens
    assert (row.lent, row.lent_basis) == (0.6, "the case's loan-to-value test")


def test_what_happened_stands_beside_it(found):
    # From 2 to 0.25 are three halvings: 300 tokens sold explain it.
    (row,) = found.tokens
    assert (row.lowest, row.lowest_on) == (
        Decimal("0.25"),
        datetime.date(2021, 4, 10),
    )
    assert row.sold_by_then == 300


def test_the_price_at_which_assets_stop_covering_debts(found):
    # 40 in the bank, 240 owed: 400 tokens must bring 200: at market 0.5 each; sold,
    # 100 / ln 2 * 15/16 = 135.25 at a price of one, so 1.4787.
    (row,) = found.breaking
    assert row.at_market == Decimal("0.5")
    assert float(row.clean) == pytest.approx(200 / (100 / math.log(2) * 15 / 16))
    assert row.market_crossed is None
    assert row.clean_crossed is None


def test_claims_on_the_group_do_not_count_as_sold(ledger):
    # Half of the 40 in the bank lent to FTX: at market as before; as sold, 220 short.
    text = (
        WORLD
        + """\
2020-01-01 open Assets:Alameda:Lent
  counterparty: "FTX"
2020-01-01 open Liabilities:FTX:Borrowed
  counterparty: "Alameda"
2021-03-31 * "Lend" ^court
  id: "lend"
  on: "Assets:Alameda:Lent"
  Assets:Alameda:Bank -20 USD
  Assets:FTX:Bank      20 USD
"""
    )
    (row,) = stress(ledger.case(text).book(), AT).breaking
    assert row.at_market == Decimal("0.5")
    assert float(row.clean) == pytest.approx(220 / (100 / math.log(2) * 15 / 16))


def test_the_grid_worked_by_hand(found):
    cells = {(cell.price_factor, cell.depth): cell for cell in found.grid}
    assert len(cells) == 5 * 3
    half = cells[Decimal("0.5"), Decimal(100)]
    assert float(half.proceeds) == pytest.approx(100 / math.log(2) * 15 / 16, abs=0.01)
    # 40 in the bank and the proceeds, less 240.
    assert half.equity == half.proceeds - 200


def test_an_assumed_depth_says_so(found):
    assert found.tokens[0].depth_basis == "assumed"
    assert any("assumed" in note for note in found.notes)


def test_a_token_without_price_is_left_out_by_name(ledger):
    late = stress(ledger.case(WORLD).book(), datetime.date(2021, 7, 1))
    assert late.tokens == ()
    assert "FTT" in late.notes[0]


def test_json_has_the_agreed_shape(ledger, found):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["stress", path, "--json", "--at", "2021-03-31"])
    assert done.exit_code == 0, done.output
    document = json.loads(done.output)
    keys = "token holder units price market_value proceeds ceiling gain explosive"
    keys += " explosive_since depth_basis"
    assert set(keys.split()) <= document["tokens"][0].keys()
    assert document["tokens"][0]["market_value"] == "800"
    assert document["tokens"][0]["explosive_since"] == "2021-02-01"
    assert isinstance(document["grid"], list)


def test_every_day_with_a_price_can_be_shown(ledger, found):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(
        main,
        ["stress", path, "--since", "2021-03-01", "--at", "2021-03-31", "--csv"],
    )
    titles = [line for line in done.output.splitlines() if "What tokens" in line]
    days = ("1 March 2021", "31 March 2021")
    assert [one.endswith(f'at {day}"') for one, day in zip(titles, days, strict=True)]


def test_a_token_without_depth_is_a_usage_error(ledger, found):
    path = str(ledger.folder / "main.beancount")
    done = CliRunner().invoke(main, ["stress", path, "--token", "BTC"])
    assert done.exit_code == 2
    assert "no market depth of BTC" in done.output
