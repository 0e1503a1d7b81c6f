"""Weigh a case's hypotheses: which do the observations favour, and how firmly?

The result holds what a reader must see beside each belief: what it was before, how it
would be with another prior, what it rests on (each group of sources left out in turn),
how far wide amounts make the Gaussian answer differ, and what each scenario of the
ledger leaves unexplained.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp
from scipy.special import ndtr
from scipy.stats import truncnorm

from solvency.analysis.defaults import WEIGHING_SEED
from solvency.analysis.weigh.answer import PRIORS
from solvency.analysis.weigh.answer import AmountBelief
from solvency.analysis.weigh.answer import Belief
from solvency.analysis.weigh.answer import Beliefs
from solvency.analysis.weigh.answer import CombinationBelief
from solvency.analysis.weigh.answer import LeftOut
from solvency.analysis.weigh.answer import ScenarioFit
from solvency.analysis.weigh.answer import Unexplained
from solvency.analysis.weigh.double_counting import double_counted
from solvency.analysis.weigh.evidence import contradictions
from solvency.analysis.weigh.evidence import evidence
from solvency.analysis.weigh.evidence import inflated
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.weigh.evidence import Evidence
    from solvency.ledger.case import Case
    from solvency.ledger.case import Scenario
    from solvency.methods.weighing import Weighing

#: Odds beyond these are certainty for every purpose here.
_ODDS = 1e12
#: Observations named for each scenario, and combinations listed.
_WORST, _BEST = 5, 10

Progress = Callable[[str], None]


@wide()
def believe(
    case: Case,
    *,
    seed: int = WEIGHING_SEED,
    best: int = 1000,
    progress: Progress | None = None,
) -> Beliefs:
    """Weigh a case's hypotheses by its observations.

    Args:
        case: the case, of any scenario: all hypotheses are weighed.
        seed: of the sampler, where there are too many to compare all combinations.
        best: combinations the lognormal answer and the amounts are taken from.
        progress: called with a word on each long step.

    Returns:
        The beliefs and what they rest on.

    Raises:
        ValueError: the case has no hypotheses, or no observation to weigh them by.
    """
    tell = progress or (lambda _: None)
    tell("finding how far the stated errors are too narrow")
    found, chi2 = inflated(evidence(case), seed)
    tell(f"weighing {len(found.hypotheses)} hypotheses")
    whole = found.weigh(best=best, seed=seed)
    tell("leaving out each group of sources")
    left_out = _left_out(found, whole)
    book, logs = found.book, whole.lognormal
    weighed = found.weighed_flows()
    return Beliefs(
        hypotheses=tuple(_beliefs(found, whole)),
        scenarios=tuple(scenario_fits(found)),
        combinations=tuple(
            CombinationBelief(
                tuple(found.hypotheses[at] for at in one.hypotheses),
                one.posterior,
                one.chi2,
            )
            for one in whole.combinations[:_BEST]
        ),
        covered=sum(one.posterior for one in whole.combinations[:_BEST]),
        amounts=tuple(_amounts(found, whole)),
        double_counted=double_counted(case, book),
        left_out=left_out,
        method=whole.method,
        error=float(np.max(whole.errors, initial=0.0)),
        check=whole.check,
        inflation=found.inflation,
        chi2=chi2,
        dof=sum(not row.bound for row in found.seen.rows),
        lognormal={}
        if logs is None
        else dict(
            zip(
                found.hypotheses,
                (logs.posteriors - logs.gaussian).tolist(),
                strict=True,
            )
        ),
        lognormal_covered=math.nan if logs is None else logs.covered,
        wide=()
        if logs is None
        else tuple(book.flows[weighed[at]].id for at in logs.wide),
        built_in=tuple(
            (found.seen.rows[row].id, book.flows[flow].id)
            for row, flow in found.seen.repeated
            if book.flows[flow].hypotheses
        ),
        untested=found.seen.untested,
        notes=_notes(found),
    )


def _beliefs(found: Evidence, whole: Weighing) -> list[Belief]:
    number = {name: at for at, name in enumerate(found.hypotheses)}
    at_priors = [whole.at_prior(prior) for prior in PRIORS]
    factors = np.clip(whole.bayes_factors, 1 / _ODDS, _ODDS)
    beliefs = []
    for name, hypothesis in found.case.hypotheses.items():
        at = number.get(name)
        if at is None:
            prior = float(hypothesis.prior)
            shut = any(
                contradictions(found.case, (name, other)) for other in found.certain
            )
            prior = 0.0 if shut and name not in found.certain else prior
            asked = tuple(prior if prior in {0.0, 1.0} else p for p in PRIORS)
            beliefs.append(
                Belief(name, hypothesis.title, prior, prior, 0.0, 1.0, asked, False, ())
            )
            continue
        rows = np.flatnonzero(found.touches(name)).tolist()
        speaking = tuple(
            x.id for row in rows for x in found.seen.rows[row].observations
        )
        beliefs.append(
            Belief(
                name,
                hypothesis.title,
                float(whole.priors[at]),
                float(whole.posteriors[at]),
                float(whole.errors[at]),
                float(factors[at]),
                tuple(float(belief[at]) for belief in at_priors),
                bool(speaking),
                speaking,
            )
        )
    return beliefs


def _amounts(found: Evidence, whole: Weighing) -> list[AmountBelief]:
    chance, means, sigmas = whole.amounts()
    believed = []
    for at, flow in enumerate(found.weighed_flows()):
        one = found.book.flows[flow]
        if one.hypotheses and not math.isnan(means[at]):
            size = float(one.amount.number)
            mean, sigma = float(means[at]), float(sigmas[at])
            backwards = float(ndtr(-mean / sigma)) if sigma else 0.0
            if 0 < backwards < 1:
                cut = truncnorm(-mean / sigma, math.inf, mean, sigma)
                mean, sigma = float(cut.mean()), float(cut.std())
            believed.append(
                AmountBelief(
                    one.id,
                    tuple(sorted(one.hypotheses)),
                    one.amount.commodity,
                    one.amount.number,
                    float(chance[at]),
                    _number(mean * size),
                    _number(sigma * size),
                    backwards,
                )
            )
    return believed


def scenario_fits(found: Evidence) -> list[ScenarioFit]:
    """Compare the scenarios of the case with the observations, the best first."""
    fits = [_scenario(found, one) for one in found.case.scenarios.values()]
    total = float(logsumexp([one.log_evidence for one in fits])) if fits else 0.0
    return sorted(
        (one._replace(posterior=math.exp(one.log_evidence - total)) for one in fits),
        key=lambda one: -one.log_evidence,
    )


def _scenario(found: Evidence, scenario: Scenario) -> ScenarioFit:
    fitted = found.fit(scenario.hypotheses)
    stated = found.fit(scenario.hypotheses, bounds=False)
    # Densities of shares become densities of what is stated.
    rows = found.rows()[2]
    per_unit = float(np.log(found.seen.scales[rows]).sum())
    return ScenarioFit(
        scenario.name,
        scenario.title,
        fitted.log_likelihood - per_unit,
        stated.log_likelihood - per_unit,
        stated.chi2,
        stated.dof,
        0.0,
        tuple(unexplained(found, scenario)[:_WORST]),
    )


def unexplained(found: Evidence, scenario: Scenario) -> list[Unexplained]:
    """Return observations beside what a scenario predicts, worst first."""
    means, spreads = found.expected(scenario.hypotheses)
    noise = found.noise * found.inflation
    beside = []
    for at, row in enumerate(found.seen.rows):
        scale = float(found.seen.scales[at])
        total = math.hypot(float(spreads[at]), float(noise[at]))
        gap = row.value / scale - float(means[at])
        kept = (row.bound == "least" and gap < 0) or (row.bound == "most" and gap > 0)
        beside.append(
            Unexplained(
                row.id,
                row.first.source,
                _number(row.value),
                _number(float(means[at]) * scale),
                row.commodity,
                0.0 if kept else gap / total if total else math.copysign(math.inf, gap),
            )
        )
    return sorted(beside, key=lambda one: -abs(one.z))


def _left_out(found: Evidence, whole: Weighing) -> tuple[LeftOut, ...]:
    """Return belief without each group of sources that speaks to a hypothesis."""
    groups = [found.seen.rows[row].group for row in found.rows()[2]]
    without = whole.leaving_out(groups)
    left = []
    for group in _speaking(found):
        # A group of bounds that say nothing has no row to leave out.
        one = without.get(group)
        beliefs = whole.posteriors if one is None else one.posteriors
        named = dict(zip(found.hypotheses, beliefs.tolist(), strict=True))
        left.append(LeftOut(group, named))
    return tuple(left)


def _speaking(found: Evidence) -> list[str]:
    """Return the groups of sources that speak to any weighed hypothesis."""
    touched = np.zeros(len(found.seen.rows), dtype=bool)
    for name in found.hypotheses:
        touched |= found.touches(name)
    rows = zip(found.seen.rows, touched.tolist(), strict=True)
    return sorted({row.group for row, one in rows if one})


def _notes(found: Evidence) -> tuple[str, ...]:
    notes = []
    if found.inflation > 1.01:
        notes.append(
            "even the best combination leaves more unexplained than the stated errors"
            f" allow: all are widened by {found.inflation:.2f} before weighing"
        )
    groups = found.seen.groups
    if len(groups) == 1:
        notes.append(
            f"every observation comes from one group of sources ({groups[0]}): without"
            " it nothing is left to weigh by, and beliefs are those before"
        )
    silent = [name for name in found.case.hypotheses if not found.touches(name).any()]
    if silent:
        notes.append(
            "no observation speaks to " + ", ".join(silent) + ": belief stays as before"
            " (but for what excludes it)"
        )
    notes += [f"{one.observation.id}: {one.reason}" for one in found.seen.untested]
    return tuple(notes)


def _number(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")
