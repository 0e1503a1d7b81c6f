"""Every test a case asks for, passed or failed: its margin, and when it failed."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.check.answer import Key
from solvency.analysis.check.answer import Spell
from solvency.analysis.check.by_construction import between
from solvency.analysis.check.by_construction import lowered
from solvency.analysis.check.by_construction import put_in
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.check.answer import AtSpreads
    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.answer import Series
    from solvency.analysis.check.by_construction import DayPostings
    from solvency.analysis.check.tests import Test
    from solvency.ledger.case import Flow

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Tested:
    """One test over time, in the written amounts and in draws of them."""

    test: str
    entity: str
    #: The commodity, counterparty or bucket, where the test has several.
    label: str | None
    unit: str
    #: "books", or "found": from the petition on, with what was counted.
    on: str
    #: The least there ever was beyond what was needed; below zero where it failed.
    margin: Decimal
    spells: tuple[Spell, ...]
    #: The share of draws in which it ever broke.
    probability: float
    #: The interval that holds the first day it broke in 90% of those draws.
    least: datetime.date | None
    most: datetime.date | None
    #: How many draws that was asked in; none where nothing can differ.
    draws: int = 0
    variant: str = ""
    severity: str = "breach"
    #: How the amount by which it first broke was put in: "remainder", "sized", or
    #: both by different flows; nothing where a source states any of it.
    put_in: tuple[str, ...] = ()
    #: The days between which what first broke it happened, where no source gives one.
    day: tuple[datetime.date, datetime.date] | None = None
    #: The day of the least margin; None where there was never anything to test.
    worst_at: datetime.date | None = None
    #: How the amount was put in that made it worst.
    worst_put_in: tuple[str, ...] = ()
    #: The days between which they happened, where no source gives one.
    worst_day: tuple[datetime.date, datetime.date] | None = None
    #: What there was beyond what was needed at the end of the reporting date; None
    #: where there was nothing to test by then.
    reported: Decimal | None = None
    #: What draws say at half and at twice the spreads of grades; None where nothing
    #: is drawn, or it was not asked.
    otherwise: tuple[AtSpreads, AtSpreads] | None = None

    @property
    def passed(self) -> bool:
        """Say whether it held throughout in the written amounts."""
        return not self.spells

    @property
    def by_construction(self) -> bool:
        """Say whether it first broke by what was put in, and so is no finding."""
        return bool(self.put_in)

    @property
    def worst_by_construction(self) -> bool:
        """Say whether it was broken worst by what was put in."""
        return bool(self.worst_put_in)

    @property
    def key(self) -> Key:
        """Return what its series on the books goes by."""
        return Key(self.test, self.entity, self.label, self.variant)

    @property
    def of(self) -> str:
        """Return what it is of: commodity or counterparty, then its variant."""
        return self.key.of

    def to_json(self) -> dict[str, Any]:
        """Return the JSON document of the test."""
        return {
            "test": self.test,
            "entity": self.entity,
            "of": self.of,
            "unit": self.unit,
            "on": self.on,
            "passed": self.passed,
            "margin": self.margin,
            "margin_at": self.worst_at,
            "margin_by_construction": self.worst_by_construction,
            "at_reporting_date": self.reported,
            "spells": [
                {
                    "from": one.first,
                    "to": one.last,
                    "worst": one.worst,
                    "worst_at": one.worst_at,
                    "lasting": one.lasting,
                }
                for one in self.spells
            ],
            "probability": self.probability,
            "draws": self.draws,
            "first": {"least": self.least, "most": self.most},
            "at_half": self.otherwise and self.otherwise[0].to_json(),
            "at_twice": self.otherwise and self.otherwise[1].to_json(),
            "by_construction": self.by_construction,
        }


@wide()
def tested(
    series: Series,
    finding: Finding | None,
    drawn: tuple[float, int],
    spells: tuple[Spell, ...],
    test: Test,
    postings: DayPostings,
) -> Tested:
    """Return what a test came to.

    Args:
        series: What it had and needed over time.
        finding: What it found, if anything worth saying.
        drawn: The share of draws it broke in, and how many they were.
        spells: Each time it broke in the written amounts.
        test: The test, to say what would break it.
        postings: Those of the books, to say which of its days was put in.
    """
    margins = [have - need for have, need in zip(series.have, series.need, strict=True)]
    # Before an entity has or owes anything there is nothing to test.
    asked = [
        (margin, day)
        for day, margin, have, need in zip(
            series.days, margins, series.have, series.need, strict=True
        )
        if have or need
    ]
    book = postings.book
    least, worst = min(asked, default=(ZERO, None))
    moved: tuple[Flow, ...] = ()
    then: tuple[Flow, ...] = ()
    if spells:
        weighed = frozenset(test.weighed(series.invariant, series.positions, book))
        moved = lowered(test, weighed, spells[0].first, postings)
        then = lowered(test, weighed, worst, postings) if worst else ()
    by_then = [
        (margin, have or need)
        for day, margin, have, need in zip(
            series.days, margins, series.have, series.need, strict=True
        )
        if day <= book.case.reporting_date
    ]
    return Tested(
        test=series.invariant.name,
        entity=series.invariant.entity,
        label=series.label,
        unit=series.unit,
        on="books",
        margin=least,
        spells=spells,
        probability=drawn[0],
        draws=drawn[1],
        least=finding.first_earliest if finding else None,
        most=finding.first_latest if finding else None,
        variant=series.variant,
        severity=series.invariant.severity,
        put_in=put_in(moved),
        day=between(moved),
        worst_at=worst,
        worst_put_in=put_in(then),
        worst_day=between(then),
        reported=by_then[-1][0] if by_then and by_then[-1][1] else None,
    )
