"""One source: what it is, and what rests on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import day_cell
from solvency.browse.request import NotFoundError
from solvency.browse.speech import listed
from solvency.browse.speech import say
from solvency.browse.speech import spoken
from solvency.browse.view import outside
from solvency.figures import formats

if TYPE_CHECKING:
    from solvency.browse.view import View
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Source

#: What the letter of a grade stands for.
KINDS = {
    "A": "court record, audited or on-chain",
    "B": "leaked document, published by a major outlet",
    "C": "named press, or an organisation's own statement",
    "D": "anonymous",
    "F": "unknown or recalled",
}


def graded(grade: str) -> str:
    """Return a grade with what its letter stands for."""
    kind = KINDS.get(grade[:1], "")
    return grade + spoken().text(": ") + (say(kind) if kind else "")


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
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
    return Page(
        title=one.title,
        facts=tuple(fact for fact in facts if fact[1].text),
        flows=view.flows_table(
            "rests",
            "Flows that rest on it",
            [flow.id for flow in known_flows(view) if one.name in flow.sources],
        ),
        observations=_observations(view, seen) if seen else None,
        prices=sum(price.source == one.name for price in view.case.prices),
    )


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
                )
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
