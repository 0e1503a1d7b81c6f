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
from solvency.browse.blocks import dated
from solvency.browse.blocks import drawn
from solvency.browse.exhibit import shown
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.browse.pages.disputes import disputed
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import waited
from solvency.browse.pages.source import KINDS
from solvency.browse.pages.source import graded
from solvency.browse.pages.source import known_flows
from solvency.browse.view import outside
from solvency.charts import beliefs as beliefs_chart

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.history import History
    from solvency.browse.view import View
    from solvency.ledger.case import Source

    Tell = Callable[[str], None]

#: The most lines a chart of beliefs has.
_LINES = 8


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    numbers: tuple[Number, ...]
    known: str
    first: str
    last: str
    moments: tuple[Link, ...]
    sources: Table
    plugs: Table | None
    disputed: Waiting
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
    plugs = [flow.id for flow in case.selected if flow.basis == "plug"]
    days = sorted(one.published for one in case.sources.values())
    # A site of files is not kept waiting for minutes: it says how to ask.
    asked = view.asked.weigh and view.at_home.live
    history, chart = _history(view) if asked else (None, None)
    return Page(
        numbers=tuple(_numbers(view, sources, plugs)),
        known=known.isoformat() if known else "",
        first=days[0].isoformat() if days else "",
        last=days[-1].isoformat() if days else "",
        moments=_moments(view) if view.at_home.live else (),
        sources=_sources(view, sources),
        plugs=view.flows_table("plugs", say("Plugs: amounts nobody stated"), plugs)
        if plugs
        else None,
        disputed=disputed(view),
        later=many(
            "%(count)s source published later, and what rests on it alone, left out.",
            "%(count)s sources published later, and what rests on them alone, left"
            " out.",
            hidden,
        )
        if hidden
        else "",
        weigh=view.page("evidence", "beliefs", weigh=1) if view.at_home.live else "",
        history=history,
        chart=chart,
    )


def _numbers(view: View, sources: list[Source], plugs: list[str]) -> tuple[Number, ...]:
    letters = Counter(one.grade[:1] for one in sources)
    groups = {one.independence_group for one in sources}
    return (
        Number(
            "Sources",
            f"{len(sources):,}",
            many(
                "%(count)s group of sources that repeat one another",
                "%(count)s groups of sources that repeat one another",
                len(groups),
            ),
            str(len(sources)),
            figure=view.counted(
                "sources",
                len(sources),
                "sources of the ledger, published by the day it is looked at",
                sources=tuple(one.name for one in sources),
            ).figure,
        ),
        *(
            Number(
                say("Grade %(letter)s", letter=letter),
                f"{number:,}",
                KINDS.get(letter, ""),
                str(number),
                figure=view.counted(
                    f"grade:{letter}",
                    number,
                    say("sources of grade %(letter)s", letter=letter),
                    sources=tuple(x.name for x in sources if x.grade[:1] == letter),
                ).figure,
            )
            for letter, number in sorted(letters.items())
        ),
        Number(
            "Plugs",
            f"{len(plugs):,}",
            "amounts nobody stated",
            str(len(plugs)),
            bool(plugs),
            figure=view.counted(
                "plugs",
                len(plugs),
                "flows whose amount nobody stated",
                flows=tuple(plugs),
            ).figure,
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
        Link(say("everything"), view.page("evidence", known=None), shown is None),
    )


def _rests(view: View) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for flow in known_flows(view):
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
            rows.append(Row((Cell(graded(letter)),), "group"))
        rows.append(
            Row(
                (
                    Cell(one.grade, kind="grade"),
                    Cell(
                        one.name,
                        view.page("source", pick=one.name),
                        title=one.title,
                    ),
                    dated(one),
                    Cell(one.publisher or ""),
                    outside(one.url, one.title),
                    Cell(one.group or ""),
                    view.counted(
                        f"flows:{one.name}",
                        len(rests.get(one.name, [])),
                        say("flows that rest on %(name)s", name=one.name),
                        flows=tuple(rests.get(one.name, [])),
                        sources=(one.name,),
                    ),
                    view.counted(
                        f"observations:{one.name}",
                        stated[one.name],
                        say("balances and movements %(name)s states", name=one.name),
                        sources=(one.name,),
                    ),
                    view.counted(
                        f"prices:{one.name}",
                        prices[one.name],
                        say("prices %(name)s gives", name=one.name),
                        sources=(one.name,),
                    ),
                ),
                key=f"source-{one.name}",
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
            Cell("Source group"),
            Cell("Flows", kind="num"),
            Cell("Observations", kind="num"),
            Cell("Prices", kind="num"),
        ),
        tuple(rows),
    )


def _history(view: View) -> tuple[Waiting, Chart | None]:
    """Weigh the hypotheses as known on the case's days, beside the page."""

    def work(tell: Tell) -> History:
        from solvency.analysis.weigh.history import history  # noqa: PLC0415 (brings in SciPy)

        return history(view.case, progress=tell)

    later = view.study.later("history", work)
    unfinished = waited(view, later)
    found = later.result
    if unfinished or found is None:
        return unfinished or Waiting(error=say("no answer")), None
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
    # A line begins where there is a belief: before, nobody could hold one.
    whole = {
        name: [None if x is None else Decimal(f"{x:.4f}") for x in shares]
        for name, shares in lines.items()
        if shares[-1] is not None
    }
    moved = sorted(whole, key=lambda name: -found.move(name))
    if len(days) < 2 or not moved:
        return None
    what = beliefs_chart.Beliefs(
        say("Belief in each hypothesis as evidence came in"),
        days,
        [beliefs_chart.Belief(say(name), whole[name]) for name in moved[:_LINES]],
    )
    return drawn(
        lambda look: beliefs_chart.draw(what, look),
        Printing([], view.case.currency),
        "beliefs",
        what.title,
    )
