"""How the scenarios of a case stand to what was observed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from solvency.report import formats
from solvency.report.figures import Figure
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.prose import listed
from solvency.report.sections.beliefs import chance
from solvency.report.sections.kit import finite
from solvency.report.sections.workings import entry
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.believing_result import Beliefs
    from solvency.analysis.believing_result import ScenarioFit
    from solvency.analysis.believing_result import Unexplained
    from solvency.report.figures import Piece
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting

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
            text("Misfit: chi-square over "),
            setting.count("scenario:dof", found.dof, target="section-observations"),
            text(" observations, errors widened as said; each as likely before"),
        ),
        head=text("Scenario"),
        width=84,
        columns=(
            Column("posterior", text("Belief among them"), width=24, current=True),
            Column("chi2", text("Misfit"), width=16),
            Column("worst", text("Explains worst"), "refs", 50),
        ),
        rows=tuple(_row(setting, found, one) for one in found.scenarios),
    )


def _row(setting: Setting, found: Beliefs, one: ScenarioFit) -> Row:
    worst: list[Piece] = []
    for left in one.unexplained[:_WORST]:
        if worst:
            worst.append(", ")
        worst.append(
            Ref(left.observation, f"#{anchor('observation', left.observation)}")
        )
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
            entry(belief, worked=_weight(setting, found, one), sources=sources),
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
    total = sum(
        math.exp(each.log_evidence - best.log_evidence) for each in found.scenarios
    )
    numbers = {
        name: setting.units(f"{key}:{name}", finite(value, places), "", formula=name)
        for name, value, places in (
            ("power", math.exp(one.log_evidence - best.log_evidence), 6),
            ("sum", total, 4),
            *((name, value, 2) for name, value in _behind(one, best).items()),
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
            " %(misfit)s by half of what its misfit is greater (%(mine)s less"
            " %(least)s), %(spreads)s by how wide it expects the statements to lie"
            " (half of what the logarithm of their determinant is greater) and"
            " %(bounds)s by the bounds, which the misfit leaves out; so it is"
            " %(power)s times as likely; over %(sum)s, the sum of these of all; worst"
            " explained: ",
            **numbers,
        )
    )
    return (*words, *_misses(setting, key, one.unexplained[:_WORST]))


def _behind(one: ScenarioFit, best: ScenarioFit) -> dict[str, float]:
    """Return how far a scenario lies behind in log-likelihood, whole and by parts.

    To two places, so that what is printed adds up: the spreads are what is left.
    """
    behind = round(best.log_evidence - one.log_evidence, 2)
    misfit = round((one.chi2 - best.chi2) / 2, 2)
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
            statement=Ref(
                one.observation, f"#{anchor('observation', one.observation)}"
            ),
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
