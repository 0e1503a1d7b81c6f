"""Arithmetic that gives the same bits on every processor.

A library for linear algebra picks its kernel by processor and number of threads, and
each adds up in another order; NumPy's `exp` and `log` have other last digits with
AVX-512 than without. IEEE 754 fixes `+ - * /` and the square root to the last bit, so
here all is made of these, array by array and in one order: what comes out depends on
the numbers alone. Where a product of matrices is large, both are cut into slices of few
bits, so that every sum a library forms is of integers below 2**53 and exact, whatever
its order (Ozaki, Ogita, Oishi and Rump, Numerical Algorithms 59, 2012).
"""

# Longer than 400 lines: one rule holds for all of it, that bits are the same.

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Multiplications from which a product of matrices is cut into slices.
_LARGE = 1 << 18
#: Rows and columns below which cutting costs more than it saves.
_NARROW = 24
#: Numbers of a product from which it is summed term by term, not number by number.
_FEW = 16
#: Slices of a number: three of 20 bits and more hold all that a double holds.
_SLICES = 3
#: Columns that a factorisation takes at a time.
_PANEL = 48
#: Numbers in a row of the columns that are lessened at a time.
_STRIP = 1 << 10
#: Rows of a triangle that are multiplied at a time.
_DEEP = 256
#: Numbers that a function of single numbers takes at a time.
_BLOCK = 1 << 14
#: Below this a double has fewer digits.
_NORMAL = float(np.finfo(float).tiny)
#: Numbers of several matrices that are worked on at once: what the cache holds.
_CACHED = 1 << 18
#: Numbers of right sides that are worked on at once, beside what is taken from them.
_NEAR = 1 << 16


def dot(left: ArrayLike, right: ArrayLike) -> float:
    """Return the inner product of two vectors."""
    return float(np.add.reduce(np.multiply(left, right)))


def product(left: ArrayLike, right: ArrayLike) -> Array:
    """Return the product of two matrices, vectors or stacks, as `@` would.

    Args:
        left: shape (..., m, k) or (k,).
        right: shape (..., k, n) or (k,).

    Returns:
        The product; a vector where one of them is a vector.
    """
    one, other = np.asarray(left, dtype=float), np.asarray(right, dtype=float)
    rows = one[None, :] if one.ndim == 1 else one
    columns = other[:, None] if other.ndim == 1 else other
    stack = np.broadcast_shapes(rows.shape[:-2], columns.shape[:-2])
    size = math.prod(stack) * rows.shape[-2] * columns.shape[-1]
    narrow = min(*rows.shape[-2:], columns.shape[-1])
    if size * rows.shape[-1] > _LARGE and narrow >= _NARROW:
        found = _sliced(rows, columns)
    elif size <= _FEW or (size * rows.shape[-1] <= _CACHED and size < rows.shape[-1]):
        turned = np.swapaxes(columns, -1, -2)
        found = np.add.reduce(rows[..., :, None, :] * turned[..., None, :, :], axis=-1)
    elif not stack and columns.shape[-1] == 1:
        found = _by_columns(rows, columns)[:, None]
    else:
        found = np.zeros((*stack, rows.shape[-2], columns.shape[-1]))
        for at in range(rows.shape[-1]):
            found += rows[..., :, at, None] * columns[..., None, at, :]
    if one.ndim == 1:
        found = found[..., 0, :]
    return np.asarray(found[..., 0] if other.ndim == 1 else found)


def _by_columns(rows: Array, columns: Array) -> Array:
    """Return a product with one column, terms added up one after another."""
    found = np.zeros(len(rows))
    for at in range(0, rows.shape[-1], _PANEL):
        some = slice(at, at + _PANEL)
        terms = np.multiply(rows[:, some].T, columns[some], order="C")
        terms[0] += found
        # Of what lies row by row, NumPy adds the rows to one another in their order.
        found = np.add.reduce(terms, axis=0)
    return found


def square(matrix: Array) -> Array:
    """Return `matrix @ matrix.T` of a matrix: of slices that mirror one, half."""
    rows = np.asarray(matrix, dtype=float)
    if len(rows) ** 2 * rows.shape[1] <= _LARGE or min(rows.shape) < _NARROW:
        return product(rows, rows.T)
    slices, mine = _slices(rows, -1, _bits(rows))
    found = np.zeros(())
    for depth in range(_SLICES - 1, -1, -1):
        parts: dict[int, Array] = {}
        for at in range(depth + 1):
            other = depth - at
            if max(at, other) < len(slices):
                if at <= other:
                    parts[at] = np.matmul(slices[at], slices[other].T)
                    parts[at] *= 2.0 ** (-_bits(rows) * (depth + 2))
                found = found + (parts[at] if at <= other else parts[other].T)
    return np.asarray(found * mine * mine.T)


