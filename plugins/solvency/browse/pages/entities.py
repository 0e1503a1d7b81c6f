"""The page Entities: who owes whom, and who paid whom, as of a day."""

from __future__ import annotations

from bisect import bisect_left
from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Printing
from solvency.browse.blocks import drawn
from solvency.browse.blocks import figure_place
from solvency.browse.exhibit import shown
from solvency.browse.language import day_said
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.charts import ChartError
from solvency.charts import group
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime

    from solvency.browse import blocks
    from solvency.browse.view import View
    from solvency.charts import Look
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure

ZERO = Decimal()
#: Lines drawn of each kind: a drawing with every line says nothing.
_MOST = 10
#: What was left, which `links` counts as paid, and is nobody.
_LEFT = "left"


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    title: str
    at: str
    days: tuple[str, ...]
    steps: tuple[Link, ...]
    charts: tuple[Chart, ...]
    tables: tuple[blocks.Table, ...]


@dataclass(frozen=True, slots=True)
class Tied:
    """Two that are tied on a day: from, to, and how much."""

    source: str
    target: str
    figure: Figure

    @property
    def amount(self) -> Decimal:
        """Return how much."""
        return self.figure.value or ZERO


def build(view: View) -> Page:
    """Build the page."""
    setting = view.setting()
    days = sorted({flow.date for flow in view.study.book.flows})
    owed, paid = _owed(setting, view.at), _paid(setting, view.at)
    tables, charts = [], []
    for key, kind, title, some in (
        (
            "owed",
            "owes",
            say("Who owes whom on %(day)s, at market", day=day_said(view.at)),
            owed,
        ),
        (
            "paid",
            "paid",
            say(
                "Who paid whom up to %(day)s, at the day's prices",
                day=day_said(view.at),
            ),
            paid,
        ),
    ):
        tables.append(shown(view, _table(setting, f"{key}-between", title, some)))
        if view.study.whole and (chart := _chart(view, key, kind, title, some)):
            charts.append(chart)
    return Page(
        say(
            "Who owes whom, and who paid whom, on %(day)s",
            day=day_said(view.at),
        ),
        view.at.isoformat(),
        tuple(day.isoformat() for day in days),
        _steps(view, days),
        tuple(charts),
        tuple(tables),
    )


def _steps(view: View, days: list[datetime.date]) -> tuple[Link, ...]:
    """Return links to the days before and after on which something moved."""
    if not view.at_home.live:
        return ()  # a site has the one day
    before, after = bisect_left(days, view.at), bisect_right(days, view.at)
    found = []
    if before:
        day = days[before - 1]
        found.append((say("Day before with a flow: %(day)s", day=day_said(day)), day))
    if after < len(days):
        day = days[after]
        found.append((say("Day after with a flow: %(day)s", day=day_said(day)), day))
    day = view.case.reporting_date
    found.append((say("The reporting date: %(day)s", day=day_said(day)), day))
    return tuple(Link(words, view.page("entities", at=one)) for words, one in found)


def _owed(setting: Setting, day: datetime.date) -> list[Tied]:
    """Return who owes whom on a day at market, the largest first."""
    from solvency.exhibits.balance.matrix import claim_between  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.balance.network import debts  # noqa: PLC0415 (as above)

    return [
        Tied(debtor, creditor, claim_between(setting, day, creditor, debtor, amount))
        for (debtor, creditor), amount in debts(setting).items()
    ]


def _paid(setting: Setting, day: datetime.date) -> list[Tied]:
    """Return who paid whom up to a day, what came back taken off, the largest first."""
    from solvency.exhibits.funds.flow_of_funds import links  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.workings import of_flows  # noqa: PLC0415 (as above)

    moved: dict[tuple[str, str], dict[str, Decimal]] = {}
    for (one, other), of in links(setting, until=day).items():
        if other == _LEFT:
            continue
        back = moved.get((other, one))
        # Between two entities what came back is taken off what went.
        into = back if back is not None else moved.setdefault((one, other), {})
        sign = -1 if back is not None else 1
        for flow, amount in of.items():
            into[flow] = into.get(flow, ZERO) + sign * amount
    found = []
    for (one, other), of in moved.items():
        total = sum(of.values(), ZERO)
        source, target = (one, other) if total > 0 else (other, one)
        parts = of if total > 0 else {flow: -amount for flow, amount in of.items()}
        figure = setting.money(
            f"paid:{day}:{source}:{target}",
            abs(total),
            formula="sum of its flows, what came back taken off",
            **of_flows(setting, parts),
        )
        if total:
            found.append(Tied(source, target, figure))
    return sorted(found, key=lambda tie: (-tie.amount, tie.source, tie.target))


def _called(setting: Setting, name: str) -> str:
    """Return an entity or party in words; one paid is told from one that pays."""
    from solvency.exhibits.flows import words  # noqa: PLC0415 (brings in SciPy)

    said = words(setting, name.lstrip("<>"))
    return say("%(name)s (paid out)", name=said) if name.startswith(">") else said


def _table(setting: Setting, key: str, title: str, some: list[Tied]) -> Table:
    """List what is drawn, and what is too small to be."""
    return Table(
        key,
        title,
        (setting.unit,),
        say("From"),
        (Column("to", say("To"), "text"), Column("amount", say("Amount"))),
        tuple(
            Row(
                f"{key}:{tie.source}:{tie.target}",
                (Said(_called(setting, tie.source)),),
                (Said(_called(setting, tie.target)), tie.figure),
            )
            for tie in some
        ),
    )


def _chart(
    view: View, key: str, kind: str, title: str, some: list[Tied]
) -> Chart | None:
    """Draw the largest ties between entities and those outside them."""
    setting = view.setting()
    largest = some[:_MOST]
    printing = Printing([tie.amount for tie in largest], view.case.currency)
    names = dict.fromkeys(name for tie in largest for name in (tie.source, tie.target))
    silos: dict[str, list[group.Entity]] = defaultdict(list)
    tiers: dict[str, list[group.Silo]] = {"<": [], "": [], "other": [], ">": []}
    for name in names:
        box = group.Entity(_called(setting, name), _role(view, name))
        if name in view.case.group:
            silos[view.case.entities[name].silo or ""].append(box)
        else:
            tier = name[0] if name[0] in tiers else "other"
            tiers[tier].append(group.Silo("", [box]))
    tiers[""] = [group.Silo(label, boxes) for label, boxes in silos.items()]

    def draw(look: Look) -> str:
        ties = [
            group.Tie(
                _called(setting, tie.source),
                _called(setting, tie.target),
                "owes" if kind == "owes" else "paid",
                look.amount(tie.amount),
                figure_place(tie.figure.key),
            )
            for tie in largest
        ]
        what = group.GroupChart(
            title,
            [one for one in tiers.values() if one],
            ties,
            say("owns"),
            say("owes"),
            say("paid"),
        )
        return group.draw(what, look)

    more = len(some) - len(largest)
    note = (
        many(
            "%(count)s smaller line not drawn stands in the table.",
            "%(count)s smaller lines not drawn stand in the table.",
            more,
        )
        if more
        else ""
    )
    try:
        return drawn(draw, printing, f"graph-{key}", f"{title}, {printing.unit}", note)
    except ChartError:
        # Nobody owes or paid anybody: the table says so.
        return None


def _role(view: View, name: str) -> str:
    entity = view.case.entities.get(name)
    return say(entity.role.replace("-", " ")) if entity else ""
