"""The appendix of sources: what each says, and what rests on it."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.evidence.gaps.movements import files_of
from solvency.exhibits.citations import Note
from solvency.exhibits.citations import safe_url
from solvency.exhibits.evidence.observations import known
from solvency.exhibits.evidence.observations import observation_ref
from solvency.exhibits.section import Section
from solvency.exhibits.workings import everything
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Piece
from solvency.figures.figure import Prose
from solvency.figures.figure import Ref
from solvency.figures.figure import Said

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Case


def kept_documents(case: Case) -> list[str]:
    """Return what the case keeps of books and statements: documents and files of rows.

    What else a source is of, a bank statement perhaps, its title alone says.
    """
    stored = {one.name for one in case.sources.values() if one.sha256}
    rows = {name for flow in case.flows for name in files_of(flow) if name}
    return sorted(stored | rows | {one.pattern for one in case.subledgers})


@dataclass(frozen=True, slots=True)
class Passage:
    """What a source says: a row noted from it, or where in it a flow was found."""

    id: Piece
    words: str
    amount: Figure | None
    unit: str
    #: The other amounts of the row, each with its unit and what it is.
    parts: tuple[tuple[Figure, str, str], ...] = ()
    #: Whether paper has it beside the flow or the balance that rests on it.
    beside: bool = True


@dataclass(frozen=True, slots=True)
class Quoted:
    """The prices of one commodity that a source gives."""

    commodity: str
    quote: str
    prices: tuple[tuple[Day, Figure], ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """What a source says of the market of a commodity: its depth, or its float."""

    what: str
    commodity: str
    since: Day | None
    units: Figure
    low: Figure | None
    high: Figure | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A source in the list of sources, with what rests on it."""

    note: Note
    url: str | None
    mirror: str | None
    flows: Prose
    #: How many more flows rest on it, where the list of flows is an extract.
    more: Prose
    observations: Prose
    prices: Figure | None
    #: What it says, as noted in the rows of evidence.
    passages: tuple[Passage, ...]
    #: The prices taken from it, by commodity.
    quoted: tuple[Quoted, ...]
    #: The market depths and floats taken from it.
    measured: tuple[Measured, ...]


def sources(setting: Setting) -> Section | None:
    """Build the list of sources, each with links back to where it is used."""
    if not setting.notes.all:
        return None
    by_flow: dict[str, list[Ref]] = defaultdict(list)
    unlisted: Counter[str] = Counter()
    for flow in setting.flows:
        for name in flow.sources:
            if flow.id in setting.listed:
                by_flow[name].append(setting.flow_ref(flow.id))
            else:
                unlisted[name] += 1
    by_claim: dict[str, list[Ref]] = defaultdict(list)
    for one in known(setting):
        ref = observation_ref(one.id)
        by_claim[one.source].append(ref)
    passages = _passages(setting)
    quoted = _quoted(setting)
    measured = _measured(setting)
    prices = Counter(price.source for price in setting.case.prices)
    # Where the list of flows is an extract, so is this one.
    whole = len(setting.printed) == len(setting.flows)
    used = {*by_flow, *by_claim, *prices, *quoted, *measured, *passages}
    notes = [note for note in setting.notes.all if whole or note.source.name in used]
    return Section(
        "sources",
        setting.text("Sources"),
        values={
            "left_out": _left_out(setting, len(setting.notes.all) - len(notes)),
            "sources": tuple(
                Listed(
                    note,
                    safe_url(note.source.url),
                    safe_url(note.source.mirror),
                    _commas(by_flow[note.source.name]),
                    _more(setting, note.source.name, unlisted[note.source.name]),
                    _commas(by_claim[note.source.name]),
                    setting.count(
                        f"source:{note.source.name}:prices",
                        prices[name],
                        sources=(note.source.name,),
                    )
                    if prices[name := note.source.name]
                    else None,
                    passages.get(note.source.name, ()),
                    quoted.get(note.source.name, ()),
                    measured.get(note.source.name, ()),
                )
                for note in notes
            ),
        },
        appendix=True,
        # Listed is what something in the report rests on.
        ground=everything(setting),
    )


