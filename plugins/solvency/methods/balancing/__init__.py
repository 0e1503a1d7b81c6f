"""Balance claims that contradict one another under the identities that join them.

Each amount is claimed with a spread; accounting says how the amounts add up. The
balanced amounts are those nearest to the claims, in units of their spreads, that obey
every identity. How far the claims had to move says whether they can all be true, and
which of them is suspect. Where no identity tells claims apart, they are one set: either
of them may be wrong, and what is asked for is the further observation that would settle
it.

Errors that several claims share, as those of one source, are errors of their own beside
each claim's: a claim that fits worst is one whose own error would have to be largest,
which is the test of greatest power where errors are correlated (Tamhane, Biometrika
69(2), 1982).

Publications: Stone, Champernowne and Meade, "The Precision of National Income
Estimates", Review of Economic Studies 9(2), 1942; Byron, JRSS A 141(3), 1978;
Narasimhan and Jordache, "Data Reconciliation and Gross Error Detection", 2000; on
claims that cannot be told apart, Bagajewicz and Jiang, Computers and Chemical
Engineering 22, 1998.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc

from solvency.defaults import LEVEL
from solvency.figures import arithmetic
from solvency.figures.precision import settled
from solvency.methods.balancing.bounds import bounded
from solvency.methods.balancing.suspects import Removal
from solvency.methods.balancing.suspects import indistinct
from solvency.methods.balancing.suspects import remove_suspects
from solvency.methods.balancing.suspects import standardised
from solvency.methods.balancing.suspects import suspects_of
from solvency.methods.balancing.system import System
from solvency.methods.balancing.system import system

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from scipy import sparse

    from solvency.methods.balancing.system import Array


@dataclass(frozen=True)
class Settling:
    """A further observation, and how well it would tell the members of a set apart.

    Attributes:
        claim: the amount to observe once more, independently.
        gain: mean over ordered pairs of members of the chi-square by which the fit that
            lets the wrong one go would beat the fit that lets the other go.
    """

    claim: int
    gain: float


@dataclass(frozen=True)
class Balanced:
    """The balanced amounts, and what they say about the claims.

    Attributes:
        values: balanced amounts, in the unit of the claims.
        sigmas: their spreads, never wider than claimed; inf for an unknown amount
            that the identities do not determine.
        chi2: squared, standardised distance of the claims from the identities.
        dof: number of independent tests the identities make.
        p: probability of a chi-square this large if every spread is honest; nan where
            nothing is tested.
        inflation: factor on all spreads that would make chi-square equal to its
            expectation; nan where nothing is tested.
        z: what each claim says less what the others alone would have it say, in units
            of the spread of that gap, positive where it claims too much; of the free
            fit; nan where no identity tests it, or its spread is zero: it is taken as
            certain.
        suspects: claims that cannot stand, worst first; a set no identity tells apart
            is named whole.
        removed: the steps by which suspects were found.
        sets: claims grouped by what the identities can tell apart, two and more only.
        redundant: identities that follow from the others.
        approximate: a bound holds an amount, so `p` and `sigmas` are approximate.
        own: each claim's own error as the fit has it, in units of its spread.
        common: the shared errors, likewise: all these squared add up to chi-square.
    """

    values: Array
    sigmas: Array
    chi2: float
    dof: int
    p: float
    inflation: float
    z: Array
    suspects: tuple[int, ...]
    removed: tuple[Removal, ...]
    sets: tuple[tuple[int, ...], ...]
    redundant: tuple[int, ...]
    approximate: bool
    own: Array
    common: Array
    _system: System = field(repr=False, compare=False)

    def judged(self, level: float) -> Balanced:
        """Return the balanced amounts with the suspects of another level.

        Args:
            level: chance of a false alarm in the search for suspects.
        """
        whole = self._system
        removed = remove_suspects(whole, whole.gram, whole.kinds, level)
        return replace(self, suspects=suspects_of(removed), removed=removed)

    def would_settle(
        self, members: tuple[int, ...], most: int = 5
    ) -> tuple[Settling, ...]:
        """Rank the further observations that would tell the members of a set apart.

        One more independent observation of amount k, as precise as the best claim of
        the set, adds one test: its distance from the balanced amount. What is ranked is
        by how much chi-square would then tell a wrong claim i from a wrong claim j, for
        the error that would explain the present contradiction.

        Args:
            members: claims of one set, as in `sets` or `Removal.alike`.
            most: how many observations to name.

        Returns:
            The observations, the most telling first; those that tell nothing are left
            out.
        """
        return _settling(self._system, members, most)

    def pulls(self, claim: int) -> Array:
        """Return how hard each claim pulls on one balanced amount.

        A claim's pull is what the amount gives way to by a unit of it (the derivative
        of the free fit) times how far the claim lies from where it was balanced. At
        the free fit the pulls cancel: the claim's own holds against all others.

        Args:
            claim: one with a spread.

        Returns:
            Pulls in the amount's unit, positive upwards, its own among them; shape
            (n,); zero for what is unknown or certain.
        """
        return self._system.pulls(claim)

    def shifts(self, claim: int) -> Array:
        """Return by how much each identity moves one balanced amount of the free fit.

        Args:
            claim: one with a spread.

        Returns:
            Shifts, which add up to what the amount is moved by, shape (k,).
        """
        return self._system.shifts(claim)

    def without(self, claim: int) -> tuple[float, float]:
        """Return what the other claims alone would have a claim say.

        Args:
            claim: one that is tested.

        Returns:
            That amount, and the spread of what is claimed less it: `z` is the one gap
            over the other.
        """
        spread = 1.0 / math.sqrt(float(self._system.gram[claim]))
        return float(self._system.claims[claim] - self.z[claim] * spread), spread


def balance(
    claims: ArrayLike,
    sigmas: ArrayLike,
    identities: ArrayLike | sparse.sparray,
    totals: ArrayLike | None = None,
    *,
    shared: ArrayLike | None = None,
    lower: ArrayLike | None = None,
    upper: ArrayLike | None = None,
    keep_sign: bool = False,
    level: float = LEVEL,
) -> Balanced:
    """Find the amounts nearest to the claims that obey `identities @ amounts = totals`.

    The free fit is `x = y - S A'W (A y - c)` with `W = (A S A')^-1`, its covariance
    `S - S A'W A S`. Where it would break a bound, the bounded fit takes its place and
    the result says so. An observation that says "more than y" is one column for y with
    its spread and one unknown column with a lower bound of zero, added together.

    Args:
        claims: amounts claimed, shape (n,); an unknown one may be nan.
        sigmas: their spreads, shape (n,): 0 is certain, inf is unknown.
        identities: coefficients, shape (k, n), dense or SciPy sparse.
        totals: what each identity sums to, shape (k,); zeros if left out.
        shared: spreads by errors that several claims share, a column each, shape
            (n, s): part of `sigmas`, the squares of a claim's adding up to no more.
        lower: least admissible amounts, shape (n,) or one number.
        upper: greatest admissible amounts, shape (n,) or one number.
        keep_sign: bound each known amount by zero on the far side of its claim.
        level: chance of a false alarm in the search for suspects, over all claims.

    Returns:
        The balanced amounts, their spreads, the tests and the suspects.

    Raises:
        ValueError: shapes differ, a claim with a spread is not a number, claims of
            spread zero contradict one another, identities contradict one another, or
            no amounts within the bounds obey the identities.
    """
    whole = system(claims, sigmas, identities, totals, shared)
    low, high = _bounds(whole, lower, upper, keep_sign)
    values, fitted = _fit(whole, low, high)
    removed = remove_suspects(whole, whole.gram, whole.kinds, level)
    dof, chi2 = whole.rank, fitted.chi2()
    own, common = fitted.errors()
    return Balanced(
        values=values,
        sigmas=whole.spreads,
        chi2=chi2,
        dof=dof,
        p=settled(chdtrc(dof, max(chi2, 0.0)), 0.0) if dof else math.nan,
        inflation=math.sqrt(chi2 / dof) if dof else math.nan,
        z=standardised(whole, whole.gram),
        suspects=suspects_of(removed),
        removed=removed,
        sets=indistinct(whole.kinds),
        redundant=whole.redundant,
        approximate=fitted is not whole,
        own=own,
        common=common,
        _system=whole,
    )


def _bounds(
    whole: System,
    lower: ArrayLike | None,
    upper: ArrayLike | None,
    keep_sign: bool,
) -> tuple[Array, Array]:
    low = np.full(whole.claims.shape, -np.inf)
    high = np.full(whole.claims.shape, np.inf)
    if lower is not None:
        low = np.broadcast_to(np.asarray(lower, dtype=float), low.shape).copy()
    if upper is not None:
        high = np.broadcast_to(np.asarray(upper, dtype=float), high.shape).copy()
    if keep_sign:
        known = np.isfinite(whole.variances)
        low[known & (whole.claims >= 0)] = np.maximum(
            low[known & (whole.claims >= 0)], 0.0
        )
        high[known & (whole.claims < 0)] = np.minimum(
            high[known & (whole.claims < 0)], 0.0
        )
    if np.any(low > high):
        worst = int(np.flatnonzero(low > high)[0])
        raise ValueError(
            f"claim {worst} has a lower bound of {low[worst]:g} above its upper bound "
            f"of {high[worst]:g}"
        )
    return low, high


def _fit(whole: System, low: Array, high: Array) -> tuple[Array, System]:
    """Return amounts, and the system they are the free fit of."""
    values = whole.values()
    scale = 1e-9 * (1.0 + np.abs(values))
    if np.all(values >= low - scale) and np.all(values <= high + scale):
        return values, whole
    return bounded(whole, low, high)


def _settling(
    whole: System, members: tuple[int, ...], most: int
) -> tuple[Settling, ...]:
    """Rank observations; see `Balanced.would_settle`."""
    index = np.asarray(members)
    columns = whole.identities[:, index].toarray()
    inner = arithmetic.product(columns.T, arithmetic.product(whole.weight, columns))
    own = np.diag(inner)
    # The error of each member that would by itself explain the contradiction.
    errors = arithmetic.product(columns.T, whole.multipliers) / own
    reach, variance = whole.response(index)
    spread = float(np.sqrt(np.min(whole.variances[index])))
    with np.errstate(invalid="ignore"):
        weight = np.where(np.isfinite(variance), 1.0 / (variance + spread**2), 0.0)
    # With the further test, inner products become G_ij + h_i h_j w; for two parallel
    # columns the part of i that j cannot explain is (G_ii'G_jj' - G_ij'^2) / G_jj'.
    square = own[None, :] + reach**2 * weight[:, None]
    gains = np.zeros(len(variance))
    pairs = 0
    for i in range(len(members)):
        for j in range(len(members)):
            if i == j:
                continue
            cross = inner[i, j] + reach[:, i] * reach[:, j] * weight
            gains += errors[i] ** 2 * (square[:, i] - cross**2 / square[:, j])
            pairs += 1
    gains /= max(pairs, 1)
    # Observations that tell as much stand in the order of the claims.
    gains = arithmetic.rounded(gains, 30)
    order = np.argsort(-gains, kind="stable")[:most]
    floor = 1e-9 * max(float(whole.chi2()), 1e-300)
    return tuple(Settling(int(k), float(gains[k])) for k in order if gains[k] > floor)
