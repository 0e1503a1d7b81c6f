"""What the analyses found of a case, each computed once and only if asked for.

Results are kept for the last few cases by fingerprint, scenario and known-date, so
that several reports of one case in one process share them.
"""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from functools import partial
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar

from solvency.analysis.split import split

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.check.answer import Findings
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.analysis.recover.distributions import ClassPayment
    from solvency.analysis.recover.made_whole import Afterwards
    from solvency.analysis.recover.made_whole import InKind
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.suspect_periods import Transfer
    from solvency.analysis.recover.variations import Varied
    from solvency.analysis.sources_uses import Funds
    from solvency.analysis.stress.answer import Stress
    from solvency.analysis.tally.answer import Tallied
    from solvency.analysis.trace.answer import Following
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.analysis.weigh.history import History
    from solvency.analysis.weigh.once import WeighedOnce
    from solvency.ledger.case import Case
    from solvency.model.book import Book

    Key = tuple[str, str, datetime.date | None, datetime.date]
    Progress = Callable[[str], None]

Answer = TypeVar("Answer")


class _Question(cached_property[Answer]):
    """A long question, which a process beside may work on already."""

    def __init__(self, ask: Callable[[Any], Answer], words: str) -> None:
        super().__init__(ask)
        self._words = words

    def __get__(self, study: Any, owner: type[Any] | None = None) -> Any:
        if study is not None and self.attrname is not None:
            study.take(self.attrname, self._words)
        return super().__get__(study, owner)


def _long(
    words: str,
) -> Callable[[Callable[[Any], Answer]], cached_property[Answer]]:
    """Return what makes a long question of a method, told with words while it is."""
    return partial(_Question, words=words)


#: How many cases' results are kept.
_KEPT = 4
_cache: OrderedDict[Key, Study] = OrderedDict()


def study_of(
    case: Case, book: Book, at: datetime.date, progress: Progress | None = None
) -> Study:
    """Return the analyses of a case, those already made if it was asked before.

    Args:
        case: The case.
        book: Its postings in the scenario reported.
        at: The day of what is stated as at a day.
        progress: Called with a word before each long analysis.
    """
    key = (case.fingerprint, case.scenario.name, case.known, at)
    found = _cache.pop(key, None) or Study(case, book, at)
    found.progress = progress
    _cache[key] = found
    while len(_cache) > _KEPT:
        _cache.popitem(last=False)
    return found


