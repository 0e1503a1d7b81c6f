"""What others wrote does nothing where it is shown: terminals, spreadsheets, pages."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from decimal import Decimal
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from preamble import PREAMBLE

import solvency
from solvency import inert
from solvency.cli import main
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.text import Screen
from solvency.figures.text import text as as_text
from solvency.figures.workbook import write

FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x";"y")',
    "+1+1",
    "-1+1",
    "-cmd|' /C calc'!A1",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",  # noqa: RUF001 (of full width, which some spreadsheets take too)
    "+A1",
    "--1",
]


def _quoted(text):
    return "'" + text.replace("\r", "\n")


NUMBERS = ["-5", "+5", "-1,000.50", "-.5", "-5 %", "5", "-"]


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_text_in_a_cell(text):
    assert inert.cell(text) == _quoted(text)


@pytest.mark.parametrize("text", [*NUMBERS, "", "words", "1=1", "'=1"])
def test_numbers_and_words_stay_as_they_are(text):
    assert inert.cell(text) == text


def _table():
    rows = tuple((text, Decimal(-5)) for text in FORMULAS)
    heads = ("=A1", Heading("+B", "=USD"))
    return listing("=1+1", heads, rows, notes=("=2+2",), groups="=A1")


def test_no_cell_of_csv_is_a_formula():
    rows = list(csv.reader(io.StringIO(_table().to_csv(), newline="")))
    assert rows[0] == ["'=A1", "'+B"]
    lines = [row for row in rows[1:] if not row[0].startswith("total ")]
    assert [row[0] for row in lines] == [_quoted(text) for text in FORMULAS]
    assert {row[1] for row in rows[1:]} == {"-5"}


def test_no_exhibit_attached_to_a_report_has_a_formula():
    table = Table(
        "key",
        "title",
        "",
        "=head",
        (Column("one", "@one", "text"),),
        tuple(Row(str(n), (text,), ((text,),)) for n, text in enumerate(FORMULAS)),
    )
    rows = list(csv.reader(io.StringIO(table.to_csv(), newline="")))
    assert rows[0] == ["'=head", "'@one"]
    assert rows[1:] == [[_quoted(text)] * 2 for text in FORMULAS]


def test_a_return_within_words_begins_no_row():
    table = listing("t", ("a",), (("words\r=1+1",),))
    assert table.to_csv() == 'a\n"words\n=1+1"\n'


def test_a_workbook_has_no_formula_but_its_sums_and_no_link(tmp_path):
    path = tmp_path / "table.xlsx"
    write([_table()], path)
    with zipfile.ZipFile(path) as book:
        sheet = ET.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 (made here)
        words = book.read("xl/sharedStrings.xml").decode()
        assert not [name for name in book.namelist() if "rels/sheet" in name]
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    formulas = [node.text for node in sheet.iter(f"{space}f")]
    assert formulas
    assert all(re.fullmatch(r"SUM\(B\d+(:B\d+)?\)", one) for one in formulas)
    for text in ("=1+1", "=A1", "+B (=USD)", "=2+2", "@SUM(1)"):
        assert f">{text}<" in words


def test_text_longer_than_a_cell_is_cut_and_not_left_out(tmp_path):
    path = tmp_path / "table.xlsx"
    write([listing("long", ("a",), (("x" * 40_000,),))], path)
    with zipfile.ZipFile(path) as book:
        assert "x" * 32_766 + "…" in book.read("xl/sharedStrings.xml").decode()


def test_a_cell_stays_on_its_line_of_a_table():
    table = listing("t", ("a",), (("one\nforged  1,000\ttwo",),))
    assert as_text(table, Screen()).splitlines()[-1] == "one forged  1,000 two"


ACTING = "\x1b[2J\x9b2J\x07\x08\r\x7f\u202e\u2067\u200f\u061c\u2028"


@given(st.text())
def test_nothing_that_is_shown_acts(text):
    shown = inert.shown(text + ACTING)
    kept = {"\n", "\t"}
    for letter in shown:
        assert letter.isprintable() or letter in kept or letter not in ACTING
        assert not (ord(letter) < 32 and letter not in kept)
        assert not 0x7F <= ord(letter) <= 0x9F
        assert (
            letter not in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f"
        )


@given(st.text())
def test_json_says_the_same_when_it_is_shown(text):
    document = json.dumps({"said": text + ACTING}, ensure_ascii=False)
    assert json.loads(inert.written_out(document)) == {"said": text + ACTING}


HEBREW = "העברה לחשבון"
FLOW = """\
2020-01-02 * "Alameda" "{said}" ^court
  id: "F-1"
  Assets:Alameda:Bank  1,000 USD
  Equity:Alameda:Shares  -1,000 USD
"""


def _run(ledger, *words, said):
    path = ledger.write(PREAMBLE + FLOW.format(said=said))
    return CliRunner().invoke(main, [*words, str(path)])


@pytest.mark.parametrize(
    "said",
    ["a\\rb", "a\\bb", "a\\fb", "a\u202eb", "a\u2067b", "a\u200fb", "a\u2028b"],
)
@pytest.mark.parametrize("words", [["explain", "F-1"], ["explain", "F-1", "--json"]])
def test_a_narration_acts_on_no_terminal(ledger, words, said):
    ended = _run(ledger, *words, said=said)
    assert ended.exit_code == 0, ended.output
    assert re.search(r"a\\u[0-9a-f]{4}b|a\\[rbf]b", ended.output)
    for letter in "\r\b\f\u202e\u2067\u200f\u2028":
        assert letter not in ended.output
    if "--json" in words:
        told = json.loads(ended.stdout)
        assert "a" in json.dumps(told)


@pytest.mark.parametrize("said", ["a\x1bb", "a\x9bb", "a\x00b"])
def test_control_characters_are_no_text_of_a_ledger(ledger, said):
    path = ledger.write(PREAMBLE + FLOW.format(said=said))
    (error,) = solvency.load(path).errors
    assert error.rule == "include"
    assert error.line == PREAMBLE.count("\n") + 1


def test_a_column_after_words_from_right_to_left_keeps_its_place():
    # The mark U+200E after the words ends their direction.
    shown = inert.shown(f"{HEBREW}!   1,000\n{HEBREW}\n{HEBREW} 5 {HEBREW}  7\n")
    assert shown == (
        f"{HEBREW}!\u200e   1,000\n{HEBREW}\u200e\n{HEBREW} 5 {HEBREW}\u200e  7\n"
    )


def test_an_error_is_one_line(ledger):
    path = ledger.write(
        PREAMBLE + '2020-01-02 custom "entity" "A" "x"\n  role: "one\nforged:1: two"\n'
    )
    ended = CliRunner().invoke(main, ["check", str(path)])
    assert ended.exit_code == 1
    assert not any(line.startswith("forged") for line in ended.output.splitlines())
