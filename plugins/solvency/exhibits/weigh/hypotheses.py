"""The rival explanations, each with its flows and their sources."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.flows import told
from solvency.exhibits.flows import worth
from solvency.exhibits.section import Section
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Cell
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Hypothesis


#: Of more flows of a hypothesis than these the largest are printed.
_LARGEST = 24


@dataclass(frozen=True, slots=True)
class Explained:
    """A hypothesis with its flows, as the report prints it.

    Attributes:
        sizes: What each of its flows moves, by id.
        table: Its flows, of many the largest.
        smaller: How many more there are, and what they come to.
    """

    hypothesis: Hypothesis
    taken: bool
    prior: Figure
    excludes: Prose
    sources: tuple[str, ...]
    sizes: Mapping[str, Decimal]
    table: Table | None
    smaller: Prose

    @property
    def flows(self) -> int:
        """Return how many flows it has."""
        return len(self.sizes)

    @property
    def key(self) -> str:
        """Return what the keys of its figures begin with."""
        return f"hypothesis:{self.hypothesis.name}"

    @property
    def anchor(self) -> str:
        """Return the id of its heading."""
        return anchor("hypothesis", self.hypothesis.name)


def hypotheses(setting: Setting) -> Section | None:
    """Build the rival explanations, each with its flows and their sources."""
    case = setting.case
    if not case.hypotheses:
        return None
    explained = tuple(_explained(setting, one) for one in case.hypotheses.values())
    each = tuple(one.table for one in explained if one.table)
    return Section(
        "hypotheses",
        setting.text("Hypotheses"),
        (_overview(setting, explained), *each),
        {
            "explained": explained,
            "scenarios": tuple(case.scenarios.values()),
        },
    )


def explanations(setting: Setting) -> Section | None:
    """Build the rival explanations in a few lines each, without exhibits."""
    case = setting.case
    if not case.hypotheses:
        return None
    each = tuple(_explained(setting, one) for one in case.hypotheses.values())
    title = setting.text("Hypotheses")
    # A link to a flow leads to its evidence, and where none is printed, to here.
    first = {
        row.key: one.hypothesis.name
        for one in reversed(each)
        for row in (one.table.rows if one.table else ())
        if row.key not in setting.listed or row.key not in setting.taken
    }
    values = {"explained": each, "first": frozenset(first.items())}
    return Section("explanations", title, values=values)


def _overview(setting: Setting, explained: tuple[Explained, ...]) -> Table:
    """List the hypotheses side by side."""
    text = setting.text
    yes, no = Said(text("yes")), Said(text("no"))
    return Table(
        key="hypotheses",
        title=text("The rival explanations, and what their flows would move"),
        unit=(
            text(
                "%(unit)s: central amounts of its flows, whichever way they go",
                unit=setting.unit,
            ),
        ),
        head=text("Hypothesis"),
        width=100,
        columns=(
            Column("taken", text("In this scenario"), "text", 22),
            Column("prior", text("Prior"), width=16),
            Column("flows", text("Flows"), width=16),
            Column("moved", text("Moved"), width=24, current=True),
        ),
        rows=tuple(
            Row(
                one.hypothesis.name,
                (about("hypothesis", one.hypothesis.name, one.hypothesis.title),),
                (
                    yes if one.taken else no,
                    one.prior,
                    setting.count(
                        f"{one.key}:flows",
                        one.flows,
                        target=one.anchor,
                        flows=tuple(one.sizes),
                    ),
                    setting.money(
                        f"{one.key}:moved",
                        sum(one.sizes.values(), Decimal(0)),
                        formula="central amounts of its flows",
                        target=one.anchor,
                        **of_flows(setting, one.sizes, keep=True),
                    ),
                ),
            )
            for one in explained
        ),
        notes=(
            (
                text(
                    "A prior is the judgement of the case's author; no source states"
                    " it. The weighing strikes out combinations of hypotheses that"
                    " exclude one another, and begins with what that leaves of each."
                ),
            ),
            setting.say(
                "Where that differs from the prior, it is Before in %(exhibit)s.",
                exhibit=Exhibit("beliefs"),
            ),
        ),
        size="dense" if len(explained) > 20 else "normal",
    )


def _explained(setting: Setting, hypothesis: Hypothesis) -> Explained:
    text = setting.text
    name = hypothesis.name
    flows = [flow for flow in setting.flows if name in flow.hypotheses]
    sizes = {flow.id: worth(setting, flow) or Decimal(0) for flow in flows}
    printed = _printed(setting, sizes)
    smaller = {one: size for one, size in sizes.items() if one not in printed}
    rows = tuple(
        Row(
            key=flow.id,
            label=(Said(told(setting, flow)),),
            cells=(
                (setting.flow_ref(flow.id),),
                Day(flow.date),
                *_range(setting, flow, name),
                _sources(setting, flow),
                Grade(flow.grade) if flow.grade else None,
            ),
            marked=True,
        )
        for flow in flows
        if flow.id in printed
    )
    table = Table(
        key=f"flows-of-{name}",
        title=text("The flows it would add, %(unit)s", unit=setting.unit),
        unit=(
            text(
                "%(unit)s; the range its sources allow where they state one; assumed:"
                " amount and range are these books' own",
                unit=setting.unit,
            ),
        ),
        head=text("Flow"),
        width=92,
        numbered=False,
        size="dense",
        columns=(
            Column("flow", text("Id"), "refs", 27),
            Column("date", text("Date"), "text", 24),
            Column("low", text("Low"), width=18),
            Column("central", text("Central"), width=20, current=True),
            Column("high", text("High"), width=18),
            Column("sources", text("Sources"), "refs", 24),
            Column("grade", text("Grade"), "grade", 13),
        ),
        rows=rows,
    )
    linked: list[Ref | str] = []
    for other in sorted(hypothesis.excludes):
        rival = setting.case.hypotheses.get(other)
        if linked:
            linked.append(", ")
        linked.append(about("hypothesis", other, rival.title) if rival else other)
    return Explained(
        hypothesis,
        name in setting.case.scenario.hypotheses,
        Figure(
            key=f"hypothesis:{name}:prior",
            value=hypothesis.prior,
            unit=SHARE,
            formula="belief before the observations, as the case's author set it",
            target=anchor("hypothesis", name),
        ),
        tuple(linked),
        tuple(dict.fromkeys(source for flow in flows for source in flow.sources)),
        sizes,
        table if rows else None,
        _smaller(setting, name, smaller) if smaller else (),
    )


def _printed(setting: Setting, sizes: Mapping[str, Decimal]) -> frozenset[str]:
    """Return which flows are printed: all, or of many the largest.

    Where the list of flows has one of another scenario, links to it lead here.
    """
    if len(sizes) <= _LARGEST:
        return frozenset(sizes)
    largest = sorted(sizes, key=lambda one: (-sizes[one], one))[:_LARGEST]
    return frozenset(largest) | (setting.listed & sizes.keys() - setting.taken)


def _smaller(setting: Setting, name: str, sizes: Mapping[str, Decimal]) -> Prose:
    """Say how many flows are not printed, and what they come to."""
    key = f"hypothesis:{name}:smaller"
    return setting.say_many(
        "and %(count)s smaller flow, %(moved)s",
        "and %(count)s smaller flows, together %(moved)s",
        setting.count(key, len(sizes), flows=tuple(sizes)),
        moved=setting.money(
            f"{key}:moved",
            sum(sizes.values(), Decimal(0)),
            formula="central amounts of its smaller flows",
            target=anchor("hypothesis", name),
            **of_flows(setting, sizes, keep=True),
        ),
    )


def _sources(setting: Setting, flow: Flow) -> Prose:
    """Return a flow's sources, and that none gives the amount where that is so."""
    noted = setting.notes.refs(flow.sources)
    if flow.basis != "assumed":
        return noted
    return (*noted, *((", ",) if noted else ()), setting.text("assumed"))


def _range(setting: Setting, flow: Flow, hypothesis: str) -> tuple[Cell, Cell, Cell]:
    """Return low, central and high in the report's unit.

    A flow scales as a whole, so its range is that of its first posting times
    what one unit of that posting was worth.
    """
    central = worth(setting, flow)
    size = flow.amount.number

    def scaled(part: str, bound: Decimal | None) -> Cell:
        if bound is None:
            return Said("\N{EN DASH}")
        value = central * bound / size if central is not None and size else None
        return setting.money(
            f"hypothesis:{hypothesis}:{flow.id}:{part}",
            value,
            formula=f"{part} amount of the flow",
            target=anchor("flow", flow.id),
            **of_flows(setting, {flow.id: value or Decimal(0)}, keep=True),
        )

    return scaled("low", flow.low), scaled("central", size), scaled("high", flow.high)
