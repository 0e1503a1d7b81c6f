"""Reports of cases whose rows stay in files: totals, no names, and verified."""

from __future__ import annotations

import json

import pikepdf
import pytest
from click.testing import CliRunner
from rows_ledger import case_of
from rows_ledger import flows
from rows_ledger import parquet
from rows_ledger import written

import solvency
from solvency.cli import main
from solvency.ledger import control_totals
from solvency.ledger.subledger_flows import with_totals
from solvency.report import build
from solvency.report import write
from solvency.report.verification.pages import opened
from solvency.report.verification.verify import verify
from solvency.subledgers.errors import RowsError

# Two parties: 100.00 + 50.00 - 30.00 = 120.00 USD and 2.00 BTC.
ROWS = [
    (1, 3, 987654321, "USD", 100_00),
    (2, 3, 912345678, "BTC", 2_00),
    (3, 4, 912345678, "USD", 50_00),
    (4, 6, 987654321, "USD", -30_00),
]
MADE = 'other: "Assets:Firm:Bank, Equity:Customers:Wealth"'
ROOT = "ab" * 32


def tied(folder, more=""):
    """Return a case whose ledger has 10.00 USD more on the third day than its rows."""
    parquet(folder / "rows/a.parquet", ROWS[:2])
    written(folder / "rows/b.csv", ROWS[2:])
    ledger = flows([(1, 3, 987654321, "USD", 110_00), *ROWS[1:]])
    return case_of(folder, ledger, more="control: TRUE\n  " + more)


def table(case, key):
    report = build(case, case.book(), sections=["subledgers"])
    return next(one for one in report.tables if one.key == key)


def test_paper_has_the_totals_of_rows_beside_the_ledger(tmp_path):
    # Rows 120.00, ledger 130.00: 10.00 less, on one day. Three rows of dollars.
    found = table(tied(tmp_path), "subledgers").to_csv().splitlines()
    assert "USD,3,120,130,-10,1" in found
    assert "BTC,1,2,2,0,0" in found


def test_paper_has_the_manifest_and_the_root(tmp_path):
    case = tied(tmp_path, f'root: "{ROOT}"\n  root-at: 2022-03-31')
    manifest = table(case, "subledger-files").to_csv()
    for file in with_totals(case).subledgers[0].enclosed.files:
        assert f"{file.path},{file.rows},{file.size},{file.sha256}" in manifest
    notes = str(table(case, "subledgers").notes)
    assert ROOT in notes


@pytest.mark.parametrize("made", [False, True])
def test_a_report_of_rows_is_verified_and_names_no_party(tmp_path, made):
    if made:
        parquet(tmp_path / "rows/a.parquet", ROWS)
        case = case_of(tmp_path, "", more=MADE)
    else:
        case = tied(tmp_path)
    path = tmp_path / "out.pdf"
    write(case, case.book(), path, sections=["subledgers", "flows"])
    verdict = verify(path)
    assert verdict.fingerprint == case.fingerprint
    assert not verdict.differences
    assert not verdict.alterations
    with opened(path) as printed:
        said = "".join(printed.texts())
    with pikepdf.open(path) as document:
        carried = {
            name: spec.get_file().read_bytes()
            for name, spec in document.attachments.items()
        }
    assert control_totals.NAME in carried
    for text in (said.encode(), *carried.values()):
        assert b"987654321" not in text
        assert b"912345678" not in text


@pytest.mark.parametrize("made", [False, True])
@pytest.mark.parametrize(
    "command",
    [
        ["balance"],
        ["balance", "--group"],
        ["check", "--draws", "0"],
        ["trace", "Assets:Firm:Bank"],
        ["recover"],
    ],
)
def test_other_commands_take_a_case_with_rows(tmp_path, made, command):
    if made:
        parquet(tmp_path / "rows/a.parquet", ROWS)
        case = case_of(tmp_path, "", more=MADE)
    else:
        case = tied(tmp_path)
    result = CliRunner().invoke(main, [*command, "--json", case.path])
    assert result.exit_code in {0, 1}, result.output
    assert json.loads(result.stdout)["case"] == case.path
    assert "987654321" not in result.stdout


def test_totals_that_were_changed_make_another_case(tmp_path):
    parquet(tmp_path / "rows/a.parquet", ROWS)
    case = with_totals(case_of(tmp_path, "", more=MADE))
    content = json.loads(control_totals.written(case))
    content["subledgers"][0]["totals"][0][2] = "3.00"
    folder = tmp_path / "inside"
    folder.mkdir()
    (folder / "main.beancount").write_bytes((tmp_path / "main.beancount").read_bytes())
    (folder / control_totals.NAME).write_text(json.dumps(content), "utf-8")
    with control_totals.enclosed_in(folder):
        other = solvency.load(folder / "main.beancount")
    assert not other.errors
    assert other.fingerprint != case.fingerprint
    (folder / control_totals.NAME).write_bytes(control_totals.written(case))
    with control_totals.enclosed_in(folder):
        same = solvency.load(folder / "main.beancount")
    assert same.fingerprint == case.fingerprint


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"subledgers": [{}]}',
        b'{"subledgers": 3}',
        b"\xff",
        b"[" * 100_000,
    ],
)
def test_a_strangers_totals_are_refused_in_one_message(content):
    with pytest.raises(RowsError, match="none of solvency's"):
        control_totals.read(content)


def test_an_amount_that_is_none_is_refused(tmp_path):
    case = with_totals(tied(tmp_path))
    good = control_totals.written(case).decode()
    assert control_totals.read(good.encode())
    for bad in ("NaN", "1e9", "Infinity", "-", "1_000"):
        wrong = good.replace('"100.00"', f'"{bad}"')
        assert wrong != good
        with pytest.raises(RowsError):
            control_totals.read(wrong.encode())


def test_a_root_is_a_hash_and_has_a_day(tmp_path):
    bad = tied(tmp_path, 'root: "abc"\n  root-at: 2022-03-31')
    assert any("is no SHA-256" in error.message for error in bad.errors)
    alone = tied(tmp_path, f'root: "{ROOT}"')
    assert any("a day of a root" in error.message for error in alone.errors)


def test_a_case_with_a_subledger_without_a_mapping_or_root_keeps_its_fingerprint(
    tmp_path,
):
    case = tied(tmp_path)
    assert with_totals(case).fingerprint == case.fingerprint
