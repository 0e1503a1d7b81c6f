"""What a reconciliation finds: claims, suspects, and what would settle them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.listing import Heading
from solvency.figures.listing import listing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.figures.table import Table
    from solvency.model.observations import Untested


#: Standard deviations from which a claim cannot stand beside the rest, or is at odds.
_IMPOSSIBLE, _AT_ODDS = 5.0, 3.0


class Claim(NamedTuple):
    """One claim, as stated and as balanced, in its own commodity."""

    id: str
    #: flow or observation.
    kind: str
    source: str | None
    statement: str
    commodity: str
    claimed: Decimal
    balanced: Decimal
    #: Spread before; None for an amount that is unknown.
    sigma: Decimal | None
    #: Spread after; None where nothing determines the amount.
    sigma_after: Decimal | None
    #: What is claimed less what the others alone would have it be, over the spread of
    #: that gap; None if untested.
    z: float | None
    suspect: bool
    #: Number of the set of claims no identity tells it from; None if alone.
    set: int | None
    #: "least" or "most" where a bound is all that is stated.
    bound: str
    #: Other observations that say the same and count once with it.
    also: tuple[str, ...]
    #: Balanced with errors of one source uncorrelated, and correlated by 0.9.
    apart: Decimal
    together: Decimal

    @property
    def verdict(self) -> str:
        """Say in words how far a suspect is from the rest, by its strain."""
        strain = abs(self.z or 0.0)
        if strain >= _IMPOSSIBLE:
            # Of claims no identity tells apart, any one may be right.
            return "cannot stand" if self.set is None else "cannot all stand"
        return "at odds" if strain >= _AT_ODDS else "in doubt"


class Pull(NamedTuple):
    """How hard a claim pulls on a balanced amount, in that amount's commodity."""

    claim: str
    #: Positive upwards.
    amount: Decimal


class Working(NamedTuple):
    """How a balanced amount comes about; amounts in the claim's commodity.

    The pulls of all claims cancel in the free fit: `own` is what the claim's own
    spread holds against `pulls` and `rest`.
    """

    #: What all other claims alone would have it be.
    others: Decimal
    #: Spread of claimed less that: what a strain of one is.
    gap: Decimal
    #: What the flows as written add up to; None for a flow's own amount.
    written: Decimal | None
    #: Parts of the spread: the claim's own range, its grade; None where joined.
    ranged: Decimal | None
    graded: Decimal | None
    #: Whether the spread is widened because it repeats a row of the dossier.
    repeated: bool
    #: Whether it is because its source gave a hypothesised amount it covers.
    covered: bool
    #: What each flow brings to an observation as balanced; they add up to it.
    parts: tuple[tuple[str, Decimal], ...]
    #: How far the identity of each observation moves a flow; they add up to it.
    moves: tuple[Pull, ...]
    #: The other claims that pull most, the strongest first.
    pulls: tuple[Pull, ...]
    rest: Decimal
    own: Decimal


class Settled(NamedTuple):
    """A further observation that would tell the members of a set apart."""

    claim: str
    #: Mean chi-square by which it would set the right one apart from the wrong.
    gain: float


class Alike(NamedTuple):
    """Claims no identity tells apart, and what evidence would."""

    members: tuple[str, ...]
    #: Whether the claims of this set cannot all stand.
    broken: bool
    would_settle: tuple[Settled, ...]


class Removed(NamedTuple):
    """A step of the search for suspects: a claim let go, and what that mends."""

    claim: str
    z: float
    drop: float
    #: The claims any one of which would have mended the fit as well, itself first.
    alike: tuple[str, ...]
    #: The observation that would best tell them apart, if any would.
    would_settle: tuple[Settled, ...]


class Distance(NamedTuple):
    """An error that the fit supposes, squared: a part of chi-square."""

    #: The claims that have it: one, or those of one driver or of one source.
    claims: tuple[str, ...]
    #: Whether several claims of one source share it.
    shared: bool
    size: float


class Correlated(NamedTuple):
    """The test of all claims with errors of one source correlated."""

    correlation: float
    chi2: float
    dof: int
    p: float
    #: The claims that then cannot stand.
    suspects: tuple[str, ...]


@dataclass(frozen=True)
class Reconciled:
    """Whether a case's claims can all be true.

    Attributes:
        scenario: the scenario whose flows are balanced.
        chi2: squared, standardised distance of the claims from the identities.
        dof: independent tests.
        p: probability of a chi-square this large if every spread is honest.
        inflation: factor on all spreads that would make the claims agree as well as
            claims with honest spreads do.
        approximate: a bound holds an amount, so `p` and spreads are approximate.
        claims: every claim of the identities.
        sets: claims that cannot be told apart.
        removed: suspects, in the order found.
        untested: observations left out, with the reason.
        notes: what the reader must know about the answer.
        correlated: the same test, with the correlation of errors of one source.
        apart: the test with these uncorrelated.
        together: the test with these correlated by 0.9.
        by_construction: (observation, flow) pairs where the observation sized the
            flow: it was left out.
        either_side: (observation, flow) pairs where the flow, whose day is uncertain,
            may have come before or after what the observation is of; taken as written.
        distances: what chi-square sums, largest first.
        workings: how the balanced amount of each suspect comes about, by its id.
    """

    scenario: str
    chi2: float
    dof: int
    p: float
    inflation: float
    approximate: bool
    claims: tuple[Claim, ...]
    sets: tuple[Alike, ...]
    removed: tuple[Removed, ...]
    untested: tuple[Untested, ...]
    notes: tuple[str, ...]
    correlated: Correlated
    apart: Correlated
    together: Correlated
    by_construction: tuple[tuple[str, str], ...]
    either_side: tuple[tuple[str, str], ...]
    distances: tuple[Distance, ...]
    workings: Mapping[str, Working]

    @property
    def suspects(self) -> tuple[Claim, ...]:
        """Return the claims at odds with the rest, worst first."""
        return tuple(
            sorted(
                (claim for claim in self.claims if claim.suspect),
                key=lambda claim: -abs(claim.z or 0.0),
            )
        )

    def to_table(self) -> Table:
        """Return a row a claim."""
        return listing(
            "Claims, as stated and as balanced",
            (
                *map(Heading, ("claim", "kind", "source", "unit")),
                *map(Heading, ("claimed", "balanced", "spread", "spread after", "z")),
                *map(Heading, ("suspect", "set", "statement")),
                *map(Heading, ("balanced at 0", "balanced at 0.9")),
            ),
            tuple(
                (
                    *(c.id, c.kind, c.source or "", c.commodity, c.claimed, c.balanced),
                    *(_or_text(c.sigma), _or_text(c.sigma_after)),
                    "" if c.z is None else Decimal(f"{c.z:.2f}"),
                    "suspect" if c.suspect else "",
                    "" if c.set is None else str(c.set + 1),
                    *(c.statement, c.apart, c.together),
                )
                for c in self.claims
            ),
            notes=self.notes,
        )


def _or_text(value: Decimal | None) -> Decimal | str:
    return "unknown" if value is None else value
