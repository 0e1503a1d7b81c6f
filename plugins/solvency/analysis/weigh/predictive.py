"""What combinations of hypotheses predict, beside what was seen: do they fit at all?

Combinations are taken with the belief in them after the observations; amounts and
errors are drawn anew, as stated (mixed replication: Gelman, Meng and Stern, Statistica
Sinica 6, 1996; Marshall and Spiegelhalter, Statistics in Medicine 22, 2003). All that
is Gaussian, so that no draw is needed: of an observation the chance of a gap at least
as wide, of a family of observations that of a chi-square at least as large.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc
from scipy.special import ndtr

from solvency.figures import arithmetic
from solvency.figures.precision import settled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.analysis.weigh.evidence import Evidence
    from solvency.methods.weighing import Weighing

    Array = NDArray[np.float64]

#: Combinations that predictions are averaged over at most, and numbers at once.
_MOST, _CELLS = 64, 1 << 22


class Predicted(NamedTuple):
    """How an observation, or a family of them, stands to what is predicted of it."""

    #: "observation"; "source", all of one group of sources; "subject", all of one side
    #: of an entity's balance sheet.
    of: str
    name: str
    #: How many observations it is.
    several: int
    #: Chance of a gap at least as wide, errors as stated; of a bound that it holds.
    p: float


def predicted(found: Evidence, whole: Weighing) -> tuple[Predicted, ...]:
    """Return how each observation and each family of them stands, worst first.

    Args:
        found: the evidence.
        whole: the weighing of it.
    """
    rows = found.seen.rows
    families = _families(found)
    singly, together = np.zeros(len(rows)), np.zeros(len(families))
    some, shares = whole.standing(_MOST)
    step = max(1, _CELLS // max(1, len(rows)) ** 2)
    for start in range(0, len(some), step):
        stands = [
            found.predictive([found.hypotheses[at] for at in one.hypotheses])
            for one in some[start : start + step]
        ]
        jointly = [_jointly(stands, members) for _, _, members in families]
        for at, (gaps, covariance) in enumerate(stands):
            share = shares[start + at]
            singly += share * _each(found, gaps, covariance)
            together += share * np.array([one[at] for one in jointly])
    each = [
        Predicted("observation", row.id, 1, settled(p, 0.0))
        for row, p in zip(rows, singly.tolist(), strict=True)
    ]
    of_families = [
        Predicted(kind, name, len(members), settled(p, 0.0))
        for (kind, name, members), p in zip(families, together.tolist(), strict=True)
    ]
    return tuple(sorted([*of_families, *each], key=lambda one: (one.p, one[:2])))


def _families(found: Evidence) -> list[tuple[str, str, list[int]]]:
    """Return the families of observations that are no bounds, of two and more."""
    members: dict[tuple[str, str], list[int]] = {}
    for at, row in enumerate(found.seen.rows):
        if row.bound:
            continue
        account = row.first.accounts[0]
        root, entity = account.split(":")[:2]
        for key in (("source", row.group), ("subject", f"{root} of {entity}")):
            members.setdefault(key, []).append(at)
    return [(*key, rows) for key, rows in sorted(members.items()) if len(rows) > 1]


def _each(found: Evidence, gaps: Array, covariance: Array) -> Array:
    """Return the chance of each gap, or that each bound holds, shape (rows,)."""
    spreads = np.sqrt(np.diag(covariance))
    chances = []
    for row, gap, spread in zip(
        found.seen.rows, gaps.tolist(), spreads.tolist(), strict=True
    ):
        z = gap / spread if spread else math.copysign(math.inf, gap) if gap else 0.0
        # A gap is what was stated less what is predicted.
        way = {"least": -z, "most": z}.get(row.bound or "")
        chances.append(2.0 * float(ndtr(-abs(z))) if way is None else float(ndtr(way)))
    return np.array(chances)


def _jointly(stands: list[tuple[Array, Array]], members: list[int]) -> Array:
    """Return the chances of chi-squares at least those of some observations.

    Args:
        stands: gaps and their covariance under each combination.
        members: the observations.
    """
    inside = np.array(
        [covariance[np.ix_(members, members)] for _, covariance in stands]
    )
    # What is exact twice over would be singular.
    size = np.trace(inside, axis1=1, axis2=2)
    inside += np.eye(len(members)) * 1e-12 * size[:, None, None]
    root = arithmetic.cholesky(inside)
    gaps = np.array([gaps[members] for gaps, _ in stands])
    weighed = np.ascontiguousarray(arithmetic.forward(root, gaps[:, :, None])[:, :, 0])
    chi2 = np.add.reduce(weighed**2, axis=1)
    return np.asarray(chdtrc(len(members), chi2))
