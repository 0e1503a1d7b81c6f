"""A package adds an invariant, a report, a command, an importer, without a fork."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from analysis.check.small_books import OPENING

ROOT = Path(__file__).parents[1]
MODULE = '''
"""Adds one of each."""

import datetime
from decimal import Decimal

import beangulp
import click
from beancount.core import data
from beancount.core.amount import Amount

from solvency.analysis.check import Outcome
from solvency.analysis.check import Test
from solvency.analysis.check.customers import members
from solvency.analysis.check.parameters import number


def cash_buffer(world, invariant):
    of = members(world, invariant.entity)
    liquid = world.traits.mask(
        lambda t: t.held and t.entity in of and t.liquidity == "liquid"
    )
    owed = world.traits.mask(lambda t: t.owed and t.entity in of)
    need = world.one_sided(owed, -1) * world.constant(number(invariant, "minimum"))
    return [Outcome(None, world.currency, world.value(liquid), need, liquid | owed)]


buffer = Test(
    cash_buffer,
    asks="A share of all debts is held in what is liquid",
    parameters={"minimum": Decimal("0.5")},
    broken_by="less",
)
either = Test(
    cash_buffer, asks="The same", parameters={"minimum": Decimal("0.5")}
)


class Diary(beangulp.Importer):
    """Reads lines of a day and an amount."""

    def identify(self, filepath):
        return filepath.endswith(".diary")

    def account(self, filepath):
        return "Assets:Harbour:Bank"

    def extract(self, filepath, existing):
        found = []
        with open(filepath) as lines:
            for at, line in enumerate(lines, 1):
                day, amount = line.split()
                found.append(
                    data.Transaction(
                        data.new_metadata(filepath, at),
                        datetime.date.fromisoformat(day),
                        "*", None, "Diary", frozenset(), frozenset(),
                        [
                            data.Posting(
                                self.account(filepath),
                                Amount(Decimal(amount), "USD"),
                                None, None, None, None,
                            )
                        ],
                    )
                )
        return found


@click.command("greet")
def greet():
    """Say hello."""
    click.echo("hello from tiny")
'''
ENTRY_POINTS = """\
[solvency.invariants]
cash-buffer = tiny:buffer
either-way = tiny:either

[solvency.commands]
greet = tiny:greet

[solvency.kinds]
tiny-note = tiny_note

[solvency.importers]
diary = tiny:Diary
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install a wheel of a tiny package into a folder of its own."""
    folder = tmp_path_factory.mktemp("tiny")
    wheel = folder / "tiny-1.0-py3-none-any.whl"
    meta = "tiny-1.0.dist-info"
    with zipfile.ZipFile(wheel, "w") as out:
        out.writestr("tiny.py", MODULE)
        out.writestr("tiny_note/__init__.py", "")
        for path in sorted((ROOT / "reports" / "brief").rglob("*")):
            if path.is_file():
                inside = path.relative_to(ROOT / "reports" / "brief").as_posix()
                out.writestr(f"tiny_note/{inside}", path.read_bytes())
        out.writestr(
            f"{meta}/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"
        )
        out.writestr(
            f"{meta}/WHEEL",
            "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        out.writestr(f"{meta}/entry_points.txt", ENTRY_POINTS)
        out.writestr(f"{meta}/RECORD", "")
    target = folder / "site"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "install",
            "--quiet",
            "--no-index",
            "--no-deps",
            "--disable-pip-version-check",
            "--target",
            str(target),
            str(wheel),
        ],
        check=True,
    )
    return target


def run(installed: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from solvency.cli import main; main()", *args],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(installed)},
    )


def test_an_invariant_is_asked_for_and_broken(installed: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "ledgers" / "harbour", tmp_path / "case")
    ledger = tmp_path / "case" / "main.beancount"
    with ledger.open("a", encoding="utf-8") as out:
        out.write(
            '\n2021-01-01 custom "invariant" "cash-buffer" "Harbour"\n'
            '  minimum: 5\n  severity: "warning"\n'
        )
    found = run(installed, "check", str(ledger), "--json")
    assert found.returncode == 0, found.stderr
    # Five times its debts in cash is more than Harbour ever had.
    tests = {one["invariant"] for one in json.loads(found.stdout)["findings"]}
    assert "cash-buffer" in tests
    # Without the package the ledger asks for something that does not exist.
    alone = run(tmp_path / "nowhere", "check", str(ledger))
    assert alone.returncode == 1
    assert "there is no invariant cash-buffer" in alone.stdout


#: Cash of 60 after debts of 100; then 20 go by a remainder, and a source says that 5
#: came in. Half of the debts is needed.
BROKEN = """
2020-01-01 custom "invariant" "cash-buffer" "Firm"
2020-01-01 custom "invariant" "either-way" "Firm"
2020-02-01 * "Borrowed, and most of it spent" ^court
  id: "loan"
  Assets:Lender:Loans:Firm         100 USD
  Assets:Lender:Cash              -100 USD
  Liabilities:Firm:Loans:Lender   -100 USD
  Assets:Firm:House                 60 USD
  Expenses:Firm:Costs               40 USD
