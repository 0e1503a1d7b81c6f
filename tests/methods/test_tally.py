from __future__ import annotations

import math
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest
from halves import halves
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from solvency.methods import tally
from solvency.methods.tally import Drawn
from solvency.methods.tally import draw_each
from solvency.tally import draw
from solvency.tally import exact
from solvency.tally import spread

# Twenty losses, illustrative: central values, half to 1.9 times, and beliefs.
CENTRAL = np.linspace(0.3, 2.4, 20)
LOW, HIGH = CENTRAL * 0.5, CENTRAL * 1.9
BELIEF = np.linspace(0.9, 0.2, 20)


def test_one_to_ten_has_the_known_mean():
    # Squiggle's "1 to 10", the lognormal whose 5% and 95% points these are, has mean
    # 4.0399 (with z rounded), and the median root ten: both halves are of it.
    result = exact([1], [math.sqrt(10)], [10])
    assert result.mean == pytest.approx(4.0399, abs=1e-3)
    assert result.quantile([0.05, 0.95]) == pytest.approx([1, 10], rel=2e-3)


def test_spread_of_an_interval():
    assert spread(1, 4.289707, 0.9) == pytest.approx(1.0, abs=1e-6)  # 2 x 1.6448536


def test_mean_and_variance_of_a_switched_lognormal():
    # Mean p m; variance p (m^2 + s^2) - (p m)^2.
    result = exact([1], [2], [3.5], 0.3)
    mean, sigma = halves(1, 2, 3.5)
    assert result.mean == pytest.approx(0.3 * mean, abs=1e-4)
    wanted = 0.3 * (mean**2 + sigma**2) - 0.09 * mean**2
    assert result.sigma**2 == pytest.approx(wanted, rel=1e-3)
    assert result.at_least(0.01) == pytest.approx(0.3, abs=1e-3)


def test_pert_mean_is_the_weighted_one():
    result = exact([1], [2], [9], shape="pert")
    assert result.mean == pytest.approx((1 + 4 * 2 + 9) / 6, abs=1e-3)
    drawn = draw([1], [2], [9], shape="pert", draws=100_000)
    assert drawn.losses.min() >= 1
    assert drawn.losses.max() <= 9
    assert drawn.mean == pytest.approx(3.0, abs=0.02)


def test_an_amount_that_may_be_zero_is_two_half_normals():
    # About 1, down by 1 / 1.645 and up by 2 / 1.645 a score; below zero is zero.
    drawn = draw([0], [1], [3], draws=200_000)
    whole = exact([0], [1], [3])
    assert drawn.losses.min() >= 0
    assert whole.mean == pytest.approx(halves(0, 1, 3)[0], abs=1e-3)
    assert drawn.losses.min() == 0
    assert (drawn.losses == 0).mean() == pytest.approx(0.05, abs=0.003)
    assert drawn.mean == pytest.approx(whole.mean, abs=0.01)


@pytest.mark.parametrize("shape", ["lognormal", "pert"])
def test_exact_and_drawn_agree(shape):
    central = CENTRAL.copy()
    central[4] *= -1  # a gain
    low = LOW.copy()
    low[7] = 0
    whole = exact(low, central, HIGH, BELIEF, shape=shape)
    drawn = draw(low, central, HIGH, BELIEF, shape=shape, draws=400_000)
    error = drawn.sigma / math.sqrt(drawn.draws)
    assert drawn.mean == pytest.approx(whole.mean, abs=5 * error + whole.step)
    quantiles = [0.05, 0.25, 0.5, 0.75, 0.95]
    assert drawn.quantile(quantiles) == pytest.approx(
        whole.quantile(quantiles), abs=0.05
    )
    levels = whole.quantile([0.2, 0.5, 0.8])
    assert drawn.at_least(levels) == pytest.approx([0.8, 0.5, 0.2], abs=0.005)


def test_amounts_behind_one_switch_come_together():
    whole = exact([1, 1], [1, 1], [1, 1], 0.25, switch=[0, 0])
    assert whole.at_least(1.5) == pytest.approx(0.25, abs=1e-9)
    drawn = draw([1, 1], [1, 1], [1, 1], 0.25, switch=[0, 0], draws=50_000)
    assert set(np.unique(drawn.losses)) == {0.0, 2.0}
    apart = exact([1, 1], [1, 1], [1, 1], 0.25)
    assert apart.at_least(1.5) == pytest.approx(0.0625, abs=1e-9)


