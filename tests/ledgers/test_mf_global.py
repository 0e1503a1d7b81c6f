"""The MF Global case against its own dossier: nothing lost, nothing altered."""

from __future__ import annotations

import csv
import itertools
import json
import re
from decimal import Decimal

import coverage_of_mf_global as mf
import pytest
from beancount.core import data
from click.testing import CliRunner

import solvency
from solvency.cli import main

LEDGER = mf.CASE / "main.beancount"


@pytest.fixture(scope="module")
def case():
    return solvency.load(LEDGER)


def amounts(row, unit):
    return mf.rows()[row].amounts[unit]


# -- nothing lost -------------------------------------------------------------------


def test_coverage_is_up_to_date():
    assert (mf.CASE / "COVERAGE.md").read_text(encoding="utf-8") == mf.report(), (
        "run tests/ledgers/coverage_of_mf_global.py"
    )


def test_no_row_without_an_answer():
    assert mf.unanswered() == []


def test_what_is_left_out_is_no_flow_and_no_observation():
    # A figure that tests the books from outside may still be named by an event or as
    # what a hypothesis starts from.
    answered = {
        row
        for row, answer in mf.answers().items()
        if answer.flows or answer.observations
    }
    assert sorted(answered & mf.reasons().keys()) == []
    assert sorted(mf.reasons().keys() - mf.rows().keys()) == []
    assert all(len(reason) > 10 for reason in mf.reasons().values())


def test_every_cited_row_exists():
    unknown = {
        f"{row} at {entry.meta['filename']}:{entry.meta['lineno']}"
        for entry in mf.entries()
        for row in mf.cited(entry)
        if row not in mf.rows()
    }
    assert sorted(unknown) == []


def test_every_row_names_declared_sources_and_every_source_is_used():
    linked = {link for e in mf.entries() for link in getattr(e, "links", None) or ()}
    named = {e.meta["source"] for e in mf.entries() if e.meta.get("source")}
    read = {source for row in mf.rows().values() for source in row.sources}
    assert all(row.sources for row in mf.rows().values())
    assert sorted((linked | named | read) ^ mf.sources().keys()) == []


def test_the_dossier_has_one_line_a_row():
    with (mf.CASE / "dossier.csv").open(encoding="utf-8", newline="") as file:
        names = [line["id"] for line in csv.DictReader(file)]
    assert len(names) == len(set(names))
    assert {name[0] for name in names} == mf.TITLES.keys()
    for row in mf.rows().values():
        assert row.low is None or row.amount is None or row.low <= row.amount
        assert row.high is None or row.amount is None or row.amount <= row.high


# -- counts -------------------------------------------------------------------------


def test_the_case_is_as_large_as_it_says():
    told = CliRunner().invoke(main, ["check", "--json", "--draws=0", str(LEDGER)])
    counts = json.loads(told.stdout)["counts"]
    assert counts["established"] >= 40
    assert counts["sources"] >= 30
    assert counts["observations"] >= 15
    assert counts["hypotheses"] >= 4
    assert counts["scenarios"] >= 3
    assert counts["plugs"] == 0
    text = (mf.CASE / "README.md").read_text(encoding="utf-8")
    text = text[: text.index("\n## ")].replace("balances that", "observations")
    counted = {
        kind: int(number)
        for number, kind in re.findall(rf"([0-9]+) ({'|'.join(counts)})\b", text)
    }
    assert counted == {kind: counts[kind] for kind in counted}
    assert counted.keys() >= {
        "entities", "sources", "prices", "established", "observations",
        "hypotheses", "scenarios", "invariants",
    }  # fmt: skip


def test_check_finds_no_error():
    told = CliRunner().invoke(main, ["check", "--draws=0", str(LEDGER)])
    assert told.exit_code == 0
    assert told.output.rstrip().endswith("no errors")


# -- nothing altered ----------------------------------------------------------------


def test_every_flow_has_a_source_a_grade_and_rows(case):
    for flow in case.flows:
        assert flow.sources, flow.id
        # What no source states has no grade of theirs.
        assert flow.grade or flow.basis in {"residual", "assumed"}, flow.id
        assert flow.claim, flow.id
    for entry in mf.customs("source"):
        assert entry.meta.get("url") or entry.meta.get("mirror"), entry.values[0].value
        assert entry.meta.get("publisher"), entry.values[0].value


