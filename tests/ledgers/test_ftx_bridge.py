"""The bridge of the FTX case casts, and its README has every line of it."""

from __future__ import annotations

import re
from decimal import Decimal

import bridge_of_ftx as bridges
import pytest
from posted_in_ftx import flows

README = (bridges.CASE.parent / "README.md").read_text(encoding="utf-8")
#: Lines of the bridge above this are explained one by one.
EXPLAINED = Decimal(300_000_000)


@pytest.fixture(scope="module")
def established():
    return bridges.bridge("established")


def cells(name):
    """Return the numbers of the README's first row of a name."""
    row = re.search(rf"^\| {re.escape(name)} \|(.*)\|$", README, re.MULTILINE)
    assert row, name
    return [cell.strip() for cell in row[1].split("|")]


def test_every_line_and_the_total_cast(established):
    assert established.lines
    assert established.misses() == []


def test_the_readme_has_the_bridge_as_it_is(established):
    for (entity, kind), line in established.lines.items():
        assert cells(f"{entity} {kind}") == [bridges.billions(one) for one in line]
    assert cells("all") == [bridges.billions(one) for one in established.totals]


def test_each_large_line_is_explained(established):
    for (entity, kind), (_, _, untraced, _) in established.lines.items():
        if untraced > EXPLAINED:
            said = f"**{entity} {kind}, {bridges.billions(untraced)}.**"
            assert said in README, said


def test_the_readme_has_what_each_scenario_explains(established):
    for name in bridges.scenarios():
        one = bridges.bridge(name)
        assert one.misses() == []
        left = one.totals[2]
        explained = established.totals[2] - left
        assert cells(name) == [bridges.billions(left), bridges.billions(explained)]


def test_the_readme_lists_every_remainder_with_what_it_assumes():
    listed = re.findall(
        r"^\| (F-\d{4}) \| [\d.]+ (?:bn|m FTT) \| .{6,} \|$", README, re.MULTILINE
    )
    residuals = {
        entry.meta["id"]
        for entry in flows("*")
        if entry.meta.get("basis") == "residual"
    }
    assert set(listed) == residuals
    assert len(listed) == len(residuals)


def test_remainders_say_so_where_they_are_read():
    for entry in flows("*"):
        if entry.meta.get("basis") == "residual":
            note = entry.meta["note"]
            assert note.startswith("A remainder"), entry.meta["id"]
            assert "倒推差额" in entry.meta["zh-note"], entry.meta["id"]
