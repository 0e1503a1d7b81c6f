"""Whether an account's statements join: each opens with what the one before closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.evidence.gaps.continuity import BalanceGap
from solvency.evidence.gaps.continuity import with_own

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.evidence.gaps.continuity import Walk
    from solvency.evidence.records import AccountStatement


def days_of(statement: AccountStatement) -> tuple[datetime.date, datetime.date]:
    """Return the first and the last day that a statement's rows speak of."""
    days = [line.date for line in statement.movements()] or [
        line.date for line in statement.lines
    ]
    return min(days), max(days)


def between_statements(
    account: str, several: Sequence[tuple[AccountStatement, Walk]]
) -> Iterator[BalanceGap]:
    """Yield where a statement does not open with what the one before it closed.

    Args:
        account: The account.
        several: Its statements in the order of their days, each as it was walked.
    """
    latest = several[0]
    for later in several[1:]:
        # One page may lie within the days of another: the last day counts.
        earlier, latest = latest, max(latest, later, key=lambda one: days_of(one[0])[1])
        closing, opening = earlier[1].closing, later[1].opening
        if (
            closing is None
            or opening is None
            or closing.currency != opening.currency
            or closing.amount == opening.amount
        ):
            continue
        until, since = days_of(earlier[0])[1], days_of(later[0])[0]
        if since <= until:
            continue  # they overlap: rows of both say what each opened with
        gap = BalanceGap(
            later[0].document.name,
            opening.row,
            f"{earlier[0].document.name}:{closing.row}",
            until.isoformat(),
            since.isoformat(),
            closing.amount,
            opening.amount,
            opening.currency,
        )
        yield with_own(gap, account, earlier, later)
