"""Who is an insider, from whom a payment of a year before can be got back.

Tests of solvency speak of related parties instead, on whom a claim is no clean asset:
there the case's `related:` alone counts (`analysis/check/traits.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.ledger.case import Entity


def is_insider(entity: Entity) -> bool:
    """Say whether an entity is an insider: by its role, or a related party.

    Who controls a debtor or manages it is one (11 USC 101(31)).
    """
    return entity.role == "insider" or entity.related
