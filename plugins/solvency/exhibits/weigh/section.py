"""What the observations say of each hypothesis, and what all take together."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import beliefs as beliefs_chart
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.section import Section
from solvency.exhibits.tally.total import named
from solvency.exhibits.tally.total import short
from solvency.exhibits.tally.total import tally_tables
from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.beliefs import chance
from solvency.exhibits.weigh.error_models import beliefs_tables
from solvency.exhibits.weigh.fits import scenarios
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import weighed
from solvency.figures import formats
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Said
from solvency.figures.formats import finite

if TYPE_CHECKING:
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.analysis.weigh.history import History
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Table

#: Hypotheses whose belief over time is drawn: those that moved most.
_LINES = 8


def weighing(setting: Setting) -> Section | None:
    """Build the tally, its waterfall, the weights and their history."""
    tallied = setting.study.tallied
    found = setting.study.beliefs
    tables: list[Table | Drawing] = []
    if found is not None:
        tables += beliefs_tables(setting, found)
        drawing = history_drawing(setting)
        if drawing is not None:
            tables.append(drawing)
        if found.scenarios:
            tables.append(scenarios(setting, found))
    if tallied is not None:
        tables += tally_tables(setting, tallied)
    if not tables:
        return None
    return Section(
        "weighing",
        setting.text("Rival explanations weighed"),
        tuple(tables),
        {
            "inflation": inflation_of(setting, found) if found else (),
            "something_else": (something_else(setting, found) or ()) if found else (),
        },
        ground=weighed(setting),
    )


def inflation_of(setting: Setting, found: Beliefs) -> Figure:
    """Return how many times as wide errors would have to be for the best to fit."""
    worked = setting.say(
        "%(one)s over %(other)s",
        one=setting.units(
            "weighing:chi2", finite(found.fit.chi2, 0), "", formula="chi-square"
        ),
        other=setting.count(
            "scenario:dof", found.fit.dof, target="section-observations"
        ),
    )
    return entry(
        setting.units(
            "weighing:inflation",
            finite(found.inflation, 1),
            "",
            formula="root of chi-square over observations",
            worked=worked,
        )
    )


def something_else(setting: Setting, found: Beliefs) -> tuple[Figure, Figure] | None:
    """Return belief in something else than all hypotheses, before and after.

    None where the case gives it no prior.
    """
    if found.alternative is None or found.fit.something_else is None:
        return None
    prior, error = found.alternative
    before = setting.share(
        "weighing:else:before",
        prior,
        formula="prior of something else",
        target="section-observations",
    )
    after = setting.share(
        "weighing:else:after",
        chance(found.fit.something_else),
        formula="belief in something else, which errs by a share of each balance",
        worked=setting.say(
            "believed %(prior)s before, erring by %(error)s of each balance, against"
            " all hypotheses together",
            prior=before,
            error=setting.share(
                "weighing:else:error", error, formula="spread of something else"
            ),
        ),
    )
    return before, entry(bounded(after))


def history_drawing(setting: Setting) -> Drawing | None:
    """Draw how beliefs moved as evidence came in, None where that says nothing."""
    found = setting.study.history
    if found is None or len(found.then) < 3:
        return None
    text = setting.text
    key = "belief-history"
    # The last moment is now: it is drawn a month after what was known last.
    days = [one.moment.day for one in found.then]
    dated = [day for day in days if day is not None]
    now = max([*(s.published for s in setting.case.sources.values()), *dated])
    drawn = [day or now for day in days]
    if len(set(drawn)) < len(drawn):
        return None
    names = _moved(found)
    title = text("How belief changed as evidence came in")
    lines = [
        beliefs_chart.Belief(
            short(setting, name),
            [_at(setting, found, name, n) for n in range(len(drawn))],
        )
        for name in names
    ]
    chart = beliefs_chart.Beliefs(title, drawn, lines)
    labels = [formats.cell(day, setting.locale) for day in drawn]
    return Drawing(
        key,
        title,
        (
            text(
                "Belief in the hypotheses that moved most, each time with what had"
                " been published by then"
            ),
        ),
        beliefs_chart.draw(chart, setting.look(key, [])),
        plotted(
            key,
            title,
            text("Hypothesis"),
            labels,
            (
                row(
                    name,
                    setting.case.hypotheses[name].title,
                    *(
                        bounded(
                            setting.share(
                                f"history:{name}:{n}",
                                _at(setting, found, name, n),
                                formula="belief after what was published by the day",
                            )
                        )
                        for n in range(len(drawn))
                    ),
                )
                for name in names
            ),
        ),
        notes=(
            *(
                (
                    Said(label),
                    text(": "),
                    Said(setting.remark(one.moment.label)),
                )
                for label, one in zip(labels, found.then, strict=True)
            ),
            named(setting, names),
            _last(setting),
        ),
    )


def _last(setting: Setting) -> Prose:
    """Say where the last of the beliefs drawn stands, and how exact the others are."""
    last = setting.say(
        "The last is that of %(exhibit)s, with what it rests on.",
        exhibit=Exhibit("beliefs"),
    )
    found = setting.study.beliefs
    if found is None or found.method != "sampled":
        return last
    return (
        *last,
        setting.text(
            " The earlier ones are sampled, each to a standard error of half a"
            " percentage point."
        ),
    )


def _at(setting: Setting, found: History, name: str, n: int) -> Decimal:
    value = found.then[n].posteriors[name]
    prior = setting.case.hypotheses[name].prior
    return prior if value is None else Decimal(f"{value:.6f}")


def _moved(found: History) -> list[str]:
    return sorted(found.hypotheses, key=lambda name: (-found.move(name), name))[:_LINES]
