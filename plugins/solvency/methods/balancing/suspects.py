"""Which claims are suspect: let go one after another, until none stands out.

Where no identity tells claims apart, they are one set, and suspects together.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from solvency.methods.balancing.system import Array
    from solvency.methods.balancing.system import System


@dataclass(frozen=True)
class Removal:
    """One step of the serial removal: the claim whose absence mends most.

    Attributes:
        index: the claim that was let go.
        z: its standardised adjustment in the fit it was still part of.
        drop: by how much chi-square fell when it was let go.
        alike: claims no identity tells from it, itself included: any one of them would
            have mended the fit as well.
    """

    index: int
    z: float
    drop: float
    alike: tuple[int, ...]


def remove_suspects(
    whole: System, gram: Array, alike: NDArray[np.intp], level: float
) -> tuple[Removal, ...]:
    """Let the most suspect claim go, again and again, until none stands out.

    In the free fit. The level is Sidak's, over the sets that can be told apart: members
    of one set fail together, so they are one test.
    """
    steps: list[Removal] = []
    chi2 = whole.chi2()
    while whole.rank:
        z = np.nan_to_num(standardised(whole, gram))
        tests = int(alike.max(initial=-1)) + 1
        if not tests:
            break
        single = 1.0 - (1.0 - level) ** (1.0 / tests)
        # Of claims that stand out alike, the first.
        worst = int(np.argmax(arithmetic.rounded(np.abs(z), 30)))
        if abs(z[worst]) <= -float(ndtri(single / 2.0)):
            break
        same = np.flatnonzero(alike == alike[worst]).tolist()
        whole, gram = whole.without(worst, gram)
        alike = whole.alike(gram)
        left = whole.chi2()
        steps.append(
            Removal(
                index=worst,
                z=float(z[worst]),
                drop=chi2 - left,
                alike=(worst, *(i for i in same if i != worst)),
            )
        )
        chi2 = left
    return tuple(steps)


def suspects_of(removed: tuple[Removal, ...]) -> tuple[int, ...]:
    """Return the claims that were let go and those alike, worst first."""
    return tuple(dict.fromkeys(i for step in removed for i in step.alike))


def standardised(whole: System, gram: Array) -> Array:
    """Return the test of each claim's own error, nan where nothing tests it."""
    z = np.full(gram.shape, math.nan)
    tested = whole.tested(gram)
    errors = np.asarray(whole.identities.T @ whole.multipliers)
    z[tested] = errors[tested] / np.sqrt(gram[tested])
    return z


def indistinct(alike: NDArray[np.intp]) -> tuple[tuple[int, ...], ...]:
    """Return the groups of two and more claims that bear one number."""
    tested = np.flatnonzero(alike >= 0)
    joint = tested[np.bincount(alike[tested])[alike[tested]] > 1]
    groups: dict[int, list[int]] = {}
    for claim in joint.tolist():
        groups.setdefault(int(alike[claim]), []).append(claim)
    return tuple(tuple(group) for group in groups.values())
