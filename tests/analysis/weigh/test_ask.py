"""A case's hypotheses weighed by its observations."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from click.testing import CliRunner
from halves import halves
from preamble import PREAMBLE

from solvency.analysis.weigh.evidence import at_spreads
from solvency.analysis.weigh.evidence import evidence
from solvency.analysis.weigh.history import history
from solvency.analysis.weigh.history import moments
from solvency.analysis.weigh.tables import tables
from solvency.analysis.weigh.weigh import believe
from solvency.cli import main
from solvency.methods import weighing
from solvency.methods.weighing import fitting
from solvency.model.uncertain_amounts import otherwise

HEAD = """
2020-01-01 custom "source" "one" "One"
  grade: "A1"
2020-01-05 custom "source" "two" "Two"
  grade: "A1"
2021-06-01 custom "source" "late" "Late"
  grade: "A1"
2020-01-02 * "Capital" ^court
  id: "capital"
  Assets:Alameda:Bank    1,000 USD
  Equity:Alameda:Shares -1,000 USD
"""


def may(name, amount, *, prior="0.5", claim="", excludes="", source="one", low=None):
    """Write a hypothesis whose one flow takes an amount, with a tenth either way."""
    low = 0.9 * amount if low is None else low
    return (
        f'2020-01-01 custom "hypothesis" "{name}" "What {name} says"\n'
        f"  prior: {prior}\n"
        + (f'  excludes: "{excludes}"\n' if excludes else "")
        + f'2020-01-10 ! "Lost" ^{source} #{name}\n  id: "H-{name}"\n'
        + (f'  claim: "{claim}"\n' if claim else "")
        + f"  low: {low:.2f} USD\n  high: {1.1 * amount:.2f} USD\n"
        f"  Expenses:Alameda:Costs   {amount} USD\n"
        f"  Assets:Alameda:Bank     -{amount} USD\n"
    )


def seen(name, amount, source="two", error="0.2", day="2020-02-01"):
    return (
        f'{day} custom "observation" Assets:Alameda:Bank {amount} USD\n'
        f'  id: "{name}"\n  source: "{source}"\n  error: {error}\n'
    )


def beliefs(found):
    return {one.id: one.posterior for one in found.hypotheses}


@pytest.mark.parametrize("group", ["", '  group: "leaks"\n'])
def test_exact_figures_that_differ_are_refused(ledger, group):
    text = HEAD + may("loss", 100)
    for name in ("leak", "copy"):
        text += f'2020-01-01 custom "source" "{name}" "It"\n  grade: "A1"\n{group}'
    text += seen("bank", "900", "leak", error="0")
    if group:
        believe(ledger.case(text + seen("again", "900", "copy", error="0")))
    case = ledger.case(text + seen("other", "600", "copy", error="0"))
    told = r"bank \(.+:\d+\) says 900 USD and other \(.+:\d+\) says 600 USD\. No"
    with pytest.raises(ValueError, match=told):
        believe(case)


def test_what_two_sources_say_exactly_counts_once(ledger):
    text = HEAD + may("loss", 100)
    for name in ("leak", "copy"):
        text += f'2020-01-01 custom "source" "{name}" "It"\n  grade: "A1"\n'
    text += seen("bank", "900", "leak", error="0")
    once = believe(ledger.case(text))
    twice = believe(ledger.case(text + seen("again", "900", "copy", error="0")))
    assert beliefs(twice) == beliefs(once)
    # Without one of the two, the other still says it.
    assert [one.group for one in once.left_out] == ["leak"]
    assert [one.group for one in twice.left_out] == ["copy + leak"]


def test_one_hypothesis_by_hand(ledger):
    found = believe(ledger.case(HEAD + may("loss", 100) + seen("bank", "900")))
    # The ratio of t(value; 1000 - loss, s2 + t2) to t(value; 1000, s2), of 4 degrees.
    (value, s), (loss, t) = halves(720, 900, 1080), halves(90, 100, 110)
    factor = s / math.hypot(s, t)
    factor *= (1 + (1000 - value) ** 2 / (4 * s**2)) ** 2.5
    factor /= (1 + (1000 - loss - value) ** 2 / (4 * (s**2 + t**2))) ** 2.5
    one = found.hypotheses[0]
    assert one.bayes_factor == pytest.approx(factor, rel=1e-4)
    assert one.posterior == pytest.approx(factor / (1 + factor), rel=1e-4)
    # At a prior of a quarter the odds are a third as long.
    assert one.at_priors[1] == pytest.approx(factor / (3 + factor), rel=1e-4)
    assert (found.method, found.inflation) == ("exact", 1.0)
    assert found.check < 1e-9


def test_what_can_be_is_no_prior_makes_believed_never(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "1000", error="0.001")
    scale = '2020-01-01 custom "scale" 10000\n'
    one = believe(ledger.case(text + scale)).hypotheses[0]
    assert 0 < one.posterior < 1e-9
    assert all(0 < belief < 1e-9 for belief in one.at_priors)


def test_beliefs_are_the_same_without_what_stands_beside_them(ledger):
    text = HEAD + may("loss", 100) + may("other", 300) + seen("bank", "900")
    text += seen("again", "850", source="one")
    case = ledger.case(text)
    whole, plain = believe(case), believe(case, otherwise=False, beside=False)
    assert [one._replace(otherwise=None) for one in whole.hypotheses] == [
        *plain.hypotheses
    ]
    assert believe(case, beside=False).hypotheses == whole.hypotheses
    for part in ("left_out", "scenarios", "combinations", "fit", "verdict", "notes"):
        assert getattr(plain, part) == getattr(whole, part)
    assert whole.amounts
    assert whole.hypotheses[0].otherwise.apart != whole.hypotheses[0].posterior
    assert (plain.amounts, plain.predicted, plain.lognormal) == ((), (), {})


def test_spending_the_same_money_twice_is_penalised_and_shown(ledger):
    text = (
        HEAD
        + may("spent", 900, claim="R1", prior="0.6")
        + may("burned", 900, claim="R1")
    )
    text += seen("bank", "100", error="0.5")
    text += (
        '2020-01-01 custom "scenario" "both" "Both"\n  hypotheses: "spent, burned"\n'
    )
    text += '2020-01-01 custom "scenario" "either" "One"\n  hypotheses: "spent"\n'
    found = believe(ledger.case(text))
    best = found.combinations[0]
    assert best.hypotheses == ("spent",)
    both = [c.posterior for c in found.combinations if len(c.hypotheses) == 2]
    assert sum(both) < 0.01
    fits = {one.name: one for one in found.scenarios}
    assert fits["either"].posterior > 0.99
    assert fits["both"].unexplained[0].observation == "bank"
    assert round(fits["both"].unexplained[0].predicted, -1) == -800
    pair = found.double_counted[0]
    assert {pair.flow, pair.other} == {"H-spent", "H-burned"}
    assert (pair.amount, pair.scenarios) == (900, ("both",))


def test_exclusive_hypotheses_are_never_combined(ledger):
    text = HEAD + may("spent", 900) + may("burned", 900, excludes="spent")
    found = believe(ledger.case(text + seen("bank", "100")))
    assert all(len(one.hypotheses) < 2 for one in found.combinations)
    assert not found.double_counted


def test_a_scenario_of_exclusive_hypotheses_is_refused(ledger):
    text = HEAD + may("spent", 900) + may("burned", 900, excludes="spent")
    text += '2020-01-01 custom "scenario" "both" "B"\n  hypotheses: "spent, burned"\n'
    path = ledger.write(PREAMBLE + text + seen("bank", "100"))
    for command in ("weigh", "tally", "reconcile"):
        result = CliRunner().invoke(main, [command, str(path)])
        assert result.exit_code == 1
        assert "exclude one another" in result.output


def test_leaving_out_the_only_group_leaves_the_prior(ledger):
    found = believe(ledger.case(HEAD + may("loss", 100) + seen("bank", "900")))
    assert found.left_out[0].group == "two"
    assert found.left_out[0].posteriors == {"loss": 0.5}
    assert any("one group of sources" in note for note in found.notes)


def test_a_source_left_out_takes_its_weight_along(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900") + seen("again", "900", "one")
    found = believe(ledger.case(text))
    alone = believe(ledger.case(HEAD + may("loss", 100) + seen("bank", "900")))
    without = {one.group: one.posteriors["loss"] for one in found.left_out}
    assert without["one"] == pytest.approx(beliefs(alone)["loss"])
    assert beliefs(found)["loss"] > without["one"]


def test_what_no_observation_touches_stays_as_before(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900", day="2020-01-09")
    found = believe(ledger.case(text))
    assert beliefs(found) == {"loss": 0.5}
    assert not found.hypotheses[0].tested
    assert any("no observation speaks to loss" in note for note in found.notes)


def test_certain_and_impossible_hypotheses_stay_so(ledger):
    text = HEAD + may("loss", 100, prior="1") + may("other", 100, prior="0")
    text += may("shut", 100, excludes="loss") + may("open", 100) + seen("bank", "800")
    found = believe(ledger.case(text))
    believed = beliefs(found)
    assert (believed["loss"], believed["other"], believed["shut"]) == (1, 0, 0)
    # With the certain loss 900 is left, and 800 was seen: the open one gains.
    assert believed["open"] > 0.5


def test_the_old_factor_is_only_reported(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "500", error="0.01")
    found = believe(ledger.case(text))
    # Best is the loss: 400 too little, against 500 x 0.01 and the loss's own spread.
    (value, own), (loss, spread) = halves(495, 500, 505), halves(90, 100, 110)
    chi2 = (1000 - loss - value) ** 2 / (own**2 + spread**2)
    assert found.fit.chi2 == pytest.approx(chi2, rel=1e-3)
    assert found.inflation == pytest.approx(math.sqrt(chi2), rel=1e-3)
    assert found.fit.p < 1e-100


def test_what_no_observation_tests_gives_way_to_its_rivals(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900")
    for name, prior, more in (("a", "0.5", ""), ("b", "0.3", '  excludes: "a"\n')):
        text += f'2020-01-01 custom "hypothesis" "{name}" "x"\n  prior: {prior}\n{more}'
    found = beliefs(believe(ledger.case(text)))
    # Of 0.35 neither, 0.35 a and 0.15 b the sum is 0.85.
    assert found["a"] == pytest.approx(0.35 / 0.85)
    assert found["b"] == pytest.approx(0.15 / 0.85)


def test_a_rival_of_a_rival_follows(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900", error="0.02")
    for name, rival in (("a", "loss"), ("b", "a")):
        text += f'2020-01-01 custom "hypothesis" "{name}" "x"\n  excludes: "{rival}"\n'
    found = beliefs(believe(ledger.case(text)))
    # With q in the loss: a has (1 - q) / (1 + ...) and b what a leaves; by odds of
    # (loss, a, b): 100 and 101 weigh w; 000, 001 and 010 weigh 1.
    w = found["loss"] / (1 - found["loss"]) * 3 / 2
    assert found["a"] == pytest.approx(1 / (2 * w + 3))
    assert found["b"] == pytest.approx((w + 1) / (2 * w + 3))


def test_a_flow_and_an_observation_of_one_source_weigh_less_together(ledger):
    def factor(correlation, source):
        text = HEAD + may("loss", 100) + seen("bank", "900", source)
        text += '2020-01-01 custom "scale" 1000000000\n'
        text += f'2020-01-01 custom "correlation" "source" {correlation}\n'
        return believe(ledger.case(text)).hypotheses[0].bayes_factor

    same = [factor(rho, "one") for rho in ("0", "0.5", "0.9")]
    assert same == sorted(same, reverse=True)
    assert same[0] == pytest.approx(factor("0.9", "two"), rel=1e-6)
    assert same[1] < same[0] * 0.95


def test_a_figure_that_sized_a_hypothesis_does_not_test_it(ledger):
    text = HEAD + may("loss", 100).replace(
        '  id: "H-loss"\n', '  id: "H-loss"\n  sized-by: "bank"\n'
    )
    text += seen("bank", "900") + seen("other", "905", "one")
    found = believe(ledger.case(text))
    assert found.by_construction == (("loss", "bank"),)
    assert found.hypotheses[0].speaking == ("other",)
    assert any("sized by bank" in note for note in found.notes)


def test_something_else_has_a_share(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "500", error="0.01")
    assert believe(ledger.case(text)).fit.something_else is None
    text += '2020-01-01 custom "alternative" 0.1\n  error: 0.5\n'
    assert believe(ledger.case(text)).fit.something_else > 0.9
    good = text.replace("500 USD", "900 USD").replace("error: 0.01", "error: 0.2")
    assert believe(ledger.case(good)).fit.something_else < 0.1


def test_beliefs_with_other_errors_stand_beside(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900")
    text += '2020-01-01 custom "spread" "A1" 0.05\n'
    (one,) = believe(ledger.case(text)).hypotheses
    plain = text + '2020-01-01 custom "scale" 1000000000\n'
    assert one.otherwise.as_stated == pytest.approx(
        beliefs(believe(ledger.case(plain)))["loss"], abs=1e-6
    )
    for factor, name in (("0.025", "at_half"), ("0.10", "at_twice")):
        other = believe(ledger.case(text.replace('"A1" 0.05', f'"A1" {factor}')))
        assert getattr(one.otherwise, name) == pytest.approx(beliefs(other)["loss"])


def test_a_bound_moves_belief_as_its_exact_likelihood_does(ledger):
    text = (
        HEAD
        + may("loss", 600)
        + (
            '2020-02-01 custom "observation" Assets:Alameda:Bank 800 USD\n'
            '  id: "least"\n  source: "two"\n  low: 800 USD\n  grade: "C3"\n'
            '2020-01-01 custom "spread" "C3" 0.25\n'
        )
    )
    found = believe(ledger.case(text))
    # Exactly: Phi((400 - 800) / sd) against Phi((1000 - 800) / sd), about 0.0006.
    assert beliefs(found)["loss"] < 0.1
    kept = text.replace("800 USD", "100 USD")
    assert beliefs(believe(ledger.case(kept)))["loss"] == pytest.approx(0.5, abs=0.02)


def test_a_bound_by_expectation_propagation(ledger):
    # One uncertain flow and one bound: mean and variance must be the exact ones of
    # a normal cut off softly, found here by integration.
    text = (
        HEAD
        + may("loss", 500, prior="0.999999999")
        + (
            '2020-02-01 custom "observation" Assets:Alameda:Bank 520 USD\n'
            '  source: "two"\n  low: 520 USD\n  grade: "C3"\n'
            '2020-01-01 custom "spread" "C3" 0.05\n'
        )
    )
    found = evidence(ledger.case(text))
    flows = found.weighed_flows()
    bounds = found._bounds(flows)
    ((_, (value, noise)),) = found.sites(bounds, flows)
    value, noise = [value], [noise]
    scale = found.seen.scales[0]
    loss, spread = halves(450, 500, 550)
    grid = np.linspace(300, 700, 40_001)
    before = np.exp(-((grid - 1000 + loss) ** 2) / (2 * spread**2))
    cut = np.array(
        [math.erfc((520 - x) / (0.05 * 520 / 1.6448536) / 2**0.5) for x in grid]
    )
    exact = before * cut
    mean = (grid * exact).sum() / exact.sum()
    variance = ((grid - mean) ** 2 * exact).sum() / exact.sum()
    precision = (scale * noise[0]) ** -2 + spread**-2
    assert 1 / precision == pytest.approx(variance, rel=1e-3)
    shown = value[0] * scale * (scale * noise[0]) ** -2 + (1000 - loss) * spread**-2
    shown /= precision
    assert shown == pytest.approx(mean, rel=1e-4)


def test_an_amount_that_would_run_backwards_is_remarked(ledger):
    text = HEAD + may("loss", 100, prior="0.9", low=0).replace(
        "high: 110.00", "high: 900.00"
    )
    # Six observations that fit, so that the errors are believed.
    for day in range(3, 9):
        text += seen(f"before-{day}", "1,000", error="0.02", day=f"2020-01-{day:02d}")
    found = believe(ledger.case(text + seen("bank", "1,300", error="0.02")))
    assert found.amounts[0].backwards > 0.5
    assert found.amounts[0].mean > 0
    text = "\n".join(table.to_csv() for table in tables(found))
    assert "run backwards" in text


def test_history_follows_the_case(ledger):
    text = HEAD + may("loss", 100) + may("told", 50, source="late")
    text += seen("bank", "900") + seen("more", "895", "late")
    found = history(ledger.case(text))
    days = [one.moment.day and one.moment.day.isoformat() for one in found.then]
    # The hypotheses are dated 2020-01-01; then the months of the two sources.
    assert days == ["2020-01-01", "2020-01-05", "2021-06-01", None]
    assert [one.observations for one in found.then] == [0, 1, 2, 2]
    loss = [one.posteriors["loss"] for one in found.then]
    assert loss[0] == 0.5
    assert loss[0] < loss[1] < loss[2] + 0.05
    assert [one.posteriors["told"] for one in found.then[:2]] == [None, None]
    assert found.then[2].posteriors["told"] is not None
    alone = believe(ledger.case(text, known=found.then[1].moment.day))
    assert loss[1] == pytest.approx(beliefs(alone)["loss"], rel=1e-6)


def test_the_last_of_the_history_is_what_is_believed_now(ledger):
    case = ledger.case(HEAD + may("loss", 100) + seen("bank", "900"))
    found = believe(case)
    (one,) = found.hypotheses
    assert one.speaking == ("bank",)
    changed = replace(found, hypotheses=(one._replace(posterior=0.25),))
    assert history(case, now=changed).then[-1].posteriors == {"loss": 0.25}
    assert history(case).then[-1].posteriors["loss"] == pytest.approx(one.posterior)


def test_events_name_the_days_of_the_history(ledger):
    text = HEAD + may("loss", 100) + seen("bank", "900")
    text += '2020-03-01 event "known" "The first report"\n'
    found = moments(ledger.case(text))
    assert [(m.day and str(m.day), m.label) for m in found] == [
        ("2020-03-01", "The first report"),
        (None, "everything published"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no hypotheses"),
        (may("loss", 100), "no observation"),
    ],
)
def test_nothing_to_weigh_is_a_message(ledger, text, message):
    path = ledger.write(PREAMBLE + HEAD + text)
    result = CliRunner().invoke(main, ["weigh", str(path)])
    assert result.exit_code == 2
    assert message in result.output


def test_json_has_the_keys_that_scripts_read(ledger):
    text = HEAD + may("loss", 100, claim="R") + may("other", 90, claim="R")
    text += '2020-01-01 custom "scenario" "both" "Both"\n  hypotheses: "loss, other"\n'
    path = ledger.write(PREAMBLE + text + seen("bank", "900"))
    result = CliRunner().invoke(main, ["weigh", str(path), "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert document["hypotheses"][0].keys() >= {
        *("id", "prior", "posterior", "bayes_factor"),
    }
    assert document["scenarios"][0].keys() >= {
        *("name", "log_evidence", "chi2", "posterior"),
    }
    assert document["combinations"][0].keys() >= {"hypotheses", "posterior"}
    assert document["double_counted"][0].keys() >= {"flow", "hypotheses"}
    assert document["method"] == "exact"
    printed = CliRunner().invoke(main, ["weigh", str(path)])
    assert "The scenarios beside what was observed" in printed.stdout
    over_time = CliRunner().invoke(main, ["weigh", str(path), "--history", "--json"])
    assert json.loads(over_time.stdout)["history"][-1]["known"] is None


@pytest.mark.long
def test_beliefs_of_ledgers_are_calibrated(ledger):
    # Ledgers whose truth is drawn from the priors: of the hypotheses believed with a
    # probability, about that share must hold.
    rng = np.random.default_rng(20_221_111)
    believed, held = [], []
    for _ in range(250):
        sizes = rng.uniform(50, 150, 4)
        priors = rng.uniform(0.2, 0.8, 4)
        truth = rng.random(4) < priors
        real = rng.normal(sizes, 0.1 * sizes / 1.6448536)
        left = 1000 - float(real[truth].sum())
        states = [left * (1 + 0.1 / 1.6448536 * e) for e in rng.standard_normal(2)]
        text = HEAD + "".join(
            may(f"h{at}", round(size, 2), prior=f"{prior:.4f}")
            for at, (size, prior) in enumerate(zip(sizes, priors, strict=True))
        )
        text += seen("a", f"{states[0]:.2f}", "one", "0.1")
        text += seen("b", f"{states[1]:.2f}", "two", "0.1")
        found = evidence(ledger.case(text))
        weighed = found.weigh(best=1)
        believed += weighed.posteriors.tolist()
        held += truth.tolist()
    chances, truths = np.array(believed), np.array(held)
    edges = np.quantile(chances, [0, 0.25, 0.5, 0.75, 1])
    for low, high in pairwise(edges):
        inside = (chances >= low) & (chances <= high)
        error = math.sqrt(0.25 / inside.sum())
        assert truths[inside].mean() == pytest.approx(
            chances[inside].mean(), abs=3.5 * error
        )


@pytest.mark.parametrize(("names", "said"), [(("one",), True), (("one", "two"), False)])
def test_a_scenario_without_a_rival_says_so(ledger, names, said):
    text = HEAD + may("loss", 100) + seen("a", "900", "one", "0.1")
    for name in names:
        text += f'2020-01-01 custom "scenario" "{name}" "x"\n  hypotheses: "loss"\n'
    path = ledger.write(PREAMBLE + text)
    printed = CliRunner().invoke(main, ["weigh", str(path)]).stdout
    assert ("One scenario alone has no rival" in printed) is said


@pytest.mark.parametrize("established", [True, False])
def test_a_flow_in_two_parts_of_one_driver_is_weighed_as_the_flow(ledger, established):
    # Of a hypothesis, or established beside one: 300 lost, a tenth either way.
    mark, tag = ("*", "") if established else ("!", " #lost")
    lost = may("lost", 300).split("2020-01-10")[0]

    def part(name, amount):
        return (
            f'2020-01-10 {mark} "Lost" ^one{tag}\n  id: "{name}"\n  driver: "m"\n'
            f"  low: {0.9 * amount:.2f} USD\n  high: {1.1 * amount:.2f} USD\n"
            f"  Expenses:Alameda:Costs   {amount} USD\n"
            f"  Assets:Alameda:Bank     -{amount} USD\n"
        )

    head = HEAD + (may("other", 200) if established else lost + may("other", 200))
    one, two = (
        believe(ledger.case(head + text + seen("bank", 650, error="0.05")))
        for text in (part("whole", 300), part("first", 100) + part("second", 200))
    )
    assert beliefs(two) == pytest.approx(beliefs(one), rel=1e-6)


@pytest.mark.parametrize("exact", [24, 6])
def test_the_best_fitting_may_be_too_improbable_to_be_listed(
    ledger, monkeypatch, exact
):
    # Where combinations are sampled, few are visited, and the best fit is sought.
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", exact)
    # Ten accounts of a thousand, 800 seen in each, and ten hypotheses of 200 lost, each
    # of a prior of one in ten thousand: that all hold fits, and of the thousand most
    # probable combinations none does.
    text = '2020-01-05 custom "spread" "A1" 0.02\n'
    for n in range(10):
        text += (
            f"2020-01-01 open Assets:Alameda:Bank{n}\n"
            f'2020-01-05 custom "source" "s{n}" "Source {n}"\n  grade: "A1"\n'
            f'2020-01-01 custom "hypothesis" "h{n}" "Lost"\n  prior: 0.0001\n'
            f'2020-01-02 * "Capital" ^court\n  id: "c{n}"\n'
            f"  low: 990 USD\n  high: 1010 USD\n"
            f"  Assets:Alameda:Bank{n} 1000 USD\n  Equity:Alameda:Shares -1000 USD\n"
            f'2020-01-10 ! "Lost" ^one #h{n}\n  id: "f{n}"\n'
            f"  low: 195 USD\n  high: 205 USD\n"
            f"  Expenses:Alameda:Costs 200 USD\n  Assets:Alameda:Bank{n} -200 USD\n"
            f'2020-02-01 custom "observation" Assets:Alameda:Bank{n} 800 USD\n'
            f'  id: "o{n}"\n  source: "s{n}"\n  error: 0.05\n'
        )
    found = believe(ledger.case(HEAD + text), otherwise=False, beside=False)
    assert all(one.chi2 > 10 for one in found.combinations)
    assert found.fit.chi2 < 1
    assert found.fit.no_less <= found.fit.chi2
    assert not found.unfit


def test_of_sampled_combinations_none_fits_if_none_can(ledger, monkeypatch):
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 2)
    stories = [may(name, 20) for name in ("one-story", "other-story", "third-story")]
    text = HEAD + "".join(stories) + seen("bank", "300")
    found = believe(ledger.case(text), otherwise=False, beside=False)
    assert found.method == "sampled"
    # A thousand went in; all stories together take sixty.
    assert 0 < found.fit.no_less <= found.fit.chi2
    assert found.unfit
    first = found.verdict[0]
    assert "the best found has chi-square" in first
    assert f"and none less than {math.floor(found.fit.no_less)} (p at most " in first
    monkeypatch.setattr(fitting, "no_less", lambda _: 0.0)
    open_ = believe(ledger.case(text), otherwise=False, beside=False)
    assert not open_.unfit
    assert "one that fits may have been missed" in open_.verdict[0]


def test_how_far_off_a_scenario_is_counts_what_errors_share(ledger):
    # Four losses of one source, of 100 each and a spread of t: what they take together
    # has the variance 4 t^2 + 12 x 0.5 t^2, of what one source says half goes together.
    text = HEAD + "".join(may(name, 100) for name in "abcd") + seen("bank", "800")
    text += '2020-01-01 custom "scenario" "all" "All"\n  hypotheses: "a, b, c, d"\n'
    found = believe(ledger.case(text), otherwise=False, beside=False)
    (one,) = found.scenarios[0].unexplained
    (loss, t), (value, own) = halves(90, 100, 110), halves(640, 800, 960)
    wanted = (value - (1000 - 4 * loss)) / math.sqrt(own**2 + 10 * t**2)
    assert one.z == pytest.approx(wanted, rel=1e-3)


def test_an_amount_too_wide_to_compute_with_is_said(ledger):
    text = (
        HEAD + may("loss", 400, low=0.4).replace("440.00", "400000") + seen("bank", 600)
    )
    found = believe(ledger.case(text), otherwise=False)
    (note,) = (one for one in found.notes if "wider" in one)
    assert note.startswith("bank: ")
    assert found.wide == ("H-loss",)
    assert not any("wider" in one for one in plain_notes(ledger))


def plain_notes(ledger):
    text = HEAD + may("loss", 400) + seen("bank", 600)
    return believe(ledger.case(text), otherwise=False).notes


def test_amounts_as_they_are_keep_hard_bounds(ledger):
    wide = may("loss", 400, low=100).replace("high: 440.00", "high: 700")
    text = HEAD + wide.replace('id: "H-loss"', 'id: "H-loss"\n  interval: 1')
    found = evidence(ledger.case(text + seen("bank", 600)))
    at = [found.book.flows[flow].id for flow in found.weighed_flows()].index("H-loss")
    curves = found._curves(found.weighed_flows())
    scores = np.zeros(len(curves.middle))
    for score, wanted in ((-9, 0.25), (0, 1), (9, 1.75)):
        scores[at] = score
        assert curves.at(scores)[0][at] == pytest.approx(wanted)


def test_other_spreads_of_grades_take_what_was_worked_out_already(ledger):
    text = HEAD + may("loss", 400, prior="0.3") + may("gift", 90, excludes="loss")
    text += seen("bank", 620) + seen("late", 640, source="late", day="2021-07-01")
    text += seen("again", 610, day="2021-07-01").replace("  error: 0.2\n", "")
    text += '2020-01-01 custom "spread" "A1" 0.04\n'
    found = evidence(ledger.case(text))
    for case in otherwise(found.case):
        taken, anew = at_spreads(found, case), evidence(case)
        assert taken.hypotheses == anew.hypotheses == ("gift", "loss")
        assert (taken.effects != anew.effects).nnz == 0
        for name in ("means", "sigmas", "noise"):
            assert getattr(taken, name).tolist() == getattr(anew, name).tolist()
        assert taken.noise.tolist() != found.noise.tolist()
        assert taken.weigh().posteriors.tolist() == anew.weigh().posteriors.tolist()
