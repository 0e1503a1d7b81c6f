"""How much of what is untraced each hypothesis explains."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from click.testing import CliRunner
from counting import BOOKS
from counting import counted
from preamble import PREAMBLE

from solvency.analysis.tally import parts
from solvency.analysis.tally.tables import headline
from solvency.analysis.tally.tally import explained
from solvency.analysis.tally.tally import tally
from solvency.cli import main

RIVALS = """
2020-01-01 open Expenses:Alameda:Losses
2022-01-01 custom "hypothesis" "lost" "Traded away"
  prior: 0.5
2022-01-01 custom "hypothesis" "won" "Won in trading"
  prior: 0.5
2022-01-01 custom "hypothesis" "after" "Taken after the count"
  prior: 0.5
2022-01-01 custom "scenario" "both" "Won and lost"
  hypotheses: "lost, won"
2022-10-05 ! "Lost" ^court #lost
  id: "lost"
  Assets:Alameda:Bank     -400 USD
  Expenses:Alameda:Losses  400 USD
2022-10-06 ! "Won" ^court #won
  id: "won"
  Assets:Alameda:Bank       50 USD
  Expenses:Alameda:Losses  -50 USD
2022-12-01 ! "Taken" ^court #after
  id: "after"
  Assets:Alameda:Bank     -30 USD
  Expenses:Alameda:Losses  30 USD
"""
#: Of 500 in the bank 200 were found: 300 are untraced.
COUNT = counted("B-1", "Assets:Alameda:Bank", "200 USD")


@pytest.fixture
def ask(ledger):
    def run(*more: str, **options):
        case = ledger.case(BOOKS + RIVALS + "".join(more), **options)
        return tally(case, draws=2_000).untraced

    return run


def test_nobody_counted(ask) -> None:
    assert ask() is None


def test_what_flows_take_out_at_most_what_is_untraced(ask) -> None:
    found = ask(COUNT)
    assert found.amount == 300
    # 400 were lost, 300 are untraced; 50 won are 50 more to be found.
    by_name = {one.name: one[1:] for one in found.hypotheses}
    assert by_name == {"lost": (300, 300, 300), "won": (-50, -50, -50)}
    assert found.scenarios == (("both", 300, 300, 300),)


def test_a_scenario_that_holds(ask) -> None:
    # In the books of the scenario 150 would stand in the bank: less than was found.
    found = ask(COUNT, scenario="both")
    assert found.amount == 300
    assert found.together[1:] == (300, 300, 300)


def test_believed_by_their_priors(ask) -> None:
    # Four equal cases: nothing, -50, 300 and 300 (350 of 300).
    together = ask(COUNT).together
    assert (together.low, together.high) == (-50, 300)


def test_believed_after_the_observations(ledger, monkeypatch) -> None:
    # That 200 of 500 were found says that 400 were lost: never nothing, never -50.
    case = ledger.case(BOOKS + RIVALS + COUNT)
    asked = []
    posterior = parts._posterior
    monkeypatch.setattr(
        parts, "_posterior", lambda *of: asked.append(of) or posterior(*of)
    )
    total = tally(case, switches="posterior", draws=2_000)
    # It is weighed once, and comes to what a second weighing does.
    assert len(asked) == 1
    assert explained(case, total) == total
    after = total.untraced.together
    assert (after.low, after.high) == (300, 300)


def test_coins_count_at_the_price_of_the_day(ask) -> None:
    more = """
2022-01-01 custom "hypothesis" "stolen" "Coins taken"
2021-01-05 ! "Taken" ^court #stolen
  Assets:Alameda:Coins    -1 BTC @ 4 USD
  Expenses:Alameda:Losses  4 USD
