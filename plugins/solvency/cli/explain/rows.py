"""`solvency explain FIGURE --rows`: the rows of subledgers behind a figure."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solvency.cli.common import Refused
from solvency.cli.common import heading

if TYPE_CHECKING:
    import datetime

    from solvency.cli.common import Output
    from solvency.ledger.case import Case

#: Rows on a page.
_PAGE = 50


def print_rows(
    case: Case,
    name: str,
    output: Output,
    *,
    at: datetime.date | None,
    commodity: str | None,
    page: int,
) -> None:
    """Print a page of the rows behind an account of a subledger, or a figure."""
    from solvency.analysis.ask.behind import behind  # noqa: PLC0415 (as above)
    from solvency.analysis.ask.inputs import asking  # noqa: PLC0415 (lazy start)

    accounts = {one.account for one in case.subledgers}
    if not accounts:
        raise Refused("the ledger has no subledger, so no rows")
    if name in accounts:
        account, moved = name, None
        if at is not None or commodity is not None:
            days = {flow.date for flow in case.selected} if at is None else {at}
            coins = {flow.amount.commodity for flow in case.selected}
            coins = {commodity} if commodity else coins
            moved = {(day, coin) for day in days for coin in coins}
    else:
        account, moved = _of_figure(case, name, accounts)
    try:
        with asking(case, account=account, at=at, most=_PAGE) as rows:
            found = behind(rows, moved, page)
    except LookupError as error:
        raise click.UsageError(str(error)) from error
    output.print({**heading(case), **found.document()}, found.to_table)


def _of_figure(
    case: Case, name: str, accounts: set[str]
) -> tuple[str, set[tuple[datetime.date, str]]]:
    """Return the subledger's account, days and commodities that a figure rests on."""
    from solvency.exhibits.explain import explain  # noqa: PLC0415 (lazy start)
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (as above)

    try:
        found = explain(case, name)
    except ReportError as error:
        raise Refused(str(error)) from error
    moved: dict[str, set[tuple[datetime.date, str]]] = {}
    for share in found.flows:
        for posting in share.flow.postings:
            if posting.account in accounts:
                key = share.flow.date, posting.commodity
                moved.setdefault(posting.account, set()).add(key)
    if not moved:
        raise Refused(f"{name} rests on no flow of an account with a subledger")
    if len(moved) > 1:
        raise Refused(f"{name} rests on several: {', '.join(sorted(moved))}; name one")
    ((account, pairs),) = moved.items()
    return account, pairs
