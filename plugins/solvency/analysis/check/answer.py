"""What a test found: when it broke, by how much, how surely, by which flows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.defaults import WORTH_SAYING
from solvency.figures.formats import percent
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.remark import Remark

if TYPE_CHECKING:
    import datetime

    from numpy.typing import NDArray

    from solvency.analysis.check.margins import Tested
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Invariant
    from solvency.model.book import Position


#: Spells told one by one; of more, the first and the last.
_TOLD = 3
#: How sure it is that a chance is more than what is said of it.
_SURE = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """One inequality of a test over time: it holds where `have >= need`.

    Attributes:
        label: Which commodity, counterparty or bucket it is of; None for the test.
        unit: What `have` and `need` are in.
        have: What there is, shape (days,) or (draws, days).
        need: What there should be, likewise.
        mask: The positions it rests on.
        ratio: True where `have` and `need` are shares, not amounts.
    """

    label: str | None
    unit: str
    have: NDArray[Any]
    need: NDArray[Any]
    mask: NDArray[Any]
    ratio: bool = False


class AtSpreads(NamedTuple):
    """What draws of amounts and days say of a test."""

    #: The share in which it ever broke, and how many they were.
    probability: float
    draws: int
    #: The interval that holds the first day it broke in 90% of those draws.
    least: datetime.date | None
    most: datetime.date | None

    def to_json(self) -> dict[str, Any]:
        """Return the JSON document."""
        return {
            "probability": self.probability,
            "draws": self.draws,
            "first": {"least": self.least, "most": self.most},
        }


class Key(NamedTuple):
    """What a finding, and what its test had and needed over time, go by."""

    invariant: str
    entity: str
    #: The commodity, counterparty or bucket, where the test has several.
    label: str | None
    #: What tells the test from another of its name and entity, as its basis.
    variant: str = ""

    @property
    def of(self) -> str:
        """Return what it is of: commodity or counterparty, then its variant."""
        label = self.label or ""
        return f"{label} ({self.variant})".lstrip() if self.variant else label


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on end on which a test did not hold."""

    first: datetime.date
    #: The day before it held again; of a spell under way, the last day of the books.
    last: datetime.date
    #: How much was missing on the worst of them.
    worst: Decimal
    worst_at: datetime.date
    #: It has not held again by the end of the books.
    lasting: bool = False

    @property
    def words(self) -> str:
        """Say from when to when."""
        if self.first == self.last and not self.lasting:
            return Remark("on %(day)s", day=self.first)
        if self.lasting:
            return Remark(
                "from %(first)s to the end of the books",
                first=self.first,
            )
        return Remark("from %(first)s to %(last)s", first=self.first, last=self.last)


@dataclass(frozen=True, slots=True)
class Finding:
    """A test that did not hold, or may not have held."""

    invariant: str
    entity: str
    #: The commodity, counterparty or bucket, where the test has several.
    commodity: str | None
    severity: str
    #: None where it held in the written amounts but may not have.
    first: datetime.date | None
    last: datetime.date | None
    worst: datetime.date | None
    #: How much was missing on the worst day.
    amount: Decimal
    unit: str
    #: What there was of what there should have been, on the worst day.
    ratio: Decimal | None
    #: The share of draws in which it ever broke.
    probability: float
    #: The interval that holds the first day it broke in 90% of those draws.
    first_earliest: datetime.date | None
    first_latest: datetime.date | None
    #: The flows since it last held, largest effect first.
    flows: tuple[str, ...]
    #: What tells the test from another of its name and entity, as its basis.
    variant: str = ""
    #: Each time it broke and how long it lasted.
    spells: tuple[Spell, ...] = ()
    #: How many draws the share is of; none where nothing can differ.
    draws: int = 0

    def at(self, day: datetime.date) -> Spell | None:
        """Return the spell under way on a day, else the last that had begun by it."""
        begun = [one for one in self.spells if one.first <= day]
        return begun[-1] if begun else None

    @property
    def when(self) -> str:
        """Say from when to when it was broken, each time or the first and last."""
        if not self.spells:
            if self.first == self.last:
                return Remark("on %(day)s", day=self.first)
            return Remark(
                "from %(first)s to %(last)s", first=self.first, last=self.last
            )
        first, *more = (one.words for one in self.spells)
        if len(self.spells) > _TOLD:
            return Remark(
                "%(first)s, %(count)s times more, and again %(last)s",
                first=first,
                count=len(more) - 1,
                last=more[-1],
            )
        for one in more:
            first = Remark("%(first)s and again %(last)s", first=first, last=one)
        return first

    @property
    def key(self) -> Key:
        """Return what its series goes by."""
        return Key(self.invariant, self.entity, self.commodity, self.variant)

    @property
    def of(self) -> str:
        """Return what it is of: commodity or counterparty, then its variant."""
        return self.key.of


