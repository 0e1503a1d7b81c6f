"""`solvency balance --found`: books beside what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import heading
from solvency.model.consolidation import members
from solvency.model.counting.found import found
from solvency.model.counting.settling import behind_untraced
from solvency.model.counting.settling import settling

if TYPE_CHECKING:
    import datetime

    from solvency.cli.common import Output
    from solvency.ledger.case import Case
    from solvency.model.counting.found import Extent
    from solvency.model.counting.found import Found


def print_found(
    case: Case,
    name: str | None,
    at: datetime.date | None,
    basis: str,
    output: Output,
) -> None:
    """Print what the books show beside what was found.

    Args:
        case: The case.
        name: An entity, a silo or "group"; None for everybody.
        at: The day. Without one a table for the petition and for each later day a
            count speaks of; a program gets the petition's.
        basis: How holdings are valued.
        output: How it is printed.

    Raises:
        LookupError: No entity or silo has the name.
    """
    counts = case.book().counts
    entities = _entities(case, name)
    days = (at,) if at else counts.days or (case.reporting_date,)
    if not output.plain:
        one = found(counts, days[0], basis, entities)
        later = (found(counts, day, basis, entities).to_table() for day in days[1:])
        output.print(heading(case) | document(one), one.to_table(), more=later)
        return
    if not counts.counts and not counts.overlaps:
        click.echo("No observation of this case says counted: TRUE.")
        return
    behind = behind_untraced(counts, days[0], entities)
    output.show(
        *(found(counts, day, basis, entities).to_table() for day in days),
        *filter(None, [settling(case, behind)]),
    )


def _entities(case: Case, name: str | None) -> tuple[str, ...]:
    if name is None:
        return tuple(case.entities)
    return (name,) if name in case.entities else members(case, name)


def document(one: Found) -> dict[str, Any]:
    """Return the JSON document of what was found on a day."""
    return {
        "at": one.at,
        "currency": one.currency,
        "lines": [
            {
                "entity": line.entity,
                "class": line.kind,
                "accounts": line.accounts,
                **line.sums._asdict(),
                **_ranged(one, line.range),
                "counts": line.counts,
            }
            for line in one.lines
        ],
        "totals": one.totals._asdict() | _ranged(one, one.range),
    }


def _ranged(one: Found, ends: Extent) -> dict[str, Any]:
    """Return what is untraced by the counts' ranges, where any count has one."""
    return {"untraced_range": ends._asdict()} if one.ranged else {}
