"""Who is an insider, from whom a payment of a year before can be got back.

Tests of solvency speak of related parties instead, on whom a claim is no clean asset:
there the case's `related:` counts (`analysis/check/traits.py`), which
`role: "insider"` is by default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow

#: The purpose of payments to insiders, whoever got them.
_PURPOSE = "insiders"


def is_insider(case: Case, name: str, members: Collection[str]) -> bool:
    """Say whether someone is an insider of a group: its member, by role, or related.

    Who controls a debtor or manages it is one, and so is an affiliate (11 USC 101(31)).

    Args:
        case: The case; whom it does not declare is none.
        name: The entity, or whom else a flow names.
        members: The group's.
    """
    entity = case.entities.get(name)
    return name in members or (
        entity is not None and (entity.role == "insider" or entity.related)
    )


def in_proceedings(case: Case, members: Collection[str]) -> frozenset[str]:
    """Return the members of the group with a petition, all where none is named."""
    named = {event.description for event in case.events if event.kind == "petition"}
    found = {
        name for name in members if name in named or case.entities[name].silo in named
    }
    return frozenset(found or members)


def is_to_insiders(flow: Flow) -> bool:
    """Say whether what a flow gives away goes to insiders: its purpose says so."""
    return flow.purpose == _PURPOSE
