"""`solvency trace`: whose money paid for an outlay."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.terminal.completion import names

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.trace.answer import Following


@click.command("trace")
@click.argument("account", shell_complete=names("account"))
@on_ledger
@click.option(
    "--pool",
    multiple=True,
    metavar="ACCOUNT",
    shell_complete=names("account"),
    help="Trace this account with the first as one pool; may be given again.",
)
@click.option(
    "--commodity",
    metavar="NAME",
    shell_complete=names("commodity"),
    help="What is traced. Default: money.",
)
@click.option(
    "--owner",
    "owners",
    multiple=True,
    metavar="NAME",
    shell_complete=names("entity"),
    help="Whose money the totals by purpose are of; may be given again. Default:"
    " those who keep money with a custodian.",
)
@click.option(
    "--every",
    is_flag=True,
    help="Show every owner of each outlay, and outlays beyond a thousand rows.",
)
@at_day("Until the end of this day")
@on_output
def command(
    asked: Asked,
    account: str,
    pool: tuple[str, ...],
    commodity: str | None,
    owners: tuple[str, ...],
    every: bool,
    at: datetime.date | None,
    output: Output,
) -> None:
    r"""Say whose money each outlay of ACCOUNT was, under five rules of tracing.

    `least` and `most` are the interval of rules that keep the order of movements; pro
    rata ex post does not. Money that came from another account of the books is
    followed through that one too.

    \b
    Example:
      solvency trace Assets:Alameda:Bank ledgers/ftx/main.beancount
    """
    from solvency.analysis.trace.trace import follow  # noqa: PLC0415 (lazy start)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to trace")
    try:
        found = follow(
            case.book(),
            (account, *pool),
            at=at,
            commodity=commodity,
            owners=owners or None,
        )
    except LookupError as error:
        raise click.UsageError(str(error)) from error
    except ValueError as error:
        raise Refused(str(error)) from error
    if not output.plain:
        output.print(document(found), found.to_table)
        return
    most = None if every else _SHOWN
    owners = () if every else found.owners
    beside = ", ".join(found.beside)
    said = f"traced: {found.commodity} alone; --commodity NAME traces others: {beside}"
    shown = (said,) if beside else ()
    output.show(found.to_table(owners, most), found.purposes_frame(), *shown)


#: Rows that a person is shown; more are for a program, or asked for.
_SHOWN = 1000


def document(found: Following) -> dict[str, Any]:
    """Return the JSON document of a trace."""
    from solvency.figures.plain import taken  # noqa: PLC0415 (lazy start)

    said = ("flow", "source", "amount", "least", "most", "inside", "sized")
    return {
        **heading(found.case),
        "account": found.accounts[0],
        **taken(found, "commodity", "at", pool="accounts"),
        "outlays": [
            taken(outlay, "date", "flow", "purpose", "amount", "point")
            | {
                "owners": [
                    taken(share, "owner", "least", "most", "rules")
                    | {"rules_outlays_first": share.outlays_first}
                    for share in outlay.owners
                ]
            }
            for outlay in found.outlays
        ],
        **taken(found, "owners", "untraced", "counts"),
        "by_purpose": [
            taken(purpose, "purpose", "amount", "least", "most", "rules")
            | {"testimony": [taken(one, *said) for one in purpose.testimony]}
            for purpose in found.by_purpose
        ],
    }