def _passages(setting: Setting) -> dict[str, tuple[Passage, ...]]:
    """Return what was noted from each source, and of which flow."""
    found: dict[str, list[Passage]] = defaultdict(list)
    beside = {
        row
        for flow in setting.printed
        if flow.id in setting.taken
        for row in flow.claim
    }
    beside |= {row for one in known(setting) for row in one.claim}
    for row, one in sorted(setting.dossier.items()):
        for name in one.sources:
            if not _kept(setting, name):
                continue
            key = f"source:{name}:row:{row}"
            formula = "as the source states it"
            amount = (
                None
                if one.amount is None
                else setting.units(
                    key, one.amount, one.unit, formula=formula, sources=one.sources
                )
            )
            parts = tuple(
                (
                    setting.units(
                        f"{key}:{n}",
                        x.amount,
                        x.unit,
                        formula=formula,
                        sources=one.sources,
                    ),
                    x.unit,
                    x.words,
                )
                for n, x in enumerate(one.parts)
            )
            found[name].append(
                Passage(Said(row), one.words, amount, one.unit, parts, row in beside)
            )
    for flow in setting.printed:
        for name, where in flow.locators.items():
            if name:
                passage = Passage(setting.flow_ref(flow.id), where, None, "")
                found[name].append(passage)
    return {name: tuple(some) for name, some in found.items()}


def _kept(setting: Setting, name: str) -> bool:
    """Say whether a source is known by now, and more than what someone recalls."""
    source = setting.case.sources.get(name)
    if source is None or source.grade.startswith("F"):
        return False
    known_by = setting.case.known
    return known_by is None or source.published <= known_by


def _quoted(setting: Setting) -> dict[str, tuple[Quoted, ...]]:
    """Return the prices of each source, those of one commodity together."""
    held = {
        name
        for commodity in {position.commodity for position in setting.book.positions}
        for name in setting.book.prices.reach(commodity)
    }
    found: dict[str, dict[tuple[str, str], list[tuple[Day, Figure]]]] = {}
    seen: Counter[str] = Counter()
    for price in setting.case.prices:
        if price.source is None or not held & {price.commodity, price.quote}:
            continue
        key = f"source:{price.source}:price:{price.commodity}:{price.date}"
        seen[key] += 1
        figure = setting.units(
            f"{key}:{seen[key]}" if seen[key] > 1 else key,
            price.number,
            price.quote,
            formula="price of a unit",
            sources=(price.source,),
        )
        pair = (price.commodity, price.quote)
        of = found.setdefault(price.source, {}).setdefault(pair, [])
        of.append((Day(price.date), figure))
    return {
        name: tuple(Quoted(*pair, tuple(of)) for pair, of in sorted(some.items()))
        for name, some in found.items()
    }


def _measured(setting: Setting) -> dict[str, tuple[Measured, ...]]:
    """Return the market depths and floats of each source."""
    found: dict[str, list[Measured]] = defaultdict(list)
    for name, coin in setting.case.commodities.items():
        for what, measures in (("Market depth", coin.depths), ("Float", coin.floats)):
            for n, one in enumerate(measures):
                if one.source is None:
                    continue
                key = f"source:{one.source}:{what}:{name}:{n}"
                units, low, high = (
                    None
                    if x is None
                    else setting.units(f"{key}:{k}", x, name, sources=(one.source,))
                    for k, x in (("", one.units), ("low", one.low), ("high", one.high))
                )
                since = Day(one.since) if one.since else None
                if units is not None:
                    measured = Measured(what, name, since, units, low, high)
                    found[one.source].append(measured)
    return {name: tuple(some) for name, some in found.items()}


def _more(setting: Setting, source: str, number: int) -> Prose:
    """Return how many flows that rest on a source the list of flows leaves out."""
    if not number:
        return ()
    return setting.say_many(
        "%(count)s smaller flow",
        "%(count)s smaller flows",
        setting.count(f"source:{source}:unlisted", number, sources=(source,)),
    )


def _left_out(setting: Setting, number: int) -> Prose:
    """Say how many sources are not listed, since nothing that is listed needs them."""
    if not number:
        return ()
    return setting.say_many(
        "%(count)s more source, on which smaller flows alone or nothing rests, is in"
        " the attached ledger.",
        "%(count)s more sources, on which smaller flows alone or nothing rests, are in"
        " the attached ledger.",
        setting.count("sources:left-out", number),
    )


def _commas(refs: Iterable[Ref]) -> Prose:
    pieces: list[Piece] = []
    for ref in refs:
        pieces += [", ", ref] if pieces else [ref]
    return tuple(pieces)
