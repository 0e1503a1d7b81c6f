"""What customers were owed against what was held for them, as drawings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.blocks import Chart
from solvency.browse.blocks import Printing
from solvency.browse.blocks import drawn
from solvency.browse.blocks import figure_place
from solvency.browse.language import say
from solvency.browse.pages.points import levels_of
from solvency.browse.pages.points import missing
from solvency.charts import owed_held
from solvency.charts.axes import Event

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.check import Findings
    from solvency.analysis.check.answer import Key
    from solvency.browse.view import View
    from solvency.ledger.case import Case

#: The tests whose need is what customers are owed, the one to prefer first.
OWED = ("customer-assets-clean", "customer-assets")


def charts(view: View, found: Findings) -> Iterable[Chart]:
    """Draw what customers were owed against what was held for them."""
    last = view.case.reporting_date
    drawn_for = set()
    # In value where the case asks for that: in kind, money is only one of the coins.
    asked = sorted(
        (key for key in found.series if key.invariant in OWED),
        key=lambda key: OWED.index(key.invariant),
    )
    for key in asked:
        series, entity = found.series[key], key.entity
        if series.unit != view.case.currency:
            continue
        if entity in drawn_for or view.asked.entity not in {"", "group", entity}:
            continue
        drawn_for.add(entity)
        # Later, prices lapse one by one, and what they priced drops out of the sums.
        shown = levels_of(view, series, last)
        if not any(level.need for level in shown):
            continue
        printing = Printing(series.need, series.unit)
        what = owed_held.OwedHeld(
            say(
                "%(entity)s: what customers were owed and what was held for them,"
                " in value"
                if key.invariant == OWED[0]
                else "%(entity)s: what customers were owed and what was held for them,"
                " money alone",
                entity=entity,
            ),
            shown,
            [Event(last, say("Petition"))] if _petition(view.case) else [],
            owed=say("Owed to customers"),
            held=say("Held for them"),
            gap=say("Gap"),
            first=say("First short"),
            gap_href=_gap(view, found, key),
        )
        yield drawn(
            lambda look, what=what: owed_held.draw(what, look),  # type: ignore[misc]  # bound at once
            printing,
            f"owed-{entity}",
            say(
                "%(entity)s: owed to customers against held for them, %(unit)s",
                entity=entity,
                unit=printing.unit,
            ),
        )


def _gap(view: View, found: Findings, key: Key) -> str:
    """Return where the shaded shortfall of a test leads: to what was missing."""
    one = next((one for one in found.findings if one.key == key), None)
    name = missing(view, found, one) if one else ""
    return figure_place(name) if name else ""


def _petition(case: Case) -> bool:
    return any(event.kind == "petition" for event in case.events)
