"""How well anything fits: the best of the combinations, and something else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from solvency.analysis.weigh.answer import Goodness
from solvency.defaults import UNFIT
from solvency.figures import arithmetic
from solvency.figures.precision import settled

if TYPE_CHECKING:
    from solvency.analysis.weigh.evidence import Evidence
    from solvency.methods.weighing import Weighing


def goodness(found: Evidence, whole: Weighing) -> Goodness:
    """Return how well the best-fitting combination fits, and what else may be."""
    dof = _dof(found)
    chances = [_chance(dof, chi2) for chi2 in (whole.least, whole.no_less)]
    return Goodness(
        settled(whole.least),
        dof,
        chances[0],
        something_else(found, whole),
        settled(whole.no_less),
        chances[1],
    )


def unfit(found: Evidence, whole: Weighing) -> bool:
    """Say whether none of all combinations fits, with errors as stated."""
    return _chance(_dof(found), whole.no_less) < UNFIT


def _dof(found: Evidence) -> int:
    return sum(not row.bound for row in found.seen.rows)


def _chance(dof: int, chi2: float) -> float:
    return settled(chdtrc(dof, max(chi2, 0.0)), 0.0) if dof else 1.0


def something_else(found: Evidence, whole: Weighing) -> float | None:
    """Return belief that none of the combinations is so, but something else.

    It predicts each observation with the spread the case states, as a share of what
    was seen, and errs as much as that says: its chi-square is the number of
    observations. Of bounds it breaks none.
    """
    alternative = found.case.uncertainty.alternative
    if alternative is None:
        return None
    prior, error = (float(one) for one in alternative)
    log = found.elsewhere(error) - whole.log_evidence
    odds = float(arithmetic.exp(np.array(min(log, 600.0)))) * prior / (1.0 - prior)
    return settled(odds / (1.0 + odds))
