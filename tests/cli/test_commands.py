"""The commands, as a person or a script at a terminal has them."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from preamble import PREAMBLE

import solvency
from solvency.cli import main

PROGRAM = Path(sys.executable).with_name("solvency")
BROKEN = (
    PREAMBLE
    + """\
2021-01-01 * "Not balanced" ^court
  Assets:FTX:Bank      1 USD
  Equity:FTX:Shares   -2 USD
2021-01-02 * "No source"
  Assets:FTX:Bank      1 USD
  Equity:FTX:Shares   -1 USD
"""
)


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run a command in an empty folder, expecting an exit status."""
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)

    def command(*arguments, status=0):
        result = CliRunner().invoke(main, [str(argument) for argument in arguments])
        assert result.exit_code == status, result.output
        return result

    return command


def _json(result):
    return json.loads(result.stdout)


COUNTS = [
    "entities",
    "accounts",
    "sources",
    "flows",
    "established",
    "hypothesised",
    "hypotheses",
    "scenarios",
    "observations",
    "invariants",
    "prices",
    "plugs",
]


def test_check_as_json(run, harbour):
    said = _json(run("check", "--json", "--draws", 0, harbour))
    assert list(said) == [
        "case",
        "fingerprint",
        "scenario",
        "known",
        "errors",
        "findings",
        "tests",
        "familywise",
        "undated",
        "counts",
    ]
    assert said["undated"] == []
    assert said["case"] == str(harbour)
    assert said["fingerprint"] == solvency.load(harbour).fingerprint
    assert (said["scenario"], said["known"], said["errors"]) == (
        "established",
        None,
        [],
    )
    assert list(said["counts"]) == COUNTS
    assert said["counts"]["flows"] == 16
    assert said["counts"]["hypothesised"] == 3
    assert said["counts"]["plugs"] == 0


def test_check_takes_a_scenario_and_a_known_date(run, harbour):
    said = _json(
        run(
            "check",
            "--json",
            "--draws=0",
            "--scenario=gambled",
            "--known=2022-01-31",
            harbour,
        )
    )
    assert (said["scenario"], said["known"]) == ("gambled", "2022-01-31")


def test_check_shows_errors_and_exits_with_one(run, ledger):
    path = ledger.write(BROKEN)
    first = PREAMBLE.count("\n") + 1
    said = _json(run("check", "--json", path, status=1))
    assert [
        (error["file"], error["line"], error["rule"]) for error in said["errors"]
    ] == [(str(path), first, "unbalanced"), (str(path), first + 3, "source")]
    assert all(list(e) == ["file", "line", "rule", "message"] for e in said["errors"])
    text = run("check", path, status=1).stdout
    assert f"{path}:{first}: unbalanced: " in text
    assert "2 errors" in text
    table = run("check", "--csv", path, status=1).stdout
    assert [row["rule"] for row in csv.DictReader(io.StringIO(table))] == [
        "unbalanced",
        "source",
    ]
    assert run("check", "--canonical", path, status=1).stdout


def test_a_file_in_this_folder_is_named_without_its_folder(run, ledger):
    Path("main.beancount").write_text(BROKEN)
    result = run("check", status=1)
    assert result.stdout.startswith("main.beancount:")
    assert result.stderr == ""


def test_without_a_ledger_the_packaged_case_is_taken_and_said_so(run):
    result = run("check", "--json", "--draws", 0)
    assert result.stderr.startswith("solvency: no main.beancount here")
    assert _json(result)["case"].endswith("ledgers/ftx/main.beancount")


def test_breaches_change_the_status_only_when_strict(run, harbour):
    said = _json(run("check", "--json", "--draws", 0, harbour))
    assert {"breach"} <= {finding["severity"] for finding in said["findings"]}
    run("check", "--strict", "--draws", 0, harbour, status=1)


def test_balance_of_one_entity_as_json(run, harbour):
    said = _json(run("balance", "--entity=Desk", "--at=2021-12-31", "--json", harbour))
    assert list(said) == [
        "case",
        "scenario",
        "known",
        "entity",
        "at",
        "basis",
        "currency",
        "lines",
        "totals",
        "unpriced",
    ]
    assert (said["entity"], said["at"], said["basis"], said["currency"]) == (
        "Desk",
        "2021-12-31",
        "market",
        "USD",
    )
    sides = {"asset": 0, "liability": 0, "equity": 0}
    for line in said["lines"]:
        assert {"account", "side", "amount"} <= line.keys()
        sides[line["side"]] += Decimal(line["amount"])
    # Bank 9.5, tokens 6 at 1, founder 1.5; owed to the lender 4, to Harbour 7.
    assert said["totals"] == {
        "assets": "17000000",
        "liabilities": "11000000",
        "equity": "6000000",
    }
    assert list(sides.values()) == [17_000_000, 11_000_000, 6_000_000]
    owed = next(e for e in said["lines"] if e["account"].endswith("Lender"))
    assert owed["amount"] == "4000000"


