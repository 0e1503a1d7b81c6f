"""The names a chapter calls: each gives figures, days and words of the case."""

from __future__ import annotations

import datetime
from dataclasses import replace
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.funds import SOURCE
from solvency.analysis.funds import USE
from solvency.exhibits.balance.bases import assets
from solvency.exhibits.balance.bases import sheets_of
from solvency.exhibits.balance.bridge import bridge
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.balance.sheets import sheet_table
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import cover_worked
from solvency.exhibits.check.words import asks
from solvency.exhibits.evidence.observations import _stated
from solvency.exhibits.funds.sources_uses import held
from solvency.exhibits.funds.sources_uses import line
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.recover.receipts import rate
from solvency.exhibits.stress.spiral import proceeds
from solvency.exhibits.tally.total import tally_tables
from solvency.exhibits.tally.untraced import untraced_table
from solvency.exhibits.trace.section import followed
from solvency.exhibits.weigh.beliefs import belief
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import anchor
from solvency.figures.table import Table
from solvency.report.chapters.body import Cited
from solvency.report.chapters.body import Quoted
from solvency.report.chapters.placing import Exhibits

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation

    Maker = Callable[[], Any]

_EACH = {"low": "0.05", "median": "0.5", "high": "0.95"}


class Facts:
    """What one name gives: figures, days and words, each made when it is asked for."""

    def __init__(self, said: str, **makers: Maker) -> None:
        """Give some facts under a name, as a chapter writes it."""
        self._said = said
        self._makers = makers
        self._made: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        """Return one of the facts.

        Raises:
            ReportError: There is none of the name, or the case does not say.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        if name not in self._makers:
            raise ReportError(
                f"{self._said} has no {name}; it has {', '.join(self._makers)}"
            )
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        """Go through the names of the facts."""
        return iter(self._makers)

    def __str__(self) -> str:
        """Return the name as a chapter writes it."""
        return self._said


class _Nothing:
    """Where no account can be traced."""

    by_purpose: tuple[Any, ...] = ()


class Vocabulary:
    """The names of one case."""

    def __init__(self, setting: Setting) -> None:
        """Name what a report is of."""
        self.setting = setting
        self.exhibits = Exhibits(setting)
        self._kept: dict[tuple[Any, ...], Facts] = {}

    @cached_property
    def names(self) -> dict[str, Any]:
        """Return the names, with what each stands for in a chapter."""
        case = self.setting.case
        called: tuple[Callable[..., Any], ...] = (
            self.sheet,
            self.flow,
            self.observation,
            self.test,
            self.tests,
            self.untraced,
            self.belief,
            self.recovery,
            self.tally,
            self.funds,
            self.customers,
            self.traced,
            self.token,
            self.event,
            self.count,
            self.exhibit,
            self.stage,
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
                unit=lambda: Quoted(self.setting.unit),
                day=lambda: self.setting.at,
                first=lambda: min(flow.date for flow in case.selected),
                known=lambda: case.known,
                scenario=lambda: case.scenario.title or case.scenario.name,
                established=lambda: not case.scenario.hypotheses,
                fingerprint=lambda: Quoted(case.fingerprint[:16]),
                members=lambda: self.setting.inside,
                entities=lambda: tuple(case.entities),
                group=lambda: bool(case.group),
                counted=lambda: bool(self.setting.found(self.setting.at).held),
                hypotheses=lambda: tuple(case.hypotheses),
                events=lambda: tuple(dict.fromkeys(e.kind for e in case.events)),
                keepers=lambda: tuple(
                    name
                    for name in self.setting.inside
                    if cover_of(self.setting, name) is not None
                ),
                ranks=lambda: self._ranks,
                sources=lambda: tuple(case.sources),
                tokens=lambda: tuple(
                    dict.fromkeys(x.token for x in self.setting.study.stress.tokens)
                    if self.setting.study.stress
                    else ()
                ),
            ),
        }

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

    def sheet(
        self, entity: str, at: str | datetime.date = "", *, found: bool = False
    ) -> Facts:
        """Return totals of the balance sheet of an entity, or of "group"."""
        setting, day = self.setting, self._day(at)
        key = ("sheet", entity, day, found)
        said = f'sheet("{entity}", at="{day}"{", found=true" if found else ""})'

        def cell(row: str) -> Figure:
            if entity == "group":
                table: Table | None = group_table(setting, day)
                column = "group"
            else:
                self._known(entity, setting.inside, "entity with books")
                table, column = sheet_table(setting, entity, (day,)), day.isoformat()
            if table is None:
                return setting.money(f"{said}:{row}", None, formula=said)
            at_ = [one.key for one in table.columns].index(column)
            for one in table.rows:
                if one.key == row and isinstance(one.cells[at_], Figure):
                    return one.cells[at_]  # type: ignore[return-value]
            return setting.money(f"{said}:{row}", _zero(), formula=row)

        def owned() -> Figure:
            if not found:
                return cell("total:asset")
            return cell("found" if self._counted(entity, day) else "total:asset")

        def basis(which: int) -> Figure:
            each = sheets_of(setting, day)[
                self._known(entity, setting.inside, "entity")
            ]
            return assets(setting, entity, day, each)[which]

        return self._keep(
            key,
            said,
            assets=owned,
            liabilities=lambda: cell("total:liability"),
            equity=lambda: (
                owned() - cell("total:liability")
                if found or entity == "group"
                else cell("total:asset") - cell("total:liability")
            ),
            clean=lambda: basis(1),
            realisable=lambda: basis(2),
            day=lambda: day,
        )

    def flow(self, name: str) -> Facts:
        """Return the amount and the day of a flow."""
        case = self.setting.case
        one: Flow = case.by_id[self._known(name, case.by_id, "flow")]
        said = f'flow("{name}")'

        def figure(part: str, value: Any) -> Figure:
            unit = one.amount.commodity
            rest = {
                "formula": f"{part} of the flow {name}",
                "flows": (name,),
                "target": anchor("flow", name) if name in self.setting.listed else "",
            }
            if unit == case.currency:
                whole = {"parts": ((name, value),)} if part == "amount" else {}
                return self.setting.money(f"{said}:{part}", value, **rest, **whole)
            return self.setting.units(f"{said}:{part}", value, unit, **rest)

        return self._keep(
            ("flow", name),
            said,
            amount=lambda: figure("amount", one.amount.number),
            low=lambda: figure("low", one.low),
            high=lambda: figure("high", one.high),
            day=lambda: one.date,
        )

    def observation(self, name: str) -> Facts:
        """Return what a source states of a balance."""
        case = self.setting.case
        every = {one.id: one for one in case.observations}
        one: Observation = every[self._known(name, every, "observation")]

        def part(which: str) -> Figure:
            return _stated(self.setting, one, which)

        return self._keep(
            ("observation", name),
            f'observation("{name}")',
            amount=lambda: part("amount"),
            low=lambda: part("low"),
            high=lambda: part("high"),
            day=lambda: one.date,
        )

    def test(self, name: str, entity: str, of: str = "", basis: str = "") -> Facts:
        """Return when a test of an entity first failed, by how much, how surely."""
        setting = self.setting
        said = f'test("{name}", "{entity}"{f", {of!r}" if of else ""})'
        series = [
            key
            for key in setting.study.findings.series
            if key.invariant == name
            and key.entity == entity
            and (not of or key.label == of)
            and (not basis or key.variant == basis)
        ]
        if not series:
            raise ReportError(f"{said}: the case asks no such test")
        found = [x for x in setting.study.findings.findings if x.key in series]
        one = min(found, key=lambda x: (x.first is None, x.first), default=None)
        unit = one.unit if one else setting.case.currency

        def amount() -> Figure:
            value = one.amount if one else _zero()
            rest = {"formula": f"missing: {name}", "flows": one.flows if one else ()}
            if unit == setting.case.currency:
                return setting.money(f"{said}:amount", value, **rest)
            if unit.startswith(("share", "chance")):
                return setting.share(f"{said}:amount", value, **rest)
            return setting.units(f"{said}:amount", value, unit, **rest)

        return self._keep(
            ("test", name, entity, of, basis),
            said,
            passed=lambda: one is None or one.first is None,
            first=lambda: one.first if one else None,
            last=lambda: one.last if one else None,
            worst=lambda: one.worst if one else None,
            amount=amount,
            chance=lambda: setting.share(
                f"{said}:chance",
                one.probability if one else 0.0,
                formula="share of draws in which the test broke",
                flows=one.flows if one else (),
            ),
        )

    def tests(self, entity: str = "") -> Facts:
        """Return how many tests on the books of an entity, or of all, passed."""
        setting = self.setting
        broken = {
            (x.invariant, x.entity)
            for x in setting.study.findings.findings
            if x.first is not None and x.first <= setting.at
        }
        asked = {
            (x.name, x.entity)
            for x in setting.case.invariants
            if not entity or x.entity == entity
        }

        def count(part: str, value: int) -> Figure:
            return setting.count(f"tests:{entity}:{part}", value, formula=part)

        return self._keep(
            ("tests", entity),
            f'tests("{entity}")' if entity else "tests()",
            asked=lambda: count("tests asked", len(asked)),
            failed=lambda: count("tests failed", len(asked & broken)),
            passed=lambda: count("tests passed", len(asked - broken)),
            of_failed=lambda: self._asked(asked & broken),
            of_passed=lambda: self._asked(asked - broken),
        )

    def _asked(self, tests: set[tuple[str, str]]) -> tuple[Facts, ...]:
        text = self.setting.text
        return tuple(
            Facts(
                name,
                words=lambda name=name: text(asks(name)),
                entity=lambda entity=entity: (
                    text("The group") if entity == "group" else entity
                ),
                name=lambda name=name: name,
            )
            for name, entity in sorted(tests, key=lambda x: (x[1], x[0]))
        )

    def untraced(self, entity: str = "group", at: str | datetime.date = "") -> Facts:
        """Return what the books show and nobody found, by class."""
        setting, day = self.setting, self._day(at)
        said = f'untraced("{entity}", at="{day}")'

        def cell(kind: str, column: str) -> Figure:
            if entity != "group":
                return self._lacking(entity, day, kind, column, said)
            table = next(
                (x for x in bridge(setting, day) if isinstance(x, Table)), None
            )
            for row in table.rows if table else ():
                if row.key == kind:
                    at_ = [one.key for one in table.columns].index(column)  # type: ignore[union-attr]
                    return row.cells[at_]  # type: ignore[return-value]
            return setting.money(f"{said}:{kind}:{column}", _zero(), formula="untraced")

        kinds = {"money": "money", "bitcoin": "bitcoin", "coins": "other coins"}
        kinds |= {"tokens": "own tokens", "thin": "thin tokens", "stakes": "stakes"}
        return self._keep(
            ("untraced", entity, day),
            said,
            total=lambda: cell("total", "untraced"),
            books=lambda: cell("total", "books"),
            counted=lambda: cell("total", "counted"),
            unrecorded=lambda: cell("total", "unrecorded"),
            **{
                name: lambda kind=kind: cell(kind, "untraced")  # type: ignore[misc]
                for name, kind in kinds.items()
            },
        )

    def _lacking(
        self, entity: str, day: datetime.date, kind: str, column: str, said: str
    ) -> Figure:
        from solvency.exhibits.balance.found import resting_on  # noqa: PLC0415
        from solvency.exhibits.balance.found import rests_of  # noqa: PLC0415

        setting = self.setting
        some = [
            x
            for x in setting.found(day).held
            if setting.book.account(x.position).entity == entity
            and kind in {"total", x.kind}
        ]
        return setting.money(
            f"{said}:{kind}:{column}",
            sum((getattr(x, column) for x in some), _zero()),
            formula=f"{column}, {entity}",
            **resting_on(setting, rests_of(some), day),
        )

    def belief(self, name: str) -> Facts:
        """Return belief in a hypothesis before and after the observations."""
        found = self.setting.study.beliefs
        every = {x.id: x for x in found.hypotheses} if found else {}
        one = every[self._known(name, every, "hypothesis that was weighed")]
        title = self.setting.case.hypotheses[name].title
        return self._keep(
            ("belief", name),
            f'belief("{name}")',
            before=lambda: belief(self.setting, one, "prior"),
            after=lambda: belief(self.setting, one, "posterior"),
            title=lambda: title,
            tested=lambda: one.tested,
        )

    @property
    def _ranks(self) -> tuple[Facts, ...]:
        found = self.setting.study.recovery
        return tuple(
            self.recovery(one.entity, one.rank)
            for one in (found.classes if found else ())
        )

    def recovery(self, entity: str, rank: str, way: str = "alone") -> Facts:
        """Return what a class of claims would be paid, as shares of them."""
        setting, found = self.setting, self.setting.study.recovery
        if found is None or way not in WAYS:
            raise ReportError(
                f"recovery: ways are {', '.join(WAYS)}, where any is owed"
            )
        some = {
            "alone": found.classes,
            "silo": found.silos,
            "group": found.consolidated,
        }
        every = {(x.entity, x.rank): x for x in some[way]}
        one = every.get((entity, rank))
        if one is None:
            there = ", ".join(f"{a} {b}" for a, b in every)
            raise ReportError(f"no {rank} claims on {entity}; there are {there}")

        def share(end: str) -> Figure:
            return rate(setting, WAYS[way], one, end)

        def money(part: str, value: Any) -> Figure:
            key = f"recovery:{WAYS[way]}:{entity}:{rank}:{part}:said"
            return setting.money(key, value, formula=part, flows=setting.moved)

        return self._keep(
            ("recovery", entity, rank, way),
            f'recovery("{entity}", "{rank}")',
            low=lambda: share("low"),
            central=lambda: share("rate"),
            high=lambda: share("high"),
            claims=lambda: money("claims", one.claims),
            paid=lambda: money("paid", one.paid),
            entity=lambda: entity,
            rank=lambda: setting.text(rank),
        )

    def tally(self) -> Facts:
        """Return what the hypotheses would take together."""
        setting, found = self.setting, self.setting.study.tallied
        if found is None:
            raise ReportError("the case has no hypothesis to add up")

        def cell(row: str, column: str) -> Figure:
            tables = [
                x
                for x in (*tally_tables(setting, found), untraced_table(setting, found))
                if isinstance(x, Table)
            ]
            for table in tables:
                for one in table.rows:
                    if one.key == row and column in [x.key for x in table.columns]:
                        at = [x.key for x in table.columns].index(column)
                        if isinstance(one.cells[at], Figure):
                            return one.cells[at]  # type: ignore[return-value]
            raise ReportError("tally(): nothing was counted")

        return self._keep(
            ("tally",),
            "tally()",
            low=lambda: cell("total", "low"),
            median=lambda: cell("total", "central"),
            high=lambda: cell("total", "high"),
            mean=lambda: cell("mean", "expected"),
            explained=lambda: cell("together", "median"),
        )

    def funds(
        self,
        name: str = "group",
        since: str | datetime.date = "",
        until: str | datetime.date = "",
    ) -> Facts:
        """Return sources and uses of funds: `.from_customers`, `.to_insiders`."""
        setting = self.setting
        name = name if setting.case.group or name != "group" else setting.inside[0]
        last = self._day(until)
        one = setting.study.funds(name, last, self._day(since) if since else None)
        said = f'funds("{name}")'

        def made(side: str, label: str) -> Maker:
            return lambda: line(setting, one, side, label)

        def word(side: str, label: str) -> str:
            start = "from" if side == SOURCE else "to"
            return f"{start}_{label.lower().replace('-', '_').replace(' ', '_')}"

        def total(side: str) -> Figure:
            labels = dict.fromkeys(x.label for x in one.lines if x.side == side)
            return _sum([line(setting, one, side, label) for label in labels], setting)

        def largest(side: str) -> tuple[Facts, ...]:
            found = sorted(
                (x for x in one.lines if x.side == side), key=lambda x: -x.amount
            )
            return tuple(
                Facts(
                    x.label,
                    amount=made(side, x.label),
                    who=lambda x=x: setting.text(x.label.replace("-", " ")),
                )
                for x in found[:4]
            )

        return self._keep(
            ("funds", name, since, until),
            said,
            left=lambda: held(setting, one, f"funds:{name}:{last}:said"),
            came=lambda: total(SOURCE),
            went=lambda: total(USE),
            sources=lambda: largest(SOURCE),
            uses=lambda: largest(USE),
            **{word(x.side, x.label): made(x.side, x.label) for x in one.lines},
        )

    def customers(self, entity: str, at: str | datetime.date = "") -> Facts:
        """Return what an entity owed its customers and held for them."""
        setting, day = self.setting, self._day(at)
        series = cover_of(setting, entity)
        if series is None:
            raise ReportError(f"no test asks what {entity} held for customers")
        part = lambda n: lambda: cover_worked(setting, entity, series, day)[n]  # noqa: E731
        return self._keep(
            ("customers", entity, day),
            f'customers("{entity}", at="{day}")',
            owed=part(0),
            held=part(1),
            missing=part(2),
            ratio=part(3),
            since=lambda: next(
                (
                    x.first
                    for x in setting.study.findings.findings
                    if x.key == series.key
                ),
                None,
            ),
        )

    def traced(self, purpose: str) -> Facts:
        """Return how much of the outlays for a purpose was customers' money."""
        found = followed(self.setting)
        every = {x.purpose: x for x in found.by_purpose} if found else {}
        one = every[self._known(purpose, every, "purpose traced")]
        flows = tuple(x.flow for x in found.outlays if x.purpose == purpose)  # type: ignore[union-attr]

        def money(part: str, value: Any) -> Figure:
            key = f"trace:{purpose}:{part}:said"
            return self.setting.money(key, value, formula=part, flows=flows)

        rules = {
            name.replace("-", "_"): (lambda n=name, v=value: money(n, v))  # type: ignore[misc]
            for name, value in one.rules.items()
        }
        return self._keep(
            ("traced", purpose),
            f'traced("{purpose}")',
            amount=lambda: money("amount", one.amount),
            least=lambda: money("least", one.least),
            most=lambda: money("most", one.most),
            **rules,
        )

    def token(self, name: str) -> Facts:
        """Return what a token was worth on the screen and in a sale."""
        found = self.setting.study.stress
        every = {x.token: x for x in found.tokens} if found else {}
        one = every[self._known(name, every, "token with a thin market")]
        part = lambda n: lambda: proceeds(self.setting, one, n)  # noqa: E731
        return self._keep(
            ("token", name),
            f'token("{name}")',
            market=part("market"),
            low=part("low"),
            sale=part("proceeds"),
            high=part("high"),
            holder=lambda: one.holder,
            day=lambda: one.at,
            assumed=lambda: one.depth_basis == "assumed",
        )

    def event(self, kind: str) -> Facts:
        """Return the day of an event of the case, the first of its kind."""
        every: dict[str, Any] = {}
        for one in sorted(self.setting.case.events, key=lambda x: x.date):
            every.setdefault(one.kind, one)
        found = every[self._known(kind, every, "event")]
        return self._keep(
            ("event", kind),
            f'event("{kind}")',
            day=lambda: found.date,
            words=lambda: found.description,
        )

    def count(self, what: str) -> Figure:
        """Return how many things of a kind the case has."""
        case = self.setting.case
        taken = [flow for flow in case.selected if flow.date <= self.setting.at]
        every: dict[str, Any] = {
            "flows": taken,
            "assumed": [flow for flow in taken if flow.basis == "assumed"],
            "derived": [flow for flow in taken if flow.basis == "derived"],
            "plugs": [flow for flow in taken if flow.basis == "plug"],
            "sources": case.sources,
            "observations": case.observations,
            "hypotheses": case.hypotheses,
            "scenarios": case.scenarios,
            "entities": self.setting.inside,
            "accounts": case.accounts,
            "prices": case.prices,
            "undated": [flow for flow in taken if flow.earliest is not None],
        }
        found = every[self._known(what, every, "kind of thing")]
        flows = (
            tuple(x.id for x in found)
            if found
            and found is not case.sources
            and hasattr(next(iter(found)), "postings")
            else ()
        )
        return self.setting.count(f"count:{what}", len(found), flows=flows)

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

    def section(self, name: str) -> Any:
        """Return a whole list of an appendix to place."""
        return self.exhibits.section(name)

    def has(self, name: str, of: str = "") -> bool:
        """Say whether the case has an exhibit of a name."""
        return self.exhibits.has(_whose(name, of))

    def cite(self, *names: str) -> Cited:
        """Return a note at the foot of the page that names sources."""
        for name in names:
            self._known(name, self.setting.case.sources, "source")
        return Cited(names)

    def quoted(self, text: str) -> Quoted:
        """Return words that are quoted, numbers and all."""
        if not isinstance(text, str) or len(text) > 500:
            raise ReportError("quoted(...) takes the words")
        return Quoted(text)

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
            *(((self.tally, ()),) if study.tallied else ()),
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

    def _keep(self, key: tuple[Any, ...], said: str, **makers: Maker) -> Facts:
        if key not in self._kept:
            self._kept[key] = Facts(said, **makers)
        return self._kept[key]

    def _known(self, name: Any, every: Any, what: str) -> str:
        """Return a name that there is.

        Raises:
            ReportError: There is none.
        """
        if isinstance(name, str) and name in every:
            return name
        near = get_close_matches(str(name), [*map(str, every)], 3, 0.4)
        raise ReportError(
            f"no {what} {name!r}" + (f"; near it: {', '.join(near)}" if near else "")
        )

    def _day(self, at: str | datetime.date) -> datetime.date:
        if not at:
            return self.setting.at
        if isinstance(at, datetime.date):
            return at
        try:
            return datetime.date.fromisoformat(at)
        except ValueError:
            raise ReportError(f"{at!r} is no day: write 2022-06-30") from None

    def _counted(self, entity: str, day: datetime.date) -> bool:
        book = self.setting.book
        return any(
            entity in {"group", book.account(one.position).entity}
            for one in self.setting.found(day).held
        )


def _whose(name: str, of: str) -> str:
    return f"{name}-{of}" if of else name


def _zero() -> Any:
    from decimal import Decimal  # noqa: PLC0415

    return Decimal()


def _sum(figures: list[Figure], setting: Setting) -> Figure:
    """Return the sum of figures, nothing where there are none."""
    if not figures:
        return setting.money("nothing", _zero(), formula="nothing")
    found = figures[0]
    for one in figures[1:]:
        found += one
    return found