def test_the_source_of_an_amount_is_one_of_its_rows():
    wrong = []
    for entry in mf.flows("*") + mf.flows("!"):
        read = {one for row in mf.cited(entry) for one in mf.rows()[row].sources}
        amount_from = entry.meta.get("amount-from") or next(iter(entry.links))
        if amount_from not in read or not entry.links <= read:
            wrong.append((entry.meta["id"], sorted(entry.links - read), amount_from))
    assert wrong == []


def test_stated_flows_are_what_a_row_states():
    wrong = []
    for entry in mf.flows("*") + mf.flows("!"):
        if entry.meta.get("basis", "stated") != "stated":
            continue
        units = entry.postings[0].units
        stated = set().union(*(amounts(row, units.currency) for row in mf.cited(entry)))
        if abs(units.number) not in stated:
            wrong.append((entry.meta["id"], units))
    assert wrong == []


def test_posted_grades_are_those_of_the_rows():
    wrong = []
    for entry in mf.flows("*") + mf.flows("!"):
        amount_from = entry.meta.get("amount-from") or next(iter(entry.links))
        posted = entry.meta.get("grade") or mf.sources()[amount_from].meta["grade"]
        if not any(posted[0] in mf.rows()[row].grade for row in mf.cited(entry)):
            wrong.append((entry.meta["id"], posted, mf.cited(entry)))
    assert wrong == []


def test_derived_flows_can_be_worked_out_again():
    # Sums and differences of what the rows state; else the note has the working.
    wrong = []
    for entry in mf.flows("*") + mf.flows("!"):
        if entry.meta.get("basis") != "derived" or entry.meta.get("note"):
            continue
        units = entry.postings[0].units
        stated = sorted(
            set().union(*(amounts(row, units.currency) for row in mf.cited(entry)))
        )
        differences = {
            abs(left - right) for left, right in itertools.permutations(stated, 2)
        } | {
            abs(left - right - third)
            for left, right, third in itertools.permutations(stated, 3)
        }
        if abs(units.number) not in differences | set(stated):
            wrong.append((entry.meta["id"], units))
    assert wrong == []


def test_days_that_no_source_gives_have_bounds():
    for entry in mf.flows("*"):
        early, late = entry.meta.get("earliest"), entry.meta.get("latest")
        assert (early is None) == (late is None), entry.meta["id"]
        if early:
            assert early <= entry.date <= late, entry.meta["id"]
        else:
            days = [mf.rows()[row] for row in mf.cited(entry)]
            assert any(
                (row.start is None or row.start <= entry.date) for row in days
            ), entry.meta["id"]


def test_observations_say_what_their_rows_say():
    # As stated, or between bounds for one worked out from a share of a whole.
    wrong = []
    for entry in mf.customs("observation"):
        value = entry.values[-1].value
        stated = set().union(*(amounts(row, value.currency) for row in mf.cited(entry)))
        low, high = entry.meta.get("low"), entry.meta.get("high")
        between = low is not None and high is not None
        # Of an excess below zero the row has the size of the shortage.
        if abs(value.number) not in stated and not (between or entry.meta.get("note")):
            wrong.append((entry.meta["id"], value))
    assert wrong == []


def test_prices_are_sourced_and_one_a_day():
    prices = [entry for entry in mf.entries() if isinstance(entry, data.Price)]
    assert len({(price.date, price.currency) for price in prices}) == len(prices)
    for price in prices:
        assert price.meta["source"] in mf.sources()
        (row,) = mf.cited(price)
        if price.meta.get("basis") != "derived":
            assert price.amount.number in amounts(row, "USD")
    derived = {(p.currency, p.amount.number) for p in prices if p.meta.get("basis")}
    assert derived == {
        ("GBP", (1 / Decimal("0.6461")).quantize(Decimal("0.0001"))),
        ("EUR", (Decimal(20) / Decimal("14.7")).quantize(Decimal("0.0001"))),
    }


# -- how it reads -------------------------------------------------------------------


def test_files_are_short_and_open_with_a_head():
    for path in mf.CASE.rglob("*.beancount"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert lines[0].startswith("; "), path.name
        assert len(lines) < 600, path.name


def test_no_word_on_health_or_character():
    banned = re.compile(
        r"\b(drugs?|medic\w*|health|addict\w*|mental\w*|gambler|crazy"
        r"|incompeten\w*|greed\w*|romantic|reckless\w*)\b",
        re.IGNORECASE,
    )
    for entry in mf.entries():
        text = " ".join(
            str(part)
            for part in (
                getattr(entry, "narration", ""),
                entry.meta.get("note"),
                entry.meta.get("perimeter"),
            )
        )
        assert not banned.search(text), entry.meta["lineno"]
