"""A case's claims as columns, and the identities its ledger holds them to."""

from __future__ import annotations

import math
import re
from copy import copy
from typing import TYPE_CHECKING

import numpy as np
from scipy import sparse

from solvency.methods.balancing import balance
from solvency.model.observations import amounts_of
from solvency.model.shared_errors import error_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.ledger.case import Flow
    from solvency.methods.balancing import Balanced
    from solvency.model.observations import Observed

    Array = NDArray[np.float64]

#: How balancing names claims: by their columns.
_NUMBERS = re.compile(r"claims \[([\d, ]+)\]")
#: Least spread of a bound, as a share of its size.
_GIVE = 1e-3
#: A multiple this far below zero, or a bound broken by this share, is no rounding.
SIGN = 1e-9
#: Claims told one by one where all are exact and contradict one another.
_TOLD = 3
#: Sign of the gap (flows less stated) that breaks a bound.
_WRONG = {"least": -1.0, "most": 1.0}
#: The most that errors of one source go together: one cannot be told from one.
_AS_ONE = 1.0 - 1e-9


class Problem:
    """The claims as columns: the flows some observation tests, the observations.

    Flows of one driver are one claim: their amounts rise and fall together, each by as
    many of its own spreads. The first of them has the column, and the others follow.
    What one source says shares a part of its error: its amounts among themselves, and
    its observations among themselves. An observation from the source of a hypothesised
    amount it covers is taken as less exact instead.
    """

    def __init__(self, seen: Observed, correlation: float) -> None:
        self.seen = seen
        self.book = seen.book
        #: Flows some observation tests: the others stand as claimed.
        self.flows = np.array(seen.reached, dtype=np.intp)
        self._repeated = seen.widening()
        self._by_its_source = seen.covered()
        named = [self.book.flows[flow] for flow in self.flows.tolist()]
        amounts = amounts_of(self.book, named)
        #: Mean multiples of what is written.
        self.means = np.array([amount.mean for amount in amounts], dtype=float)
        self._written = np.array([one.sigma / one.mean for one in amounts], dtype=float)
        self._free = np.array([flow.basis == "plug" for flow in named], dtype=bool)
        self.values = np.concatenate([np.ones(len(named)), seen.values / seen.scales])
        shown = [
            scale * row.shown
            for scale, row in zip(seen.scales.tolist(), seen.rows, strict=True)
        ]
        self._sizes = [*(float(flow.amount.number) for flow in named), *shown]
        self.correlate(correlation)
        # A column is a multiple of the flow's mean: what is shown is as much of what
        # is written, so that an uncontested amount stays.
        effects = sparse.diags_array(1.0 / seen.scales) @ seen.effects[:, self.flows]
        effects = effects @ sparse.diags_array(self.means)
        #: The column each claim is balanced in, and by how much it moves with that.
        self.lead, self.ratio = _driven(named, self.sigmas)
        following = self.ratio[: len(named)]
        alone = np.arange(len(named)) == self.lead[: len(named)]
        #: What the identities sum to: the part of a follower that does not move.
        self.totals = -(effects @ np.where(alone, 0.0, 1.0 - following))
        effects = effects @ sparse.csr_array(
            (following, (np.arange(len(named)), self.lead[: len(named)])),
            shape=(len(named), len(named)),
        )
        self.identities = sparse.hstack(
            [effects, -sparse.eye_array(len(seen.rows))], format="csr"
        )

    def at(self, correlation: float) -> Problem:
        """Return the same claims with errors of one source that go so far together."""
        found = copy(self)
        found.correlate(correlation)
        return found

    def correlate(self, correlation: float) -> None:
        """Say how far errors of one source go together; no bound has joined yet."""
        seen, (repeated, flows) = self.seen, self._repeated
        self.correlation = correlation
        #: Whether an observation is less exact because its source gave an amount.
        self.covered = self._by_its_source & (repeated**2 < 1.0 + correlation)
        rows = np.where(self.covered, math.sqrt(1.0 + correlation), repeated)
        self.wider = rows, flows
        # Whether a bound is broken shows in how far it gives way: it must a little.
        give = np.where([bool(row.bound) for row in seen.rows], _GIVE, 0.0)
        self.sigmas = np.concatenate(
            [
                np.where(self._free, math.inf, self._written * flows[self.flows]),
                np.maximum(seen.sigmas / seen.scales * rows, give),
            ]
        )
        #: Bounds that join the fit; rows that are no bound always do.
        self.joined = np.array([not row.bound for row in seen.rows], dtype=bool)

    def balanced(self, lower: Array | None = None) -> Balanced:
        """Balance the claims, bounds that hold left unknown; look for no suspects.

        Args:
            lower: least admissible amounts, shape (columns,).
        """
        sigmas = self._spreads()
        return balance(
            self.values,
            sigmas,
            self.identities,
            self.totals,
            shared=self._shared(sigmas),
            lower=lower,
            level=0.0,
        )

    def sharing(self) -> list[list[int]]:
        """Return the columns that share an error: what one source says, if several."""
        sigmas = self._spreads()
        members: dict[tuple[str, str], list[int]] = {}
        for column in np.flatnonzero(np.isfinite(sigmas) & (sigmas > 0)).tolist():
            if column < len(self.flows):
                flow = self.book.flows[int(self.flows[column])]
                error = error_of(self.book.case, flow)
                if error is None or error[0]:
                    continue
                key = "amount", error[1]
            else:
                row = self.seen.rows[column - len(self.flows)]
                key = "observation", row.group
            members.setdefault(key, []).append(column)
        several = [columns for columns in members.values() if len(columns) > 1]
        return several if self.correlation else []

    def _shared(self, sigmas: Array) -> Array:
        """Return spreads by the errors that claims share, a column each."""
        several = self.sharing()
        part = math.sqrt(min(self.correlation, _AS_ONE))
        shared = np.zeros((len(sigmas), len(several)))
        for at, columns in enumerate(several):
            shared[columns, at] = part * sigmas[columns]
        return shared

    def _spreads(self) -> Array:
        """Return the spreads that are balanced: what follows another has none."""
        sigmas = self.known()
        sigmas[self.lead != np.arange(len(sigmas))] = 0.0
        return sigmas

    def amounts(self, found: Balanced) -> Array:
        """Return the balanced amounts, as multiples of what is claimed."""
        moved = found.values[self.lead] - self.values[self.lead]
        return np.asarray(self.values + self.ratio * moved)

    def spreads(self, found: Balanced) -> Array:
        """Return the spreads of the balanced amounts."""
        return np.asarray(self.ratio * found.sigmas[self.lead])

    def together(self, columns: Iterable[int]) -> tuple[int, ...]:
        """Return claims with those that follow them."""
        return tuple(
            int(claim)
            for column in columns
            for claim in np.flatnonzero(self.lead == column)
        )

    def known(self) -> Array:
        """Return spreads, those of bounds that hold without end."""
        sigmas = self.sigmas.copy()
        sigmas[len(self.flows) :][~self.joined] = math.inf
        return sigmas

    def size(self, column: int) -> float:
        """Return how much of its commodity one unit of a column stands for."""
        return float(self._sizes[column])

    def written(self, column: int) -> Decimal:
        """Return what a column's claim says, as it is written."""
        if column < len(self.flows):
            return self.book.flows[int(self.flows[column])].amount.number
        return self.seen.rows[column - len(self.flows)].stated

    def turn(self, found: Balanced) -> bool:
        """Let broken bounds join and those that pull the wrong way leave.

        Returns:
            Whether any did.
        """
        before, values = self.joined.copy(), self.amounts(found)
        for at, row in enumerate(self.seen.rows):
            if row.bound:
                column = len(self.flows) + at
                gap = float(values[column] - self.values[column])
                self.joined[at] = gap * _WRONG[row.bound] > SIGN
        return bool(np.any(before != self.joined))

    def without(self, found: Balanced, column: int) -> tuple[float, float]:
        """Return what the others would have a claim say, and the spread of the gap."""
        lead = int(self.lead[column])
        amount, spread = found.without(lead)
        ratio = float(self.ratio[column])
        moved = amount - float(self.values[lead])
        return float(self.values[column]) + ratio * moved, ratio * spread

    def name(self, column: int) -> str:
        """Return the id of the claim a column stands for."""
        if column < len(self.flows):
            return self.book.flows[int(self.flows[column])].id
        return self.seen.rows[column - len(self.flows)].id

    def explained(self, message: str) -> str:
        """Say in the case's names what balancing found impossible."""
        found = self._certain_conflict() or self._named(message)
        if not found:
            return message
        return (
            f"these claims are all taken as exact and contradict one another: {found}."
            " No balancing can mend what is taken as certain: give one of them a low"
            " and high, or its grade a spread"
        )

    def _named(self, message: str) -> str:
        """Return the exact claims that a message has by number."""
        numbers = _NUMBERS.search(message)
        if numbers is None:
            return ""
        return ", ".join(self.name(int(one)) for one in numbers[1].split(","))

    def _certain_conflict(self) -> str:
        """Return the exact observations that exact flows do not add up to."""
        flows, rows = self.flows, len(self.seen.rows)
        exact = self.sigmas[: len(flows)] == 0
        names = []
        for at in range(rows):
            touching = self.identities[[at]].indices
            own = touching[touching < len(flows)]
            row = self.seen.rows[at]
            if self.sigmas[len(flows) + at] == 0 and exact[own].all():
                gap = float(self.seen.predicted[at]) - row.value
                wrong = abs(gap) if not row.bound else gap * _WRONG[row.bound]
                if wrong > 1e-9 * self.seen.scales[at]:
                    names.append(
                        f"{row.id} ({row.first.source}) says {row.value:,.2f}"
                        f" {row.commodity} of {', '.join(row.first.accounts)} on"
                        f" {row.first.date}, the flows {self.seen.predicted[at]:,.2f}"
                    )
        if len(names) > _TOLD:
            names[_TOLD:] = [f"and {len(names) - _TOLD:,} more"]
        return "; ".join(names)


def _driven(flows: list[Flow], sigmas: Array) -> tuple[NDArray[np.intp], Array]:
    """Return the claim each follows, itself if none, and its spread over that one's."""
    lead, ratio = np.arange(len(sigmas)), np.ones(len(sigmas))
    first: dict[str, int] = {}
    for at, flow in enumerate(flows):
        sigma = float(sigmas[at])
        if flow.driver is not None and 0 < sigma < math.inf:
            lead[at] = first.setdefault(flow.driver, at)
            ratio[at] = sigma / float(sigmas[lead[at]])
    return lead, ratio
