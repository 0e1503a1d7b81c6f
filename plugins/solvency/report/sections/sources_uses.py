"""Sources and uses of funds, and the flow of funds they make up."""

from __future__ import annotations

import datetime
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Literal

from solvency.analysis.funds import SOURCE
from solvency.analysis.funds import USE
from solvency.model.book import Position
from solvency.model.liquid import is_clean_liquid
from solvency.report import formats
from solvency.report.charts import ChartError
from solvency.report.charts import sankey
from solvency.report.drawings import Drawing
from solvency.report.errors import ReportError
from solvency.report.figures import Day
from solvency.report.figures import Said
from solvency.report.layout import Section
from solvency.report.sections.kit import plotted
from solvency.report.sections.kit import posting_worth
from solvency.report.sections.kit import row
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.analysis.funds import Funds
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.report.figures import Figure
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting

_ZERO = Decimal()
#: Where links of the flow of funds end, beside entities and purposes.
_LEFT = "left"


def sources_uses(setting: Setting) -> Section | None:
    """Build sources and uses by entity and by year, and the flow of funds."""
    names = [*(("group",) if setting.case.group else ()), *setting.inside]
    found = [setting.analyses.funds(name) for name in names]
    found = [one for one in found if one.lines]
    if not found:
        return None
    text = setting.text
    when = formats.date(setting.at, setting.locale)
    tables: list[Table | Drawing] = []
    drawing = _sankey(setting)
    if drawing is not None:
        tables.append(drawing)
    title = text("Where money came from and where it went, to %(day)s", day=when)
    tables.append(_table(setting, "funds", title, found, [one.name for one in found]))
    periods = _years(setting, names[0])
    if len(periods) > 1:
        title = text("%(name)s: sources and uses by year", name=_who(setting, names[0]))
        heads = [str(one.until.year) for one in periods]
        tables.append(_table(setting, "funds-by-year", title, periods, heads))
    return Section(
        "funds",
        text("Sources and uses of funds"),
        tuple(tables),
        {"summary": _summary(setting, found[0])},
    )


def named(setting: Setting, label: str) -> str:
    """Return a source or use as it stands in a sentence."""
    inside = label in setting.case.entities
    return setting.text(label if inside else label.replace("-", " "))


def words(setting: Setting, label: str) -> str:
    """Return a source or use in words."""
    if label in setting.case.entities:
        return setting.text(label)
    return setting.capital(label.replace("-", " "))


def _who(setting: Setting, name: str) -> str:
    return setting.text("The group") if name == "group" else name


def line(setting: Setting, one: Funds, side: str, label: str) -> Figure:
    """Return one source or use as a figure with its flows."""
    lines = [x for x in one.lines if (x.side, x.label) == (side, label)]
    flows = tuple(flow for x in lines for flow in x.flows)
    until = one.until.isoformat()
    since = one.since.isoformat() if one.since else ""
    return setting.own(
        f"funds:{one.name}:{since}:{until}:{side}:{label}",
        sum((x.amount for x in lines), _ZERO),
        formula=f"{one.name}, {side} of funds: {label}",
        flows=flows,
        basis="market",
    )


def _summary(setting: Setting, one: Funds) -> tuple[tuple[Figure, str], ...]:
    lines = [x for x in one.lines if x.side == USE][:4]
    return tuple(
        (line(setting, one, USE, x.label), words(setting, x.label)) for x in lines
    )


def _years(setting: Setting, name: str) -> list[Funds]:
    flows = [flow.date for flow in setting.case.selected if flow.date <= setting.at]
    found = []
    for year in range(min(flows).year, setting.at.year + 1):
        until = min(datetime.date(year, 12, 31), setting.at)
        since = datetime.date(year - 1, 12, 31)
        one = setting.analyses.funds(name, until, since)
        if one.lines:
            found.append(one)
    return found


