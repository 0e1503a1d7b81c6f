"""Beliefs with errors taken otherwise than the case states them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.weigh.beliefs import belief
from solvency.exhibits.weigh.beliefs import beliefs
from solvency.exhibits.weigh.beliefs import bounded
from solvency.exhibits.weigh.beliefs import chance
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.formats import finite
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.weigh.answer import Belief
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose

#: How each belief beside the first came about, by its place in `Otherwise`.
_FORMULAS = {
    "as_stated": "belief after the observations, errors as wide as stated",
    "at_half": "belief after the observations, at half the spreads of grades",
    "at_twice": "belief after the observations, at twice the spreads of grades",
    "apart": "belief after the observations, errors of one source not correlated",
    "together": "belief after the observations, errors of one source correlated 0.9",
}


def beliefs_tables(setting: Setting, found: Beliefs) -> list[Table]:
    """Build the tables of beliefs: as the case has errors, and otherwise."""
    tables = [beliefs(setting, found)]
    if any(one.tested for one in found.hypotheses):
        tables.append(beliefs_otherwise(setting, found))
    return tables


def beliefs_otherwise(setting: Setting, found: Beliefs) -> Table:
    """Build the table of beliefs with errors taken otherwise."""
    text = setting.text
    heads = (
        text("Errors as stated"),
        text("Spreads halved"),
        text("Spreads doubled"),
        text("Sources at 0"),
        text("Sources at 0.9"),
    )
    return Table(
        key="beliefs-otherwise",
        title=text("The same beliefs with errors taken otherwise"),
        unit=(
            text(
                "After: how wide all errors are is unknown. Errors as stated: it is"
                " known. Spreads: those the case gives grades. Sources: the"
                " correlation of errors of one source"
            ),
        ),
        head=text("Hypothesis"),
        width=100,
        columns=(
            Column("after", text("After"), width=17, current=True),
            *(
                Column(key, head, width=17)
                for key, head in zip(_FORMULAS, heads, strict=True)
            ),
        ),
        rows=tuple(_row(setting, one) for one in found.ordered if one.tested),
        notes=(
            *(
                (
                    (
                        text(
                            "Beliefs beside After are sampled, each to a standard"
                            " error of two percentage points."
                        ),
                    ),
                )
                if found.method == "sampled"
                else ()
            ),
            *((_as_they_are(setting, found),) if found.lognormal else ()),
        ),
        size="dense",
    )


def _as_they_are(setting: Setting, found: Beliefs) -> Prose:
    """Say how far beliefs move where wide amounts are taken as they are."""
    most = max(map(abs, found.lognormal.values()))
    return setting.say(
        "All amounts are Gaussian here. With the wide ones as they are, beliefs move by"
        " at most %(moved)s percentage points, over combinations that hold %(covered)s"
        " of the belief.",
        moved=setting.units(
            "beliefs:wide:moved",
            finite(100 * most, 0),
            "",
            formula="largest move of a belief with amounts as they are",
        ),
        covered=setting.share(
            "beliefs:wide:covered",
            finite(found.lognormal_covered, 4),
            formula="belief in the combinations weighed again",
        ),
    )


def _row(setting: Setting, one: Belief) -> Row:
    target = anchor("belief", one.id)
    return Row(
        f"belief-otherwise:{one.id}",
        (about("hypothesis", one.id, setting.case.hypotheses[one.id].title),),
        (
            belief(setting, one, "posterior"),
            *(
                bounded(
                    setting.share(
                        f"belief:{one.id}:{key}",
                        chance(value),
                        formula=formula,
                        target=target,
                    )
                )
                for (key, formula), value in zip(
                    _FORMULAS.items(), one.otherwise or (), strict=True
                )
            ),
        ),
    )
