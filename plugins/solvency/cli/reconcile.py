"""`solvency reconcile`: can these claims all be true?"""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.defaults import LEVEL
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.ledger.case import Case


@click.command("reconcile")
@on_ledger
@click.option(
    "--level",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=LEVEL,
    show_default=True,
    help="Chance of a false alarm in the search for suspects, over all claims.",
)
@click.option("--all", "everything", is_flag=True, help="Show every claim.")
@on_output
def command(asked: Asked, level: float, everything: bool, output: Output) -> None:
    r"""Say whether the claims can all be true, which are suspect, and what would tell.

    Every amount and every observation is a claim with a spread; the ledger says how
    they add up. Claims that no identity tells apart are shown as one set.

    \b
    Example:
      solvency reconcile ledgers/ftx/main.beancount --scenario mostly-spent
    """
    from solvency.analysis.reconcile import tables  # noqa: PLC0415 (lazy start)
    from solvency.analysis.reconcile.reconcile import reconcile  # noqa: PLC0415 (lazy start)

    case = asked.load()
    try:
        found = reconcile(case, level=level)
    except ValueError as error:
        raise Refused(str(error)) from error
    if not output.plain:
        more = _exhibits(case, found) if output.file else ()
        output.print(document(case, found), found.to_table, more=more)
        return
    output.show(
        tables.headline(found),
        *_exhibits(case, found),
        tables.claims(found, everything=everything),
    )


def _exhibits(case: Case, found: Reconciled) -> list[Table]:
    """Return the report's tables: the suspects, and what would tell."""
    from solvency.exhibits.reconcile.section import reconciled  # noqa: PLC0415 (lazy start)
    from solvency.exhibits.setting import of_answers  # noqa: PLC0415 (as above)

    # Beliefs would be weighed for a remark alone.
    answers = {"reconciled": found, "beliefs": None}
    section = reconciled(of_answers(case.book(), case.reporting_date, **answers))
    return [one for one in section.tables if isinstance(one, Table)] if section else []


def document(case: Case, found: Reconciled) -> dict[str, Any]:
    """Return the JSON document of a reconciliation."""
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    return {
        "case": case.path,
        "scenario": found.scenario,
        "known": case.known,
        **taken(found, "chi2", "dof"),
        "p": found.p if found.dof else None,
        "inflation": found.inflation if found.dof else None,
        **{
            name: taken(test, "correlation", "chi2", "dof", "suspects")
            | {"p": test.p if test.dof else None}
            for name, test in (
                ("correlated", found.correlated),
                ("apart", found.apart),
                ("together", found.together),
            )
        },
        **taken(found, "approximate", "claims", "sets", "removed"),
        "by_construction": [
            {"observation": row, "flow": flow} for row, flow in found.by_construction
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