def test_joint_combinations_respect_exclusion():
    rows = [[True, False], [False, True], [False, False]]
    drawn = draw([1, 5], [1, 5], [1, 5], combinations=(rows, [2, 1, 1]), draws=100_000)
    values, counts = np.unique(drawn.losses, return_counts=True)
    assert values.tolist() == [0, 1, 5]
    assert counts / 100_000 == pytest.approx([0.25, 0.5, 0.25], abs=0.01)


def test_dependence_widens_and_keeps_the_mean():
    runs = [
        draw(LOW, CENTRAL, HIGH, rho=r, draws=200_000) for r in (0, 0.25, 0.5, 0.75)
    ]
    tails = [float(run.quantile(0.95)) for run in runs]
    assert tails == sorted(tails)
    mean = halves(0.5, 1, 1.9)[0] * CENTRAL.sum()
    for run in runs:
        assert run.mean == pytest.approx(mean, rel=0.01)


def test_full_correlation_adds_scores():
    # Two equal lognormals with rho 1 are one doubled.
    one = draw([1], [2], [4], draws=100_000)
    both = draw([1, 1], [2, 2], [4, 4], rho=1.0, draws=100_000)
    named = draw([1, 1], [2, 2], [4, 4], drivers=["m", "m"], draws=100_000)
    apart = draw([1, 1], [2, 2], [4, 4], drivers=["m", None], draws=100_000)
    assert both.sigma == pytest.approx(2 * one.sigma, rel=0.02)
    assert named.sigma == pytest.approx(2 * one.sigma, rel=0.02)
    assert apart.sigma == pytest.approx(math.sqrt(2) * one.sigma, rel=0.02)


def test_several_correlations_are_drawn_as_each_alone():
    """Amounts of every kind: with ends, certain, shared by a driver, a gain."""
    columns = (
        [1.0, 5.0, 2.0, 0.0, 3.0],
        [2.0, 5.0, -3.0, 1.0, 4.0],
        [4.0, 5.0, 5.0, 2.0, 9.0],
    )
    rest = {
        "switch": [0, 1, 0, 2, 2],
        "drivers": [None, None, "oil", "oil", None],
        "draws": 100_000,
    }
    rhos = (0.5, 0.0, 1.0, 0.5)
    together = draw_each(*columns, [1.0, 0.4, 0.7], rhos=rhos, **rest)
    for rho, found in zip(rhos, together, strict=True):
        alone = draw(*columns, [1.0, 0.4, 0.7], rho=rho, **rest)
        assert np.array_equal(found.losses, alone.losses)


def test_correlation_of_scores():
    # Sum of two: variance 2 s^2 (1 + r_amounts); the lognormals' correlation for scores
    # correlated r is (exp(r t^2) - 1) / (exp(t^2) - 1), t the spread of the logarithm.
    t2 = (math.log(2) / 1.6448536269514722) ** 2
    for keys in ({"rho": 0.5}, {"drivers": ["m", "m"], "driver_rho": 0.5}):
        both = draw([1, 1], [2, 2], [4, 4], draws=400_000, **keys)
        sigma = 2 * math.exp(t2 / 2) * math.sqrt(math.expm1(t2))
        wanted = 2 * sigma**2 * (1 + math.expm1(0.5 * t2) / math.expm1(t2))
        assert both.sigma**2 == pytest.approx(wanted, rel=0.02)


def test_same_digits_on_every_executor():
    keys = {"draws": 200_000, "seed": 7, "rho": 0.3}
    alone = draw(LOW, CENTRAL, HIGH, BELIEF, **keys)
    with ThreadPoolExecutor(2) as threads:
        shared = draw(LOW, CENTRAL, HIGH, BELIEF, executor=threads, **keys)
    assert np.array_equal(alone.losses, shared.losses)
    assert not np.array_equal(
        alone.losses, draw(LOW, CENTRAL, HIGH, BELIEF, draws=200_000, seed=8).losses
    )


@pytest.mark.long
def test_same_digits_in_processes():
    keys = {"draws": 150_000, "seed": 7}
    alone = draw(LOW, CENTRAL, HIGH, BELIEF, **keys)
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        shared = draw(LOW, CENTRAL, HIGH, BELIEF, executor=pool, **keys)
    assert np.array_equal(alone.losses, shared.losses)


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")  # a cluster warns of what it finds on its host
def test_same_digits_on_a_dask_cluster():
    distributed = pytest.importorskip("distributed")
    keys = {"draws": 150_000, "seed": 7, "rho": 0.3}
    alone = draw(LOW, CENTRAL, HIGH, BELIEF, **keys)
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=None
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        shared = draw(LOW, CENTRAL, HIGH, BELIEF, executor=client, **keys)
    assert np.array_equal(alone.losses, shared.losses)


