"""Clear the debts of a group in which some cannot pay because others do not.

Each entity pays what it owes or, in default, what it has: its own assets and what it
receives, after the costs of default, in order of seniority and in proportion within a
class. Payments that are consistent with one another are a fixed point; with costs of
default there can be several. The greatest is the best the group can do together, the
least is where a run of mistrust ends.

Publications: Eisenberg and Noe, "Systemic Risk in Financial Systems", Management
Science 47(2), 2001; Rogers and Veraart, "Failure and Rescue in an Interbank Network",
Management Science 59(4), 2013 (costs of default, greatest and least vector); Suzuki,
JORSJ 45(2), 2002, and Elsinger, "Financial Networks, Cross Holdings, and Limited
Liability", 2009 (shares held in one another, seniority).
"""

# Longer than 400 lines: one method, read beside the papers it is from.

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import MatrixRankWarning
from scipy.sparse.linalg import spsolve

from solvency.figures import arithmetic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

# Above this many unknowns a linear system is kept sparse: most entities of a large
# group owe few others.
LARGE = 500
# Repetitions before a linear system is solved.
PATIENCE = 128
# A shortfall below this share of the sums involved is rounding, not default.
ROUNDING = 1e-12


@dataclass(frozen=True)
class Clearing:
    """Payments that are consistent with one another.

    Attributes:
        payments: what each entity pays in all, shape (n,): the greatest vector.
        equity: what is left to its owners, shape (n,), never below zero.
        defaulted: who cannot pay in full, shape (n,).
        received: what each entity receives from the others, shape (n,), on its claims
            and on the shares it holds.
        by_class: payments by class of seniority, the most senior first, shape (k, n).
        rates: share of its debts each entity pays, shape (n,); 1 where it has none.
        least: the least vector of payments, shape (n,).
        rounds: rounds of default it took, the first being those who fail by themselves.
        level: the round in which each entity defaulted, shape (n,), -1 if it did not.
    """

    payments: Array
    equity: Array
    defaulted: NDArray[np.bool_]
    received: Array
    by_class: Array
    rates: Array
    least: Array
    rounds: int
    level: NDArray[np.intp]


@dataclass(frozen=True)
class _Network:
    """Debts as classes of claims; equity is the last class, without an upper end."""

    assets: Array
    alpha: float
    beta: float
    owed: Array
    """What each entity owes in each class, shape (k, n)."""
    below: Array
    """What it owes in the classes before, shape (k + 1, n)."""
    shares: tuple[sparse.csr_array, ...]
    """Share of each class of i that goes to j, k or k + 1 of shape (n, n)."""
    tolerance: Array

    @property
    def debts(self) -> Array:
        return np.asarray(self.below[-1])

    def spendable(self, value: Array, failed: NDArray[np.bool_]) -> Array:
        """Return what is there to pay from, after the costs of default."""
        costly = self.alpha * self.assets + self.beta * (value - self.assets)
        return np.where(failed, costly, value)

    def paid(self, value: Array, failed: NDArray[np.bool_]) -> Array:
        """Return payments by class, equity last where shares are held, (k or k+1, n).

        Who has not failed is taken to pay in full, whatever its value.
        """
        cash = np.where(failed, self.spendable(value, failed), np.inf)
        debts = np.clip(cash - self.below[:-1], 0.0, self.owed)
        if len(self.shares) == len(self.owed):
            return debts
        equity = np.where(failed, 0.0, np.maximum(value - self.debts, 0.0))
        return np.vstack([debts, equity])

    def value(self, paid: Array) -> Array:
        """Return each entity's assets with what it receives from the others."""
        return self.assets + sum(
            (_shared(row, part) for row, part in zip(paid, self._turned, strict=True)),
            start=np.zeros_like(self.assets),
        )

    @cached_property
    def _turned(self) -> tuple[Any, ...]:
        """Return the shares of each class, received by a row: they are asked often."""
        return tuple(part.T for part in self.shares)


