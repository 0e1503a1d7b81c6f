"""Names of figures say what they are of, so that they survive a new line."""

from __future__ import annotations

import re

import pytest

import solvency
from solvency.analysis.study import study_of
from solvency.exhibits.recover.affairs import affairs
from solvency.exhibits.section import figures_in
from solvency.exhibits.setting import setting_of
from solvency.exhibits.weigh.section import weighing
from solvency.figures.formats import Locale
from solvency.figures.formats import apart

#: An earlier payment out of the desk, in the suspect period and larger than the rest,
#: and a hypothesis that takes more than any other.
NEW = """
2021-12-01 * "Lender" "Part of the loan, paid back early" ^petition
  id: "early-part"
  Assets:Desk:Bank                -1,100,000 USD
  Assets:Lender:Cash               1,100,000 USD
"""


def figures(path):
    case = solvency.load(path)
    assert not case.errors, case.errors
    book = case.book()
    at = case.reporting_date
    setting = setting_of(case, book, (at,), Locale(), study_of(case, book, at))
    sections = [build(setting) for build in (affairs, weighing)]
    return {
        figure.key: figure
        for section in sections
        for figure in figures_in((section.tables, section.values))
    }


@pytest.fixture(scope="module")
def both(harbour, tmp_path_factory):
    more = tmp_path_factory.mktemp("more") / "main.beancount"
    more.write_text(harbour.read_text(encoding="utf-8") + NEW, encoding="utf-8")
    return figures(harbour), figures(more)


def test_a_transfer_keeps_its_name_when_an_earlier_one_is_added(both):
    before, after = both
    names = [name for name in before if name.startswith("preference:")]
    assert names
    added = {name.split(":")[1] for name in {*after} - {*before}}
    assert "early-part" in added
    for name in names:
        # The amount of the transfer of that name, whatever stands above it now.
        if name.endswith((":amount", ":days")):
            assert after[name].value == before[name].value, name
            assert after[name].flows == before[name].flows, name


@pytest.mark.parametrize("family", ["waterfall", "finding", "preference", "later"])
def test_no_name_is_a_place(both, family):
    for found in both:
        for name in found:
            assert not re.fullmatch(rf"{family}:\d+(:.*)?", name), name


def test_a_step_of_the_waterfall_is_named_by_its_hypothesis(both):
    before, _ = both
    assert {"waterfall:ventures", "waterfall:gifts", "waterfall:bad-trade"} <= {*before}
    assert before["waterfall:ventures"].value == before["tally:ventures:expected"].value


def test_names_alike_are_told_apart():
    assert apart(["a", "b", "a", "a"]) == ["a", "b", "a:2", "a:3"]
