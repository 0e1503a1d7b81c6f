"""Own tokens: coins with whoever issued them, and coins that a group issued itself.

A coin an entity issued is worth nothing to it: it can make as many as it likes. To a
group the same holds of coins that a member issued, as of treasury shares; they count at
market or at nothing, as the basis or the test says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container

    from solvency.ledger.case import Account
    from solvency.ledger.case import Case


def issuer_of(case: Case, commodity: str) -> str | None:
    """Return who issued a commodity, None where nobody said."""
    found = case.commodities.get(commodity)
    return found.issuer if found else None


def is_issued_by(case: Case, commodity: str, some: Container[str]) -> bool:
    """Say whether one of some entities issued a commodity."""
    issuer = issuer_of(case, commodity)
    return issuer is not None and issuer in some


def is_with_its_issuer(case: Case, account: Account, commodity: str) -> bool:
    """Say whether an account holds what its entity issued: it is worth nothing there.

    A debt in an own token is none: it is owed at the market's price.
    """
    return account.root == "Assets" and issuer_of(case, commodity) == account.entity


def is_of_the_group(case: Case, commodity: str) -> bool:
    """Say whether a member of the group, on any day, issued a commodity."""
    issuer = case.entities.get(issuer_of(case, commodity) or "")
    return issuer is not None and issuer.group


def is_own(case: Case, commodity: str, entity: str) -> bool:
    """Say whether an entity, or the group, issued a commodity."""
    return is_of_the_group(case, commodity) or (
        entity in case.entities and issuer_of(case, commodity) == entity
    )
