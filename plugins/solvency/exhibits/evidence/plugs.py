"""What comes first: plugs, and how the amounts in the books are known."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.flows import kind_moved
from solvency.exhibits.flows import told
from solvency.exhibits.flows import worth
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import resting
from solvency.figures.figure import SHARE
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Cell
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.contributions import priced_by

if TYPE_CHECKING:
    import datetime

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Flow


def plugs(setting: Setting) -> Section:
    """Build the list of amounts that no source states, largest first."""
    text = setting.text
    found = [
        flow
        for flow in setting.flows
        if flow.basis == "plug" and flow.id in setting.taken
    ]
    amounts = {flow.id: worth(setting, flow) for flow in found}
    found.sort(key=lambda flow: (-(amounts[flow.id] or 0), flow.id))
    day = setting.dates[-1]
    assets = _assets(setting, day)
    rows = tuple(
        Row(
            key=flow.id,
            label=(Said(told(setting, flow)),),
            cells=(
                (setting.flow_ref(flow.id),),
                Day(flow.date),
                setting.money(
                    f"plug:{flow.id}",
                    amounts[flow.id],
                    formula="amount of the flow",
                    flows=(flow.id,),
                    target=anchor("flow", flow.id),
                ),
                _share(setting, flow, amounts[flow.id], assets),
            ),
        )
        for flow in found
    )
    table = Table(
        key="plugs",
        title=text("Amounts no source states, put in so that the books close"),
        unit=(
            text("%(unit)s; share of the group's assets of ", unit=setting.unit),
            assets,
        ),
        head=text("Plug"),
        width=78,
        columns=(
            Column("flow", text("Flow"), "refs", 18),
            Column("date", text("Date"), "text", 20),
            Column("amount", text("Amount"), width=24, current=True),
            Column("share", text("Share"), width=18),
        ),
        rows=rows,
    )
    return Section(
        "plugs",
        text("What is not known"),
        (*((table,) if rows else ()), _bases(setting)),
    )


def _assets(setting: Setting, day: datetime.date) -> Figure:
    """Return what the group's consolidated assets were worth on a day."""
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for line in setting.sheet(day).side("asset"):
        amounts[line.account] += line.amount
    return entry(
        setting.money(
            "plugs:assets",
            setting.sheet(day).totals.assets,
            formula="assets of the group as one",
            basis="market",
            worked=of_accounts(setting, "plugs:assets", amounts, at=day),
            **grounded(
                resting(setting, amounts, day, "asset"),
                Ground((), setting.parts(day).turns(setting.case.accounts)),
            ),
        )
    )


#: How a flow's amount is known, with what each word means.
_BASES = {
    "stated": "Stated: a source gives the amount",
    "derived": "Derived: worked out from amounts sources give",
    "residual": "Remainder: the rest that makes two figures agree",
    "assumed": "Assumed: taken to be so, and said to be",
    "plug": "Plug: no source, put in so that the books close",
    "subledger": "Subledger: added up from the rows of files",
}


#: What flows move, each with its column where a case has more than one of them.
KINDS = {"money": "Money and coins", "tokens": "Tokens", "pledges": "Pledges"}


def _bases(setting: Setting) -> Table:
    """Count flows, and what they moved, by how their amounts are known."""
    text = setting.text
    moved: dict[str, dict[str, Decimal]] = defaultdict(dict)
    kinds: dict[str, set[str]] = defaultdict(set)
    for flow in setting.flows:
        # To the day of the report, as its text counts them.
        if flow.id in setting.taken and flow.date <= setting.at:
            moved[flow.basis][flow.id] = worth(setting, flow) or Decimal(0)
            kinds[kind_moved(setting, flow)].add(flow.id)
    all_ = {name: size for of in moved.values() for name, size in of.items()}
    whole = sum(all_.values(), Decimal(0))
    every = Ground(tuple(all_), priced_by(setting.book, all_))
    apart = [kind for kind in KINDS if kinds[kind]] if len(kinds) > 1 else []

    def figure(name: str, of: dict[str, Decimal], ground: Ground) -> Figure:
        return setting.money(
            f"basis:{name}",
            sum(of.values(), Decimal(0)),
            formula="central amounts of the flows",
            **grounded(of_flows(setting, of, keep=True), ground),
        )

    def cells(name: str, of: dict[str, Decimal]) -> tuple[Cell, ...]:
        moved = entry(figure(f"{name}:moved", of, Ground()))
        where: dict[str, Any] = {"target": moved.place}
        some = ({x: of[x] for x in of if x in kinds[kind]} for kind in apart)
        # Whether kinds stand apart hangs on every flow there is.
        parts = [
            entry(figure(f"{name}:{kind}", one, every))
            for kind, one in zip(apart, some, strict=True)
        ]
        return (
            setting.count(f"basis:{name}:flows", len(of), flows=tuple(of), **where),
            *parts,
            moved,
            Figure(
                key=f"basis:{name}:share",
                value=(moved.value or Decimal()) / whole if whole else None,
                unit=SHARE,
                formula="share of what all flows moved",
                **where,
                **{**grounded(of_flows(setting, of), every), "parts": ()},
            ),
        )

    rows = tuple(
        Row(
            f"basis:{name}",
            (text(title),),
            cells(name, moved[name]),
        )
        for name, title in _BASES.items()
        if moved[name] or name == "plug"
    )
    total = Row(
        "total",
        (text("Total"),),
        cells("total", all_),
        "total",
        sums=tuple((row.key, 1) for row in rows),
    )
    return Table(
        key="bases",
        title=text("How the amounts in these books are known"),
        unit=(
            text(
                "%(unit)s moved by the flows of this scenario, at central amounts; each"
                " flow stands under what its amount is in%(pledges)s",
                unit=setting.unit,
                pledges=text("; what was pledged stands apart")
                if "pledges" in apart
                else "",
            )
            if apart
            else text(
                "%(unit)s moved by the flows of this scenario, at central amounts",
                unit=setting.unit,
            ),
        ),
        head=text("Basis"),
        width=74 if apart else 92,
        columns=(
            Column("flows", text("Flows"), width=14 if apart else 20),
            *(Column(kind, text(KINDS[kind]), width=22) for kind in apart),
            Column(
                "moved",
                text("All") if apart else text("Moved"),
                width=22 if apart else 28,
                current=True,
                sums=tuple((kind, 1) for kind in apart),
            ),
            Column("share", text("Share of all") if apart else text("Share"), width=16),
        ),
        rows=(*rows, total),
    )


def _share(
    setting: Setting, flow: Flow, amount: Decimal | None, whole: Figure
) -> Figure:
    assets = whole.value
    known = amount is not None and assets
    return Figure(
        key=f"plug:{flow.id}:share",
        value=amount / assets if known and amount is not None and assets else None,
        unit=SHARE,
        formula="amount of the plug over the group's total assets",
        scenario=setting.case.scenario.name,
        target=anchor("flow", flow.id),
        **grounded({"flows": (flow.id,)}, Ground(whole.flows, whole.priced)),
    )
