"""Of beliefs given at 10, 20 ... 90 per cent, what share comes true?

Usage: python tests/methods/calibration.py [CASES]

Cases are generated with a truth: which hypotheses hold, what amounts were, what was
seen, errors of one source going together, and all of them larger than stated by a
factor. Three models weigh them: the one in use (one unknown scale of all errors), the
same with errors as stated, and the one used before (errors as stated, those of the
observations widened by the Birge factor of the most probable combination).
"""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING
from typing import NamedTuple

import numpy as np

from solvency.weighing import fit
from solvency.weighing import weigh

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

#: Degrees of freedom of the scale.
NU = 4.0
#: Beliefs are counted in tenths, about 0.1, 0.2 ... 0.9; what is surer, apart.
CENTRES = np.arange(1, 10) / 10


class Case(NamedTuple):
    """What the models see, and which hypotheses hold in truth."""

    observed: Array
    noise: Array
    effects: Array
    means: Array
    own: Array
    belongs: list[tuple[int, ...]]
    priors: Array
    exclusions: tuple[tuple[int, int], ...]
    shared: Array
    truth: NDArray[np.bool_]


def drawn(rng: np.random.Generator, factor: float | None) -> Case:
    """Return a case whose errors are a factor of what is stated; None: any factor.

    Any factor is drawn from the law that the model in use supposes.
    """
    count, seen = int(rng.integers(3, 7)), int(rng.integers(4, 9))
    belongs = [(h,) for h in range(count) for _ in range(rng.integers(1, 3))]
    belongs += [()] * 4
    flows = len(belongs)
    means = rng.lognormal(0.0, 0.5, flows)
    effects = rng.choice([0.0, 0.0, 1.0, -1.0], (seen, flows))
    sigmas = rng.uniform(0.05, 0.3, flows) * means
    source = rng.integers(0, 3, flows)
    shared = np.zeros((flows, 3))
    shared[np.arange(flows), source] = math.sqrt(0.5) * sigmas
    own = math.sqrt(0.5) * sigmas
    errors = rng.uniform(0.3, 1.2, seen)
    group = rng.integers(0, 3, seen)
    same = group[:, None] == group
    noise = np.outer(errors, errors) * np.where(np.eye(seen) > 0, 1.0, 0.5 * same)
    priors = rng.uniform(0.2, 0.8, count)
    exclusions = ((0, 1),)
    truth = rng.random(count) < priors
    while truth[0] and truth[1]:
        truth = rng.random(count) < priors
    on = np.array([not tags or truth[tags[0]] for tags in belongs])
    scale = math.sqrt(NU / rng.chisquare(NU)) if factor is None else factor
    amounts = means + scale * (
        own * rng.standard_normal(flows) + shared @ rng.standard_normal(3)
    )
    wrong = np.linalg.cholesky(noise) @ rng.standard_normal(seen)
    observed = effects @ (amounts * on) + scale * wrong
    return Case(
        observed, noise, effects, means, own, belongs, priors, exclusions, shared, truth
    )


def in_use(case: Case, nu: float = NU) -> Array:
    """Return beliefs by one unknown scale of all errors."""
    found = weigh(*case[:8], shared=case.shared, nu=nu, best=1, wide=9)
    return found.posteriors


def as_stated(case: Case) -> Array:
    """Return beliefs with errors as stated."""
    return in_use(case, math.inf)


def before(case: Case) -> Array:
    """Return beliefs with errors of observation widened by the Birge factor."""
    found = weigh(*case[:8], shared=case.shared, best=1, wide=9)
    held = set(found.combinations[0].hypotheses)
    live = [at for at, tags in enumerate(case.belongs) if not tags or tags[0] in held]
    best = fit(
        case.observed,
        case.noise,
        case.effects[:, live],
        case.means[live],
        case.own[live],
        shared=case.shared[live],
    )
    wider = max(1.0, best.chi2 / best.dof)
    wide = weigh(
        *case._replace(noise=case.noise * wider)[:8],
        shared=case.shared,
        best=1,
        wide=9,
    )
    return wide.posteriors


MODELS: dict[str, Callable[[Case], Array]] = {
    "in use": in_use,
    "as stated": as_stated,
    "before": before,
}
#: How much larger errors are in truth than stated.
TRUTHS: dict[str, float | None] = {
    "as the model supposes": None,
    "as stated": 1.0,
    "twice as stated": 2.0,
}


def beliefs(
    cases: int, factor: float | None, seed: int = 0, models: tuple[str, ...] = ()
) -> dict[str, tuple[Array, NDArray[np.bool_]]]:
    """Return by model all beliefs, and what was true."""
    rng = np.random.default_rng(seed)
    said: dict[str, list[Array]] = {name: [] for name in models or MODELS}
    true = []
    for _ in range(cases):
        case = drawn(rng, factor)
        true.append(case.truth)
        for name, found in said.items():
            found.append(MODELS[name](case))
    truths = np.concatenate(true)
    return {name: (np.concatenate(found), truths) for name, found in said.items()}


def shares(said: Array, true: NDArray[np.bool_]) -> list[tuple[float, float, int]]:
    """Return in each tenth the mean belief, the share that was true, and how many."""
    rows = []
    for centre in CENTRES:
        some = np.abs(said - centre) <= 0.05
        count = int(some.sum())
        rows.append((float(said[some].mean()), float(true[some].mean()), count))
    return rows


def off(said: Array, true: NDArray[np.bool_]) -> float:
    """Return how far shares are from beliefs in the tenths, in the mean, by number."""
    rows = shares(said, true)
    total = sum(count for *_, count in rows)
    return sum(abs(one - other) * count for one, other, count in rows) / total


def main() -> None:
    """Print a table of each truth."""
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    for truth, factor in TRUTHS.items():
        found = beliefs(cases, factor, models=("in use",))
        # How far off the others are shows in fewer cases.
        found |= beliefs(cases // 3, factor, models=("as stated", "before"))
        print(f"\nerrors {truth}; {cases:,} cases, {cases // 3:,} of the others")
        print("believed   " + "".join(f"{name:>22}" for name in found))
        tables = [shares(*one) for one in found.values()]
        for at, centre in enumerate(CENTRES):
            cells = [f"{t[at][1]:.3f} (n {t[at][2]:,})" for t in tables]
            print(
                f"{centre:.1f}        " + "".join(f"{cell:>22}" for cell in cells),
                flush=True,
            )
        for name, one in found.items():
            said, true = one
            sure = np.abs(said - 0.5) > 0.45
            wrong = float(np.mean((said[sure] > 0.5) != true[sure]))
            score = -np.mean(np.log(np.clip(np.where(true, said, 1 - said), 1e-12, 1)))
            print(
                f"{name}: off by {off(*one):.3f}; of {int(sure.sum()):,} surer than"
                f" 95% {wrong:.1%} wrong; log score {score:.3f}"
            )


if __name__ == "__main__":
    main()