def clear(
    debts: ArrayLike | sparse.sparray | Sequence[sparse.sparray],
    assets: ArrayLike,
    alpha: float = 1.0,
    beta: float = 1.0,
    seniority: ArrayLike | None = None,
    *,
    shares: ArrayLike | sparse.sparray | None = None,
) -> Clearing:
    """Find the greatest and the least payments that clear a network of debts.

    Args:
        debts: `debts[i, j]` is what i owes j, shape (n, n); or, by class, the most
            senior first, shape (k, n, n) or k sparse squares. Creditors outside the
            group are an entity of their own without debts, else the group's claims
            would rank before theirs.
        assets: what each entity has beside its claims on the others, shape (n,).
        alpha: share of its own assets a defaulting entity can realise, above 0, to 1.
        beta: share of what it receives from the others it can realise, likewise.
        seniority: rank of each debt, shape (n, n), integers, the lowest paid first;
            left out, all rank equally.
        shares: `shares[i, j]` is the share of j's equity that i holds, shape (n, n).

    Returns:
        Payments, equity and defaults, at the greatest vector; and the least vector.

    Raises:
        ValueError: a debt to oneself, a negative debt or asset, a cost outside its
            range, an entity whose shares are all held within the group, or shapes that
            do not fit; the entities are named by position.
    """
    network = _network(debts, assets, alpha, beta, seniority, shares)
    value, failed, level = _greatest(network)
    paid = network.paid(value, failed)
    classes = len(network.owed)
    payments = paid[:classes].sum(axis=0)
    owed = network.debts
    # In full means to the last digit: the sum over classes may round differently.
    payments = np.where(failed, payments, owed)
    return Clearing(
        payments=payments,
        equity=np.where(failed, 0.0, np.maximum(value - owed, 0.0)),
        defaulted=failed,
        received=value - network.assets,
        by_class=paid[:classes],
        rates=np.divide(payments, owed, out=np.ones_like(owed), where=owed > 0),
        least=_least(network),
        rounds=int(level.max(initial=-1)) + 1,
        level=level,
    )


def _network(
    debts: Any,
    assets: ArrayLike,
    alpha: float,
    beta: float,
    seniority: ArrayLike | None,
    shares: Any,
) -> _Network:
    """Check the inputs and bring debts into classes."""
    cash = np.asarray(assets, dtype=float)
    layers, shape = _layers(debts)
    count = len(cash) if cash.ndim else 0
    if cash.ndim != 1 or any(layer.shape != (count, count) for layer in layers):
        raise ValueError(
            f"debts of shape {shape} do not fit assets of shape {cash.shape}"
        )
    for name, cost in (("alpha", alpha), ("beta", beta)):
        if not 0.0 < cost <= 1.0:
            raise ValueError(f"{name} is a share above 0 and up to 1, not {cost}")
    for layer in layers:
        _refuse(layer)
    if not np.all(np.isfinite(cash) & (cash >= 0)):
        bad = int(np.flatnonzero(~(np.isfinite(cash) & (cash >= 0)))[0])
        raise ValueError(f"entity {bad} has assets of {cash[bad]}, below zero or none")
    layers = _classes(layers, len(shape), seniority)
    owed = np.array([layer.sum(axis=1) for layer in layers])
    below = np.vstack([np.zeros(count), np.cumsum(owed, axis=0)])
    split = [_split(layer, total) for layer, total in zip(layers, owed, strict=True)]
    if shares is not None:
        split.append(_held(shares, count).T.tocsr())
    claims = sum((layer.sum(axis=0) for layer in layers), start=np.zeros(count))
    return _Network(
        assets=cash,
        alpha=alpha,
        beta=beta,
        owed=owed,
        below=below,
        shares=tuple(split),
        tolerance=ROUNDING * np.maximum(below[-1], cash + claims),
    )


def _layers(debts: Any) -> tuple[list[sparse.csr_array], tuple[int, ...]]:
    """Return debts as sparse squares, one or one a class, and their shape."""
    if sparse.issparse(debts):
        only = _sparse(debts)
        return [only], only.shape
    if isinstance(debts, (list, tuple)) and any(map(sparse.issparse, debts)):
        return [_sparse(layer) for layer in debts], (len(debts), *debts[0].shape)
    stack = np.asarray(debts, dtype=float)
    if stack.ndim not in {2, 3}:
        raise ValueError(f"debts are a square, or one a class, not {stack.ndim}-fold")
    layers = stack if stack.ndim == 3 else stack[None]
    return [_sparse(layer) for layer in layers], stack.shape


