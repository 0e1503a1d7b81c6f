"""What is told of a ledger beyond its bounds, and of what beancount fails on."""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace

import pytest
from beancount.core.amount import Amount
from beancount.parser import booking
from preamble import PREAMBLE

import solvency
from solvency.ledger.cache.columns import packed
from solvency.ledger.case import Money
from solvency.ledger.control_totals import ControlTotals
from solvency.ledger.control_totals import written
from solvency.ledger.entries.postings import _PARSED
from solvency.ledger.entries.postings import _shortest
from solvency.ledger.errors import LedgerError
from solvency.ledger.errors import _placed
from solvency.ledger.files import notes
from solvency.ledger.files import walking

TWO = {"a_beancount": "2021-01-01 commodity BTC\n", "b_beancount": ""}


@pytest.mark.parametrize(
    ("bound", "most"), [("MOST_FILES", 2), ("LARGEST_CASE", len(PREAMBLE))]
)
def test_a_case_of_too_many_files_or_bytes_is_told_so(ledger, monkeypatch, bound, most):
    # The top and a.beancount are read; the second include is the one too many.
    path = ledger.write(
        PREAMBLE + 'include "a.beancount"\ninclude "b.beancount"\n', **TWO
    )
    assert not solvency.load(path).errors
    monkeypatch.setattr(walking, bound, most)
    errors = [one for one in solvency.load(path).errors if one.rule == "include"]
    assert errors
    assert "the case has more than" in errors[0].message


def test_a_flow_that_beancount_cannot_book_is_told_and_the_others_stand(
    ledger, monkeypatch
):
    book = booking.book

    def failing(entries, options, *more):
        if any(getattr(one, "payee", "") == "Bad" for one in entries):
            raise ZeroDivisionError
        return book(entries, options, *more)

    monkeypatch.setattr(booking, "book", failing)
    flow = (
        '2021-01-0{day} * "{payee}" "Paid in" ^court\n'
        "  Assets:FTX:Bank  5 USD\n"
        "  Equity:FTX:Shares\n"
    )
    case = ledger.load(
        PREAMBLE
        + flow.format(day=1, payee="Good")
        + flow.format(day=2, payee="Bad")
        + flow.format(day=3, payee="Good")
    )
    (error,) = case.errors
    assert error.line == PREAMBLE.count("\n") + 4
    assert "beancount cannot book this (ZeroDivisionError)" in error.message
    assert [flow.date.day for flow in case.flows] == [1, 3]


def test_an_error_without_a_place_is_at_the_first_line_of_the_case():
    made = LedgerError({"filename": "<auto>", "lineno": 7}, "said", None, "rule")
    placed = _placed(made, "/case/main.beancount")
    assert (placed.file, placed.line) == ("/case/main.beancount", 1)
    bare = LedgerError({"filename": "/case/a.beancount", "lineno": 0}, "said", None, "")
    assert (_placed(bare, "/x").file, _placed(bare, "/x").line) == (
        "/case/a.beancount",
        1,
    )


def test_only_text_files_of_the_case_itself_are_notes(tmp_path):
    top = tmp_path / "main.beancount"
    top.write_text("")
    kept = notes.keep_note(
        str(top), "flow", "F-1", "Ask about this.", datetime.date(2022, 1, 1)
    )
    folder = tmp_path / notes.FOLDER
    (written,) = folder.iterdir()
    content = written.read_bytes()
    (folder / "draft.md").write_bytes(content)
    (folder / ".hidden.txt").write_bytes(content)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(content)
    (folder / "link.txt").symlink_to(elsewhere)
    (folder / "folder.txt").mkdir()
    assert notes.notes_of(str(top)) == ((kept,), ())


def test_a_price_of_many_digits_that_is_no_quotient_keeps_them():
    # Times one unit it has as many digits: no total of cents was divided.
    written = Money(Decimal("1." + ("1234567890" * 9)[: _PARSED - 1]), "USD")
    assert len(written.number.as_tuple().digits) == _PARSED
    assert _shortest(Amount(Decimal(1), "BTC"), written) == written


def test_what_is_the_same_in_every_row_is_kept_once():
    # 4 bytes a row fall away with a column: 1,000 moneys in one currency and in two.
    one = [Money(Decimal(n), "USD") for n in range(1000)]
    two = [Money(Decimal(n), "USD" if n % 2 else "EUR") for n in range(1000)]
    assert len(packed(two)) - len(packed(one)) > 3_900


def test_a_time_that_is_none_is_told(ledger):
    _, rule, message = ledger.error(
        '2021-01-01 * "Paid in" ^court\n'
        '  time: "25 o\'clock"\n'
        "  Assets:FTX:Bank  5 USD\n"
        "  Equity:FTX:Shares\n"
    )
    assert rule == "metadata"
    assert "a time of day" in message


EXCLUDED = """\
2021-01-01 custom "hypothesis" "lent" "It lent"
  prior: 0.5
  {first}
2021-01-01 custom "hypothesis" "spent" "It spent"
  prior: 0.5
  {second}
2021-01-01 custom "scenario" "both" "Both"
  hypotheses: "lent, spent"
"""


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ('excludes: "spent"', ""),
        ("", 'excludes: "lent"'),
        ('excludes: "spent"', 'excludes: "lent"'),
    ],
)
def test_a_scenario_of_what_excludes_one_another_is_told_once(ledger, first, second):
    _, rule, message = ledger.error(EXCLUDED.format(first=first, second=second))
    assert rule == "scenario"
    assert "which exclude one another" in message


def test_one_include_of_too_many_files_is_told_once(ledger, monkeypatch):
    # The top and a.beancount are two files; b and c are both too many, said once.
    path = ledger.write(
        PREAMBLE + 'include "parts/*.beancount"\n',
        **{"parts/a_beancount": "", "parts/b_beancount": "", "parts/c_beancount": ""},
    )
    monkeypatch.setattr(walking, "MOST_FILES", 2)
    (error,) = [one for one in solvency.load(path).errors if one.rule == "include"]
    assert "the case has more than 2 files" in error.message


def test_totals_name_accounts_and_files_in_their_own_letters():
    # A report carries this file for its reader: no letter is written as its number.
    one = ControlTotals("Assets:企业:Bank", "Zürich/*.csv", (), (), 0, 0, 0, 0)
    case = SimpleNamespace(subledgers=[SimpleNamespace(enclosed=one)])
    text = written(case).decode()
    assert '"Assets:企业:Bank"' in text
    assert '"Zürich/*.csv"' in text
