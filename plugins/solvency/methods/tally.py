"""Add up uncertain losses that may or may not have happened.

A sum of central values says neither how sure it is nor what reaches an amount.
Here each loss is an amount with a spread behind a switch with a probability. The
distribution of the sum is drawn, with what makes amounts rise and fall together, or,
where they are independent, computed exactly by convolution: it is the yardstick for the
draws.

The central value is the median of an amount, low and high are quantiles: two
half-lognormals meet at the median; two half-normals, cut off at zero, where low is
zero; two uniform halves between hard bounds (`figures/probability_distribution.py`).
On request it is the beta distribution of PERT (Malcolm, Roseboom, Clark and Fazar,
Operations Research 7, 1959), whose mean is (low + 4 central + high) / 6.
"""

# Longer than 400 lines: one method, drawn and exact, each the other's yardstick.

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from functools import partial
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from typing import Protocol

import numpy as np
from scipy.fft import irfft
from scipy.fft import next_fast_len
from scipy.fft import rfft

from solvency.defaults import TALLY_DRAWS
from solvency.figures import arithmetic
from solvency.figures.draws import chunks
from solvency.figures.probability_distribution import Amount
from solvency.figures.probability_distribution import amounts
from solvency.figures.probability_distribution import spread

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.random import SeedSequence
    from numpy.typing import ArrayLike
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

__all__ = ["Drawn", "Exact", "draw", "exact", "spread"]

Shape = Literal["lognormal", "pert"]

# Draws a task makes at once: small enough to stay in the processor's cache.
CHUNK = 65_536
# Probability left beyond the end of the exact grid.
BEYOND = 1e-10
# A probability is known to this.
_ROUNDING = 1e-12


class Executor(Protocol):
    """Whatever has a `map`: a pool of threads or processes, or a Dask client."""

    def map(self, task: Callable[..., Any], items: Iterable[Any], /) -> Iterable[Any]:
        """Apply a task to items."""


@dataclass(frozen=True)
class Drawn:
    """A sampled distribution of the total loss.

    Attributes:
        losses: the draws, in the order drawn, shape (draws,).
        seed: what reproduces them, digit by digit, on any executor.
    """

    losses: Array
    seed: int

    @property
    def draws(self) -> int:
        """Return the number of draws."""
        return len(self.losses)

    @cached_property
    def mean(self) -> float:
        """Return the mean total."""
        return float(self.losses.mean())

    @cached_property
    def sigma(self) -> float:
        """Return the standard deviation of the total."""
        return float(self.losses.std())

    def quantile(self, share: ArrayLike) -> Array:
        """Return the totals that the given shares of draws do not exceed."""
        return np.asarray(np.quantile(self.losses, np.asarray(share, dtype=float)))

    def error(self, share: float, draws: int) -> float:
        """Return the standard error of a quantile, as its neighbours among draws tell.

        Args:
            share: Which quantile.
            draws: Of how many draws of their own these are worth.
        """
        off = math.sqrt(share * (1.0 - share) / draws)
        ends = self.quantile([max(0.0, share - off), min(1.0, share + off)])
        return float(ends[1] - ends[0]) / 2.0

    def at_least(self, amount: ArrayLike) -> Array:
        """Return the probability of a total of at least an amount."""
        asked = np.asarray(amount, dtype=float)
        flat = [float((self.losses >= level).mean()) for level in asked.ravel()]
        return np.array(flat, dtype=np.float64).reshape(asked.shape)


@dataclass(frozen=True)
class Exact:
    """An exact distribution of the total loss, on a grid.

    Attributes:
        start: total at the first point of the grid.
        step: distance between points; a probability stands for the cell around its
            point, so quantiles are exact to about a step.
        probabilities: probability of each cell, shape (points,).
    """

    start: float
    step: float
    probabilities: Array

    @cached_property
    def _points(self) -> Array:
        count = np.arange(len(self.probabilities), dtype=np.float64)
        return np.asarray(self.start + self.step * count)

    @cached_property
    def mean(self) -> float:
        """Return the mean total."""
        return arithmetic.dot(self._points, self.probabilities)

    @cached_property
    def sigma(self) -> float:
        """Return the standard deviation of the total."""
        squares = (self._points - self.mean) ** 2
        return math.sqrt(arithmetic.dot(squares, self.probabilities))

    @cached_property
    def _below(self) -> Array:
        return np.concatenate([[0.0], np.cumsum(self.probabilities)])

    def quantile(self, share: ArrayLike) -> Array:
        """Return the totals not exceeded with given probabilities, within the grid."""
        asked = np.asarray(share, dtype=float)
        # Where nothing lies between two totals, rounding would choose among all there.
        at = np.searchsorted(self._below, asked - _ROUNDING).clip(
            1, len(self._below) - 1
        )
        before, after = self._below[at - 1], self._below[at]
        part = np.divide(
            asked - before,
            after - before,
            out=np.ones(asked.shape),
            where=after > before,
        )
        found = self.start + self.step * (at - 1.5 + part.clip(0.0, 1.0))
        # The cell of nil holds all draws in which no hypothesis holds.
        found = np.where(np.abs(found) <= self.step / 2, 0.0, found)
        return np.asarray(found.clip(self._points[0], self._points[-1]))

    def at_least(self, amount: ArrayLike) -> Array:
        """Return the probability of a total of at least an amount."""
        edges = self.start + self.step * (np.arange(len(self._below)) - 0.5)
        level = np.asarray(amount, dtype=float)
        return np.asarray(1.0 - np.interp(level, edges, self._below))


