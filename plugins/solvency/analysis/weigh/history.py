"""How each explanation fared as evidence came in.

Belief in each hypothesis by what was published by a day: the flows and observations
known by then, weighed as they are for today. The days come from the case: events of
kind "known" name them (`2023-01-17 event "known" "The debtors' first report"`). A case
without such events is read at the day its hypotheses are dated, at the end of the
months that brought the most observations after it, and now.
"""

from __future__ import annotations

import datetime
from collections import Counter
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from beancount.core.data import Custom

from solvency.analysis.weigh.evidence import evidence
from solvency.defaults import WEIGHING_SEED
from solvency.figures.figure import SHARE
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.precision import settled_all
from solvency.figures.remark import Remark
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.answer import Beliefs
    from solvency.figures.table import Table
    from solvency.ledger.case import Case

#: Months named where the case names no days.
_MONTHS = 4
#: Standard error of a sampled belief: it is shown to two places.
_ERROR = 0.005


class Moment(NamedTuple):
    """A day from which something was known, and why it matters."""

    #: None for now: everything published.
    day: datetime.date | None
    label: str


class KnownThen(NamedTuple):
    """What was believed by what was published by a day."""

    moment: Moment
    observations: int
    flows: int
    #: Belief by hypothesis; None where no flow of it had been told by then.
    posteriors: dict[str, float | None]


@dataclass(frozen=True)
class History:
    """Beliefs as known on each of a few days.

    Attributes:
        hypotheses: names, in the case's order.
        then: the days, oldest first; the last is now.
    """

    hypotheses: tuple[str, ...]
    then: tuple[KnownThen, ...]

    def move(self, name: str) -> float:
        """Return how far a belief moved while it was held: to come is no move."""
        every = (one.posteriors[name] for one in self.then)
        held = [share for share in every if share is not None]
        return max(held, default=0.0) - min(held, default=0.0)

    def to_table(self) -> Table:
        """Return a row a hypothesis and a column a day."""
        return listing(
            "Belief in each hypothesis, as known on a date",
            (
                Heading("hypothesis"),
                *(Heading(str(one.moment.day or "now"), SHARE) for one in self.then),
            ),
            tuple(
                (name, *(_cell(one.posteriors[name]) for one in self.then))
                for name in self.hypotheses
            ),
            notes=(
                *(
                    f"{one.moment.day or 'now'}: {one.moment.label};"
                    f" {one.observations} observations and {one.flows} flows known"
                    for one in self.then
                ),
                "a dash: no flow of the hypothesis had been told by then",
            ),
        )


@wide()
def history(
    case: Case,
    *,
    seed: int = WEIGHING_SEED,
    progress: Callable[[str], None] | None = None,
    now: Beliefs | None = None,
) -> History:
    """Weigh a case's hypotheses as known on each of its days.

    Args:
        case: the case with everything known.
        seed: of the sampler.
        progress: called with a word on each day.
        now: the beliefs of today, where they have been weighed already: they are
            the last.

    Returns:
        Beliefs by day.

    Raises:
        ValueError: the case has no hypotheses, or no observation ever speaks.
    """
    evidence(case)
    then = []
    for moment in moments(case):
        if progress is not None:
            progress(f"weighing as known on {moment.day or 'this day'}")
        if moment.day is None and now is not None:
            then.append(_known_now(case, moment, now))
        else:
            then.append(_known_then(case, moment, seed))
    return History(tuple(case.hypotheses), tuple(then))


def as_known(case: Case, day: datetime.date) -> Case:
    """Return a case with only what was published by a day."""
    return replace(
        case,
        known=day,
        observations=tuple(
            one
            for one in case.observations
            if case.sources[one.source].published <= day
        ),
    )


def moments(case: Case) -> tuple[Moment, ...]:
    """Return the days at which belief is shown, oldest first, now the last."""
    now = Moment(None, "everything published")
    named = [
        Moment(event.date, event.description)
        for event in case.events
        if event.kind == "known"
    ]
    if named:
        return (*sorted(named), now)
    told = _told(case)
    published = [case.sources[one.source] for one in case.observations]
    later = [one for one in published if told is None or one.published > told]
    by_month = Counter((s.published.year, s.published.month) for s in later)
    found = []
    for (year, month), count in by_month.most_common(_MONTHS):
        inside = [
            s for s in later if (s.published.year, s.published.month) == (year, month)
        ]
        loudest, most = Counter(s.independence_group for s in inside).most_common(1)[0]
        found.append(
            Moment(
                max(s.published for s in inside),
                Remark(
                    "after %(count)s observations of that month, %(most)s of them from"
                    " %(group)s",
                    count=count,
                    most=most,
                    group=loudest,
                ),
            )
        )
    if told is not None:
        found.append(Moment(told, "when most hypotheses were put forward"))
    return (*sorted(found), now)


def _told(case: Case) -> datetime.date | None:
    """Return the day most hypotheses are dated."""
    days = Counter(
        entry.date
        for entry in case.kept_entries
        if isinstance(entry, Custom) and entry.type == "hypothesis"
    )
    return days.most_common(1)[0][0] if days else None


def _known_then(case: Case, moment: Moment, seed: int) -> KnownThen:
    then = case if moment.day is None else as_known(case, moment.day)
    day = moment.day or datetime.date.max
    told = {
        name for flow in case.flows if flow.known <= day for name in flow.hypotheses
    }
    beliefs = {name: float(one.prior) for name, one in case.hypotheses.items()}
    try:
        found = evidence(then)
    except ValueError:
        # Nothing had been said by then that speaks to any balance.
        pass
    else:
        weighed = found.weigh(best=1, error=_ERROR, seed=seed)
        beliefs |= dict(
            zip(found.hypotheses, settled_all(weighed.posteriors), strict=True)
        )
    return KnownThen(
        moment,
        len(then.observations),
        sum(flow.known <= day for flow in case.flows),
        {name: beliefs[name] if name in told else None for name in case.hypotheses},
    )


def _known_now(case: Case, moment: Moment, now: Beliefs) -> KnownThen:
    told = {name for flow in case.flows for name in flow.hypotheses}
    return KnownThen(
        moment,
        len(case.observations),
        len(case.flows),
        {one.id: one.posterior if one.id in told else None for one in now.hypotheses},
    )


def _cell(belief: float | None) -> Decimal | str:
    return "-" if belief is None else Decimal(f"{belief:.4f}")
