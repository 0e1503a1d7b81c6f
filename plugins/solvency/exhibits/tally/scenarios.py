"""What each scenario takes, and what dependence does to the sum."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.tally.losses import taken_by
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import widest
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable

    from solvency.analysis.tally.answer import Dependence
    from solvency.analysis.tally.answer import ScenarioTally
    from solvency.analysis.tally.answer import Tallied
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

#: Hypotheses named of one scenario.
_CENTRALS = 4
#: What a share of the draws is.
BELOW = {
    "0.05": "one of twenty draws is below it",
    "0.5": "half of the draws are below it",
    "0.95": "nineteen of twenty draws are below it",
}


def flows_of(setting: Setting, names: Iterable[str]) -> tuple[str, ...]:
    """Return the flows of some hypotheses."""
    wanted = frozenset(names)
    return tuple(flow.id for flow in setting.flows if flow.hypotheses & wanted)


def wide(setting: Setting, names: Collection[str]) -> dict[str, Any]:
    """Return the flows of some hypotheses that take or bring anything, for a figure.

    Those with the widest ranges come first; a mark moves no liquid asset, however wide.
    """
    taken: dict[str, Decimal] = {}
    for name in names:
        taken |= taken_by(setting, name)
    flows = tuple(flow for flow in flows_of(setting, names) if taken.get(flow))
    found = widest(setting, flows)
    return {**found, "flows": tuple(dict.fromkeys((*found["flows"], *flows)))}


def explained(setting: Setting, found: Tallied) -> Table:
    """Build the table of what each scenario takes, beside what is untraced."""
    text = setting.text
    rows = [
        Row(f"explained:{one.name}", (Said(one.title),), _cells(setting, found, one))
        for one in found.scenarios
        if one.quantiles
    ]
    return Table(
        key="scenario-tally",
        title=text("What each scenario would take"),
        unit=(text("%(unit)s; all its hypotheses taken to hold", unit=setting.unit),),
        head=text("Scenario"),
        width=76,
        columns=(
            Column("low", text("Low (1 in 20)"), width=20),
            Column("median", text("Median"), width=20, current=True),
            Column("high", text("High (1 in 20)"), width=20),
            *_reaching(setting, found),
        ),
        rows=tuple(rows),
        notes=_compared(setting, found),
    )


def _cells(setting: Setting, found: Tallied, one: ScenarioTally) -> tuple[Figure, ...]:
    quantiles = one.quantiles or {}
    scenario = setting.case.scenarios.get(one.name)
    rests = wide(setting, scenario.hypotheses if scenario else ())
    key = f"explained:{one.name}"
    place = anchor("figure", f"{key}:0.5")
    low, high = (
        setting.money(
            f"{key}:{share}", quantiles[share], formula=BELOW[share], target=place
        )
        for share in ("0.05", "0.95")
    )
    ends = setting.say(
        "; low %(low)s, high %(high)s",
        low=replace(low, target=""),
        high=replace(high, target=""),
    )
    centrals = {
        x.id: x.central
        for x in found.hypotheses
        if scenario and x.id in scenario.hypotheses and x.central
    }
    middle = setting.own(
        f"{key}:0.5",
        quantiles["0.5"],
        formula=BELOW["0.5"],
        worked=(
            *drawn(setting, key, found.draws, found.seed),
            *ends,
            *_centrals(setting, key, centrals),
        ),
        **rests,
    )
    return (
        low,
        middle,
        high,
        *_reached(setting, f"{key}:reaches", one.reaches, place),
    )


def _reaching(setting: Setting, found: Tallied) -> tuple[Column, ...]:
    """Return the column of who takes as much as is untraced, where anything is."""
    if not found.to_explain:
        return ()
    title = setting.text("Chance the sum is no less than what is untraced")
    return (Column("reaches", title, width=30),)


def _compared(setting: Setting, found: Tallied) -> tuple[Prose, ...]:
    """Say what the chance of that column compares, where anything is untraced."""
    if not found.to_explain:
        return ()
    said = setting.text(
        "The chance compares sums: what is taken out of accounts that nobody counted"
        " explains nothing that is untraced. How much of that the hypotheses explain"
        " stands in a table of its own."
    )
    return ((said,),)


def _reached(
    setting: Setting, key: str, chance: float | None, place: str
) -> tuple[Figure, ...]:
    """Return the cell of that column."""
    if chance is None:
        return ()
    formula = "share of draws that come to what is untraced"
    return (setting.share(key, chance, formula=formula, target=place),)


def _centrals(setting: Setting, key: str, amounts: dict[str, Decimal]) -> Prose:
    """Say what the hypotheses of a scenario take at their central amounts."""
    ordered = sorted(amounts, key=lambda name: -abs(amounts[name]))[:_CENTRALS]
    named: list[Prose] = [
        (
            about("hypothesis", name, setting.case.hypotheses[name].title),
            " ",
            setting.money(
                f"{key}:central:{name}",
                amounts[name],
                formula="central amount",
                target=anchor("figure", f"tally:{name}:central"),
            ),
        )
        for name in ordered
    ]
    if not named:
        return ()
    return setting.say(
        "; at central amounts its hypotheses take %(sum)s, most by %(names)s; beside a"
        " flow stands its range, high less low",
        sum=setting.money(
            f"{key}:central",
            sum(amounts.values(), Decimal()),
            formula="sum of the central amounts",
        ),
        names=listed(setting.locale, named),
    )


def dependence(setting: Setting, found: Tallied) -> Table:
    """Build the table of the sum where amounts rise and fall together."""
    text = setting.text
    return Table(
        key="dependence",
        title=text("What it would mean if amounts rose and fell together"),
        unit=(
            text(
                "%(unit)s, sum of the hypotheses by their chances; how strongly all"
                " amounts share one cause",
                unit=setting.unit,
            ),
        ),
        head=text("Dependence"),
        width=60,
        columns=(
            Column("low", text("Low"), width=22),
            Column("median", text("Median"), width=22, current=True),
            Column("high", text("High"), width=22),
            *_reaching(setting, found),
        ),
        rows=tuple(_dependent(setting, found, one) for one in found.dependence),
        notes=(
            (
                text(
                    "Dependence is the correlation of every amount with one common"
                    " cause. One draw of twenty lies below low, one above high."
                ),
            ),
            *_compared(setting, found),
        ),
    )


def _dependent(setting: Setting, found: Tallied, one: Dependence) -> Row:
    """Return the sum at one dependence; its median has the entry of the row."""
    key = f"rho:{one.rho}"
    most = found.hypotheses[:_CENTRALS]
    rho = setting.share(f"{key}:rho", one.rho, formula="correlation of scores")
    worked = setting.say(
        "of %(draws)s, every amount with a correlation of %(rho)s with one cause;"
        " most is expected of %(names)s",
        draws=drawn(setting, key, found.draws, found.seed),
        rho=rho,
        names=listed(
            setting.locale,
            [
                (
                    about("hypothesis", x.id, setting.case.hypotheses[x.id].title),
                    " ",
                    setting.money(
                        f"{key}:of:{x.id}", x.expected, formula="expected value"
                    ),
                )
                for x in most
            ],
        ),
    )
    middle = setting.money(
        f"{key}:0.5",
        one.quantiles["0.5"],
        formula=BELOW["0.5"],
        worked=worked,
        flows=tuple(name for x in most for name in flows_of(setting, [x.id])),
    )
    place = anchor("figure", middle.key) if middle.value else ""
    low, high = (
        setting.money(
            f"{key}:{share}", one.quantiles[share], formula=BELOW[share], target=place
        )
        for share in ("0.05", "0.95")
    )
    reaches = _reached(setting, f"{key}:reaches", one.reaches, place)
    return Row(key, (rho,), (low, entry(middle), high, *reaches))
