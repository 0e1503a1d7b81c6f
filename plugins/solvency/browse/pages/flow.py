"""One flow: what moved, who says so and in which words, and what it booked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import dated
from solvency.browse.blocks import day_cell
from solvency.browse.entry.basis import STATED
from solvency.browse.entry.basis import meaning
from solvency.browse.entry.passages import of_flow
from solvency.browse.language import listed
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.source import graded
from solvency.browse.pages.source import kept_words
from solvency.browse.request import NotFoundError
from solvency.browse.view import happened
from solvency.browse.view import outside
from solvency.browse.view import spread
from solvency.figures.plain import plain

if TYPE_CHECKING:
    from solvency.browse.view import View
    from solvency.ledger.case import Flow


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    sources: Table
    postings: Table
    links: tuple[Link, ...]


def build(view: View) -> Page:
    """Build the page.

    Raises:
        NotFoundError: No flow has the name the address gives.
    """
    one = view.case.by_id.get(view.asked.pick)
    if one is None:
        raise NotFoundError(
            say("There is no flow %(name)s.", name=repr(view.asked.pick))
        )
    return Page(
        title=happened(one) or one.id,
        facts=tuple(fact for fact in _facts(view, one) if fact[1].text),
        sources=_sources(view, one),
        postings=_postings(view, one),
        links=(Link("In the ledger", view.at_home.entry(one.place)),)
        if view.at_home.entry(one.place)
        else (),
    )


def _facts(view: View, one: Flow) -> list[tuple[str, Cell]]:
    case = view.case
    amount = money(one.amount.number, one.amount.commodity)
    exact = f"{plain(one.amount.number)} {one.amount.commodity}"
    grade = one.grade or ""
    return [
        ("Flow", Cell(one.id)),
        ("Date", Cell(one.date.isoformat())),
        ("Amount", Cell(amount, title=exact, figure=f"flow:{one.id}")),
        ("Spread", Cell(spread(case, one))),
        ("Grade", Cell(graded(grade) if grade else "")),
        ("Basis", Cell(say(one.basis), note=meaning(one.basis))),
        (
            "Holds if",
            Cell(
                listed(sorted(one.hypotheses)),
                links=tuple(
                    Link(
                        case.hypotheses[name].title,
                        view.page("hypotheses", f"hypothesis-{name}"),
                    )
                    for name in sorted(one.hypotheses)
                    if name in case.hypotheses
                ),
            ),
        ),
        ("In this scenario", Cell(say("yes") if case.takes(one) else say("no"))),
        ("Known from", _known_from(view, one)),
        ("Note", Cell(one.notes.get(f"{view.lang}-note", one.notes.get("note", "")))),
    ]


def _known_from(view: View, one: Flow) -> Cell:
    """Return when the world could know a flow, as far as its source's copy says."""
    source = view.case.sources.get(one.amount_from or "")
    return dated(source) if source else day_cell(one.known)


def _sources(view: View, one: Flow) -> Table:
    case = view.case
    noted = of_flow(one, view.dossier)
    rows = []
    for name in one.sources:
        source = case.sources.get(name)
        if source is None:
            continue
        rows.append(
            Row(
                (
                    Cell(source.grade, kind="grade"),
                    Cell(name, view.page("source", pick=name)),
                    Cell(source.publisher or ""),
                    dated(source),
                    outside(source.url, source.title),
                    Cell(
                        spoken().text("; ").join(noted.of[name])
                        or say("nothing noted: the source as a whole"),
                        kind="wide",
                    ),
                    Cell(
                        say("the amount")
                        if name == one.amount_from and one.basis in STATED
                        else "",
                        kind="mark",
                    ),
                ),
                key=f"source-{name}",
            )
        )
    heads = (
        *map(Cell, ("Grade", "Source", "Publisher", "Published", "Title")),
        Cell("What it says, in the case's words", kind="wide"),
        Cell("Gives"),
    )
    if not rows:
        notes: tuple[str, ...] = (
            "No source: the author put it in to make books close.",
        )
    else:
        apart = spoken().text("; ").join(noted.apart)
        more = (
            say("Noted beside these sources: %(words)s.", words=apart) if apart else ""
        )
        notes = (*filter(None, (more,)), kept_words())
    return Table("sources", "Who says so", heads, tuple(rows), notes)


def _postings(view: View, one: Flow) -> Table:
    rows = []
    for each in one.postings:
        printing = Printing([each.units], each.commodity)
        price = f"{each.price.number:,f} {each.price.commodity}" if each.price else ""
        rows.append(
            Row(
                (
                    Cell(each.account, view.at_home.account(each.account)),
                    printing.cell(each.units),
                    Cell(printing.unit),
                    Cell(price, kind="num"),
                    Cell(say("by the rules of legs") if each.added else ""),
                )
            )
        )
    return Table(
        "postings",
        "What it booked",
        (
            Cell("Account"),
            Cell("Amount", kind="num"),
            Cell("In"),
            Cell("Price", kind="num"),
            Cell("Added"),
        ),
        tuple(rows),
    )
