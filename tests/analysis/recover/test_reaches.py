"""How far back the law reaches from a petition."""

from __future__ import annotations

import datetime

import pytest

from solvency.analysis.recover.suspect_periods import reaches


@pytest.mark.parametrize(
    ("petition", "days"),
    [
        ("2022-11-11", (90, 365, 730)),
        # The 29 February of 2024 lies within a year and within two.
        ("2024-02-29", (90, 366, 731)),
        # 366 days from 1 March 1999 to 1 March 2000, and 365 on to 2001.
        ("2001-03-01", (90, 365, 731)),
        # The calendar has no year 0.
        ("0001-05-01", (90, 120, 120)),
    ],
)
def test_years_before_a_petition_are_the_calendars(petition, days):
    assert reaches(datetime.date.fromisoformat(petition)) == days
