"""The bridge of the FTX case casts, and its README has every line of it."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from decimal import Decimal

import bridge_of_ftx as bridges
import pytest
from posted_in_ftx import flows

README = (bridges.CASE.parent / "README.md").read_text(encoding="utf-8")
PETITION = datetime.date(2022, 11, 11)
#: Accounts of money and coins that no holder can owe.
HELD = re.compile(r"Assets:(Alameda|FTX|FTX-US):(Bank|Custody|Brokerage|Coins)\b")
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


def test_the_readme_names_the_remainders_without_which_an_account_is_overdrawn():
    # Money and coins as posted, by the days the books have: what no leg touches.
    moves = [
        (entry.date, entry.meta["id"], leg.account, leg.units.currency, leg.units)
        for entry in flows("*")
        for leg in entry.postings
        if entry.date <= PETITION and HELD.match(leg.account)
    ]

    def overdrawn(left_out):
        left = Counter()
        days = sorted({move[0] for move in moves})
        for day in days:
            for when, name, account, currency, units in moves:
                if when == day and name != left_out:
                    left[account, currency] += units.number
            if min(left.values(), default=0) < -1:
                return True
        return False

    assert not overdrawn(None)
    needed = {
        entry.meta["id"]
        for entry in flows("*")
        if entry.meta.get("basis") == "residual" and overdrawn(entry.meta["id"])
    }
    (said,) = re.findall(r"without any one of eight remainders \(([^)]*)\)", README)
    assert set(said.split(", ")) == needed
    assert len(needed) == 8
