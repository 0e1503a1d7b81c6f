"""What is kept of a ledger: the same answers, and nothing foreign taken."""

from __future__ import annotations

import contextlib
import datetime
import os
import time
from decimal import Decimal

import pytest
from beancount.core import amount
from beancount.core import data
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency.cli import main
from solvency.evidence.open_items import standing
from solvency.evidence.review import reviewed
from solvency.ledger.cache import kept
from solvency.ledger.cache import store
from solvency.ledger.cache.columns import BrokenError
from solvency.ledger.cache.columns import NotKeptError
from solvency.ledger.cache.columns import packed
from solvency.ledger.cache.columns import unpacked
from solvency.ledger.cache.lazy_entries import Deferred
from solvency.ledger.case import Money
from solvency.ledger.case import Place
from solvency.ledger.case import Posting
from solvency.ledger.case import Price
from solvency.ledger.errors import CaseError
from solvency.ledger.files.parsing import parse
from solvency.report import build

#: 100 into the bank, and 30 from there to the other company.
FIRST = """
2021-01-01 * "Deposit" ^court
  id: "F-1"
  Assets:FTX:Bank  100.00 USD
  Equity:FTX:Shares
"""
SECOND = """
2021-02-01 * "Lent" ^court
  id: "F-2"
  low: 20 USD
  Assets:Alameda:Bank  30 USD
  Assets:FTX:Bank  -30 USD
"""
TOP = PREAMBLE + 'include "flows/*.beancount"\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A cache of its own, turned on."""
    monkeypatch.delenv("SOLVENCY_NO_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "solvency"


@pytest.fixture
def top(ledger, folder):
    ledger.write(FIRST, "case/flows/1.beancount")
    ledger.write(SECOND, "case/flows/2.beancount")
    return ledger.write(TOP, "case/main.beancount")


@pytest.fixture
def parsed(monkeypatch):
    """The names of the files that are parsed, not taken from the cache."""
    names = []

    def noted(content, filename):
        names.append(filename.rpartition("/")[2])
        return parse(content, filename)

    monkeypatch.setattr(kept, "parse", noted)
    return names


def held(case):
    """What is in the bank of the exchange."""
    return sum(
        (
            posting.units
            for flow in case.flows
            for posting in flow.postings
            if posting.account == "Assets:FTX:Bank"
        ),
        Decimal(),
    )


def files(folder):
    return sorted(folder.glob("*.kept"))


def times(folder):
    """When each was last written, or read: what is read is touched."""
    return {one: one.stat().st_mtime_ns for one in files(folder)}


class TestUnchanged:
    def test_nothing_is_parsed_again(self, top, parsed):
        first = solvency.load(top)
        assert parsed == ["main.beancount", "1.beancount", "2.beancount"]
        again = solvency.load(top)
        assert len(parsed) == 3
        assert again == first == solvency.load(top, cache=False)
        assert repr(again) == repr(first)
        assert again.fingerprint == first.fingerprint

    def test_entries_come_when_they_are_asked_for(self, top):
        first = solvency.load(top)
        again = solvency.load(top)
        assert list(again.entries) == list(first.entries)
        assert again.entries[0] == first.entries[0]

    def test_what_is_open_of_imported_rows_reads_no_file_anew(self, top, monkeypatch):
        note = (
            '2021-03-01 note Assets:FTX:Bank "The rows do not add up"\n'
            '  row: "bank.csv:3"\n  expected: 70 USD\n  found: 80 USD\n'
        )
        top.write_text(top.read_text() + note)
        first = standing(solvency.load(top))
        assert [one.amount for one in first] == [10]
        monkeypatch.setattr(Deferred, "_entries", pytest.fail)
        assert standing(solvency.load(top)) == first

    def test_a_report_reads_no_file_anew(self, top, parsed, monkeypatch):
        top.write_text(
            top.read_text()
            + '2021-03-01 custom "hypothesis" "guess" "A guess"\n'
            + '2021-03-01 custom "review" "F-1" "approved"\n  by: "A. Smith"\n'
            + f'  hash: "{solvency.load(top, cache=False).flow_hashes["F-1"]}"\n'
        )
        first = solvency.load(top)
        monkeypatch.setattr(Deferred, "_entries", pytest.fail)
        again = solvency.load(top)
        assert [one.type for one in again.kept_entries] == ["hypothesis", "review"]
        assert [one.by for one in reviewed(again) if one.holds] == ["A. Smith"]
        reports = [build(one, one.book(), draft=True) for one in (first, again)]
        assert len({tuple(one.figures()) for one in reports}) == 1

    def test_entries_that_nobody_asks_for_are_let_go(self, top):
        for cache in (False, True, True):
            case = solvency.ledger.load.load(top, cache=cache, entries_too=False)
            if not isinstance(case.entries, Deferred):
                assert case.entries == ()
            assert case == solvency.load(top, cache=False)

    def test_entries_of_a_case_that_changed_are_refused(self, top):
        solvency.load(top)
        again = solvency.load(top)
        (top.parent / "flows/2.beancount").unlink()
        with pytest.raises(CaseError, match="has changed since it was loaded"):
            len(again.entries)

    @pytest.mark.parametrize(
        "asked", [{"scenario": "*"}, {"known": datetime.date(2020, 6, 1)}]
    )
    def test_what_is_asked_of_it_is_told_apart(self, top, asked):
        solvency.load(top)
        assert solvency.load(top, **asked) == solvency.load(top, cache=False, **asked)


class TestChanged:
    def test_the_changed_file_alone_is_parsed(self, top, parsed):
        assert held(solvency.load(top)) == 70
        parsed.clear()
        (top.parent / "flows/2.beancount").write_text(SECOND.replace("30", "40"))
        assert held(solvency.load(top)) == 60
        assert parsed == ["2.beancount"]

    def test_a_change_that_no_clock_shows_is_seen(self, top):
        path = top.parent / "flows/2.beancount"
        before = path.stat()
        solvency.load(top)
        path.write_text(SECOND.replace("30", "40"))
        os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
        assert path.stat().st_size == before.st_size
        assert held(solvency.load(top)) == 60

    def test_a_file_that_comes_and_goes_is_seen(self, top):
        assert held(solvency.load(top)) == 70
        third = top.parent / "flows/3.beancount"
        third.write_text(FIRST.replace("F-1", "F-3"))
        assert held(solvency.load(top)) == 170
        third.unlink()
        (top.parent / "flows/1.beancount").unlink()
        assert held(solvency.load(top)) == -30

    def test_links_that_change_places_are_seen(self, top):
        links = [top.parent / f"flows/{name}.beancount" for name in "ab"]
        names = [top.parent / f"{name}.text" for name in "xy"]
        for path, ident in zip(names, ("X", "Y"), strict=True):
            path.write_text(FIRST.replace("F-1", ident))
        for link, path in zip(links, names, strict=True):
            link.symlink_to(path)
        first = solvency.load(top)
        for link, path in zip(links, reversed(names), strict=True):
            link.unlink()
            link.symlink_to(path)
        assert solvency.load(top) == solvency.load(top, cache=False)
        assert {flow.id for flow in first.flows} >= {"X", "Y"}

    def test_an_error_is_said_each_time(self, top):
        (top.parent / "flows/2.beancount").write_text(SECOND.replace("court", "none"))
        first = [error.message for error in solvency.load(top).errors]
        assert first
        assert [error.message for error in solvency.load(top).errors] == first

    def test_another_program_reads_anew(self, top, parsed, monkeypatch):
        solvency.load(top)
        parsed.clear()
        monkeypatch.setattr(kept, "mark", lambda: "another version")
        solvency.load(top)
        assert len(parsed) == 3

    def test_documents_are_looked_for_each_time(self, top):
        top.write_text(TOP + '2021-01-01 document Assets:FTX:Bank "paper.pdf"\n')
        paper = top.parent / "paper.pdf"
        paper.touch()
        assert not solvency.load(top).errors
        paper.unlink()
        assert solvency.load(top).errors


class TestOff:
    def test_nothing_is_kept(self, top, folder, monkeypatch):
        solvency.load(top, cache=False)
        monkeypatch.setenv("SOLVENCY_NO_CACHE", "1")
        solvency.load(top)
        assert not folder.exists()

    def test_a_command_is_told_so(self, top, folder):
        shown = CliRunner().invoke(main, ["check", "--no-cache", str(top)])
        assert shown.exit_code == 0
        assert not folder.exists()
        CliRunner().invoke(main, ["check", str(top)])
        assert files(folder)

    @pytest.mark.parametrize(
        "command",
        [
            ["check", "--json"],
            ["check", "--canonical"],
            ["balance", "--csv"],
            ["explain", "F-2"],
            ["trace", "--json"],
        ],
    )
    def test_a_command_prints_the_same(self, top, command):
        asked = [command[0], *command[1:], str(top)]
        without = CliRunner().invoke(main, [*asked, "--no-cache"])
        for _ in range(2):
            shown = CliRunner().invoke(main, asked)
            assert (shown.exit_code, shown.output) == (
                without.exit_code,
                without.output,
            )

    def test_it_is_off_where_the_folder_cannot_be_made(self, top, tmp_path):
        (tmp_path / "cache").write_text("no folder")
        assert held(solvency.load(top)) == 70


class TestForeign:
    """Nothing that another made is taken for ours."""

    def test_files_of_another_secret_are_not_read(self, top, folder, parsed):
        solvency.load(top)
        (folder / "secret").unlink()
        parsed.clear()
        assert held(solvency.load(top)) == 70
        assert len(parsed) == 3

    def test_a_file_under_another_name_is_not_read(self, top, folder):
        solvency.load(top)
        first = {one: one.read_bytes() for one in files(folder)}
        (top.parent / "flows/1.beancount").write_text(FIRST.replace("100", "900"))
        solvency.load(top)
        (other,) = (one.read_bytes() for one in files(folder) if one not in first)
        for one in first:
            one.write_bytes(other)
        assert held(solvency.load(top)) == 870

    @pytest.mark.parametrize("cut", [0, 10, 60, -1])
    def test_a_file_that_is_cut_is_not_read(self, top, folder, cut):
        solvency.load(top)
        for one in files(folder):
            one.write_bytes(one.read_bytes()[:cut])
        assert held(solvency.load(top)) == 70

    def test_a_file_with_a_bit_changed_is_not_read(self, top, folder):
        solvency.load(top)
        for one in files(folder):
            content = bytearray(one.read_bytes())
            content[-5] ^= 1
            one.write_bytes(content)
        assert held(solvency.load(top)) == 70

    def test_a_folder_that_others_may_write_to_is_not_used(self, top, folder, parsed):
        solvency.load(top)
        before = times(folder)
        folder.chmod(0o777)
        parsed.clear()
        assert held(solvency.load(top)) == 70
        assert len(parsed) == 0  # by the loader itself, without a cache
        assert times(folder) == before

    def test_a_file_that_others_may_write_to_is_not_read(self, top, folder, parsed):
        solvency.load(top)
        parsed.clear()
        for one in files(folder):
            one.chmod(0o666)
        assert held(solvency.load(top)) == 70
        assert parsed

    def test_a_secret_that_others_may_read_is_not_used(self, top, folder):
        solvency.load(top)
        before = times(folder)
        (folder / "secret").chmod(0o644)
        assert held(solvency.load(top)) == 70
        assert times(folder) == before

    def test_a_link_is_not_followed(self, top, folder, tmp_path):
        solvency.load(top)
        for one in files(folder):
            one.rename(tmp_path / one.name)
            one.symlink_to(tmp_path / one.name)
        assert held(solvency.load(top)) == 70


def test_those_unused_longest_go_first(tmp_path, folder, monkeypatch):
    opened = store.Store.opened()
    # Three of 300 bytes and their seals are more than 1,000.
    monkeypatch.setattr(store, "LARGEST_CACHE", 1_000)
    for name in ("first", "second"):
        opened.write(name, bytes(240))
        time.sleep(0.01)
    assert opened.read("first") is not None
    time.sleep(0.01)
    for name in ("third", "fourth"):
        opened.write(name, bytes(240))
        time.sleep(0.01)
    assert opened.read("second") is None
    assert opened.read("first") is not None
    assert opened.read("fourth") is not None


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
DAYS = st.dates()
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    NUMBERS,
    TEXTS,
    DAYS,
    st.times(),
    st.sampled_from([str, Decimal, data.Booking.STRICT]),
)
KEYS = st.one_of(TEXTS, st.integers(), DAYS, st.tuples(TEXTS, TEXTS))


