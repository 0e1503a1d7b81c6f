"""What combinations of hypotheses make of the rest, many side by side.

What is switched on, and what is shared with it, is taken out of the inner products of
all other vectors: they become those in the metric of the combination's covariance. Its
factor is small, of the columns that are in, whatever the number of observations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from solvency.methods.weighing.likelihood import Model

    Array = NDArray[np.float64]
    #: Places of vectors that are summed, each where it is in.
    Members = list[tuple[int, Array | None]]


class Places(NamedTuple):
    """Where the vectors of a model stand among its inner products."""

    columns: list[list[int]]
    shifts: list[int]
    parts: list[list[int]]
    bases: list[int]
    residual: int

    @classmethod
    def of(cls, case: Model) -> Places:
        """Return the places of a model's vectors."""
        first = 0

        def take(count: int) -> list[int]:
            nonlocal first
            first += count
            return list(range(first - count, first))

        columns = [take(atom.columns.shape[1]) for atom in case.atoms]
        shifts = take(len(case.atoms))
        parts = [take(len(atom.shared)) for atom in case.atoms]
        return cls(columns, shifts, parts, take(case.bases.shape[1]), first)


def live(case: Model, states: NDArray[np.bool_]) -> Array:
    """Return which atoms are in, as 0 and 1, a row a combination."""
    if not case.atoms:
        return np.zeros((len(states), 0))
    return np.stack(
        [states[:, list(atom.hypotheses)].any(axis=1) for atom in case.atoms], axis=1
    ).astype(float)


@dataclass(frozen=True, eq=False)
class Metric:
    """The metrics of some combinations, factored.

    Attributes:
        used: places of the columns that are in, shape (c, used); others fill up a row
            that has fewer.
        inside: which of them are in, as 0 and 1, shape (c, used).
        shared: what is shared and taken out too, as sums of vectors.
        residual: the observations less what is in, as such a sum.
        root: triangular factors of the taken out, shape (c, q, q).
    """

    used: NDArray[np.intp]
    inside: Array
    shared: list[Members]
    residual: Members
    root: Array

    @classmethod
    def of(
        cls,
        case: Model,
        on: Array,
        *,
        open_: Iterable[int] = (),
        gram: Array | None = None,
    ) -> Metric:
        """Return the metrics of combinations.

        Args:
            case: the model.
            on: which atoms are in, as `live` says.
            open_: numbers of what is shared and not taken out.
            gram: inner products of the model's vectors, where not over all rows.
        """
        places, stay = Places.of(case), set(open_)
        products = case.gram if gram is None else gram
        owner = [a for a, some in enumerate(places.columns) for _ in some]
        inside = on[:, np.array(owner, int)]
        # Columns that are out drop out, of each combination its own.
        most = int(inside.sum(axis=1).max(initial=0.0))
        used = np.argsort(-inside, axis=1, kind="stable")[:, :most]
        inside = np.take_along_axis(inside, used, axis=1)
        made = shared(case, on)
        sums = [one for k, one in enumerate(made) if k not in stay]
        less = [(place, -on[:, a, None]) for a, place in enumerate(places.shifts)]
        residual: Members = [(places.residual, None), *less]
        first, last = most, most + len(sums)
        joint = np.zeros((len(on), last, last))
        joint[:, :first, :first] = products[used[:, :, None], used[:, None, :]]
        joint[:, :first, :first] *= inside[:, :, None] * inside[:, None, :]
        if sums:
            towards = summed(products, sums, len(on))
            mixed = np.take_along_axis(towards, used[:, None], axis=2)
            mixed *= inside[:, None, :]
            joint[:, first:, :first] = mixed
            joint[:, :first, first:] = mixed.transpose(0, 2, 1)
            turned = np.ascontiguousarray(towards.transpose(0, 2, 1))
            joint[:, first:, first:] = summed(turned, sums, len(on))
        joint += np.eye(last)
        root = arithmetic.cholesky(joint) if last else joint
        return cls(used, inside, sums, residual, root)

    @property
    def log_det(self) -> Array:
        """Return log determinants of the metrics, shape (c,)."""
        return arithmetic.log_det(self.root)

    def image(self, *products: Array) -> Array:
        """Return vectors as the metrics see them: less the products of two images.

        Args:
            products: their inner products with the model's vectors, shape (n, k), or
                (c, n, k) where they differ from one combination to another.

        Returns:
            Images, shape (c, q, k), of all of them in order.
        """
        count, first = self.used.shape
        size = sum(some.shape[-1] for some in products)
        cross = np.empty((count, self.root.shape[-1], size))
        at = 0
        for some in products:
            part = cross[:, :, at : (at := at + some.shape[-1])]
            if some.ndim == 2:
                part[:, :first] = some[self.used]
            else:
                part[:, :first] = np.take_along_axis(some, self.used[..., None], 1)
            if self.shared:
                part[:, first:] = summed(some, self.shared, count)
        cross[:, :first] *= self.inside[:, :, None]
        return arithmetic.forward(self.root, cross)


def shared(case: Model, on: Array) -> list[Members]:
    """Return what is shared: a part of each atom that is in, and what always is."""
    places = Places.of(case)
    made: list[Members] = [[(place, None)] for place in places.bases]
    for a, atom in enumerate(case.atoms):
        for k, place in zip(atom.shared, places.parts[a], strict=True):
            made[k].append((place, on[:, a, None]))
    return made


def summed(products: Array, sums: list[Members], count: int) -> Array:
    """Return sums of rows of inner products, shape (c, len(sums), k).

    Args:
        products: shape (n, k) or (c, n, k).
        sums: places of the rows of each.
        count: combinations.
    """
    found = np.empty((count, len(sums), products.shape[-1]))
    for k, members in enumerate(sums):
        (first, _), *others = members
        found[:, k] = products[..., first, :]
        for place, on in others:
            row = products[..., place, :]
            found[:, k] += row if on is None else on * row
    return found


def scores_of(case: Model, states: NDArray[np.bool_]) -> Array:
    """Return the scores of combinations, as the tree defines them.

    Args:
        case: the model.
        states: combinations, shape (n, h).

    Returns:
        Scores, shape (n,).
    """
    found = []
    for part in np.array_split(states, max(1, len(states) // 512)):
        metric = Metric.of(case, live(case, part))
        chi2 = chi2_of(case.gram, metric)[0]
        odds = arithmetic.product(part, case.log_odds)
        found.append(odds - 0.5 * metric.log_det + case.tail(chi2))
    return np.concatenate(found)


def chi2_of(gram: Array, metric: Metric) -> tuple[Array, Array, Array]:
    """Return chi-squares, the residuals' products with all, and their images."""
    count = len(metric.inside)
    towards = summed(gram, [metric.residual], count).transpose(0, 2, 1)
    square = summed(towards, [metric.residual], count)[:, 0, 0]
    image = metric.image(towards)[:, :, 0]
    return square - (image**2).sum(axis=1), towards[:, :, 0], image