def draw(
    low: ArrayLike,
    central: ArrayLike,
    high: ArrayLike,
    probability: ArrayLike = 1.0,
    *,
    interval: ArrayLike = 0.9,
    shape: Shape = "lognormal",
    switch: ArrayLike | None = None,
    combinations: tuple[ArrayLike, ArrayLike] | None = None,
    drivers: Sequence[str | None] | None = None,
    driver_rho: float = 1.0,
    rho: float = 0.0,
    draws: int = TALLY_DRAWS,
    seed: int = 0,
    executor: Executor | None = None,
) -> Drawn:
    """Draw the total of uncertain, switchable losses.

    The normal score of amount i is `sqrt(rho) F + sqrt(1 - rho) (sqrt(d) G + sqrt(1 -
    d) e)`: F common to all, G to those that name the same driver with d = `driver_rho`,
    e its own. Switches are independent unless joint `combinations` are given.

    Args:
        low: lower ends of the amounts' magnitudes, shape (n,).
        central: central values, shape (n,); negative for a gain.
        high: upper ends of the magnitudes, shape (n,).
        probability: of each switch to be on, one number or one a switch.
        interval: share of belief between low and high; 1 for hard bounds.
        shape: distribution of the amounts, lognormal or pert.
        switch: number of the switch each amount stands behind, shape (n,); left out,
            each has its own.
        combinations: (which switches are on, shape (c, switches); their weights, shape
            (c,)), such as the posterior of rival explanations; takes the place of
            `probability`.
        drivers: name of what drives each amount, or None, shape (n,).
        driver_rho: correlation of the scores of amounts with one driver.
        rho: correlation of all scores by the common factor.
        draws: number of draws.
        seed: seed; the same seed gives the same digits on any executor.
        executor: something with a `map`; left out, one after the other.

    Returns:
        The draws.

    Raises:
        ValueError: ends that do not enclose the central value, or probabilities,
            correlations or switches that are none.
    """
    (found,) = draw_each(
        *(low, central, high, probability),
        rhos=(rho,),
        interval=interval,
        shape=shape,
        switch=switch,
        combinations=combinations,
        drivers=drivers,
        driver_rho=driver_rho,
        draws=draws,
        seed=seed,
        executor=executor,
    )
    return found


def draw_each(
    low: ArrayLike,
    central: ArrayLike,
    high: ArrayLike,
    probability: ArrayLike = 1.0,
    *,
    rhos: Sequence[float],
    interval: ArrayLike = 0.9,
    shape: Shape = "lognormal",
    switch: ArrayLike | None = None,
    combinations: tuple[ArrayLike, ArrayLike] | None = None,
    drivers: Sequence[str | None] | None = None,
    driver_rho: float = 1.0,
    draws: int = TALLY_DRAWS,
    seed: int = 0,
    executor: Executor | None = None,
) -> tuple[Drawn, ...]:
    """Draw the total under several correlations, each as `draw` does.

    What is random is drawn once for all of them that are not nil.

    Args:
        low: lower ends of the amounts' magnitudes, shape (n,).
        central: central values, shape (n,).
        high: upper ends of the magnitudes, shape (n,).
        probability: of each switch to be on.
        rhos: correlations of all scores by the common factor.
        interval: share of belief between low and high.
        shape: distribution of the amounts.
        switch: number of the switch each amount stands behind, shape (n,).
        combinations: which switches are on together, and their weights.
        drivers: name of what drives each amount, or None, shape (n,).
        driver_rho: correlation of the scores of amounts with one driver.
        draws: number of draws.
        seed: seed of the draws.
        executor: something with a `map`.

    Returns:
        The draws under each, in the order asked.
    """
    parts = amounts(low, central, high, interval, shape)
    for name, value in (*(("rho", rho) for rho in rhos), ("driver_rho", driver_rho)):
        if not 0.0 <= value <= 1.0:
            raise ValueError(f"{name} is a correlation from 0 to 1, not {value}")
    switches, chances = _switches(len(parts), probability, switch, combinations)
    named = list(drivers) if drivers is not None else [None] * len(parts)
    if len(named) != len(parts):
        raise ValueError(f"there are {len(parts)} amounts and {len(named)} drivers")
    names = sorted({name for name in named if name is not None})
    items = chunks(draws, CHUNK, seed)
    found: dict[float, Drawn] = {}
    for some in ({rho for rho in rhos if not rho}, {rho for rho in rhos if rho}):
        model = _Model(
            parts=parts,
            switches=tuple(switches.tolist()),
            chances=chances,
            joint=_joint(combinations),
            drivers=tuple(-1 if d is None else names.index(d) for d in named),
            driver_rho=driver_rho,
            rhos=tuple(sorted(some)),
        )
        if some:
            each = _mapped(executor, partial(_chunk, model), items)
            totals = np.concatenate([np.zeros((len(some), 0)), *each], axis=1)
            found |= {
                rho: Drawn(total, seed)
                for rho, total in zip(model.rhos, totals, strict=True)
            }
    return tuple(found[rho] for rho in rhos)


