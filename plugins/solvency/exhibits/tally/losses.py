"""What one hypothesis takes if it holds, and on average, with where that is from."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from functools import partial
from math import isclose
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.flows import posting_worth
from solvency.exhibits.workings import of_flows
from solvency.figures.chances import belief
from solvency.figures.figure import anchor
from solvency.figures.formats import finite
from solvency.model.book import Position
from solvency.model.clean_assets import is_clean_liquid
from solvency.model.uncertain_amounts import spread_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.tally.answer import Loss
    from solvency.analysis.tally.answer import Tallied
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow

#: What an expected value is.
EXPECTED = "chance times the mean of its draws"
#: What their mean together is.
MEAN = "what is expected of each, summed"
#: Flows of one hypothesis whose ranges are spelled out.
_SPELLED = 8
#: Sources named of the largest of all.
_NAMED = 4
_ZERO = Decimal()


def loss(setting: Setting, one: Loss, part: str, value: Decimal) -> Figure:
    """Return the low, central or high amount of a hypothesis.

    The entry of the central one serves all three: the range of each flow, and whose
    the amount is.
    """
    key = f"tally:{one.id}"
    taken = taken_by(setting, one.id)
    rest: dict[str, Any] = {
        "formula": f"{part} amount its flows take from the group's clean liquid assets",
        **of_flows(setting, taken, keep=True),
    }
    if part == "central":
        rest["worked"] = _ranges(setting, key, taken)
        rest["sources"] = _sources(setting, taken)
        return setting.own(f"{key}:{part}", value, **rest)
    target = anchor("figure", f"{key}:central") if one.central else ""
    rest["parts"] = ()
    return setting.money(f"{key}:{part}", value, target=target, **rest)


def taken_by(setting: Setting, name: str) -> dict[str, Decimal]:
    """Return what each flow of a hypothesis takes, as written."""
    liquid = cache(partial(is_clean_liquid, setting.book))
    taken: dict[str, Decimal] = {}
    for flow in setting.flows:
        if name in flow.hypotheses:
            taken[flow.id] = -sum(
                (
                    posting_worth(setting, flow, one) or _ZERO
                    for one in flow.postings
                    if liquid(Position(one.account, one.commodity))
                ),
                _ZERO,
            )
    return taken


def _sources(setting: Setting, taken: dict[str, Decimal]) -> tuple[str, ...]:
    """Return the sources that give the amounts, that of the largest first."""
    ordered = sorted(taken, key=lambda name: -abs(taken[name]))
    given = (setting.case.by_id[name].amount_from for name in ordered)
    return tuple(dict.fromkeys(name for name in given if name))


def _ranges(setting: Setting, key: str, taken: dict[str, Decimal]) -> Prose:
    """Say of each flow how far its amount may go, and who says so."""
    ordered = sorted(taken, key=lambda name: -abs(taken[name]))
    pieces: Prose = ()
    for name in ordered[:_SPELLED]:
        flow = setting.case.by_id[name]
        if not taken[name]:
            continue
        pieces += (
            *((setting.text("; "),) if pieces else ()),
            *_range(setting, f"{key}:{name}", flow, taken[name]),
        )
    return pieces


def _range(setting: Setting, key: str, flow: Flow, amount: Decimal) -> Prose:
    spread = spread_of(setting.case, flow)
    ends = sorted(amount * end / spread.central for end in (spread.low, spread.high))
    low, high = (
        setting.money(f"{key}:{part}", end, formula=f"{part} amount of the flow")
        for part, end in zip(("low", "high"), ends, strict=True)
    )
    noted = setting.notes.refs([flow.amount_from] if flow.amount_from else [])
    message = {
        "stated": "%(flow)s from %(low)s to %(high)s, stated%(sources)s",
        "derived": "%(flow)s from %(low)s to %(high)s, worked out from what is"
        " stated%(sources)s",
        "residual": "%(flow)s from %(low)s to %(high)s, the remainder that makes"
        " figures agree%(sources)s",
    }.get(
        flow.basis,
        "%(flow)s from %(low)s to %(high)s, assumed by these books%(sources)s",
    )
    return setting.say(
        message,
        flow=setting.flow_ref(flow.id),
        low=low,
        high=high,
        sources=(" (", *noted, ")") if noted else (),
    )


def expected(setting: Setting, one: Loss) -> Figure:
    """Return what a hypothesis takes on average, both factors in its entry."""
    key = f"tally:{one.id}:expected"
    parts = {x.flow: Decimal(str(x.chance)) * x.mean for x in one.parts}
    return setting.own(
        key,
        one.expected,
        formula=EXPECTED,
        worked=_factors(setting, key, one),
        sources=_sources(setting, parts),
        **of_flows(setting, parts, keep=True),
    )


def _factors(setting: Setting, key: str, one: Loss) -> Prose:
    """Print chance and mean: of all its flows where their chance is one."""
    chances = {x.chance for x in one.parts}
    groups = (
        [(min(chances), sum((x.mean for x in one.parts), _ZERO))]
        if len(chances) == 1
        else [(x.chance, x.mean) for x in one.parts]
    )
    pieces: Prose = ()
    for n, (chance, mean) in enumerate(groups):
        pieces += (
            *((" + ",) if pieces else ()),
            *setting.say(
                "%(chance)s times %(mean)s",
                chance=setting.units(
                    f"{key}:chance:{n}", finite(chance, 6), "", formula="chance"
                ),
                mean=setting.money(
                    f"{key}:mean:{n}", mean, formula="mean of its draws"
                ),
            ),
        )
    flows = (setting.case.by_id[x.flow] for x in one.parts)
    if any(spread_of(setting.case, flow).low == 0 for flow in flows):
        pieces += setting.say(
            "; a range that may reach zero is drawn from a normal distribution cut off"
            " there, so the mean is not the central %(central)s",
            central=setting.money(
                f"{key}:central", one.central, formula="central amount"
            ),
        )
    return pieces


def averages(setting: Setting, found: Tallied) -> dict[str, Any]:
    """Return what the mean of all rests on: each flow's chance times its mean."""
    parts: dict[str, Decimal] = {}
    for one in found.hypotheses:
        for x in one.parts:
            part = Decimal(str(x.chance)) * x.mean
            parts[x.flow] = parts.get(x.flow, _ZERO) + part
    rests = of_flows(setting, parts)
    return {
        **rests,
        "worked": (
            setting.text(
                "beside each flow stands its chance times the mean of its draws"
            ),
        ),
        "sources": _sources(setting, parts)[:_NAMED],
    }


def left_out(setting: Setting, found: Tallied) -> Iterator[Prose]:
    """Yield why a chance is not the prior of its hypothesis, where one is not."""
    if found.switches != "prior":
        return
    priors = {name: float(one.prior) for name, one in setting.case.hypotheses.items()}
    moved = [
        one
        for one in found.hypotheses
        if not isclose(priors[one.id], one.probability, rel_tol=1e-6)
    ]
    if moved:
        most = max(moved, key=lambda one: priors[one.id] / (one.probability or 1e-9))
        yield (
            setting.text(
                "A chance here is the prior of its hypothesis once combinations that"
                " cannot all be true are left out: of hypotheses that exclude one"
                " another, as they name them, each keeps less. %(name)s: prior"
                " %(prior)s, chance %(chance)s.",
                name=most.id,
                prior=belief(priors[most.id]),
                chance=belief(most.probability),
            ),
        )
