"""One source: what it is, and what rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import DASH
from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import day_cell
from solvency.browse.entry.passages import of_source
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.request import NotFoundError
from solvency.browse.view import outside
from solvency.figures import formats

if TYPE_CHECKING:
    from solvency.browse.entry.passages import SourceNote
    from solvency.browse.view import View
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Source

#: What the letter of a grade stands for.
KINDS = {
    "A": "court record, audited or on-chain",
    "B": "leaked document, published by a major outlet",
    "C": "named press, or an organisation's own statement",
    "D": "anonymous, or a person's own account without a publisher",
    "F": "unknown or recalled",
}


def kept_words() -> str:
    """Say what the notes beside a source are."""
    return say(
        "The case keeps notes in its own words, not the source's sentences: its address"
        " leads to those."
    )


def graded(grade: str) -> str:
    """Return a grade with what its letter stands for."""
    kind = KINDS.get(grade[:1], "")
    return grade + spoken().text(": ") + (say(kind) if kind else "")


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    noted: Table
    flows: Table
    observations: Table | None
    prices: int


def build(view: View) -> Page:
    """Build the page.

    Raises:
        NotFoundError: No source has the name the address gives.
    """
    one = view.case.sources.get(view.asked.pick)
    if one is None:
        raise NotFoundError(
            say("There is no source %(name)s.", name=repr(view.asked.pick))
        )
    return _opened(view, one)


def _opened(view: View, one: Source) -> Page:
    """Show one source, and what rests on it."""
    seen = [obs for obs in view.case.observations if obs.source == one.name]
    facts = [
        (
            "Published",
            Cell(formats.published(one.published, one.dated, view.locale)),
        ),
        ("Publisher", Cell(one.publisher or "")),
        ("Grade", Cell(graded(one.grade))),
        ("Origin", Cell(graded(one.origin) if one.origin else "")),
        ("Source group", Cell(one.group or "")),
        ("Address", outside(one.url, one.url or "")),
        ("Copy read", outside(one.mirror, one.mirror or "")),
        ("SHA-256", Cell(one.sha256 or "")),
        ("Note", Cell(one.note or "")),
        (
            "In the ledger",
            Cell(
                say("its entry") if view.at_home.entry(one.place) else "",
                view.at_home.entry(one.place),
            ),
        ),
    ]
    rest = [flow.id for flow in known_flows(view) if one.name in flow.sources]
    noted = of_source(view.case, one.name, view.dossier)
    beside = [
        name
        for name in dict.fromkeys(x for each in noted for x in each.flows)
        if name not in rest
    ]
    flows = view.flows_table("rests", "Flows that rest on it", rest)
    return Page(
        title=one.title,
        facts=tuple(fact for fact in facts if fact[1].text),
        noted=_noted(view, noted),
        flows=replace(flows, notes=(*flows.notes, *_tested(beside))),
        observations=_observations(view, seen) if seen else None,
        prices=sum(price.source == one.name for price in view.case.prices),
    )


def _tested(beside: list[str]) -> tuple[str, ...]:
    """Say which flows cite what is noted of a source and do not rest on it."""
    if not beside:
        return ()
    return (
        many(
            "%(count)s more flow cites what it says and does not rest on it: this"
            " source can be held against it. %(names)s.",
            "%(count)s more flows cite what it says and do not rest on it: this source"
            " can be held against them. %(names)s.",
            len(beside),
            names=listed(beside),
        ),
    )


def _noted(view: View, found: tuple[SourceNote, ...]) -> Table:
    """List what is noted of a source, and what cites it."""
    rows = tuple(
        Row(
            (
                Cell(noted.row or DASH),
                Cell(noted.words, kind="wide"),
                Cell(
                    listed(noted.flows),
                    links=tuple(
                        Link(name, view.page("flow", pick=name)) for name in noted.flows
                    ),
                ),
                Cell(
                    listed(noted.observations),
                    links=tuple(
                        Link(name, place)
                        for name in noted.observations
                        if (place := _of_observation(view, name))
                    ),
                ),
            ),
            key=f"row-{noted.row}" if noted.row else "",
        )
        for noted in found
    )
    heads = (
        Cell("Row"),
        Cell("What it says, in the case's words", kind="wide"),
        Cell("Flows"),
        Cell("Observations"),
    )
    nothing = say("Nothing is noted of it: the case points to the source as a whole.")
    return Table(
        "noted",
        "What it says",
        heads,
        rows,
        (kept_words() if rows else nothing,),
    )


def _of_observation(view: View, name: str) -> str:
    """Return where an observation stands: among those of its source, else its entry."""
    one = view.study.observations[name]
    if one.source in view.case.sources:
        return view.page("source", f"states-{name}", pick=one.source)
    return view.at_home.entry(one.place)


def _observations(view: View, seen: list[Observation]) -> Table:
    rows = []
    for one in seen:
        ends = [
            end for end in (one.amount.number, one.low, one.high) if end is not None
        ]
        printing = Printing(ends, one.amount.commodity)
        rows.append(
            Row(
                (
                    Cell(one.id, view.at_home.entry(one.place)),
                    day_cell(one.date),
                    Cell(one.perimeter or listed(one.accounts)),
                    printing.cell(one.amount.number),
                    printing.cell(one.low),
                    printing.cell(one.high),
                    Cell(printing.unit),
                ),
                key=f"states-{one.id}",
            )
        )
    return Table(
        "states",
        "Balances and movements it states",
        (
            Cell("Observation"),
            Cell("Date"),
            Cell("Of what"),
            Cell("Amount", kind="num"),
            Cell("Low", kind="num"),
            Cell("High", kind="num"),
            Cell("In"),
        ),
        tuple(rows),
    )


def known_flows(view: View) -> list[Flow]:
    """Return the flows of whatever hypothesis that could be known by then."""
    known = view.case.known
    return [one for one in view.case.flows if known is None or one.known <= known]
