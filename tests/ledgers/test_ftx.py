"""The shipped case against its own dossier: nothing lost, nothing altered."""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections import defaultdict
from decimal import Decimal
from pathlib import Path

import coverage_of_case as coverage
import pytest
from beancount.core import data
from click.testing import CliRunner
from posted_in_ftx import cited
from posted_in_ftx import customs
from posted_in_ftx import entries
from posted_in_ftx import flows
from posted_in_ftx import rows
from posted_in_ftx import size
from posted_in_ftx import sources
from posted_in_ftx import stated

import solvency
from solvency.cli import main

CASE = coverage.CASE
PETITION = coverage.span("2022-11-11")[0]


def sums_of_parts(row, unit):
    values = [value for value, of, _ in row.parts if of == unit]
    return {
        sum(chosen)
        for count in range(1, len(values) + 1)
        for chosen in itertools.combinations(values, count)
    }


def agrees(row, total, unit, tolerance=Decimal(0)):
    """Whether a row states an amount: whole, in part, as parts, or in a range."""
    allowed = row.amounts.get(unit, set()) | sums_of_parts(row, unit)
    if any(abs(total - value) <= tolerance * value for value in allowed):
        return True
    if unit != row.unit or row.low is None or row.high is None:
        return False
    return row.low <= total <= row.high


def letters(text):
    return set(re.findall(r"[A-F]", text))


# -- nothing lost -------------------------------------------------------------------


def test_coverage_is_up_to_date():
    assert (CASE / "COVERAGE.md").read_text(encoding="utf-8") == coverage.report(), (
        "run tests/ledgers/coverage_of_case.py"
    )


def test_no_row_and_no_point_without_an_answer():
    assert coverage.unanswered() == []


def test_what_is_left_out_is_not_posted_as_well():
    answers = coverage.answers(entries())
    posted = {row for row, answer in answers.items() if answer}
    assert sorted(posted & coverage.reasons().keys()) == []


def test_reasons_name_rows_and_points_that_exist():
    known = rows().keys() | coverage.points().keys()
    assert sorted(coverage.reasons().keys() - known) == []
    assert all(len(reason) > 10 for reason in coverage.reasons().values())


def test_every_cited_row_exists():
    unknown = {
        f"{row} at {Path(entry.meta['filename']).name}:{entry.meta['lineno']}"
        for entry in entries()
        for row in cited(entry)
        if row not in rows()
    }
    assert sorted(unknown) == []


def test_every_cited_point_exists():
    known = rows().keys() | coverage.points().keys()
    for entry in customs("hypothesis"):
        for point in coverage.names(entry.meta.get("essay")):
            assert point in known, (entry.values[0].value, point)


def test_every_source_is_used():
    linked = {link for e in entries() for link in getattr(e, "links", None) or ()}
    named = {e.meta.get(key) for e in entries() for key in ("source", "claim-source")}
    read = {source for row in rows().values() for source in row.sources}
    assert sorted(sources().keys() - linked - named - read) == []


def test_every_source_named_is_declared():
    linked = {link for e in entries() for link in getattr(e, "links", None) or ()}
    named = {e.meta["source"] for e in entries() if e.meta.get("source")}
    read = {source for row in rows().values() for source in row.sources}
    assert sorted((linked | named | read) - sources().keys()) == []


# -- nothing altered ----------------------------------------------------------------


