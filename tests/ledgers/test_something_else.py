"""Each case says how likely an explanation is that nobody wrote down, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

import solvency
from solvency.analysis.weigh.weigh import believe

LEDGERS = Path(__file__).parents[2] / "ledgers"


@pytest.mark.parametrize("name", ["ftx", "mf-global"])
def test_the_case_states_it_with_its_reason(name):
    case = solvency.load(LEDGERS / name / "main.beancount")
    prior, error = case.uncertainty.alternative
    told = (LEDGERS / name / "README.md").read_text(encoding="utf-8")
    (item,) = (part for part in told.split("\n\n") if "**Something else**" in part)
    said = item[item.index("**Something else**") :]
    assert f"at {prior} before any observation" in said
    words = {"0.5": "half of a balance", "0.34": "34 per cent of a balance"}
    assert words[str(error)] in said


def test_of_mf_global_it_is_told_before_any_belief():
    found = believe(solvency.load(LEDGERS / "mf-global/main.beancount"))
    assert found.verdict[0].startswith("none of these fits as stated")
    assert found.verdict[1].startswith("something else, believed 0.5 before")
    assert 0 < found.fit.something_else <= 1
