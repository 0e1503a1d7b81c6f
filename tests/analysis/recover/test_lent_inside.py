"""Loans between debtors of one group in the two years before a petition."""

from __future__ import annotations

import datetime
from decimal import Decimal

from analysis.recover.books import ACCOUNTS
from analysis.recover.books import AT
from analysis.recover.books import WORLD
from analysis.recover.books import flow

from solvency.analysis.recover.lent_inside import lent_inside
from solvency.analysis.recover.preferences import preferences

BOTH = '2021-06-30 event "petition" "Alameda"\n'


def test_what_one_debtor_lent_another_is_told_largest_first(ledger):
    # Alameda owes FTX the 100 of customers that went through it, and the 40 taken.
    found = lent_inside(ledger.case(WORLD + BOTH).book(), AT)
    assert found == (("wired", Decimal(100)), ("taken", Decimal(40)))
    listed = {one.flow for one in preferences(ledger.case(WORLD + BOTH).book(), AT)}
    assert not listed & {"wired", "taken"}


def test_where_one_of_them_is_in_no_proceedings_nothing_is_left_out(ledger):
    book = ledger.case(WORLD).book()
    assert lent_inside(book, AT) == ()
    assert "taken" in {one.flow for one in preferences(book, AT)}


def test_what_came_before_the_two_years_or_after_is_not_told(ledger):
    lent = [
        flow(
            day,
            day,
            ("Assets:FTX:Bank", "-1 USD"),
            ("Assets:Alameda:Bank", "1 USD"),
            **keys,
        )
        for day, keys in (
            ("2020-01-02", {}),
            ("2021-06-30", {}),
            ("2020-01-03", {"latest": "2021-01-01"}),
        )
    ]
    book = ledger.case(ACCOUNTS + BOTH + "".join(lent)).book()

    def told(at):
        return [name for name, _ in lent_inside(book, datetime.date.fromisoformat(at))]

    # Two years back of 2 January 2022 is 2 January 2020, and the first is of that day.
    assert told("2022-01-02") == ["2020-01-02", "2020-01-03", "2021-06-30"]
    # The second may be of any day up to 1 January 2021.
    assert told("2022-01-10") == ["2020-01-03", "2021-06-30"]
    assert told("2021-06-30") == ["2020-01-02", "2020-01-03"]
