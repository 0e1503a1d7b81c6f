"""The flow of funds: who paid whom, drawn."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.in_kind import without_kind
from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import is_funds
from solvency.analysis.sources_uses import source_or_use
from solvency.charts import ChartError
from solvency.charts import netting
from solvency.charts import sankey
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.evidence.derived_figures import DERIVED
from solvency.exhibits.flows import posting_worth
from solvency.exhibits.flows import words
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.figures.errors import ReportError
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.words import joined
from solvency.wide import settled as cut_off

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Mapping

    from solvency.analysis.in_kind import Key
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow

_ZERO = Decimal()
#: Where links of the flow of funds end, beside entities and purposes.
_LEFT = "left"
#: Where they begin where more went out than came in: what was held is drawn down.
_DRAWN_DOWN = "drawn down"
#: Colours of the palette that parties have, before the grey of all others.
_COLOURS = 6


def links(
    setting: Setting,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> dict[tuple[str, str], dict[str, Decimal]]:
    """Return who paid whom over all, the group's entities each by itself.

    A flow that changes the funds of any entity of the group is followed on the
    books of each: what was credited came in from there, what was debited went there,
    and the change in funds stays. What one owes another is one link, though both
    books have it. So into each entity goes what comes out of it and is left.

    Args:
        setting: What the report is of.
        since: The day before the first; default the beginning.
        until: The last day; default the last reported.

    Returns:
        By (from, to), what each flow moved. Parties and purposes, named as sources
        and uses of funds are, have `<` before them as a source and `>` as a use;
        `left` is what was left at cost.
    """
    sums: dict[tuple[str, str], dict[str, Decimal]] = defaultdict(dict)
    inside = set(setting.inside)
    for flow in setting.book.flows:
        if flow.date > (until or setting.at) or (since and flow.date <= since):
            continue
        for pair, amount in _links_of(setting, flow, inside).items():
            if amount:
                sums[pair][flow.id] = amount
    return {pair: of for pair, of in sums.items() if _total(of)}


def _drawn(setting: Setting, of: Mapping[str, Decimal]) -> dict[str, Any]:
    """Return what links rest on: all that moved money, else they are not drawn.

    Without some of it money may go in a circle, which no drawing shows.
    """
    return grounded(of_flows(setting, of), settled(setting))


def _total(of: Mapping[str, Decimal]) -> Decimal:
    return sum(of.values(), _ZERO)


def _links_of(
    setting: Setting, flow: Flow, inside: set[str]
) -> dict[tuple[str, str], Decimal]:
    accounts = setting.case.accounts
    stays: dict[str, Decimal] = defaultdict(Decimal)
    others: dict[str, dict[Key, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    kind: dict[str, list[tuple[Key, Decimal]]] = defaultdict(list)
    for posting in flow.postings:
        worth = posting_worth(setting, flow, posting)
        if posting.entity not in inside or not worth:
            continue
        account = accounts[posting.account]
        if is_funds(setting.book, account, posting.commodity):
            stays[posting.entity] += worth
        else:
            label = source_or_use(setting.book, flow, account)
            if account.root == "Assets" and not account.is_claim:
                kind[posting.entity].append(((label, ""), worth))
            else:
                others[posting.entity][label, ""] += worth
    # What leaves everybody's funds as they were, as fees taken out of deposits do,
    # is no new money and nothing spent.
    # Quotients cancel to the last of many digits only.
    kept = {entity: cut_off(worth) for entity, worth in stays.items()}
    if not any(kept.values()):
        return {}
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entity, worth in kept.items():
        found[entity, _LEFT] += worth
    every = [
        (entity, other, some)
        for entity in dict.fromkeys((*others, *kind))
        for (other, _), some in without_kind(
            others[entity], kind[entity], kept.get(entity, _ZERO)
        ).items()
    ]
    for entity, other, some in every:
        worth = cut_off(some)
        if other in inside:
            # Both books have it; the debtor's or receiver's side is counted.
            if worth < 0:
                found[other, entity] -= worth
        elif worth < 0:
            found[f"<{other}", entity] -= worth
        else:
            found[entity, f">{other}"] += worth
    if not sum(kept.values(), _ZERO):
        _keep_inside(found)
    return found


def _keep_inside(found: dict[tuple[str, str], Decimal]) -> None:
    """Join ends that no money of the group came from or went to.

    One member buys shares that another issues, say: what the first gives for shares
    and what the second has as capital is one payment between them.
    """
    for source in [pair for pair in found if pair[0].startswith("<")]:
        for use in [pair for pair in found if pair[1].startswith(">")]:
            amount = min(found[source], found[use])
            payer, receiver = use[0], source[1]
            if payer == receiver or not amount:
                continue
            found[payer, receiver] += amount
            found[source] -= amount
            found[use] -= amount


def flow_of_funds(
    setting: Setting,
    since: datetime.date | None = None,
    until: datetime.date | None = None,
) -> Drawing | None:
    """Draw who paid whom, or return None where no money moved or it went in circles.

    Args:
        setting: What the report is of.
        since: The day before the first; default the beginning.
        until: The last day; default the last reported.
    """
    text = setting.text
    found = links(setting, since, until)
    stage = f":{since or ''}:{until}" if since or until else ""
    if not found:
        return None
    names = sorted({name for pair in found for name in pair})
    labels = {name: _node(setting, name, names) for name in names}
    if stage and _LEFT in labels:
        labels[_LEFT] = text("Added to money held")
    labels[_DRAWN_DOWN] = text("Drawn from money held")
    key = f"flow-of-funds{stage.replace(':', '-')}"
    title = text("How money moved through the group")
    largest = max(abs(_total(of)) for of in found.values())
    look = setting.look(key, [largest])
    try:
        svg = sankey.draw(_chart(setting, title, found, labels, largest), look)
    except ChartError:
        # Money in a circle among three: the table has it, a drawing cannot.
        return None
    rows = tuple(
        row(
            f"{one}>{other}",
            f"{labels[one]} \N{RIGHTWARDS ARROW} {labels[other]}",
            setting.own(
                f"link{stage}:{one}:{other}",
                _total(of),
                formula="sum of its flows",
                **_drawn(setting, of),
            ),
        )
        for (one, other), of in sorted(found.items())
    )
    return Drawing(
        key,
        title,
        _unit(setting, look.unit, since, Day(until or setting.at)),
        svg,
        plotted(key, title, text("From and to"), (text("Amount"),), rows),
        notes=()
        if stage
        else (_tied(setting, found), _parties(setting, found, labels)),
    )


def _chart(
    setting: Setting,
    title: str,
    found: Mapping[tuple[str, str], Mapping[str, Decimal]],
    labels: dict[str, str],
    largest: Decimal,
) -> sankey.Sankey:
    """Return what is drawn: a net flow against its direction runs the other way."""
    text = setting.text
    return sankey.Sankey(
        title=title,
        links=[
            netting.Link(one, other, amount)
            if amount > 0
            else netting.Link(_DRAWN_DOWN if other == _LEFT else other, one, -amount)
            for (one, other), of in sorted(found.items())
            for amount in (_total(of),)
        ],
        labels=tuple(labels.items()),
        least=largest / 60,
        net=True,
        others=(text("Other sources"), text("Other uses")),
        merged=text(
            "{count} parties under {least} each, {sum} together, are drawn as one"
        ),
        netted=text("Drawn net"),
        tones=_tones(setting),
    )


def _unit(setting: Setting, unit: str, since: datetime.date | None, to: Day) -> Prose:
    """Say in what the drawing is, and of which days."""
    if since is None:
        return setting.say(
            "%(unit)s to %(day)s, at what coins were worth when they moved; width is"
            " amount; what went in came out or is left",
            unit=Said(unit),
            day=to,
        )
    return setting.say(
        "%(unit)s after %(first)s and to %(day)s, at what coins were worth when"
        " they moved; width is amount",
        unit=Said(unit),
        first=Day(since),
        day=to,
    )


def _tones(setting: Setting) -> tuple[tuple[str, int], ...]:
    """Return the colours of parties, the same in the drawing of every stage.

    Members have the first, then those most came from over the whole time; a party
    that is paid back has one colour on both sides. What is only paid out is grey.
    """
    funds = setting.study.funds("group" if setting.case.group else setting.inside[0])
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in funds.lines:
        if one.side == SOURCE:
            sums[one.label] += one.amount
    most = sorted(sums, key=lambda label: (-sums[label], label))
    tones = {name: n for n, name in enumerate(setting.inside[:_COLOURS])}
    for n, label in enumerate(most[: _COLOURS - len(tones)], len(tones)):
        tones |= {f"<{label}": n, f">{label}": n}
    return tuple(tones.items())


def _parties(
    setting: Setting,
    found: Mapping[tuple[str, str], Mapping[str, Decimal]],
    labels: Mapping[str, str],
) -> Prose:
    """Return every party drawn, small ones too, with what it rests on."""
    inside = set(setting.inside)
    sums: dict[str, dict[str, Decimal]] = {
        name: defaultdict(Decimal) for name in labels
    }
    for (one, other), of in found.items():
        back = found.get((other, one), {})
        for flow, amount in of.items():
            if one not in inside:
                sums[one][flow] += amount
            # Between members the smaller of what went and came back is not drawn.
            if other not in inside or one not in inside or _total(of) > _total(back):
                sums[other][flow] += amount
        if one in inside and other in inside and _total(of) > _total(back):
            for flow, amount in back.items():
                sums[other][flow] -= amount
    figures = {
        name: setting.own(
            f"link:of:{name}",
            _total(of),
            formula="what came in, less what went back"
            if name in inside
            else "all its links",
            prose=True,
            **_drawn(setting, of),
        )
        for name, of in sums.items()
        if name != _LEFT and _total(of)
    }
    ends = [one for one in figures if one not in inside]
    ends.sort(key=lambda name: (name[0] != "<", -(figures[name].value or _ZERO)))
    pieces: list[Prose] = [
        (Said(labels[name]), " ", figures[name])
        for name in (*ends, *(one for one in setting.inside if one in figures))
    ]
    return setting.say(
        "In figures (%(place)s): %(parties)s.",
        place=Ref(setting.text(DERIVED), "#section-derived"),
        parties=joined(pieces),
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
            **_drawn(setting, sums),
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
    said = setting.say(
        "Into the group came %(came)s, out of it went %(went)s, and %(left)s was left,"
        " at cost, before what prices did. Links that were paid back are drawn net.",
        came=came,
        went=went,
        left=total(
            "left",
            "came less went",
            [pair for pair in found if pair[1] == _LEFT],
            less,
        ),
    )
    funds = setting.study.funds("group" if setting.case.group else setting.inside[0])
    if (came.value, went.value) != (funds.total(SOURCE), funds.total(USE)):
        return said
    same = setting.say(
        " In %(table)s the first two are the totals of sources and of uses.",
        table=Exhibit("funds"),
    )
    return (*said, *same)


def _node(setting: Setting, name: str, names: Collection[str]) -> str:
    if name == _LEFT:
        return setting.text("Left, at cost")
    label = words(setting, name.lstrip("<>"))
    if name.startswith(">") and f"<{name[1:]}" in names:
        return setting.text("%(who)s, paid out", who=label)
    return label
