"""What the observations do to belief in each hypothesis, and by which of them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.evidence.observations import known
from solvency.exhibits.evidence.observations import observation_ref
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.chances import bound
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.formats import finite
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.weigh.answer import Belief
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.analysis.weigh.answer import LeftOut
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

_MORE = ">\N{NO-BREAK SPACE}"
#: Belief in something else beyond which little is left for what is listed.
_NEARLY_ALL = 0.99
#: A change in belief that is named.
_MOVES = 0.01
#: Groups of sources named that move one belief, and statements named of each.
_GROUPS, _STATEMENTS = 3, 4
#: Odds beyond this are as good as certain.
_MOST_ODDS = 10_000
#: A belief times this many odds is shared out among groups: none need have most.
_SHARED = 3.0


def belief(setting: Setting, one: Belief, part: str) -> Figure:
    """Return a belief before or after the observations, leading to its row."""
    value = one.prior if part == "prior" else one.posterior
    return bounded(
        setting.share(
            f"belief:{one.id}:{part}",
            chance(value),
            formula="belief before the observations, exclusions respected"
            if part == "prior"
            else "belief after the observations (Bayes' rule)",
            target=anchor("belief", one.id),
        )
    )


def bounded(figure: Figure) -> Figure:
    """Return a belief that prints as beyond a bound, where it is near none or all."""
    beyond = None if figure.value is None else bound(figure.value)
    return replace(figure, sign=beyond[0], limit=beyond[1]) if beyond else figure


def among(setting: Setting, found: Beliefs) -> Prose:
    """Say what beliefs are shares of, where something else than all is believed."""
    left = found.fit.something_else
    if found.alternative is None or left is None:
        return ()
    if left > _NEARLY_ALL:
        return (
            setting.text(
                "Shares among the explanations listed, which all together are believed"
                " at less than one in a hundred. "
            ),
        )
    return (setting.text("Shares among the explanations listed alone. "),)


def chance(value: float) -> Decimal | float:
    """Return a chance with the digits that one near none or all needs."""
    near = min(value, 1 - value)
    return finite(value, 15) or 0.0 if 0 < near < 1e-5 else value


def before(setting: Setting, name: str, figure: Figure) -> Figure:
    """Return a belief before the observations with why it is not the prior.

    Args:
        setting: What the report is of.
        name: The hypothesis.
        figure: The belief, combinations that exclude one another struck out.
    """
    place = anchor("hypothesis", name)
    case = setting.case
    prior = setting.share(
        f"{figure.key}:prior",
        case.hypotheses[name].prior,
        formula="belief before the observations, as the case's author set it",
        target=place,
    )
    rivals = sorted(
        other
        for other, one in case.hypotheses.items()
        if other in case.hypotheses[name].excludes or name in one.excludes
    )
    if not rivals:
        return replace(figure, target=place)
    named: list[Prose] = [
        (
            about("hypothesis", other, case.hypotheses[other].title),
            " (",
            setting.share(
                f"{figure.key}:rival:{other}",
                case.hypotheses[other].prior,
                formula="belief before the observations, as the case's author set it",
            ),
            ")",
        )
        for other in rivals
    ]
    worked = setting.say(
        "the author's prior is %(prior)s; struck out are the combinations in which it"
        " holds together with one it excludes: %(rivals)s, each with its prior; then"
        " the chances of the rest are made to add up to one",
        prior=prior,
        rivals=listed(setting.locale, named),
    )
    return entry(figure, worked=worked)


def beliefs(setting: Setting, found: Beliefs) -> Table:
    """Build the table of beliefs before and after, and what moved each most."""
    text = setting.text
    ordered = found.ordered
    return Table(
        key="beliefs",
        title=text("What the observations do to belief in each hypothesis"),
        unit=(
            *among(setting, found),
            text(
                "Before: the prior, combinations that exclude one another struck out."
                " Odds: how many times the observations raise or lower the odds; near"
                " one, they say little. Range: without one group of sources"
            ),
        ),
        head=text("Hypothesis"),
        width=100,
        columns=(
            Column("prior", text("Before"), width=15),
            Column("posterior", text("After"), width=15, current=True),
            Column("factor", text("Odds times"), width=16),
            Column("low", text("Range low"), width=15),
            Column("high", text("Range high"), width=15),
            Column("moving", text("Moved most by"), "refs", 24),
        ),
        rows=tuple(_row(setting, found, one) for one in ordered),
        notes=(
            (
                text(
                    "A blank: no observation touches the hypothesis. Where the range"
                    " is wide, the belief rests on one group of sources."
                ),
            ),
            setting.say(
                "Before differs from the prior only where a hypothesis excludes another"
                " or is excluded.",
            ),
            (
                text(
                    "Moved most by: the group of sources without which belief would"
                    " change most, where by a hundredth or more."
                ),
            ),
            *((_sampled(setting, found),) if found.method == "sampled" else ()),
        ),
        size="dense",
    )


def _sampled(setting: Setting, found: Beliefs) -> Prose:
    return setting.say(
        "After is sampled, to a standard error of at most %(error)s percentage points;"
        " without a group of sources, of about one.",
        error=setting.units(
            "beliefs:error",
            finite(100 * found.error, 1),
            "",
            formula="largest standard error of a belief",
        ),
    )


def _row(setting: Setting, found: Beliefs, one: Belief) -> Row:
    others = [left.posteriors.get(one.id, one.posterior) for left in found.left_out]
    prior = before(setting, one.id, belief(setting, one, "prior"))
    after = belief(setting, one, "posterior")
    cells: tuple[Cell, ...]
    if not one.tested:
        cells = (prior, replace(after, target=prior.place), *(None,) * 4)
    else:
        moved = _moved(setting, found, one)
        if after.value:
            after = entry(after, **moved)
            holder = after.place
        else:
            # Nothing has no entry of its own: that of the belief before has both.
            words = (*prior.worked, *((setting.text("; "),) if prior.worked else ()))
            prior = entry(
                prior, worked=(*words, *moved["worked"]), sources=moved["sources"]
            )
            holder = prior.place
            after = replace(after, target=holder)
        factor = replace(_factor(setting, one), target=holder)
        low, high = (
            bounded(
                setting.share(
                    f"belief:{one.id}:{name}",
                    chance(end),
                    formula="the same without one group of sources, each left out in"
                    " turn",
                    target=holder,
                )
            )
            for name, end in (
                ("least", min(others, default=one.posterior)),
                ("greatest", max(others, default=one.posterior)),
            )
        )
        cells = (prior, after, factor, low, high, _moving(setting, found, one))
    return Row(
        f"belief:{one.id}",
        (about("hypothesis", one.id, setting.case.hypotheses[one.id].title),),
        cells,
        anchor=anchor("belief", one.id),
    )


def _factor(setting: Setting, one: Belief) -> Figure:
    places = 2 if one.bayes_factor < 10 else 0
    value = finite(min(one.bayes_factor, _MOST_ODDS), places)
    figure = setting.units(
        f"belief:{one.id}:factor",
        value,
        "",
        formula="odds after over before, ten thousand at most",
    )
    more = _MORE if one.bayes_factor > _MOST_ODDS else ""
    return replace(figure, places=places, sign=more)


def _moved(setting: Setting, found: Beliefs, one: Belief) -> dict[str, Any]:
    """Return what a belief is worked out from, with the groups that moved it most."""
    key = f"belief:{one.id}:after"
    worked = setting.say(
        "odds before %(before)s, times %(factor)s",
        before=_odds(setting, f"{key}:before", one.prior),
        factor=replace(_factor(setting, one), key=f"{key}:factor"),
    )
    sources: list[str] = []
    ordered = sorted(found.left_out, key=lambda x: (-_change(x, one), x.group))
    for left in ordered[:_GROUPS]:
        said, names = _stated(setting, left, one)
        if names:
            worked += _without(setting, key, left, one, said, names)
            sources += names
    change = abs(_logit(one.posterior) - _logit(one.prior))
    most = max((abs(_added(left, one)) for left in ordered[:_GROUPS]), default=0.0)
    if change > math.log(_SHARED) and most < change / 2:
        worked += (
            setting.text(
                "; most of the change remains whichever group is left out: several"
                " speak alike"
            ),
        )
    return {"worked": worked, "sources": tuple(dict.fromkeys(sources))}


def _without(
    setting: Setting,
    key: str,
    left: LeftOut,
    one: Belief,
    said: Prose,
    names: list[str],
) -> Prose:
    """Say what a belief would be without one group, and what the group adds."""
    words = setting.say(
        "; without %(statements)s of %(sources)s it would be %(belief)s",
        statements=said,
        sources=setting.notes.refs(names),
        belief=bounded(
            setting.share(
                f"{key}:{left.group}",
                chance(left.posteriors.get(one.id, one.posterior)),
                formula="belief without one group of sources",
            )
        ),
    )
    added = _added(left, one)
    if not math.isfinite(added):
        return words
    return words + setting.say(
        ", so they add %(log)s to the logarithm of the odds",
        log=setting.units(
            f"{key}:{left.group}:log",
            finite(added, 2),
            "",
            formula="log-odds with less without",
        ),
    )


def _added(left: LeftOut, one: Belief) -> float:
    """Return what a group adds to log-odds; no number where belief is none or all."""
    return _logit(one.posterior) - _logit(left.posteriors.get(one.id, one.posterior))


def _stated(setting: Setting, left: LeftOut, one: Belief) -> tuple[Prose, list[str]]:
    """Return the statements of a group that speak to a hypothesis, and their sources.

    Where none of the group does, it moves belief through rivals: all it says.
    """
    mine = [
        each
        for each in known(setting)
        if setting.case.sources[each.source].independence_group == left.group
    ]
    some = [each for each in mine if each.id in one.speaking] or mine
    pieces: list[Piece] = []
    for each in some[:_STATEMENTS]:
        pieces += (
            [", ", observation_ref(each.id)] if pieces else [observation_ref(each.id)]
        )
    if more := len(some) - len(some[:_STATEMENTS]):
        key = f"belief:{one.id}:after:{left.group}:more"
        pieces += setting.say(" and %(count)s more", count=setting.count(key, more))
    return tuple(pieces), list(dict.fromkeys(each.source for each in some))


def _odds(setting: Setting, key: str, value: float) -> Figure:
    odds = value / (1 - value) if value < 1 else math.inf
    return setting.units(key, finite(odds, 4), "", formula="chance over its opposite")


def _logit(value: float) -> float:
    """Return log-odds; no end where belief is none or all."""
    if value <= 0 or value >= 1:
        return math.copysign(math.inf, value - 0.5)
    return math.log(value) - math.log1p(-value)


def _change(left: LeftOut, one: Belief) -> float:
    """Return by how much a belief would change without a group of sources."""
    return abs(left.posteriors.get(one.id, one.posterior) - one.posterior)


def _moving(setting: Setting, found: Beliefs, one: Belief) -> Cell:
    """Return the sources whose statements move a belief most, where any does."""
    changes = [(_change(left, one), left.group) for left in found.left_out]
    most, group = max(changes, default=(0.0, ""))
    if most < _MOVES:
        return Said(formats.NOT_FOUND)
    said = {
        each.source
        for each in known(setting)
        if setting.case.sources[each.source].independence_group == group
    }
    return setting.notes.refs(sorted(said))
