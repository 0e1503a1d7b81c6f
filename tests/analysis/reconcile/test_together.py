"""The test of all claims with errors of one source correlated, written out."""

from __future__ import annotations

import json

import numpy as np
import pytest
from analysis.reconcile.test_ask import HEAD
from analysis.reconcile.test_ask import seen
from click.testing import CliRunner
from halves import halves
from scipy.stats import chi2

from solvency.analysis.reconcile.ask import reconcile
from solvency.cli import main

MORE = """\
2020-01-05 * "More costs" ^one
  id: "more"
  Expenses:Alameda:Costs   200 USD
  Assets:Alameda:Bank     -200 USD
"""


@pytest.mark.parametrize("rho", ["0", "0.5", "0.9"])
def test_amounts_and_observations_of_one_source_share_errors(ledger, rho):
    # Two costs from one source, two days seen by another; the capital is certain.
    text = HEAD.format(capital="") + MORE
    text += seen("a", "880", extra='error: 0.05\n  grade: "A1"').replace(
        "2020-02-01", "2020-01-04"
    )
    text += seen("b", "750", extra='error: 0.05\n  grade: "A1"')
    text += f'2020-01-01 custom "correlation" "source" {rho}\n'
    found = reconcile(ledger.case(text))
    (first, s), (second, t) = halves(90, 100, 110), halves(180, 200, 220)
    (a, u), (b, v) = halves(836, 880, 924), halves(712.5, 750, 787.5)
    gap = np.array([1000 - first - a, 1000 - first - second - b])
    r = float(rho)
    both = np.array(
        [
            [s**2 + u**2, s**2 + r * s * t + r * u * v],
            [0, s**2 + t**2 + 2 * r * s * t + v**2],
        ]
    )
    both[1, 0] = both[0, 1]
    wanted = gap @ np.linalg.solve(both, gap)
    one = found.correlated
    assert (one.correlation, one.dof) == (r, 2)
    assert one.chi2 == pytest.approx(wanted, rel=1e-4)
    assert one.p == pytest.approx(chi2.sf(wanted, 2), rel=1e-3)
    if not r:
        assert one.chi2 == pytest.approx(found.chi2, rel=1e-9)


def test_a_plug_makes_up_for_any_gap(ledger):
    text = HEAD.format(capital='\n  basis: "plug"') + MORE + seen("a", "300")
    found = reconcile(ledger.case(text))
    assert found.correlated.dof == found.dof == 0


def test_it_is_told_beside_the_other(ledger):
    text = HEAD.format(capital="") + MORE + seen("a", "500")
    ledger.case(text)
    path = str(ledger.folder / "main.beancount")
    shown = CliRunner().invoke(main, ["reconcile", path]).output
    assert "With errors of one source correlated by 0.5: chi-square" in shown
    one = json.loads(CliRunner().invoke(main, ["reconcile", "--json", path]).output)
    assert set(one["correlated"]) == {"correlation", "chi2", "dof", "p"}
