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
from solvency.figures.plain import taken

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
        output.print(document(found), found.to_table())
    if not found.holds:
        raise SystemExit(DOES_NOT_HOLD)


def document(found: TieOut) -> dict[str, Any]:
    """Return the JSON document of a tie."""

    def each(name: str, *fields: str) -> list[dict[str, object]]:
        return [
            {"account": one.account, **taken(part, *fields)}
            for one in found.checked
            for part in getattr(one, name)
        ]

    return {
        **heading(found.case),
        "rows": sum(one.rows for one in found.checked),
        "parties": sum(one.parties for one in found.checked),
        "days": sum(one.days for one in found.checked),
        "differences": [
            taken(
                one,
                *("account", "day", "commodity", "rows", "ledger", "difference"),
                row_count="count",
            )
            for one in found.differences
        ],
        "gaps": each("gaps", "after", "before", "missing"),
        "duplicates": [
            {
                "account": one.account,
                **taken(twice, "key", "rows"),
                "places": [
                    {"file": place.file, "row": place.row if place.row > 0 else None}
                    for place in twice.places
                ],
            }
            for one in found.checked
            for twice in one.duplicates
        ],
        "unknown": each("unknown", "party", "rows"),
        "before": each("before", "day", "rows"),
        "after": each("after", "day", "rows"),
        "engine": found.engine,
        "subledgers": [
            taken(
                one,
                "account",
                files="pattern",
                control="control",
                rows="rows",
                parties="parties",
                days="days",
                gaps="gap_count",
                duplicates="duplicate_count",
                unknown="unknown_count",
            )
            for one in found.checked
        ],
    }
