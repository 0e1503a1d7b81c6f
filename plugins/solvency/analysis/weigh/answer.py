"""What weighing a case's hypotheses finds, and what each belief rests on."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.defaults import UNFIT
from solvency.figures.formats import percent
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.precision import settled

if TYPE_CHECKING:
    from solvency.analysis.weigh.predictive import Predicted
    from solvency.analysis.weigh.spent_twice import DoubleCounted
    from solvency.figures.table import Table
    from solvency.model.observations import Untested

#: A belief beyond this is told as more than it.
_CERTAIN = 0.999
#: Priors at which each hypothesis's belief is shown.
PRIORS = (0.1, 0.25, 0.5, 0.75, 0.9)


class Otherwise(NamedTuple):
    """What would be believed of a hypothesis, were errors taken otherwise."""

    #: With errors as stated: no unknown scale.
    as_stated: float
    #: With half and with twice the spreads of grades.
    at_half: float
    at_twice: float
    #: With errors of one source uncorrelated, and all but the same (0.9).
    apart: float
    together: float


class Belief(NamedTuple):
    """A hypothesis before and after the observations."""

    id: str
    title: str
    #: Belief before, exclusions respected.
    prior: float
    posterior: float
    #: Standard error of the posterior; zero where exact.
    error: float
    #: Posterior odds over prior odds: what the observations add.
    bayes_factor: float
    #: What the posterior would be were belief before, exclusions respected, each of
    #: `PRIORS`.
    at_priors: tuple[float, ...]
    #: Whether any observation speaks to it.
    tested: bool
    #: Those that do: its flows move what they state.
    speaking: tuple[str, ...]
    #: None where it was not asked for.
    otherwise: Otherwise | None


class Unexplained(NamedTuple):
    """An observation beside what a scenario predicts."""

    observation: str
    source: str
    stated: Decimal
    predicted: Decimal
    commodity: str
    #: Observed less predicted, in units of the predicted spread; 0 for a bound kept.
    z: float


class ScenarioFit(NamedTuple):
    """How a scenario of the ledger stands to the observations."""

    name: str
    title: str
    log_evidence: float
    #: The same of the statements without the bounds, which `chi2` leaves out too.
    log_stated: float
    chi2: float
    dof: int
    #: Belief among the scenarios, each as likely before.
    posterior: float
    #: What it leaves unexplained, worst first.
    unexplained: tuple[Unexplained, ...]


class CombinationBelief(NamedTuple):
    """One combination of hypotheses."""

    hypotheses: tuple[str, ...]
    posterior: float
    chi2: float


class AmountBelief(NamedTuple):
    """What is believed of a hypothesised flow's amount if it happened."""

    flow: str
    hypotheses: tuple[str, ...]
    commodity: str
    written: Decimal
    probability: float
    #: Mean and spread of the Gaussian amount, cut off at zero.
    mean: Decimal
    sigma: Decimal
    #: Probability the Gaussian gave to an amount below zero: near one, the fit would
    #: have the flow run backwards, and its hypothesis has no support of its own.
    backwards: float


class Goodness(NamedTuple):
    """How well the best-fitting combination fits, with errors as stated.

    That is the best of all or, where they are too many to compare, the best that a
    search found.
    """

    chi2: float
    dof: int
    p: float
    #: Belief in "something else"; None where the case gives it no prior.
    something_else: float | None
    #: Chi-square below which no combination is, found or not, and its probability.
    no_less: float
    at_most: float


class LeftOut(NamedTuple):
    """Beliefs without one group of sources."""

    group: str
    posteriors: dict[str, float]


def _surely(belief: float | None) -> str:
    """Return a belief to three places: none is certain, and none is nothing."""
    if belief is None:
        return ""
    if belief > _CERTAIN:
        return f"more than {_CERTAIN}"
    if belief < 1 - _CERTAIN:
        return f"less than {1 - _CERTAIN:.3f}"
    return f"{belief:.3f}"