def exact(
    low: ArrayLike,
    central: ArrayLike,
    high: ArrayLike,
    probability: ArrayLike = 1.0,
    *,
    interval: ArrayLike = 0.9,
    shape: Shape = "lognormal",
    switch: ArrayLike | None = None,
    points: int = 2**16,
) -> Exact:
    """Compute the distribution of the total where amounts and switches are independent.

    Each loss is put on one grid, behind its switch; the distribution of the sum is
    their convolution, by the fast Fourier transform. No sampling error; the grid's is
    about a step, which reaches as far as the widest amount does: see that it is small
    beside the amounts.

    Args:
        low: as in `draw`.
        central: as in `draw`.
        high: as in `draw`.
        probability: as in `draw`.
        interval: as in `draw`.
        shape: as in `draw`.
        switch: as in `draw`.
        points: points of the grid, at least.

    Returns:
        The distribution.

    Raises:
        ValueError: as `draw`.
    """
    parts = amounts(low, central, high, interval, shape)
    switches, chances = _switches(len(parts), probability, switch, None)
    below, above = _range(parts)
    size = next_fast_len(points, real=True)
    step = (below + above) / max(1, size - 2) or 1.0
    start = -math.ceil(below / step)
    one: Any = np.ones(size // 2 + 1, dtype=complex)
    image = one
    for number, chance in enumerate(chances):
        mine = [parts[at] for at in np.flatnonzero(switches == number)]
        inner = rfft(_sure(mine, step, size))
        for part in mine:
            if part.kind != "certain":
                cells = rfft(_cells(part, step, size))
                inner = _times(inner, cells if part.sign > 0 else np.conj(cells))
        image = _times(image, 1.0 - chance + chance * inner)
    # A gain counts down from zero, which on a circle is the grid's far end.
    mass = np.roll(irfft(image, n=size), -start)
    mass = np.maximum(mass, 0.0)
    return Exact(start * step, step, mass / mass.sum())


def _times(left: Any, right: Any) -> Any:
    """Multiply complex numbers part by part: fused, they end in other digits."""
    found = np.empty_like(left)
    found.real = left.real * right.real - left.imag * right.imag
    found.imag = left.real * right.imag + left.imag * right.real
    return found


@dataclass(frozen=True)
class _Model:
    """What a task needs to draw a chunk; travels to other processes."""

    parts: tuple[Amount, ...]
    switches: tuple[int, ...]
    chances: tuple[float, ...]
    joint: tuple[NDArray[np.bool_], Array] | None
    drivers: tuple[int, ...]
    driver_rho: float
    #: All nil, or none of them.
    rhos: tuple[float, ...]


def _chunk(model: _Model, item: tuple[SeedSequence, int]) -> Array:
    """Draw one chunk of totals from its own stream, a row a correlation."""
    seed, size = item
    rng = np.random.default_rng(seed)
    common = rng.standard_normal(size) if any(model.rhos) else None
    shared = [
        rng.standard_normal(size) for _ in range(max(model.drivers, default=-1) + 1)
    ]
    on = _on(model, rng, size)
    totals = np.zeros((len(model.rhos), size))
    sure = np.zeros(len(on))
    last = max(
        (at for at, one in enumerate(model.parts) if one.kind != "certain"), default=0
    )
    for at, (part, switch, driver) in enumerate(
        zip(model.parts, model.switches, model.drivers, strict=True)
    ):
        mask = on[switch]
        alone = common is None and driver < 0
        if part.kind == "certain":
            sure[switch] += part.sign * part.middle
            # Its score is passed over, so that the next amount has its own.
            if not alone and at < last:
                rng.standard_normal(size)
            continue
        if alone and part.kind == "pert":
            drawn = part.draw(rng, size)
            totals += drawn if mask is None else drawn * mask
            continue
        score = rng.standard_normal(size)
        # What is switched off adds nothing, and making amounts takes most of the time.
        some = slice(None) if mask is None else np.flatnonzero(mask)
        score = score[some]
        if driver >= 0:
            score *= math.sqrt(1.0 - model.driver_rho)
            score += math.sqrt(model.driver_rho) * shared[driver][some]
        for total, rho in zip(totals, model.rhos, strict=True):
            dependent = score
            if common is not None:
                dependent = score * math.sqrt(1.0 - rho)
                dependent += math.sqrt(rho) * common[some]
            total[some] += part.at(dependent)
    for amount, mask in zip(sure.tolist(), on, strict=True):
        if amount:
            totals += amount if mask is None else amount * mask
    return totals


def _on(
    model: _Model, rng: np.random.Generator, size: int
) -> list[NDArray[np.bool_] | None]:
    """Draw the switches; None is always on."""
    if model.joint is not None:
        columns, ends = model.joint
        chosen = np.searchsorted(ends, rng.random(size), side="right")
        return [column[chosen] for column in columns]
    return [
        None if chance >= 1.0 else rng.random(size) < chance for chance in model.chances
    ]


def _switches(
    count: int,
    probability: ArrayLike,
    switch: ArrayLike | None,
    combinations: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[NDArray[np.intp], tuple[float, ...]]:
    """Return the switch of each amount and the probability of each switch."""
    numbers = np.arange(count) if switch is None else np.asarray(switch, dtype=np.intp)
    if numbers.shape != (count,):
        raise ValueError(f"there are {count} amounts and {numbers.size} switch numbers")
    total = int(numbers.max(initial=-1)) + 1
    if combinations is not None:
        total = np.asarray(combinations[0]).shape[1]
    if np.any((numbers < 0) | (numbers >= total)):
        raise ValueError("an amount stands behind a switch that does not exist")
    chances = np.broadcast_to(np.asarray(probability, dtype=float), (total,))
    if not np.all((chances >= 0) & (chances <= 1)):
        raise ValueError("a probability is a number from 0 to 1")
    return numbers, tuple(chances.tolist())


def _joint(
    combinations: tuple[ArrayLike, ArrayLike] | None,
) -> tuple[NDArray[np.bool_], Array] | None:
    if combinations is None:
        return None
    rows = np.asarray(combinations[0], dtype=bool)
    weights = np.asarray(combinations[1], dtype=float)
    if weights.shape != rows.shape[:1] or not np.all(weights >= 0) or not weights.sum():
        raise ValueError("combinations need a weight each, zero or more, not all zero")
    ends = np.cumsum(weights) / weights.sum()
    ends[-1] = np.inf
    # A row a switch, each in one piece of memory: that is how they are drawn.
    return np.ascontiguousarray(rows.T), ends


def _mapped(
    executor: Executor | None, task: Callable[..., Array], items: list[Any]
) -> list[Array]:
    """Apply a task in order; a Dask client answers with futures to be gathered."""
    if executor is None:
        return [task(item) for item in items]
    if hasattr(executor, "gather"):
        client: Any = executor
        return list(client.gather(client.map(task, items, pure=False)))
    return list(executor.map(task, items))


def _range(parts: tuple[Amount, ...]) -> tuple[float, float]:
    """Return how far gains and losses reach, but for a negligible probability.

    With heavy tails the largest total comes from one large amount among ordinary ones.
    """
    reach = []
    for sign in (-1.0, 1.0):
        some = [part for part in parts if part.sign == sign]
        means = sum(part.mean for part in some)
        sigma = math.sqrt(sum(part.sigma**2 for part in some))
        tail = max((part.quantile(1.0 - BEYOND) for part in some), default=0.0)
        reach.append(means + 8.0 * sigma + tail)
    return reach[0], reach[1]


def _sure(parts: list[Amount], step: float, size: int) -> Array:
    """Return the probability of each cell of the sum of those that are certain."""
    some = [part for part in parts if part.kind == "certain"]
    at = np.searchsorted(_edges(step, size), [part.middle for part in some])
    signs = np.array([part.sign for part in some])
    cells = np.zeros(size)
    cells[int((signs * at.clip(0, size - 1)).sum()) % size] = 1.0
    return cells


def _edges(step: float, size: int) -> Array:
    """Return the upper ends of the cells."""
    return np.asarray(step * (np.arange(size, dtype=np.float64) + 0.5))


def _cells(part: Amount, step: float, size: int) -> Array:
    """Return the probability of each cell of the grid; what lies beyond ends it."""
    edges = _edges(step, size)
    below = part.below(edges)
    below[-1] = 1.0
    return np.diff(below, prepend=0.0)
