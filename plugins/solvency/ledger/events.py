"""Write back into the ledger when each entity was solvent.

Fava's timeline and bean-query see `event` directives; the plugin adds one a
change of state: `2022-05-09 event "solvency:Alameda" "insolvent"`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from beancount.core import data

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Invariant


def solvency_events(case: Case) -> list[data.Directive]:
    """Return an event for each day on which an entity's state changed."""
    # The one import upwards: the answer is the analysis's, the ledger only
    # shows it.
    from solvency.analysis.check import solvency_states  # noqa: PLC0415 (as above)

    asked: dict[str, Invariant] = {}
    # An entity has one state: that of its test at market, where there are several.
    for one in sorted(case.invariants, key=lambda one: "basis" in one.parameters):
        if one.name == "balance-sheet":
            asked.setdefault(one.entity, one)
    return [
        data.Event(
            {
                "filename": asked[entity].place.file,
                "lineno": asked[entity].place.line,
                "added": True,
            },
            day,
            f"solvency:{entity}",
            "solvent" if solvent else "insolvent",
        )
        for day, entity, solvent in solvency_states(case.book(), asked.values())
    ]
