"""Columns that are multiples of one another: what is worked out of one is of all."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Bits by which columns in one proportion are looked for, and how near they must be.
_LIKELY, _MULTIPLE = 30, 2.0**-48


def multiples(
    columns: Any,
) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Find the columns of a sparse matrix that are multiples of one another.

    Args:
        columns: sparse by column, shape (k, n).

    Returns:
        The first column of each kind; the kind of each column, and what multiple of
        that first one it is, both of shape (n,).
    """
    starts, lengths = columns.indptr[:-1], np.diff(columns.indptr)
    leading = np.ones(len(starts))
    leading[lengths > 0] = columns.data[starts[lengths > 0]]
    shares = columns.data / np.repeat(leading, lengths)
    rough = arithmetic.rounded(shares, _LIKELY)
    kinds: dict[tuple[bytes, bytes], int] = {}
    first: list[int] = []
    like = np.empty(len(starts), dtype=np.intp)
    ends = columns.indptr.tolist()
    for at, (start, end) in enumerate(pairwise(ends)):
        key = columns.indices[start:end].tobytes(), rough[start:end].tobytes()
        kind = kinds.setdefault(key, len(first))
        begin, mine = ends[first[kind] if kind < len(first) else at], shares[start:end]
        off = np.abs(mine - shares[begin : begin + end - start])
        like[at] = kind if np.all(off <= _MULTIPLE * np.abs(mine)) else len(first)
        if like[at] == len(first):
            first.append(at)
    found = np.array(first, dtype=np.intp)
    return found, like, leading / leading[found][like]
