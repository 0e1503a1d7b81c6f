"""Weigh a case's hypotheses: which do the observations favour, and how firmly?

The result holds what a reader must see beside each belief: what it was before, how it
would be with another prior, what it rests on (each group of sources left out in turn),
how far wide amounts make the Gaussian answer differ, and what each scenario of the
ledger leaves unexplained.
"""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import erfcx
from scipy.special import ndtr

from solvency.analysis.split import split
from solvency.analysis.weigh.answer import PRIORS
from solvency.analysis.weigh.answer import AmountBelief
from solvency.analysis.weigh.answer import Belief
from solvency.analysis.weigh.answer import Beliefs
from solvency.analysis.weigh.answer import CombinationBelief
from solvency.analysis.weigh.answer import LeftOut
from solvency.analysis.weigh.answer import Otherwise
from solvency.analysis.weigh.answer import ScenarioFit
from solvency.analysis.weigh.answer import Unexplained
from solvency.analysis.weigh.evidence import at_spreads
from solvency.analysis.weigh.goodness import goodness
from solvency.analysis.weigh.once import WeighedOnce
from solvency.analysis.weigh.once import weighed_once
from solvency.analysis.weigh.predictive import predicted
from solvency.analysis.weigh.spent_twice import double_counted
from solvency.defaults import WEIGHING_SEED
from solvency.figures import arithmetic
from solvency.figures.precision import chances
from solvency.figures.precision import money
from solvency.figures.precision import settled
from solvency.figures.precision import settled_all
from solvency.figures.remark import Remark
from solvency.ledger.asked_scenario import contradictions
from solvency.model.uncertain_amounts import otherwise
from solvency.model.uncertain_days import as_written
from solvency.model.uncertain_days import either_side
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.evidence import Evidence
    from solvency.ledger.case import Case
    from solvency.ledger.case import Scenario
    from solvency.methods.weighing import Weighing

#: Odds beyond these are certainty for every purpose here.
_ODDS = 1e12
#: Correlations of the errors of one source that beliefs are shown at besides.
_APART = (0.0, 0.9)
#: Standard error of sampled beliefs that are shown beside the beliefs.
_ROUGH = 0.02
#: Observations named for each scenario, and combinations listed.
_WORST, _BEST = 5, 10


@wide()
def believe(
    case: Case,
    *,
    weighed: WeighedOnce | None = None,
    seed: int = WEIGHING_SEED,
    otherwise: bool = True,
    beside: bool = True,
    progress: Callable[[str], None] | None = None,
) -> Beliefs:
    """Weigh a case's hypotheses by its observations.

    Args:
        case: the case, of any scenario: all hypotheses are weighed.
        weighed: what was made of the case by `weighed_once`, with the same seed and
            lognormal; made here where there is none.
        seed: of the sampler, where there are too many to compare all combinations.
        otherwise: weigh again with errors taken otherwise: as stated, uncorrelated, at
            half and at twice the spreads. Without, these beliefs are None.
        beside: work out what stands beside the beliefs and few faces show: lognormal
            amounts, what is believed of each amount, and how observations stand to
            what was predicted. Without, these are empty.
        progress: called with a word on each long step.

    Returns:
        The beliefs and what they rest on.

    Raises:
        ValueError: the case has no hypotheses, or no observation to weigh them by.
    """
    tell = progress or (lambda _: None)
    once = weighed or weighed_once(case, seed=seed, lognormal=beside, progress=progress)
    found, whole = once.found, once.whole
    tell("leaving out each group of sources" + otherwise * ", and with other errors")
    elsewhere = _otherwise(found) if otherwise else []
    with split([{"left out": partial(_left_out, found, whole)}]) as at_work:
        others = [_weighed(one, (whole, seed)) for one in elsewhere]
        without = at_work.get("left out", partial(_left_out, found, whole))
        left_out = without()
    book, logs = found.book, whole.lognormal
    flows = found.weighed_flows()
    straddled = either_side(found.book, (row.first for row in found.seen.rows))
    return Beliefs(
        hypotheses=tuple(_beliefs(found, whole, others)),
        scenarios=tuple(scenario_fits(found)),
        combinations=tuple(
            CombinationBelief(
                tuple(found.hypotheses[at] for at in one.hypotheses),
                settled(one.posterior),
                settled(one.chi2),
            )
            for one in whole.combinations[:_BEST]
        ),
        covered=settled(sum(one.posterior for one in whole.combinations[:_BEST])),
        amounts=tuple(_amounts(found, whole)) if beside else (),
        double_counted=double_counted(case, book) if beside else (),
        left_out=left_out,
        method=whole.method,
        error=settled(np.max(whole.errors, initial=0.0)),
        check=whole.check,
        fit=goodness(found, whole),
        by_construction=tuple(
            (name, observation)
            for observation, flow in found.by_construction
            for name in sorted(case.by_id[flow].hypotheses) or [flow]
        ),
        unjudged=settled(whole.unjudged),
        bounds_error=settled(whole.bounds_error),
        lognormal={}
        if logs is None
        else dict(
            zip(
                found.hypotheses,
                settled_all(logs.posteriors - logs.gaussian),
                strict=True,
            )
        ),
        lognormal_covered=math.nan if logs is None else settled(logs.covered),
        wide=()
        if logs is None
        else tuple(book.flows[flows[at]].id for at in logs.wide),
        built_in=tuple(
            (found.seen.rows[row].id, book.flows[flow].id)
            for row, flow in found.seen.repeated
            if book.flows[flow].hypotheses
        ),
        untested=found.seen.untested,
        either_side=straddled,
        notes=_notes(found, whole, straddled),
        predicted=predicted(found, whole) if beside else (),
        alternative=case.uncertainty.alternative,
    )


