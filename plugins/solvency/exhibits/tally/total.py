"""What the hypotheses take together: tally, waterfall, scenarios, dependence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from math import isclose
from typing import TYPE_CHECKING

from solvency.charts import waterfall
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import in_figures
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.section import Section
from solvency.exhibits.tally.losses import EXPECTED
from solvency.exhibits.tally.losses import MEAN
from solvency.exhibits.tally.losses import averages
from solvency.exhibits.tally.losses import expected
from solvency.exhibits.tally.losses import left_out
from solvency.exhibits.tally.losses import loss
from solvency.exhibits.tally.losses import taken_by
from solvency.exhibits.tally.scenarios import BELOW
from solvency.exhibits.tally.scenarios import dependence
from solvency.exhibits.tally.scenarios import explained
from solvency.exhibits.tally.scenarios import wide
from solvency.exhibits.tally.untraced import untraced_table
from solvency.exhibits.weigh.beliefs import before
from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.beliefs import chance
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import weighed
from solvency.figures.figure import OWN
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.formats import apart
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.analysis.tally.answer import Loss
    from solvency.analysis.tally.answer import Tallied
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

_ZERO = Decimal()


#: Losses drawn one by one; the rest are one step.
_STEPS = 12


def hypothesis_ref(setting: Setting, name: str) -> tuple[Piece, ...]:
    """Return a link to a hypothesis by its title."""
    one = setting.case.hypotheses[name]
    return (about("hypothesis", name, one.title),)


def short(setting: Setting, name: str) -> str:
    """Return a hypothesis's name as a drawing has it."""
    return setting.capital(name.replace("-", " "))


def named(setting: Setting, names: Iterable[str]) -> Prose:
    """Return the key to the names a drawing has: each with its title, linked."""
    pieces: list[Piece] = []
    for name in names:
        if pieces:
            pieces.append("; ")
        pieces += [
            Said(short(setting, name)),
            setting.text(": "),
            *hypothesis_ref(setting, name),
        ]
    return tuple(pieces)


def _chance(setting: Setting, found: Tallied, one: Loss) -> Figure:
    """Return the chance of a hypothesis: where beliefs are printed, their prior."""
    value = chance(one.probability)
    key = f"tally:{one.id}:probability"
    if found.switches != "prior":
        return bounded(setting.share(key, value, formula="belief in the tally"))
    formula = "belief before the observations, exclusions respected"
    share = bounded(setting.share(key, value, formula=formula))
    figure = before(setting, one.id, share)
    weighed = setting.study.beliefs
    priors = {x.id: x.prior for x in weighed.hypotheses} if weighed else {}
    if figure.target == OWN and isclose(priors.get(one.id, -1.0), one.probability):
        place = anchor("figure", f"belief:{one.id}:prior")
        return replace(figure, target=place, worked=())
    return figure


def losses(setting: Setting, found: Tallied) -> Table:
    """Return what each hypothesis takes, and all of them together."""
    text = setting.text
    rows = tuple(
        Row(
            f"tally:{one.id}",
            hypothesis_ref(setting, one.id),
            (
                _chance(setting, found, one),
                loss(setting, one, "low", one.low),
                loss(setting, one, "central", one.central),
                loss(setting, one, "high", one.high),
                expected(setting, one),
            ),
        )
        for one in found.hypotheses
    )
    together = _mean(setting, found, rows), _quantiles(setting, found)
    return Table(
        key="tally",
        title=text("What each hypothesis would take, if it holds"),
        unit=(
            text(
                "%(unit)s from the group's clean liquid assets; parentheses: it"
                " brings; chance: as believed before the observations; expected value:"
                " chance times the mean of its draws",
                unit=setting.unit,
            )
            if found.switches == "prior"
            else text(
                "%(unit)s from the group's clean liquid assets; parentheses: it"
                " brings; chance: as taken here; expected value: chance times the mean"
                " of its draws",
                unit=setting.unit,
            ),
        ),
        head=text("Hypothesis"),
        width=90,
        columns=(
            Column("probability", text("Chance"), width=14),
            Column("low", text("Low"), width=18),
            Column("central", text("Central"), width=18),
            Column("high", text("High"), width=18),
            Column("expected", text("Expected value"), width=18, current=True),
        ),
        rows=(*rows, *together),
        notes=(
            *((Said(setting.remark(note)),) for note in found.notes),
            *left_out(setting, found),
            *_ends(setting, found),
            *_errors(setting, found),
        ),
        size="dense",
    )