def test_stated_flows_sum_to_what_their_rows_state():
    # A flow's amount is one its row states, or with the row's other flows makes one
    # up; of a row it cites besides it may be a part, never more than the whole.
    posted = defaultdict(list)
    for entry in stated("*") + stated("!"):
        for name in cited(entry):
            posted[name, size(entry)[1]].append(entry)

    def whole(name, unit):
        return agrees(rows()[name], sum(size(e)[0] for e in posted[name, unit]), unit)

    wrong = []
    for (name, unit), of_row in posted.items():
        row = rows()[name]
        if name.startswith("H") or not row.amounts or whole(name, unit):
            continue
        parts = [value for value, of, _ in row.parts if of == unit]
        most = sum(parts, max(row.amounts.get(unit, {Decimal("Infinity")})))
        if sum(size(entry)[0] for entry in of_row) > most:
            wrong.append((name, unit, "more than the row"))
        wrong += [
            (entry.meta["id"], name, f"{size(entry)[0]:,} {unit}")
            for entry in of_row
            if not any(
                agrees(rows()[other], size(entry)[0], unit) or whole(other, unit)
                for other in cited(entry)
            )
        ]
    assert wrong == []


def happened(entry, row):
    """Whether a day fits a row: within it, or before what reports on the past.

    Rows after the petition count what went before; recoveries come after the rows
    that tell of the purchase.
    """
    within = (row.start is None or row.start <= entry.date) and (
        row.end is None or entry.date <= row.end
    )
    reported = row.start is not None and row.start > PETITION and entry.date <= row.end
    recovered = entry.date > PETITION and (row.start is None or row.start <= entry.date)
    return within or reported or recovered


def test_stated_flows_fall_in_the_time_their_rows_give():
    wrong = [
        (entry.meta.get("id"), entry.date, cited(entry))
        for entry in stated("*") + stated("!")
        if cited(entry)
        and not any(happened(entry, rows()[row]) for row in cited(entry))
    ]
    assert wrong == []


def test_posted_grades_are_those_of_the_rows():
    wrong = []
    for entry in stated("*") + stated("!"):
        own = entry.meta.get("grade")
        # A row has the kind of the origin; what was read may be a copy.
        linked = [
            sources()[link].meta.get("origin", sources()[link].meta["grade"])
            for link in entry.links
        ]
        posted = letters(own or " ".join(linked))
        graded = [letters(rows()[row].grade) for row in cited(entry)]
        graded = [grades for grades in graded if grades]
        if graded and not any(posted & grades for grades in graded):
            wrong.append((entry.meta.get("id"), posted, cited(entry)))
    assert wrong == []


def test_ranges_posted_lie_within_those_of_the_rows():
    wrong = []
    for entry in stated("*"):
        for name in cited(entry):
            row = rows()[name]
            low, high = entry.meta.get("low"), entry.meta.get("high")
            if low is None or row.low is None or row.high is None:
                continue
            if len([e for e in stated("*") if name in cited(e)]) > 1:
                continue  # parts of a row: the whole's range is not a part's
            if low.currency == row.unit and not (
                row.low <= low.number and (high is None or high.number <= row.high)
            ):
                wrong.append((entry.meta.get("id"), name, low, high))
    assert wrong == []


def test_observations_say_what_their_rows_say():
    # One of the rows cited, or one amount of each of them added up. A sheet rounds:
    # units at its own mark may differ in the fourth digit.
    wrong = []
    for entry in customs("observation"):
        # A shortage is written below zero, and stated as its size.
        written = entry.values[-1].value
        value = written._replace(number=abs(written.number))
        unit, tolerance = value.currency, Decimal("0.0005")
        of_rows = [rows()[name] for name in cited(entry)]
        stating = [row.amounts[unit] for row in of_rows if row.amounts.get(unit)]
        if not stating or any(
            agrees(row, value.number, unit, tolerance) for row in of_rows
        ):
            continue
        sums = [sum(chosen) for chosen in itertools.product(*stating)]
        if not any(abs(value.number - total) <= tolerance * total for total in sums):
            wrong.append((cited(entry), value))
    assert wrong == []


# -- recalled figures ---------------------------------------------------------------


def test_recalled_rows_never_carry_an_established_flow():
    for entry in flows("*"):
        recalled = [row for row in cited(entry) if rows()[row].grade == "?"]
        assert not recalled, (entry.meta.get("id"), recalled)
        assert "recalled" not in entry.links, entry.meta.get("id")
    for entry in customs("observation"):
        assert entry.meta["source"] != "recalled"


