"""Which figures and tests of two versions of a case are compared, and when they differ.

Amounts as they are, what a test lacked at worst to the cent, beliefs to four places.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.check import evaluate
from solvency.analysis.diff.answer import BELIEF
from solvency.model.counting.untraced import amounts

if TYPE_CHECKING:
    from solvency.ledger.case import Case

#: A headline figure's name and unit; a test's name, entity and what it is of.
Figures = dict[tuple[str, str], Decimal]
Tests = dict[tuple[str, str, str], str]
HOLDS = "holds"
State = tuple[Figures, Tests]


def apart(key: tuple[str, str], old: State, new: State) -> bool:
    """Say whether a figure differs; one that is not there is nothing."""
    return old[0].get(key, Decimal()) != new[0].get(key, Decimal())


def headlines(case: Case, *, beliefs: bool) -> State:
    """Return the headline figures of a case, and the tests that did not hold."""
    if not case.selected:
        return {}, {}
    book = case.book()
    figures: Figures = {}
    names = [*case.entities, *(("group",) if case.group else ())]
    for name in names:
        sheet = book.balance_sheet(name)
        totals = sheet.totals
        unit = case.currency
        figures[f"{name} assets", unit] = totals.assets
        figures[f"{name} liabilities", unit] = totals.liabilities
        figures[f"{name} equity", unit] = totals.equity
        for what, amount in amounts(book, sheet).items():
            figures[f"{name} {what}", unit] = amount
    tests: Tests = {}
    for one in evaluate(book, draws=0).findings:
        if one.first is not None:
            tests[one.invariant, one.entity, one.of] = (
                f"{one.severity} {one.when}, worst by {one.amount:,.2f} {one.unit}"
            )
    if beliefs and case.hypotheses and case.observations:
        from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (it takes long)

        try:
            weighed = believe(case, otherwise=False, beside=False)
        except ValueError:
            return figures, tests
        for belief in weighed.hypotheses:
            share = round(Decimal(belief.posterior), 4)
            figures[f"{BELIEF} {belief.id}", "probability"] = share
    return figures, tests
