"""Words of any script: boxes and warnings, right to left, and reports that print."""

from __future__ import annotations

import shutil
from pathlib import Path

import pypdfium2
import pytest
from click.testing import CliRunner
from report.exhibits import every_list

import solvency
from solvency.cli import main
from solvency.figures.formats import Locale
from solvency.figures.writing_systems import leading
from solvency.figures.writing_systems import scripts_in
from solvency.report import build
from solvency.report import pages
from solvency.report import write
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verify import verify

GROUPS = Path(__file__).parents[1] / "groups"
#: A character for private use, which no font has.
PRIVATE = "\U000f1234"

pytestmark = pytest.mark.usefixtures("steps_here")


def printed(name: str, tmp_path: Path) -> Path:
    """Write the report of an input, and return its path."""
    case = solvency.load(GROUPS / f"{name}.beancount")
    assert not case.errors
    path = tmp_path / f"{name}.pdf"
    write(case, case.book(), path)
    return path


@pytest.mark.parametrize(
    "name",
    ["affiliate-pays-debt", "eighteen-decimals-report", "document-directive-verify"],
)
def test_it_prints_and_verifies(name: str, tmp_path: Path) -> None:
    assert verify(printed(name, tmp_path)).outcome is Outcome.SAME


def test_debts_that_change_places_come_to_nothing_net(tmp_path: Path) -> None:
    # Firm pays Sub's 50 to Bank: Firm has 50 less money and a claim of 50 on Sub;
    # Sub owes Firm 50 in place of Bank.
    case = solvency.load(GROUPS / "affiliate-pays-debt.beancount")
    report = every_list(case)
    table = next(one for one in report.tables if one.key == "effect-overdraft")
    cells = {row.key: row.cells for row in table.rows}
    at = [column.key for column in table.columns].index("net")
    assert {name: of[at].value for name, of in cells.items()} == {"Firm": 0, "Sub": 0}


def glyphless(tmp_path: Path) -> Path:
    text = (GROUPS / "glyph-missing-stops-report.beancount").read_text("utf-8")
    path = tmp_path / "main.beancount"
    path.write_text(text.replace("\N{BANK}", PRIVATE), "utf-8")
    return path


def test_what_no_font_has_is_a_box_and_a_warning(tmp_path: Path) -> None:
    path = glyphless(tmp_path)
    out = tmp_path / "out.pdf"
    found = CliRunner().invoke(main, ["report", "-o", str(out), str(path)])
    assert not found.exception, found.output
    flow = solvency.load(path).flows[-1]
    warning = next(line for line in found.output.splitlines() if PRIVATE in line)
    assert f"(U+F1234), first in flow {flow.id} ({path}:39)" in warning
    assert "a box is printed; no package of fonts is known for it" in warning
    # Korean has its font in the package that Chinese comes with.
    assert "부" not in found.output.replace(str(path), "")
    text = "".join(
        page.get_textpage().get_text_bounded()
        for page in pypdfium2.PdfDocument(out.read_bytes())
    )
    assert "부산" in text


def test_each_script_names_its_package() -> None:
    assert [one.package for one in scripts_in("a ไทย हि ب 한 1")] == [
        "justmytype-intl-rtl",
        "justmytype-intl-cjk",
        "justmytype-intl-sea",
        "justmytype-intl-south-asia",
    ]
    assert not scripts_in("Ω Ж é 12")


def test_words_of_the_ledger_run_as_their_first_letter_does(tmp_path: Path) -> None:
    case = solvency.load(GROUPS / "rtl-narration.beancount")
    root = pages.tree(every_list(case))
    marked = {element.text for element in root.iter() if element.get("dir") == "rtl"}
    said = "حساب: دفع 1,234.50 USD إلى Beta (حساب 77)"
    assert said in marked
    assert not any("Owners: Start" in one for one in marked)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("12 | (דף)", "rtl"),
        ("2020 Beta שלום", "ltr"),
        ("12.50", "ltr"),
        ("", "ltr"),
    ],
)
def test_the_first_letter_decides(text: str, way: str) -> None:
    assert leading(text) == way


def test_a_ledger_of_latin_words_needs_no_more_fonts(harbour: Path) -> None:
    case = solvency.load(harbour)
    report = build(case, case.book(), sections=["plugs"])
    assert "@font-face" in pages.html(report)
    assert "Report Hangul" not in pages.html(report)
    assert Locale().lang == "en"


def test_other_packages_may_add_fonts(tmp_path: Path, monkeypatch) -> None:
    from importlib.metadata import EntryPoint

    from solvency.figures import fonts

    home = tmp_path / "runic_font"
    home.mkdir()
    (home / "__init__.py").write_text("")
    shutil.copy(fonts.font_path("plex-sans.ttf"), home / "runic.ttf")
    monkeypatch.syspath_prepend(tmp_path)
    one = EntryPoint("runic", "runic_font", "solvency.fonts")
    monkeypatch.setattr(fonts, "offered", lambda _: {"runic": one})
    assert fonts.is_font("offered-runic.ttf")
    assert fonts.font_path("offered-runic.ttf") == home / "runic.ttf"
    case = solvency.load(GROUPS / "affiliate-pays-debt.beancount")
    html = pages.html(build(case, case.book(), sections=["plugs"]))
    assert '--scripts: "Report offered-runic.ttf", sans-serif' in html
