"""One case as one page sees it: a scenario, a known-date, and what follows.

Everything is computed on first asking and kept. Quick questions are answered at
once; long ones are worked on beside the page, which says how far they are.
"""

from __future__ import annotations

import contextlib
import threading
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any
from typing import Generic
from typing import TypeVar

from solvency.browse.language import locale_of
from solvency.defaults import TEST_DRAWS
from solvency.ledger.asked_scenario import scenario_of
from solvency.ledger.asked_scenario import supposing
from solvency.ledger.handover import handed
from solvency.ledger.load import load
from solvency.model.consolidation import group_sheet
from solvency.model.restated_observations import restated

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.analysis.check import Findings
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.browse.request import Asked
    from solvency.exhibits.evidence.dossier import Claimed
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Case
    from solvency.ledger.case import Observation
    from solvency.ledger.handover import Loaded
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet

T = TypeVar("T")
#: Flows up to which the tests are drawn as often as the command line does; a larger
#: ledger would keep the page waiting, and is shown in the written amounts.
DRAWN = 2_000
#: Answers kept from one load to the next.
_KEPT = 200
#: Seconds a page waits for a long computation before it says how far it is.
PATIENCE = 0.2
#: Pages kept of a study, and studies kept of a load.
_PAGES, _STUDIES, _CASES = 32, 40, 40
#: Long computations that wait for their turn, the one asked for last at the end. One
#: goes on at a time: Python runs one thread, and pages must have their share of it.
_WAITING: list[object] = []
_TURN = threading.Condition()
_busy = False


class _StoppedError(Exception):
    """The ledger changed: nobody wants the answer any more."""


@contextlib.contextmanager
def _turn() -> Iterator[None]:
    """Wait until no other computation goes on and none was asked for later."""
    global _busy  # noqa: PLW0603 (one turn for the program)
    me = object()
    with _TURN:
        _WAITING.append(me)
        _TURN.wait_for(lambda: not _busy and _WAITING[-1] is me)
        _WAITING.remove(me)
        _busy = True
    try:
        yield
    finally:
        with _TURN:
            _busy = False
            _TURN.notify_all()


class Later(Generic[T]):
    """A long computation beside the pages."""

    def __init__(self, work: Callable[[Callable[[str], None]], T]) -> None:
        self.said = "waiting for another computation to end"
        self.result: T | None = None
        self.error = ""
        self._stopped = threading.Event()
        self._done = threading.Event()
        self._work = work
        threading.Thread(target=self._run, daemon=True).start()

    def wait(self, seconds: float | None) -> bool:
        """Wait a little, or with None to the end; say whether the answer is there."""
        return self._done.wait(seconds)

    def beyond(self, said: str) -> bool:
        """Say whether the work has ended, or is further than it once said."""
        return self._done.is_set() or self.said != said

    def stop(self) -> None:
        """Give the computation up at its next step."""
        self._stopped.set()

    def _tell(self, said: str) -> None:
        if self._stopped.is_set():
            raise _StoppedError
        self.said = said

    def _run(self) -> None:
        try:
            with _turn():
                self._tell("started")
                self.result = self._work(self._tell)
        except _StoppedError:
            self.error = "the ledger changed meanwhile"
        except (ValueError, ArithmeticError) as error:
            # What an analysis says it cannot do is for the page to say.
            self.error = str(error)
        except Exception as error:  # noqa: BLE001 (a thread has nobody to raise to)
            self.error = f"{type(error).__name__} in the computation"
        finally:
            self._done.set()


#: Long computations that a page shows as still at work, and what each said then.
AtWork = tuple[tuple[Later[Any], str], ...]


