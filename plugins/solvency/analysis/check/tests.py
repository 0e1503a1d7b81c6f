"""The tests there are: each with its parameters, and whether draws can change it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Literal

from solvency.analysis.check import capital
from solvency.analysis.check import collateral
from solvency.analysis.check import commingling
from solvency.analysis.check import customers
from solvency.analysis.check import integrity
from solvency.analysis.check import liquidity
from solvency.extensions import offered

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.analysis.check.answer import Outcome
    from solvency.analysis.check.quantities import World
    from solvency.ledger.case import Invariant
    from solvency.model.book import Book
    from solvency.model.book import Position

    Run = Callable[[World, Invariant], list[Outcome]]
    Weighed = Callable[[Invariant, Iterable[Position], Book], Iterable[Position]]


def _all(
    invariant: Invariant, positions: Iterable[Position], book: Book
) -> Iterable[Position]:
    """Return every position a test counts."""
    del invariant, book
    return positions


@dataclass(frozen=True)
class Test:
    """A test of solvency, as a ledger may ask for it.

    Attributes:
        run: What it finds in a world, one outcome a commodity or counterparty.
        asks: What it asks, in a line.
        parameters: Of a test another package adds: its parameters in the ledger
            with their defaults, None for one that is text.
        certain: True where no draw of amounts changes it, so that it is not drawn.
        broken_by: Whether less of what it counts breaks it, a debt counting below
            zero, or more of it does; "" where neither can be said. The flows that
            did are named as what broke it; all that moved it where neither is said.
        weighed: Of the positions it counts, those by which it holds or breaks.
        of_balances: True of what there is on a day, and not of what moved or how it
            was booked: what was counted can pass or fail it.
        of_prices: True of the list of prices, and not of what anybody had or owed:
            counted apart from tests of solvency.
    """

    # No class of tests for those who collect by name.
    __test__ = False

    run: Run
    asks: str = ""
    parameters: Mapping[str, Decimal | None] = field(default_factory=dict)
    certain: bool = False
    broken_by: Literal["less", "more", ""] = ""
    weighed: Weighed = _all
    of_balances: bool = False
    of_prices: bool = False


#: Each test by its name in the language; their parameters stand in the vocabulary.
#: No amount can change the certain ones, or they are of single accounts, which
#: independent draws of what came in and of what went out would overdraw wherever an
#: account was emptied.
TESTS: dict[str, Test] = {
    "customer-assets": Test(
        customers.customer_assets,
        broken_by="less",
        of_balances=True,
        asks="Assets held for customers cover what they are owed, coin by coin",
    ),
    "customer-assets-clean": Test(
        customers.customer_assets_clean,
        broken_by="less",
        of_balances=True,
        asks="Assets held for customers, the group's own tokens left out, cover the"
        " value they are owed",
    ),
    "segregation": Test(
        customers.segregation,
        broken_by="less",
        of_balances=True,
        asks="The amount to be segregated for customers is held every day",
    ),
    "clean-ratio": Test(
        customers.clean_ratio,
        of_balances=True,
        asks="Reserves consist mainly of assets other than the group's own tokens",
    ),
    "overdraft-limit": Test(
        customers.overdraft_limit,
        certain=True,
        asks="No account is overdrawn beyond its limit",
    ),
    "collateral-coverage": Test(
        collateral.collateral_coverage,
        broken_by="less",
        of_balances=True,
        asks="Collateral covers the debt it secures",
    ),
    "pledged-once": Test(
        collateral.pledged_once, certain=True, asks="No asset is pledged twice"
    ),
    "own-token-collateral": Test(
        collateral.own_token_collateral,
        broken_by="more",
        of_balances=True,
        asks="No collateral consists of tokens the group issued",
    ),
    "holding-against-float": Test(
        collateral.holding_against_float,
        broken_by="more",
        of_balances=True,
        asks="Tokens held are a small part of those in circulation",
    ),
    "holding-against-depth": Test(
        collateral.holding_against_depth,
        broken_by="more",
        of_balances=True,
        asks="Tokens held could be sold near the market price",
    ),
    "loan-to-value": Test(
        collateral.loan_to_value,
        broken_by="less",
        of_balances=True,
        asks="Loans stay within the set share of their collateral",
    ),
    "related-party-exposure": Test(
        collateral.related_party_exposure,
        broken_by="more",
        weighed=collateral.claims_alone,
        of_balances=True,
        asks="Claims on related parties stay within the set limit",
    ),
    "house-and-customer-apart": Test(
        commingling.house_and_customer_apart,
        broken_by="more",
        asks="The firm's own money is kept apart from customers' money",
    ),
    "house-outlay": Test(
        commingling.house_outlay,
        broken_by="less",
        asks="The firm's own payments are covered by its own money",
    ),
    "liquidity-coverage": Test(
        liquidity.liquidity_coverage,
        of_balances=True,
        asks="Liquid assets cover what may be called for in the period",
    ),
    "mirrors": Test(
        integrity.mirrors,
        certain=True,
        asks="Each claim on another party equals that party's debt",
    ),
    "liabilities-recognised": Test(
        commingling.liabilities_recognised,
        asks="Each deposit was booked as a debt",
    ),
    "price-coverage": Test(
        liquidity.price_coverage,
        certain=True,
        of_prices=True,
        asks="All that is held has a recent market price",
    ),
    "attestation-borrowing": Test(
        liquidity.attestation_borrowing,
        asks="Nothing is borrowed merely for the day of an attestation",
    ),
    "conservation": Test(
        integrity.conservation,
        certain=True,
        asks="Whatever one account receives another gives",
    ),
    "balance-sheet": Test(
        capital.balance_sheet,
        broken_by="less",
        weighed=capital.counted_in_full,
        of_balances=True,
        asks="Assets cover debts, the group's own tokens left out",
    ),
    "ability-to-pay": Test(
        liquidity.ability_to_pay,
        of_balances=True,
        asks="Debts can be paid as they fall due",
    ),
    "adequate-capital": Test(
        capital.adequate_capital,
        of_balances=True,
        asks="Capital is enough to survive plausible losses",
    ),
}


def test_of(name: str) -> Test:
    """Return a test by its name: one of ours, else one another package adds.

    Raises:
        KeyError: There is none.
        TypeError: What a package offers under the name is no `Test`.
    """
    if name in TESTS:
        return TESTS[name]
    found = offered("solvency.invariants")[name].load()
    if not isinstance(found, Test):
        raise TypeError(
            f"the entry point solvency.invariants {name} is no"
            " solvency.analysis.check.Test"
        )
    return found
