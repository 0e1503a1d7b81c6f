"""What `explain` says of figures that only chapters make."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from solvency.cli import main
from solvency.figures.errors import ReportError
from solvency.report.chapters.figures import ask

if TYPE_CHECKING:
    from pathlib import Path

    from solvency import Case
    from solvency.report.document import Report

# Customers of Exchange are owed both deposits: 1,000,000,000.25 of F-1 and
# 600,000,000.25 of F-2.
OWED = "balance:Exchange:2021-12-31:market:total:liability"


@pytest.mark.parametrize("name", ['flow("F-1").amount', 'flow("F-1"):amount'])
def test_what_a_name_of_a_chapter_gives(name: str, loaded: Case) -> None:
    found = ask(loaded, name)
    assert found.value == Decimal("1000000000.25")
    assert [(one.flow.id, one.part) for one in found.flows] == [
        ("F-1", Decimal("1000000000.25"))
    ]
    assert [one.source.name for one in found.sources] == ["docket"]


def test_a_figure_worked_out_from_two(loaded: Case) -> None:
    found = ask(loaded, f'(flow("F-1"):amount) less ({OWED})')
    # F-1 is on both sides, and F-2 is left.
    assert found.value == Decimal("-600000000.25")
    assert {one.flow.id: one.part for one in found.flows if one.part} == {
        "F-2": Decimal("-600000000.25")
    }
    assert {one.source.name for one in found.sources} >= {"leak"}
    turned = ask(loaded, f'-((flow("F-1"):amount) less ({OWED}))')
    assert turned.value == Decimal("600000000.25")
    share = ask(loaded, f'(flow("F-1"):amount) over ({OWED})')
    assert share.value is not None
    assert round(share.value, 3) == Decimal("0.625")


def test_a_sentence_s_arithmetic(loaded: Case) -> None:
    found = ask(loaded, 'sheet("Exchange").liabilities - flow("F-1").amount')
    assert found.value == Decimal("600000000.25")


def test_every_such_figure_of_a_report(whole: Report, loaded: Case) -> None:
    made = {one.key: one for one in whole.figures() if "(" in one.key}
    assert made
    for key, figure in made.items():
        assert ask(loaded, key).value == figure.value, key


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ('flow("F-9").amount', "F-9"),
        ('flow("F-1").size', "has no size; it has amount"),
        ('flow("F-1")', "has several figures"),
        ('event("petition").day', "is no figure that a chapter can name"),
        ('flow("F-1").amount * flow("F-1").amount', "NAME:1"),
        ('(flow("F-1"):amount) less (balance:Nobody:x)', "balance:Nobody:x"),
        ("open(", "NAME:1"),
        ('"".__class__.__mro__()', "NAME:1"),
    ],
)
def test_what_no_chapter_can_name(name: str, why: str, loaded: Case) -> None:
    with pytest.raises(ReportError) as raised:
        ask(loaded, name)
    assert why in str(raised.value)


def test_the_command_prints_it(harbour: Path) -> None:
    name = 'sheet("Harbour").assets - sheet("Harbour").liabilities'
    done = CliRunner().invoke(main, ["explain", name, str(harbour)])
    assert done.exit_code == 0, done.output
    # 10,650,000 of assets less 9,200,000 owed.
    assert "1,450,000 USD" in done.output
    wrong = CliRunner().invoke(main, ["explain", 'sheet("Nobody").assets', "x"])
    assert wrong.exit_code != 0
