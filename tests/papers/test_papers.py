"""The working papers of a case: what they hold, and that every formula comes to it."""

from __future__ import annotations

import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
import python_calamine
from click.testing import CliRunner
from preamble import PREAMBLE

from solvency.cli import main

LEDGERS = Path(__file__).parents[2] / "ledgers"
HARBOUR = LEDGERS / "harbour" / "main.beancount"


def run(*arguments):
    ran = CliRunner().invoke(main, [str(one) for one in arguments])
    assert ran.exit_code == 0, ran.output
    return ran.stdout


def rows(path, sheet):
    """Return a sheet's rows below the names of its columns, by those names."""
    found = python_calamine.CalamineWorkbook.from_path(str(path))
    title, _, names, *body = found.get_sheet_by_name(sheet).to_python()
    assert title[0]
    return [dict(zip(names, row, strict=True)) for row in body]


@pytest.fixture(scope="module")
def papers(tmp_path_factory):
    path = tmp_path_factory.mktemp("papers") / "papers.xlsx"
    said = run("workbook", HARBOUR, "--scenario", "gambled", "-o", path)
    assert re.fullmatch(r".*: \d+ sheets\n", said)
    return path


def test_the_index_names_every_sheet(papers):
    names = python_calamine.CalamineWorkbook.from_path(str(papers)).sheet_names
    listed = [row["sheet"] for row in rows(papers, "Index") if row["rows"]]
    assert names == ["Index", *listed]
    assert {
        "Balance sheets",
        "Lead schedules",
        "Adjustments",
        "Tie-outs",
        "Eliminations",
        "Intercompany",
        "Flows",
        "Postings",
        "Sources",
    } <= set(listed)


def test_balance_sheets_are_what_the_command_prints(papers):
    # As `solvency balance` prints them, of the documented example.
    each = {row["entity"]: row for row in rows(papers, "Balance sheets")}
    assert each["Customers"]["assets of the sheet (USD)"] == 12_200_000
    for row in each.values():
        assert row["assets by leads (USD)"] == row["assets of the sheet (USD)"]
        assert (
            row["liabilities by leads (USD)"] == row["liabilities of the sheet (USD)"]
        )
        assert row["difference (USD)"] == 0


def test_neither_prices_nor_units_of_several_coins_are_added_up(papers):
    totals = [
        row for row in rows(papers, "Lead schedules") if row["lead"].startswith("total")
    ]
    assert totals
    for row in totals:
        assert row["units"] == row["value of one (USD)"] == ""
        assert row["value (USD)"] > 0


def test_adjustments_balance_in_each_commodity(papers):
    found = rows(papers, "Adjustments")
    totals = [row for row in found if row["commodity"].startswith("total ")]
    assert totals
    for row in totals:
        assert row["debit"] == row["credit"] > 0
    assert all(row["flow"] for row in found if row not in totals)


def test_links_lead_to_the_row_of_the_flow_and_source(papers):
    flows = [row["flow"] for row in rows(papers, "Flows")]
    with zipfile.ZipFile(papers) as book:
        sheets = [
            book.read(name).decode()
            for name in book.namelist()
            if name.startswith("xl/worksheets/sheet")
        ]
    places = {
        (place, shown)
        for text in sheets
        for place, shown in re.findall(
            r'location="\'?Flows\'?!A(\d+)" display="([^"]*)"', text
        )
    }
    assert places
    for place, shown in places:
        # Three lines stand above the first flow; the index leads to the first line.
        assert int(place) == 1 or flows[int(place) - 4] == shown.split()[0]


def recalculated(path, folder):
    """Have LibreOffice work out every formula of a workbook; return how many."""
    bare, count = folder / "bare.xlsx", 0
    with zipfile.ZipFile(path) as book, zipfile.ZipFile(bare, "w") as emptied:
        for name in book.namelist():
            content = book.read(name)
            if name.startswith("xl/worksheets/"):
                # Without what it came to, LibreOffice must work it out.
                pattern = rb"</f><v>[^<]*</v>"
                content, number = re.subn(pattern, b"</f>", content)
                count += number
            emptied.writestr(name, content)
    done = folder / "done"
    command = [
        "soffice",
        "--headless",
        f"-env:UserInstallation={(folder / 'p').as_uri()}",
    ]
    command += ["--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(done)]
    subprocess.run([*command, str(bare)], check=True, capture_output=True, timeout=240)
    return done / "bare.xlsx", count


@pytest.mark.skipif(shutil.which("soffice") is None, reason="there is no LibreOffice")
@pytest.mark.parametrize("command", ["workbook", "balance --funds"])
def test_libreoffice_works_out_the_same_totals(tmp_path, command):
    path = tmp_path / "papers.xlsx"
    run(*command.split(), HARBOUR, "--scenario", "gambled", "-o", path)
    other, formulas = recalculated(path, tmp_path)
    assert formulas > 2
    ours = python_calamine.CalamineWorkbook.from_path(str(path))
    theirs = python_calamine.CalamineWorkbook.from_path(str(other))
    assert theirs.sheet_names == ours.sheet_names
    for name in ours.sheet_names:
        one = ours.get_sheet_by_name(name).to_python()
        two = theirs.get_sheet_by_name(name).to_python()
        assert len(two) == len(one)
        for mine, its in zip(one, two, strict=True):
            for cell, found in zip(mine, its, strict=False):
                if isinstance(cell, float):
                    assert found == pytest.approx(cell, rel=1e-12, abs=1e-9), name
                else:
                    assert found == cell, name


def test_a_number_longer_than_a_spreadsheet_keeps_makes_no_formula(tmp_path):
    ledger = tmp_path / "long.beancount"
    ledger.write_text(
        PREAMBLE
        + """\
2021-01-02 * "Paid in" ^court
  id: "in"
  Assets:FTX:Bank      1234567890123456.78 USD
  Equity:FTX:Shares   -1234567890123456.78 USD
"""
    )
    path = tmp_path / "long.xlsx"
    run("workbook", ledger, "-o", path)
    (lead,) = [row for row in rows(path, "Lead schedules") if row["account"]]
    assert lead["units"] == "1234567890123456.78"
