"""The page Evidence: sources by grade, what rests on each, what is in dispute."""

from __future__ import annotations

from collections import Counter
from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import day_cell
from solvency.browse.blocks import drawn
from solvency.browse.exhibit import shown
from solvency.browse.pages.disputes import disputed
from solvency.browse.pages.hypotheses import Waiting
from solvency.browse.view import outside
from solvency.charts import beliefs as beliefs_chart
from solvency.figures.frame import count

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.history import History
    from solvency.browse.view import View
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Source

    Tell = Callable[[str], None]

#: What the letter of a grade stands for.
KINDS = {
    "A": "court record, audited or on-chain",
    "B": "leaked document, published by a major outlet",
    "C": "named press, or an organisation's own statement",
    "D": "anonymous",
    "F": "unknown or recalled",
}
#: The most lines a chart of beliefs has.
_LINES = 8


@dataclass(frozen=True)
class Opened:
    """One source: what it is, and what rests on it."""

    title: str
    facts: tuple[tuple[str, Cell], ...]
    flows: Table
    observations: Table | None
    prices: int


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    numbers: tuple[Number, ...]
    known: str
    first: str
    last: str
    moments: tuple[Link, ...]
    opened: Opened | None
    sources: Table
    plugs: Table | None
    disputed: Table | None
    later: str
    weigh: str
    history: Waiting | None
    chart: Chart | None


def build(view: View) -> Page:
    """Build the page."""
    case = view.case
    known = case.known
    sources = [
        one for one in case.sources.values() if known is None or one.published <= known
    ]
    hidden = len(case.sources) - len(sources)
    opened = case.sources.get(view.asked.pick)
    plugs = [flow.id for flow in case.selected if flow.basis == "plug"]
    days = sorted(one.published for one in case.sources.values())
    history, chart = _history(view) if view.asked.weigh else (None, None)
    return Page(
        numbers=tuple(_numbers(sources, plugs)),
        known=known.isoformat() if known else "",
        first=days[0].isoformat() if days else "",
        last=days[-1].isoformat() if days else "",
        moments=_moments(view),
        opened=_opened(view, opened) if opened else None,
        sources=_sources(view, sources),
        plugs=view.flows_table("plugs", "Plugs: amounts nobody stated", plugs)
        if plugs
        else None,
        disputed=disputed(view)[0],
        later=f"{count(hidden, 'source')} published later, and what rests on them"
        " alone, left out."
        if hidden
        else "",
        weigh=view.page("evidence", "beliefs", weigh=1),
        history=history,
        chart=chart,
    )


def _numbers(sources: list[Source], plugs: list[str]) -> tuple[Number, ...]:
    letters = Counter(one.grade[:1] for one in sources)
    groups = {one.independence_group for one in sources}
    return (
        Number(
            "Sources",
            f"{len(sources):,}",
            f"{count(len(groups), 'group')} that count once each",
            str(len(sources)),
        ),
        *(
            Number(
                f"Grade {letter}",
                f"{number:,}",
                KINDS.get(letter, ""),
                str(number),
            )
            for letter, number in sorted(letters.items())
        ),
        Number(
            "Plugs",
            f"{len(plugs):,}",
            "amounts nobody stated",
            str(len(plugs)),
            bool(plugs),
        ),
    )


def _moments(view: View) -> tuple[Link, ...]:
    """Return links to the days from which something was known."""
    days = Counter(one.published for one in view.case.sources.values())
    most = sorted(day for day, _ in days.most_common(6))
    marked = sorted({event.date for event in view.case.events if event.kind == "known"})
    shown = view.case.known
    return (
        *(
            Link(
                day.isoformat(),
                view.page("evidence", known=day.isoformat()),
                day == shown,
            )
            for day in marked or most
        ),
        Link("everything", view.page("evidence", known=None), shown is None),
    )


def _rests(view: View) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for flow in view.case.flows:
        if view.case.known is None or flow.known <= view.case.known:
            for source in flow.sources:
                found[source].append(flow.id)
    return found


