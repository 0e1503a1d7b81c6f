"""What the observations say of each hypothesis, and what all take together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.report import formats
from solvency.report.charts import beliefs as beliefs_chart
from solvency.report.drawings import Drawing
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.prose import listed
from solvency.report.remarks import remark
from solvency.report.sections.kit import finite
from solvency.report.sections.kit import in_figures
from solvency.report.sections.kit import plotted
from solvency.report.sections.kit import row
from solvency.report.sections.observed import known
from solvency.report.sections.tallied import hypothesis_ref
from solvency.report.sections.tallied import short
from solvency.report.sections.tallied import tally_tables
from solvency.report.sections.workings import entry
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.analysis.believing_result import Belief
    from solvency.analysis.believing_result import Beliefs
    from solvency.analysis.weighing_history import History
    from solvency.report.figures import Figure
    from solvency.report.figures import Piece
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell

#: A change in belief that is named.
_MOVES = 0.01
#: Hypotheses whose belief over time is drawn: those that moved most.
_LINES = 8


def weighing(setting: Setting) -> Section | None:
    """Build the tally, its waterfall, the weights and their history."""
    tallied = setting.analyses.tallied
    found = setting.analyses.beliefs
    tables: list[Table | Drawing] = []
    if found is not None:
        tables.append(_beliefs(setting, found))
        drawing = _history(setting)
        if drawing is not None:
            tables.append(drawing)
        if len(found.scenarios) > 1:
            tables.append(_scenarios(setting, found))
    if tallied is not None:
        tables += tally_tables(setting, tallied)
    if not tables:
        return None
    return Section(
        "weighing",
        setting.text("Rival explanations weighed"),
        tuple(tables),
        {"caveats": caveats(setting, found)},
    )


def caveats(setting: Setting, found: Beliefs | None) -> tuple[tuple[Piece, ...], ...]:
    """Return what a reader must know before believing a weight."""
    if found is None:
        if not setting.case.observations:
            return ()
        return (
            setting.say(
                "This report does not weigh the hypotheses: it is a draft, or no"
                " observation speaks to any of them. The chances below are the author's"
                " own, before any observation; %(command)s weighs them.",
                command=Said("solvency weigh"),
            ),
        )
    notes: list[tuple[Piece, ...]] = []
    if found.inflation > 1.01:
        notes.append(
            setting.say(
                "Even the best combination of hypotheses leaves more unexplained than"
                " the stated errors allow, so all errors were widened by a factor of"
                " %(factor)s before weighing: the sources contradict one another"
                " more than they admit.",
                factor=_inflation(setting, found),
            )
        )
    untested = [one for one in found.hypotheses if not one.tested]
    if untested:
        notes.append(
            setting.say(
                "No observation speaks to %(names)s: belief stays where the author of"
                " the case put it.",
                names=listed(
                    setting.locale,
                    [hypothesis_ref(setting, one.id) for one in untested],
                ),
            )
        )
    return tuple(notes)


def _inflation(setting: Setting, found: Beliefs) -> Figure:
    worked = setting.say(
        "%(one)s over %(other)s",
        one=setting.units(
            "weighing:chi2", finite(found.chi2, 0), "", formula="chi-square"
        ),
        other=setting.count("scenario:dof", found.dof, target="section-observations"),
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


def belief(setting: Setting, one: Belief, part: str) -> Figure:
    """Return a belief before or after the observations, leading to its row."""
    value = one.prior if part == "prior" else one.posterior
    return setting.share(
        f"belief:{one.id}:{part}",
        value,
        formula="belief before the observations, exclusions respected"
        if part == "prior"
        else "belief after the observations (Bayes' rule)",
        target=anchor("belief", one.id),
    )


def _factor(setting: Setting, one: Belief) -> Figure:
    places = 2 if one.bayes_factor < 10 else 0
    value = finite(one.bayes_factor, places)
    figure = setting.units(
        f"belief:{one.id}:factor", value, "", formula="odds after over before"
    )
    return replace(figure, places=places)


def _beliefs(setting: Setting, found: Beliefs) -> Table:
    text = setting.text
    ordered = sorted(found.hypotheses, key=lambda one: (-one.posterior, one.id))
    rows = []
    for one in ordered:
        others = [left.posteriors.get(one.id, one.posterior) for left in found.left_out]
        place = anchor("hypothesis", one.id)
        ends = (min(others, default=one.posterior), max(others, default=one.posterior))
        low, high = (
            setting.share(
                f"belief:{one.id}:{name}",
                end,
                formula="the same without one group of sources, each left out in turn",
            )
            for name, end in zip(("least", "greatest"), ends, strict=True)
        )
        rows.append(
            Row(
                f"belief:{one.id}",
                hypothesis_ref(setting, one.id),
                (
                    replace(belief(setting, one, "prior"), target=place),
                    replace(belief(setting, one, "posterior"), target=place),
                    _factor(setting, one) if one.tested else None,
                    low if one.tested else None,
                    high if one.tested else None,
                    _moving(setting, found, one) if one.tested else None,
                ),
                anchor=anchor("belief", one.id),
            )
        )
    return Table(
        key="beliefs",
        title=text("What the observations do to belief in each hypothesis"),
        unit=(
            text(
                "Odds: how many times the observations raise or lower the odds; near"
                " one, they say nothing. Range: without one group of sources"
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
        rows=tuple(rows),
        notes=(
            (
                text(
                    "A blank: no observation touches the hypothesis. Where the range"
                    " is wide, the belief rests on one group of sources."
                ),
            ),
            (
                text(
                    "Moved most by: the group of sources without which belief would"
                    " change most, where by a hundredth or more. The hypothesis leads"
                    " to its flows, a source to its statements."
                ),
            ),
        ),
        size="dense",
    )


def _moving(setting: Setting, found: Beliefs, one: Belief) -> Cell:
    """Return the sources whose statements move a belief most, where any does."""
    changes = [
        (abs(left.posteriors.get(one.id, one.posterior) - one.posterior), left.group)
        for left in found.left_out
    ]
    most, group = max(changes, default=(0.0, ""))
    if most < _MOVES:
        return Said(formats.NOT_FOUND)
    said = {
        each.source
        for each in known(setting)
        if setting.case.sources[each.source].independence_group == group
    }
    return setting.notes.refs(sorted(said))


def _history(setting: Setting) -> Drawing | None:
    found = setting.analyses.history
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
    names = _moved(setting, found)
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
                        setting.share(
                            f"history:{name}:{n}",
                            _at(setting, found, name, n),
                            formula="belief after what was published by the day",
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
                    Said(remark(setting.locale, one.moment.label)),
                )
                for label, one in zip(labels, found.then, strict=True)
            ),
            in_figures(setting, "beliefs"),
        ),
    )


def _at(setting: Setting, found: History, name: str, n: int) -> Decimal:
    value = found.then[n].posteriors[name]
    prior = setting.case.hypotheses[name].prior
    return prior if value is None else Decimal(f"{value:.6f}")


def _moved(setting: Setting, found: History) -> list[str]:
    def swing(name: str) -> Decimal:
        values = [_at(setting, found, name, n) for n in range(len(found.then))]
        return max(values) - min(values)

    return sorted(found.hypotheses, key=lambda name: (-swing(name), name))[:_LINES]


def _scenarios(setting: Setting, found: Beliefs) -> Table:
    text = setting.text
    rows = []
    for one in found.scenarios:
        worst: list[Piece] = []
        for left in one.unexplained[:3]:
            if worst:
                worst.append(", ")
            worst.append(
                Ref(left.observation, f"#{anchor('observation', left.observation)}")
            )
        fit = finite(one.chi2, 0)
        rows.append(
            Row(
                f"scenario:{one.name}",
                (Said(one.title or one.name),),
                (
                    setting.share(
                        f"scenario:{one.name}:posterior",
                        one.posterior,
                        formula="belief among the scenarios, each as likely before",
                    ),
                    setting.units(
                        f"scenario:{one.name}:chi2", fit, "", formula="chi-square"
                    ),
                    tuple(worst) or Said("\N{EN DASH}"),
                ),
            )
        )
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
        rows=tuple(rows),
    )
