"""One part per family of flows, by what they were for, in one fixed form."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.evidence.observations import known
from solvency.exhibits.evidence.observations import observation_ref
from solvency.exhibits.flows import grades
from solvency.exhibits.flows import heading
from solvency.exhibits.flows import posting_worth
from solvency.exhibits.flows import told
from solvency.exhibits.flows import worth
from solvency.exhibits.flows_named import IN_A_LINE
from solvency.exhibits.flows_named import flow_links
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.workings import of_flows
from solvency.figures.figure import OWN
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
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
    from solvency.ledger.case import Account
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation

_ZERO = Decimal()
#: A family with less than this share of what all moved gets no part of its own.
_LEAST = Decimal("0.01")
#: Flows told one by one in a part.
_LARGEST = 5
#: Kinds of effect that are debts.
_OWED = {"customers", "debts"}


@dataclass(frozen=True, slots=True)
class Family:
    """A family of flows as printed."""

    title: str
    anchor: str
    count: Prose
    total: Figure
    evidence: Prose
    #: What sources said of the books as they were kept; none where none did.
    booked: tuple[Prose, ...]
    flows: Table
    #: None where the flows moved no asset and no debt.
    effect: Table | None


def families(setting: Setting) -> Section | None:
    """Build a part for each family of flows large enough to matter."""
    by_purpose: dict[str, list[Flow]] = defaultdict(list)
    for flow in setting.case.selected:
        inside = any(p.entity in setting.inside for p in flow.postings)
        if flow.purpose and inside and flow.date <= setting.at:
            by_purpose[flow.purpose].append(flow)
    sizes = {
        purpose: sum((worth(setting, flow) or _ZERO for flow in flows), _ZERO)
        for purpose, flows in by_purpose.items()
    }
    whole = sum(sizes.values(), _ZERO)
    large = sorted(
        (name for name, size in sizes.items() if whole and size / whole >= _LEAST),
        key=lambda name: (-sizes[name], name),
    )
    if not large:
        return None
    found = tuple(_family(setting, name, by_purpose[name]) for name in large)
    tables = tuple(t for one in found for t in (one.flows, one.effect) if t)
    return Section(
        "families",
        setting.text("The transactions, by what they were for"),
        tables,
        {
            "families": found,
        },
        ground=Ground(tuple(flow.id for some in by_purpose.values() for flow in some)),
    )


def _family(setting: Setting, purpose: str, flows: list[Flow]) -> Family:
    title = heading(setting.locale, purpose)
    sizes = {flow.id: worth(setting, flow) or _ZERO for flow in flows}
    total = setting.own(
        f"family:{purpose}:total",
        sum(sizes.values(), _ZERO),
        formula=f"central amounts of flows for {purpose.replace('-', ' ')}",
        prose=True,
        **of_flows(setting, sizes, keep=True),
    )
    return Family(
        title,
        anchor("family", purpose),
        setting.say_many(
            "%(count)s flow to %(day)s",
            "%(count)s flows to %(day)s",
            setting.count(
                f"family:{purpose}:count",
                len(flows),
                target=total.place,
                flows=tuple(sizes),
            ),
            day=Day(setting.at),
        ),
        total,
        _evidence(setting, purpose, flows, total.place),
        tuple(_booked(setting, flows)),
        _largest(setting, purpose, title, flows),
        _effect(setting, purpose, title, flows),
    )


def _evidence(setting: Setting, purpose: str, flows: list[Flow], place: str) -> Prose:
    ids = tuple(flow.id for flow in flows)
    counts = grades(setting, ids)
    pieces: list[Piece] = []
    for letter, n in counts.items():
        if pieces:
            pieces.append(", ")
        pieces += [
            setting.count(
                f"family:{purpose}:grade:{letter}", n, target=place, flows=ids
            ),
            " ",
            Grade(letter) if letter != "?" else setting.text("no grade"),
        ]
    names = tuple(dict.fromkeys(s for flow in flows for s in flow.sources))
    return (
        *pieces,
        setting.text("; sources "),
        *setting.notes.refs(names[:12]),
        *((" \N{HORIZONTAL ELLIPSIS}",) if len(names) > 12 else ()),
    )


def _booked(setting: Setting, flows: list[Flow]) -> list[Prose]:
    """Return what sources said of balances that rest on the same rows as a flow.

    Only a statement that names the same row of the dossier says how the flow itself
    was booked; anything wider would be a guess.
    """
    rows = {row for flow in flows for row in flow.claim}
    found: list[Observation] = [one for one in known(setting) if rows & set(one.claim)]
    return [
        (
            observation_ref(one.id),
            ", ",
            *setting.notes.refs([one.source]),
            ": ",
            Said(one.perimeter or ", ".join(one.accounts)),
            ", ",
            Day(one.date),
            ", ",
            Figure(
                f"observation:{one.id}:amount:said",
                one.amount.number,
                one.amount.commodity,
                formula="amount as the source states it",
                sources=(one.source,),
                target=anchor("observation", one.id),
                prose=True,
            ),
        )
        for one in found[:4]
    ]


def _largest(setting: Setting, purpose: str, title: str, flows: list[Flow]) -> Table:
    text = setting.text
    ordered = sorted(flows, key=lambda f: (-(worth(setting, f) or _ZERO), f.id))
    shown = sorted(ordered[:_LARGEST], key=lambda f: (f.date, f.id))
    return Table(
        key=f"flows-for-{purpose}",
        title=text("%(what)s: the largest flows", what=title),
        unit=(text("%(unit)s, central amounts", unit=setting.unit),),
        head=text("What happened"),
        width=88,
        columns=(
            Column("flow", text("Flow"), "refs", 20),
            Column("page", text("Page"), "refs", 10),
            Column("date", text("Date"), "text", 20),
            Column("amount", text("Amount"), width=20, current=True),
            Column("sources", text("Sources"), "refs", 22),
            Column("grade", text("Grade"), "grade", 12),
        ),
        rows=tuple(
            Row(
                flow.id,
                (Said(told(setting, flow)),),
                (
                    setting.flow_ref(flow.id),
                    about("flow", flow.id, ""),
                    Day(flow.date),
                    setting.money(
                        f"family:{purpose}:{flow.id}",
                        worth(setting, flow),
                        formula="amount of the flow",
                        flows=(flow.id,),
                        target=anchor("flow", flow.id),
                    ),
                    setting.notes.refs(flow.sources),
                    Grade(flow.grade) if flow.grade else None,
                ),
                marked=not flow.established,
            )
            for flow in shown
        ),
        size="dense",
        numbered=False,
    )


@dataclass(slots=True)
class _Change:
    """What some flows changed of an entity."""

    #: By kind, as the books have it: what is owed counts below zero.
    sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    #: By kind, what each flow has in it, what is owed above zero.
    parts: dict[str, dict[str, Decimal]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Decimal))
    )
    #: The flows, in order.
    flows: dict[str, None] = field(default_factory=dict)


def _changes(setting: Setting, flows: list[Flow]) -> dict[str, _Change]:
    """Sum the legs of flows by entity and kind."""
    found: dict[str, _Change] = defaultdict(_Change)
    for flow in flows:
        for posting in flow.postings:
            account = setting.case.accounts[posting.account]
            kind = _kind(setting, account, posting.commodity)
            if posting.entity in setting.inside and kind is not None:
                value = posting_worth(setting, flow, posting) or _ZERO
                one = found[posting.entity]
                one.sums[kind] += value
                one.flows[flow.id] = None
                one.parts[kind][flow.id] += -value if kind in _OWED else value
    return found


def _effect_on(
    setting: Setting,
    key: str,
    entity: str,
    change: _Change,
    shown: list[str],
    names: Mapping[str, str],
) -> Row:
    """Return what an entity owns and owes because of a family, kind by kind."""
    flows = tuple(change.flows)
    whole = {kind: change.sums.get(kind, _ZERO) for kind in shown}
    signed = {kind: -value if kind in _OWED else value for kind, value in whole.items()}
    # One flow needs no entry of its own to be found.
    alone = anchor("flow", flows[0]) if len(flows) == 1 else OWN
    # One debt less and another more come to nothing of any kind.
    first = next((kind for kind, value in signed.items() if value), "net")
    place = anchor("figure", f"{key}:{first}") if alone == OWN else alone
    cells: list[Cell] = [
        setting.money(
            f"{key}:{kind}",
            value,
            formula=f"{entity}: {names[kind]}",
            target=alone if value else "",
            **of_flows(setting, change.parts.get(kind, {})),
        )
        for kind, value in signed.items()
    ]
    net = setting.money(
        f"{key}:net",
        sum(whole.values(), _ZERO),
        formula="assets less debts of these flows",
        target=alone if first == "net" else "",
    )
    cells += [net, flow_links(setting, flows, IN_A_LINE), Ref("", f"#{place}")]
    return Row(entity, (Said(entity),), tuple(cells))


def _effect(
    setting: Setting, purpose: str, title: str, flows: list[Flow]
) -> Table | None:
    """Sum the legs of a family by entity: what it owns and owes because of it."""
    text = setting.text
    changes = _changes(setting, flows)
    names = {
        "liquid": text("Money and liquid coins"),
        "other": text("Other assets"),
        "claims": text("Claims on others"),
        "customers": text("Owed to customers"),
        "debts": text("Other debts"),
    }
    shown = [k for k in names if any(one.sums.get(k) for one in changes.values())]
    if not shown:
        return None
    rows = [
        _effect_on(
            setting, f"family:{purpose}:{name}", name, changes[name], shown, names
        )
        for name in sorted(changes)
    ]
    return Table(
        key=f"effect-{purpose}",
        title=text("%(what)s: as it should have been booked", what=title),
        unit=(
            text(
                "%(unit)s at the price of the day: change in what each entity owns and"
                " owes, added legs included",
                unit=setting.unit,
            ),
        ),
        head=text("Entity"),
        width=36,
        columns=(
            *(Column(kind, names[kind], width=24) for kind in shown),
            Column(
                "net",
                text("Net assets"),
                width=22,
                current=True,
                sums=tuple((kind, -1 if kind in _OWED else 1) for kind in shown),
            ),
            Column("flows", text("Flows"), "refs", 26),
            Column("page", text("Page"), "refs", 10),
        ),
        rows=tuple(rows),
        size="dense",
        numbered=False,
    )


def _kind(setting: Setting, account: Account, commodity: str) -> str | None:
    if account.root == "Liabilities":
        return "customers" if account.rank == "customer" else "debts"
    if account.root != "Assets":
        return None
    if account.is_claim:
        return "claims"
    if account.suspense:
        return "other"
    liquid = setting.case.liquidity_of(account, commodity) == "liquid"
    return "liquid" if liquid else "other"