def _table(
    setting: Setting, key: str, title: str, found: list[Funds], heads: list[str]
) -> Table:
    text = setting.text
    labels: dict[str, list[str]] = {}
    for side in (SOURCE, USE):
        sizes: dict[str, Decimal] = defaultdict(Decimal)
        for one in found:
            for x in one.lines:
                if x.side == side:
                    sizes[x.label] += x.amount
        labels[side] = sorted(sizes, key=lambda name: -sizes[name])

    def special(
        name: str,
        values: list[Decimal],
        formula: str,
        label: str,
        kind: Literal["line", "subtotal", "total"] = "line",
        sums: tuple[tuple[str, int], ...] = (),
    ) -> Row:
        cells = tuple(
            setting.money(f"{key}:{head}:{name}", value, formula=formula)
            for head, value in zip(heads, values, strict=True)
        )
        indent = 1 if kind == "line" else 0
        return Row(name, (text(label),), cells, kind, indent=indent, sums=sums)

    rows: list[Row] = []
    openings = [one.opening for one in found]
    if any(openings):
        rows.append(special("opening", openings, "funds at the start", "At the start"))
    for side, head in ((SOURCE, "Sources"), (USE, "Uses")):
        rows.append(Row(f"head:{side}", (text(head),), kind="group"))
        rows += [
            Row(
                f"{side}:{label}",
                (Said(words(setting, label)),),
                tuple(line(setting, one, side, label) for one in found),
                indent=1,
            )
            for label in labels[side]
        ]
        sums = tuple((f"{side}:{label}", 1) for label in labels[side])
        totals = [one.total(side) for one in found]
        label = "Total sources" if side == SOURCE else "Total uses"
        rows.append(
            special(
                f"total:{side}", totals, "sum of its lines", label, "subtotal", sums
            )
        )
    rows.append(
        special(
            "revaluation",
            [one.revaluation for one in found],
            "market value less what moved",
            "Change in the prices of coins held",
        )
    )
    sums = (("total:source", 1), ("total:use", -1), ("revaluation", 1))
    if any(openings):
        sums = (("opening", 1), *sums)
    rows.append(
        special(
            "left",
            [one.left for one in found],
            "funds at the end, at market, counted from balances",
            "Left at the end",
            "total",
            sums,
        )
    )
    # Balances and movements are counted apart: this is the check that they meet.
    if any(one.control for one in found):
        raise ReportError(f"{key}: sources and uses do not close")
    notes = [
        (
            text(
                "What is left is counted from the balances, not from the lines above;"
                " the two agree to the cent."
            ),
        )
    ]
    return Table(
        key=key,
        title=title,
        unit=(
            text(
                "%(unit)s; funds are money and liquid coins, at the price of the day"
                " they moved",
                unit=setting.unit,
            ),
        ),
        head=text("What"),
        columns=tuple(
            Column(
                f"{key}:{n}",
                _who(setting, head),
                width=22,
                current=n == 0 == key.count("year"),
            )
            for n, head in enumerate(heads)
        ),
        rows=tuple(rows),
        notes=tuple(notes),
        width=60,
    )


def links(setting: Setting) -> dict[tuple[str, str], tuple[Decimal, tuple[str, ...]]]:
    """Return who paid whom over all, the group's entities each by itself.

    A flow that moves the liquid assets of any entity of the group is followed on the
    books of each: what was credited came in from there, what was debited went there,
    and the change in liquid assets stays. What one owes another is one link, though
    both books have it. So into each entity goes what comes out of it and is left.

    Returns:
        By (from, to), the amount and the flows. Purposes are prefixed with `<` as a
        source and `>` as a use; `left` is what was left at cost.
    """
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    flows: dict[tuple[str, str], dict[str, None]] = defaultdict(dict)
    inside = set(setting.inside)
    for flow in setting.book.flows:
        if flow.date > setting.at or not _moves_funds(setting, flow, inside):
            continue
        for pair, amount in _links_of(setting, flow, inside).items():
            sums[pair] += amount
            flows[pair][flow.id] = None
    return {
        pair: (amount, tuple(flows[pair])) for pair, amount in sums.items() if amount
    }


def _is_funds(setting: Setting, posting: Posting) -> bool:
    return is_clean_liquid(setting.book, Position(posting.account, posting.commodity))


def _moves_funds(setting: Setting, flow: Flow, inside: set[str]) -> bool:
    return any(p.entity in inside and _is_funds(setting, p) for p in flow.postings)


