"""Errors of one source going together in a reconciliation, written out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from analysis.reconcile.test_ask import HEAD
from analysis.reconcile.test_ask import seen
from click.testing import CliRunner
from halves import halves
from scipy.stats import chi2

from solvency.analysis.reconcile.reconcile import reconcile
from solvency.analysis.weigh.weigh import believe
from solvency.cli import main

MORE = """\
2020-01-05 * "More costs" ^one
  id: "more"
  Expenses:Alameda:Costs   200 USD
  Assets:Alameda:Bank     -200 USD
"""
EXACT = 'error: 0.05\n  grade: "A1"'


def two_days(rho):
    """Two costs from one source, two days seen by another; the capital is certain."""
    text = HEAD.format(capital="") + MORE
    text += seen("a", "880", extra=EXACT).replace("2020-02-01", "2020-01-04")
    text += seen("b", "750", extra=EXACT)
    return text + f'2020-01-01 custom "correlation" "source" {rho}\n'


def by_hand(rho):
    """Return means, covariance and identities of the four uncertain claims."""
    (first, s), (second, t) = halves(90, 100, 110), halves(180, 200, 220)
    (a, u), (b, v) = halves(836, 880, 924), halves(712.5, 750, 787.5)
    both = np.diag([s * s, t * t, u * u, v * v])
    both[0, 1] = both[1, 0] = rho * s * t
    both[2, 3] = both[3, 2] = rho * u * v
    # 1,000 less the costs is in the bank: costs and bank add up to it, each day.
    identities = np.array([[1.0, 0, 1, 0], [1, 1, 0, 1]])
    return np.array([first, second, a, b]), both, identities


@pytest.mark.parametrize("rho", ["0", "0.5", "0.9"])
def test_balanced_amounts_take_errors_of_one_source_as_shared(ledger, rho):
    found = reconcile(ledger.case(two_days(rho)))
    means, both, identities = by_hand(float(rho))
    gap = identities @ means - 1000
    weight = np.linalg.inv(identities @ both @ identities.T)
    wanted = means - both @ identities.T @ weight @ gap
    claims = [
        next(c for c in found.claims if c.id == x) for x in ("costs", "more", "a", "b")
    ]
    for claim, mean, balanced in zip(claims, means, wanted, strict=True):
        shown = balanced * float(claim.claimed) / mean
        assert float(claim.balanced) == pytest.approx(shown, abs=0.02)
    assert found.chi2 == pytest.approx(gap @ weight @ gap, rel=1e-4)
    assert found.p == pytest.approx(chi2.sf(found.chi2, 2), rel=1e-3)
    for at, claim in enumerate(claims):
        column = identities[:, at]
        z = column @ weight @ gap / np.sqrt(column @ weight @ column)
        assert claim.z == pytest.approx(z, rel=1e-3)
    assert sum(one.size for one in found.distances) == pytest.approx(found.chi2)
    assert found.correlated.correlation == float(rho)
    assert found.correlated.chi2 == found.chi2


def test_the_answer_at_none_and_at_nine_tenths_stands_beside(ledger):
    found = reconcile(ledger.case(two_days("0.5")))
    for name, test, rho in (
        ("apart", found.apart, "0"),
        ("together", found.together, "0.9"),
    ):
        alone = reconcile(ledger.case(two_days(rho)))
        assert test == alone.correlated
        for claim, same in zip(found.claims, alone.claims, strict=True):
            assert getattr(claim, name) == same.balanced


def test_a_group_of_sources_is_one_source(ledger):
    # The same claims, the second cost from another source of the first one's group.
    one, two = two_days("0.5"), two_days("0.5")
    two = two.replace('"More costs" ^one', '"More costs" ^three')
    for name in ("one", "three"):
        two = two.replace(
            f'"source" "{name}" "{name.title()}"\n',
            f'"source" "{name}" "{name.title()}"\n  group: "g"\n',
        )
    found = [reconcile(ledger.case(text)) for text in (one, two)]
    assert found[0].chi2 == found[1].chi2
    alone = reconcile(ledger.case(two.replace('  group: "g"\n', "")))
    assert alone.chi2 != found[0].chi2


def test_amounts_of_one_driver_share_that_alone(ledger):
    # Each of a driver of its own: nothing of their common source is left to share.
    text = two_days("0.9")
    for name in ("costs", "more"):
        text = text.replace(f'id: "{name}"\n', f'id: "{name}"\n  driver: "{name}"\n')
    found = reconcile(ledger.case(text))
    means, both, identities = by_hand(0.9)
    both[0, 1] = both[1, 0] = 0.0
    gap = identities @ means - 1000
    wanted = gap @ np.linalg.solve(identities @ both @ identities.T, gap)
    assert found.chi2 == pytest.approx(wanted, rel=1e-4)


def test_a_statement_by_the_source_of_a_hypothesised_amount_is_less_exact(ledger):
    head = HEAD.format(capital="").replace(
        '2020-01-03 * "Costs" ^one',
        '2020-01-01 custom "hypothesis" "spent" "Spent"\n  prior: 0.5\n'
        '2020-01-03 ! "Costs" ^one #spent',
    )
    (costs, s), (bank, u) = halves(90, 100, 110), halves(829.35, 873, 916.65)
    for source, factor in (("one", 1.5), ("two", 1.0)):
        text = head + seen("bank", "873", source, EXACT)
        case = ledger.case(text, scenario="*")
        gap = bank + costs - 1000
        wanted = gap**2 / (s * s + factor * u * u)
        found = reconcile(case)
        assert found.chi2 == pytest.approx(wanted, rel=1e-4)


def test_an_amount_does_not_answer_to_the_figure_it_was_worked_out_from(ledger):
    text = HEAD.format(capital="") + MORE
    text = text.replace('id: "more"', 'id: "more"\n  sized-by: "b"')
    text += seen("a", "905").replace("2020-02-01", "2020-01-04") + seen("b", "700")
    found = reconcile(ledger.case(text))
    assert found.by_construction == (("b", "more"),)
    # What is left is tested by the first day alone.
    assert {claim.id for claim in found.claims} == {"capital", "costs", "a"}
    assert found.dof == 1
    assert any("left out, since a flow was worked out" in note for note in found.notes)
    alone = text.replace(seen("a", "905").replace("2020-02-01", "2020-01-04"), "")
    with pytest.raises(ValueError, match="worked out from"):
        reconcile(ledger.case(alone))


def test_a_plug_makes_up_for_any_gap(ledger):
    text = HEAD.format(capital='\n  basis: "plug"') + MORE + seen("a", "300")
    found = reconcile(ledger.case(text))
    assert found.correlated.dof == found.apart.dof == found.dof == 0


@pytest.mark.parametrize(
    ("keys", "since", "told"),
    [
        # The statement is of the end of 1 February: what came by then is in it.
        ("latest: 2020-02-01", "", False),
        ("latest: 2020-02-02", "", True),
        ("earliest: 2019-12-01", "", False),
        ("earliest: 2019-12-01", '  from: 2020-01-01\n  side: "out"\n', True),
        ("earliest: 2020-01-01", '  from: 2020-01-01\n  side: "out"\n', False),
    ],
)
def test_days_that_decide_what_a_statement_is_of_are_told(ledger, keys, since, told):
    head = HEAD.format(capital="").replace('id: "costs"\n', f'id: "costs"\n  {keys}\n')
    said = "flows that may have come before or after the day of a statement they move"
    text = head + seen("bank", "105" if since else "905") + since
    found = reconcile(ledger.case(text))
    note = [one for one in found.notes if said in one]
    assert bool(note) is told
    assert found.either_side == ((("bank", "costs"),) if told else ())
    if told:
        assert "move: 1, of 1 statements (bank)" in note[0]
    may = (
        '2020-01-01 custom "hypothesis" "spent" "Spent"\n  prior: 0.5\n'
        + text.replace('* "Costs" ^one', '! "Costs" ^one #spent')
    )
    weighed = believe(ledger.case(may), otherwise=False, beside=False)
    assert any(said in one for one in weighed.notes) is told
    assert weighed.either_side == found.either_side
    path = str(ledger.folder / "main.beancount")
    pairs = [{"observation": "bank", "flow": "costs"}] if told else []
    for name in ("weigh", "reconcile"):
        asked = [name, "--json", path, *(["--hypothesis", "spent"] * (name[0] == "r"))]
        answer = json.loads(CliRunner().invoke(main, asked).output)
        assert answer["either_side"] == pairs


def test_money_moved_within_what_is_stated_waits_for_no_day(ledger):
    # From one account of it to another: whenever it moved, the sum is the same.
    text = HEAD.format(capital="") + seen("both", "900").replace(
        "Assets:Alameda:Bank", "Assets:Alameda"
    )
    text += """
2020-01-01 open Assets:Alameda:Vault
2020-01-05 * "Moved" ^one
  id: "moved"
  latest: 2020-03-01
  Assets:Alameda:Bank  -50 USD
  Assets:Alameda:Vault  50 USD
"""
    assert not any("may have come" in x for x in reconcile(ledger.case(text)).notes)


def test_it_is_told_beside_the_other(ledger):
    text = HEAD.format(capital="") + MORE + seen("a", "500")
    ledger.case(text)
    path = str(ledger.folder / "main.beancount")
    shown = " ".join(CliRunner().invoke(main, ["reconcile", path]).output.split())
    assert "Errors of one source are correlated by 0.5, with" in shown
    assert "Correlated by 0: chi-square" in shown
    assert "by 0.9: chi-square" in shown
    one = json.loads(CliRunner().invoke(main, ["reconcile", "--json", path]).output)
    keys = {"correlation", "chi2", "dof", "p", "suspects"}
    assert set(one["correlated"]) == set(one["apart"]) == set(one["together"]) == keys
    assert {"apart", "together"} <= set(one["claims"][0])
