"""Claims of a case held against one another."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from halves import halves
from preamble import PREAMBLE

import solvency
from solvency.analysis.reconcile import tables
from solvency.analysis.reconcile.reconcile import reconcile
from solvency.cli import main
from solvency.figures.text import Screen
from solvency.figures.text import text as as_text

HEAD = """
2020-01-01 custom "spread" "B2" 0.10
2020-01-01 custom "source" "one" "One"
  grade: "B2"
2020-01-01 custom "source" "two" "Two"
  grade: "B2"
2020-01-01 custom "source" "three" "Three"
  grade: "B2"
2020-01-02 * "Capital" ^court
  id: "capital"{capital}
  Assets:Alameda:Bank    1,000 USD
  Equity:Alameda:Shares -1,000 USD
2020-01-03 * "Costs" ^one
  id: "costs"
  low: 90 USD
  high: 110 USD
  Expenses:Alameda:Costs   100 USD
  Assets:Alameda:Bank     -100 USD
"""


def seen(name, amount, source="two", extra='error: 0.01\n  grade: "A1"'):
    return (
        f'2020-02-01 custom "observation" Assets:Alameda:Bank {amount} USD\n'
        f'  id: "{name}"\n  source: "{source}"\n  {extra}\n'
    )


def test_two_claims_of_one_identity(ledger):
    found = reconcile(ledger.case(HEAD.format(capital="") + seen("bank", "950")))
    # Costs 100 +- 20/3.2897 and bank 950 +- 19/3.2897; the capital is certain (A1).
    # Gap 50 is shared by variance: costs get 400/761 of it, and lie at 73.72.
    claims = {claim.id: claim for claim in found.claims}
    assert float(claims["costs"].balanced) == pytest.approx(100 - 50 * 400 / 761, abs=1)
    assert float(claims["bank"].balanced) == pytest.approx(950 - 50 * 361 / 761, abs=1)
    assert claims["capital"].balanced == claims["capital"].claimed
    (bank, own), (costs, spread) = halves(940.5, 950, 959.5), halves(90, 100, 110)
    wanted = (bank - 1000 + costs) ** 2 / (own**2 + spread**2)
    assert found.chi2 == pytest.approx(wanted, rel=1e-5)
    assert (found.dof, found.approximate) == (1, False)
    assert found.inflation == pytest.approx(wanted**0.5, rel=1e-5)
    # One identity detects and cannot tell: both are named, as one set.
    assert [set(one.members) for one in found.sets] == [{"costs", "bank"}]
    assert {claim.id for claim in found.suspects} == {"costs", "bank"}
    assert found.sets[0].broken
    assert found.sets[0].would_settle
    assert "cannot all be true" in tables.headline(found)


@pytest.mark.parametrize(
    ("gap", "verdict"), [(20, "in doubt"), (30, "at odds"), (50, "cannot all stand")]
)
def test_a_suspect_is_spoken_of_by_its_strain(ledger, gap, verdict):
    # One standard deviation is 8.4, as above: strains of 2.4, 3.6 and 6.0. No identity
    # tells the two apart: either may be right.
    text = HEAD.format(capital="") + seen("bank", f"{900 + gap}")
    found = reconcile(ledger.case(text))
    assert {claim.verdict for claim in found.suspects} == {verdict}


def test_three_sources_name_the_odd_one(ledger):
    text = HEAD.format(capital="")
    text += (
        seen("a", "900", "one") + seen("b", "905", "two") + seen("c", "500", "three")
    )
    found = reconcile(ledger.case(text))
    assert [claim.id for claim in found.suspects] == ["c"]
    assert found.suspects[0].verdict == "cannot stand"
    assert found.removed[0].alike == ("c",)
    assert found.removed[0].drop == pytest.approx(found.removed[0].z ** 2, rel=1e-6)


def test_honest_claims_agree(ledger):
    found = reconcile(ledger.case(HEAD.format(capital="") + seen("bank", "903")))
    assert found.p > 0.05
    assert not found.suspects
    told = tables.headline(found)
    assert "They may all be true" in told
    assert "were they right within their spreads" in " ".join(told.split())


def test_a_bound_that_holds_tests_nothing_and_one_that_breaks_does(ledger):
    low = 'low: {} USD\n  grade: "B2"'
    holds = reconcile(
        ledger.case(HEAD.format(capital="") + seen("b", "500", extra=low.format(500)))
    )
    assert holds.dof == 0
    assert "nothing here can be contradicted" in tables.headline(holds)
    breaks = reconcile(
        ledger.case(HEAD.format(capital="") + seen("b", "2000", extra=low.format(2000)))
    )
    assert breaks.dof == 1
    assert breaks.p < 1e-4
    claim = next(claim for claim in breaks.claims if claim.id == "b")
    assert (claim.bound, claim.suspect) == ("least", True)


def test_a_plug_is_free(ledger):
    text = HEAD.format(capital="") + (
        '2020-01-05 * "Unknown"\n  id: "plug"\n  basis: "plug"\n'
        "  Expenses:Alameda:Costs   10 USD\n  Assets:Alameda:Bank  -10 USD\n"
    )
    found = reconcile(ledger.case(text + seen("bank", "700")))
    plug = next(claim for claim in found.claims if claim.id == "plug")
    assert plug.sigma is None
    # 1,000 less the costs and what the bank has, each at its mean.
    wanted = 1000 - halves(90, 100, 110)[0] - halves(693, 700, 707)[0]
    assert float(plug.balanced) == pytest.approx(wanted, abs=0.01)
    assert found.dof == 0


def test_amounts_keep_their_sign(ledger):
    # The bank is said to hold more than was ever paid in; costs cannot be negative.
    found = reconcile(
        ledger.case(HEAD.format(capital="") + seen("bank", "1,300", extra="error: 0.9"))
    )
    costs = next(claim for claim in found.claims if claim.id == "costs")
    assert costs.balanced >= 0
    tight = reconcile(ledger.case(HEAD.format(capital="") + seen("bank", "1,300")))
    costs = next(claim for claim in tight.claims if claim.id == "costs")
    assert costs.balanced == 0
    assert tight.approximate
    assert any("approximate" in note for note in tight.notes)


def test_certain_claims_that_contradict_are_named(ledger):
    text = HEAD.format(capital="").replace("  low: 90 USD\n  high: 110 USD\n", "")
    text = text.replace('"Costs" ^one', '"Costs" ^court')
    case = ledger.case(text + seen("bank", "700", "court", extra=""))
    told = r"taken as exact.*bank \(court\) says 700.* of Assets:.* on 20"
    with pytest.raises(ValueError, match=told):
        reconcile(case)


@pytest.mark.parametrize("capital", ["", '\n  basis: "plug"'])
def test_figures_without_error_of_one_group_are_no_mean(ledger, capital):
    # Of two that repeat one another the one would have silenced the other.
    text = (
        HEAD.format(capital=capital)
        + """