def _sparse(part: Any) -> sparse.csr_array:
    """Return a square by rows, each cell that is not zero once and in order."""
    found = sparse.csr_array(part, dtype=float, copy=True)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def _refuse(layer: sparse.csr_array) -> None:
    """Refuse debts that are no amounts, or owed to oneself."""
    cells = layer.tocoo()
    wrong = np.flatnonzero(~((cells.data >= 0) & np.isfinite(cells.data)))
    if len(wrong):
        raise ValueError(
            f"entity {cells.row[wrong[0]]} owes entity {cells.col[wrong[0]]} an amount"
            " below zero or none that is a number"
        )
    own = np.flatnonzero(layer.diagonal())
    if len(own):
        raise ValueError(f"entity {own[0]} owes itself")


def _split(layer: sparse.csr_array, owed: Array) -> sparse.csr_array:
    """Return what share of each row's sum is in each cell."""
    rows = np.repeat(np.arange(len(owed)), np.diff(layer.indptr))
    return sparse.csr_array(
        (layer.data / owed[rows], layer.indices, layer.indptr), shape=layer.shape
    )


def _classes(
    layers: list[sparse.csr_array], dimensions: int, seniority: ArrayLike | None
) -> list[sparse.csr_array]:
    """Return debts by class, the most senior first."""
    if seniority is None:
        return layers
    if dimensions == 3:
        raise ValueError("debts given by class have their seniority already")
    ranks = np.asarray(seniority)
    (stack,) = layers
    if ranks.shape != stack.shape:
        raise ValueError(
            f"ranks of shape {ranks.shape} do not fit debts of shape {stack.shape}"
        )
    cells = stack.tocoo()
    each = ranks[cells.row, cells.col]
    return [
        _sparse(
            sparse.coo_array(
                (cells.data[wanted], (cells.row[wanted], cells.col[wanted])),
                shape=stack.shape,
            )
        )
        for rank in np.unique(each)
        if len(wanted := np.flatnonzero(each == rank))
    ] or layers


def _held(shares: Any, count: int) -> sparse.csr_array:
    """Check shares of equity: no more than the whole, and an owner outside for all."""
    held = _sparse(shares)
    if held.shape != (count, count) or not np.all(held.data >= 0):
        raise ValueError("shares held must be a square of shares of zero or more")
    whole = held.sum(axis=0)
    if np.any(whole > 1.0 + 1e-12):
        bad = int(np.argmax(whole))
        raise ValueError(f"{whole[bad]:g} times the shares of entity {bad} are held")
    # Equity has no value of its own where entities that all hold shares of one
    # another, if through others, leave none to anybody else.
    _, ring = connected_components(held, directed=True, connection="strong")
    cells = held.tocoo()
    inside = ring[cells.row] == ring[cells.col]
    kept = np.bincount(cells.col[inside], cells.data[inside], minlength=count)
    outside = np.zeros(ring.max(initial=-1) + 1)
    np.maximum.at(outside, ring, 1.0 - kept)
    if np.any(outside < 1e-9):
        raise ValueError(
            "some entities hold all of one another's shares: with no owner outside, "
            "their equity has no value of its own"
        )
    return held


def _greatest(
    network: _Network,
) -> tuple[Array, NDArray[np.bool_], NDArray[np.intp]]:
    """Fictitious default: all pay in full until one cannot; then again without it."""
    count = len(network.assets)
    failed = np.zeros(count, dtype=bool)
    level = np.full(count, -1, dtype=np.intp)
    value = _ceiling(network)
    for turn in range(count + 1):
        value = _settle(network, value, failed)
        short = ~failed & (value < network.debts - network.tolerance)
        if not short.any():
            break
        failed |= short
        level[short] = turn
    return value, failed, level


def _ceiling(network: _Network) -> Array:
    """Return a value no fixed point exceeds: all debts paid, equity not reduced."""
    if len(network.shares) == len(network.owed):
        return network.value(network.owed)
    value = network.value(np.vstack([network.owed, np.zeros_like(network.assets)]))
    held = network.shares[-1].T
    return solved(sparse.eye_array(len(value)) - held, value)


