"""What the hypotheses of a case take together."""

from __future__ import annotations

import json
import math
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner
from halves import halves
from preamble import PREAMBLE
from scipy.stats import norm

from solvency.analysis.tally.parts import Parts
from solvency.analysis.tally.tally import hole_of
from solvency.analysis.tally.tally import tally
from solvency.cli import main
from solvency.methods import weighing

HEAD = """
2020-01-01 open Liabilities:FTX:Owed
  counterparty: "Customers"
  rank: "customer"
2020-01-01 open Assets:Customers:Claims
  counterparty: "FTX"
2020-01-01 open Assets:FTX:Custody
  custody: TRUE
2020-01-01 open Assets:Alameda:Ventures
  liquidity: "illiquid"
2020-01-02 * "Capital" ^court
  Assets:Alameda:Bank    1,000 USD
  Equity:Alameda:Shares -1,000 USD
2020-01-03 * "Deposits kept" ^court
  on: "Assets:Customers:Claims, Liabilities:FTX:Owed"
  Equity:Customers:Wealth  -900 USD
  Assets:FTX:Custody        900 USD
2020-01-04 * "Customers' money sent to Alameda" ^court
  Assets:FTX:Custody   -600 USD
  Assets:Alameda:Bank   600 USD
"""
SCENARIO = '2020-01-01 custom "scenario" "lost" "Lost"\n  hypotheses: "loss, gain"\n'


def may(name, postings, *, prior="0.5", ends="", excludes="", driver=""):
    return (
        f'2020-01-01 custom "hypothesis" "{name}" "{name}"\n  prior: {prior}\n'
        + (f'  excludes: "{excludes}"\n' if excludes else "")
        + f'2020-01-10 ! "Perhaps" ^court #{name}\n  id: "H-{name}"\n{ends}'
        + (f'  driver: "{driver}"\n' if driver else "")
        + "".join(f"  {posting}\n" for posting in postings)
    )


LOSS = may(
    "loss",
    ["Assets:Alameda:Bank  -200 USD", "Expenses:Alameda:Costs  200 USD"],
    ends="  low: 150 USD\n  high: 260 USD\n",
)
GAIN = may("gain", ["Assets:Alameda:Bank  50 USD", "Equity:Alameda:Shares  -50 USD"])
STAKE = may(
    "stake",
    ["Assets:Alameda:Ventures  80 USD", "Assets:Alameda:Bank  -80 USD"],
    prior="0.25",
)
MARK = may("mark", ["Expenses:Alameda:Costs  70 USD", "Equity:Alameda:Shares  -70 USD"])
INSIDE = may("inside", ["Assets:Alameda:Bank  -60 USD", "Assets:FTX:Bank  60 USD"])


def test_a_loss_is_what_leaves_the_clean_liquid_assets(ledger):
    found = tally(ledger.case(HEAD + LOSS + GAIN + STAKE + MARK + INSIDE))
    # A stake is money gone; a mark moves none; what stays in the group is not lost.
    assert {one.id: float(one.central) for one in found.hypotheses} == {
        "loss": 200,
        "gain": -50,
        "stake": 80,
    }
    assert found.method == "exact"
    mean = halves(150, 200, 260)[0]
    wanted = 0.5 * mean - 0.5 * 50 + 0.25 * 80
    assert float(found.mean) == pytest.approx(wanted, abs=0.1)
    gain = next(one for one in found.hypotheses if one.id == "gain")
    assert (gain.low, gain.high) == (-50, -50)


def test_what_customers_lack_is_owed_less_held_and_explains_itself(ledger):
    case = ledger.case(HEAD + LOSS + SCENARIO.replace(", gain", ""))
    # 900 owed, 300 left in custody.
    assert hole_of(case, case.reporting_date) == 600
    found = tally(case)
    assert found.hole == 600
    # Nobody counted: 600 are in the books as sent to Alameda, and nothing is untraced.
    assert (found.to_explain, found.unexplained) == (None, {})
    assert found.dependence[0].reaches is None
    assert (found.scenarios[0].unexplained, found.scenarios[0].reaches) == ({}, None)