class Study:
    """A case in one scenario, and the answers to what pages ask of it."""

    def __init__(
        self,
        case: Case,
        answers: dict[object, Any],
        key: tuple[object, ...] | None = None,
    ) -> None:
        """Keep a case, and where answers are kept.

        Args:
            case: The case.
            answers: The answers of all studies, by what they depend on.
            key: What answers depend on, where they are not kept by fingerprint.
        """
        self.case = case
        #: Seconds to wait for a long computation; None waits for its end.
        self.patience: float | None = PATIENCE
        #: False where figures alone are wanted: no long work, no drawing.
        self.whole = True
        #: False where long work is left out, and said to be.
        self.long = True
        #: True where nothing else is worked on: long questions are answered in place.
        self.alone = False
        #: False where the tests are asked in the written amounts alone.
        self.drawn = True
        #: Pages as they were built, by their address, each with what was at work.
        self._pages: dict[str, tuple[Any, AtWork]] = {}
        self._key = key
        self._answers = answers
        self._sheets: dict[tuple[datetime.date, str, tuple[str, ...]], GroupSheet] = {}
        # By language.
        self._said: dict[str, Case] = {}
        self._locales: dict[str, Locale] = {}
        self._dossiers: dict[str, Mapping[str, Claimed]] = {}

    @cached_property
    def book(self) -> Book:
        """Return the Book."""
        return self.case.book()

    def said(self, lang: str) -> Case:
        """Return the case with the titles and words it has in a language."""
        from solvency.report.language import case_in  # noqa: PLC0415 (brings in SciPy)

        if lang not in self._said:
            self._said[lang] = case_in(self.case, lang)
        return self._said[lang]

    def locale(self, lang: str) -> Locale:
        """Return a language, with the names the case has in it."""
        if lang not in self._locales:
            self._locales[lang] = locale_of(self.case, lang)
        return self._locales[lang]

    def dossier(self, lang: str) -> Mapping[str, Claimed]:
        """Return the rows of evidence the case keeps beside its ledger, by id."""
        from solvency.exhibits.evidence.dossier import claimed  # noqa: PLC0415 (as above)

        if lang not in self._dossiers:
            self._dossiers[lang] = claimed(self.case, lang)
        return self._dossiers[lang]

    @cached_property
    def observations(self) -> Mapping[str, Observation]:
        """Return every observation by its id."""
        return {one.id: one for one in self.case.observations}

    def keep(self, question: str, later: Later[Any]) -> None:
        """Keep the answer to a question that is worked on elsewhere."""
        self._answers[self.key, question] = later

    @property
    def draws(self) -> int:
        """Return how often the tests are drawn."""
        few = len(self.case.selected) <= DRAWN
        return TEST_DRAWS if few and self.drawn and self.whole else 0

    @cached_property
    def key(self) -> tuple[object, ...]:
        """Return what an answer of this study depends on."""
        if self._key is not None:
            return self._key
        scenario = self.case.scenario
        held = tuple(sorted(scenario.hypotheses))
        case = self.case
        return case.fingerprint, scenario.name, held, case.known, case.currency

    def written(self) -> Findings:
        """Return what the tests found in the written amounts, without draws."""
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

        return self._answer("written", lambda: evaluate(self.book, draws=0))

    def findings(self) -> Findings:
        """Return what the tests found, drawn as the command line draws them.

        While the draws go on beside the page, and on a ledger too large for them,
        what was found in the written amounts: the same but for probabilities.
        """
        later = self.draw()
        if later is None or not later.wait(self.patience) or later.result is None:
            return self.written()
        return later.result

    def draw(self) -> Later[Findings] | None:
        """Return the draws of the tests, begun on first asking; None if too many."""
        from solvency.analysis.check import evaluate  # noqa: PLC0415 (as above)

        if not self.draws:
            return None
        return self.later("findings", lambda _: evaluate(self.book, draws=self.draws))

    def reconciled(self) -> Later[Reconciled]:
        """Return whether the claims can all be true, worked on beside the pages."""
        from solvency.analysis.reconcile.reconcile import reconcile  # noqa: PLC0415 (as above)

        def work(tell: Callable[[str], None]) -> Reconciled:
            tell("reconciling the claims")
            return reconcile(self.case)

        return self.later("reconciled", work)

    def light(self) -> Study:
        """Return the same study without drawings and without long work."""
        found = Study(self.case, self._answers, self.key)
        found.whole = found.long = False
        found.__dict__["book"] = self.book
        return found

    def sheet(
        self, at: datetime.date, basis: str, names: tuple[str, ...]
    ) -> GroupSheet:
        """Return the balance sheet of several entities, consolidated."""
        key = (at, basis, names)
        if key not in self._sheets:
            self._sheets[key] = group_sheet(self.book, names, at, basis)
        return self._sheets[key]

    def page(
        self, address: str, build: Callable[[], T], at_work: Callable[[], AtWork]
    ) -> T:
        """Return a page, as it was built before where nothing can have changed.

        Args:
            address: Its address.
            build: Builds it.
            at_work: Returns, once it is built, the long computations that it shows as
                still at work: it is built anew when one of them is further.
        """
        kept: tuple[T, AtWork] | None = self._pages.pop(address, None)
        if kept is None or any(later.beyond(said) for later, said in kept[1]):
            page = build()
            kept = page, at_work()
        while len(self._pages) >= _PAGES:
            self._pages.pop(next(iter(self._pages)))
        self._pages[address] = kept
        return kept[0]

    def once(self, question: str, work: Callable[[], T]) -> T:
        """Return the answer to a quick question, worked out on first asking."""
        return self._answer(question, work)

    def later(
        self, question: str, work: Callable[[Callable[[str], None]], T]
    ) -> Later[T]:
        """Return a long computation, started on first asking."""
        found: Later[T] = self._answer(question, lambda: Later(work))
        return found

    def asked(self, question: str) -> bool:
        """Say whether a question was asked before."""
        return (self.key, question) in self._answers

    def _answer(self, question: str, work: Callable[[], T]) -> T:
        key = (self.key, question)
        if key not in self._answers:
            while len(self._answers) >= _KEPT:
                self._answers.pop(next(iter(self._answers)))
            self._answers[key] = work()
        found: T = self._answers[key]
        return found