def inside(parts):
    return st.one_of(
        st.lists(parts, max_size=4),
        st.lists(parts, max_size=4).map(tuple),
        st.frozensets(KEYS, max_size=4),
        st.dictionaries(KEYS, parts, max_size=4),
        st.builds(Money, NUMBERS, TEXTS),
        st.builds(amount.Amount, NUMBERS, TEXTS),
        st.builds(Posting, TEXTS, TEXTS, NUMBERS, TEXTS, parts, st.booleans()),
        st.builds(data.Posting, TEXTS, parts, parts, parts, parts, parts),
        st.builds(
            Price, DAYS, TEXTS, NUMBERS, TEXTS, st.builds(Place, TEXTS, st.integers())
        ),
        st.builds(
            data.Transaction, parts, DAYS, TEXTS, parts, TEXTS, parts, parts, parts
        ),
    )


def told(value):
    """Tell a thing to the last digit: 1.0 from 1.00, True from 1, tuples from lists."""
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(told(key), told(one)) for key, one in value.items()]
    if isinstance(value, frozenset):
        return kind, frozenset(map(told, value))
    if isinstance(value, tuple | list):
        return kind, tuple(map(told, value))
    if kind is Price:
        return kind, tuple(told(getattr(value, name)) for name in kind.__slots__)
    return kind, str(value)


