"""How the scenarios of a case stand to what was observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solvency.exhibits.weigh.beliefs import among
from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.beliefs import chance
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.formats import finite
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.weigh.answer import Beliefs
    from solvency.analysis.weigh.answer import ScenarioFit
    from solvency.analysis.weigh.answer import Unexplained
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

#: What a misfit is.
_MISFIT = "squared distance of what was stated from what is expected, in spreads"
#: Statements named that a scenario explains worst.
_WORST = 3


def scenarios(setting: Setting, found: Beliefs) -> Table:
    """Build the table of scenarios beside what was observed."""
    text = setting.text
    return Table(
        key="scenario-fits",
        title=text("The scenarios beside what was observed"),
        unit=(
            *among(setting, found),
            text("Misfit: chi-square over "),
            setting.count("scenario:dof", found.fit.dof, target="section-observations"),
            text(" observations, the scale of errors unknown; each as likely before"),
        ),
        head=text("Scenario"),
        width=84,
        columns=(
            Column("posterior", text("Belief among them"), width=24, current=True),
            Column("chi2", text("Misfit"), width=16),
            Column("worst", text("Explains worst"), "refs", 50),
        ),
        rows=tuple(_row(setting, found, one) for one in found.scenarios),
        notes=(
            (
                text("One scenario alone has no rival: all belief is its own.")
                if len(found.scenarios) == 1
                else text(
                    "The misfit leaves out how wide a scenario's own amounts are, and"
                    " what was stated as at most or at least. Belief counts both, so"
                    " that the least misfit need not be believed most."
                ),
            ),
        ),
    )


def _row(setting: Setting, found: Beliefs, one: ScenarioFit) -> Row:
    worst: list[Piece] = []
    for left in one.unexplained[:_WORST]:
        if worst:
            worst.append(", ")
        worst.append(about("observation", left.observation))
    key = f"scenario:{one.name}"
    sources = tuple(dict.fromkeys(x.source for x in one.unexplained[:_WORST]))
    belief = setting.share(
        f"{key}:posterior",
        chance(one.posterior),
        formula="belief among the scenarios, each as likely before",
    )
    fit = setting.units(f"{key}:chi2", finite(one.chi2, 0), "", formula=_MISFIT)
    return Row(
        key,
        (Said(one.title or one.name),),
        (
            entry(
                bounded(belief), worked=_weight(setting, found, one), sources=sources
            ),
            entry(
                fit,
                worked=(
                    setting.text("farthest off are "),
                    *_misses(setting, f"{key}:chi2", one.unexplained[:_WORST]),
                ),
                sources=sources,
            ),
            tuple(worst) or Said("\N{EN DASH}"),
        ),
    )


def _weight(setting: Setting, found: Beliefs, one: ScenarioFit) -> Prose:
    """Say what a scenario's weight is worked out from."""
    key = f"scenario:{one.name}:posterior"
    best = max(found.scenarios, key=lambda each: each.log_evidence)
    freedom = float(setting.case.uncertainty.scale)
    total = sum(
        math.exp(each.log_evidence - best.log_evidence) for each in found.scenarios
    )
    numbers = {
        name: setting.units(f"{key}:{name}", finite(value, places), "", formula=name)
        for name, value, places in (
            ("power", math.exp(one.log_evidence - best.log_evidence), 6),
            ("sum", total, 4),
            ("freedom", freedom, 2),
            ("power_of", freedom + one.dof, 2),
            *((name, value, 2) for name, value in _behind(one, best, freedom).items()),
        )
    }
    words = (
        setting.say(
            "its likelihood is the greatest, so that it counts as %(power)s; over"
            " %(sum)s, the sum of these of all; worst explained: ",
            **{name: numbers[name] for name in ("power", "sum")},
        )
        if one is best
        else setting.say(
            "the logarithm of its likelihood lies %(behind)s below the best one's:"
            " %(misfit)s by its misfit, %(mine)s where the best one's is %(least)s (all"
            " errors having one unknown scale: half of %(power_of)s times the logarithm"
            " of what one plus the misfit over %(freedom)s is greater), %(spreads)s by"
            " how wide it expects the statements to lie"
            " (half of what the logarithm of their determinant is greater) and"
            " %(bounds)s by the bounds, which the misfit leaves out; so it is"
            " %(power)s times as likely; over %(sum)s, the sum of these of all; worst"
            " explained: ",
            **numbers,
        )
    )
    return (*words, *_misses(setting, key, one.unexplained[:_WORST]))


def _behind(one: ScenarioFit, best: ScenarioFit, freedom: float) -> dict[str, float]:
    """Return how far a scenario lies behind in log-likelihood, whole and by parts.

    To two places, so that what is printed adds up: the spreads are what is left.
    """
    behind = round(best.log_evidence - one.log_evidence, 2)
    greater = math.log1p(one.chi2 / freedom) - math.log1p(best.chi2 / freedom)
    misfit = round((freedom + one.dof) / 2 * greater, 2)
    stated = best.log_stated - one.log_stated
    bounds = round(best.log_evidence - one.log_evidence - stated, 2)
    return {
        "behind": behind,
        "misfit": misfit,
        "mine": one.chi2,
        "least": best.chi2,
        "spreads": behind - misfit - bounds,
        "bounds": bounds,
    }


def _misses(setting: Setting, key: str, some: tuple[Unexplained, ...]) -> Prose:
    """Say what was stated and what a scenario expects, where it misses most."""
    named: list[Prose] = [
        setting.say(
            "%(statement)s (%(source)s): stated %(stated)s, expected %(expected)s,"
            " %(z)s spreads apart",
            statement=about("observation", one.observation),
            source=setting.notes.refs([one.source]),
            stated=_amount(setting, f"{key}:{one.observation}:stated", one, one.stated),
            expected=_amount(
                setting, f"{key}:{one.observation}:expected", one, one.predicted
            ),
            z=setting.units(
                f"{key}:{one.observation}:z",
                finite(one.z, 1),
                "",
                formula="stated less expected, over the spread of both",
            ),
        )
        for one in some
    ]
    return listed(setting.locale, named) if named else ()


def _amount(setting: Setting, key: str, one: Unexplained, value: Decimal) -> Prose:
    if one.commodity == setting.case.currency:
        return (setting.money(key, value, formula="amount"),)
    scale, places = formats.fitting([one.stated, one.predicted])
    label = formats.unit_label(one.commodity, scale, setting.locale)
    figure = Figure(key, value, one.commodity, scale, places, formula="amount")
    return (figure, f" {label}")