@settings(deadline=None, max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.floats(0.1, 100), st.floats(0.1, 1), st.floats(1, 3), st.floats(0, 1)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_exact_mean_is_the_sum_of_means(rows):
    central, down, up, belief = np.array(rows).T
    whole = exact(central * down, central, central * up, belief)
    means = [halves(d * c, c, u * c)[0] for c, d, u, _ in rows]
    assert whole.mean == pytest.approx(means @ belief, abs=2 * whole.step, rel=1e-5)
    assert whole.probabilities.sum() == pytest.approx(1)
    assert float(whole.quantile(0.9)) >= float(whole.quantile(0.1))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: draw([2], [1], [3]), "amount 0: 0 <= low <= central <= high"),
        (lambda: draw([1], [1], [3], 1.5), "a probability"),
        (lambda: draw([1], [1], [3], rho=2), "rho is a correlation"),
        (lambda: draw([1], [1], [3], interval=0), "amount 0: an interval"),
        (lambda: draw([1], [1], [3], shape="uniform"), "lognormal or pert"),
        (lambda: draw([1], [1], [3], drivers=["a", "b"]), "1 amounts and 2 drivers"),
        (lambda: draw([1], [1], [3], switch=[-1]), "a switch that does not exist"),
        (lambda: draw([1], [1], [3], combinations=([[1]], [-1])), "a weight each"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_the_middle_of_what_mostly_takes_nothing_is_nothing():
    # Four of ten draws lose about 1,350; the middle and the low end of all are nil,
    # on whatever grid they are summed.
    found = exact([900.0], [1350.0], [1800.0], [0.4])
    assert found.quantile([0.05, 0.5]).tolist() == [0.0, 0.0]
    assert found.quantile(0.95) > 1500


def test_quantiles_stay_where_there_is_anything():
    # One loss in two, of 100 to 300: nothing below zero, however coarse the grid.
    found = exact([100.0], [200.0], [300.0], [0.5])
    low, high = found.quantile([0.0, 1.0])
    assert low >= 0
    assert high <= found.start + found.step * (len(found.probabilities) - 1)


def test_of_losses_of_nil_the_total_is_nil():
    assert exact([0, 0], [0, 0], [0, 0], 0.5).quantile([0.05, 0.95]).tolist() == [0, 0]


def test_what_is_certain_is_neither_spread_over_the_grid_nor_drawn(monkeypatch):
    asked = []

    def counted(part, step, size):
        asked.append(part.kind)
        return cells(part, step, size)

    class Drawing:
        def __init__(self, seed):
            self._rng = rng(seed)

        def standard_normal(self, size):
            asked.append("score")
            return self._rng.standard_normal(size)

        def random(self, size):
            return self._rng.random(size)

    cells, rng = tally._cells, np.random.default_rng
    monkeypatch.setattr(tally, "_cells", counted)
    monkeypatch.setattr(np.random, "default_rng", Drawing)
    low, high = np.full(9, 2.0), np.full(9, 2.0)
    high[1] = 3.0
    asked.clear()
    found = exact(low, low, high, 0.5)
    assert asked == ["lognormal"]
    asked.clear()
    drawn = draw(low, low, high, 0.5, rho=0.5, draws=50_000)
    # What they have in common, the first amount's, which it has for its own, and the
    # second's; of the seven after it none.
    assert asked == ["score"] * 3
    assert drawn.mean == pytest.approx(found.mean, rel=0.02)


def test_amounts_that_are_certain_add_up_on_the_grid_whatever_their_sign():
    central = np.array([5.0, -2.0, 3.0, -7.0])
    found = exact(np.abs(central), central, np.abs(central), switch=[0, 0, 1, 1])
    assert found.mean == pytest.approx(-1.0, abs=2 * found.step)
    assert found.sigma == pytest.approx(0.0, abs=1e-6)


def test_the_error_of_a_quantile_is_half_the_way_between_its_neighbours():
    # 0, 1, ..., 100: of 400 draws a share of 0.2 errs by 0.02, so that its neighbours
    # are 18 and 22; of the ends there is but one side.
    found = Drawn(np.arange(101.0), 0)
    assert found.error(0.2, 400) == pytest.approx(2.0)
    assert found.error(0.0, 400) == 0.0
    assert found.error(0.5, 1) == pytest.approx(50.0)
