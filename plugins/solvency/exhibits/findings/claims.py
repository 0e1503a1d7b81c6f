"""What the claims and hypotheses say, as findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.check.segregation import missing_worked
from solvency.exhibits.findings.finding import Found
from solvency.exhibits.reconcile.section import claims_of
from solvency.exhibits.reconcile.section import suspects_of
from solvency.exhibits.tally.losses import MEAN
from solvency.exhibits.weigh.beliefs import belief
from solvency.figures.figure import Exhibit
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.weigh.answer import Belief
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

#: Belief must move this far for a hypothesis to be named.
_MOVED = 0.02
#: Hypotheses named on either side.
_NAMED = 3


def contradictions(setting: Setting) -> Iterator[Found]:
    """Say that the claims cannot all be true, and which are suspect."""
    found = setting.study.reconciled
    if found is None or not found.suspects:
        return
    names: list[Piece] = [about(one.kind, one.id) for one in found.suspects[:3]]
    yield Found(
        setting.say_many(
            "The claims cannot all be true. Of %(claims)s held against one another,"
            " %(count)s is in doubt or worse: %(names)s.",
            "The claims cannot all be true. Of %(claims)s held against one another,"
            " %(count)s are in doubt or worse; most strained are %(names)s.",
            suspects_of(setting, found),
            claims=claims_of(setting, found),
            names=listed(setting.locale, names),
        ),
        setting.say(
            "A suspect claim may be false, or flows it is held against missing."
        ),
        (Exhibit("suspects"), Exhibit("investigation")),
    )


def explanations(setting: Setting) -> Iterator[Found]:
    """Say which hypotheses the observations favour."""
    found = setting.study.beliefs
    if found is None:
        return
    tested = [
        one
        for one in found.hypotheses
        if one.tested
        and one.bayes_factor > 0
        and abs(one.posterior - one.prior) > _MOVED
    ]
    up = sorted(
        (x for x in tested if x.bayes_factor > 3), key=lambda x: -x.bayes_factor
    )
    down = sorted(
        (x for x in tested if x.bayes_factor < 1 / 3), key=lambda x: x.bayes_factor
    )

    def named(some: list[Belief], side: str) -> Prose:
        shown = [_hypothesis(setting, one) for one in some[:_NAMED]]
        if left := len(some) - len(shown):
            more = setting.count(f"belief:{side}:more", left, target="beliefs")
            shown.append(setting.say("%(count)s more", count=more))
        return listed(setting.locale, shown)

    parts: list[Prose] = []
    if up:
        parts.append(
            setting.say(
                "The observations speak for %(names)s. ", names=named(up, "for")
            )
        )
    if down:
        against = named(down, "against")
        parts.append(setting.say("They speak against %(names)s. ", names=against))
    quiet = len(found.hypotheses) - len(up) - len(down)
    count = setting.count("belief:quiet", quiet, target="beliefs")
    if not parts:
        parts.append(
            setting.say_many(
                "The observations say little for or against the hypothesis.",
                "The observations say little for or against any of the %(count)s"
                " hypotheses.",
                count,
            )
        )
    elif quiet:
        parts.append(
            setting.say_many(
                "Of the other %(count)s hypothesis the odds change less than threefold,"
                " or belief by two points at most.",
                "Of the other %(count)s hypotheses the odds change less than threefold,"
                " or belief by two points at most.",
                count,
            )
        )
    yield Found(
        tuple(piece for part in parts for piece in part),
        (
            *setting.say(
                "Priors are the author's, and belief may rest on one group of sources."
            ),
            *_followed(setting, found),
        ),
        (Exhibit("beliefs"), Exhibit("belief-history")),
    )


def _followed(setting: Setting, found: Beliefs) -> Prose:
    """Say how the scenario the report follows fares among the others."""
    name = setting.case.scenario.name
    own = next((one for one in found.scenarios if one.name == name), None)
    if own is None or found.scenarios == (own,):
        return ()
    belief = setting.share(
        "belief:followed",
        own.posterior,
        formula="belief among the scenarios, each as likely before",
        target="scenario-fits",
    )
    said = setting.say(
        " Among the scenarios as they stand, the one these pages follow is given"
        " %(belief)s.",
        belief=belief,
    )
    if setting.case.scenario.hypotheses:
        return said
    why = setting.text(" It is followed because it adds nothing to what sources show.")
    return (*said, why)


def _hypothesis(setting: Setting, one: Belief) -> Prose:
    name = one.id
    title = setting.case.hypotheses[name].title
    return (
        "\N{LEFT DOUBLE QUOTATION MARK}",
        about("hypothesis", name, title),
        "\N{RIGHT DOUBLE QUOTATION MARK} (",
        belief(setting, one, "prior"),
        " \N{RIGHTWARDS ARROW} ",
        belief(setting, one, "posterior"),
        ")",
    )


def tallied(setting: Setting) -> Iterator[Found]:
    """Say how much the hypotheses would take together."""
    found = setting.study.tallied
    if found is None or found.hole is None:
        return
    low, high = (
        setting.money(
            f"tally:total:{share}:prose",
            found.quantiles[share],
            formula=f"quantile {share} of the sum in draws",
            target=anchor("figure", f"tally:total:{share}"),
            prose=True,
        )
        for share in ("0.05", "0.95")
    )
    mean = setting.money(
        "tally:mean:prose",
        found.mean,
        formula=MEAN,
        target=anchor("figure", "tally:mean"),
        prose=True,
    )
    hole = setting.own(
        "tally:hole",
        found.hole,
        prose=True,
        **missing_worked(setting, found.hole),
    )
    yield Found(
        setting.say(
            "The hypotheses together, each by its chance before any observation, would"
            " take %(mean)s from the group on average (from %(low)s to %(high)s in nine"
            " of ten draws); missing for customers is %(hole)s.",
            low=replace(low, beside=high.value),
            mean=mean,
            high=replace(high, beside=low.value),
            hole=hole,
        ),
        setting.say(
            "These are explanations beyond the established flows; none is a finding."
        ),
        (Exhibit("tally-waterfall"), Exhibit("scenario-tally")),
    )
