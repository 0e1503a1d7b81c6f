"""The appendices of evidence: flows, sources, files."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.report.figures import Day
from solvency.report.figures import Figure
from solvency.report.figures import Piece
from solvency.report.figures import Prose
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.notes import Note
from solvency.report.notes import safe_url
from solvency.report.sections.kit import grade_of
from solvency.report.sections.kit import told
from solvency.report.sections.observed import known
from solvency.report.sections.observed import observation_ref
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from solvency.ledger.case import Flow
    from solvency.report.pdf import Attached
    from solvency.report.sections.setting import Setting


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
            "count": setting.count("flows:count", len(found)),
            "left": setting.count("flows:left", sum(not one.taken for one in found)),
            "more": len(setting.flows) - len(found),
            "all": setting.count("flows:all", len(setting.flows)),
            "rows": any(one.claims for one in found),
            "dossier": bool(setting.dossier),
        },
        appendix=True,
    )


def _evidence(setting: Setting, flow: Flow) -> Evidence:
    key = f"flow:{flow.id}"
    commodity = flow.amount.commodity

    def bound(name: str, value: Decimal | None) -> Figure | None:
        if value is None:
            return None
        formula = f"{name} amount its sources allow"
        return setting.units(f"{key}:{name}", value, commodity, formula=formula)

    linked: list[Piece] = []
    for name in sorted(flow.hypotheses):
        if linked:
            linked.append(", ")
        linked.append(Ref(name, f"#{anchor('hypothesis', name)}"))
    return Evidence(
        flow,
        told(setting, flow),
        anchor("flow", flow.id),
        flow.id in setting.taken,
        grade_of(setting, flow),
        _other_grade(setting, flow),
        bound("low", flow.low),
        bound("high", flow.high),
        tuple(_leg(setting, flow, n) for n in range(len(flow.postings))),
        tuple(
            (
                setting.notes[name],
                flow.locators.get(name, ""),
                name == flow.amount_from and len(flow.sources) > 1,
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
        return setting.units(key, value, one.unit, formula=formula)

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
            f"{key}:price", price.number, price.commodity, formula="price of a unit"
        ),
        "" if price is None else price.commodity,
    )


@dataclass(frozen=True, slots=True)
class Passage:
    """What a source says: a row noted from it, or where in it a flow was found."""

    id: Piece
    words: str
    amount: Figure | None
    unit: str
    #: The other amounts of the row, each with its unit and what it is.
    parts: tuple[tuple[Figure, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Quoted:
    """The prices of one commodity that a source gives."""

    commodity: str
    quote: str
    prices: tuple[tuple[Day, Figure], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A source in the list of sources, with what rests on it."""

    note: Note
    url: str | None
    mirror: str | None
    flows: Prose
    observations: Prose
    prices: Figure | None
    #: What it says, as noted in the rows of evidence that flows and statements cite.
    passages: tuple[Passage, ...]
    #: The prices taken from it, by commodity.
    quoted: tuple[Quoted, ...]


def sources(setting: Setting) -> Section | None:
    """Build the list of sources, each with links back to where it is used."""
    if not setting.notes.all:
        return None
    by_flow: dict[str, list[Ref]] = defaultdict(list)
    for flow in setting.flows:
        for name in flow.sources:
            by_flow[name].append(setting.flow_ref(flow.id))
    by_claim: dict[str, list[Ref]] = defaultdict(list)
    for one in known(setting):
        ref = observation_ref(one.id)
        by_claim[one.source].append(ref)
    passages = _passages(setting)
    quoted = _quoted(setting)
    prices = Counter(price.source for price in setting.case.prices)
    return Section(
        "sources",
        setting.text("Sources"),
        values={
            "sources": tuple(
                Listed(
                    note,
                    safe_url(note.source.url),
                    safe_url(note.source.mirror),
                    _commas(by_flow[note.source.name]),
                    _commas(by_claim[note.source.name]),
                    setting.count(f"source:{note.source.name}:prices", prices[name])
                    if prices[name := note.source.name]
                    else None,
                    passages.get(note.source.name, ()),
                    quoted.get(note.source.name, ()),
                )
                for note in setting.notes.all
            )
        },
        appendix=True,
    )


def _passages(setting: Setting) -> dict[str, tuple[Passage, ...]]:
    """Return what each source says of what is in the report."""
    found: dict[str, list[Passage]] = defaultdict(list)
    cited = [row for flow in setting.flows for row in flow.claim]
    cited += [row for one in known(setting) for row in one.claim]
    for row in sorted(set(cited) & setting.dossier.keys()):
        one = setting.dossier[row]
        for name in one.sources:
            key = f"source:{name}:row:{row}"
            formula = "as the source states it"
            amount = (
                None
                if one.amount is None
                else setting.units(key, one.amount, one.unit, formula=formula)
            )
            parts = tuple(
                (
                    setting.units(f"{key}:{n}", x.amount, x.unit, formula=formula),
                    x.unit,
                    x.words,
                )
                for n, x in enumerate(one.parts)
            )
            found[name].append(Passage(Said(row), one.words, amount, one.unit, parts))
    for flow in setting.printed:
        for name, where in flow.locators.items():
            if name:
                passage = Passage(setting.flow_ref(flow.id), where, None, "")
                found[name].append(passage)
    return {name: tuple(some) for name, some in found.items()}


def _quoted(setting: Setting) -> dict[str, tuple[Quoted, ...]]:
    """Return the prices of each source, those of one commodity together."""
    held = {position.commodity for position in setting.book.positions}
    found: dict[str, dict[tuple[str, str], list[tuple[Day, Figure]]]] = {}
    for n, price in enumerate(setting.case.prices):
        if price.source is None or price.commodity not in held:
            continue
        figure = setting.units(
            f"source:{price.source}:price:{n}",
            price.number,
            price.quote,
            formula="price of a unit",
        )
        pair = (price.commodity, price.quote)
        of = found.setdefault(price.source, {}).setdefault(pair, [])
        of.append((Day(price.date), figure))
    return {
        name: tuple(Quoted(*pair, tuple(of)) for pair, of in sorted(some.items()))
        for name, some in found.items()
    }


def _commas(refs: Iterable[Ref]) -> Prose:
    pieces: list[Piece] = []
    for ref in refs:
        pieces += [", ", ref] if pieces else [ref]
    return tuple(pieces)


def attachments(setting: Setting, attached: tuple[Attached, ...]) -> Section | None:
    """Build the list of the files inside the document, with their hashes."""
    if not attached:
        return None
    text = setting.text
    table = Table(
        key="files",
        title=text("Files carried inside this document"),
        unit=(text("Size in bytes, and the hash of each file as attached"),),
        head=text("File"),
        width=54,
        columns=(
            Column("what", text("What it is"), "text", 38),
            Column("bytes", text("Bytes"), width=18),
            Column("hash", "SHA-256", "text", 64),
        ),
        rows=tuple(
            Row(
                key=one.name,
                label=(Said(one.shown),),
                cells=(
                    Said(setting.text(one.description)),
                    setting.count(f"file:{one.name}:bytes", len(one.content)),
                    Said(hashlib.sha256(one.content).hexdigest()),
                ),
            )
            for one in attached
        ),
        numbered=False,
        size="dense",
    )
    return Section("files", text("Files in this document"), (table,), appendix=True)
