"""What chapters place is made of no more than it needs."""

from __future__ import annotations

import pytest

import solvency
from solvency.analysis.study import Study
from solvency.exhibits.setting import default_dates
from solvency.exhibits.setting import setting_of
from solvency.figures.formats import Locale
from solvency.report.chapters.exhibits import Exhibits
from solvency.wide import wide


@pytest.fixture(scope="module")
def placed(ledgers):
    case = solvency.load(ledgers / "mf-global" / "main.beancount")
    book, days = case.book(), default_dates(case)
    study = Study(case, book, days[-1])
    return study, Exhibits(setting_of(case, book, days, Locale(), study))


def test_what_is_explained_of_the_untraced_draws_no_scenario(placed):
    study, exhibits = placed
    with wide():
        table = exhibits.find("tally-untraced")
        assert table.rows
        # Scenarios, and amounts that go together, take most of a tally's draws.
        assert "tallied" not in vars(study)
        assert exhibits.find("scenario-tally").rows
        assert "tallied" in vars(study)
        # It is the same table, where the whole tally is at hand.
        whole = {one.key: one for one in exhibits.section("weighing").tables}
        assert whole["tally-untraced"].to_csv() == table.to_csv()


def test_beliefs_of_a_report_are_of_the_evidence_alone(placed):
    study, exhibits = placed
    with wide():
        assert exhibits.find("beliefs").rows
    assert study.beliefs.amounts == ()
    assert (study.beliefs.predicted, study.beliefs.lognormal) == ((), {})
