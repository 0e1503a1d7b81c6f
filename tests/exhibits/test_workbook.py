"""Workbooks of commands: their tables, and the flows and sources these rest on."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

import pytest
import python_calamine
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.cli import main

HARBOUR = Path(__file__).parents[2] / "ledgers" / "harbour" / "main.beancount"


def written(folder, *words):
    path = folder / "out.xlsx"
    ran = CliRunner().invoke(main, [*map(str, words), "-o", str(path)])
    assert ran.exit_code == 0, ran.output
    return path


def sheets(path):
    """Return each sheet's rows below its title, heads first, by the sheet's name."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return {
        name: book.get_sheet_by_name(name).to_python()[2:] for name in book.sheet_names
    }


def links(path):
    """Return each sheet's links: the cell, the sheet and row it leads to, its note."""
    pattern = (
        r'<hyperlink ref="(\w+)" location="\'?(\w+)\'?!A(\d+)"'
        r'(?: tooltip="([^"]*)")? display="([^"]*)"/>'
    )
    names = list(sheets(path))
    found = {}
    with zipfile.ZipFile(path) as book:
        for n, name in enumerate(names, 1):
            text = book.read(f"xl/worksheets/sheet{n}.xml").decode()
            found[name] = re.findall(pattern, text)
            assert len(found[name]) == text.count("<hyperlink ")
    return found


def test_a_workbook_lists_the_flows_and_sources_its_figures_rest_on(tmp_path):
    # Lender began with money of its own, which Harbour's sheet does not rest on.
    path = written(tmp_path, "balance", HARBOUR, "--entity", "Harbour")
    found = sheets(path)
    assert list(found) == ["Table", "Flows", "Sources"]
    flows = {row[0] for row in found["Flows"][1:]}
    assert {"capital", "wages", "deposits-coins"} <= flows
    assert "lender-start" not in flows
    sources = {row[0] for row in found["Sources"][1:]}
    heads = found["Flows"][0]
    said = {
        one
        for row in found["Flows"][1:]
        for one in str(row[heads.index("sources")]).split()
    }
    # Prices have sources of their own.
    assert said <= sources
    assert "market-tables" in sources


@pytest.mark.parametrize(
    "words",
    ["balance", "balance --funds", "balance --entity Harbour", "recover", "stress"],
)
def test_a_cell_leads_to_the_row_of_the_largest_flow_it_rests_on(tmp_path, words):
    path = written(tmp_path, *words.split(), HARBOUR)
    found = sheets(path)
    led = 0
    for name, every in links(path).items():
        for _, sheet, row, tip, shown in every:
            # The title and a blank line stand above the heads.
            assert found[sheet][int(row) - 3][0] == shown.split()[0]
            if name.startswith("Table") and sheet == "Flows":
                led += 1
                # What names a flow leads to it too, without a note.
                assert not tip or re.match(
                    rf"rests on \d+ flows?: {re.escape(shown)}\b", tip
                )
    assert led


def test_a_total_leads_to_the_largest_flow_of_its_parts(tmp_path):
    path = written(tmp_path, "balance", "--funds", HARBOUR, "--scenario", "established")
    rows = sheets(path)["Table"]
    at = next(n for n, row in enumerate(rows) if row[0].strip().startswith("Total"))
    led = {cell: tip for cell, _, _, tip, _ in links(path)["Table"]}
    with zipfile.ZipFile(path) as book:
        text = book.read("xl/worksheets/sheet1.xml").decode()
    # It is a formula and a link at once.
    assert re.search(rf'<c r="C{at + 3}"[^>]*><f>SUM\(', text)
    assert "flows: " in led[f"C{at + 3}"]


def test_where_no_figure_names_a_flow_all_of_the_case_are_listed(tmp_path, ledger):
    # Nobody is tested, so the findings are none, and one flow and source are listed.
    path = ledger.write(
        PREAMBLE
        + """
2020-01-02 * "Capital" ^court
  id: "F-1"
  Assets:Alameda:Bank  1,000 USD
  Equity:Alameda:Shares  -1,000 USD
"""
    )
    found = sheets(written(tmp_path, "check", path))
    assert [row[0] for row in found["Flows"][1:]] == ["F-1"]
    assert "court" in [row[0] for row in found["Sources"][1:]]


@pytest.mark.parametrize("words", ["balance --funds", "balance", "check"])
def test_what_a_flow_says_is_neither_formula_nor_address(tmp_path, ledger, words):
    hostile = '=HYPERLINK("http://x.test")'.replace('"', "'")
    path = ledger.write(
        PREAMBLE
        + f"""
2020-01-02 * "{hostile}" "internal:'Flows'!A1" ^court
  id: "F-1"
  row: "=1+1"
  Assets:Alameda:Bank  1,000 USD
  Equity:Alameda:Shares  -1,000 USD
"""
    )
    written_to = written(tmp_path, *words.split(), path)
    with zipfile.ZipFile(written_to) as book:
        assert not [name for name in book.namelist() if "rels/sheet" in name]
        parts = [
            book.read(name).decode()
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    formulas = [one for text in parts for one in re.findall("<f>(.*?)</f>", text)]
    assert all(re.fullmatch(r"[-=0SUM(),:A-Z\d]+", one) for one in formulas), formulas
    (row,) = sheets(written_to)["Flows"][1:]
    assert hostile in row
    assert "=1+1" in row
    for every in links(written_to).values():
        assert {sheet for _, sheet, *_ in every} <= {"Flows", "Sources"}


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("check", ["Findings", "Harbour"]),
        ("recover", ["What each class would receive", "Statement of affairs"]),
        (
            "weigh",
            ["Hypotheses, weighed by what was observed", "The best combinations"],
        ),
    ],
)
def test_a_workbook_has_every_table_the_command_shows(tmp_path, words, titles):
    path = written(tmp_path, *words.split(), HARBOUR)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    found = [book.get_sheet_by_name(one).to_python()[0][0] for one in book.sheet_names]
    for title in titles:
        assert any(title in one for one in found), found
    assert found[-2:] == ["Flows", "Sources"]
