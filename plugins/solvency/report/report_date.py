"""The date that stands in the file of a report, so that its bytes repeat."""

from __future__ import annotations

import datetime
import os

from solvency.figures.errors import ReportError


def checked(dated: datetime.datetime) -> datetime.datetime:
    """Return the date to write in a report, whose formats have years of four digits.

    Args:
        dated: The date.

    Raises:
        ReportError: It is of a year of three digits or fewer.
    """
    if dated.year < 1000:
        raise ReportError(
            f"no file can be dated {dated.date()}, before the year 1000: correct the"
            " dates of the ledger, or set SOURCE_DATE_EPOCH"
        )
    return dated


def dated(last: datetime.date) -> datetime.datetime:
    """Return the date to write in a report: SOURCE_DATE_EPOCH, else the as-at date.

    Args:
        last: The last of the dates it reports at.

    Raises:
        ReportError: If SOURCE_DATE_EPOCH is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.datetime(last.year, last.month, last.day, tzinfo=datetime.UTC)
    try:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        raise ReportError(
            f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}"
        ) from None
