"""Find hypotheses that spend the same money twice.

Two hypotheses that rest on the same money share a `claim:`. Taken together they count
it twice, and a tally of both explains more than there is.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import combinations
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.clean_assets import taken

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.model.book import Book


class DoubleCounted(NamedTuple):
    """Two flows of different hypotheses that rest on the same money."""

    flow: str
    other: str
    #: The hypothesis of the flow, then that of the other.
    hypotheses: tuple[str, str]
    #: The rows of the dossier they share.
    claim: tuple[str, ...]
    #: What at most is counted twice: the smaller of what the two take.
    amount: Decimal
    #: Scenarios that hold both.
    scenarios: tuple[str, ...]


def double_counted(case: Case, book: Book) -> tuple[DoubleCounted, ...]:
    """Return the pairs of flows that spend the same money under two hypotheses.

    Both must take from the group's clean liquid assets: a claim shared by what brings
    money and what spends it is no double counting.

    Args:
        case: the case.
        book: a Book that holds the flows of every hypothesis.

    Returns:
        The pairs, the largest amount first.
    """
    spent = [
        (flow, amount)
        for flow, amount in zip(book.flows, taken(book).tolist(), strict=True)
        if flow.hypotheses and flow.claim and amount > 0
    ]
    found = []
    for (one, first), (other, second) in combinations(spent, 2):
        shared = tuple(name for name in one.claim if name in other.claim)
        if shared and not one.hypotheses & other.hypotheses:
            found += _pairs(case, one, other, shared, min(first, second))
    return tuple(sorted(found, key=lambda pair: (-pair.amount, pair.flow, pair.other)))


def _pairs(
    case: Case, one: Flow, other: Flow, shared: tuple[str, ...], amount: float
) -> list[DoubleCounted]:
    return [
        DoubleCounted(
            one.id,
            other.id,
            (mine, theirs),
            shared,
            Decimal(f"{amount:.2f}"),
            tuple(
                name
                for name, scenario in case.scenarios.items()
                if {mine, theirs} <= scenario.hypotheses
            ),
        )
        for mine in sorted(one.hypotheses)
        for theirs in sorted(other.hypotheses)
        if theirs not in case.hypotheses[mine].excludes
        and mine not in case.hypotheses[theirs].excludes
    ]