class Familywise(NamedTuple):
    """How often chance alone breaks one of many tests, on the case itself."""

    #: Tests that hold on every day in the written amounts, and the days.
    tests: int
    days: int
    #: The share of draws in which any of them breaks, and the most in which one does.
    rate: float
    most: float

    @property
    def told(self) -> str:
        """Say it."""
        return Remark(
            "Tests that hold in the amounts as written, on all %(days)s days:"
            " %(tests)s. At least one of them breaks in %(rate)s of draws, the one"
            " that breaks most often in %(most)s. If the amounts as written are true,"
            " errors of the size the case states would break at least one of these"
            " tests that often."
            if self.days != 1
            else "Tests that hold in the amounts as written, on the one day there is:"
            " %(tests)s. At least one of them breaks in %(rate)s of draws, the one"
            " that breaks most often in %(most)s. If the amounts as written are true,"
            " errors of the size the case states would break at least one of these"
            " tests that often.",
            tests=self.tests,
            days=self.days,
            rate=percent(self.rate),
            most=percent(self.most),
        )


@dataclass(frozen=True)
class Findings:
    """Every finding of a scenario, and what each test had and needed over time."""

    case: Case
    findings: tuple[Finding, ...]
    draws: int
    seed: int
    #: Standard error of a probability near one half at this number of draws.
    standard_error: float
    #: What each test had and needed over time.
    series: dict[Key, Series] = field(default_factory=dict)
    #: Every test, passed or failed; then those of what was found, where anything was.
    tests: tuple[Tested, ...] = ()
    #: None where nothing is drawn, or no test holds as written.
    familywise: Familywise | None = None

    @property
    def found(self) -> tuple[Tested, ...]:
        """Return the tests of what was found, from the petition on."""
        return tuple(one for one in self.tests if one.on == "found")

    @property
    def frame_of_draws(self) -> str:
        """Say what draws leave as it is, and what they are silent of."""
        said = Remark(
            "Draws are of amounts and days, with the flows, prices and scenario as"
            " they are; what broke in fewer than %(share)s of them is left out.",
            share=percent(WORTH_SAYING, 0),
        )
        if self.familywise is None:
            return said
        return Remark("%(one)s %(other)s", one=said, other=self.familywise.told)

    @property
    def surely(self) -> str:
        """Say what breaking in every draw leaves open; nothing where none did."""
        if not any(one.draws and one.probability == 1 for one in self.findings):
            return ""
        # All of n draws break with a chance of 5% where one breaks with this chance:
        # rounded down, to as many digits as n tells apart.
        least = 100 * (1 - _SURE) ** (1 / self.draws)
        places = max(len(str(self.draws)) - 3, 0)
        least = math.floor(least * 10**places) / 10**places
        return Remark(
            "100%%: in all %(draws)s draws, with the flows, prices and scenario as they"
            " are. With 95%% confidence the chance is more than %(least)s%%.",
            draws=f"{self.draws:,}",
            least=f"{least:.{places}f}",
        )

    @property
    def convergence(self) -> str:
        """Say how many draws the probabilities rest on, and how well."""
        told = Remark(
            "Probabilities from %(draws)s draws (seed %(seed)s); standard error at most"
            " %(error)s. %(frame)s",
            draws=f"{self.draws:,}",
            seed=self.seed,
            error=f"{self.standard_error:.3f}",
            frame=self.frame_of_draws,
        )
        if not self.surely:
            return told
        return Remark("%(one)s %(other)s", one=told, other=self.surely)

    @property
    def breaches(self) -> tuple[Finding, ...]:
        """Return the findings that are breaches in the written amounts."""
        return tuple(
            finding
            for finding in self.findings
            if finding.severity == "breach" and finding.first is not None
        )

    def to_table(self) -> Table:
        """Return the findings as a table."""
        return listing(
            title="Findings",
            heads=(
                Heading("invariant"),
                Heading("entity"),
                Heading("of"),
                Heading("severity"),
                Heading("first"),
                Heading("last"),
                Heading("spells"),
                Heading("worst"),
                Heading("amount"),
                Heading("unit"),
                Heading("ratio"),
                Heading("probability"),
                Heading("first between"),
            ),
            rows=tuple(_row(finding) for finding in self.findings),
            notes=(self.convergence,) if self.draws else (),
        )


@dataclass(frozen=True, slots=True)
class Series:
    """What a test had and needed, day by day, in the written amounts."""

    invariant: Invariant
    label: str | None
    unit: str
    days: tuple[datetime.date, ...]
    have: tuple[Decimal, ...]
    need: tuple[Decimal, ...]
    variant: str = ""
    #: What the test counts: each account and commodity.
    positions: tuple[Position, ...] = ()

    @property
    def key(self) -> Key:
        """Return what its finding, if there is one, goes by."""
        test = self.invariant
        return Key(test.name, test.entity, self.label, self.variant)


def _chance(probability: float) -> Decimal:
    """Return a chance to four places; more, where these would say that it is one."""
    shown = Decimal(f"{probability:.4f}")
    return Decimal(f"{probability:.8f}") if shown == 1 > probability else shown


def _row(finding: Finding) -> tuple[object, ...]:
    between = (
        f"{finding.first_earliest} to {finding.first_latest}"
        if finding.first_earliest
        else ""
    )
    return (
        finding.invariant,
        finding.entity,
        finding.of,
        finding.severity,
        finding.first or "",
        finding.last or "",
        "; ".join(one.words for one in finding.spells),
        finding.worst or "",
        finding.amount,
        finding.unit,
        finding.ratio if finding.ratio is not None else "",
        _chance(finding.probability),
        between,
    )
