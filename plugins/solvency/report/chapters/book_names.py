"""Names of what the books and sources say: sheets, flows, funds, counts."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.evidence.open_items import KINDS
from solvency.evidence.review import reviewed
from solvency.exhibits.balance.bases import BASES
from solvency.exhibits.balance.bases import assets
from solvency.exhibits.balance.bases import sheets_of
from solvency.exhibits.balance.bases import total_assets
from solvency.exhibits.balance.bridge import bridge
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.balance.sheets import sheet_table
from solvency.exhibits.check.segregation import alone
from solvency.exhibits.check.segregation import cover_of
from solvency.exhibits.check.segregation import cover_worked
from solvency.exhibits.check.segregation import finding_of
from solvency.exhibits.evidence.observations import _stated
from solvency.exhibits.evidence.sources import kept_documents
from solvency.exhibits.flows import purpose_words
from solvency.exhibits.funds.sources_uses import changed
from solvency.exhibits.funds.sources_uses import held
from solvency.exhibits.funds.sources_uses import line
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import resting
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import anchor
from solvency.figures.figure import told_apart
from solvency.figures.table import Table
from solvency.model.consolidation import group_sheet
from solvency.report.chapters.facts import ZERO
from solvency.report.chapters.facts import Facts
from solvency.report.chapters.facts import Maker
from solvency.report.chapters.facts import Named
from solvency.report.chapters.facts import sum_of

if TYPE_CHECKING:
    import datetime

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation

#: Where things that are counted are listed.
_LISTED = {
    "sources": "section-sources",
    "observations": "section-observations",
    "entities": "entities",
    "hypotheses": "section-hypotheses",
}


class OfBooks(Named):
    """Names of what the books and sources say."""

    def sheet(
        self, entity: str, at: str | datetime.date = "", *, found: bool = False
    ) -> Facts:
        """Return totals of the balance sheet of an entity, or of "group"."""
        setting, day = self.setting, self._day(at)
        key = ("sheet", entity, day, found)
        said = f'sheet("{entity}", at="{day}"{", found=true" if found else ""})'

        def cell(row: str) -> Figure:
            if entity == "group":
                table: Table | None = self._once(group_table, day)
                column = "group"
            else:
                self._known(entity, setting.inside, "entity with books")
                table, column = self._once(sheet_table, entity, (day,)), day.isoformat()
            if table is None:
                # Nothing was ever booked there.
                return setting.money(f"{said}:{row}", ZERO, formula=row)
            at_ = [one.key for one in table.columns].index(column)
            for one in table.rows:
                if one.key == row and isinstance(one.cells[at_], Figure):
                    return one.cells[at_]  # type: ignore[return-value]
            return setting.money(f"{said}:{row}", ZERO, formula=row)

        def owned() -> Figure:
            if not found:
                return cell("total:asset")
            return cell("found" if self._counted(entity, day) else "total:asset")

        def basis(which: int) -> Figure:
            if entity != "group" and not found:
                each = self._once(sheets_of, day)[
                    self._known(entity, setting.inside, "entity")
                ]
                return assets(setting, entity, day, each)[which]
            whole = group_sheet(setting.book, setting.inside, day, BASES[which])
            return total_assets(setting, entity, whole, found=found, said=said)

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

    def balance(self, account: str, at: str | datetime.date = "") -> Facts:
        """Return what stands in an account and all below it, at market."""
        setting, day = self.setting, self._day(at)
        accounts = tuple(
            name
            for name in setting.case.accounts
            if name == account or name.startswith(f"{account}:")
        )
        if not accounts:
            self._known(account, setting.case.accounts, "account")
        entity = setting.case.accounts[accounts[0]].entity
        lines = setting.sheet(day).own(entity).lines
        said = f'balance("{account}", at="{day}")'
        return self._keep(
            ("balance", account, day),
            said,
            amount=lambda: setting.own(
                f"{said}:amount",
                sum((x.amount for x in lines if x.account in accounts), ZERO),
                formula=f"balance of {account} at market",
                basis="market",
                **resting(setting, accounts, day),
            ),
        )

    def flow(self, name: str) -> Facts:
        """Return the amount and the day of a flow."""
        case = self.setting.case
        one: Flow = case.by_id[self._known(name, case.by_id, "flow")]
        text, said = self.setting.text, f'flow("{name}")'

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
            grade=lambda: Grade(one.grade) if one.grade else text("no grade"),
            source=lambda: self.setting.notes.refs(one.sources) or text("no source"),
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
            source=lambda: self.setting.notes.refs((one.source,)),
            grade=lambda: Grade(case.grade_of(one)),
        )

    def untraced(self, entity: str = "group", at: str | datetime.date = "") -> Facts:
        """Return what the books show and nobody found, by class."""
        setting, day = self.setting, self._day(at)
        said = f'untraced("{entity}", at="{day}")'

        def cell(kind: str, column: str) -> Figure:
            if entity != "group":
                return self._lacking(entity, day, kind, column, said)
            table = next(
                (x for x in self._once(bridge, day) if isinstance(x, Table)), None
            )
            for row in table.rows if table else ():
                if row.key == kind:
                    at_ = [one.key for one in table.columns].index(column)  # type: ignore[union-attr]
                    return row.cells[at_]  # type: ignore[return-value]
            return setting.money(f"{said}:{kind}:{column}", ZERO, formula="untraced")

        def apart(one: str, other: str) -> Figure:
            both = cell("total", one), cell("total", other)
            return told_apart(*both, setting.locale)

        kinds = {"money": "money", "bitcoin": "bitcoin", "coins": "other coins"}
        kinds |= {"tokens": "own tokens", "thin": "thin tokens", "stakes": "stakes"}
        return self._keep(
            ("untraced", entity, day),
            said,
            total=lambda: cell("total", "untraced"),
            books=lambda: apart("books", "counted"),
            counted=lambda: apart("counted", "books"),
            unrecorded=lambda: cell("total", "unrecorded"),
            **{name: partial(cell, kind, "untraced") for name, kind in kinds.items()},
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
        return entry(
            setting.money(
                f"{said}:{kind}:{column}",
                sum((getattr(x, column) for x in some), ZERO),
                formula=f"{column}, {entity}",
                **resting_on(setting, rests_of(some), day),
            )
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
            return sum_of(
                [line(setting, one, side, label) for label in labels], setting
            )

        def largest(side: str) -> tuple[Facts, ...]:
            found = sorted(
                (x for x in one.lines if x.side == side), key=lambda x: -x.amount
            )
            return tuple(
                Facts(
                    x.label,
                    amount=made(side, x.label),
                    who=partial(purpose_words, setting.locale, x.label),
                )
                for x in found[:4]
            )

        return self._keep(
            ("funds", name, since, until),
            said,
            left=lambda: held(setting, one, f"funds:{name}:{last}:said"),
            came=lambda: total(SOURCE),
            went=lambda: total(USE),
            added=lambda: changed(setting, one, 1),
            lost=lambda: changed(setting, one, -1),
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

        def part(n: int) -> Maker:
            return lambda: self._once(_covered, entity, day)[n]

        return self._keep(
            ("customers", entity, day),
            f'customers("{entity}", at="{day}")',
            owed=part(0),
            held=part(1),
            missing=part(2),
            ratio=part(3),
            alone=lambda: alone(setting, entity, series),
            since=lambda: next(
                (
                    spell.first
                    for x in (finding_of(setting, series),)
                    if x is not None and (spell := x.at(day)) is not None
                ),
                None,
            ),
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
            "remainders": [flow for flow in taken if flow.basis == "residual"],
            "plugs": [flow for flow in taken if flow.basis == "plug"],
            "sources": case.sources,
            "observations": case.observations,
            "hypotheses": case.hypotheses,
            "scenarios": case.scenarios,
            "entities": self.setting.inside,
            "accounts": case.accounts,
            "prices": case.prices,
            "undated": [flow for flow in taken if flow.earliest is not None],
            "open": self.setting.open_items,
            **{
                kind: [one for one in self.setting.open_items if one.kind == kind]
                for kind in KINDS
            },
            # Counted where it is asked: every flow is gone through, and hashed.
            **dict.fromkeys(("documents", "reviewed"), ()),
            "selected": case.selected,
            "listed": [x for x in case.selected if x.id in self.setting.listed],
        }
        found: Any = every[self._known(what, every, "kind of thing")]
        if what == "reviewed":
            held = {one.flow for one in reviewed(case) if one.holds}
            found = [flow for flow in taken if flow.id in held]
        found = kept_documents(case) if what == "documents" else found
        flows = (
            tuple(x.id for x in found)
            if found
            and found is not case.sources
            and hasattr(next(iter(found)), "postings")
            else ()
        )
        where = "section-flows" if flows else _LISTED.get(what, "section-files")
        return self.setting.count(
            f"count:{what}",
            len(found),
            flows=flows,
            sources=tuple(case.sources) if found is case.sources else (),
            target=where if found else "",
        )


def _covered(
    setting: Setting, entity: str, day: datetime.date
) -> tuple[Figure, Figure, Figure, Figure]:
    """Return what a tested entity owed and held on a day, what was missing, the share.

    Raises:
        ReportError: No test asks.
    """
    series = cover_of(setting, entity)
    if series is None:
        raise ReportError(f"no test asks what {entity} held for customers")
    return cover_worked(setting, entity, series, day)