def _mean(setting: Setting, found: Tallied, rows: tuple[Row, ...]) -> Row:
    """Return what the hypotheses take together on average, the sum of their rows."""
    return Row(
        "mean",
        (setting.text("Together, expected value"),),
        (
            *(None,) * 4,
            setting.own(
                "tally:mean", found.mean, formula=MEAN, **averages(setting, found)
            ),
        ),
        "subtotal",
        sums=tuple((row.key, 1) for row in rows),
    )


def _quantiles(setting: Setting, found: Tallied) -> Row:
    """Return what they take together in draws: one of twenty below, and one above."""
    text = setting.text
    moved = wide(setting, [one.id for one in found.hypotheses])

    def quantile(share: str) -> Figure:
        key = f"tally:total:{share}"
        mean = setting.money(
            f"{key}:mean",
            found.mean,
            formula=MEAN,
            target=anchor("figure", "tally:mean"),
        )
        worked = (
            *drawn(setting, key, found.draws, found.seed),
            *setting.say(
                "; in each a hypothesis holds or not by its chance, and"
                " its flows are drawn within their ranges, of which high"
                " less low stands beside them; on average %(mean)s",
                mean=mean,
            ),
        )
        return setting.own(
            key, found.quantiles[share], formula=BELOW[share], worked=worked, **moved
        )

    return Row(
        "total",
        (text("Together, in draws: one of twenty below, middle, one above"),),
        (None, *(quantile(share) for share in ("0.05", "0.5", "0.95")), None),
        "total",
    )


def _ends(setting: Setting, found: Tallied) -> Iterator[Prose]:
    """Yield what low and high are of several flows, where a hypothesis has them."""
    taken = (taken_by(setting, one.id).values() for one in found.hypotheses)
    if any(sum(map(bool, amounts)) > 1 for amounts in taken):
        yield (
            setting.text(
                "Low and high of a hypothesis with several flows are the ends of their"
                " ranges added up: as a rule wider than what holds nine of ten draws"
                " of their sum."
            ),
        )


def _errors(setting: Setting, found: Tallied) -> Iterator[Prose]:
    """Yield how far the draws may be off, where the total is drawn."""
    if found.errors:
        low, middle, high = (
            setting.money(
                f"tally:total:{share}:error",
                found.errors[share],
                formula="standard error of the draws",
            )
            for share in ("0.05", "0.5", "0.95")
        )
        yield setting.say(
            "Standard errors of the three numbers in draws: %(low)s, %(middle)s and"
            " %(high)s.",
            low=low,
            middle=middle,
            high=high,
        )


