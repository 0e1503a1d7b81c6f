"""The daily statement of money held apart: required, held, excess."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.customers import of_customers
from solvency.analysis.check.parameters import listed
from solvency.analysis.check.parameters import text

if TYPE_CHECKING:
    from solvency.analysis.check.quantities import World
    from solvency.analysis.check.traits import Mask
    from solvency.ledger.case import Invariant


def segregation(world: World, invariant: Invariant) -> list[Outcome]:
    """Hold at least what must be held apart, at market (17 CFR 1.32, 30.7; CASS 7).

    Required is what customers are owed, account by account, none of them lessening
    another; held is what is held for them, by the entity or by others. `owed:` and
    `accounts:` name the accounts of one class of customers where there are several.
    """
    owed, held = of_customers(world, invariant)
    owed = _named(world, invariant, "owed", owed)
    held = _named(world, invariant, "accounts", held)
    if not (owed.any() or held.any()):
        return []
    label = text(invariant, "class", "") or None
    need = world.one_sided(owed, -1)
    return [Outcome(label, world.currency, world.value(held), need, owed | held)]


def _named(world: World, invariant: Invariant, key: str, usual: Mask) -> Mask:
    """Return the positions in the accounts a parameter names, else the usual ones."""
    names = listed(invariant, key)
    if not names:
        return usual
    within = tuple(f"{name}:" for name in names)
    return world.traits.mask(
        lambda t: t.account.name in names or t.account.name.startswith(within)
    )