def test_without_customers_nobody_lacks_anything(ledger):
    flows = HEAD[HEAD.index("2020-01-02") : HEAD.index("2020-01-03")]
    found = tally(ledger.case(flows + LOSS))
    assert (found.hole, found.unexplained) == (None, {})


def test_a_scenario_holds_for_sure(ledger):
    found = tally(ledger.case(HEAD + LOSS + GAIN + STAKE + SCENARIO, scenario="lost"))
    assert found.switches == "lost"
    assert float(found.mean) == pytest.approx(halves(150, 200, 260)[0] - 50, abs=0.1)
    assert [one.name for one in found.scenarios] == ["lost"]
    assert found.scenarios[0].quantiles == found.quantiles


def test_exact_and_drawn_agree(ledger):
    found = tally(ledger.case(HEAD + LOSS + GAIN + STAKE), draws=400_000)
    assert found.method == "exact"
    drawn = found.dependence[0].quantiles
    for share, value in found.quantiles.items():
        assert float(drawn[share]) == pytest.approx(float(value), abs=1.5)


def test_what_is_too_wide_for_a_grid_is_drawn(ledger):
    # A hundredth of what is written to a hundred times it: the grid's step is 829
    # times the amount, so that all of it would lie at nothing.
    text = may(
        "loss",
        ["Assets:Alameda:Bank  -200 USD", "Expenses:Alameda:Costs  200 USD"],
        prior="0.96",
        ends="  low: 2 USD\n  high: 20000 USD\n",
    )
    found = tally(ledger.case(HEAD + text), levels=(200,))
    assert found.method == "sampled"
    # By the language: half of it is 200 and more.
    assert found.at_least["200"] == pytest.approx(0.48, abs=0.005)
    width = math.log(100) / 1.6448536269514722
    # The q-quantile of the total is that of the amount at (q - 0.04) / 0.96.
    median = 200 * math.exp(width * norm.ppf(0.46 / 0.96))
    assert float(found.quantiles["0.5"]) == pytest.approx(median, rel=0.03)
    assert found.errors


def test_exclusive_hypotheses_never_add_up(ledger):
    other = may(
        "other",
        ["Assets:Alameda:Bank  -300 USD", "Expenses:Alameda:Costs  300 USD"],
        excludes="loss",
    )
    found = tally(ledger.case(HEAD + LOSS + other), draws=100_000, levels=(420,))
    assert found.method == "sampled"
    # Neither, one or the other, each a third; never both.
    assert found.at_least["420"] < 1e-4
    # The chances are those of the priors, not of the draws made of them.
    assert found.hypotheses[0].probability == pytest.approx(1 / 3, abs=1e-12)
    expected = {one.id: float(one.expected) for one in found.hypotheses}
    loss = halves(150, 200, 260)[0] / 3
    assert expected == pytest.approx({"loss": loss, "other": 100}, abs=0.01)
    part = next(one.parts for one in found.hypotheses if one.id == "other")[0]
    assert (part.flow, part.mean) == ("H-other", 300)
    assert part.chance == pytest.approx(1 / 3, abs=1e-12)


def test_what_is_expected_of_each_adds_up_to_the_mean_of_the_draws(ledger):
    # A cut normal averages more than its central value, so centrals would not do.
    wide = may(
        "wide",
        ["Assets:Alameda:Bank  -100 USD", "Expenses:Alameda:Costs  100 USD"],
        ends="  low: 0 USD\n  high: 400 USD\n",
    )
    case = ledger.case(HEAD + LOSS + GAIN + wide)
    found = tally(case)
    parts = [one.expected for one in found.hypotheses]
    assert sum(parts) == found.mean
    chosen = Parts(case, "lognormal").believed("prior", 0)[0]
    (drawn,) = chosen.draw(400_000, 1, None, (0.0,))
    assert float(found.mean) == pytest.approx(drawn.mean, abs=1)
    assert float(found.mean) > 0.5 * (200 - 50 + 100) + 10