def _waterfall(setting: Setting, found: Tallied) -> Drawing:
    text = setting.text
    shown, steps = _steps(setting, found)
    key = "tally-waterfall"
    title = _tally_title(setting, found)
    amounts = [abs(Decimal(step.amount)) for step in steps.values()]
    amounts.append(abs(found.quantiles["0.95"]))
    chart = waterfall.Waterfall(title, [*steps.values()])
    return Drawing(
        key,
        title,
        (
            text(
                "Expected value of each hypothesis: chance, as believed before the"
                " observations, times the mean of its draws; whisker: nine of ten draws"
                " of the sum; hatched: hypotheses"
            )
            if found.switches == "prior"
            else text(
                "Expected value of each hypothesis: chance, as taken here, times the"
                " mean of its draws; whisker: nine of ten draws of the sum; hatched:"
                " hypotheses"
            ),
        ),
        waterfall.draw(chart, setting.look(key, amounts)),
        plotted(
            key,
            title,
            text("Hypothesis"),
            (text("Expected"),),
            (
                row(
                    f"step:{name}",
                    step.label,
                    setting.money(
                        f"waterfall:{name}",
                        Decimal(step.amount),
                        formula=EXPECTED,
                    ),
                )
                for name, step in steps.items()
            ),
        ),
        notes=(
            in_figures(setting, "tally"),
            *([named(setting, shown)] if shown else ()),
            (
                text(
                    "One number for what the hypotheses take together is the mean, here"
                    " and in the findings: the parts add up to it. An amount whose low"
                    " end is zero is drawn from a normal distribution cut off there, so"
                    " its mean exceeds its central value."
                ),
            ),
        ),
    )


def _steps(
    setting: Setting, found: Tallied
) -> tuple[list[str], dict[str, waterfall.Step]]:
    """Return the hypotheses that have a step of their own, and all steps by name."""
    text = setting.text
    each = [(one, one.expected) for one in found.hypotheses]
    each.sort(key=lambda pair: -abs(pair[1]))
    shown, rest = each[:_STEPS], each[_STEPS:]
    shown.sort(key=lambda pair: -pair[1])
    start = found.mean
    steps = [
        waterfall.Step(short(setting, one.id), amount, tentative=True)
        for one, amount in shown
    ]
    names = [one.id for one, _ in shown]
    if rest:
        names.append("others")
        amount = sum((amount for _, amount in rest), _ZERO)
        steps.append(waterfall.Step(text("All others"), amount, tentative=True))
    low, high = found.quantiles["0.05"], found.quantiles["0.95"]
    steps.append(
        waterfall.Step(
            text("Expected together"),
            start,
            min(low, start),
            max(high, start),
            total=True,
            tentative=True,
        )
    )
    names.append("together")
    if found.to_explain:
        names += ["beyond", "untraced"]
        rest_of = found.to_explain - start
        label = (
            text("Untraced beyond them") if rest_of > 0 else text("More than untraced")
        )
        steps += [
            waterfall.Step(label, rest_of),
            waterfall.Step(text("Untraced"), found.to_explain, total=True),
        ]
    named_steps = dict(zip(apart(names), steps, strict=True))
    return [one.id for one, _ in shown], named_steps


def _tally_title(setting: Setting, found: Tallied) -> str:
    if not found.to_explain:
        return setting.text("What the hypotheses take together")
    if found.quantiles["0.05"] > found.to_explain:
        return setting.text("Together the hypotheses would take more than is untraced")
    if found.quantiles["0.95"] < found.to_explain:
        return setting.text("Together the hypotheses would take less than is untraced")
    return setting.text(
        "Together the hypotheses may take more than is untraced, or less"
    )


def tally_tables(setting: Setting, found: Tallied) -> list[Table | Drawing]:
    """Return the waterfall of the tally and the tables behind it."""
    tables: list[Table | Drawing] = [
        _waterfall(setting, found),
        losses(setting, found),
    ]
    if any(one.quantiles for one in found.scenarios):
        tables.append(explained(setting, found))
    beside = untraced_table(setting, found)
    tables += [beside] if beside else []
    return [*tables, *([dependence(setting, found)] if found.dependence else [])]


def totalled(setting: Setting) -> Section | None:
    """Build the tally without scenarios and dependence, which take most draws."""
    return _without_rest(setting, setting.study.totalled)


def explaining(setting: Setting) -> Section | None:
    """Build the same with how much of what is untraced is explained."""
    return _without_rest(setting, setting.study.explained)


def _without_rest(setting: Setting, found: Tallied | None) -> Section | None:
    if found is None:
        return None
    tables = tuple(tally_tables(setting, found))
    title = setting.text("Rival explanations weighed")
    return Section("weighing", title, tables, ground=weighed(setting))