@dataclass(frozen=True)
class Beliefs:
    """Belief in a case's hypotheses after its observations.

    Attributes:
        hypotheses: one an hypothesis, in the case's order.
        scenarios: the scenarios side by side.
        combinations: the best combinations.
        covered: belief the combinations listed hold together.
        amounts: what is believed of hypothesised amounts.
        double_counted: hypotheses that spend the same money.
        left_out: beliefs without each group of sources.
        method: exact or sampled.
        error: largest standard error of a posterior.
        check: largest difference in nats between fast and stable likelihoods, mostly
            rounding: print `quantised.bound` of it.
        fit: how well the best-fitting combination fits.
        by_construction: (hypothesis, observation) pairs where the observation sized
            the hypothesis: it was left out.
        unjudged: belief that combinations could hold whose bounds were not judged.
        bounds_error: standard error of the log probability of a combination's bounds.
        lognormal: belief in each hypothesis with lognormal amounts less the Gaussian
            one, over the same combinations; empty where no amount is wide.
        lognormal_covered: belief these combinations hold.
        wide: flows whose amounts are uncertain by more than half.
        built_in: (observation, flow) pairs that rest on one row of the dossier:
            candidates for `sized-by:`.
        either_side: (observation, flow) pairs where the flow, whose day is uncertain,
            may have come before or after what the observation is of; taken as written.
        untested: observations left out, and why.
        notes: what the reader must know about the answer.
    """

    hypotheses: tuple[Belief, ...]
    scenarios: tuple[ScenarioFit, ...]
    combinations: tuple[CombinationBelief, ...]
    covered: float
    amounts: tuple[AmountBelief, ...]
    double_counted: tuple[DoubleCounted, ...]
    left_out: tuple[LeftOut, ...]
    method: str
    error: float
    check: float
    fit: Goodness
    by_construction: tuple[tuple[str, str], ...]
    unjudged: float
    bounds_error: float
    lognormal: dict[str, float]
    lognormal_covered: float
    wide: tuple[str, ...]
    built_in: tuple[tuple[str, str], ...]
    either_side: tuple[tuple[str, str], ...]
    untested: tuple[Untested, ...]
    notes: tuple[str, ...]
    #: How observations and families of them stand to what is predicted, worst first.
    predicted: tuple[Predicted, ...] = ()
    #: Prior and spread of "something else", where the case states them.
    alternative: tuple[Decimal, Decimal] | None = None

    @property
    def unfit(self) -> bool:
        """Say whether none of all combinations fits, with errors as stated."""
        return self.fit.at_most < UNFIT

    @property
    def verdict(self) -> tuple[str, ...]:
        """Say what must be read before any belief: whether anything fits at all."""
        lines = []
        said = f"chi-square {self.fit.chi2:.0f} on {self.fit.dof} observations"
        if self.unfit:
            best, rest = "the best-fitting combination has", ""
            if self.method == "sampled":
                best = "of more combinations than can be compared the best found has"
                rest = (
                    f", and none less than {math.floor(self.fit.no_less)}"
                    f" (p at most {self.fit.at_most:.1g})"
                )
            lines.append(
                f"none of these fits as stated: {best} {said} (p {self.fit.p:.1g})"
                f"{rest}; beliefs say which is least far off, with all errors larger by"
                " one unknown factor, and not that any is so"
            )
        elif self.fit.p < UNFIT:
            lines.append(
                "of more combinations than can be compared none that was found fits as"
                f" stated: the best has {said} (p {self.fit.p:.1g}); one that fits may"
                " have been missed"
            )
        if self.alternative is not None:
            prior, error = self.alternative
            lines.append(
                f"something else, believed {prior} before, predicting each observation"
                f" to {percent(error, 0)}: {_surely(self.fit.something_else)} after;"
                " all other beliefs are given that it is not so"
            )
        elif self.unfit:
            lines.append(
                'the case states no "something else" (custom "alternative"): beliefs'
                " are relative, among the explanations somebody wrote down"
            )
        return tuple(lines)

    @property
    def inflation(self) -> float:
        """Return the factor on all errors at which the best fit would be usual (Birge).

        Reported only: the scale of errors is integrated out.
        """
        if self.fit.dof == 0 or self.fit.chi2 <= self.fit.dof:
            return 1.0
        return settled(math.sqrt(self.fit.chi2 / self.fit.dof))

    @property
    def ordered(self) -> list[Belief]:
        """Return the hypotheses, the most believed first, else by name."""
        return sorted(self.hypotheses, key=lambda one: (-one.posterior, one.id))

    def to_table(self) -> Table:
        """Return a row a hypothesis, the most believed first."""
        return listing(
            "Hypotheses, weighed by what was observed",
            (
                Heading("hypothesis"),
                Heading("prior"),
                Heading("posterior", places=3),
                Heading("bayes factor"),
                *(Heading(f"at prior {prior:g}") for prior in PRIORS),
                Heading("lowest without a source"),
                Heading("highest without a source"),
                Heading("title"),
            ),
            tuple(
                (
                    one.id,
                    Decimal(f"{one.prior:.4f}"),
                    Decimal(f"{one.posterior:.6f}"),
                    Decimal(f"{one.bayes_factor:.4g}"),
                    *(Decimal(f"{belief:.4f}") for belief in one.at_priors),
                    *(Decimal(f"{end:.4f}") for end in self._range(one)),
                    one.title,
                )
                for one in self.ordered
            ),
            notes=(*self.verdict, *self.notes),
        )

    def _range(self, one: Belief) -> tuple[float, float]:
        """Return how far belief goes when any one group of sources is left out."""
        found = [left.posteriors.get(one.id, one.posterior) for left in self.left_out]
        return min(found, default=one.posterior), max(found, default=one.posterior)