def test_dependence_widens_the_tail(ledger):
    many = "".join(
        may(
            f"h{at}",
            ["Assets:Alameda:Bank  -100 USD", "Expenses:Alameda:Costs  100 USD"],
            ends="  low: 60 USD\n  high: 160 USD\n",
            prior="1",
        )
        for at in range(5)
    )
    found = tally(ledger.case(HEAD + many), draws=200_000)
    tails = [float(one.quantiles["0.95"]) for one in found.dependence]
    assert [one.rho for one in found.dependence] == [0, 0.25, 0.5, 0.75]
    assert tails == sorted(tails)
    assert tails[-1] > tails[0] + 50
    # One driver for all is a common factor of one.
    together = tally(
        ledger.case(HEAD + many.replace("  low:", '  driver: "market"\n  low:')),
        draws=200_000,
    )
    assert together.method == "sampled"
    assert float(together.quantiles["0.95"]) > tails[-1]


def test_posterior_switches_follow_the_observations(ledger):
    text = (
        HEAD
        + LOSS
        + STAKE
        + (
            '2020-02-01 custom "observation" Assets:Alameda:Bank 1,400 USD\n'
            '  source: "court"\n  error: 0.02\n'
        )
    )
    before = tally(ledger.case(text))
    after = tally(ledger.case(text), switches="posterior", draws=100_000)
    chance = {one.id: one.probability for one in after.hypotheses}
    # 1,600 less 200 is what was seen: the loss and not the stake.
    assert chance["loss"] > 0.99
    assert chance["stake"] < 0.06
    assert float(after.mean) > float(before.mean)


SEEN = (
    '2020-02-01 custom "observation" Assets:Alameda:Bank 1,400 USD\n'
    '  source: "court"\n  error: 0.02\n'
)


def elsewhere(name, *, excludes=""):
    """Return a hypothesis of 100 that no observation reaches."""
    postings = ["Assets:Alameda:Vault  -100 USD", "Expenses:Alameda:Costs  100 USD"]
    return may(name, postings, excludes=excludes)


VAULT = """
2020-01-01 open Assets:Alameda:Vault
2020-01-02 * "More capital" ^court
  Assets:Alameda:Vault   5,000 USD
  Equity:Alameda:Shares -5,000 USD
"""


@pytest.mark.parametrize("others", [0, 15])
def test_what_no_observation_reaches_keeps_its_prior_after_them(ledger, others):
    # Two that exclude one another: of four equal cases one is struck out, so that each
    # has a third, and neither a third; others have a half each, whatever these are.
    text = HEAD + LOSS + VAULT + SEEN
    text += elsewhere("one") + elsewhere("other", excludes="one")
    text += "".join(elsewhere(f"more-{at}") for at in range(others))
    found = tally(ledger.case(text), switches="posterior", draws=100_000)
    chance = {one.id: one.probability for one in found.hypotheses}
    assert chance["loss"] > 0.99
    assert chance["one"] == chance["other"] == pytest.approx(1 / 3, abs=1e-6)
    # Two thirds of 100, a half of each other, and 204 (the mean of 150, 200, 260).
    assert float(found.mean) == pytest.approx(203 + 200 / 3 + 50 * others, abs=3)
    middle = float(found.quantiles["0.5"])
    assert middle == pytest.approx(float(found.mean), abs=60)
    # Never both at once: 200 of the vault and 260 of the bank are not reached.
    if not others:
        assert float(found.quantiles["0.95"]) < 380
        assert float(found.quantiles["0.05"]) < 220


def test_drawn_beliefs_are_worth_no_more_than_their_number(ledger, monkeypatch):
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 0)
    found = tally(
        ledger.case(HEAD + LOSS + STAKE + SEEN), switches="posterior", draws=100_000
    )
    # The sampler's visits are at most a thousand, however many draws are made of them.
    assert 100 < found.effective < 1_100
    monkeypatch.undo()
    plain = tally(ledger.case(HEAD + LOSS + STAKE + SEEN), switches="posterior")
    assert found.error_of(0.5) > 5 * plain.error_of(0.5)


