"""The claims that cannot all be true, as two pages list them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.exhibit import shown
from solvency.browse.language import many
from solvency.browse.language import say
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import left_out
from solvency.browse.pages.progress import waited
from solvency.figures.chances import chance

if TYPE_CHECKING:
    from solvency.browse.view import View


def disputed(view: View) -> Waiting:
    """List the claims that cannot all stand, in the scenario shown, once worked out."""
    if not view.study.long:
        return left_out()
    later = view.study.reconciled()
    unfinished = waited(view, later)
    found = later.result
    if unfinished or found is None:
        return unfinished or Waiting(error=say("no answer"))
    under = many("%(count)s identity", "%(count)s identities", found.dof)
    said = many(
        "%(count)s claim under %(identities)s; chi-square %(chi)s: a value as large"
        " or larger has a probability of %(chance)s if all are right within their"
        " spreads.",
        "%(count)s claims under %(identities)s; chi-square %(chi)s: a value as large"
        " or larger has a probability of %(chance)s if all are right within their"
        " spreads.",
        len(found.claims),
        identities=under,
        chi=f"{found.chi2:,.1f}",
        chance=chance(found.p),
    )
    if not found.suspects:
        return Waiting(notes=(said, say("No claim is suspect.")))
    from solvency.exhibits.reconcile.suspects import suspects  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.workings import weighed  # noqa: PLC0415 (as above)

    setting = view.setting(reconciled=found)
    table = suspects(setting, found)
    if table is None:
        return Waiting(notes=(said,))
    # The last note tells of links that only paper has.
    table = replace(table, notes=table.notes[:-1])
    return Waiting(tables=(shown(view, table, ground=weighed(setting)),), notes=(said,))