@given(st.recursive(LEAVES, inside, max_leaves=30))
def test_things_read_back_are_equal(thing):
    assert told(unpacked(memoryview(packed(thing)))) == told(thing)


def test_what_a_file_comes_to_reads_back_equal(ledgers):
    groups = ledgers.parent / "tests/groups"
    for path in (*ledgers.glob("*/*.beancount"), *groups.glob("*.beancount")):
        found = parse(path.read_bytes(), str(path))
        try:
            again = unpacked(
                memoryview(packed((found.entries, found.options, found.lines)))
            )
        except NotKeptError as error:
            raise AssertionError(path) from error
        options = dict(found.options)
        assert again[0] == found.entries
        assert told(tuple(again[0])) == told(tuple(found.entries))
        assert again[2] == found.lines
        assert str(again[1].pop("dcontext")) == str(options.pop("dcontext"))
        assert again[1] == options


def test_no_other_kind_is_kept():
    for thing in (object(), {1: object()}, print, NotKeptError, b"bytes"):
        with pytest.raises(NotKeptError):
            packed(thing)


SAMPLE = packed([Money(Decimal("1.50"), "USD"), {"a": (1, 2)}, {"a": (3,)}, "x"])


@given(st.integers(0, len(SAMPLE) - 1), st.integers(0, 255))
def test_a_wrong_byte_ends_in_one_way(at, byte):
    broken = bytearray(SAMPLE)
    broken[at] = byte
    with contextlib.suppress(BrokenError):
        unpacked(memoryview(bytes(broken)))


@given(st.binary(max_size=60))
def test_what_is_no_cache_ends_in_one_way(content):
    with pytest.raises(BrokenError):
        unpacked(memoryview(content))