def _bits(left: Array) -> int:
    """Return how many bits a slice may have for sums of a row to be exact."""
    return int(53 - max(1, left.shape[-1] - 1).bit_length()) // 2


def _sliced(left: Array, right: Array) -> Array:
    """Return a product by slices whose sums are exact in any order."""
    bits = _bits(left)
    ours, mine = _slices(left, -1, bits)
    theirs, other = _slices(right, -2, bits)
    found = np.zeros(())
    # The smallest parts first.
    for depth in range(_SLICES - 1, -1, -1):
        for at in range(depth + 1):
            if at < len(ours) and depth - at < len(theirs):
                part = np.matmul(ours[at], theirs[depth - at])
                part *= 2.0 ** (-bits * (depth + 2))
                found = found + part
    # Powers of two: these products are exact.
    return np.asarray(found * mine * other)


def _slices(matrix: Array, axis: int, bits: int) -> tuple[list[Array], Array]:
    """Cut numbers into integers of some bits, with the power of two of each line."""
    exponents = np.frexp(np.abs(matrix).max(axis=axis, keepdims=True))[1]
    rest = matrix * np.ldexp(1.0, -exponents)
    parts = []
    for _ in range(_SLICES):
        rest *= 2.0**bits
        part = np.rint(rest)
        rest -= part
        parts.append(part)
        if not rest.any():
            break
    return parts, np.ldexp(1.0, exponents)


def cholesky(matrix: ArrayLike) -> Array:
    """Return the lower factors of positive definite matrices, shape (..., n, n).

    Raises:
        ValueError: one of them is not positive definite.
    """
    whole = np.array(matrix, dtype=float)
    found, fine = factored(whole[None] if whole.ndim == 2 else whole)
    if not fine.all():
        raise ValueError("the matrix is not positive definite")
    return found[0] if whole.ndim == 2 else found