class Study:
    """The analyses of one case and scenario; None where one does not apply."""

    def __init__(self, case: Case, book: Book, at: datetime.date) -> None:
        """Compute nothing yet."""
        self.case = case
        self.book = book
        self.at = at
        self.progress: Progress | None = None
        self._funds: dict[tuple[str, datetime.date, datetime.date | None], Funds] = {}
        self._followed: dict[str, Following | None] = {}
        self._valued: dict[bool, Findings] = {}
        #: Why an analysis could not be made, by its name here.
        self.reasons: dict[str, str] = {}
        # What waits for answers that processes beside work on.
        self._ahead: dict[str, Callable[[], tuple[Any, dict[str, str]]]] = {}

    def _tried(self, name: str, make: Callable[[], Answer]) -> Answer | None:
        """Make an analysis, or keep why it cannot be made."""
        try:
            return make()
        except ValueError as error:
            self.reasons.setdefault(name, str(error))
            return None

    def _say(self, words: str) -> None:
        if self.progress is not None:
            self.progress(words)

    @contextlib.contextmanager
    def ahead(self, asked: Iterable[tuple[str, ...]]) -> Iterator[None]:
        """Have long questions worked out beside what is done in a block.

        What is asked of the study meanwhile waits for the answer; what nobody asks for
        is given up at the end of the block. Where no process can be split off, each
        question is worked out when it is asked, as outside the block.

        Args:
            asked: Names of questions, those of one process together, in their order.
        """
        # A process that is split off has the study already: it is not handed over.
        new = [
            {one: partial(self._told, one) for one in some if one not in self.__dict__}
            for some in asked
        ]
        with split(new, (self.case, self.book)) as at_work:
            self._ahead = at_work
            try:
                yield
            finally:
                self._ahead = {}

    def _told(self, question: str) -> tuple[Any, dict[str, str]]:
        """Return an answer, and why analyses could not be made."""
        self._ahead, self.progress = {}, None
        return getattr(self, question), self.reasons

    def take(self, question: str, words: str) -> None:
        """Say what is worked out; take it from a process that works on it already."""
        self._say(words)
        at_work = self._ahead.pop(question, None)
        if at_work is None:
            return
        self.__dict__[question], reasons = at_work()
        for name, why in reasons.items():
            self.reasons.setdefault(name, why)

    @_long("testing solvency")
    def findings(self) -> Findings:
        """Return what the tests of solvency found."""
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (asked for seldom)

        return evaluate(self.book)

    @cached_property
    def written(self) -> Findings:
        """Return what the tests found in the amounts as written, without draws."""
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

        if "findings" in self.__dict__:
            return self.findings
        return evaluate(self.book, draws=0)

    def valued(self, *, drawn: bool = False) -> Findings:
        """Return, at market, what tests of customers' assets ask in kind alone.

        Args:
            drawn: Say how surely and between which days, which takes draws.
        """
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

        if drawn not in self._valued:
            asked = tuple(
                replace(one, name="customer-assets-clean")
                for one in self.case.invariants
                if one.name == "customer-assets"
            )
            case = replace(self.case, invariants=asked)
            self._valued[drawn] = evaluate(
                case.book(), draws=None if drawn else 0, otherwise=False
            )
        return self._valued[drawn]

    @_long("reconciling claims")
    def reconciled(self) -> Reconciled | None:
        """Return whether the claims can all be true."""
        from solvency.analysis.reconcile.reconcile import reconcile  # noqa: PLC0415 (brings in SciPy)

        if not self.case.observations:
            return None
        return self._tried("reconciled", lambda: reconcile(self.case))

    @cached_property
    def weighed(self) -> WeighedOnce | None:
        """Return the hypotheses weighed, without what stands beside the beliefs."""
        from solvency.analysis.weigh.once import weighed_once  # noqa: PLC0415 (brings in SciPy)

        if not self.case.hypotheses or not self.case.observations:
            return None
        self._say("weighing hypotheses")
        return self._tried(
            "beliefs", lambda: weighed_once(self.case, progress=self.progress)
        )

    @_long("weighing hypotheses")
    def unfit(self) -> bool | None:
        """Say whether nothing fits as stated; None where nothing is weighed."""
        return None if self.weighed is None else self.weighed.unfit

    @_long("weighing hypotheses")
    def beliefs(self) -> Beliefs | None:
        """Return belief in the hypotheses."""
        from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (brings in SciPy)

        once = self.weighed
        if once is None:
            return None
        return self._tried(
            "beliefs",
            lambda: believe(
                self.case, weighed=once, beside=False, progress=self.progress
            ),
        )

    @cached_property
    def history(self) -> History | None:
        """Return how each hypothesis fared as evidence came in."""
        from solvency.analysis.weigh.history import history  # noqa: PLC0415 (brings in SciPy)

        now = self.beliefs
        if now is None:
            return None
        return self._tried(
            "history", lambda: history(self.case, progress=self.progress, now=now)
        )

    @_long("adding up losses")
    def totalled(self) -> Tallied | None:
        """Return the distribution of what the hypotheses take together."""
        from solvency.analysis.tally.tally import tally  # noqa: PLC0415 (brings in SciPy)

        if not self.case.hypotheses:
            return None
        return self._tried("tallied", lambda: tally(self.case, beside=False))

    @_long("adding up losses")
    def explained(self) -> Tallied | None:
        """Return the same with how much of what is untraced they explain."""
        from solvency.analysis.tally.tally import explained  # noqa: PLC0415 (brings in SciPy)

        return explained(self.case, self.totalled) if self.totalled else None

    @_long("adding up losses")
    def tallied(self) -> Tallied | None:
        """Return the same with each scenario, and with amounts that go together."""
        from solvency.analysis.tally.tally import with_rest  # noqa: PLC0415 (brings in SciPy)

        return with_rest(self.case, self.explained) if self.explained else None

    @cached_property
    def recovery(self) -> Recovery | None:
        """Return who gets what back."""
        from solvency.analysis.recover.recover import recover  # noqa: PLC0415 (brings in SciPy)

        self._say("sharing out")
        found = self._tried("recovery", lambda: recover(self.book, self.at))
        return found if found and found.classes else None

    @cached_property
    def varied(self) -> Varied | None:
        """Return who gets what back with one assumption changed at a time."""
        from solvency.analysis.recover.variations import varied  # noqa: PLC0415 (brings in SciPy)

        return varied(self.book, self.recovery) if self.recovery else None

    @cached_property
    def stress(self) -> Stress | None:
        """Return what tokens would fetch."""
        from solvency.analysis.stress.stress import stress  # noqa: PLC0415 (brings in SciPy)

        try:
            found = stress(self.book, self.at)
        except LookupError:
            return None
        return found if found.tokens else None

    @cached_property
    def cut(self) -> Stress | None:
        """Return what holdings without a market depth would fetch at a haircut."""
        from solvency.analysis.stress.stress import stress  # noqa: PLC0415 (brings in SciPy)

        found = stress(self.book, self.at)
        return found if found.cuts else None

    @cached_property
    def preferences(self) -> tuple[Transfer, ...]:
        """Return transfers before the petition that may have to be given back."""
        from solvency.analysis.recover.preferences import preferences  # noqa: PLC0415 (brings in SciPy)

        if not any(event.kind == "petition" for event in self.case.events):
            return ()
        return preferences(self.book, self.case.reporting_date)

    @cached_property
    def lent_inside(self) -> tuple[tuple[str, Decimal | None], ...]:
        """Return what debtors of the group lent one another before the petition."""
        from solvency.analysis.recover.lent_inside import lent_inside  # noqa: PLC0415 (brings in SciPy)

        return lent_inside(self.book, self.case.reporting_date)

    @cached_property
    def afterwards(self) -> tuple[Afterwards, ...]:
        """Return what came later of the assets there were."""
        from solvency.analysis.recover import made_whole  # noqa: PLC0415 (brings in SciPy)

        return made_whole.afterwards(self.book, self.recovery) if self.recovery else ()

    @cached_property
    def distributions(self) -> tuple[ClassPayment, ...]:
        """Return what was paid on debts after the petition."""
        from solvency.analysis.recover.distributions import distributions  # noqa: PLC0415 (brings in SciPy)

        return distributions(self.book, self.recovery) if self.recovery else ()

    @cached_property
    def in_kind(self) -> tuple[InKind, ...]:
        """Return claims in coins at the petition's prices and at later days'."""
        from solvency.analysis.recover import made_whole  # noqa: PLC0415 (brings in SciPy)

        if self.recovery is None:
            return ()
        later = made_whole.later_days(self.book, self.recovery)
        return made_whole.in_kind(self.book, self.recovery, later)

    def funds(
        self,
        name: str,
        until: datetime.date | None = None,
        since: datetime.date | None = None,
    ) -> Funds:
        """Return sources and uses of funds of an entity, a silo or the group."""
        from solvency.analysis.sources_uses import funds  # noqa: PLC0415 (as above)

        key = (name, until or self.at, since)
        if key not in self._funds:
            self._funds[key] = funds(self.book, *key)
        return self._funds[key]

    def followed(self, account: str) -> Following | None:
        """Return whose money each outlay of an account was, if that can be said."""
        from solvency.analysis.trace.trace import follow  # noqa: PLC0415 (brings in SciPy)

        if account not in self._followed:
            try:
                self._followed[account] = self._tried(
                    "followed", lambda: follow(self.book, (account,), at=self.at)
                )
            except LookupError:
                self._followed[account] = None
        return self._followed[account]