def test_balance_of_the_group_as_json(run, harbour):
    said = _json(run("balance", "--group", "--json", "--scenario=invested", harbour))
    assert said["columns"].keys() == {"Harbour", "Desk"}
    assert said["at"] == "2022-01-20"  # the petition
    assert said["consolidated"] == said["totals"]
    (owed,) = said["intercompany"]
    assert (
        owed.items()
        >= {
            "creditor": "Harbour",
            "debtor": "Desk",
            "commodity": "USD",
            "claimed": "7000000",
            "owed": "7000000",
        }.items()
    )
    assert {item["reason"] for item in said["eliminations"]} == {
        "intercompany",
        "own token",
    }
    assert said["control"] == "0"


def test_balance_names_what_has_no_price(run, harbour):
    result = run("balance", "--entity=Harbour", "--at=2021-06-01", "--json", harbour)
    (missing,) = _json(result)["unpriced"]
    assert missing["commodity"] == "BTC"
    assert (
        "left out of every total"
        in run("balance", "--entity=Harbour", "--at=2021-06-01", harbour).stdout
    )


def test_balance_of_every_entity_side_by_side(run, harbour):
    text = run("balance", harbour).stdout
    for name in ("Harbour", "Desk", "Customers", "Lender", "Founder"):
        assert name in text
    rows = list(csv.DictReader(io.StringIO(run("balance", "--csv", harbour).stdout)))
    assert [row["Entity"] for row in rows][:2] == ["Customers", "Desk"]
    for row in rows:
        assert Decimal(row["Assets"]) - Decimal(row["Liabilities"]) == Decimal(
            row["Equity"]
        )


def test_the_day_taken_when_none_is_asked_for_is_said(run, harbour):
    assert run("balance", harbour).stdout.endswith(
        "\nAt 2022-01-20, the petition; --at DATE takes another day.\n"
    )
    assert "takes another day" not in run("balance", "--at=2022-01-20", harbour).stdout
    run("new", "case")
    last = run("balance", "--entity=Company", "case/main.beancount").stdout
    assert "At 2021-06-30, the last flow;" in last


def test_one_of_a_thing_is_written_so(run, ledger):
    path = ledger.write(BROKEN.rsplit("2021-01-02", 1)[0])
    assert "\n1 error\n" in run("check", path, status=1).stdout
    assert run("balance", path, status=1).stderr.endswith("1 error in the ledger\n")
    run("new", "case")
    said = run("check", "--draws=1", "case/main.beancount").stdout
    assert "\n1 finding; 1 draw, seed" in said
    assert "3 claims, 1 test.\n" in run("reconcile", "case/main.beancount").stdout


def test_a_report_of_a_day_before_anything_happened_is_refused(run, harbour):
    said = run("report", "--at=2019-01-01", "-o", "x.pdf", harbour, status=2).stderr
    assert said == (
        "Error: nothing had happened by 2019-01-01: the first flow is of 2021-01-04\n"
    )
    assert not Path("x.pdf").exists()


def test_a_chart_that_cannot_be_drawn_is_one_line(run, harbour, monkeypatch):
    from solvency.charts import ChartError
    from solvency.exhibits.sections import SECTIONS

    def fails(_):
        raise ChartError("no entity 'Nobody' to tie")

    monkeypatch.setitem(SECTIONS, "entities", fails)
    result = run("report", "--section=entities", "-o", "x.pdf", harbour, status=2)
    assert result.stderr == "Error: no entity 'Nobody' to tie\n"


def test_the_findings_of_check_make_a_workbook(run, harbour):
    assert run("check", "--draws=0", "-o", "found.xlsx", harbour).stdout == ""
    with zipfile.ZipFile("found.xlsx") as book:
        assert "customer-assets" in book.read("xl/sharedStrings.xml").decode()


def test_a_silo_and_the_other_bases(run, harbour):
    run("balance", "--silo", "Trading", harbour)
    for basis in ("book", "clean", "realisable"):
        assert f"{basis} value" in run("balance", "--basis", basis, harbour).stdout


def test_a_workbook_has_formulas_for_its_totals(run, harbour):
    result = run("balance", "--entity=Desk", "-o", "desk.xlsx", harbour)
    assert result.stdout == ""
    with zipfile.ZipFile("desk.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<f>SUM(B") == 3
    first = Path("desk.xlsx").read_bytes()
    run("balance", "--entity=Desk", "-o", "desk.xlsx", harbour)
    assert Path("desk.xlsx").read_bytes() == first


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["chekc"], "Did you mean check?"),
        (["check", "none.beancount"], "no such file"),
        (["check", "."], "is a folder"),
        (["check", "--known", "yesterday", "{}"], "YYYY-MM-DD"),
        (["check", "--known", "2022-02-30", "{}"], "YYYY-MM-DD"),
        (["check", "--scenario", "invsted", "{}"], "Did you mean invested?"),
        (["check", "--scenario", "zzz", "{}"], "established, gambled, invested"),
        (["balance", "--at", "2022-13-01", "{}"], "YYYY-MM-DD"),
        (["balance", "--entity", "Dsk", "{}"], "Customers, Desk, Founder"),
        (["balance", "--silo", "Nowhere", "{}"], "Exchange, Trading, group"),
        (["balance", "--entity", "Desk", "--group", "{}"], "exclude one another"),
        (["balance", "--json", "--csv", "{}"], "exclude one another"),
        (["balance", "-o", "table.pdf", "{}"], "must end in .xlsx"),
        (["balance", "-o", "no/such/folder.xlsx", "{}"], "cannot be written"),
        (["balance", "--basis", "fair", "{}"], "realisable"),
    ],
)
def test_what_cannot_be_done_says_why_and_exits_with_two(run, harbour, arguments, says):
    result = run(*(text.format(harbour) for text in arguments), status=2)
    assert says in result.stderr
    assert result.stdout == ""


