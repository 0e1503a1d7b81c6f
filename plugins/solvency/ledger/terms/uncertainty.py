"""Read how uncertain a case takes its amounts to be, and what they share."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.ledger import vocabulary as words

if TYPE_CHECKING:
    from beancount.core.data import Custom

    from solvency.ledger.terms.declarations import Declarations
    from solvency.ledger.terms.metadata import Metadata


def spread(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    """Take in how far amounts of a grade lie from the truth."""
    grade, spread = values
    if not words.GRADE.fullmatch(grade) or spread < 0:
        declared.errors.add(
            "spread",
            entry,
            "a spread goes with a grade from A1 to F6 and is not negative,"
            f" not {grade} {spread}",
            f'Write: {entry.date} custom "spread" "C3" 0.15',
        )
    elif declared.name("spread", grade, entry):
        declared.spreads[grade] = spread


def scale(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    """Take in the degrees of freedom of the scale of errors."""
    if not Decimal("0.1") <= values[0] <= Decimal("1e9"):
        declared.errors.add(
            "scale",
            entry,
            f"the scale of errors has from 0.1 to 1e9 degrees of freedom, not"
            f" {values[0]}",
            f'Write: {entry.date} custom "scale" 4',
        )
    elif declared.name("scale", "of errors", entry):
        declared.uncertainty = replace(declared.uncertainty, scale=values[0])


def correlation(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    """Take in how far the errors of one source go together."""
    of, value = values
    if of != "source" or not 0 <= value <= 1:
        declared.errors.add(
            "correlation",
            entry,
            f"a correlation is of the errors of one source, from 0 to 1, not {of}"
            f" {value}",
            f'Write: {entry.date} custom "correlation" "source" 0.5',
        )
    elif declared.name("correlation", of, entry):
        declared.uncertainty = replace(declared.uncertainty, correlation=value)


def alternative(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    """Take in the prior of something else, and how far it may be off."""
    error = meta.number("error", "0.000001")
    if error is None or not 0 < values[0] < 1:
        declared.errors.add(
            "alternative",
            entry,
            "something else has a prior between 0 and 1, and an error: the spread of"
            " what it predicts, as a share of what was seen",
            f'Write: {entry.date} custom "alternative" 0.1 and below it error: 0.5',
        )
    elif declared.name("alternative", "something else", entry):
        declared.uncertainty = replace(
            declared.uncertainty, alternative=(values[0], error)
        )
