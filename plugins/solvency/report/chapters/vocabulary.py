"""The names a chapter calls: each gives figures, days and words of the case."""

from __future__ import annotations

import datetime
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.evidence.makeup import adds_up
from solvency.exhibits.flows import told
from solvency.exhibits.flows import worth
from solvency.exhibits.trace.section import followed
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.report.chapters.body import CitedSources
from solvency.report.chapters.body import QuotedWords
from solvency.report.chapters.book_names import OfBooks
from solvency.report.chapters.exhibits import Exhibits
from solvency.report.chapters.facts import Facts
from solvency.report.chapters.finding_names import OfFindings

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Scenario


#: Longer words are no quotation but a chapter.
_LONGEST_QUOTED = 500
#: The most flows a timeline has beside the events of the case.
_DATED = 10


class _Nothing:
    """Where no account can be traced."""

    by_purpose: tuple[Any, ...] = ()


class Vocabulary(OfBooks, OfFindings):
    """The names of one case."""

    def __init__(self, setting: Setting) -> None:
        """Name what a report is of."""
        super().__init__(setting)
        self.exhibits = Exhibits(setting)

    @cached_property
    def names(self) -> dict[str, Any]:
        """Return the names, with what each stands for in a chapter."""
        case = self.setting.case
        called: tuple[Callable[..., Any], ...] = (
            self.sheet,
            self.balance,
            self.flow,
            self.observation,
            self.test,
            self.tests,
            self.untraced,
            self.belief,
            self.fit,
            self.contradictions,
            self.recovery,
            self.tally,
            self.moved,
            self.funds,
            self.customers,
            self.traced,
            self.token,
            self.event,
            self.timeline,
            self.count,
            self.exhibit,
            self.stage,
            self.makeup,
            self.table,
            self.section,
            self.has,
            self.cite,
            self.quoted,
        )
        return {
            **{one.__name__: one for one in called},
            "case": Facts(
                "case",
                title=lambda: case.title,
                currency=lambda: case.currency,
                unit=lambda: QuotedWords(self.setting.unit),
                day=lambda: self.setting.at,
                first=lambda: min(flow.date for flow in case.selected),
                known=lambda: case.known,
                scenario=lambda: case.scenario.title or case.scenario.name,
                established=lambda: not case.scenario.hypotheses,
                fingerprint=lambda: QuotedWords(case.fingerprint[:16]),
                members=lambda: self.setting.inside,
                entities=lambda: tuple(case.entities),
                group=lambda: bool(case.group),
                counted=lambda: bool(self.setting.found(self.setting.at).held),
                hypotheses=lambda: tuple(case.hypotheses),
                tallied=lambda: self.setting.study.totalled is not None,
                scenarios=lambda: tuple(
                    self._scenario(one)
                    for one in sorted(
                        case.scenarios.values(), key=lambda one: bool(one.hypotheses)
                    )
                ),
                events=lambda: tuple(dict.fromkeys(e.kind for e in case.events)),
                keepers=lambda: tuple(
                    name
                    for name in self.setting.inside
                    if cover_of(self.setting, name) is not None
                ),
                claimants=lambda: QuotedWords(self.setting.text("customers")),
                ranks=lambda: self._ranks,
                sources=lambda: tuple(case.sources),
                tokens=lambda: tuple(
                    dict.fromkeys(x.token for x in self.setting.study.stress.tokens)
                    if self.setting.study.stress
                    else ()
                ),
            ),
        }

    def _scenario(self, one: Scenario) -> Facts:
        """Return a scenario as a chapter lists it."""
        hypotheses = self.setting.case.hypotheses
        return Facts(
            "scenario",
            title=lambda: one.title or one.name,
            hypotheses=lambda: tuple(
                hypotheses[x].title for x in sorted(one.hypotheses) if x in hypotheses
            ),
        )

    @cached_property
    def with_digits(self) -> frozenset[str]:
        """Return the names of things in the case that have digits in them."""
        case = self.setting.case
        names = (
            *case.entities,
            *case.accounts,
            *case.commodities,
            *case.sources,
            *case.by_id,
            *case.hypotheses,
            *case.scenarios,
            *(one.id for one in case.observations),
            *self.setting.dossier,
            *(note.number for note in self.setting.notes.all),
        )
        return frozenset(one for one in names if any(c.isdigit() for c in one))

    def timeline(self) -> tuple[Facts, ...]:
        """Return events, and the largest flows that a source states with their day.

        A flow on the day of an event gives that its amount.
        """
        setting, case = self.setting, self.setting.case
        sized = [
            (abs(size), flow)
            for flow in case.selected
            if flow.basis == "stated"
            and flow.earliest is None
            and flow.date <= setting.at
            and (size := worth(setting, flow))
        ]
        sized.sort(key=lambda one: (-one[0], one[1].id))
        largest = [flow for _, flow in sized[:_DATED]]
        events = [
            one for one in case.events if one.kind not in {"attestation", "known"}
        ]
        days = {one.date for one in events}
        beside = [
            ("", one.date, told(setting, one), one)
            for one in largest
            if one.date not in days
        ]
        listed = [
            *(
                (
                    one.kind,
                    one.date,
                    one.description,
                    next((x for x in largest if x.date == one.date), None),
                )
                for one in events
            ),
            *beside,
        ]
        return tuple(map(self._happened, sorted(listed, key=lambda one: one[1])))

    def _happened(self, one: tuple[str, datetime.date, str, Flow | None]) -> Facts:
        """Return one thing of a timeline."""
        kind, day, words, flow = one
        return Facts(
            "timeline",
            kind=lambda: kind,
            day=lambda: day,
            words=lambda: words,
            amount=lambda: self.flow(flow.id).amount if flow else None,
        )

    def exhibit(
        self, name: str, title: str = "", *, of: str = "", notes: bool = True
    ) -> Any:
        """Return a table or drawing to place, by its key and whose it is."""
        return self.exhibits.find(_whose(name, of), title, notes=notes)

    def stage(
        self,
        title: str,
        since: str | datetime.date = "",
        until: str | datetime.date = "",
    ) -> Any:
        """Return a drawing of how money moved after a day and to another."""
        first = self._day(since) if since else None
        return self.exhibits.stage(title, first, self._day(until))

    def makeup(self, figure: Any, title: str) -> Any:
        """Return the table of the flows that a figure is made up of."""
        if not isinstance(figure, Figure) or not adds_up(figure):
            raise ReportError("makeup(...) takes a figure that is the sum of flows")
        return self.exhibits.makeup(figure, title)

    def table(self, key: str, title: str, unit: str = "") -> Any:
        """Return what makes an exhibit of the table in Markdown that follows."""
        return self.exhibits.caption(key, title, unit)

    def section(self, name: str) -> Any:
        """Return a whole list of an appendix to place."""
        return self.exhibits.section(name)

    def has(self, name: Any, of: str = "") -> bool:
        """Say whether the case has an exhibit of a name, or a figure has its flows."""
        if isinstance(name, Figure):
            return adds_up(name)
        return self.exhibits.has(_whose(name, of))

    def cite(self, *names: str) -> CitedSources:
        """Return a note at the foot of the page that names sources."""
        for name in names:
            self._known(name, self.setting.case.sources, "source")
        return CitedSources(names)

    def quoted(self, text: str) -> QuotedWords:
        """Return words that are quoted, numbers and all."""
        if len(text) > _LONGEST_QUOTED:
            raise ReportError("quoted(...) takes the words")
        return QuotedWords(text)

    def listed(self) -> Iterator[tuple[str, str]]:
        """Yield each name of the case, as a chapter writes it, with its value now."""
        case, study = self.setting.case, self.setting.study
        asked: list[tuple[Callable[..., Facts], tuple[Any, ...]]] = [
            *((self.sheet, (name,)) for name in self.setting.inside),
            *(((self.sheet, ("group",)),) if case.group else ()),
            *((self.customers, (name,)) for name in self.names["case"].keepers),
            (self.untraced, ()),
            (self.funds, ()),
            *((self.recovery, (x.entity, x.rank)) for x in self.names["case"].ranks),
            *(((self.tally, ()),) if study.totalled else ()),
            *(((self.fit, ()),) if study.beliefs else ()),
            (self.contradictions, ()),
            *(
                (self.belief, (x.id,))
                for x in (study.beliefs.hypotheses if study.beliefs else ())
            ),
            *(
                (self.traced, (x.purpose,))
                for x in (followed(self.setting) or _Nothing()).by_purpose
            ),
            *((self.token, (name,)) for name in self.names["case"].tokens),
            *((self.event, (kind,)) for kind in self.names["case"].events),
            *(
                (self.test, pair)
                for pair in dict.fromkeys(
                    (key.invariant, key.entity) for key in study.findings.series
                )
            ),
            *((self.flow, (flow.id,)) for flow in case.selected),
            *((self.observation, (one.id,)) for one in case.observations),
        ]
        for name, words in asked:
            try:
                facts = name(*words)
                called = ", ".join(f'"{word}"' for word in words)
                for fact in facts:
                    value = self._shown(getattr(facts, fact))
                    if value:
                        yield f"{name.__name__}({called}).{fact}", value
            except ReportError:
                continue

    def _shown(self, value: Any) -> str:
        """Return a fact as text; nothing for a list, or for what was not found."""
        if isinstance(value, Figure):
            shown = replace(value, prose=True)
            return "" if value.value is None else shown.text(self.setting.locale)
        if isinstance(value, datetime.date):
            return value.isoformat()
        return value if isinstance(value, str) else ""


def _whose(name: str, of: str) -> str:
    return f"{name}-{of}" if of else name
