"""The rows behind a figure, a page at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.subledgers.engine import plain
from solvency.subledgers.engine import text

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from solvency.analysis.ask.answer import Answer
    from solvency.analysis.ask.inputs import Asking


def behind(
    asking: Asking,
    moved: Collection[tuple[datetime.date, str]] | None,
    page: int,
) -> Answer:
    """Return one page of rows, in the order of day and number, and what all come to.

    Args:
        asking: The rows.
        moved: The days and commodities whose rows are meant; None for all to the day.
        page: Which page, from 1.
    """
    where = f"day <= {asking.day} AND {asking.only()}"
    if moved is not None:
        pairs = " OR ".join(
            f"(day = CAST('{day.isoformat()}' AS DATE) AND coin = {text(coin)})"
            for day, coin in sorted(moved)
        )
        where += f" AND ({pairs or 'FALSE'})"
    sums = asking.rows.ask(
        f"SELECT coin, sum(units), count(*) FROM {{rows}} WHERE {where}"
        " GROUP BY coin ORDER BY coin"
    )
    start = (page - 1) * asking.most
    found = asking.rows.ask(
        "SELECT day, ord, party, coin, units, _file, file_row_number FROM {rows}"
        f" WHERE {where} ORDER BY day, ord, _file, file_row_number, party, coin, units"
        f" LIMIT {asking.most} OFFSET {start}"
    )
    count = sum(int(rows) for _, _, rows in sums)
    return asking.answer(
        "rows",
        f"Rows of {asking.subledger.pattern}, page {page} of"
        f" {max(1, -(-count // asking.most))}",
        ("day", "order", "party", "commodity", "units", "file", "row"),
        [
            (
                day,
                "" if order is None else str(order),
                str(party),
                coin,
                asking.rows.amount(int(units), coin),
                plain(file).rsplit("/", 1)[-1],
                int(row) + 1 if row >= 0 else "",
            )
            for day, order, party, coin, units, file, row in found
        ],
        count,
        {
            f"together ({coin})": asking.rows.amount(int(units), coin)
            for coin, units, _ in sums
        },
        ("--page shows others",),
    )
