"""What is untraced where counts have a range, and counts of later days."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from counting import BOOKS
from counting import counted

from solvency.model.counting.counts import Counts
from solvency.model.counting.found import Extent
from solvency.model.counting.found import found

if TYPE_CHECKING:
    from preamble import Ledger

PETITION = datetime.date(2022, 11, 11)
BANKS = "Assets:FTX:Bank Assets:Alameda:Bank"


@pytest.fixture
def at(ledger: Ledger):
    """Return what is found of the small group, given counts."""

    def find(*counts: str, day: datetime.date = PETITION):
        case = ledger.case(BOOKS + "".join(counts))
        return found(Counts.of(case.book()), day)

    return find


def ends(least: int, most: int) -> Extent:
    return Extent(Decimal(least), Decimal(most))


def test_low_and_high_bound_what_is_untraced(at) -> None:
    # 500 in the books; 200 were counted, between 150 and 260.
    one = at(
        counted("B-1", "Assets:Alameda:Bank", "200 USD", low="150 USD", high="260 USD")
    )
    assert one.totals.untraced == 300
    assert one.range == ends(240, 350)
    assert one.lines[0].range == ends(240, 350)
    assert any("from 240.00 to 350.00" in str(note) for note in one.to_table().notes)


def test_a_count_without_a_range_has_none(at) -> None:
    one = at(counted("B-1", "Assets:Alameda:Bank", "200 USD"))
    assert one.range == ends(300, 300)
    assert not any("of their ranges" in str(note) for note in one.to_table().notes)


def test_a_count_of_at_most_may_have_found_nothing(at) -> None:
    # At most 200 of 500: 300 are untraced at least, all 500 at most.
    one = at(counted("B-1", "Assets:Alameda:Bank", "200 USD", high="200 USD"))
    assert one.range == ends(300, 500)
    assert any("taken as nothing: B-1" in str(note) for note in one.notes)


def test_what_is_stated_beyond_the_range_of_a_count_is_named(at) -> None:
    # 200 counted, 150 to 260; 100 and 240 are stated, by no count: the first is beyond.
    one = at(
        counted("B-1", "Assets:Alameda:Bank", "200 USD", low="150 USD", high="260 USD"),
        counted("B-2", "Assets:Alameda:Bank", "100 USD", counted="FALSE"),
        counted("B-3", "Assets:Alameda:Bank", "240 USD", counted="FALSE"),
    )
    said = [str(note) for note in one.notes if "leaves out" in str(note)]
    assert len(said) == 1
    assert said[0].endswith(": B-2 (100 USD; B-1)")


def test_what_a_count_of_at_most_leaves_out_is_in_no_other_account(at) -> None:
    # Of 600 in two banks 400 were counted, at most 100 of it at FTX, which the books
    # have too: 300 at Alameda, whose 500 miss 200. At the low end FTX has none, since
    # what was counted may be others'; Alameda has 300 still.
    most = {"low": "0 USD", "high": "100 USD"}
    one = at(
        counted("B-1", BANKS, "400 USD"),
        counted("B-2", "Assets:FTX:Bank", "100 USD", **most),
    )
    by = {line.entity: line.range for line in one.lines}
    assert by == {"FTX": ends(0, 100), "Alameda": ends(200, 200)}
    assert one.range == ends(200, 300)


def test_an_exact_sum_keeps_the_range_of_its_parts_from_adding(at) -> None:
    # 400 in both banks, exactly; 60 at FTX, 50 to 70: what one has less the other has
    # more, so that 200 of 600 are untraced in any case.
    part = {"low": "50 USD", "high": "70 USD"}
    one = at(
        counted("B-1", BANKS, "400 USD"),
        counted("B-2", "Assets:FTX:Bank", "60 USD", **part),
    )
    by = {line.entity: line.range for line in one.lines}
    assert by == {"FTX": ends(30, 50), "Alameda": ends(150, 170)}
    assert one.range == ends(200, 200)


def test_a_count_in_units_has_its_range_in_units(at) -> None:
    # 4 BTC at 10; 3 counted, at most 3.
    one = at(counted("B-1", "Assets:Alameda:Coins", "3 BTC", high="3 BTC"))
    assert one.range == ends(10, 40)


def test_a_count_of_a_later_day_is_named_with_its_day(at) -> None:
    one = at(
        counted("B-1", "Assets:Alameda:Coins", "2 BTC", day="2022-11-25"),
        counted("B-2", "Assets:FTX:Bank", "90 USD"),
    )
    (note,) = (x for x in one.notes if "counted later" in x)
    assert "B-1 (2022-11-25)" in note
    assert "B-2" not in note


def test_on_its_own_day_it_is_not_carried(at) -> None:
    count = counted("B-1", "Assets:Alameda:Coins", "2 BTC", day="2022-11-25")
    one = at(count, day=datetime.date(2022, 11, 25))
    assert not any("counted later" in note for note in one.notes)


def test_at_most_has_an_error_and_nothing_as_its_low_end(at) -> None:
    # 4 BTC at 10; 2 counted within 5%, others' perhaps among them: 4 - 2.1 are
    # untraced at least, all 4 at most.
    more = {"error": "0.05", "at-most": "TRUE"}
    one = at(counted("B-1", "Assets:Alameda:Coins", "2 BTC", **more))
    assert one.range == ends(19, 40)


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({}, "sources state otherwise of the same assets"),
        ({"low": "190 USD", "high": "210 USD"}, "the range leaves out"),
    ],
)
def test_a_statement_beyond_a_count_is_told(ledger: Ledger, more, told) -> None:
    # 250 of the day and account counted at 200; nothing is said of 205 in the range,
    # of another account, or of another day.
    text = counted("B-1", "Assets:Alameda:Bank", "200 USD", **more)
    other = {"counted": "FALSE"}
    text += counted("S-1", "Assets:Alameda:Bank", "250 USD", **other)
    text += counted("S-2", "Assets:FTX:Bank", "250 USD", **other)
    text += counted("S-3", "Assets:Alameda:Bank", "251 USD", "2022-11-10", **other)
    if more:
        text += counted("S-4", "Assets:Alameda:Bank", "205 USD", **other)
    counts = Counts.of(ledger.case(BOOKS + text).book())
    pairs = [(seen.id, one.seen.id) for seen, one in counts.contradicting(PETITION)]
    assert pairs == [("S-1", "B-1")]
    (note,) = (str(one) for one in found(counts, PETITION).notes if "250" in str(one))
    assert told in note
    assert "S-1 (250 USD; B-1)" in note