2020-01-01 custom "source" "leak" "A leak"
  grade: "A1"
  group: "leaks"
2020-01-01 custom "source" "copy" "A copy of it"
  grade: "A1"
  group: "leaks"
"""
    )
    text += seen("bank", "900", "leak", extra="")
    case = ledger.case(text + seen("again", "900", "copy", extra=""))
    assert reconcile(case).chi2 == pytest.approx(0, abs=0.1)
    case = ledger.case(text + seen("other", "600", "copy", extra=""))
    with pytest.raises(
        ValueError, match=r"contradict one another: (bank, other|other, bank)"
    ):
        reconcile(case)


def test_one_group_of_sources_is_said(ledger):
    found = reconcile(ledger.case(HEAD.format(capital="") + seen("bank", "903")))
    assert any("one group of sources (two)" in note for note in found.notes)


def test_without_observations_it_says_so(ledger):
    with pytest.raises(ValueError, match="no observation"):
        reconcile(ledger.case(HEAD.format(capital="")))


def test_balanced_amounts_obey_the_ledger(ledger):
    text = HEAD.format(capital="\n  low: 900 USD\n  high: 1,100 USD")
    text += seen("a", "820", "one", "error: 0.05") + seen("b", "990", "two")
    found = reconcile(ledger.case(text))
    value = {claim.id: float(claim.balanced) for claim in found.claims}
    # What is shown is as much of what is written as the balanced mean is of the mean.
    ends = {
        "capital": (900, 1000, 1100),
        "costs": (90, 100, 110),
        "a": (779, 820, 861),
        "b": (980.1, 990, 999.9),
    }
    mean = {name: value[name] * halves(*x)[0] / x[1] for name, x in ends.items()}
    assert mean["capital"] - mean["costs"] == pytest.approx(mean["a"], abs=0.02)
    assert mean["a"] == pytest.approx(mean["b"], abs=0.02)
    for claim in found.claims:
        assert claim.sigma_after <= claim.sigma


def test_json_has_the_keys_that_scripts_read(ledger):
    path = ledger.write(PREAMBLE + HEAD.format(capital="") + seen("bank", "950"))
    result = CliRunner().invoke(main, ["reconcile", str(path), "--json"])
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    assert {"chi2", "dof", "p", "inflation", "claims", "sets", "removed"} <= set(
        document
    )
    assert document["case"] == str(path)
    claim = document["claims"][0]
    assert {
        *("id", "kind", "source", "claimed", "balanced", "sigma", "sigma_after", "z"),
        *("suspect", "set"),
    } <= set(claim)
    assert isinstance(claim["claimed"], str)
    assert document["sets"][0].keys() >= {"members", "would_settle"}
    printed = CliRunner().invoke(main, ["reconcile", str(path), "--all"])
    assert "Claims at odds with the others" in printed.stdout


def test_nothing_to_test_is_a_message_not_a_trace(ledger):
    path = ledger.write(PREAMBLE)
    result = CliRunner().invoke(main, ["reconcile", str(path)])
    assert result.exit_code == 2
    assert "no observation" in result.output


def test_how_a_balanced_amount_comes_about(ledger):
    # Capital 1,000 (certain) less costs is in the bank. Costs are claimed as 100 by 10
    # either way; the bank as 950, with 1% (9.5) and its grade's 10% (95) on top: 58.04.
    # The gap of 50 is shared by variance: about 37 to 3,368.
    text = HEAD.format(capital="") + seen("bank", "950", extra="error: 0.01")
    case = ledger.case(text)
    found = reconcile(case, level=0.9)
    how = found.workings["bank"]
    claim = next(one for one in found.claims if one.id == "bank")
    (mean, ranged), graded = halves(940.5, 950, 959.5), 95 / 1.6448536
    spent, spread = halves(90, 100, 110)
    costs, gap = spread**2, mean - 1000 + spent
    assert float(how.ranged) == pytest.approx(ranged, abs=0.01)
    assert float(how.graded) == pytest.approx(graded, abs=0.01)
    assert how.written == 900
    bank = ranged**2 + graded**2
    balanced = (mean - gap * bank / (bank + costs)) * 950 / mean
    assert float(claim.balanced) == pytest.approx(balanced, abs=0.02)
    # The strain is the whole gap over the spread of both claims together.
    assert claim.z == pytest.approx(gap / (bank + costs) ** 0.5, rel=1e-4)
    assert float(how.gap) == pytest.approx((bank + costs) ** 0.5 * 950 / mean, abs=0.01)
    # All others would have the bank hold what the costs leave of the capital.
    assert float(how.others) == pytest.approx((1000 - spent) * 950 / mean, abs=0.01)
    assert not how.covered
    # What flows bring adds up: the capital less the costs as balanced.
    assert [name for name, _ in how.parts] == ["capital", "costs"]
    assert sum(amount for _, amount in how.parts) == claim.balanced
    # Capital is certain and pulls nothing; costs and the claim itself cancel.
    share = costs / (bank + costs)
    assert [pull.claim for pull in how.pulls] == ["costs"]
    assert float(how.own) == pytest.approx(share * (950 - balanced), abs=0.01)
    assert how.pulls[0].amount == -how.own
    assert how.rest == 0
    # The costs are moved by the one statement that tests them.
    other = found.workings["costs"]
    moved = next(one for one in found.claims if one.id == "costs")
    assert (other.written, other.graded, other.parts) == (None, 0, ())
    assert [move.claim for move in other.moves] == ["bank"]
    assert other.moves[0].amount == moved.balanced - moved.claimed


def test_coins_and_dust_are_printed_in_full(ledger):
    text = (
        '2020-01-01 custom "spread" "B2" 0.10\n'
        '2020-01-01 custom "source" "one" "One"\n  grade: "B2"\n'
        '2020-01-02 * "Coins" ^one\n  id: "coins"\n'
        "  Assets:Alameda:Bank    0.01000 BTC\n"
        "  Equity:Alameda:Shares -0.01000 BTC\n"
        '2020-02-01 custom "observation" Assets:Alameda:Bank 0.00500 BTC\n'
        '  id: "seen"\n  source: "one"\n  error: 0.1\n'
    )
    found = reconcile(ledger.case(text))
    by_id = {claim.id: claim for claim in found.claims}
    # Both share a gap of a half by their variances: neither is nothing.
    assert 0.005 < by_id["seen"].balanced < 0.0068
    assert 0.005 < by_id["coins"].balanced < 0.0068
    printed = as_text(tables.claims(found, everything=True), Screen(200))
    assert " 0.01 " in printed
    assert " 0.005 " in printed


@pytest.mark.parametrize("size", ["1e-9", "1e-6", "1", "1e6", "1e12"])
def test_nothing_depends_on_the_unit(ledger, size):
    one, half = (f"{Decimal(x) * Decimal(size):f}" for x in ("1000", "500"))
    text = (
        '2020-01-01 custom "spread" "B2" 0.10\n'
        '2020-01-01 custom "source" "one" "One"\n  grade: "B2"\n'
        f'2020-01-02 * "Capital" ^one\n  id: "capital"\n'
        f"  Assets:Alameda:Bank    {one} USD\n  Equity:Alameda:Shares -{one} USD\n"
        f'2020-02-01 custom "observation" Assets:Alameda:Bank {half} USD\n'
        '  id: "seen"\n  source: "one"\n  error: 0.1\n'
    )
    (mean, sigma), (seen, own) = halves(900, 1000, 1100), halves(450, 500, 550)
    graded = 500 * 0.1 / 1.6448536
    wanted = (mean - seen) ** 2 / (sigma**2 + own**2 + graded**2)
    found = reconcile(ledger.case(text))
    assert found.chi2 == pytest.approx(wanted, rel=1e-5)


def test_flows_of_one_driver_rise_and_fall_together():
    # Two legs of one repo cancel in the cash: by the same share each, whatever it is,
    # so that nothing can meet the 200 that were seen but the observation itself.
    path = Path(__file__).parents[1] / "weigh" / "cases" / "one-driver.beancount"
    found = reconcile(solvency.load(path))
    claims = {claim.id: claim for claim in found.claims}
    assert claims["F-2"].balanced == claims["F-3"].balanced == 1000
    assert claims["F-2"].z is None
    assert sum(claim.balanced for claim in claims.values()) == 2000


def test_a_flow_in_two_parts_of_one_driver_is_the_flow(ledger):
    def loss(name, amount):
        return (
            f'2020-01-05 * "Lost" ^three\n  id: "{name}"\n  driver: "m"\n'
            f"  low: {amount * 8 // 10} USD\n  high: {amount * 12 // 10} USD\n"
            f"  Expenses:Alameda:Costs   {amount} USD\n"
            f"  Assets:Alameda:Bank     -{amount} USD\n"
        )

    head, ends = HEAD.format(capital=""), seen("bank", "500")
    one, two = (
        reconcile(ledger.case(head + text + ends))
        for text in (loss("whole", 300), loss("first", 100) + loss("second", 200))
    )
    assert two.chi2 == pytest.approx(one.chi2, rel=1e-6)
    assert two.dof == one.dof
    amounts = {claim.id: claim for claim in two.claims}
    (flow,) = (claim for claim in one.claims if claim.id == "whole")
    both = [amounts["first"], amounts["second"]]
    assert float(sum(claim.balanced for claim in both)) == pytest.approx(
        float(flow.balanced), abs=0.02
    )
    assert [claim.z for claim in both] == [pytest.approx(flow.z, rel=1e-6)] * 2
    # Each part is moved by the same share of itself.
    assert 2 * both[0].balanced == pytest.approx(both[1].balanced, abs=Decimal(2))
    assert {"first", "second", "costs", "bank"} == set(two.sets[0].members)