def _links_of(
    setting: Setting, flow: Flow, inside: set[str]
) -> dict[tuple[str, str], Decimal]:
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for posting in flow.postings:
        worth = posting_worth(setting, flow, posting)
        if posting.entity not in inside or not worth:
            continue
        if _is_funds(setting, posting):
            found[posting.entity, _LEFT] += worth
            continue
        other = _label(setting, flow, posting)
        if other in inside:
            # Both books have it; the debtor's or receiver's side is counted.
            if worth < 0:
                found[other, posting.entity] += -worth
        elif worth < 0:
            found[f"<{other}", posting.entity] += -worth
        else:
            found[posting.entity, f">{other}"] += worth
    return found


def _label(setting: Setting, flow: Flow, posting: Posting) -> str:
    account = setting.case.accounts[posting.account]
    other = account.counterparty or account.stake_in
    if other is None:
        if account.root == "Equity":
            return "capital"
        return flow.purpose or account.name.split(":")[-1].lower()
    entity = setting.case.entities.get(other)
    if entity is not None and entity.role in {"lender", "insider"}:
        return f"{entity.role}s"
    return other


def _sankey(setting: Setting) -> Drawing | None:
    text = setting.text
    found = links(setting)
    if not found:
        return None
    names = sorted({name for pair in found for name in pair})
    positive = [
        sankey.Link(one, other, amount)
        if amount > 0
        else sankey.Link(other, one, -amount)
        for (one, other), (amount, _) in sorted(found.items())
    ]
    largest = max(one.value for one in positive)
    key = "flow-of-funds"
    title = text("How money moved through the group")
    chart = sankey.Sankey(
        title=title,
        links=positive,
        labels=tuple((name, _node(setting, name)) for name in names),
        least=largest / 60,
        net=True,
        other=text("Other"),
        merged=text(
            "{count} parties under {least} each, {sum} together, are drawn as one"
        ),
        netted=text("Drawn net"),
    )
    try:
        svg = sankey.draw(chart, setting.look(key, [largest]))
    except ChartError:
        # Money in a circle among three: the table has it, a drawing cannot.
        return None
    rows = (
        row(
            f"{one}>{other}",
            f"{_node(setting, one)} \N{RIGHTWARDS ARROW} {_node(setting, other)}",
            setting.own(
                f"link:{one}:{other}", amount, formula="sum of its flows", flows=flows
            ),
        )
        for (one, other), (amount, flows) in sorted(found.items())
    )
    return Drawing(
        key,
        title,
        setting.say(
            "To %(day)s, at what coins were worth when they moved; width is amount;"
            " what went in came out or is left",
            day=Day(setting.at),
        ),
        svg,
        plotted(key, title, text("From and to"), (text("Amount"),), rows),
        notes=(_tied(setting, found),),
    )


def _tied(
    setting: Setting, found: dict[tuple[str, str], tuple[Decimal, tuple[str, ...]]]
) -> Prose:
    """Say what went in and out, and check that each entity's books close."""
    for name in setting.inside:
        into = sum((a for (_, b), (a, _) in found.items() if b == name), _ZERO)
        out = sum((a for (b, _), (a, _) in found.items() if b == name), _ZERO)
        if abs(into - out) > 1:
            raise ReportError(f"flow of funds: {name} receives {into}, passes on {out}")
    came = sum((a for (b, _), (a, _) in found.items() if b.startswith("<")), _ZERO)
    went = sum((a for (_, b), (a, _) in found.items() if b.startswith(">")), _ZERO)
    left = sum((a for (_, b), (a, _) in found.items() if b == _LEFT), _ZERO)
    prose = {"prose": True}
    return setting.say(
        "Into the group came %(came)s, out of it went %(went)s, and %(left)s was left,"
        " at cost. Links that were paid back are drawn net.",
        came=setting.own(
            "link:came", came, formula="all links into the group", **prose
        ),
        went=setting.own(
            "link:went", went, formula="all links out of the group", **prose
        ),
        left=setting.own("link:left", left, formula="came less went", **prose),
    )


def _node(setting: Setting, name: str) -> str:
    if name == _LEFT:
        return setting.text("Left at the end")
    label = words(setting, name.lstrip("<>"))
    if name.startswith(">") and name[1:] in {*setting.case.entities, "lenders"}:
        return setting.text("%(who)s, paid out", who=label)
    return label
