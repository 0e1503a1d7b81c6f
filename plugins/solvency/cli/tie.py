"""`solvency tie`: do rows agree with the account that controls them."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.engines import on_engine
from solvency.cli.terminal.exit_status import DOES_NOT_HOLD

if TYPE_CHECKING:
    from solvency.analysis.tie.answer import TieOut


@click.command("tie")
@on_ledger
@on_engine
@on_output
def command(asked: Asked, engine: str, memory: str | None, output: Output) -> None:
    r"""Say whether the rows of each subledger agree with its control account.

    Rows and flows are compared by day and commodity, to the last unit. Gaps in the
    numbering, numbers that stand twice, parties that no register has and rows outside
    the days of the subledger are named with the rows behind them. The exit status is 1
    where anything differs.

    \b
    Example:
      solvency tie ledgers/exchange/main.beancount
    """
    from solvency.analysis.tie.tie import tie  # noqa: PLC0415 (lazy start)

    case = asked.load()
    try:
        found = tie(case, engine, memory)
    except LookupError as error:
        raise Refused(str(error)) from error
    if output.plain and found.holds:
        output.show(
            "\n".join([*found.notes, "rows and ledger agree, to the last unit"])
        )
    else:
        output.print(document(found), found.to_table)
    if not found.holds:
        raise SystemExit(DOES_NOT_HOLD)


def document(found: TieOut) -> dict[str, Any]:
    """Return the JSON document of a tie."""
    return {
        **heading(found.case),
        "rows": sum(one.rows for one in found.checked),
        "parties": sum(one.parties for one in found.checked),
        "days": sum(one.days for one in found.checked),
        "differences": [
            {
                "account": one.account,
                "day": one.day,
                "commodity": one.commodity,
                "rows": one.rows,
                "ledger": one.ledger,
                "difference": one.difference,
                "row_count": one.count,
            }
            for one in found.differences
        ],
        "gaps": [
            {
                "account": one.account,
                "after": gap.after,
                "before": gap.before,
                "missing": gap.missing,
            }
            for one in found.checked
            for gap in one.gaps
        ],
        "duplicates": [
            {
                "account": one.account,
                "key": list(twice.key),
                "rows": twice.rows,
                "places": [
                    {"file": place.file, "row": place.row if place.row > 0 else None}
                    for place in twice.places
                ],
            }
            for one in found.checked
            for twice in one.duplicates
        ],
        "unknown": [
            {"account": one.account, "party": party.party, "rows": party.rows}
            for one in found.checked
            for party in one.unknown
        ],
        "before": [
            {"account": one.account, "day": day.day, "rows": day.rows}
            for one in found.checked
            for day in one.before
        ],
        "after": [
            {"account": one.account, "day": day.day, "rows": day.rows}
            for one in found.checked
            for day in one.after
        ],
        "engine": found.engine,
        "subledgers": [
            {
                "account": one.account,
                "files": one.pattern,
                "control": one.control,
                "rows": one.rows,
                "parties": one.parties,
                "days": one.days,
                "gaps": one.gap_count,
                "duplicates": one.duplicate_count,
                "unknown": one.unknown_count,
            }
            for one in found.checked
        ],
    }
