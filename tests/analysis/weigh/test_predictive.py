"""Whether anything fits at all: what is predicted beside what was seen."""

from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest
from analysis.weigh.test_ask import HEAD
from analysis.weigh.test_ask import may
from analysis.weigh.test_ask import seen
from click.testing import CliRunner
from halves import halves
from scipy.stats import chi2
from scipy.stats import norm

from solvency.analysis.weigh.weigh import believe
from solvency.cli import main


def of(found, kind):
    return {one.name: one for one in found.predicted if one.of == kind}


def gaps(*values):
    """Return z of each value under 'it happened' and 'it did not', errors a fifth."""
    loss, t = halves(90, 100, 110)
    both = []
    for value in values:
        mean, s = halves(0.8 * value, value, 1.2 * value)
        both.append((mean, s))
    happened = [(mean - 1000 + loss, math.hypot(s, t)) for mean, s in both]
    did_not = [(mean - 1000, s) for mean, s in both]
    return happened, did_not


def test_the_chance_of_an_observation_is_that_of_a_gap_as_wide(ledger):
    found = believe(ledger.case(HEAD + may("loss", 100) + seen("bank", "600")))
    ((yes,), (no,)) = gaps(600)
    w = found.hypotheses[0].posterior
    chance = w * 2 * norm.sf(abs(yes[0] / yes[1]))
    chance += (1 - w) * 2 * norm.sf(abs(no[0] / no[1]))
    assert of(found, "observation")["bank"].p == pytest.approx(chance, rel=1e-4)
    assert not of(found, "source")  # one observation is no family


def test_a_family_is_judged_together_with_what_its_errors_share(ledger):
    # Two days of one source: errors correlated by half, and one amount in both.
    text = HEAD + may("loss", 100)
    text += seen("a", "600") + seen("b", "500", day="2020-03-01")
    found = believe(ledger.case(text))
    yes, no = gaps(600, 500)
    w, t = found.hypotheses[0].posterior, halves(90, 100, 110)[1]

    def chance(pair, common):
        (one, a), (other, b) = pair
        own = [a**2 - common, b**2 - common]
        c = common + 0.5 * math.sqrt(own[0] * own[1])
        det = a**2 * b**2 - c**2
        square = (one**2 * b**2 - 2 * one * other * c + other**2 * a**2) / det
        return chi2.sf(square, 2)

    wanted = w * chance(yes, t**2) + (1 - w) * chance(no, 0.0)
    for kind, name in (("source", "two"), ("subject", "Assets of Alameda")):
        one = of(found, kind)[name]
        assert one.several == 2
        assert one.p == pytest.approx(wanted, rel=1e-3)


def test_of_a_bound_the_chance_is_that_it_holds(ledger):
    bound = (
        '2020-02-01 custom "observation" Assets:Alameda:Bank 1300 USD\n'
        '  id: "more"\n  source: "two"\n  low: 1300 USD\n'
    )
    text = HEAD + may("loss", 100) + seen("bank", "1000") + bound
    found = believe(ledger.case(text))
    assert of(found, "observation")["more"].p < 1e-6
    assert of(found, "observation")["bank"].p > 0.3


def test_where_nothing_fits_that_is_said_first(ledger):
    # A thousand went in and three hundred is there; the one story is of fifty lost.
    text = HEAD + may("loss", 50) + seen("bank", "300")
    case = ledger.case(text)
    found = believe(case)
    assert found.unfit
    assert found.fit.p < 1e-6
    path = str(ledger.folder / "main.beancount")
    shown = CliRunner().invoke(main, ["weigh", path]).output
    assert shown.startswith("None of these fits as stated: the best-fitting")
    assert 'The case states no "something else"' in shown
    odd = shown.split("hardly predicted")[1]
    assert "bank" in odd
    # Ten digits of a chance would be of the normal law, and of no error.
    assert "less than one in a million" in odd
    one = json.loads(CliRunner().invoke(main, ["weigh", "--json", path]).output)
    assert one["predicted"][0]["observations"] == 1
    assert one["fit"]["p"] == pytest.approx(found.fit.p, rel=1e-4)


def test_something_else_is_told_with_what_the_case_states_of_it(ledger):
    text = HEAD + may("loss", 50) + seen("bank", "300")
    text += '2020-01-01 custom "alternative" 0.1\n  error: 0.5\n'
    found = believe(ledger.case(text))
    assert found.fit.something_else > 0.5
    assert "something else, believed 0.1 before" in found.verdict[1]
    assert f"{found.fit.something_else:.3f} after" in found.verdict[1]
    for belief, told in ((0.99999, "more than 0.999"), (1e-9, "less than 0.001")):
        sure = replace(found, fit=found.fit._replace(something_else=belief))
        assert f"to 50%: {told} after" in sure.verdict[1]


def test_where_all_fits_nothing_is_said_first(ledger):
    case = ledger.case(HEAD + may("loss", 100) + seen("bank", "900"))
    assert believe(case).verdict == ()
    path = str(ledger.folder / "main.beancount")
    shown = CliRunner().invoke(main, ["weigh", path]).output
    assert shown.startswith("What the observations do to belief in each")


def test_where_all_that_was_observed_sized_the_hypothesis_nothing_is_learnt(ledger):
    # The one statement is what the loss was worked out from: belief stays at a half.
    text = HEAD + may("loss", 100).replace(
        'id: "H-loss"\n', 'id: "H-loss"\n  sized-by: "bank"\n'
    )
    found = believe(ledger.case(text + seen("bank", "900")))
    assert found.by_construction == (("loss", "bank"),)
    assert [one.posterior for one in found.hypotheses] == [0.5]


def test_bounds_alone_weigh_wide_amounts(ledger):
    # Nothing is stated but "at most 650": of 1,000 one loss or the other went.
    text = HEAD + may("one", 300, low=100) + may("other", 200, low=60)
    text += seen("bank", "650").replace("  error: 0.2\n", "  high: 650 USD\n")
    found = believe(ledger.case(text))
    beliefs = {one.id: one.posterior for one in found.hypotheses}
    assert found.wide
    assert 0.5 < beliefs["other"] < beliefs["one"] < 1
