"""The page Flows: where money came from and went, for Fava's period and entities."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.sources_uses import CHANGE
from solvency.analysis.sources_uses import EXCHANGE
from solvency.analysis.sources_uses import LEFT
from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import START
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import funds
from solvency.browse.blocks import Cell
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Table
from solvency.browse.blocks import drawn
from solvency.browse.blocks import figure_place
from solvency.browse.exhibit import shown
from solvency.browse.language import day_said
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.group import scopes
from solvency.charts import ChartError
from solvency.charts import netting
from solvency.charts import sankey
from solvency.exhibits.flows import heading
from solvency.model.book import Book

if TYPE_CHECKING:
    from solvency.analysis.sources_uses import Funds
    from solvency.analysis.sources_uses import FundsLine
    from solvency.browse.view import View
    from solvency.charts import Look
    from solvency.exhibits.setting import Setting

#: Bands thinner than this share of all sources are drawn as one.
_LEAST = Decimal("0.004")
ZERO = Decimal()


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    scopes: tuple[Link, ...]
    said: str
    numbers: tuple[Number, ...]
    chart: Chart | None
    table: Table
    notes: tuple[str, ...]


def name_of(view: View) -> str:
    """Return whose funds are followed: what was asked, else Fava's account filter."""
    if view.asked.entity:
        return view.asked.entity
    named = view.period.entities
    if named and len(named) == 1:
        return next(iter(named))
    return "group" if view.case.group else next(iter(view.case.entities))


def build(view: View) -> Page:
    """Build the page."""
    name = name_of(view)
    since, until = view.period.since, view.period.until or view.at
    notes = []
    book = view.study.book
    places = view.period.places
    if places is not None:
        kept = [flow for flow in book.flows if tuple(flow.place) in places]
        notes.append(
            many(
                "Fava's filter keeps %(kept)s of %(count)s flow in this scenario;"
                " opening and closing balances are of these alone.",
                "Fava's filter keeps %(kept)s of %(count)s flows in this scenario;"
                " opening and closing balances are of these alone.",
                len(book.flows),
                kept=f"{len(kept):,}",
            )
        )
        if not kept:
            return _nothing(view, notes)
        book = Book.of(view.case, kept)
    found = funds(book, name, until, since)
    if found.unpriced:
        notes.append(
            say(
                "Without a price, and left out: %(coins)s.",
                coins=listed(found.unpriced),
            )
        )
    printing = Printing(
        (found.opening, found.left, *(line.amount for line in found.lines)),
        found.currency,
    )
    period = say("to %(until)s", until=day_said(until))
    if since:
        period = say(
            "%(since)s to %(until)s", since=day_said(since), until=day_said(until)
        )
    return Page(
        scopes=_scopes(view, name),
        said=listed((say(name), period)),
        numbers=tuple(_numbers(found, whole=places is None)),
        chart=_chart(found, printing, notes),
        table=_table(view, book, found),
        notes=tuple(notes),
    )


def _scopes(view: View, name: str) -> tuple[Link, ...]:
    return tuple(
        Link(one.text, one.href, one.text == name) for one in scopes(view, "flows")
    )


def _nothing(view: View, notes: list[str]) -> Page:
    empty = Table("funds", "Sources and uses of funds", (Cell("Line"),), ())
    return Page(_scopes(view, name_of(view)), "", (), None, empty, tuple(notes))


def _numbers(found: Funds, *, whole: bool) -> list[Number]:
    # Of some flows alone nothing is left: what they bring less what they take.
    left = "Left" if whole else "Sources less uses of these flows"
    keys = {
        "At the start": "opening",
        "Sources": "total:source",
        "Uses": "total:use",
        "Gain on exchange": "exchanged",
        "Change in prices": "revaluation",
        left: "left",
    }
    amounts = {
        "At the start": found.opening,
        "Sources": found.total(SOURCE),
        "Uses": found.total(USE),
        "Gain on exchange": found.exchanged,
        "Change in prices": found.revaluation,
        left: found.left,
    }
    return [
        Number(
            label,
            money(value, found.currency),
            value=format(value, "f"),
            figure=f"funds:{found.name}:{keys[label]}",
        )
        for label, value in amounts.items()
        if value or label == left
    ]


def _figure_key(found: Funds, line: FundsLine) -> str:
    """Return the key of the figure a line of the exhibit prints."""
    since = found.since.isoformat() if found.since else ""
    until = found.until.isoformat()
    return f"funds:{found.name}:{since}:{until}:{line.side}:{line.label}"


def bands(view: View, setting: Setting) -> Chart | None:
    """Draw where all money came from and went, for a page that has its lines."""
    found = setting.study.funds(name_of(view), view.at)
    amounts = (found.opening, found.left, *(line.amount for line in found.lines))
    return _chart(found, Printing(amounts, found.currency), [])


def _named(label: str) -> str:
    """Return a source or use in words."""
    name = say(label)
    if name != label or spoken().lang == "en":
        return name
    return heading(spoken(), label)


def _chart(found: Funds, printing: Printing, notes: list[str]) -> Chart | None:
    """Draw the sources and uses as bands that lead to their transactions."""
    whole = f"\N{ZERO WIDTH SPACE}{found.name}"
    links, labels = [], [(whole, say(found.name))]

    def add(side: str, label: str, amount: Decimal, href: str) -> None:
        party = f"{side}/{label}"
        labels.append((party, _named(label)))
        ends = (party, whole) if side == SOURCE else (whole, party)
        links.append(netting.Link(*ends, amount, href))

    for line in found.lines:
        href = figure_place(_figure_key(found, line))
        add(line.side, line.label, line.amount, href)
    if found.opening > 0:
        add(SOURCE, START, found.opening, "")
    for label, gain in ((EXCHANGE, found.exchanged), (CHANGE, found.revaluation)):
        if gain:
            add(SOURCE if gain > 0 else USE, label, abs(gain), "")
    if found.left > 0:
        add(USE, LEFT, found.left, "")
    total = sum((link.value for link in links if link.target == whole), ZERO)
    if not links:
        notes.append(say("No funds moved in this period."))
        return None
    title = say(
        "%(name)s: sources and uses of funds to %(day)s",
        name=say(found.name),
        day=day_said(found.until),
    )
    what = sankey.Sankey(
        title,
        links,
        tuple(labels),
        total * _LEAST,
        others=(say("Other sources"), say("Other uses")),
        merged=say(
            "{count} parties under {least} each, {sum} together, are drawn as one"
        ),
        netted=say("Drawn net"),
    )

    def draw(look: Look) -> str:
        return sankey.draw(what, look)

    try:
        return drawn(
            draw,
            printing,
            "funds",
            say(
                "Sources and uses of the funds of %(name)s, %(unit)s",
                name=say(found.name),
                unit=printing.unit,
            ),
            "Funds are money and what is as good as money. Open a band for its flows.",
        )
    except ChartError as error:
        notes.append(say("The bands cannot be drawn: %(why)s.", why=str(error)))
        return None


def _table(view: View, book: Book, found: Funds) -> Table:
    """Return the exhibit of sources and uses."""
    from solvency.exhibits.funds.sources_uses import side_by_side  # noqa: PLC0415 (brings in SciPy)

    title, setting = say("Sources and uses of funds"), view.setting(book=book)
    table = side_by_side(setting, "funds", title, [found], [found.name])
    # The exhibit's own line tells of a column of pages that a screen has not.
    return shown(view, replace(table, unit=(setting.unit,)))
