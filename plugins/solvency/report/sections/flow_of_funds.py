"""The flow of funds: who paid whom, drawn."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.model.book import Position
from solvency.model.liquid import is_clean_liquid
from solvency.report.charts import ChartError
from solvency.report.charts import sankey
from solvency.report.drawings import Drawing
from solvency.report.errors import ReportError
from solvency.report.figures import Day
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.sections.kit import DERIVED
from solvency.report.sections.kit import plotted
from solvency.report.sections.kit import posting_worth
from solvency.report.sections.kit import row
from solvency.report.sections.kit import words
from solvency.report.sections.workings import of_flows

if TYPE_CHECKING:
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.report.figures import Figure
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting

_ZERO = Decimal()
#: Where links of the flow of funds end, beside entities and purposes.
_LEFT = "left"


def links(setting: Setting) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Return who paid whom over all, the group's entities each by itself.

    A flow that moves the liquid assets of any entity of the group is followed on the
    books of each: what was credited came in from there, what was debited went there,
    and the change in liquid assets stays. What one owes another is one link, though
    both books have it. So into each entity goes what comes out of it and is left.

    Returns:
        By (from, to), what each flow moved. Purposes are prefixed with `<` as a
        source and `>` as a use; `left` is what was left at cost.
    """
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    inside = set(setting.inside)
    for flow in setting.book.flows:
        if flow.date > setting.at or not _moves_funds(setting, flow, inside):
            continue
        for pair, amount in _links_of(setting, flow, inside).items():
            sums[pair][flow.id] = amount
    return {pair: of for pair, of in sums.items() if _total(of)}


def _total(of: dict[str, Decimal]) -> Decimal:
    return sum(of.values(), _ZERO)


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


def flow_of_funds(setting: Setting) -> Drawing | None:
    """Draw who paid whom, or return None where no money moved or it went in circles."""
    text = setting.text
    found = links(setting)
    if not found:
        return None
    names = sorted({name for pair in found for name in pair})
    positive = [
        sankey.Link(one, other, amount)
        if amount > 0
        else sankey.Link(other, one, -amount)
        for (one, other), of in sorted(found.items())
        for amount in (_total(of),)
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
    look = setting.look(key, [largest])
    try:
        svg = sankey.draw(chart, look)
    except ChartError:
        # Money in a circle among three: the table has it, a drawing cannot.
        return None
    rows = (
        row(
            f"{one}>{other}",
            f"{_node(setting, one)} \N{RIGHTWARDS ARROW} {_node(setting, other)}",
            setting.own(
                f"link:{one}:{other}",
                _total(of),
                formula="sum of its flows",
                **of_flows(of),
            ),
        )
        for (one, other), of in sorted(found.items())
    )
    return Drawing(
        key,
        title,
        setting.say(
            "%(unit)s to %(day)s, at what coins were worth when they moved; width is"
            " amount; what went in came out or is left",
            unit=Said(look.unit),
            day=Day(setting.at),
        ),
        svg,
        plotted(key, title, text("From and to"), (text("Amount"),), rows),
        notes=(
            _tied(setting, found),
            setting.say(
                "Each link with its flows: %(place)s.",
                place=Ref(setting.text(DERIVED), "#section-derived"),
            ),
        ),
    )


def _tied(setting: Setting, found: dict[tuple[str, str], dict[str, Decimal]]) -> Prose:
    """Say what went in and out, and check that each entity's books close."""
    for name in setting.inside:
        into = sum((_total(of) for (_, b), of in found.items() if b == name), _ZERO)
        out = sum((_total(of) for (b, _), of in found.items() if b == name), _ZERO)
        if abs(into - out) > 1:
            raise ReportError(f"flow of funds: {name} receives {into}, passes on {out}")

    def total(
        key: str, formula: str, pairs: list[tuple[str, str]], worked: Prose = ()
    ) -> Figure:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for pair in pairs:
            for flow, amount in found[pair].items():
                sums[flow] += amount
        return setting.own(
            f"link:{key}",
            _total(sums),
            formula=formula,
            prose=True,
            worked=worked,
            **of_flows(sums),
        )

    came = total(
        "came",
        "all links into the group",
        [pair for pair in found if pair[0].startswith("<")],
    )
    went = total(
        "went",
        "all links out of the group",
        [pair for pair in found if pair[1].startswith(">")],
    )
    less = setting.say("%(one)s less %(other)s", one=came, other=went)

    return setting.say(
        "Into the group came %(came)s, out of it went %(went)s, and %(left)s was left,"
        " at cost, before what prices did. Parties stand here by who they are: what a"
        " lender deposited as a customer is a lender's here, and a customer's in the"
        " tables of sources and uses. Links that were paid back are drawn net.",
        came=came,
        went=went,
        left=total(
            "left",
            "came less went",
            [pair for pair in found if pair[1] == _LEFT],
            less,
        ),
    )


def _node(setting: Setting, name: str) -> str:
    if name == _LEFT:
        return setting.text("Left at the end")
    label = words(setting, name.lstrip("<>"))
    if name.startswith(">") and name[1:] in {*setting.case.entities, "lenders"}:
        return setting.text("%(who)s, paid out", who=label)
    return label
