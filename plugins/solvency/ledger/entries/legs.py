"""Add the legs that make each entity of a transaction balance.

Before, two entities and a transaction that crosses them::

    2021-12-31 * "Alameda borrows from FTX"
      Assets:FTX:Bank          -100 USD
      Assets:Alameda:Bank       100 USD

After, each entity's postings sum to zero::

      Assets:FTX:Receivables:Alameda    100 USD
        added: TRUE
      Liabilities:Alameda:Payables:FTX -100 USD
        added: TRUE

The legs of a flow depend on that flow alone. Accounting systems call this
automatic intercompany balancing. As a plugin of its own it needs no more than
`counterparty:` on the accounts that hold the claims.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING
from typing import TypeAlias

from solvency.ledger.case import Posting
from solvency.ledger.entries.claim_accounts import LegsError
from solvency.ledger.entries.postings import EXACT
from solvency.ledger.entries.postings import ZERO
from solvency.ledger.entries.postings import imbalances
from solvency.ledger.entries.postings import total
from solvency.ledger.entries.postings import weight

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.ledger.case import Account
    from solvency.ledger.case import Money
    from solvency.ledger.entries.claim_accounts import Claims


def missing_legs(
    postings: list[Posting],
    claims: Claims,
    day: datetime.date,
    hubs: tuple[str, ...] = (),
    named: tuple[Account, ...] = (),
) -> list[Posting]:
    """Return the legs a transaction lacks, in the order of its path.

    Args:
        postings: What the transaction has; units positive for a debit.
        claims: The claims of the ledger.
        day: The transaction's date.
        hubs: The entities of `through:`, from the giver to the receiver.
        named: The accounts of `on:`.

    Raises:
        LegsError: The postings do not sum to zero, a hub is needed, or a claim
            is missing or ambiguous.
    """
    legs: list[Posting] = []
    pairs: list[set[str]] = []
    giver: str | None = None
    for commodity, net in imbalances(postings).items():
        left = total(net.values())
        if left:
            raise _unbalanced(left, commodity)
        for (units_of, price), moved in _moves(postings, commodity, net).items():
            first = next(entity for entity, units in moved.items() if units < 0)
            giver = giver or first
            path = hubs if first == giver else hubs[::-1]
            for one, other, units in _links(moved, path, units_of):
                pairs.append({one, other})
                mine, theirs = claims.between(one, other, units_of, day, named)
                legs.append(_leg(mine, units, units_of, price))
                legs.append(_leg(theirs, -units, units_of, price))
    for account in named:
        if {account.entity, account.counterparty} not in pairs:
            raise LegsError(
                "on",
                f"`on:` names {account.name}, and nothing moved between"
                f" {account.entity} and {account.counterparty}",
                "Name a claim of those the flow is between, or take it out",
            )
    return legs


def _leg(
    account: Account, units: Decimal, commodity: str, price: Money | None
) -> Posting:
    return Posting(account.name, account.entity, units, commodity, price, added=True)


def _unbalanced(left: Decimal, commodity: str) -> LegsError:
    return LegsError(
        "unbalanced",
        f"the postings do not sum to zero: {left:,} {commodity} is left",
        "Correct the amounts",
    )


_Moves: TypeAlias = "dict[tuple[str, Money | None], dict[str, Decimal]]"


def _moves(postings: list[Posting], commodity: str, net: dict[str, Decimal]) -> _Moves:
    """Return what moved between entities, by commodity and price.

    Coins that left one entity and reached another are owed in coins; where
    different things changed hands, what is owed is the weight.
    """
    sums: _Moves = {}
    for posting in postings:
        if weight(posting).commodity == commodity:
            by_entity = sums.setdefault((posting.commodity, posting.price), {})
            before = by_entity.get(posting.entity, ZERO)
            by_entity[posting.entity] = EXACT.add(before, posting.units)
    moves: _Moves = {}
    directions: dict[str, set[bool]] = {}
    for key, by_entity in sums.items():
        moved = {entity: units for entity, units in by_entity.items() if units}
        for entity, units in moved.items():
            directions.setdefault(entity, set()).add(units > 0)
        if total(moved.values()):
            return {(commodity, None): net}
        if moved:
            moves[key] = moved
    if any(len(ways) > 1 for ways in directions.values()):
        return {(commodity, None): net}
    return moves


def _links(
    moved: dict[str, Decimal], hubs: tuple[str, ...], commodity: str
) -> Iterator[tuple[str, str, Decimal]]:
    """Yield (giver, receiver, units) along the path, units positive."""
    hubs = tuple(hub for hub in hubs if hub not in moved or len(moved) > 2)
    if len(moved) == 2:
        (giver, units) = next(item for item in moved.items() if item[1] < 0)
        receiver = next(entity for entity in moved if entity != giver)
        path = (giver, *hubs, receiver)
        for one, other in pairwise(path):
            yield one, other, -units
        return
    if len(hubs) != 1:
        largest = max(moved, key=lambda entity: abs(moved[entity]))
        raise LegsError(
            "through",
            f"{len(moved)} entities are out of balance in {commodity}: "
            + ", ".join(moved),
            (
                "Say through which one all of it went"
                if not hubs
                else "A path is for two: name the one all of it went through, or"
                " write a flow for each"
            )
            + f', as in through: "{largest}"',
        )
    hub = hubs[0]
    for entity, units in moved.items():
        if entity != hub and units < 0:
            yield entity, hub, -units
    for entity, units in moved.items():
        if entity != hub and units > 0:
            yield hub, entity, units