def _sources(view: View, sources: list[Source]) -> Table:
    """List sources by grade, each group together, with how much rests on each."""
    rests = _rests(view)
    stated = Counter(one.source for one in view.case.observations)
    prices = Counter(one.source for one in view.case.prices if one.source)
    rows: list[Row] = []
    letter = ""
    for one in sorted(
        sources, key=lambda s: (s.grade, s.independence_group, s.published)
    ):
        if one.grade[:1] != letter:
            letter = one.grade[:1]
            rows.append(Row((Cell(f"{letter}: {KINDS.get(letter, '')}"),), "group"))
        rows.append(
            Row(
                (
                    Cell(one.grade, kind="grade"),
                    Cell(
                        one.name,
                        view.page("evidence", "opened", pick=one.name),
                        title=one.title,
                    ),
                    day_cell(one.published),
                    Cell(one.publisher or ""),
                    outside(one.url, one.title),
                    Cell(one.group or ""),
                    Cell(f"{len(rests.get(one.name, [])):,}", kind="num"),
                    Cell(f"{stated[one.name]:,}", kind="num"),
                    Cell(f"{prices[one.name]:,}", kind="num"),
                ),
                "current" if one.name == view.asked.pick else "",
                f"source-{one.name}",
            )
        )
    return Table(
        "sources",
        "Sources by grade, those that repeat one another together",
        (
            Cell("Grade"),
            Cell("Source"),
            Cell("Published"),
            Cell("Publisher"),
            Cell("Title"),
            Cell("Group"),
            Cell("Flows", kind="num"),
            Cell("Observations", kind="num"),
            Cell("Prices", kind="num"),
        ),
        tuple(rows),
    )


def _opened(view: View, one: Source) -> Opened:
    """Show one source, and what rests on it."""
    seen = [obs for obs in view.case.observations if obs.source == one.name]
    facts = [
        ("Published", Cell(one.published.isoformat())),
        ("Publisher", Cell(one.publisher or "")),
        ("Grade", Cell(f"{one.grade}: {KINDS.get(one.grade[:1], '')}")),
        (
            "Origin",
            Cell(
                f"{one.origin}: {KINDS.get(one.origin[:1], '')}" if one.origin else ""
            ),
        ),
        ("Group", Cell(one.group or "")),
        ("Address", outside(one.url, one.url or "")),
        ("Copy read", outside(one.mirror, one.mirror or "")),
        ("SHA-256", Cell(one.sha256 or "")),
        ("Note", Cell(one.note or "")),
        ("In the ledger", Cell("its entry", view.at_home.entry(one.place))),
    ]
    return Opened(
        title=one.title,
        facts=tuple(fact for fact in facts if fact[1].text),
        flows=view.flows_table(
            "rests", "Flows that rest on it", _rests(view).get(one.name, [])
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
                    Cell(one.perimeter or ", ".join(one.accounts)),
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


def _history(view: View) -> tuple[Waiting, Chart | None]:
    """Weigh the hypotheses as known on the case's days, beside the page."""

    def work(tell: Tell) -> History:
        from solvency.analysis.weigh.history import history  # noqa: PLC0415 (brings in SciPy)

        return history(view.case, progress=tell)

    later = view.study.later("history", work)
    if not later.wait():
        return Waiting(said=later.said or "started"), None
    found = later.result
    if later.error or found is None:
        return Waiting(error=later.error or "no answer"), None
    table = shown(view, replace(found.to_table(), key="history"))
    return Waiting(tables=(table,)), _beliefs_over_time(view, found)


def _beliefs_over_time(view: View, found: History) -> Chart | None:
    """Draw the beliefs that moved most."""
    import datetime  # noqa: PLC0415 (only for the last day)

    published = [one.published for one in view.case.sources.values()]
    last = max((*published, view.case.reporting_date))
    days = [one.moment.day or last for one in found.then]
    if len(set(days)) != len(days):
        days[-1] = max(days[:-1]) + datetime.timedelta(days=1)
    lines = {
        name: [one.posteriors[name] for one in found.then] for name in found.hypotheses
    }
    whole = {
        name: [Decimal(f"{share:.4f}") for share in shares if share is not None]
        for name, shares in lines.items()
        if None not in shares
    }
    moved = sorted(whole, key=lambda name: min(whole[name]) - max(whole[name]))
    if len(days) < 2 or not moved:
        return None
    what = beliefs_chart.Beliefs(
        "Belief in each hypothesis as evidence came in",
        days,
        [beliefs_chart.Belief(name, whole[name]) for name in moved[:_LINES]],
    )
    return drawn(
        lambda look: beliefs_chart.draw(what, look),
        Printing([], view.case.currency),
        "beliefs",
        what.title,
    )
