"""The claims that cannot all be true, as two pages list them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import Table
from solvency.browse.blocks import chance
from solvency.browse.exhibit import shown
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
    from solvency.exhibits.reconcile.suspects import suspects  # noqa: PLC0415 (brings in SciPy)

    table = suspects(view.setting(reconciled=found), found)
    if table is None:
        return None, said
    # The last note tells of links that only paper has.
    return shown(view, replace(table, notes=table.notes[:-1])), said