"""
    # 3 of 4 coins, at 10 dollars, are untraced. One taken when it was worth 4 is 10.
    found = ask(more, counted("B-1", "Assets:Alameda:Coins", "1 BTC"))
    assert found.amount == 30
    assert found.hypotheses == (("stolen", 10, 10, 10),)


def test_amounts_are_drawn(ask) -> None:
    found = ask(
        COUNT.replace("200 USD", "0 USD"), '2020-01-01 custom "spread" "A1" 0.2\n'
    )
    (lost,) = [one for one in found.hypotheses if one.name == "lost"]
    assert lost.low == pytest.approx(Decimal(320), abs=8)
    assert lost.median == pytest.approx(Decimal(400), abs=8)
    assert lost.high == pytest.approx(Decimal(480), abs=8)


def test_what_is_owed_to_customers_is_not_left_to_be_explained(ledger) -> None:
    found = tally(ledger.case(BOOKS + RIVALS + COUNT), draws=2_000)
    told = headline(replace(found, hole=Decimal(90)))
    assert "Untraced in the established books: 300." in told
    assert "Customers of all entities lack 90 on 2022-11-11: owed" in told
    assert "Left unexplained" not in told


def test_the_tally_is_set_against_what_is_untraced(ledger) -> None:
    found = tally(ledger.case(BOOKS + RIVALS + COUNT), draws=2_000)
    assert found.to_explain == 300
    # Of 300 untraced at most 300 and at least -50 is explained: 0 to 350 are left.
    assert (found.unexplained["0.05"], found.unexplained["0.95"]) == (0, 350)
    # 400 lost less 50 won are more than 300, in every draw.
    (both,) = found.scenarios
    assert both.unexplained == {"0.05": 0, "0.5": 0, "0.95": 0}
    assert both.reaches == 1
    # Of four equal cases two take 300 or more: lost alone, and lost and won.
    assert found.dependence[0].reaches == pytest.approx(0.5, abs=0.05)


def test_json(ledger) -> None:
    path = ledger.write(PREAMBLE + BOOKS + RIVALS + COUNT)
    run = ["tally", "--draws=1000", "--json", str(path)]
    untraced = json.loads(CliRunner().invoke(main, run).output)["untraced"]
    assert untraced["amount"] == "300"
    assert untraced["explained"][0] == {
        "hypothesis": "lost",
        "low": "300",
        "median": "300",
        "high": "300",
    }
    plain = CliRunner().invoke(main, ["tally", "--draws=1000", str(path)]).output
    assert "Untraced in the established books: 300." in plain


def test_a_trace_says_what_is_untraced(ledger) -> None:
    path = ledger.write(PREAMBLE + BOOKS + COUNT)
    run = ["trace", "Assets:Alameda:Bank", "--at", "2022-12-31", str(path)]
    printed = CliRunner().invoke(main, run).output
    assert "300.00 USD of what the books show here is untraced (B-1)" in printed
    assert "Earlier balances may have been lower" in printed
    document = json.loads(CliRunner().invoke(main, [*run, "--json"]).output)
    assert (document["untraced"], document["counts"]) == ("300", ["B-1"])


def test_no_more_is_reachable_than_where_hypotheses_take_from(ask) -> None:
    # 300 are untraced in the bank, from which money was lost, and 30 of the coins,
    # from which no hypothesis takes any.
    coins = counted("B-2", "Assets:Alameda:Coins", "1 BTC")
    found = ask(COUNT, coins)
    assert found.amount == 330
    assert found.reachable == 300
    assert found.together.high <= found.reachable


def test_what_was_sized_is_marked_where_it_explains_anything(ledger) -> None:
    def told(rivals: str) -> str:
        path = ledger.write(PREAMBLE + BOOKS + COUNT + rivals)
        return CliRunner().invoke(main, ["tally", str(path)]).output

    sized = RIVALS.replace('id: "lost"', 'id: "lost"\n  sized-by: "B-1"')
    said = told(sized)
    assert "Traded away [lost] \N{DOUBLE DAGGER}" in said
    assert "Scenario: Won and lost \N{DOUBLE DAGGER}" in said
    assert "Won in trading [won] \N{DOUBLE DAGGER}" not in said
    assert "is to that extent by construction" in " ".join(said.split())
    assert "\N{DOUBLE DAGGER}" not in told(RIVALS)
    # Taken after the count it explains nothing, by construction or otherwise.
    late = RIVALS.replace('id: "after"', 'id: "after"\n  sized-by: "B-1"')
    assert "\N{DOUBLE DAGGER}" not in told(late)


def test_where_all_can_be_explained_nothing_is_said_of_a_rest() -> None:
    ledger = "ledgers/mf-global/main.beancount"
    told = CliRunner().invoke(main, ["tally", ledger, "--draws", "1000"]).output
    assert "all of it in accounts" in told
    assert "of the other 0.0" not in told
