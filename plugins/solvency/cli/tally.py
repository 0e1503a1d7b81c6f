"""`solvency tally`: how much loss do the hypotheses explain?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.defaults import SEED
from solvency.defaults import TALLY_DRAWS
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.tally.answer import Tallied
    from solvency.analysis.tally.tally import Switches
    from solvency.ledger.case import Case
    from solvency.methods.tally import Shape


@click.command("tally")
@on_ledger
@at_day("Day of what is untraced")
@click.option(
    "--switches",
    type=click.Choice(["prior", "posterior"]),
    default="prior",
    show_default=True,
    help="Belief in each hypothesis, where no --scenario says which hold.",
)
@click.option(
    "--shape",
    type=click.Choice(["lognormal", "pert"]),
    default="lognormal",
    show_default=True,
    help="Distribution of the amounts.",
)
@click.option(
    "--at-least",
    "levels",
    type=click.FloatRange(0),
    multiple=True,
    metavar="AMOUNT",
    help="Give the probability of reaching this much; may be repeated.",
)
@click.option(
    "--draws",
    default=TALLY_DRAWS,
    show_default=True,
    type=click.IntRange(1_000, 100_000_000),
    help="Draws of the total.",
)
@click.option("--seed", default=SEED, show_default=True, help="Their seed.")
@on_output
def command(
    asked: Asked,
    at: datetime.date | None,
    switches: Switches,
    shape: Shape,
    levels: tuple[float, ...],
    draws: int,
    seed: int,
    output: Output,
) -> None:
    r"""Add up what the hypotheses take, and how much of what is untraced they explain.

    \b
    Examples:
      solvency tally ledgers/ftx/main.beancount --at-least 15e9
      solvency tally --scenario mostly-lost
      solvency tally --switches posterior
    """
    from solvency.analysis.tally.tables import headline  # noqa: PLC0415 (as above)
    from solvency.analysis.tally.tables import reached  # noqa: PLC0415 (as above)
    from solvency.analysis.tally.tally import tally  # noqa: PLC0415 (lazy start)
    from solvency.model.counting.settling import behind_untraced  # noqa: PLC0415 (as above)
    from solvency.model.counting.settling import settling  # noqa: PLC0415 (as above)

    case = asked.load()
    try:
        found = tally(
            case,
            switches=switches,
            shape=shape,
            levels=levels,
            draws=draws,
            seed=seed,
            at=at,
        )
    except ValueError as error:
        raise Refused(str(error)) from error
    losses, *others = _exhibits(case, found)
    if output.plain:
        behind = behind_untraced(case.book().counts, found.at) | set(case.hypotheses)
        open_points = filter(None, [settling(case, behind)])
        output.show(
            headline(found),
            losses,
            reached(found),
            *others,
            *found.notes,
            *open_points,
        )
    else:
        output.print(document(case, found), losses, more=(reached(found), *others))


def _exhibits(case: Case, found: Tallied) -> list[Table]:
    """Return the report's tables: what each hypothesis takes first."""
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.tally.total import tally_tables  # noqa: PLC0415 (as above)

    # A chance is the prior: beliefs would be weighed to say so.
    answers = {"tallied": found, "beliefs": None}
    setting = of_answers(case.book(), found.at, **answers)
    return [one for one in tally_tables(setting, found) if isinstance(one, Table)]


def document(case: Case, found: Tallied) -> dict[str, Any]:
    """Return the JSON document of a tally."""
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    drawn = ("currency", "at", "switches", "method", "draws", "effective", "seed")
    total = ("mean", "quantiles", "errors", "at_least", "hole", "unexplained")
    parts = ("hypotheses", "scenarios", "dependence", "notes")
    return {
        "case": case.path,
        "scenario": case.scenario.name,
        "known": case.known,
        **taken(found, *drawn, *total, *parts),
        "untraced": found.untraced and found.untraced.to_json(),
    }
