"""What a page is built from: its study, its links and its tables."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any
from typing import Protocol

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import day_cell
from solvency.browse.blocks import safe_address
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.panel import OnPage
from solvency.browse.panel import counted
from solvency.figures.chances import chance
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.ledger.asked_scenario import BY_HAND
from solvency.ledger.asked_scenario import taken
from solvency.model.worth import amount_worth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.analysis.check import Findings
    from solvency.browse.request import Asked
    from solvency.browse.study import AtWork
    from solvency.browse.study import Study
    from solvency.exhibits.evidence.dossier import Claimed
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Ref
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Place
    from solvency.model.book import Book

#: The most flows a table lists; the rest are counted.
MOST = 200
#: The longest names of hypotheses that name a file.
_LONGEST = 60


class Addresses(Protocol):
    """Where things are in Fava, its filters kept."""

    def page(self, page: str, **query: Any) -> str:
        """Return the address of one of our pages."""

    def endpoint(self, page: str, name: str, **query: Any) -> str:
        """Return the address of something a page serves."""

    def account(self, name: str) -> str:
        """Return the address of an account's page."""

    def entry(self, place: Place) -> str:
        """Return the address of what is written at a place of the ledger."""

    def line(self, file: str, line: int) -> str:
        """Return the address of a file's line in the editor."""

    def has(self, page: str) -> bool:
        """Say whether there is such a page."""

    #: True where a server answers; False for files.
    live: bool
    #: The languages its pages are in.
    languages: tuple[str, ...]
    #: Pages that there are in every scenario, where no server answers.
    switched: frozenset[str]


@dataclass(frozen=True)
class Period:
    """What Fava's own filters leave: days, entities and flows.

    Attributes:
        since: The day before the first, if the time is filtered.
        until: The last day, if the time is filtered.
        entities: Entities with an account the account filter names; None without one.
        places: Where the transactions are written that the filter keeps; None
            without one.
        said: The filters, in words.
    """

    since: datetime.date | None = None
    until: datetime.date | None = None
    entities: frozenset[str] | None = None
    places: frozenset[tuple[str, int]] | None = None
    said: str = ""


