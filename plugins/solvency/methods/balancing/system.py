"""The linear algebra of balancing: one weight matrix, and what follows from it.

All that balancing asks is read off `W`, the inverse of `A S A'` on the space the
identities test. An unknown amount is projected out of `W`; so is a claim let go later,
by the same formula, so that removal costs one rank-one update instead of a new fit.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Below this share of its scale a pivot is rounding, not a further identity.
RANK = 1e-10
# Columns whose images agree to this are not told apart.
ALIKE = 1e-7
# A claim's test is rounding when the identities see less than this of its spread.
SEEN = 1e-9


@dataclass(frozen=True)
class System:
    """Claims under identities, with the weight matrix that judges them.

    Attributes:
        claims: amounts, shape (n,), zero where unknown.
        variances: squared spreads, shape (n,), inf where unknown.
        identities: independent identities, sparse by column, shape (k, n).
        totals: what they sum to, shape (k,).
        weight: `W`, shape (k, k), orthogonal to the columns of unknown amounts.
        rank: independent tests left.
        redundant: identities of the caller's that follow from the others.
    """

    claims: Array
    variances: Array
    identities: Any
    totals: Array
    weight: Array
    rank: int
    redundant: tuple[int, ...]

    @cached_property
    def residual(self) -> Array:
        """Return `A y - c`, unknown amounts at their starting value."""
        return np.asarray(self.identities @ self.claims - self.totals)

    def multipliers(self) -> Array:
        """Return `W (A y - c)`: the price of each identity."""
        return arithmetic.product(self.weight, self.residual)

    def chi2(self) -> float:
        """Return the squared distance of the claims from the identities."""
        if not self.rank:
            return 0.0
        return max(0.0, arithmetic.dot(self.residual, self.multipliers()))

    @cached_property
    def unknown(self) -> NDArray[np.intp]:
        """Return the positions of the amounts nothing is claimed about."""
        return np.flatnonzero(np.isinf(self.variances))

    @cached_property
    def _solver(self) -> Array:
        """Return the pseudo-inverse of the unknown amounts' columns."""
        columns = self.identities[:, self.unknown].toarray()
        return arithmetic.pseudo_inverse(columns, 1e-10)

    def values(self) -> Array:
        """Return the free fit, shape (n,)."""
        finite = np.isfinite(self.variances)
        step = np.asarray(self.identities.T @ self.multipliers())
        values = self.claims - np.where(finite, self.variances, 0.0) * np.where(
            finite, step, 0.0
        )
        if len(self.unknown):
            gap = self.totals - self.identities @ values
            values[self.unknown] += arithmetic.product(self._solver, gap)
        return np.asarray(values)

    def gram(self) -> Array:
        """Return `a_i' W a_i` for each claim: how much the identities see of it."""
        count = self.identities.shape[1]
        gram = np.empty(count)
        block = max(1, 2_000_000 // max(1, self.identities.shape[0]))
        for start in range(0, count, block):
            part = self.identities[:, start : start + block]
            image = part.T @ self.weight
            gram[start : start + block] = np.asarray(
                part.T.multiply(image).sum(axis=1)
            ).ravel()
        return np.maximum(gram, 0.0)

    def tested(self, gram: Array) -> NDArray[np.bool_]:
        """Say which claims have a spread and stand in a test."""
        seen = np.where(np.isfinite(self.variances), self.variances, 0.0) * gram
        return seen > SEEN

    def spreads(self, gram: Array) -> Array:
        """Return the balanced spreads, shape (n,)."""
        finite = np.isfinite(self.variances)
        variances = np.where(finite, self.variances, 0.0)
        left = variances - variances**2 * np.where(finite, gram, 0.0)
        if len(self.unknown):
            left[self.unknown] = self._unknown_variances(variances)
        return np.asarray(np.sqrt(np.maximum(left, 0.0)))

    def _unknown_variances(self, variances: Array) -> Array:
        """Return variances of the unknown amounts, inf where undetermined."""
        joint = (
            self.identities @ sparse.diags(variances) @ self.identities.T
        ).toarray()
        seen = arithmetic.product(arithmetic.product(joint, self.weight), joint)
        image = arithmetic.product(self._solver, joint - seen)
        found = (image * self._solver).sum(axis=1)
        columns = self.identities[:, self.unknown].toarray()
        own = (self._solver * columns.T).sum(axis=1)
        fixed = np.abs(own - 1.0) < ALIKE
        return np.where(fixed, found, np.inf)

    def alike(self, gram: Array) -> NDArray[np.intp]:
        """Number the tested claims, those alike by one number from 0 on; others -1.

        Two claims are alike when `W^(1/2) a_i` and `W^(1/2) a_j` are parallel: whatever
        the error of one, an error of the other explains it as well. Parallel vectors
        have parallel images under any map, so a few random directions find them.
        """
        tested = np.flatnonzero(self.tested(gram))
        numbers = np.full(len(gram), -1)
        if not len(tested):
            return numbers
        probes = np.random.default_rng(0).standard_normal((self.weight.shape[0], 4))
        image = np.asarray(
            self.identities[:, tested].T @ arithmetic.product(self.weight, probes)
        )
        image /= np.sqrt(gram[tested])[:, None]
        image *= np.where(image[:, :1] < 0, -1.0, 1.0)
        near = ALIKE * float(np.abs(image).max())
        labels = np.zeros(len(tested), dtype=np.intp)
        for probe in image.T:
            order = np.lexsort((probe, labels))
            apart = (np.diff(probe[order]) > near) | (np.diff(labels[order]) > 0)
            labels[order] = np.concatenate([[0], np.cumsum(apart)])
        numbers[tested] = labels
        return numbers

    def response(self, members: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return how balanced amounts follow given claims, and their variances.

        Args:
            members: claims of finite spread.

        Returns:
            Derivatives of each balanced amount by each claim, shape (n, members), and
            variances of the balanced amounts, shape (n,).
        """
        finite = np.isfinite(self.variances)
        variances = np.where(finite, self.variances, 0.0)
        columns = self.identities[:, members].toarray()
        image = arithmetic.product(self.weight, columns)
        reach = -variances[:, None] * (self.identities.T @ image)
        reach[members, np.arange(len(members))] += 1.0
        if len(self.unknown):
            reach[self.unknown] = 0.0
            reach[self.unknown] = -arithmetic.product(
                self._solver, self.identities @ reach
            )
        return reach, self.spreads(self.gram()) ** 2

    def pulls(self, index: int) -> Array:
        """Return what holds one amount of the free fit where it is, shape (n,)."""
        finite = np.isfinite(self.variances)
        column = self.identities[:, [index]].toarray().ravel()
        image = arithmetic.product(self.weight, column)
        gain = -self.variances[index] * np.asarray(self.identities.T @ image)
        gain[index] += 1.0
        return np.where(finite, gain * (self.claims - self.values()), 0.0)

    def without(self, index: int) -> System:
        """Return the system with one claim let go: its amount unknown."""
        column = self.identities[:, [index]].toarray().ravel()
        image = arithmetic.product(self.weight, column)
        seen = arithmetic.dot(column, image)
        weight = self.weight - np.outer(image, image) / seen
        variances = self.variances.copy()
        variances[index] = np.inf
        return replace(self, variances=variances, weight=weight, rank=self.rank - 1)


def system(
    claims: ArrayLike,
    sigmas: ArrayLike,
    identities: ArrayLike | sparse.sparray,
    totals: ArrayLike | None,
) -> System:
    """Check the inputs, drop redundant identities and build the weight matrix.

    Args:
        claims: amounts, shape (n,).
        sigmas: spreads, shape (n,).
        identities: coefficients, shape (k, n), dense or sparse.
        totals: sums, shape (k,), or None for zeros.

    Returns:
        The system, ready to be asked.

    Raises:
        ValueError: as `balancing.balance` says.
    """
    amounts, variances, matrix, sums = _checked(claims, sigmas, identities, totals)
    finite = np.isfinite(variances)
    # Unknown amounts start with a spread of the claims' order, to be projected out:
    # what it is cannot matter, that it is of their order keeps the matrix well scaled.
    positive = variances[finite & (variances > 0)]
    stand_in = float(np.median(positive)) if len(positive) else 1.0
    filled = np.where(finite, variances, stand_in)
    joint = (matrix @ sparse.diags(filled) @ matrix.T).toarray()
    kept, factor, redundant = _independent(joint, matrix, amounts, variances, sums)
    rows = matrix[kept].tocsc()
    root = arithmetic.forward(factor, np.eye(len(factor)))
    inverse = arithmetic.product(root.T, root)
    unknown = np.flatnonzero(~finite)
    weight, lost = _project(inverse, rows[:, unknown].toarray(), stand_in)
    return System(
        claims=amounts,
        variances=variances,
        identities=rows,
        totals=sums[kept],
        weight=weight,
        rank=len(kept) - lost,
        redundant=redundant,
    )


def _checked(
    claims: ArrayLike,
    sigmas: ArrayLike,
    identities: ArrayLike | sparse.sparray,
    totals: ArrayLike | None,
) -> tuple[Array, Array, Any, Array]:
    amounts: Any = np.array(claims, dtype=float)
    spreads: Any = np.array(sigmas, dtype=float)
    dense = not isinstance(identities, sparse.sparray | sparse.spmatrix)
    rows: Any = np.atleast_2d(np.asarray(identities, float)) if dense else identities
    matrix: Any = sparse.csr_array(rows).astype(float)
    sums = (
        np.zeros(matrix.shape[0]) if totals is None else np.array(totals, dtype=float)
    )
    if amounts.ndim != 1 or spreads.shape != amounts.shape:
        raise ValueError(
            f"claims and spreads must be two lists of one length, not of shapes "
            f"{amounts.shape} and {spreads.shape}"
        )
    if matrix.shape[1] != len(amounts):
        raise ValueError(
            f"the identities join {matrix.shape[1]} amounts, but {len(amounts)} are "
            "claimed"
        )
    if sums.shape != (matrix.shape[0],):
        raise ValueError(
            f"there are {matrix.shape[0]} identities and {sums.size} totals"
        )
    if not np.all(spreads >= 0):
        raise ValueError(f"claim {_first(~(spreads >= 0))} has no spread of 0 or more")
    known = np.isfinite(spreads)
    if not np.all(np.isfinite(amounts[known])):
        bad = _first(known & ~np.isfinite(amounts))
        raise ValueError(f"claim {bad} has a spread but no amount")
    amounts[~np.isfinite(amounts)] = 0.0
    if not (np.all(np.isfinite(sums)) and np.all(np.isfinite(matrix.data))):
        raise ValueError("an identity has a coefficient or total that is not a number")
    return amounts, spreads**2, matrix, sums


def _first(mask: NDArray[np.bool_]) -> int:
    return int(np.flatnonzero(mask)[0])


def _independent(
    joint: Array, matrix: Any, amounts: Array, variances: Array, sums: Array
) -> tuple[NDArray[np.intp], Array, tuple[int, ...]]:
    """Choose independent identities by pivoted Cholesky; see that the others hold.

    Returns:
        The rows kept, the lower Cholesky factor of `A S A'` on them, the rows dropped.

    Raises:
        ValueError: a dropped row contradicts those kept.
    """
    diagonal = np.diag(joint)
    norms = np.sqrt(np.where(diagonal > 0, diagonal, 1.0))
    scaled = joint / np.outer(norms, norms)
    if not len(scaled):
        return np.zeros(0, dtype=np.intp), np.zeros((0, 0)), ()
    kept, lower = np.arange(len(scaled)), _full(scaled)
    if lower is None:
        lower, kept = arithmetic.pivoted(scaled, RANK)
    dropped = np.setdiff1d(np.arange(len(scaled)), kept)
    if len(dropped):
        combination = arithmetic.solve_factored(lower, scaled[np.ix_(kept, dropped)])
        combination = combination / norms[kept][:, None] * norms[dropped]
        _agree(combination, kept, dropped, matrix, amounts, variances, sums)
    return kept, lower * norms[kept][:, None], tuple(sorted(int(i) for i in dropped))


def _full(scaled: Array) -> Array | None:
    """Return the Cholesky factor if no identity follows from others, else None."""
    try:
        lower = arithmetic.cholesky(scaled)
    except ValueError:
        return None
    return lower if np.diag(lower).min() ** 2 > RANK else None


def _agree(
    combination: Array,
    kept: NDArray[np.intp],
    dropped: NDArray[np.intp],
    matrix: Any,
    amounts: Array,
    variances: Array,
    sums: Array,
) -> None:
    """Raise if a dependent identity asks for another total than those it follows."""
    residual = np.asarray(matrix @ amounts - sums)
    size = np.asarray(abs(matrix) @ np.abs(amounts)) + np.abs(sums)
    for column, row in enumerate(dropped):
        weights = combination[:, column]
        off = float(residual[row]) - arithmetic.dot(weights, residual[kept])
        scale = float(size[row]) + arithmetic.dot(np.abs(weights), size[kept])
        if abs(off) <= 1e-8 * max(scale, 1e-300):
            continue
        part = kept[
            np.abs(weights) > 1e-9 * max(1.0, float(np.abs(weights).max(initial=0.0)))
        ]
        names = sorted({int(row), *(int(i) for i in part)})
        left = matrix[[row]] - sparse.csr_array(weights[None, :]) @ matrix[kept]
        left = np.abs(left.toarray().ravel())
        certain = np.flatnonzero((variances == 0) & (left > 1e-9 * left.max(initial=0)))
        if len(certain):
            raise ValueError(
                f"claims {[int(i) for i in certain]} have a spread of zero and "
                f"contradict one another by {abs(off):g} under identities {names}: no "
                "balancing can mend what is taken as certain"
            )
        raise ValueError(
            f"identities {names} say the same of the amounts but their totals differ "
            f"by {abs(off):g}: no amounts can obey them all"
        )


def _project(inverse: Array, columns: Array, spread: float) -> tuple[Array, int]:
    """Make the weight orthogonal to the columns of unknown amounts.

    Returns:
        The projected weight, and how many tests the unknown amounts use up.
    """
    if not columns.shape[1] or not len(inverse):
        return inverse, 0
    image = arithmetic.product(inverse, columns)
    inner = spread * arithmetic.product(columns.T, image)
    # With its stand-in spread an unknown's share of any test lies between 0 and 1.
    lower, kept = arithmetic.pivoted((inner + inner.T) / 2, 1e-9)
    basis = arithmetic.forward(lower, image[:, kept].T) * np.sqrt(spread)
    return inverse - arithmetic.product(basis.T, basis), len(kept)
