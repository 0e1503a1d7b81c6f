"""Every test a case asks for, passed or failed: its margin, and when it failed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check.answer import Key
from solvency.analysis.check.answer import Spell
from solvency.ledger.case import Flow
from solvency.ledger.case import Money
from solvency.ledger.case import Place
from solvency.ledger.case import Posting
from solvency.ledger.entries.postings import EXACT
from solvency.model.book import Book
from solvency.model.costs import Costs
from solvency.model.costs import Pool
from solvency.wide import WIDE
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.analysis.check.answer import AtSpreads
    from solvency.analysis.check.answer import Finding
    from solvency.analysis.check.answer import Series
    from solvency.model.book import Position

ZERO = Decimal()
_DAY = datetime.timedelta(days=1)
#: Tests of what there is on a day, and not of what moved or how it was booked: those
#: that what was found can pass or fail.
OF_BALANCES = frozenset(
    {
        "customer-assets",
        "customer-assets-clean",
        "segregation",
        "clean-ratio",
        "collateral-coverage",
        "own-token-collateral",
        "holding-against-float",
        "holding-against-depth",
        "loan-to-value",
        "related-party-exposure",
        "liquidity-coverage",
        "balance-sheet",
        "ability-to-pay",
        "adequate-capital",
    }
)


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
    #: It first broke by flows sized to other figures: it returns what was put in.
    by_construction: bool = False
    #: The days between which what first broke it happened, where no source gives one.
    day: tuple[datetime.date, datetime.date] | None = None
    #: The day of the least margin; None where there was never anything to test.
    worst_at: datetime.date | None = None
    #: The flows of that day are remainders, or sized to other figures.
    worst_by_construction: bool = False
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
    book: Book,
) -> Tested:
    """Return what a test came to.

    Args:
        series: What it had and needed over time.
        finding: What it found, if anything worth saying.
        drawn: The share of draws it broke in, and how many they were.
        spells: Each time it broke in the written amounts.
        book: The books, to say which of its days was put in.
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
    least, worst = min(asked, default=(ZERO, None))
    moved = _moved(series, spells[0].first, book.flows) if spells else ()
    then = _moved(series, worst, book.flows) if spells and worst else ()
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
        by_construction=bool(moved) and all(flow.sized_by for flow in moved),
        day=_between(moved),
        worst_at=worst,
        worst_by_construction=bool(then)
        and all(flow.sized_by or flow.basis == "residual" for flow in then),
        worst_day=_between(then),
        reported=by_then[-1][0] if by_then and by_then[-1][1] else None,
    )


def _moved(
    series: Series, first: datetime.date, flows: Iterable[Flow]
) -> tuple[Flow, ...]:
    """Return the flows of a day that move what a test counts."""
    counted = {(one.account, one.commodity) for one in series.positions}
    return tuple(
        flow
        for flow in flows
        if flow.date == first
        and any((one.account, one.commodity) in counted for one in flow.postings)
    )


def _between(
    moved: tuple[Flow, ...],
) -> tuple[datetime.date, datetime.date] | None:
    """Return the days between which flows happened; None where each has its day."""
    if not any(flow.earliest or flow.latest for flow in moved):
        return None
    return (
        min(flow.earliest or flow.date for flow in moved),
        max(flow.latest or flow.date for flow in moved),
    )


def spells_of(
    days: Sequence[datetime.date], margins: Sequence[Decimal]
) -> Iterator[Spell]:
    """Yield each run of days on which something was missing.

    Args:
        days: The days on which anything changes; one may come several times, for
            its moments.
        margins: What there was beyond what was needed, on each.
    """
    broken = [at for at, margin in enumerate(margins) if margin < 0]
    runs: list[list[int]] = []
    for at in broken:
        if runs and runs[-1][-1] == at - 1:
            runs[-1].append(at)
        else:
            runs.append([at])
    for run in runs:
        worst = min(run, key=lambda at: (margins[at], at))
        first, after = days[run[0]], run[-1] + 1
        lasting = after == len(days)
        last = days[run[-1]]
        if not lasting and days[after] > last:
            # It was broken still the day before it was cured.
            last = days[after] - _DAY
        yield Spell(first, last, -margins[worst], days[worst], lasting)


@wide()
def as_found(book: Book) -> Book | None:
    """Return a Book of what was found, from the petition on.

    What was counted is there as it was counted, in every draw of the flows, and not
    as the flows have it; what stands in suspense is not there; all else is as the
    books have it. Everything before is posted on the petition's day, so only tests of
    balances mean anything.

    Args:
        book: The Book.

    Returns:
        The Book, whose case asks those tests alone; None where nothing was counted.
    """
    start = book.case.reporting_date
    days = sorted({start, *_later(book, start)})
    bound = {position for day in days for position in book.counts.on(day)}
    if not bound:
        return None
    flows = (*book.flows, *_counted(book, days, sorted(bound)))
    asked = tuple(one for one in book.case.invariants if one.name in OF_BALANCES)
    whole = Book.of(replace(book.case, invariants=asked), flows)
    covered = np.array([position in bound for position in whole.positions], bool)
    written = whole.flow < len(book.flows)
    units = whole.units.copy()
    units[written & covered[whole.position]] = 0
    settled = [not whole.account(position).suspense for position in whole.positions]
    units[~np.array(settled, bool)[whole.position]] = 0
    found = replace(whole, units=units, day=np.maximum(whole.day, start.toordinal()))
    # What things cost is what they cost when they were bought, not at the petition.
    found.__dict__["acquisitions"] = book.acquisitions
    return found


def _later(book: Book, start: datetime.date) -> Iterable[datetime.date]:
    """Yield the days after the petition on which what was found may change."""
    yield from (flow.date for flow in book.flows if flow.date > start)
    yield from (day for day in book.counts.days if day > start)


def _counted(
    book: Book, days: list[datetime.date], bound: list[Position]
) -> Iterable[Flow]:
    """Yield a flow a day that makes balances what was found."""
    before: dict[Position, Decimal] = {}
    costs = Costs(book)
    for day in days:
        seen = book.counts.on(day)
        held = book.balance(day)
        costs.advance(day)
        postings = []
        for position in bound:
            there = seen.get(position)
            units = held.get(position, ZERO) if there is None else there.units
            change = EXACT.subtract(
                _step(book, position, units), before.get(position, ZERO)
            )
            if change:
                account = book.account(position)
                average = costs.average(Pool.of(account, position.commodity))
                price = (
                    None
                    if average is None or position.commodity == book.case.currency
                    else Money(average, book.case.currency)
                )
                postings.append(
                    Posting(
                        position.account,
                        account.entity,
                        change,
                        position.commodity,
                        price,
                        added=True,
                    )
                )
                before[position] = EXACT.add(before.get(position, ZERO), change)
        if postings:
            yield _flow(day, tuple(postings))


def _step(book: Book, position: Position, units: Decimal) -> Decimal:
    """Round units to a step fine enough for any amount of money."""
    places = max(book.scales.get(position.commodity, 0), 8)
    return units.quantize(Decimal(1).scaleb(-places), context=WIDE)


def _flow(day: datetime.date, postings: tuple[Posting, ...]) -> Flow:
    return Flow(
        id=f"found-{day.isoformat()}",
        date=day,
        payee=None,
        narration="What was found",
        postings=postings,
        sources=(),
        hypotheses=frozenset(),
        amount_from=None,
        grade=None,
        basis="derived",
        known=day,
        purpose=None,
        claim=(),
        low=None,
        high=None,
        interval=Decimal(1),
        driver=None,
        locators={},
        notes={},
        place=Place("", 0),
    )