def _least(network: _Network) -> Array:
    """Return the least payments: none pays in full until it is sure to be able to."""
    failed = network.debts > 0
    value = network.assets.copy()
    while True:
        # What is sure after a few steps is sure in the limit: it only grows.
        for _ in range(8):
            value = network.value(network.paid(value, failed))
            failed &= value < network.debts - network.tolerance
        value = _settle(network, value, failed)
        saved = failed & (value >= network.debts - network.tolerance)
        if not saved.any():
            break
        failed &= ~saved
    paid = network.paid(value, failed)[: len(network.owed)].sum(axis=0)
    return np.where(failed, paid, network.debts)


def _settle(network: _Network, value: Array, failed: NDArray[np.bool_]) -> Array:
    """Return the fixed point, for given defaults, on the side `value` comes from.

    Plain repetition approaches it from that side but only in the limit. Once it has
    found which class each entity's money runs out in, a linear system gives the limit
    itself; an answer that is no fixed point, or lies beyond, is not taken.
    """
    for step in range(100_000):
        again = network.value(network.paid(value, failed))
        still = np.abs(again - value) <= network.tolerance
        if still.all():
            return again
        if step % PATIENCE == PATIENCE // 4:
            jump = _jump(network, again, failed)
            if jump is not None and _between(network, jump, again, value):
                back = network.value(network.paid(jump, failed))
                if np.all(np.abs(back - jump) <= 10 * network.tolerance):
                    return jump
        value = again
    raise ValueError("the payments circle without end among entities without assets")


def _between(network: _Network, jump: Array, again: Array, value: Array) -> bool:
    """Say whether a jump went on in the direction the repetition goes."""
    downward = float((again - value).sum()) < 0
    gap = (again - jump) if downward else (jump - again)
    return bool(np.all(gap >= -10 * network.tolerance))


def _jump(network: _Network, value: Array, failed: NDArray[np.bool_]) -> Array | None:
    """Solve for the fixed point with each entity in its present class.

    With `v = base + J v` where only the class in which money runs out moves with the
    value, and only entities with such a class are unknown.
    """
    cash = network.spendable(value, failed)
    classes = len(network.owed)
    slope = np.zeros((len(network.shares), len(value)))
    edge = (cash > network.below[:-1]) & (cash < network.below[1:])
    slope[:classes] = np.where(edge & failed, network.beta, 0.0)
    if len(network.shares) > classes:
        slope[classes] = np.where(~failed & (value > network.debts), 1.0, 0.0)
    paid = network.paid(value, failed)
    base = network.value(paid)
    moving = np.flatnonzero(slope.any(axis=0))
    system = system_of(slope, moving, network.shares)
    try:
        step = solved(system.T, (base - value)[moving])
    except ValueError:
        return None
    change = np.zeros_like(value)
    change[moving] = step
    return network.value(paid + slope * change)


def system_of(slope: Array, moving: NDArray[np.intp], shares: Sequence[Any]) -> Any:
    """Return the system of entities whose value moves with that of others: `I - J`.

    Args:
        slope: By class, what more each pays of a unit more of value.
        moving: The entities.
        shares: By class, the share of what each pays that each other gets.
    """
    system = sparse.eye_array(len(moving), format="csr")
    for rate, split in zip(slope, shares, strict=True):
        if rate.any():
            part = split[moving][:, moving]
            system = system - sparse.diags_array(rate[moving]) @ part
    return system


def _shared(paid: Array, turned: Any) -> Array:
    """Return what each entity receives of payments, by the shares each receives."""
    if hasattr(turned, "toarray"):
        return np.asarray(turned @ paid)
    return arithmetic.product(paid, turned.T)


def solved(system: Any, right: Array) -> Array:
    """Solve a linear system.

    Raises:
        ValueError: It has no single solution.
    """
    if len(right) <= LARGE:
        dense: Array = system.toarray()
        return arithmetic.solve(dense, right)
    with warnings.catch_warnings():
        warnings.simplefilter("error", MatrixRankWarning)
        try:
            return np.asarray(spsolve(system.tocsc(), right))
        except MatrixRankWarning as warning:
            raise ValueError(str(warning)) from warning
