"""Combinations with wide amounts, side by side, against each by itself in full."""

from __future__ import annotations

import numpy as np
import pytest

from solvency.methods.weighing import Bounds
from solvency.methods.weighing import weigh
from solvency.methods.weighing.laplace import Curves
from solvency.methods.weighing.laplace import WideAmounts
from solvency.methods.weighing.laplace import laplace
from solvency.methods.weighing.likelihood import model
from solvency.methods.weighing.wide_bounds import _told

ROWS, FLOWS, KINDS, BOUNDS = 7, 12, 3, 3
#: Flows that always happen, and the hypothesis of each other.
BELONGS = [(), (), (), (0,), (0,), (1,), (1,), (2,), (2,), (0, 1), (1, 2), (2,)]
STATES = [(), (0,), (1,), (2,), (0, 1), (0, 1, 2)]


def case(seed):
    rng = np.random.default_rng(seed)
    means = rng.lognormal(0, 0.5, FLOWS)
    sigmas = means * rng.uniform(0.05, 0.6, FLOWS)
    shared = np.zeros((FLOWS, KINDS))
    shared[np.arange(9), rng.integers(0, KINDS, 9)] = 0.3 * sigmas[:9]
    effects = rng.integers(-1, 2, (ROWS + BOUNDS, FLOWS)).astype(float)
    root = 0.2 * rng.standard_normal((ROWS + BOUNDS, 20))
    noise = root @ root.T
    seen = effects @ (means * rng.uniform(0.7, 1.4, FLOWS))
    whole = model(
        *(seen[:ROWS], noise[:ROWS, :ROWS], effects[:ROWS], means, sigmas),
        *(BELONGS, [0.3, 0.5, 0.6], ()),
        shared=shared,
        nu=4.0,
    )
    some = Bounds(
        effects=effects[ROWS:],
        edges=seen[ROWS:],
        signs=rng.choice([-1.0, 1.0], BOUNDS),
        noise=noise[ROWS:, ROWS:],
        cross=noise[ROWS:, :ROWS],
        sites=np.full((BOUNDS, 2), np.nan),
    )
    spread = np.sqrt(sigmas**2 + (shared**2).sum(axis=1))
    return whole, some, spread, spread > 0.25 * means


def problem(whole, spread, wide, states):
    on = np.array([whole.active(one) for one in states])
    curves = Curves.matched(whole.means, spread)
    return on, *WideAmounts.of(whole, wide, on, curves, spread)


@pytest.mark.parametrize("seed", range(6))
def test_what_bounds_have_to_spare_is_that_of_all_observations_together(seed):
    whole, some, spread, wide = case(seed)
    on, _, narrow = problem(whole, spread, wide, STATES)
    rng = np.random.default_rng(seed)
    told = zip(*_told(whole, some, narrow, on, wide), strict=True)
    for flows, (room, added, root) in zip(on, told, strict=True):
        reach = np.vstack([whole.effects, some.effects])
        few = flows & ~wide
        joint = np.block([[whole.plain, some.cross.T], [some.cross, some.noise]])
        joint += (reach[:, few] * whole.sigmas[few] ** 2) @ reach[:, few].T
        # Amounts that are wide, each as large as it may be, and shared errors.
        amounts = rng.uniform(0, 2, wide.sum()) * flows[wide]
        errors = rng.standard_normal(KINDS)
        expected = reach[:, wide] @ amounts
        expected += reach[:, few] @ (whole.means[few] + whole.shared[few] @ errors)
        weights = np.linalg.solve(joint[:ROWS, :ROWS], joint[:ROWS, ROWS:]).T
        mean = expected[ROWS:] + weights @ (whole.observed - expected[:ROWS])
        rest = joint[ROWS:, ROWS:] - weights @ joint[:ROWS, ROWS:]
        spare = room + added @ np.concatenate([amounts, errors])
        assert spare == pytest.approx(some.signs * (mean - some.edges), abs=1e-9)
        assert root @ root.T == pytest.approx(
            some.signs[:, None] * rest * some.signs, abs=1e-9
        )


@pytest.mark.parametrize("seed", range(6))
def test_combinations_side_by_side_are_each_alone(seed):
    whole, _, spread, wide = case(seed)
    _, beside, _ = problem(whole, spread, wide, STATES)
    found, modes = laplace(whole, beside)
    # From the same start: the mode of the first is where the others begin.
    for at, one in enumerate(STATES):
        _, alone, _ = problem(whole, spread, wide, [STATES[0], one])
        likelihood, mode = laplace(whole, alone)
        assert likelihood[1] == pytest.approx(found[at], abs=1e-6)
        assert mode.chi2[1] == pytest.approx(modes.chi2[at], abs=1e-6)


@pytest.mark.parametrize("bounded", [False, True])
def test_combinations_without_a_wide_amount_are_weighed_as_before(bounded):
    # The loss is wide and did not happen; nothing is left whose mode is to be found.
    some = Bounds(
        effects=np.array([[0.0, 1.0]]),
        edges=np.array([1.5]),
        signs=np.array([1.0]),
        noise=np.array([[0.01]]),
        cross=np.zeros((1, 2)),
        sites=np.full((1, 2), np.nan),
    )
    call = ([0, 2], [0.1, 0.1], np.eye(2), [1, 2], [0.9, 0.01], [(0,), (1,)])
    found = weigh(*call, [0.5, 0.5], best=1, bounds=some if bounded else None)
    assert found.lognormal.wide == (0,)
    assert found.lognormal.combinations == ((1,),)
    assert found.lognormal.weights == pytest.approx([1.0])