def _otherwise(found: Evidence) -> list[Evidence]:
    """Return the evidence with errors taken otherwise, in the order of `Otherwise`."""
    half, twice = otherwise(found.case)
    return [
        replace(found, scale=math.inf),
        at_spreads(found, half),
        at_spreads(found, twice),
        *(replace(found, correlation=one) for one in _APART),
    ]


def _weighed(one: Evidence, like: tuple[Weighing, int]) -> dict[str, float]:
    """Return beliefs from evidence like another that was weighed with a seed."""
    weighed = one.weigh(best=1, error=_ROUGH, seed=like[1], like=like[0])
    beliefs = chances(weighed.posteriors, weighed.priors)
    return dict(zip(one.hypotheses, beliefs, strict=True))


def _beliefs(
    found: Evidence, whole: Weighing, others: list[dict[str, float]]
) -> list[Belief]:
    apart = found.apart()
    number = {name: at for at, name in enumerate(found.hypotheses)}
    at_priors = np.array([whole.at_prior(prior) for prior in PRIORS])
    factors = np.clip(whole.bayes_factors, 1 / _ODDS, _ODDS)
    posteriors = chances(whole.posteriors, whole.priors)
    beliefs = []
    for name, hypothesis in found.case.hypotheses.items():
        at = number.get(name)
        if at is None:
            prior = float(hypothesis.prior)
            shut = any(
                contradictions(found.case, (name, other)) for other in found.certain
            )
            prior = 0.0 if shut and name not in found.certain else prior
            prior = settled(apart.get(name, prior))
            asked = tuple(prior if prior in {0.0, 1.0} else p for p in PRIORS)
            same = Otherwise(*[prior] * len(others)) if others else None
            start = (name, hypothesis.title, prior, prior, 0.0, 1.0)
            beliefs.append(Belief(*start, asked, False, (), same))
            continue
        rows = np.flatnonzero(found.touches(name)).tolist()
        speaking = tuple(
            x.id for row in rows for x in found.seen.rows[row].observations
        )
        beliefs.append(
            Belief(
                name,
                hypothesis.title,
                settled(whole.priors[at]),
                posteriors[at],
                settled(whole.errors[at]),
                settled(factors[at], 0.0),
                tuple(chances(at_priors[:, at], [whole.priors[at]] * len(PRIORS))),
                bool(speaking),
                speaking,
                Otherwise._make(one.get(name, 0.0) for one in others)
                if others
                else None,
            )
        )
    return beliefs


def _amounts(found: Evidence, whole: Weighing) -> list[AmountBelief]:
    flows = found.weighed_flows()
    named = [at for at, flow in enumerate(flows) if found.book.flows[flow].hypotheses]
    chance, means, sigmas = whole.amounts(named)
    believed = []
    for at, place in enumerate(named):
        one = found.book.flows[flows[place]]
        if not math.isnan(means[at]):
            size = float(one.amount.number)
            mean, sigma = float(means[at]), float(sigmas[at])
            backwards = float(ndtr(-mean / sigma)) if sigma else 0.0
            if backwards:
                mean, sigma = _cut(mean, sigma)
            believed.append(
                AmountBelief(
                    one.id,
                    tuple(sorted(one.hypotheses)),
                    one.amount.commodity,
                    one.amount.number,
                    settled(chance[at]),
                    money(mean * size, like=one.amount.number),
                    money(sigma * size, like=one.amount.number),
                    settled(backwards),
                )
            )
    return believed


def _cut(mean: float, sigma: float) -> tuple[float, float]:
    """Return mean and spread of a normal cut off at zero."""
    edge = -mean / sigma
    hazard = math.sqrt(2.0 / math.pi) / float(erfcx(edge / math.sqrt(2.0)))
    left = max(0.0, 1.0 + edge * hazard - hazard * hazard)
    return mean + sigma * hazard, sigma * math.sqrt(left)


