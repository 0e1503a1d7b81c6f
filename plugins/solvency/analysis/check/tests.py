"""The tests there are: each with its parameters, and whether draws can change it."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from solvency.analysis.check import books
from solvency.analysis.check import capital
from solvency.analysis.check import collateral
from solvency.analysis.check import commingling
from solvency.analysis.check import customers
from solvency.analysis.check import liquidity
from solvency.analysis.check import segregation_statement
from solvency.extensions import offered

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.analysis.check.answer import Outcome
    from solvency.analysis.check.quantities import World
    from solvency.ledger.case import Invariant

    Run = Callable[[World, Invariant], list[Outcome]]


@dataclass(frozen=True)
class Test:
    """A test of solvency, as a ledger may ask for it.

    Attributes:
        run: What it finds in a world, one outcome a commodity or counterparty.
        asks: What it asks, in a line.
        parameters: Of a test another package adds: its parameters in the ledger
            with their defaults, None for one that is text.
        certain: True where no draw of amounts changes it, so that it is not drawn.
    """

    # No class of tests for those who collect by name.
    __test__ = False

    run: Run
    asks: str = ""
    parameters: Mapping[str, Decimal | None] = field(default_factory=dict)
    certain: bool = False


#: Each test by its name in the language; their parameters stand in the vocabulary.
#: No amount can change the certain ones, or they are of single accounts, which
#: independent draws of what came in and of what went out would overdraw wherever an
#: account was emptied.
TESTS: dict[str, Test] = {
    "customer-assets": Test(
        customers.customer_assets,
        asks="Held for customers, coin by coin, at least what is owed them",
    ),
    "customer-assets-clean": Test(
        customers.customer_assets_clean,
        asks="Held for customers, in value and without the group's own tokens, at"
        " least what is owed them",
    ),
    "segregation": Test(
        segregation_statement.segregation,
        asks="What must be held apart for customers is held, every day",
    ),
    "clean-ratio": Test(
        customers.clean_ratio, asks="Reserves are mostly no tokens of the group's own"
    ),
    "overdraft-limit": Test(
        customers.overdraft_limit,
        certain=True,
        asks="No account goes further below zero than allowed",
    ),
    "collateral-coverage": Test(
        collateral.collateral_coverage,
        asks="What is pledged covers the debt it secures",
    ),
    "pledged-once": Test(
        collateral.pledged_once, certain=True, asks="Nothing is pledged twice"
    ),
    "own-token-collateral": Test(
        collateral.own_token_collateral,
        asks="What a member of the group pledges is none of its tokens",
    ),
    "holding-against-float": Test(
        collateral.holding_against_float,
        asks="Tokens held are a small part of those that circulate",
    ),
    "holding-against-depth": Test(
        collateral.holding_against_depth,
        asks="Tokens held could be sold near the market price",
    ),
    "loan-to-value": Test(
        collateral.loan_to_value,
        asks="Loans stay below the set share of what is pledged",
    ),
    "related-party-exposure": Test(
        collateral.related_party_exposure,
        asks="Claims on related parties stay within a limit",
    ),
    "house-and-customer-apart": Test(
        commingling.house_and_customer_apart,
        asks="House and customers' money are kept apart",
    ),
    "house-outlay": Test(
        commingling.house_outlay, asks="Outlays stay within the house's own money"
    ),
    "liquidity-coverage": Test(
        liquidity.liquidity_coverage,
        asks="Liquid assets cover what may be asked for in the period",
    ),
    "mirrors": Test(
        books.mirrors, certain=True, asks="What one side claims the other owes"
    ),
    "liabilities-recognised": Test(
        commingling.liabilities_recognised, asks="What is owed is on the books"
    ),
    "price-coverage": Test(
        liquidity.price_coverage,
        certain=True,
        asks="What is held has a price young enough",
    ),
    "attestation-borrowing": Test(
        liquidity.attestation_borrowing,
        asks="Nothing is borrowed for the day of an attestation",
    ),
    "conservation": Test(
        books.conservation, certain=True, asks="Nothing comes from nowhere"
    ),
    "balance-sheet": Test(
        capital.balance_sheet,
        asks="Assets, without the group's own tokens, cover debts",
    ),
    "ability-to-pay": Test(
        liquidity.ability_to_pay, asks="Debts can be paid as they fall due"
    ),
    "adequate-capital": Test(
        capital.adequate_capital, asks="Equity outlasts plausible stress"
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
