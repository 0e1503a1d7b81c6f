"""The case's rival explanations: each whole, each apart from what it excludes."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import coverage_of_case as coverage
import pytest
from posted_in_ftx import customs
from posted_in_ftx import flows
from posted_in_ftx import size
from posted_in_ftx import sources


def by_hypothesis():
    found = defaultdict(list)
    for entry in flows("!"):
        found[coverage.hypothesis_of(entry)].append(entry)
    return found


def test_the_case_is_as_large_as_it_should_be():
    assert len(sources()) >= 120
    assert len(customs("hypothesis")) >= 18
    assert len(customs("observation")) >= 60
    assert len(flows("*")) >= 150


def test_each_hypothesis_has_its_file_its_flows_and_its_reason():
    names = [entry.values[0].value for entry in customs("hypothesis")]
    assert by_hypothesis().keys() == set(names)
    for entry in customs("hypothesis"):
        assert Path(entry.meta["filename"]).stem == entry.values[0].value
        assert re.search(
            r"milkyeggs|learning-from-ftx|[A-Z]\d\d|H\d", entry.meta["note"]
        )
        assert 0 < entry.meta["prior"] < 1


def test_exclusions_are_mutual_and_name_hypotheses():
    excludes = {
        entry.values[0].value: set(coverage.names(entry.meta.get("excludes")))
        for entry in customs("hypothesis")
    }
    for name, others in excludes.items():
        for other in others:
            assert name in excludes[other], (name, other)


def test_scenarios_hold_together():
    excludes = {
        entry.values[0].value: set(coverage.names(entry.meta.get("excludes")))
        for entry in customs("hypothesis")
    }
    scenarios = {
        entry.values[0].value: set(coverage.names(entry.meta["hypotheses"]))
        for entry in customs("scenario")
    }
    assert scenarios["established"] == set()
    for wanted in (
        "mostly-spent",
        "mostly-lost",
        "essay-2022",
        "run-on-a-solvent-group",
    ):
        assert scenarios[wanted]
    for name, chosen in scenarios.items():
        assert chosen <= excludes.keys(), name
        for hypothesis in chosen:
            assert not excludes[hypothesis] & chosen, (name, hypothesis)


@pytest.mark.parametrize("name", ["reflexive-collateral", "thin-tokens", "market-fall"])
def test_marks_move_no_asset_and_no_debt(name):
    for entry in by_hypothesis()[name]:
        for posting in entry.postings:
            assert posting.account.split(":")[0] in ("Equity", "Expenses")


def test_every_flow_balances_and_its_range_holds_its_amount():
    for entry in flows("!"):
        total = defaultdict(Decimal)
        for posting in entry.postings:
            total[posting.units.currency] += posting.units.number
        assert not any(total.values()), entry.meta["id"]
        low, high = entry.meta.get("low"), entry.meta.get("high")
        if low is not None:
            assert low.number <= size(entry)[0] <= high.number, entry.meta["id"]


@pytest.mark.parametrize("day", ["2022-06-30", "2022-11-11"])
def test_a_scenario_spends_no_more_than_the_books_hold(day):
    # Legs added by the language touch claims alone, so plain sums do for the bank.
    last = coverage.span(day)[1]
    for scenario in customs("scenario"):
        chosen = set(coverage.names(scenario.meta["hypotheses"]))
        bank = sum(
            posting.units.number
            for entry in flows("*") + flows("!")
            if entry.date <= last
            and (entry.flag == "*" or coverage.hypothesis_of(entry) in chosen)
            for posting in entry.postings
            if posting.account == "Assets:Alameda:Bank"
        )
        assert bank >= 0, (scenario.values[0].value, f"{bank:,}")


def test_names_of_flows_are_unique():
    names = [entry.meta.get("id") for entry in flows("*") + flows("!")]
    assert None not in names
    assert len(names) == len(set(names))
