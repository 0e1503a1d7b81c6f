"""Names of what the analyses find: tests, beliefs, recoveries, tracing."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.check.parameters import variants
from solvency.exhibits.check.words import asks
from solvency.exhibits.check.words import of_prices
from solvency.exhibits.evidence.grades import moved
from solvency.exhibits.evidence.plugs import KINDS
from solvency.exhibits.reconcile.section import claims_of
from solvency.exhibits.reconcile.section import inflation_of as inflation_of_claims
from solvency.exhibits.reconcile.section import inflation_without
from solvency.exhibits.reconcile.section import suspects_of
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.recover.receipts import rate
from solvency.exhibits.stress.spiral import proceeds
from solvency.exhibits.tally.total import tally_tables
from solvency.exhibits.tally.untraced import untraced_table
from solvency.exhibits.trace.section import followed
from solvency.exhibits.weigh.beliefs import belief
from solvency.exhibits.weigh.section import inflation_of as inflation_of_weights
from solvency.exhibits.weigh.section import something_else
from solvency.exhibits.workings import entry
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.table import Table
from solvency.report.chapters.facts import ZERO
from solvency.report.chapters.facts import Facts
from solvency.report.chapters.facts import Maker
from solvency.report.chapters.facts import Named
from solvency.report.chapters.variations import owing
from solvency.report.chapters.variations import variations

if TYPE_CHECKING:
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.exhibits.setting import Setting

#: Claims agree where chance alone would set them further apart more often than this.
_USUAL = 0.05
#: They cannot by chance where it would this rarely.
_RARE = 1e-6


class OfFindings(Named):
    """Names of what the analyses find."""

    def test(self, name: str, entity: str, of: str = "", basis: str = "") -> Facts:
        """Return when a test of an entity first failed, by how much, how surely."""
        setting = self.setting
        said = f'test("{name}", "{entity}"{f", {of!r}" if of else ""})'
        series = [
            key
            for key in setting.study.written.series
            if key.invariant == name
            and key.entity == entity
            and (not of or key.label == of)
            and (not basis or key.variant == basis)
        ]
        if not series:
            raise ReportError(f"{said}: the case asks no such test")
        found = [x for x in setting.study.written.findings if x.key in series]
        one = min(found, key=lambda x: (x.first is None, x.first), default=None)

        def chance() -> float:
            drawn = [x for x in setting.study.findings.findings if x.key in series]
            broke = min(drawn, key=lambda x: (x.first is None, x.first), default=None)
            return broke.probability if broke else 0.0

        unit = one.unit if one else setting.case.currency

        def amount() -> Figure:
            value = one.amount if one else ZERO
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
                chance(),
                formula="share of draws in which the test broke",
                flows=one.flows if one else (),
            ),
        )

    def tests(self, entity: str = "") -> Facts:
        """Return how many tests on the books of an entity, or of all, passed."""
        setting = self.setting
        broken = {
            (x.entity, x.invariant, x.variant)
            for x in setting.study.written.findings
            if x.first is not None and x.first <= setting.at
        }
        asked = {
            (x.entity, x.name, variant)
            for x, variant in zip(
                setting.case.invariants, variants(setting.case.invariants), strict=True
            )
            if not entity or x.entity == entity
        }
        listed = {one for one in asked if of_prices(one[1])}
        asked -= listed

        def count(part: str, value: int) -> Figure:
            key = f"tests:{entity}:{part}"
            return setting.count(key, value, formula=part, target="section-tests")

        return self._keep(
            ("tests", entity),
            f'tests("{entity}")' if entity else "tests()",
            asked=lambda: count("tests asked", len(asked)),
            failed=lambda: count("tests failed", len(asked & broken)),
            passed=lambda: count("tests passed", len(asked - broken)),
            of_prices=lambda: count("tests of the list of prices", len(listed)),
            of_failed=lambda: self._asked(asked & broken),
            of_passed=lambda: self._asked(asked - broken),
        )

    def _asked(self, tests: set[tuple[str, str, str]]) -> tuple[Facts, ...]:
        text = self.setting.text
        return tuple(
            Facts(
                name,
                words=partial(text, asks(name)),
                entity=partial(str, text("The group") if entity == "group" else entity),
                name=partial(str, name),
            )
            for entity, name in sorted({test[:2] for test in tests})
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

    def fit(self) -> Facts:
        """Return how well the hypotheses together fit what was observed."""
        setting, unfit = self.setting, self.setting.study.unfit
        if unfit is None:
            raise ReportError("fit(): nothing was weighed")

        # Whether anything fits is known before what stands beside the beliefs.
        def found() -> Beliefs:
            answer = setting.study.beliefs
            if answer is None:
                raise ReportError("fit(): nothing was weighed")
            return answer

        def other() -> tuple[Figure | None, Figure | None]:
            return something_else(setting, found()) or (None, None)

        return self._keep(
            ("fit",),
            "fit()",
            widened=lambda: unfit,
            factor=lambda: inflation_of_weights(setting, found()),
            rivalled=lambda: something_else(setting, found()) is not None,
            else_before=lambda: other()[0],
            else_after=lambda: other()[1],
            untested=lambda: tuple(
                setting.case.hypotheses[x.id].title
                for x in found().hypotheses
                if not x.tested
            ),
        )

    def contradictions(self) -> Facts:
        """Return how many claims are held against one another, and how many not fit."""
        setting, found = self.setting, self.setting.study.reconciled
        if found is None or not found.dof:
            raise ReportError("contradictions(): no claim is tied to another")
        return self._keep(
            ("contradictions",),
            "contradictions()",
            held=lambda: claims_of(setting, found),
            suspect=lambda: suspects_of(setting, found),
            factor=lambda: inflation_of_claims(setting, found),
            one_worst=lambda: bool(found.removed) and found.dof > 1,
            **(
                {"without": lambda: inflation_without(setting, found)}
                if found.removed and found.dof > 1
                else {}
            ),
            agree=lambda: found.p > _USUAL,
            rare=lambda: found.p < _RARE,
        )

    @property
    def _ranks(self) -> tuple[Facts, ...]:
        found = self.setting.study.recovery
        return tuple(
            self.recovery(one.entity, one.rank)
            for one in (found.classes if found else ())
        )

    def recovery(
        self, entity: str, rank: str, way: str = "alone", owed: str = ""
    ) -> Facts:
        """Return what a class of claims would be paid, as shares of them.

        Were what is owed what an observation says, where one is named.
        """
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

        said = f'recovery("{entity}", "{rank}"{f", owed={owed!r}" if owed else ""})'
        if owed:
            return self._keep(
                ("recovery", entity, rank, way, owed),
                said,
                central=lambda: owing(setting, owed, way, entity, rank),
            )

        def share(end: str) -> Figure:
            return rate(setting, WAYS[way], one, end)

        def money(part: str, value: Any) -> Figure:
            key = f"recovery:{WAYS[way]}:{entity}:{rank}:{part}:said"
            return setting.money(key, value, formula=part, flows=setting.moved)

        return self._keep(
            ("recovery", entity, rank, way),
            said,
            low=lambda: share("low"),
            central=lambda: share("rate"),
            high=lambda: share("high"),
            **variations(setting, way, entity, rank),
            claims=lambda: money("claims", one.claims),
            paid=lambda: money("paid", one.paid),
            entity=lambda: entity,
            rank=lambda: setting.text(rank),
        )

    def moved(self, grade: str = "", basis: str = "", kind: str = "") -> Facts:
        """Return what flows moved by the day, of a grade's letter, basis or kind."""
        setting = self.setting

        def made(part: str) -> Figure:
            return moved(setting, grade, basis, kind, part)

        if kind:
            self._known(kind, KINDS, "kind of what moves")

        return self._keep(
            ("moved", grade, basis, kind),
            f'moved(grade="{grade}", basis="{basis}"'
            + (f', kind="{kind}")' if kind else ")"),
            amount=lambda: made("amount"),
            share=lambda: made("share"),
        )

    def tally(self, name: str = "") -> Facts:
        """Return what the hypotheses would take together, or what one explains.

        Args:
            name: A hypothesis or scenario: how much of what is untraced it explains.
        """
        setting = self.setting
        if setting.study.totalled is None:
            raise ReportError("the case has no hypothesis to add up")

        def cell(row: str, column: str) -> Figure:
            tables = self._once(_explained if name or row == "together" else _tallied)
            for table in tables:
                for one in table.rows:
                    if one.key == row and column in [x.key for x in table.columns]:
                        at = [x.key for x in table.columns].index(column)
                        if isinstance(one.cells[at], Figure):
                            return one.cells[at]  # type: ignore[return-value]
            raise ReportError("tally(): nothing was counted")

        if name:
            case = setting.case
            self._known(name, {**case.hypotheses, **case.scenarios}, "hypothesis")
            kind = "hypothesis" if name in case.hypotheses else "scenario"
            return self._keep(
                ("tally", name),
                f'tally("{name}")',
                low=lambda: cell(f"{kind}:{name}", "low"),
                explained=lambda: cell(f"{kind}:{name}", "median"),
                high=lambda: cell(f"{kind}:{name}", "high"),
            )
        return self._keep(
            ("tally",),
            "tally()",
            low=lambda: cell("total", "low"),
            median=lambda: cell("total", "central"),
            high=lambda: cell("total", "high"),
            mean=lambda: cell("mean", "expected"),
            explained=lambda: cell("together", "median"),
        )

    def traced(self, purpose: str) -> Facts:
        """Return how much of the outlays for a purpose was customers' money."""
        found = followed(self.setting)
        every = {x.purpose: x for x in found.by_purpose} if found else {}
        one = every[self._known(purpose, every, "purpose traced")]
        flows = tuple(x.flow for x in found.outlays if x.purpose == purpose)  # type: ignore[union-attr]

        def money(part: str, value: Any) -> Figure:
            key = f"trace:{purpose}:{part}:said"
            return entry(self.setting.money(key, value, formula=part, flows=flows))

        rules = {
            name.replace("-", "_"): partial(money, name, value)
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

        def part(which: str) -> Maker:
            return partial(proceeds, self.setting, one, which)

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


def _tallied(setting: Setting) -> tuple[Table, ...]:
    """Return the tables of what the hypotheses take together."""
    found = setting.study.totalled
    tables = tally_tables(setting, found) if found else ()
    return tuple(one for one in tables if isinstance(one, Table))


def _explained(setting: Setting) -> tuple[Table, ...]:
    """Return the table of how much of what is untraced they explain."""
    found = setting.study.explained
    table = untraced_table(setting, found) if found else None
    return (table,) if table is not None else ()
