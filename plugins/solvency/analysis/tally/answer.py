"""What a tally finds: the total, the rest, and what dependence does to them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.analysis.tally.untraced import Untraced

#: Shares of belief at which amounts are given.
QUANTILES = (0.05, 0.5, 0.95)


class Expected(NamedTuple):
    """What one flow takes on average, behind its chance."""

    flow: str
    chance: float
    #: Mean of its draws; an amount cut off at zero averages more than is written.
    mean: Decimal


class Loss(NamedTuple):
    """What one hypothesis takes, if it holds."""

    id: str
    #: Probability that it holds, as the tally has it.
    probability: float
    #: Central amount, positive for a loss; low and high ends added up.
    central: Decimal
    low: Decimal
    high: Decimal
    #: Mean of what its draws take, its chance counted: these add up to the mean total.
    expected: Decimal
    #: The flows it is made of: chances times means add up to it.
    parts: tuple[Expected, ...]


class ScenarioTally(NamedTuple):
    """The losses of a scenario whose hypotheses all hold."""

    name: str
    title: str
    quantiles: dict[str, Decimal]
    #: What customers lack in its books; None where nobody owes them anything.
    hole: Decimal | None
    #: Quantiles of what is untraced less what it explains; none where nobody counted.
    unexplained: dict[str, Decimal]
    #: Probability that its losses come to what is untraced; None where nothing is.
    reaches: float | None
    method: str


class Dependence(NamedTuple):
    """What a common factor does to the total."""

    rho: float
    quantiles: dict[str, Decimal]
    #: Probability that the total comes to what is untraced; None where nothing is.
    reaches: float | None


@dataclass(frozen=True)
class Tallied:
    """The distribution of what the hypotheses explain.

    Attributes:
        currency: of all amounts.
        at: the day of what is untraced, and of what customers lack.
        switches: prior, posterior, or the name of the scenario that holds for sure.
        method: exact or sampled.
        draws: number of draws; of the dependence table too where exact.
        seed: what reproduces them.
        mean: mean total: what is quoted as one number, since its parts add up to it.
        quantiles: of the total, by share.
        at_least: probability of a total of at least an amount, by amount.
        hole: what customers are owed less what is held for them, a debt that needs
            no explaining; None where nobody owes them anything.
        to_explain: what is untraced in the established books; None where nobody
            counted.
        unexplained: quantiles of what is untraced less what they explain of it; none
            where nobody counted.
        hypotheses: what each takes, the largest expected loss first.
        scenarios: each scenario of the ledger.
        dependence: what a common factor does to the total.
        notes: what the reader must know about the answer.
    """

    currency: str
    at: datetime.date
    switches: str
    method: str
    draws: int
    seed: int
    mean: Decimal
    quantiles: dict[str, Decimal]
    at_least: dict[str, float]
    hole: Decimal | None
    to_explain: Decimal | None
    unexplained: dict[str, Decimal]
    hypotheses: tuple[Loss, ...]
    scenarios: tuple[ScenarioTally, ...]
    dependence: tuple[Dependence, ...]
    notes: tuple[str, ...]
    #: What is untraced and how much of it is explained; None where nobody counted.
    untraced: Untraced | None = None
    #: Of how many draws of their own the draws are worth; None where exact.
    effective: int | None = None
    #: Standard errors of the quantiles; none where exact.
    errors: dict[str, Decimal] = field(default_factory=dict)

    def error_of(self, chance: float) -> float:
        """Return the standard error of a share of the draws."""
        if self.effective is None:
            return 0.0
        return math.sqrt(chance * (1.0 - chance) / self.effective)
