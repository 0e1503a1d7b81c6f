"""Tables that a chapter writes and numbers: exhibits like any other."""

from __future__ import annotations

import shutil
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import solvency
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.report.making import build
from solvency.report.markup import tall
from solvency.report.pages import html

if TYPE_CHECKING:
    from solvency.report.document import Report

HARBOUR = Path("ledgers/harbour/main.beancount")
TABLE = """# What we found

{{ table("rivals", title="Two figures", unit="as each states it") }}

| Who | Amount | Source |
|---|---:|---|
| The firm & co | {{ flow("capital").amount | m(1) }} | {{ flow("capital").source }} |
| Nobody | | {{ quoted("8.9 or so") }} |

{{ flow("capital").amount | m(1) }} came first.
"""


def chapter(folder: Path, text: str, lang: str = "en") -> Report:
    target = folder / "main.beancount"
    shutil.copy(HARBOUR, target)
    (folder / "report").mkdir(exist_ok=True)
    for end in ("", ".zh"):
        (folder / "report" / f"10-found{end}.md").write_text(text, encoding="utf-8")
    case = solvency.load(target)
    return build(case, case.book(), sections=["found"], lang=lang, draft=True)


def test_it_is_numbered_listed_and_its_figures_are_the_reports(tmp_path: Path) -> None:
    report = chapter(tmp_path, TABLE)
    (table,) = report.tables
    assert isinstance(table, Table)
    assert report.numbers == {"rivals": 1}
    assert [one.kind for one in table.columns] == ["number", "text"]
    first = table.rows[0].cells[0]
    assert isinstance(first, Figure)
    assert first.flows == ("capital",)
    assert first in list(report.figures())
    assert table.rows[1].cells[0] is None
    lines = table.to_csv().splitlines()
    assert lines[0] == "Who,Amount,Source"
    assert lines[1].startswith("The firm & co,")
    assert Decimal(lines[1].split(",")[1]) == first.value
    page = html(report)
    assert "Exhibit 1." in page
    assert "Two figures" in page
    assert page.count("came first") == 1


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("| Who | Amount | Source |\n|---|---:|---|\n", "", "comes the table"),
        ('"rivals"', '"Rivals 2"', "names no table"),
        # What another exhibit is called would be two of one name.
        ('"rivals"', '"recovery-x"', "names no table"),
        ("Two figures", "8 billion", "is typed into the title"),
        ("The firm", "The *firm*", "has emphasis in a cell"),
        ("The firm", "The **firm**", "has emphasis in a cell"),
        ("The firm", "[The firm](https://example.org)", "has a link in a cell"),
    ],
)
def test_what_is_no_table_is_refused(
    tmp_path: Path, old: str, new: str, why: str
) -> None:
    with pytest.raises(ReportError, match=why):
        chapter(tmp_path, TABLE.replace(old, new, 1))


def test_a_table_without_rows_is_refused(tmp_path: Path) -> None:
    without = "\n".join(
        line
        for line in TABLE.split("\n")
        if not line.startswith(("| The firm", "| Nobody"))
    )
    with pytest.raises(ReportError, match="has no rows"):
        chapter(tmp_path, without)


def test_a_key_that_stands_twice_is_named_with_its_chapters(tmp_path: Path) -> None:
    twice = TABLE + "\n" + TABLE.split("\n", 1)[1]
    with pytest.raises(ReportError, match=r"'rivals'.*chapter 'found'"):
        html(chapter(tmp_path, twice))


def test_days_in_a_cell_are_as_short_as_a_day_by_itself(tmp_path: Path) -> None:
    report = chapter(
        tmp_path,
        TABLE.replace("Nobody | |", 'Nobody | {{ event("petition").day | day }} on |'),
        lang="zh",
    )
    page = html(report)
    assert '2022-01-20</time><span class="said"> on' in page
    assert "2022年1月20日</time> on" not in page


def test_a_table_of_long_words_may_break_after_two_rows() -> None:
    """Its rows are two lines high: most of them, and not one or two."""

    def table(*labels: str) -> Table:
        rows = tuple(
            Row(f"r:{n}", (Said(one),), (None,)) for n, one in enumerate(labels)
        )
        return Table("t", "T", (Said(""),), "What", (Column("a", "A"),), rows, width=20)

    assert tall(table("x" * 80, "x" * 80, "short"))
    assert not tall(table("x" * 80, "short", "short"))
    # A Chinese character is two letters wide.
    assert tall(table("\N{CJK UNIFIED IDEOGRAPH-4E00}" * 40))