def scenario_fits(found: Evidence) -> list[ScenarioFit]:
    """Compare the scenarios of the case with the observations, the best first."""
    fits = [_scenario(found, one) for one in found.case.scenarios.values()]
    logs = np.array([one.log_evidence for one in fits])
    shares = arithmetic.exp(logs - logs.max(initial=-math.inf))
    possible = np.isfinite(logs)
    beliefs = chances(shares / shares.sum(), possible)
    return sorted(
        (one._replace(posterior=p) for one, p in zip(fits, beliefs, strict=True)),
        key=lambda one: (-one.log_evidence, one.name),
    )


def _scenario(found: Evidence, scenario: Scenario) -> ScenarioFit:
    fitted = found.fit(scenario.hypotheses)
    stated = fitted
    if found.bounded:
        stated = found.fit(scenario.hypotheses, bounds=False)
    # Densities of shares become densities of what is stated.
    rows = [at for at, row in enumerate(found.seen.rows) if not row.bound]
    per_unit = float(arithmetic.log(found.seen.scales[rows]).sum())
    return ScenarioFit(
        scenario.name,
        scenario.title,
        settled(fitted.log_likelihood - per_unit),
        settled(stated.log_likelihood - per_unit),
        settled(stated.chi2),
        stated.dof,
        0.0,
        tuple(unexplained(found, scenario)[:_WORST]),
    )


def unexplained(found: Evidence, scenario: Scenario) -> list[Unexplained]:
    """Return observations beside what a scenario predicts, worst first."""
    gaps, covariance = found.predictive(scenario.hypotheses)
    spreads = np.sqrt(np.diag(covariance)).tolist()
    beside = []
    for at, row in enumerate(found.seen.rows):
        scale = float(found.seen.scales[at])
        # Of numbers near one: what is less is rounding.
        gap = settled(gaps[at])
        kept = (row.bound == "least" and gap < 0) or (row.bound == "most" and gap > 0)
        beside.append(
            Unexplained(
                row.id,
                row.first.source,
                row.stated,
                money(row.value - float(gaps[at]) * scale, like=row.stated),
                row.commodity,
                0.0 if kept else _standardised(gap, spreads[at]),
            )
        )
    return sorted(beside, key=lambda one: (-abs(one.z), one.observation))


def _standardised(gap: float, total: float) -> float:
    if not total:
        return math.copysign(math.inf, gap)
    return settled(gap / total)


def _left_out(found: Evidence, whole: Weighing) -> tuple[LeftOut, ...]:
    """Return belief without each group of sources that speaks to a hypothesis."""
    groups = [found.seen.rows[row].group for row in found.order]
    without = whole.leaving_out(groups)
    left = []
    for group in _speaking(found):
        # A group of bounds that say nothing has no row to leave out.
        one = without.get(group)
        beliefs = whole.posteriors if one is None else one.posteriors
        settled_ones = chances(beliefs, whole.priors)
        named = dict(zip(found.hypotheses, settled_ones, strict=True))
        left.append(LeftOut(group, named))
    return tuple(left)


def _speaking(found: Evidence) -> list[str]:
    """Return the groups of sources that speak to any weighed hypothesis."""
    touched = np.zeros(len(found.seen.rows), dtype=bool)
    for name in found.hypotheses:
        touched |= found.touches(name)
    rows = zip(found.seen.rows, touched.tolist(), strict=True)
    return sorted({row.group for row, one in rows if one})


def _notes(
    found: Evidence, whole: Weighing, straddled: tuple[tuple[str, str], ...]
) -> tuple[str, ...]:
    notes: list[str] = []
    wider = tuple(found.seen.rows[found.order[at]].id for at in whole.widened)
    if wider:
        notes.append(
            Remark(
                "%(names)s: errors are taken to be wider than stated, for an amount"
                " that reaches it is too wide to compute with; read what stands beside"
                " with amounts as they are",
                names=wider,
            )
        )
    groups = found.seen.groups
    if len(groups) == 1:
        notes.append(
            Remark(
                "every observation comes from one group of sources (%(group)s): without"
                " it nothing is left to weigh by, and beliefs are those before",
                group=groups[0],
            )
        )
    silent = [name for name in found.case.hypotheses if not found.touches(name).any()]
    if silent:
        notes.append(
            Remark(
                "no observation speaks to %(names)s: belief stays as before"
                " (but for what excludes it)",
                names=tuple(silent),
            )
        )
    for observation, flow in found.by_construction:
        notes.append(
            Remark(
                "%(flow)s was sized by %(observation)s, which is left out: it does not"
                " test it",
                flow=flow,
                observation=observation,
            )
        )
    notes += as_written(straddled)
    notes += [
        Remark("%(id)s: %(reason)s", id=one.observation.id, reason=one.reason)
        for one in found.seen.untested
    ]
    return tuple(notes)
