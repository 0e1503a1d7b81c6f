"""The appendix of flows, each with its evidence."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.exhibits.flows import told
from solvency.exhibits.section import Section
from solvency.figures.figure import Figure
from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
from solvency.figures.figure import about
from solvency.figures.figure import anchor

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.exhibits.citations import Note
    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Flow

#: Words by which a note names a place in a source.
_PLACE = re.compile(
    r"\b(?:page|paragraph|section|line|minute|exhibit|p\.|para\.)\s*\d|[\xa7\xb6]|第.{1,6}[页段节行]",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leg:
    """One posting of a flow, as printed."""

    account: Piece
    added: bool
    debit: Figure | None
    credit: Figure | None
    commodity: str
    price: Figure | None
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """A row of the dossier a flow rests on; no words where the case keeps none."""

    id: str
    words: str
    amount: Figure | None
    low: Figure | None
    high: Figure | None
    unit: str
    #: Its other amounts: those this flow moved where it moved any, else all.
    parts: tuple[tuple[Figure, str, str], ...] = ()
    #: Where it was noted from, if the flow names several sources.
    sources: Prose = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """A flow with all that it rests on."""

    flow: Flow
    told: str
    anchor: str
    taken: bool
    grade: str
    #: The grade of the source of its amount, where the ledger gives the flow another.
    grade_of_source: str
    low: Figure | None
    high: Figure | None
    legs: tuple[Leg, ...]
    #: Each with its passage, and whether the amount is from it and not from others.
    sources: tuple[tuple[Note, str, bool], ...]
    locator: str
    hypotheses: Prose
    claims: tuple[Claim, ...]
    note: str


def flows(setting: Setting) -> Section | None:
    """Build the list of every flow with its legs, sources and grade."""
    found = tuple(_evidence(setting, flow) for flow in setting.printed)
    if not found:
        return None
    return Section(
        "flows",
        setting.text("Flows and their evidence"),
        values={
            "flows": found,
            "located": any(map(_located, setting.printed)),
            "moving": tuple(_moving(setting)),
        },
        appendix=True,
    )


def _located(flow: Flow) -> bool:
    """Say whether a page or another place in a source was noted of a flow.

    What stands there without a source may be how the amount was worked out.
    """
    return any(
        name or _PLACE.search(where) for name, where in flow.locators.items() if where
    )


def _moving(setting: Setting) -> Iterator[tuple[Piece, Prose]]:
    """Yield each account of the group with the printed flows that moved it."""
    for name in setting.case.accounts:
        if name not in setting.registered:
            continue
        moved = dict.fromkeys(flow.id for flow, _ in setting.movements[name])
        pieces: list[Piece] = []
        for flow in (one for one in moved if one in setting.listed):
            pieces += (
                [" ", setting.flow_ref(flow)] if pieces else [setting.flow_ref(flow)]
            )
        if pieces:
            yield setting.account_ref(name), tuple(pieces)


def _evidence(setting: Setting, flow: Flow) -> Evidence:
    key = f"flow:{flow.id}"
    commodity = flow.amount.commodity

    def bound(name: str, value: Decimal | None) -> Figure | None:
        if value is None:
            return None
        formula = f"{name} amount its sources allow"
        return setting.units(
            f"{key}:{name}", value, commodity, formula=formula, flows=(flow.id,)
        )

    linked: list[Piece] = []
    for name in sorted(flow.hypotheses):
        if linked:
            linked.append(", ")
        linked.append(about("hypothesis", name))
    return Evidence(
        flow,
        told(setting, flow),
        anchor("flow", flow.id),
        flow.id in setting.taken,
        flow.grade or "",
        _other_grade(setting, flow),
        bound("low", flow.low),
        bound("high", flow.high),
        tuple(_leg(setting, flow, n) for n in range(len(flow.postings))),
        tuple(
            (
                setting.notes[name],
                flow.locators.get(name, ""),
                name == flow.amount_from
                and len(flow.sources) > 1
                and flow.basis != "assumed",
            )
            # The one that gives the amount comes first.
            for name in sorted(flow.sources, key=lambda one: one != flow.amount_from)
            if name in setting.notes
        ),
        flow.locators.get("", ""),
        tuple(linked),
        tuple(_claim(setting, flow, row) for row in flow.claim),
        flow.notes.get(f"{setting.locale.lang}-note") or flow.notes.get("note", ""),
    )


def _other_grade(setting: Setting, flow: Flow) -> str:
    source = setting.case.sources.get(flow.amount_from or "")
    differs = source is not None and flow.grade and flow.grade != source.grade
    return source.grade if source is not None and differs else ""


def _claim(setting: Setting, flow: Flow, row: str) -> Claim:
    """Return what a row of the dossier says, in full where the case keeps it."""
    one = setting.dossier.get(row)
    if one is None:
        return Claim(row, "", None, None, None, "")

    def figure(name: str, value: Decimal | None) -> Figure | None:
        if value is None:
            return None
        key = f"flow:{flow.id}:row:{row}:{name}"
        formula = "as the source states it"
        return setting.units(key, value, one.unit, formula=formula, flows=(flow.id,))

    moved = {abs(posting.units) for posting in flow.postings}
    parts = [x for x in one.parts if x.amount in moved] or one.parts
    # A range of nothing is no range.
    low, high = (one.low, one.high) if one.low != one.high else (None, None)
    return Claim(
        row,
        one.words,
        figure("amount", one.amount),
        figure("low", low),
        figure("high", high),
        one.unit,
        tuple(
            (
                setting.units(
                    f"flow:{flow.id}:row:{row}:part:{n}",
                    x.amount,
                    x.unit,
                    formula="as the source states it",
                    flows=(flow.id,),
                ),
                x.unit,
                x.words,
            )
            for n, x in enumerate(parts)
        ),
        setting.notes.refs(one.sources) if len(flow.sources) > 1 else (),
    )


def _leg(setting: Setting, flow: Flow, n: int) -> Leg:
    posting = flow.postings[n]
    key = f"flow:{flow.id}:{n}"
    figure = setting.units(
        key, abs(posting.units), posting.commodity, formula="posting", flows=(flow.id,)
    )
    price = posting.price
    return Leg(
        setting.account_ref(posting.account),
        posting.added,
        figure if posting.units >= 0 else None,
        figure if posting.units < 0 else None,
        posting.commodity,
        None
        if price is None
        else setting.units(
            f"{key}:price",
            price.number,
            price.commodity,
            formula="price of a unit",
            flows=(flow.id,),
        ),
        "" if price is None else price.commodity,
    )