def test_balance_of_a_broken_ledger_shows_its_errors(run, ledger):
    result = run("balance", ledger.write(BROKEN), status=1)
    assert "2 errors in the ledger" in result.stderr
    assert result.stdout == ""


def test_balance_of_a_ledger_without_flows(run, ledger):
    result = run("balance", ledger.write(PREAMBLE), status=2)
    assert "no flow" in result.stderr


def test_new_makes_a_case_that_passes_check(run):
    assert run("new", "case").stdout == "case/main.beancount\n"
    run("check", "--draws", 0, "case/main.beancount")
    assert solvency.load("case/main.beancount").title == "case"
    assert "exists already" in run("new", "case", status=2).stderr


@pytest.mark.parametrize("title", ['A "quoted" \\ title', "中文", "TITLE"])
def test_new_takes_any_title(run, title):
    run("new", "case", "--title", title)
    case = solvency.load("case/main.beancount")
    assert (case.title, case.errors) == (title, ())


def test_new_where_nothing_can_be_written(run):
    Path("file").touch()
    assert "cannot be written" in run("new", "file/case", status=2).stderr


def test_help_names_every_command_and_shows_an_example(run):
    from solvency.cli import COMMANDS

    text = run("--help").stdout
    for name in COMMANDS:
        assert name in text
    for name in ("check", "balance", "browse", "new", "report"):
        assert "Example" in run(name, "--help").stdout


def test_help_imports_neither_beancount_nor_numpy():
    probe = (
        "import sys\nfrom click.testing import CliRunner\n"
        "from solvency.cli import main\n"
        "assert CliRunner().invoke(main, ['--help']).exit_code == 0\n"
        "print(sorted({'beancount', 'numpy', 'fava', 'weasyprint', 'jinja2'}"
        " & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"


def test_balance_sheets_bring_in_no_tests_of_solvency(harbour):
    probe = (
        "import sys\nfrom click.testing import CliRunner\n"
        "from solvency.cli import main\n"
        f"done = CliRunner().invoke(main, ['balance', {str(harbour)!r}])\n"
        "assert done.exit_code == 0\n"
        "print(sorted(n for n in sys.modules if n.startswith('solvency.analysis.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True
    )
    assert "solvency.analysis.check" not in done.stdout


def test_draws_of_amounts_wait_for_no_scipy(harbour):
    probe = (
        "import sys\nfrom click.testing import CliRunner\n"
        "import solvency.analysis.split as split\nsplit.can_split = lambda: False\n"
        "from solvency.cli import main\n"
        f"done = CliRunner().invoke(main, ['check', {str(harbour)!r}])\n"
        "print('draws' in done.stdout, 'scipy.special' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == ["True", "False"]


@pytest.mark.parametrize(("asked", "taken"), [(None, "1"), ("2", "2")])
def test_a_command_multiplies_on_one_thread_unless_told(monkeypatch, asked, taken):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    if asked is not None:
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", asked)
    probe = (
        "import os, sys\nfrom click.testing import CliRunner\n"
        "from solvency.cli import main\n"
        "CliRunner().invoke(main, ['weigh', '--help'])\n"
        "print(os.environ['OPENBLAS_NUM_THREADS'], 'numpy' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], check=True, capture_output=True, text=True
    )
    assert done.stdout.split() == [taken, "False"]


def test_the_installed_program_runs(harbour):
    done = subprocess.run(
        [PROGRAM, "check", "--draws", "0", harbour],
        check=True,
        capture_output=True,
        text=True,
    )
    assert "no errors" in done.stdout
    assert done.stderr == ""


def test_a_packaged_case_is_named(tmp_path):
    out = tmp_path / "out.pdf"
    asked = ["report", "--case", "harbour", "-o", str(out), "--section", "plugs"]
    found = CliRunner().invoke(main, [*asked, "--draft"])
    assert not found.exception, found.output
    assert out.read_bytes().startswith(b"%PDF")
    assert "using the FTX case" not in found.output


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            ["--case", "nowhere"],
            "no case nowhere; there are: exchange, ftx, harbour, mf-global",
        ),
        (["--case", "ftx", "mine.beancount"], "exclude one another"),
    ],
)
def test_a_packaged_case_that_is_none(more, said):
    found = CliRunner().invoke(main, ["report", "-o", "out.pdf", *more])
    assert found.exit_code == 2
    assert said in found.output