def test_what_is_recalled_says_so():
    for entry in flows("!"):
        rests_on = [rows()[row].grade for row in cited(entry)]
        if rests_on and all(grade == "?" for grade in rests_on):
            assert entry.meta["basis"] == "assumed", entry.meta["id"]
            assert entry.meta["grade"] == "F6", entry.meta["id"]
            assert "ecalled and unverified" in entry.narration, entry.meta["id"]


# -- prices -------------------------------------------------------------------------


def test_prices_are_sourced_and_one_a_day():
    prices = [entry for entry in entries() if isinstance(entry, data.Price)]
    days = [(price.date, price.currency) for price in prices]
    assert len(days) == len(set(days))
    for price in prices:
        assert price.meta.get("source") in sources()


def test_closes_of_the_week_of_the_collapse():
    # As the record has them for FTT: 22.142 on the 7th, 2.301 on the 9th.
    closes = {
        (price.date.isoformat(), price.currency): price.amount.number
        for price in entries()
        if isinstance(price, data.Price)
    }
    assert closes["2022-11-07", "FTT"] == Decimal("22.142")
    assert closes["2022-11-09", "FTT"] == Decimal("2.301")
    assert closes["2022-06-30", "SOL"] == Decimal("33.588")


# -- how it reads -------------------------------------------------------------------


def test_files_are_short_and_open_with_a_head():
    for path in CASE.rglob("*.beancount"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) < 400, path.name
        assert lines[0].startswith("; "), path.name


@pytest.mark.parametrize(
    ("page", "kinds"),
    [
        (
            CASE / "README.md",
            "entities sources prices established observations hypotheses hypothesised"
            " scenarios invariants",
        ),
        (
            CASE.parents[1] / "README.md",
            "flows sources observations hypotheses invariants",
        ),
    ],
)
def test_what_the_readmes_count_is_what_check_counts(page, kinds):
    told = CliRunner().invoke(
        main, ["check", "--json", "--draws=0", str(CASE / "main.beancount")]
    )
    counts = json.loads(told.stdout)["counts"]
    text = page.read_text(encoding="utf-8")
    # What stands before the first heading but the title is on the case itself.
    text = text[: text.index("\n## ")].replace("balances that", "observations")
    counted = re.findall(rf"([0-9]+) ({'|'.join(counts)})\b", text)
    assert {kind: int(number) for number, kind in counted} == {
        kind: counts[kind] for kind in kinds.split()
    }


def test_the_entities_without_a_flow_are_explained():
    case = solvency.load(CASE / "main.beancount")
    moved = {posting.entity for flow in case.flows for posting in flow.postings}
    (said,) = re.findall(
        r"^- \*\*What some lenders lent\.\*\*((?:.*\n(?!- ))*.*)",
        (CASE / "README.md").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    still = case.entities.keys() - moved
    assert (
        still
        == {name for name in case.entities if re.search(rf"\b{name}\b", said)} - moved
    )
    assert still == {"Celsius", "Ledn", "BitGo"}


def test_no_word_on_health_or_character():
    banned = re.compile(
        r"\b(drugs?|medic\w*|health|autis\w*|addict\w*|mental\w*|gambler|crazy"
        r"|incompeten\w*|girlfriend|romantic|sexual\w*)\b",
        re.IGNORECASE,
    )
    for place, text in coverage.words():
        assert not banned.search(text), place


def test_the_dossier_has_one_line_a_row():
    with (CASE / "dossier.csv").open(encoding="utf-8", newline="") as file:
        names = [line["id"] for line in csv.DictReader(file)]
    assert len(names) == len(set(names)) == 288
    for row in rows().values():
        assert row.low is None or row.amount is None or row.low <= row.amount
        assert row.high is None or row.amount is None or row.amount <= row.high
