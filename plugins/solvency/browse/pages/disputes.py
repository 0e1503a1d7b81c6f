"""The claims that cannot all be true, as two pages list them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Printing
from solvency.browse.blocks import Row
from solvency.browse.blocks import Table
from solvency.browse.blocks import chance
from solvency.figures.frame import count

if TYPE_CHECKING:
    from solvency.browse.view import View


def disputed(view: View) -> tuple[Table | None, str]:
    """List the claims that cannot all stand, in the scenario shown."""
    found = view.study.reconciled()
    if isinstance(found, str):
        return None, found
    said = (
        f"{count(len(found.claims), 'claim')} under"
        f" {count(found.dof, 'identity', 'identities')};"
        f" chi-square {found.chi2:,.1f}, probability {chance(found.p)} if every spread"
        " is honest."
    )
    if not found.suspects:
        return None, said + " No claim is suspect."
    places = {flow.id: flow.place for flow in view.case.flows}
    places |= {one.id: one.place for one in view.case.observations}
    rows = []
    for one in found.suspects:
        printing = Printing([abs(one.claimed), abs(one.balanced)], one.commodity)
        rows.append(
            Row(
                (
                    Cell(
                        one.id,
                        view.at_home.entry(places[one.id]) if one.id in places else "",
                    ),
                    Cell(one.statement, kind="wide"),
                    view.sources((one.source,) if one.source else ()),
                    printing.cell(one.claimed),
                    printing.cell(one.balanced),
                    Cell(printing.unit),
                    Cell("" if one.z is None else f"{one.z:.1f}", kind="num"),
                    Cell(one.verdict),
                ),
                key=f"claim-{one.id}",
            )
        )
    table = Table(
        "suspects",
        "Claims at odds with the rest, worst first",
        (
            Cell("Claim"),
            Cell("What it states"),
            Cell("Source"),
            Cell("Claimed", kind="num"),
            Cell("Balanced", kind="num"),
            Cell("In"),
            Cell("z", kind="num"),
            Cell("Verdict"),
        ),
        tuple(rows),
        (
            "Balanced: what the other claims and the ledger's identities make of it.",
            "Verdict: from z = 5 it cannot stand, from 3 it is at odds, else in doubt.",
        ),
    )
    return table, said
