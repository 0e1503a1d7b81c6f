"""What customers are owed of one kind of thing alone is said to be that."""

from __future__ import annotations

import pytest

import solvency
from solvency.exhibits.check.segregation import alone
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import segregation
from solvency.exhibits.setting import of_answers


@pytest.mark.parametrize(
    ("case", "entity", "kind"), [("harbour", "Harbour", "USD"), ("ftx", "FTX", "")]
)
def test_a_test_in_kind_tells_of_one_kind(case: str, entity: str, kind: str) -> None:
    # Harbour owes dollars and bitcoin, and is tested for each; FTX for their sum.
    book = solvency.load(f"ledgers/{case}/main.beancount").book()
    setting = of_answers(book, book.case.reporting_date)
    series = cover_of(setting, entity)
    assert series is not None
    assert alone(setting, entity, series) == kind


def test_the_chart_says_so() -> None:
    book = solvency.load("ledgers/harbour/main.beancount").book()
    setting = of_answers(book, book.case.reporting_date)
    section = segregation(setting, noted=False)
    assert section is not None
    words = "".join(str(piece) for piece in section.tables[0].unit)
    assert "USD" in words
    assert section.tables[0].title.endswith(", in USD alone")
