"""What the layout is spared changes no page."""

from __future__ import annotations

import contextlib
from importlib import import_module
from typing import TYPE_CHECKING

import pytest

from solvency.report.making import build
from solvency.report.making import laid_out

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.report.document import Report

quicker = import_module("solvency.report.quicker_layout")


@pytest.fixture(scope="module")
def report(loaded: Case) -> Report:
    """Return a report with tables, drawings, notes and a matrix."""
    return build(loaded, loaded.book(), sections=["sheets", "tests", "matrix", "held"])


def test_every_byte_is_the_same(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = laid_out(report).content
    monkeypatch.setattr("solvency.report.pdf.laid_out_quicker", contextlib.nullcontext)
    assert laid_out(report).content == ours


def test_each_font_is_described_once(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    line_break = import_module("weasyprint.text.line_break")
    theirs, made = line_break.get_font_description, []

    def counted(style):
        made.append(style)
        return theirs(style)

    monkeypatch.setattr(line_break, "get_font_description", counted)
    laid_out(report)
    assert 0 < len(made) < 40


def test_few_boxes_have_their_lengths_worked_out(
    report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    percent = import_module("weasyprint.layout.percent")
    adjusted = []
    adjust = percent.adjust_box_sizing
    monkeypatch.setattr(
        percent, "adjust_box_sizing", lambda *x: adjusted.append(x) or adjust(*x)
    )
    laid_out(report)
    few = len(adjusted)
    monkeypatch.setattr("solvency.report.pdf.laid_out_quicker", contextlib.nullcontext)
    laid_out(report)
    assert 0 < few < (len(adjusted) - few) / 5


def test_weasyprint_is_as_it_was_afterwards(report: Report) -> None:
    names = {
        "weasyprint.text.line_break": "get_font_description",
        "weasyprint.layout.block": "resolve_percentages",
        "pydyf": "_to_bytes",
    }
    before = {x: getattr(import_module(x), name) for x, name in names.items()}

    def failing() -> None:
        with quicker.laid_out_quicker():
            for x, name in names.items():
                assert getattr(import_module(x), name) is not before[x]
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        failing()
    assert before == {x: getattr(import_module(x), n) for x, n in names.items()}