2020-03-01 * "Not found" ^court
  id: "gone"
  basis: "residual"
  Assets:Firm:House    -20 USD
  Expenses:Firm:Costs   20 USD
2020-03-01 * "A refund" ^court
  id: "back"
  Assets:Firm:House      5 USD
  Expenses:Firm:Costs   -5 USD
"""


def test_an_invariant_says_which_side_breaks_it(
    installed: Path, tmp_path: Path
) -> None:
    ledger = tmp_path / "main.beancount"
    ledger.write_text(OPENING + BROKEN, encoding="utf-8")
    found = run(installed, "check", str(ledger), "--json")
    assert found.returncode == 0, found.stdout + found.stderr
    tests = {one["test"]: one for one in json.loads(found.stdout)["tests"]}
    assert [one["spells"][0]["from"] for one in tests.values()] == ["2020-03-01"] * 2
    # Only what left less broke the one; of the other each flow of the day did.
    assert tests["cash-buffer"]["by_construction"]
    assert not tests["either-way"]["by_construction"]


def test_a_parameter_it_does_not_take_is_an_error(
    installed: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "ledgers" / "harbour", tmp_path / "case")
    ledger = tmp_path / "case" / "main.beancount"
    with ledger.open("a", encoding="utf-8") as out:
        out.write(
            '\n2021-01-01 custom "invariant" "cash-buffer" "Harbour"\n  days: 3\n'
        )
    found = run(installed, "check", str(ledger))
    assert "`days:` is no parameter of cash-buffer" in found.stdout


def test_a_command_is_listed_and_runs(installed: Path) -> None:
    assert "greet" in run(installed, "--help").stdout
    assert run(installed, "greet").stdout == "hello from tiny\n"


def test_a_kind_of_report_prints(installed: Path, tmp_path: Path) -> None:
    page = tmp_path / "note.html"
    ledger = ROOT / "ledgers" / "harbour" / "main.beancount"
    found = run(
        installed, "report", str(ledger), "--kind", "tiny-note", "-o", str(page)
    )
    assert found.returncode == 0, found.stderr
    assert "Harbour" in page.read_text(encoding="utf-8")


def test_an_importer_of_beangulp_works_as_it_is(
    installed: Path, tmp_path: Path
) -> None:
    shutil.copytree(ROOT / "ledgers" / "harbour", tmp_path / "case")
    (tmp_path / "found.diary").write_text("2021-02-03 -12.50\n2021-02-04 7\n")
    (tmp_path / "map.toml").write_text(
        'importer = "diary"\naccount = "Assets:Harbour:Bank"\n'
    )
    found = run(
        installed,
        "import",
        str(tmp_path / "found.diary"),
        "--map",
        str(tmp_path / "map.toml"),
        "-o",
        str(tmp_path / "case"),
    )
    assert found.returncode == 0, found.stderr
    checked = run(installed, "check", str(tmp_path / "case" / "main.beancount"))
    assert checked.returncode == 0, checked.stdout
    assert "in suspense: found.diary:1: -12.50 USD on 2021-02-03" in checked.stdout


def test_where_nothing_is_added_no_library_is_loaded_to_read_it() -> None:
    code = (
        "import sys; from solvency.extensions import offered;"
        " assert not offered('solvency.commands');"
        " assert 'importlib.metadata' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