class Shelf:
    """The studies of one ledger; answers outlive a reload that changes nothing."""

    def __init__(
        self,
        path: str,
        scenario: str | None = None,
        known: datetime.date | None = None,
        *,
        trust: bool = False,
        currency: str | None = None,
        hypothesis: str | None = None,
    ) -> None:
        """Keep where the ledger is, and what is shown unless a page is asked else."""
        self.path = path
        self.scenario = scenario
        self.known = known
        self.trust = trust
        self.currency = currency
        self.hypothesis = hypothesis
        #: Pages are built one at a time: they share what they compute.
        self.lock = threading.RLock()
        self._loaded: Loaded | None = None
        self._answers: dict[object, Any] = {}
        self._cases: dict[tuple[str | None, datetime.date | None], Case] = {}
        self._studies: dict[tuple[object, ...], Study] = {}

    def renew(self, loaded: Loaded) -> None:
        """Forget the case: its files have changed, and were loaded anew."""
        self._loaded = loaded
        self._cases = {}
        self._studies = {}

    def case(self, scenario: str | None, known: datetime.date | None) -> Case:
        """Return the case in a scenario, as known by a day.

        Raises:
            CaseError: If the ledger cannot be read.
        """
        own = self.scenario, self.known
        key = (scenario or self.scenario, known or self.known)
        if key not in self._cases:
            offered = self._loaded and handed(self._loaded, *key, trust=self.trust)
            # Addresses name as many days as there are: those of one reader neither
            # stay here for ever nor push others' cases out of the user's cache.
            found = offered or load(
                self.path,
                scenario=key[0],
                known=key[1],
                trust=self.trust,
                cache=key == own,
            )
            while len(self._cases) >= _CASES:
                self._cases.pop(next(one for one in self._cases if one != own))
            self._cases[key] = found
        return self._cases[key]

    def study(self, asked: Asked) -> Study:
        """Return the study of what a page is asked to show.

        Raises:
            CaseError: If the ledger cannot be read.
        """
        currency = asked.currency or self.currency
        key = (asked.scenario, asked.chosen, asked.known, currency)
        if key not in self._studies:
            case = self.case(asked.scenario, asked.known)
            if asked.chosen is not None:
                case = replace(case, scenario=scenario_of(case, asked.chosen))
            elif self.hypothesis is not None and asked.scenario is None:
                case = supposing(case, self.hypothesis)
            if currency and not case.errors:
                case = restated(case, currency)
            while len(self._studies) >= _STUDIES:
                self._studies.pop(next(iter(self._studies)))
            self._studies[key] = Study(case, self._answers)
        return self._studies[key]