def test_same_digits_on_threads(ledger):
    case = ledger.case(HEAD + LOSS + GAIN)
    with ThreadPoolExecutor(2) as pool:
        assert tally(case, draws=150_000, executor=pool) == tally(case, draws=150_000)


def test_pert_is_an_option(ledger):
    pert = tally(ledger.case(HEAD + LOSS), shape="pert", draws=5_000)
    # Half of (150 + 4 x 200 + 260) / 6.
    assert float(pert.mean) == pytest.approx(0.5 * 1210 / 6, abs=0.1)


def test_nothing_to_add_up_is_a_message(ledger):
    path = ledger.write(PREAMBLE + HEAD + MARK)
    result = CliRunner().invoke(main, ["tally", str(path)])
    assert result.exit_code == 2
    assert "nothing to add up" in result.output


def test_json_has_the_keys_that_scripts_read(ledger):
    path = ledger.write(PREAMBLE + HEAD + LOSS + GAIN + SCENARIO)
    arguments = ["tally", str(path), "--json", "--draws", "10000", "--at-least", "150"]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document.keys() >= {
        *("draws", "seed", "quantiles", "at_least", "hole", "unexplained"),
        *("hypotheses", "dependence"),
    }
    assert document["quantiles"].keys() == {"0.05", "0.5", "0.95"}
    assert isinstance(document["hole"], str)
    assert list(document["at_least"]) == ["150"]
    assert document["dependence"][0].keys() >= {"rho", "quantiles"}
    printed = CliRunner().invoke(main, ["tally", str(path), "--draws", "10000"])
    assert "Nobody counted what was there, so the books do not say" in printed.stdout
    assert "Customers of all entities lack 600 on" in printed.stdout
    assert "what is missing" not in printed.stdout


FIXED = "  low: 200 USD\n  high: 200 USD\n"
EITHER = may(
    "loss",
    ["Assets:Alameda:Bank  -200 USD", "Expenses:Alameda:Costs  200 USD"],
    prior="0.4",
    ends=FIXED,
    excludes="gift",
) + may(
    "gift",
    ["Assets:Alameda:Bank  -300 USD", "Expenses:Alameda:Costs  300 USD"],
    prior="0.4",
    ends=FIXED.replace("200", "300"),
    excludes="loss",
)


def test_draws_of_what_excludes_are_right_within_their_error(ledger):
    # Each alone 0.4 x 0.6 = 0.24, neither 0.36, of 0.84: one of them holds in 48/84 =
    # 0.5714 of draws, the gift in 24/84 = 0.2857.
    found = tally(ledger.case(HEAD + EITHER), levels=(200, 300))
    assert found.effective == found.draws
    for amount, chance in (("200", 48 / 84), ("300", 24 / 84)):
        error = found.error_of(chance)
        assert error == pytest.approx((chance * (1 - chance) / 1_000_000) ** 0.5)
        assert abs(found.at_least[amount] - chance) < 3 * error


def test_what_is_drawn_twice_is_worth_fewer_draws(ledger):
    # Fifteen hypotheses are combined in more ways than are gone through: 100,000
    # combinations are drawn, some exclude one another, and of 0.84 of them a million
    # draws are made: 1 / (1 / 84,000 + 1 / 1,000,000) = 77,491 or so.
    more = "".join(
        may(
            f"x{number}",
            ["Assets:Alameda:Bank  -1 USD", "Expenses:Alameda:Costs  1 USD"],
        )
        for number in range(13)
    )
    case = ledger.case(HEAD + EITHER + more)
    found = tally(case, levels=(200,))
    assert found.effective == pytest.approx(77_491, rel=0.01)
    done = CliRunner().invoke(main, ["tally", str(ledger.folder / "main.beancount")])
    assert f"worth {found.effective:,}" in done.output.replace("\n", " ")
    assert "Standard errors of these two" in done.output.replace("\n", " ")
