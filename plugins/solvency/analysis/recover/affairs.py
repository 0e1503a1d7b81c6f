"""The statement of affairs: what is free to pay those without security.

Net free assets are what is not pledged, and what collateral exceeds its claim by, less
priority claims. They are shared by the unsecured and by what claims exceed their
collateral by; what is missing is the deficiency (the form courts and textbooks use;
see docs/methods/recover.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Affairs:
    """A statement of affairs, in money."""

    #: What is pledged, at what it would fetch.
    pledged: Decimal
    #: Claims whose collateral covers them, and what it covers of the others.
    fully_secured: Decimal
    partly_secured: Decimal
    #: Free assets and what collateral exceeds claims by, before priority claims.
    free: Decimal
    priority: Decimal
    #: Unsecured claims and what claims exceed collateral by.
    unsecured: Decimal

    @property
    @wide()
    def net_free(self) -> Decimal:
        """Return what is left to the unsecured."""
        return max(ZERO, self.free - self.priority)

    @property
    @wide()
    def deficiency(self) -> Decimal:
        """Return what is missing to pay priority and unsecured claims in full."""
        return max(ZERO, self.unsecured + self.priority - self.free)

    @property
    @wide()
    def rate(self) -> Decimal:
        """Return what share of their claims the unsecured receive.

        Where there are none: all if those before them are paid in full, else nothing.
        """
        if not self.unsecured:
            return Decimal(not self.deficiency)
        return min(Decimal(1), self.net_free / self.unsecured)


@wide()
def affairs(
    free: Decimal,
    collateral: Iterable[tuple[Decimal, Decimal]],
    priority: Decimal,
    unsecured: Decimal,
) -> Affairs:
    """Draw up a statement of affairs.

    Args:
        free: Assets that are not pledged, at what they would fetch.
        collateral: What each pledge would fetch, with the claim it secures.
        priority: Claims with priority.
        unsecured: All other claims without security.

    Raises:
        ValueError: An amount is below zero.
    """
    pledges = list(collateral)
    if min(free, priority, unsecured, *(min(pair) for pair in pledges), ZERO) < 0:
        raise ValueError("assets and claims are amounts of zero or more")
    surplus = sum((max(ZERO, worth - claim) for worth, claim in pledges), ZERO)
    short = sum((max(ZERO, claim - worth) for worth, claim in pledges), ZERO)
    return Affairs(
        pledged=sum((worth for worth, _ in pledges), ZERO),
        fully_secured=sum((c for w, c in pledges if w >= c), ZERO),
        partly_secured=sum((w for w, c in pledges if w < c), ZERO),
        free=free + surplus,
        priority=priority,
        unsecured=unsecured + short,
    )
