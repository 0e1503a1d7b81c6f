"""The linear algebra of balancing: one weight matrix, and what follows from it.

All that balancing asks is read off `W`, the inverse of `A S A'` on the space the
identities test. An unknown amount is projected out of `W`; so is a claim let go later,
by the same formula, so that removal costs one rank-one update instead of a new fit.

Errors that several claims share (`shared`, a column each) enter `S` beside each claim's
own. A claim let go takes its part of them with it: the rank-one update is the same.
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
from solvency.methods.balancing.inputs import checked
from solvency.methods.balancing.inputs import ties_of
from solvency.methods.balancing.multiples import multiples
from solvency.methods.balancing.rank import independent
from solvency.methods.balancing.rank import projected

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Columns whose images agree to this are not told apart.
ALIKE = 1e-7
# A claim's test is rounding when the identities see less than this of its spread.
SEEN = 1e-9
# A length below this share of the longest is rounding.
_LEAST = 1e-10
# Bits of a variance by which what is left of it can be told from rounding.
_LEFT = 43


@dataclass(frozen=True)
class System:
    """Claims under identities, with the weight matrix that judges them.

    Attributes:
        claims: amounts, shape (n,); where unknown, near what the others leave for it.
        variances: squared spreads, shape (n,), inf where unknown.
        shared: spreads by each error that claims share, shape (n, s), part of those.
        identities: independent identities, sparse by column, shape (k, n).
        totals: what they sum to, shape (k,).
        whole: `W` with all claims, shape (k, k), orthogonal to the columns of unknown
            amounts.
        gone: `W` is the whole less `gone.T @ gone`, a row for each claim let go since.
        rank: independent tests left.
        redundant: identities of the caller's that follow from the others.
        kept: which of the caller's identities these are, shape (k,).
    """

    claims: Array
    variances: Array
    shared: Array
    identities: Any
    totals: Array
    whole: Array
    gone: Array
    rank: int
    redundant: tuple[int, ...]
    kept: NDArray[np.intp]

    @cached_property
    def residual(self) -> Array:
        """Return `A y - c`, unknown amounts where they start from."""
        return np.asarray(self.identities @ self.claims - self.totals)

    @cached_property
    def weight(self) -> Array:
        """Return `W`, shape (k, k)."""
        if not len(self.gone):
            return self.whole
        return self.whole - arithmetic.square(self.gone.T)

    def _weighed(self, column: Array) -> Array:
        """Return the product of `W`, not written out, and a vector."""
        # Turned it is the same, and its columns then lie one after another.
        found = arithmetic.product(self.whole.T, column)
        if not len(self.gone):
            return found
        seen = arithmetic.product(self.gone, column)
        return found - arithmetic.product(seen, self.gone)

    @cached_property
    def multipliers(self) -> Array:
        """Return `W (A y - c)`: the price of each identity."""
        return self._weighed(self.residual)

    def chi2(self) -> float:
        """Return the squared distance of the claims from the identities."""
        if not self.rank:
            return 0.0
        return max(0.0, arithmetic.dot(self.residual, self.multipliers))

    @cached_property
    def own(self) -> Array:
        """Return the variances of each claim's own error, zero where unknown."""
        left = self.variances - np.add.reduce(self.shared**2, axis=1)
        return np.where(np.isfinite(self.variances), np.maximum(left, 0.0), 0.0)

    @cached_property
    def _ties(self) -> Any:
        """Return the shared spreads, sparse: a claim has few of the errors."""
        return sparse.csr_array(self.shared)

    @cached_property
    def common(self) -> Array:
        """Return what each shared error moves of each identity, shape (k, s)."""
        return np.asarray((self.identities @ self._ties).toarray())

    @cached_property
    def joint(self) -> Array:
        """Return `A S A'`, without what is unknown, shape (k, k)."""
        own = self.identities @ sparse.diags(self.own) @ self.identities.T
        shared = arithmetic.product(self.common, self.common.T)
        return np.asarray(own.toarray() + shared)

    def errors(self) -> tuple[Array, Array]:
        """Return what the free fit takes for errors, in units of their spreads.

        Returns:
            Each claim's own, shape (n,), and the shared ones, shape (s,), as added to
            what is true; their squares add up to chi-square.
        """
        prices = self.multipliers
        own = np.sqrt(self.own) * np.asarray(self.identities.T @ prices)
        return own, arithmetic.product(self.common.T, prices)

    def _covariance(self, index: int) -> Array:
        """Return the covariances of one claim with the gaps of identities, (k,)."""
        column = self.identities[:, [index]].toarray().ravel()
        shared = arithmetic.product(self.common, self.shared[index])
        return np.asarray(self.own[index] * column + shared)

    @cached_property
    def unknown(self) -> NDArray[np.intp]:
        """Return the positions of the amounts nothing is claimed about."""
        return np.flatnonzero(np.isinf(self.variances))

    @cached_property
    def _solver(self) -> Array:
        """Return the pseudo-inverse of the unknown amounts' columns."""
        columns = self.identities[:, self.unknown].toarray()
        return arithmetic.pseudo_inverse(columns, _LEAST)

    def values(self) -> Array:
        """Return the free fit, shape (n,)."""
        own, common = self.errors()
        moved = np.sqrt(self.own) * own + self._ties @ common
        values = self.claims - moved
        if len(self.unknown):
            gap = self.totals - self.identities @ values
            values[self.unknown] += arithmetic.product(self._solver, gap)
        return np.asarray(values)

    @cached_property
    def gram(self) -> Array:
        """Return `a_i' W a_i` for each claim: how much the identities see of it."""
        # Flows between the same two statements of a balance differ by their size alone.
        first, like, times = multiples(self.identities)
        columns = self.identities[:, first]
        gram = np.empty(len(first))
        block = max(1, 2_000_000 // max(1, columns.shape[0]))
        for start in range(0, len(first), block):
            part = columns[:, start : start + block]
            image = part.T @ self.weight
            gram[start : start + block] = np.asarray(
                part.T.multiply(image).sum(axis=1)
            ).ravel()
        return np.maximum(gram[like] * times**2, 0.0)

    def tested(self, gram: Array) -> NDArray[np.bool_]:
        """Say which claims have a spread and stand in a test."""
        seen = np.where(np.isfinite(self.variances), self.variances, 0.0) * gram
        return seen > SEEN

    @cached_property
    def spreads(self) -> Array:
        """Return the balanced spreads, shape (n,)."""
        left = np.where(np.isfinite(self.variances), self.variances, 0.0)
        left = left - self.own**2 * self.gram
        # What the identities see of shared errors, and of those beside a claim's own.
        image = arithmetic.product(self.weight, self.common)
        inner = arithmetic.product(self.common.T, image)
        seen = 2.0 * self.own[:, None] * (self.identities.T @ image)
        seen = (seen + self._ties @ inner) * self.shared
        left -= np.add.reduce(seen, axis=1)
        left = _rounded(left, np.where(np.isfinite(self.variances), self.variances, 0))
        if len(self.unknown):
            left[self.unknown] = self._unknown_variances()
        return np.asarray(np.sqrt(np.maximum(left, 0.0)))

    def _unknown_variances(self) -> Array:
        """Return variances of the unknown amounts, inf where undetermined."""
        joint = self.joint
        seen = arithmetic.product(arithmetic.product(joint, self.weight), joint)
        image = arithmetic.product(self._solver, joint - seen)
        found = (image * self._solver).sum(axis=1)
        size = arithmetic.product(np.abs(self._solver), np.abs(joint))
        found = _rounded(found, (size * np.abs(self._solver)).sum(axis=1))
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
        image = np.asarray((self.identities.T @ self.probed)[tested])
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

    @cached_property
    def probed(self) -> Array:
        """Return what the weight makes of a few random directions, shape (k, 4)."""
        return arithmetic.product(self.weight, _probes(len(self.weight)))

    @cached_property
    def kinds(self) -> NDArray[np.intp]:
        """Return which claims are alike in the fit itself, as `alike` numbers them."""
        return self.alike(self.gram)

    def response(self, members: NDArray[np.intp]) -> tuple[Array, Array]:
        """Return how balanced amounts follow given claims, and their variances.

        Args:
            members: claims of finite spread.

        Returns:
            Derivatives of each balanced amount by each claim, shape (n, members), and
            variances of the balanced amounts, shape (n,).
        """
        columns = self.identities[:, members].toarray()
        image = arithmetic.product(self.weight, columns)
        reach = -self.own[:, None] * (self.identities.T @ image)
        reach -= self._ties @ arithmetic.product(self.common.T, image)
        reach[members, np.arange(len(members))] += 1.0
        if len(self.unknown):
            reach[self.unknown] = 0.0
            reach[self.unknown] = -arithmetic.product(
                self._solver, self.identities @ reach
            )
        return reach, self.spreads**2

    def pulls(self, index: int) -> Array:
        """Return what holds one amount of the free fit where it is, shape (n,)."""
        finite = np.isfinite(self.variances)
        moved = self._covariance(index)
        image = arithmetic.product(self.weight, moved)
        gain = -np.asarray(self.identities.T @ image)
        gain[index] += 1.0
        return np.where(finite, gain * (self.claims - self.values()), 0.0)

    def shifts(self, index: int) -> Array:
        """Return by how much each of the caller's identities moves one amount.

        In the free fit; those that follow from others move nothing.
        """
        shifts = np.zeros(len(self.kept) + len(self.redundant))
        shifts[self.kept] = -self._covariance(index) * self.multipliers
        return shifts

    def without(self, index: int, gram: Array) -> tuple[System, Array]:
        """Return the system with one claim let go: its amount unknown.

        Args:
            index: the claim.
            gram: what the identities see of each claim with it.

        Returns:
            The system, and what its identities see of each claim.
        """
        column = self.identities[:, [index]].toarray().ravel()
        image = self._weighed(column)
        seen = arithmetic.dot(column, image)
        variances, shared = self.variances.copy(), self.shared.copy()
        variances[index], shared[index] = np.inf, 0.0
        found = replace(
            self,
            claims=_started(self.claims, variances, self.identities, self.totals),
            variances=variances,
            shared=shared,
            gone=np.concatenate([self.gone, image[None] / np.sqrt(seen)]),
            rank=self.rank - 1,
        )
        along = arithmetic.product(image, _probes(len(image)))
        vars(found)["probed"] = self.probed - np.outer(image, along) / seen
        less = np.asarray(self.identities.T @ image) ** 2 / seen
        return found, np.maximum(gram - less, 0.0)


def _probes(height: int) -> Array:
    """Return a few random directions, always the same."""
    return np.random.default_rng(0).standard_normal((height, 4))


def _rounded(left: Array, size: Array) -> Array:
    """Round what is left of variances to what their size lets be known of it."""
    step = np.ldexp(1.0, np.frexp(size)[1] - _LEFT)
    return np.asarray(np.rint(left / step) * step)


def system(
    claims: ArrayLike,
    sigmas: ArrayLike,
    identities: ArrayLike | sparse.sparray,
    totals: ArrayLike | None,
    shared: ArrayLike | None = None,
) -> System:
    """Check the inputs, drop redundant identities and build the weight matrix.

    Args:
        claims: amounts, shape (n,).
        sigmas: spreads, shape (n,).
        identities: coefficients, shape (k, n), dense or sparse.
        totals: sums, shape (k,), or None for zeros.
        shared: spreads by errors that several claims share, shape (n, s); part of
            `sigmas`, and none for what is unknown.

    Returns:
        The system, ready to be asked.

    Raises:
        ValueError: as `balancing.balance` says.
    """
    amounts, variances, matrix, sums = checked(claims, sigmas, identities, totals)
    # Columns are told apart by what they hold, a written zero being nothing.
    matrix = matrix.copy()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    finite = np.isfinite(variances)
    ties = ties_of(shared, variances)
    # Unknown amounts start with a spread of the claims' order, to be projected out:
    # what it is cannot matter, that it is of their order keeps the matrix well scaled.
    positive = variances[finite & (variances > 0)]
    stand_in = float(np.median(positive)) if len(positive) else 1.0
    own = np.maximum(variances - np.add.reduce(ties**2, axis=1), 0.0)
    filled = np.where(finite, own, stand_in)
    joint = (matrix @ sparse.diags(filled) @ matrix.T).toarray()
    common = np.asarray(matrix @ ties)
    joint = joint + arithmetic.square(common)
    kept, inverse, redundant = independent(joint, matrix, amounts, variances, sums)
    rows = matrix[kept].tocsc()
    unknown = np.flatnonzero(~finite)
    weight, lost = projected(inverse, rows[:, unknown].toarray(), stand_in)
    return System(
        claims=_started(amounts, variances, rows, sums[kept]),
        variances=variances,
        shared=ties,
        identities=rows,
        totals=sums[kept],
        whole=weight,
        gone=np.zeros((0, len(kept))),
        rank=len(kept) - lost,
        redundant=redundant,
        kept=kept,
    )


def _started(claims: Array, variances: Array, identities: Any, totals: Array) -> Array:
    """Return claims, unknown amounts where they leave the least of the identities.

    The weight does not see what is unknown but for rounding, which is of many spreads
    where an amount is far from where it starts.
    """
    unknown = np.flatnonzero(np.isinf(variances))
    if not len(unknown):
        return claims
    columns = identities[:, unknown].toarray()
    near = arithmetic.pseudo_inverse(columns, _LEAST)
    found = claims.copy()
    found[unknown] += arithmetic.product(near, totals - identities @ claims)
    return found
