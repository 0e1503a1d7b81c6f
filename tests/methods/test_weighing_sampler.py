"""What the sampler says of its own error, by another program and by the truth."""

from __future__ import annotations

import numpy as np
import pytest
from arviz_stats.base import array_stats
from methods.test_weighing import random_case

from solvency.methods import weighing
from solvency.methods.weighing import reweighting
from solvency.methods.weighing.sampler import CHAINS
from solvency.methods.weighing.sampler import Visits
from solvency.methods.weighing.sampler import split_r_hat
from solvency.weighing import weigh

COUNT = 12


def model(seed):
    rng = np.random.default_rng(seed)
    return random_case(rng, COUNT, seen=12, shared=3, exclusions=((0, 1), (5, 9)))[0]


def sampled(monkeypatch, case, error):
    """Return what is sampled, and the visits, shape (chains, sweeps, h)."""
    seen = []
    plain = reweighting.visits

    def watched(*asked):
        seen.append(plain(*asked))
        return seen[-1]

    monkeypatch.setattr(reweighting, "visits", watched)
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    found = weigh(*case, wide=9, nu=4.0, error=error)
    monkeypatch.undo()
    states = seen[-1].states.reshape(-1, CHAINS, COUNT).astype(float)
    return found, states.transpose(1, 0, 2)


def test_split_r_hat_is_that_of_arviz(monkeypatch):
    found, states = sampled(monkeypatch, model(1), 0.004)
    moved = states.reshape(-1, COUNT).std(axis=0) > 0.05
    assert moved.sum() > 3
    ours = split_r_hat(states.transpose(1, 0, 2))[moved]
    theirs = [
        array_stats.rhat(states[:, :, at], chain_axis=0, draw_axis=1, method="split")
        for at in np.flatnonzero(moved)
    ]
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    # So few and so mixed chains are worth this many visits: what is printed, from
    # beliefs and not from visits, errs by no more than visits would.
    for at in np.flatnonzero(moved):
        worth = array_stats.ess(
            states[:, :, at], chain_axis=0, draw_axis=1, method="mean"
        )
        plain = states[:, :, at].std() / np.sqrt(worth)
        assert 0 < found.errors[at] < 2 * plain


def test_r_hat_of_what_never_moves_is_one_and_of_what_only_chains_tell_endless():
    still = np.zeros((8, 4, 2))
    still[:, 1, 1] = 1.0
    assert split_r_hat(still).tolist() == [1.0, np.inf]


@pytest.mark.parametrize("seed", range(4))
def test_the_printed_error_holds_the_truth(monkeypatch, seed):
    case = model(100 + seed)
    exact = weigh(*case, wide=9, nu=4.0)
    found, _ = sampled(monkeypatch, case, 0.008)
    z = (found.posteriors - exact.posteriors) / found.errors
    assert np.abs(z).max() < 4
    assert (np.abs(z) > 2).mean() <= 0.25


@pytest.mark.long
def test_of_many_beliefs_about_one_in_twenty_is_off_by_two_errors(monkeypatch):
    scores = []
    for seed in range(40):
        case = model(1_000 + seed)
        exact = weigh(*case, wide=9, nu=4.0)
        found, _ = sampled(monkeypatch, case, 0.008)
        scores.append((found.posteriors - exact.posteriors) / found.errors)
    z = np.abs(np.concatenate(scores))
    assert (z > 2).mean() < 0.08
    assert z.max() < 5


def test_visits_of_one_weight_err_as_all_visits_do():
    # Four visits of a quarter each, worth four: nothing is moved, and nothing unseen
    # differs in weight, so that beliefs and errors are those of all visits.
    some = np.array([[1, 0], [1, 0], [0, 0], [1, 0]], dtype=bool)
    seen = Visits(
        states=some,
        marginals=np.array([0.7, 0.01]),
        errors=np.array([0.02, 0.003]),
    )
    belief, errors = reweighting.moved(seen, some, np.full(4, 0.25))
    assert belief == pytest.approx([0.7, 0.01], rel=1e-12)
    assert errors == pytest.approx([0.02, 0.003], rel=1e-12)


def test_visits_under_other_errors_are_weighted_by_the_errors_asked_about(monkeypatch):
    # 0 seen of 2, twice: with a variance of 2 the odds of each are exp(-4 / 4), with 1
    # exp(-4 / 2). What is seen of both together, to a million, tells nothing.
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 0)
    reach = [[1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    rest = ([2.0, 2.0], [0.0, 0.0], [(0,), (1,)], [0.5, 0.5])
    seen, wide = [0.0, 0.0, 0.0], np.sqrt(2.0)
    first = weigh(seen, [wide, wide, 1e6], reach, *rest)
    again = weigh(seen, [1.0, 1.0, 1e6], reach, *rest, like=first)
    assert again.method == "sampled"
    for found, odds in ((first, np.exp(-1.0)), (again, np.exp(-2.0))):
        assert found.posteriors == pytest.approx([odds / (1 + odds)] * 2, abs=0.02)


def test_combinations_that_stand_for_all_are_not_the_best(monkeypatch):
    # What is seen of their sum tells little: each of twelve holds in a third of the
    # belief, and in hardly any of the best combinations, which have few of them.
    monkeypatch.setattr(weighing, "MOST_ENUMERATED", 4)
    flows = [(at,) for at in range(COUNT)] + [(0, 1)]
    reach = [[1.0] * COUNT + [0.0]]
    call = (reach, [1.0] * (COUNT + 1), [0.1] * (COUNT + 1), flows, [0.3] * COUNT)
    found = weigh([3.6], [20.0], *call, wide=9)
    some, shares = found.standing(64)
    assert len(some) <= 64
    assert shares.sum() == pytest.approx(1)
    held = [[at in one.hypotheses for at in range(COUNT)] for one in some]
    assert shares @ np.array(held) == pytest.approx([0.3] * COUNT, abs=0.15)
    chance, mean, _ = found.amounts()
    assert chance[:COUNT] == pytest.approx(found.posteriors)
    # The last happens where any of two does: 1 - 0.7 * 0.7.
    assert chance[COUNT] == pytest.approx(0.51, abs=0.12)
    assert mean == pytest.approx([1.0] * (COUNT + 1), abs=0.01)
