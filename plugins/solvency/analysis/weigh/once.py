"""Weigh a case's hypotheses once, before what stands beside the beliefs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.analysis.weigh.evidence import evidence
from solvency.analysis.weigh.goodness import unfit
from solvency.defaults import WEIGHING_SEED
from solvency.memory import keep_freed
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.weigh.evidence import Evidence
    from solvency.ledger.case import Case
    from solvency.methods.weighing import Weighing

#: Combinations the lognormal answer and the amounts are taken from.
_COMBINATIONS = 1000


@dataclass(frozen=True, slots=True)
class WeighedOnce:
    """A case's hypotheses weighed once, and what they were weighed by."""

    found: Evidence
    whole: Weighing

    @property
    def unfit(self) -> bool:
        """Say whether none of all combinations fits, with errors as stated."""
        return unfit(self.found, self.whole)


@wide()
def weighed_once(
    case: Case,
    *,
    seed: int = WEIGHING_SEED,
    lognormal: bool = False,
    progress: Callable[[str], None] | None = None,
) -> WeighedOnce:
    """Weigh a case's hypotheses, without what stands beside the beliefs.

    Args:
        case: the case, of any scenario: all hypotheses are weighed.
        seed: of the sampler, where there are too many to compare all combinations.
        lognormal: work out lognormal amounts too.
        progress: called with a word before it begins.

    Raises:
        ValueError: the case has no hypotheses, or no observation to weigh them by.
    """
    keep_freed()
    found = evidence(case)
    if progress is not None:
        progress(f"weighing {len(found.hypotheses)} hypotheses")
    return WeighedOnce(
        found, found.weigh(best=_COMBINATIONS, seed=seed, lognormal=lognormal)
    )
