"""`solvency weigh`: which hypotheses do the observations favour?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.defaults import WEIGHING_SEED
from solvency.inert import shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.answer import Beliefs
    from solvency.analysis.weigh.history import History
    from solvency.figures.table import Table
    from solvency.ledger.case import Case


@click.command("weigh")
@on_ledger
@click.option(
    "--history",
    "over_time",
    is_flag=True,
    help="Show how each hypothesis fared as evidence came in.",
)
@click.option(
    "--seed", default=WEIGHING_SEED, show_default=True, help="Seed of the sampler."
)
@on_output
def command(asked: Asked, over_time: bool, seed: int, output: Output) -> None:
    r"""Weigh the hypotheses, alone and together, by the observations.

    Every combination is compared by how probable it makes what was observed;
    --scenario changes nothing here, for scenarios are weighed side by side.

    \b
    Examples:
      solvency weigh ledgers/ftx/main.beancount
      solvency weigh --known 2022-11-15
      solvency weigh --history
    """
    from solvency.analysis.weigh.history import history  # noqa: PLC0415 (lazy start)
    from solvency.analysis.weigh.tables import remarks  # noqa: PLC0415 (lazy start)
    from solvency.analysis.weigh.tables import tables  # noqa: PLC0415 (lazy start)
    from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (lazy start)

    case = asked.load()
    progress = _progress()
    try:
        if over_time:
            then = history(case, seed=seed, progress=progress)
            output.print(history_document(case, then), then.to_table)
            return
        found = believe(case, seed=seed, progress=progress)
    except ValueError as error:
        raise Refused(str(error)) from error
    if not output.plain:
        more = (*_exhibits(case, found), *tables(found)) if output.file else ()
        output.print(document(case, found), found.to_table, more=more)
        return
    said = [f"{line[0].upper()}{line[1:]}." for line in map(str, found.verdict)]
    beside = "\n".join(map(str, remarks(found)))
    output.show(*said, *_exhibits(case, found), *tables(found), beside)


def _exhibits(case: Case, found: Beliefs) -> list[Table]:
    """Return the report's tables: beliefs, beliefs otherwise, and scenarios."""
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.weigh.error_models import beliefs_tables  # noqa: PLC0415 (as above)
    from solvency.exhibits.weigh.fits import scenarios  # noqa: PLC0415 (as above)

    setting = of_answers(case.book(), case.reporting_date, beliefs=found)
    beside = [scenarios(setting, found)] if found.scenarios else []
    return [*beliefs_tables(setting, found), *beside]


def _progress() -> Callable[[str], None] | None:
    """Return what says on a terminal where long work stands; nothing in a pipe."""
    if not sys.stderr.isatty():
        return None

    def say(text: str) -> None:
        # The line is written over: this goes past what keeps words from doing so.
        stream = getattr(sys.stderr, "raw", sys.stderr)
        stream.write(f"\r\x1b[K{shown(text)} ...\r")
        stream.flush()

    return say


def document(case: Case, found: Beliefs) -> dict[str, Any]:
    """Return the JSON document of a weighing."""
    from solvency.figures.plain import fields_of  # noqa: PLC0415 (lazy start)
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)
    from solvency.figures.precision import bound  # noqa: PLC0415 (lazy start)

    first = ("scenarios", "combinations", "double_counted", "method")
    return {
        "case": case.path,
        "known": case.known,
        "hypotheses": [
            {key: value for key, value in fields_of(one).items() if key != "otherwise"}
            | fields_of(one.otherwise)
            for one in found.hypotheses
        ],
        **taken(found, *first, "error"),
        "check": bound(found.check) if found.method == "exact" else None,
        **taken(found, "inflation", "fit"),
        "by_construction": [
            {"hypothesis": hypothesis, "observation": observation}
            for hypothesis, observation in found.by_construction
        ],
        "predicted": [
            taken(one, "of", "name", "p", observations="several")
            for one in found.predicted
        ],
        "bounds": {"unjudged": found.unjudged, "error": found.bounds_error},
        **taken(found, "amounts", "left_out"),
        "lognormal": {
            "covered": found.lognormal_covered if found.lognormal else None,
            **taken(found, difference="lognormal", wide="wide"),
        },
        "built_in": [
            {"observation": observation, "flow": flow}
            for observation, flow in found.built_in
        ],
        "either_side": [
            {"observation": observation, "flow": flow}
            for observation, flow in found.either_side
        ],
        "untested": [
            {"id": one.observation.id, "reason": one.reason} for one in found.untested
        ],
        "notes": found.notes,
    }


def history_document(case: Case, found: History) -> dict[str, Any]:
    """Return the JSON document of beliefs over time."""
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    return {
        "case": case.path,
        "known": case.known,
        "hypotheses": found.hypotheses,
        "history": [
            taken(one.moment, known="day", label="label")
            | taken(one, "observations", "flows", "posteriors")
            for one in found.then
        ],
    }