@dataclass(frozen=True)
class View:
    """A study, what of it is asked for, and where things are."""

    study: Study
    asked: Asked
    at_home: Addresses
    period: Period = field(default_factory=Period)
    register: OnPage = field(default_factory=OnPage)
    #: The language the page is in.
    lang: str = FIRST_LANGUAGE
    #: Whether the page may change files of the case.
    edit: bool = False

    @property
    def case(self) -> Case:
        """Return the case, in the words it has in the page's language."""
        return self.study.said(self.lang)

    @property
    def locale(self) -> Locale:
        """Return the language the page is in."""
        return self.study.locale(self.lang)

    @property
    def dossier(self) -> Mapping[str, Claimed]:
        """Return the rows of evidence the case keeps beside its ledger, by id."""
        return self.study.dossier(self.lang)

    @property
    def state(self) -> tuple[str, ...]:
        """Return what is shown, in words for the name of a file saved from it."""
        case = self.study.case
        words = [case.scenario.name]
        if case.scenario.name == BY_HAND:
            names = "+".join(taken(case))
            digest = hashlib.sha256(names.encode()).hexdigest()[:8]
            words = [names if len(names) <= _LONGEST else f"by-hand-{digest}"]
        if self.lang != FIRST_LANGUAGE:
            words.append(self.lang)
        if case.known:
            words.append(f"known-{case.known}")
        if self.asked.at:
            words.append(f"at-{self.at}")
        if case.currency != case.home:
            words.append(case.currency)
        return tuple(words)

    @property
    def at(self) -> datetime.date:
        """Return the day of balance sheets."""
        return self.asked.at or self.case.reporting_date

    def at_work(self) -> AtWork:
        """Return what the page, once built, shows as still at work, and its words."""
        return tuple(self.register.at_work)

    def page(self, page: str, place: str = "", **changes: Any) -> str:
        """Return the address of a page in the same scenario and known-date."""
        found = self.at_home.page(page, **self.asked.query(**changes))
        return f"{found}#{place}" if place else found

    def place(self, ref: Ref) -> str:
        """Return where a thing of the case is on these pages, or in Fava."""
        if ref.kind == "account":
            return self.at_home.account(ref.name)
        if ref.kind == "source":
            return self.page("source", pick=ref.name)
        if ref.kind == "hypothesis":
            return self.page("hypotheses", f"hypothesis-{ref.name}")
        if ref.kind == "entity":
            return self.page("group", entity=ref.name)
        if ref.kind == "flow":
            return self.page("flow", pick=ref.name)
        if ref.kind == "observation":
            return self.at_home.entry(self.study.observations[ref.name].place)
        return ""

    def setting(
        self, of: tuple[str, ...] = (), book: Book | None = None, **found: object
    ) -> Setting:
        """Return what exhibits are built from.

        Args:
            of: The entities whose books are shown; none for the group's.
            book: Their postings, where not all are shown.
            found: Answers there are already, by what `analysis.study.Study` calls them.
        """
        from solvency.analysis.study import Study as Answers  # noqa: PLC0415 (brings in SciPy)
        from solvency.exhibits.setting import setting_of  # noqa: PLC0415 (as above)

        book = book or self.study.book
        answers = Answers(self.study.case, book, self.at)
        vars(answers).update(found)
        return setting_of(self.case, book, (self.at,), self.locale, answers, of)

    def setting_of_tests(self, found: Findings) -> Setting:
        """Return what exhibits of tests are built from, made once a page."""
        if self.register.setting is None:
            self.register.setting = self.setting(findings=found)
        return self.register.setting

    def worth(self, flow: Flow) -> Decimal | None:
        """Return a flow's central amount in the case's currency; None if unpriced."""
        return amount_worth(self.study.book.prices, flow)

    def flows_table(self, key: str, caption: str, ids: Iterable[str]) -> Table:
        """List flows: when, what, how much, and what they rest on."""
        by_id = self.case.by_id
        found = [by_id[name] for name in ids if name in by_id]
        shown = found[:MOST]
        worth = {flow.id: self.worth(flow) for flow in shown}
        printing = Printing(
            (value for value in worth.values() if value is not None),
            self.case.currency,
        )
        notes = []
        if len(found) > MOST:
            notes.append(
                many(
                    "The first %(most)s of %(count)s flow.",
                    "The first %(most)s of %(count)s flows.",
                    len(found),
                    most=str(MOST),
                )
            )
        if None in worth.values():
            notes.append(
                say("A dash under the amount: what moved has no price young enough.")
            )
        return Table(
            key,
            caption,
            (
                Cell("Flow"),
                Cell("Date"),
                Cell("What happened"),
                Cell("Amount", kind="num"),
                Cell("Spread"),
                Cell("Sources"),
                Cell("Grade"),
                Cell("Hypothesis"),
            ),
            tuple(
                Row(
                    (
                        Cell(flow.id, self.page("flow", pick=flow.id)),
                        day_cell(flow.date),
                        Cell(
                            happened(flow),
                            kind="wide",
                        ),
                        replace(
                            printing.cell(worth[flow.id]), figure=f"flow:{flow.id}"
                        ),
                        Cell(spread(self.case, flow)),
                        self.sources(flow.sources),
                        Cell(flow.grade or "", kind="grade"),
                        Cell(listed(sorted(flow.hypotheses))),
                    ),
                    key=flow.id,
                )
                for flow in shown
            ),
            tuple(notes),
            printing.unit,
        )

    def counted(self, key: str, number: int, formula: str, **rest: Any) -> Cell:
        """Return a number of things as a cell that opens which they are."""
        key = f"count:{key}"
        if number:
            self.register.figure(counted(key, number, formula, **rest))
        return Cell(f"{number:,}", kind="num", figure=key if number else "")

    def sources(self, names: tuple[str, ...]) -> Cell:
        """Return sources as a cell that leads to each of them."""
        if not names:
            return Cell(say("plug"), kind="bad")
        return Cell(
            listed(names),
            links=tuple(
                Link(name, self.page("source", pick=name))
                for name in names
                if name in self.case.sources
            ),
        )


def file_name(words: Iterable[str]) -> str:
    """Return words as the name of a file, without an ending."""
    return re.sub(r"[^\w.+-]+", "-", "-".join(words))


def happened(flow: Flow) -> str:
    """Return who a flow was with and what it was, in a line."""
    return spoken().text(": ").join(filter(None, (flow.payee, flow.narration)))


def spread(case: Case, flow: Flow) -> str:
    """Say how far a flow's amount may be off, as its sources or its grade have it."""
    if flow.low is not None or flow.high is not None:
        low = f"{flow.low:,f}" if flow.low is not None else "0"
        high = f"{flow.high:,f}" if flow.high is not None else say("no bound")
        sure = say("certainly") if flow.interval == 1 else chance(flow.interval)
        unit = flow.amount.commodity
        return say(
            "%(low)s to %(high)s %(unit)s (%(sure)s)",
            low=low,
            high=high,
            unit=unit,
            sure=sure,
        )
    half = case.spreads.get(flow.lent_grade or "")
    if half is None:
        return ""
    return say("exact") if not half else f"\N{PLUS-MINUS SIGN}{chance(half)}"


def outside(url: str | None, text: str) -> Cell:
    """Return a publisher's address as a cell; one that is not plain is only text."""
    address = safe_address(url)
    return Cell(text, address, title=url or "", outside=bool(address))
