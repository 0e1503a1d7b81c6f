"""Whose the money is that comes in: the customers', a lender's, an entity's own."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.ledger.case import Account
    from solvency.ledger.case import Case


class Owners:
    """Names the owners of money in a case."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self._classes: dict[str, str] = {}

    def customers_of(self, entity: str) -> str:
        """Return the owner that money kept by an entity for its customers goes by.

        The one entity of role `customers` among those whose claims of rank
        customer the entity owes, standing for all of them; else "customers of"
        the entity.
        """
        if entity not in self._classes:
            served = {
                account.counterparty
                for account in self.case.accounts.values()
                if account.entity == entity and is_customers(account)
            }
            named = sorted(
                name
                for name in served
                if name is not None and self.case.entities[name].role == "customers"
            )
            self._classes[entity] = (
                named[0] if len(named) == 1 else f"customers of {entity}"
            )
        return self._classes[entity]

    def claimants(self) -> frozenset[str]:
        """Return the owners whose money was not to be spent."""
        custodians = {
            account.entity
            for account in self.case.accounts.values()
            if account.custody or is_customers(account)
        }
        return (
            frozenset(map(self.customers_of, custodians))
            # A depositor is one by the rank of what it is owed, whatever its role.
            | (self._depositors() - self.mixed)
            | {
                name
                for name, entity in self.case.entities.items()
                if entity.role == "customers"
            }
        )

    def _depositors(self) -> set[str]:
        """Return whom a claim of rank customer is owed to."""
        return {
            account.counterparty
            for account in self.case.accounts.values()
            if is_customers(account) and account.counterparty is not None
        }

    @cached_property
    def mixed(self) -> frozenset[str]:
        """Return the depositors that are creditors otherwise too, such as lenders.

        What one of them deposits is customers' money, and what it lends is its own.
        """
        otherwise = {
            account.counterparty
            for account in self.case.accounts.values()
            if account.root == "Liabilities" and not is_customers(account)
        }
        customers = {
            name for name, one in self.case.entities.items() if one.role == "customers"
        }
        return frozenset((self._depositors() & otherwise) - customers)


def is_customers(account: Account) -> bool:
    """Say whether an account is what customers are owed."""
    return account.root == "Liabilities" and account.rank == "customer"