def factored(stack: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Return the lower factors of matrices, and which of them have one, (c, n, n)."""
    found: Array = np.empty_like(stack)
    fine = np.ones(len(stack), dtype=bool)
    for part in _cached(stack):
        found[part], fine[part] = _cholesky(stack[part])
    return found, fine


def _cached(stack: Array, most: int = _CACHED) -> list[slice]:
    """Cut a stack of matrices into parts that the cache holds."""
    size = max(1, most // max(1, stack.shape[-1] * stack.shape[-2]))
    return [slice(at, at + size) for at in range(0, len(stack), size)]


def _cholesky(whole: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Factor a stack, its matrices side by side along the last axis."""
    # A later step then works on one block of memory, whatever the stack's height.
    work = np.ascontiguousarray(whole.transpose(1, 2, 0))
    count = len(work)
    # The root of a pivot below zero is no number, and what follows is none either.
    with np.errstate(invalid="ignore", divide="ignore"):
        _eliminate(work, count)
        fine = np.all(np.diagonal(work) > 0, axis=1)
    return np.tril(work.transpose(2, 0, 1)), fine


def _eliminate(work: Array, count: int) -> None:
    wide = max(8, _STRIP // work.shape[2])
    for start in range(0, count, _PANEL):
        stop = min(start + _PANEL, count)
        for at in range(start, stop):
            column = work[:, at]
            column[at:] /= np.sqrt(column[at])
            # Below the diagonal alone, some columns at a time.
            for left in range(at + 1, stop, wide):
                right = min(left + wide, stop)
                work[left:, left:right] -= column[left:, None] * column[left:right]
        # Of what is left the columns are taken many at a time, each from its diagonal
        # down: what stands above it is not looked at again.
        ends = np.linspace(stop, count, max(2, (count - stop) // _DEEP + 1))
        for low, high in pairwise(ends.astype(int).tolist()):
            panel = work[low:, start:stop].transpose(2, 0, 1)
            across = np.swapaxes(panel[:, : high - low], 1, 2)
            work[low:, low:high] -= product(panel, across).transpose(1, 2, 0)


def forward(lower: Array, right: ArrayLike, *, triangular: bool = False) -> Array:
    """Solve `lower @ x = right` for lower triangles.

    Args:
        lower: shape (..., n, n).
        right: shape (..., n, k), or (n,) for one triangle.
        triangular: `right` is a lower triangle too, and so is the solution: what is
            nil above its diagonal is not worked out.

    Returns:
        The solution, of the shape of `right`.
    """
    given = np.asarray(right, dtype=float)
    if given.ndim == 1:
        return forward(lower, given[:, None])[:, 0]
    stack = np.broadcast_shapes(lower.shape[:-2], given.shape[:-2])
    work = np.array(np.broadcast_to(given, (*stack, *given.shape[-2:])))
    count = lower.shape[-1]
    each = np.broadcast_to(lower, (*stack, count, count))
    parts = _cached(work, _NEAR) if work.ndim == 3 else [...]
    for start in range(0, count, _PANEL):
        stop = min(start + _PANEL, count)
        width = stop if triangular else work.shape[-1]
        for part in parts:
            _substituted(each[part], work[part][..., :width], start, stop)
        if stop < count:
            below = lower[..., stop:, start:stop]
            work[..., stop:, :width] -= product(below, work[..., start:stop, :width])
    return work


def _substituted(lower: Array, work: Array, start: int, stop: int) -> None:
    """Solve for some of the unknowns, by those before them, in place."""
    for at in range(start, stop):
        work[..., at, :] /= lower[..., at, at, None]
        column = lower[..., at + 1 : stop, at, None]
        work[..., at + 1 : stop, :] -= column * work[..., at, None, :]


def backward(lower: Array, right: ArrayLike) -> Array:
    """Solve `lower.T @ x = right` for lower triangles; see `forward`."""
    turned = np.swapaxes(lower, -1, -2)[..., ::-1, ::-1]
    given = np.asarray(right, dtype=float)
    if given.ndim == 1:
        return forward(turned, given[::-1])[::-1]
    return forward(turned, given[..., ::-1, :])[..., ::-1, :]


def solve_factored(lower: Array, right: ArrayLike) -> Array:
    """Solve `lower @ lower.T @ x = right`."""
    return backward(lower, forward(lower, right))


def inverse_factored(lower: Array) -> Array:
    """Return the inverse of `lower @ lower.T`, shape (n, n)."""
    root = forward(lower, np.eye(len(lower)), triangular=True)
    found: Array = np.zeros_like(root)
    # Beyond its diagonal a row of the root has nothing to add.
    for start in range(0, len(root), _DEEP):
        stop = start + _DEEP
        found[:stop, :stop] += square(root[start:stop, :stop].T)
    return found


def log_det(lower: Array) -> Array:
    """Return the log determinants of `lower @ lower.T`, shape (...)."""
    diagonal = np.diagonal(lower, axis1=-2, axis2=-1)
    return np.asarray(2.0 * np.add.reduce(log(diagonal), axis=-1))


def solve(matrix: ArrayLike, right: ArrayLike) -> Array:
    """Solve `matrix @ x = right` by Gauss's steps, without pivots.

    Args:
        matrix: no column's diagonal smaller than the rest of it together, as of debts
            between members; or positive definite; shape (..., n, n).
        right: shape (..., n, k), or (n,) for one matrix.

    Returns:
        The solution, of the shape of `right`.

    Raises:
        ValueError: a matrix is singular.
    """
    given = np.asarray(right, dtype=float)
    if given.ndim == 1:
        return solve(matrix, given[:, None])[:, 0]
    work = np.array(matrix, dtype=float)
    count = work.shape[-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        found = _jordan(work, given) if count <= _PANEL else _gauss(work, given)
    if not np.all(np.isfinite(found)):
        raise ValueError("the matrix is singular")
    return found


def _jordan(matrix: Array, right: Array) -> Array:
    """Solve by clearing whole columns: the fewest steps where matrices are small."""
    work = np.concatenate([matrix, right], axis=-1)
    count = matrix.shape[-1]
    for at in range(count):
        row = work[..., at, :] / work[..., at, at, None]
        work -= work[..., at, None] * row[..., None, :]
        work[..., at, :] = row
    return work[..., count:]


def _gauss(work: Array, right: Array) -> Array:
    """Solve by triangles, in panels of columns."""
    out = np.array(right)
    count = work.shape[-1]
    for start in range(0, count, _PANEL):
        stop = min(start + _PANEL, count)
        for at in range(start, stop):
            work[..., at + 1 :, at] /= work[..., at, at, None]
            column = work[..., at + 1 :, at, None]
            work[..., at + 1 :, at + 1 : stop] -= (
                column * (work[..., at, None, at + 1 : stop])
            )
        for at in range(start, stop):
            column = work[..., at + 1 : stop, at, None]
            work[..., at + 1 : stop, stop:] -= column * work[..., at, None, stop:]
            out[..., at + 1 : stop, :] -= column * out[..., at, None, :]
        if stop < count:
            below = work[..., stop:, start:stop]
            work[..., stop:, stop:] -= product(below, work[..., start:stop, stop:])
            out[..., stop:, :] -= product(below, out[..., start:stop, :])
    for at in range(count - 1, -1, -1):
        out[..., at, :] /= work[..., at, at, None]
        out[..., :at, :] -= work[..., :at, at, None] * out[..., at, None, :]
    return out


def swept(columns: Array, others: Array) -> tuple[Array, Array]:
    """Sweep columns of unit spread out of others, by Gram and Schmidt, modified.

    With `V = I + columns columns'`, what is left of two of the others has the inner
    product they have under the inverse of `V`; stable as a QR factorisation of
    `[columns; I]` with the others beside it (Björck, BIT 7, 1967).

    Args:
        columns: some matrices, shape (c, m, r).
        others: shape (c, m, k).

    Returns:
        What is left of the others, shape (c, k, m + r), and the log determinants of
        `V`, shape (c,).
    """
    count, height, rank = columns.shape
    # A row each, so that sums run along memory.
    rows = np.zeros((count, rank + others.shape[2], height + rank))
    rows[:, :rank, :height] = columns.transpose(0, 2, 1)
    rows[:, rank:, :height] = others.transpose(0, 2, 1)
    rows[:, np.arange(rank), height + np.arange(rank)] = 1.0
    squares = np.ones((count, rank))
    for at in range(rank):
        row = rows[:, at, None]
        squares[:, at, None] = np.add.reduce(row * row, axis=-1)
        rest = rows[:, at + 1 :]
        shares = np.add.reduce(rest * row, axis=-1) / squares[:, at, None]
        rest -= shares[..., None] * row
    return rows[:, rank:], log(squares).sum(axis=-1)


def pivoted(matrix: ArrayLike, least: float) -> tuple[Array, NDArray[np.intp]]:
    """Factor a matrix of any rank: Cholesky's method, the largest pivot first.

    Args:
        matrix: symmetric and not negative, shape (n, n).
        least: pivots up to this are rounding.

    Returns:
        The lower factor of the rows and columns kept, and these, in order; of pivots
        alike to nine digits the one that stands first is taken.
    """
    whole = np.asarray(matrix, dtype=float)
    count = len(whole)
    rows = np.zeros((count, count))
    left = np.diag(whole).copy()
    kept: list[int] = []
    while len(kept) < count:
        at = int(np.argmax(rounded(np.maximum(left, 0.0), 30)))
        if left[at] <= least:
            break
        done = len(kept)
        column = whole[:, at] - product(rows[:, :done], rows[at, :done])
        column /= math.sqrt(left[at])
        column[kept] = 0.0
        rows[:, done] = column
        left -= column * column
        kept.append(at)
        left[kept] = -math.inf
    order = np.array(kept, dtype=np.intp)
    return rows[order, : len(kept)], order


def orthogonal(columns: Array) -> tuple[Array, Array]:
    """Turn columns until they are orthogonal: Hestenes' one-sided Jacobi method.

    Args:
        columns: shape (m, n).

    Returns:
        The turned columns, longest first, and the turn: `columns @ turn`.
    """
    count = columns.shape[1]
    work = np.ascontiguousarray(np.vstack([columns, np.eye(count)]).T)
    height = len(columns)
    # All pairs meet once a sweep, as in a round of chess: half of them at a time.
    seats = np.arange(count + count % 2)
    for _ in range(40):
        still = True
        for _ in range(len(seats) - 1):
            one, other = seats[: len(seats) // 2], seats[len(seats) // 2 :][::-1]
            real = (one < count) & (other < count)
            still &= not _turned(work, one[real], other[real], height)
            seats = np.concatenate([seats[:1], seats[-1:], seats[1:-1]])
        if still:
            break
    lengths = np.sqrt(np.add.reduce(work[:, :height] ** 2, axis=1))
    work = work[np.argsort(-rounded(lengths, 30), kind="stable")]
    return work[:, :height].T, work[:, height:].T


def _turned(
    work: Array, one: NDArray[np.intp], other: NDArray[np.intp], height: int
) -> bool:
    """Turn pairs of rows in place until each is orthogonal; say whether any was not."""
    first, second = work[one], work[other]
    a = np.add.reduce(first[:, :height] ** 2, axis=1)
    b = np.add.reduce(second[:, :height] ** 2, axis=1)
    c = np.add.reduce(first[:, :height] * second[:, :height], axis=1)
    open_ = np.abs(c) > 1e-15 * np.sqrt(a * b)
    if not open_.any():
        return False
    zeta = (b - a) / np.where(open_, 2.0 * c, 1.0)
    # Beyond this the angle is nothing, and the square would overflow.
    size = np.minimum(np.abs(zeta), 1e150)
    tangent = np.where(zeta < 0, -1.0, 1.0) / (size + np.sqrt(1.0 + size**2))
    tangent = np.where(open_, tangent, 0.0)
    cosine = 1.0 / np.sqrt(1.0 + tangent**2)
    sine = cosine * tangent
    work[one] = cosine[:, None] * first - sine[:, None] * second
    work[other] = sine[:, None] * first + cosine[:, None] * second
    return True


def pseudo_inverse(matrix: Array, least: float) -> Array:
    """Return the pseudo-inverse; lengths below a share of the longest are rounding."""
    if np.all(np.count_nonzero(matrix, axis=1) <= 1):
        # Columns that meet in no row are orthogonal as they stand.
        squares = np.add.reduce(matrix**2, axis=0)
        kept = squares > least**2 * squares.max(initial=0.0)
        return np.asarray((kept / np.where(kept, squares, 1.0))[:, None] * matrix.T)
    turned, turn = orthogonal(matrix)
    squares = np.add.reduce(turned**2, axis=0)
    kept = squares > least**2 * squares.max(initial=0.0)
    return product(turn[:, kept] / squares[kept], turned[:, kept].T)


def rounded(values: ArrayLike, bits: int = 40) -> Array:
    """Return numbers rounded to their first bits.

    What a library computes to the last digit or two agrees on all machines after it.
    """
    given = np.asarray(values, dtype=float)
    tiny = (np.abs(given) < _NORMAL) & (given != 0)
    if tiny.any():
        mantissa, exponent = np.frexp(given)
        return np.asarray(np.ldexp(np.rint(np.ldexp(mantissa, bits)), exponent - bits))
    # The same by the bits themselves: half of the last one is added, a tie to even.
    whole = given.view(np.int64)
    dropped = 53 - bits
    odd = (whole >> dropped) & 1
    odd += whole
    odd += (1 << (dropped - 1)) - 1
    odd &= -1 << dropped
    return np.asarray(odd).view(np.float64)


def normal(scores: Array) -> Array:
    """Return the probability of a standard normal below some scores, `rounded`.

    Of one score at a time: SciPy's function for arrays takes longer to load than this
    does for a million.
    """
    distances = (scores * -math.sqrt(0.5)).ravel().tolist()
    found = rounded([0.5 * math.erfc(one) for one in distances])
    return found.reshape(scores.shape)


#: The natural logarithm of two, and its parts.
LN2 = 0.6931471805599453
_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
#: The bits of the square root of a half, from which mantissas run to twice it.
_ROOT_HALF = int(np.array(math.sqrt(0.5)).view(np.int64))
#: Remez coefficients of FreeBSD's msun (fdlibm), whose error is below one unit.
_EXP = (
    1.66666666666666019037e-01,
    -2.77777777770155933842e-03,
    6.61375632143793436117e-05,
    -1.65339022054652515390e-06,
    4.13813679705723846039e-08,
)
_LOG = (
    6.666666666666735130e-01,
    3.999999999940941908e-01,
    2.857142874366239149e-01,
    2.222219843214978396e-01,
    1.818357216161805012e-01,
    1.531383769920937332e-01,
    1.479819860511658591e-01,
)


def _polynomial(at: Array, coefficients: tuple[float, ...]) -> Array:
    found = at * coefficients[-1]
    found += coefficients[-2]
    for one in reversed(coefficients[:-2]):
        found *= at
        found += one
    return found


def _in_blocks(each: Callable[[Array], Array], values: ArrayLike) -> Array:
    """Apply a function of single numbers to few at a time, which the cache holds."""
    given = np.asarray(values, dtype=float)
    if given.size <= _BLOCK:
        return each(np.atleast_1d(given)).reshape(given.shape)
    if not (given.flags.c_contiguous or given.flags.f_contiguous):
        given = np.ascontiguousarray(given)
    found = np.empty_like(given)
    flat, into = given.ravel(order="K"), found.ravel(order="K")
    for start in range(0, given.size, _BLOCK):
        into[start : start + _BLOCK] = each(flat[start : start + _BLOCK])
    return found


def exp(values: ArrayLike) -> Array:
    """Return the exponential, to a unit in the last place."""
    return _in_blocks(_exp, values)


def _exp(given: Array) -> Array:
    held = np.maximum(given, -746.0)
    np.minimum(held, 710.0, out=held)
    unknown = np.isnan(held)
    if unknown.any():
        held[unknown] = 0.0
    folds = held * (1.0 / LN2)
    np.rint(folds, out=folds)
    high = held - folds * _LN2_HIGH
    low = folds * _LN2_LOW
    rest = high - low
    square = rest * rest
    bent = _polynomial(square, _EXP)
    bent *= square
    np.subtract(rest, bent, out=bent)
    rest *= bent
    rest /= np.subtract(2.0, bent, out=bent)
    low -= rest
    low -= high
    found = np.subtract(1.0, low, out=low)
    _folded(found, folds)
    if unknown.any():
        found[unknown] = np.nan
    return found


def _folded(found: Array, folds: Array) -> None:
    """Multiply numbers near one by powers of two, in place."""
    if folds.size and (folds.min() < -1021 or folds.max() > 1022):
        with np.errstate(over="ignore", under="ignore"):
            found[...] = np.ldexp(found, folds.astype(np.int32))
        return
    # A power of two written as its bits: `ldexp` takes each number by itself.
    powers = folds.astype(np.int64)
    powers += 1023
    powers <<= 52
    found *= powers.view(np.float64)


def log(values: ArrayLike) -> Array:
    """Return the natural logarithm, to a unit in the last place."""
    return _in_blocks(_log, values)


def _log(given: Array) -> Array:
    if ((given >= _NORMAL) & (given < np.inf)).all():
        # By the bits themselves: `frexp` takes each number by itself.
        bits = given.view(np.int64)
        powers = bits - _ROOT_HALF
        powers >>= 52
        folds = powers.astype(np.float64)
        powers <<= 52
        return _log_of(np.subtract(bits, powers, out=powers).view(np.float64), folds)
    mantissa, exponent = np.frexp(np.where((given > 0) & (given < np.inf), given, 1.0))
    low = mantissa < math.sqrt(0.5)
    mantissa = np.where(low, 2.0 * mantissa, mantissa)
    found = _log_of(mantissa, exponent - low.astype(np.float64))
    found = np.where(np.isposinf(given), np.inf, found)
    found = np.where(given == 0, -np.inf, found)
    return np.asarray(np.where((given < 0) | np.isnan(given), np.nan, found))


def _log_of(mantissa: Array, folds: Array) -> Array:
    """Return logarithms of numbers near one times powers of two; both are changed."""
    over = np.subtract(mantissa, 1.0, out=mantissa)
    share = over / (2.0 + over)
    square = share * share
    bent = _polynomial(square, _LOG)
    bent *= square
    half = 0.5 * over
    half *= over
    bent += half
    bent *= share
    bent += folds * _LN2_LOW
    half -= bent
    half -= over
    folds *= _LN2_HIGH
    folds -= half
    return folds


def log1p(values: ArrayLike) -> Array:
    """Return `log(1 + x)`, exact to the last digits near zero (Kahan)."""
    given = np.asarray(values, dtype=float)
    whole = 1.0 + given
    with np.errstate(divide="ignore", invalid="ignore"):
        lost = (whole - 1.0) - given
        found = log(whole) - lost / whole
    found = np.where(np.isfinite(whole) & (whole > 0), found, log(whole))
    return np.asarray(np.where(whole == 1.0, given, found))


def expm1(values: ArrayLike) -> Array:
    """Return `exp(x) - 1`, exact to the last digits near zero (Kahan)."""
    given = np.asarray(values, dtype=float)
    whole = exp(given)
    less = whole - 1.0
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        found = less * given / log(whole)
    found = np.where((less == -1.0) | ~np.isfinite(whole), less, found)
    return np.asarray(np.where(whole == 1.0, given, found))


def mean_decay(values: ArrayLike) -> Array:
    """Return `(1 - exp(-x)) / x`, the mean of `exp(-t)` from nothing to x; one at 0.

    It is what share of its market value a sale fetches that takes the price to
    `exp(-x)` of what it was.
    """
    given = np.asarray(values, dtype=float)
    moved = np.abs(given) > 0
    return np.where(moved, -expm1(-given) / np.where(moved, given, 1), 1)
