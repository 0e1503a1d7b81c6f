"""What the positions of a Book are, for tests that select among them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvency.model.own_tokens import is_of_the_group
from solvency.model.own_tokens import is_with_its_issuer

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Hashable

    from numpy.typing import NDArray

    from solvency.ledger.case import Account
    from solvency.model.book import Book

    Mask = NDArray[np.bool_]


def is_claim_held(account: Account) -> bool:
    """Say whether an account is a claim on another entity, and no debt to it."""
    return account.root == "Assets" and account.is_claim


@dataclass(frozen=True, slots=True)
class Trait:
    """One position: its account, its commodity, and what follows from them."""

    account: Account
    commodity: str
    #: liquid, less-liquid or illiquid.
    liquidity: str
    #: True for what the account's entity issued itself, held by it.
    with_its_issuer: bool
    #: True for tokens issued by a member of the group.
    own_token: bool
    #: True where the account's counterparty is a member of the group.
    affiliate: bool
    #: The role of the account's entity.
    role: str | None
    #: True where the account's counterparty is declared a related party of the group.
    related: bool

    @property
    def entity(self) -> str:
        """Return whose position it is."""
        return self.account.entity

    @property
    def held(self) -> bool:
        """Say whether it is something held, and neither a claim nor in suspense."""
        account = self.account
        return (
            account.root == "Assets" and not account.is_claim and not account.suspense
        )

    @property
    def owed(self) -> bool:
        """Say whether it is a debt."""
        return self.account.root == "Liabilities"

    @property
    def claim(self) -> bool:
        """Say whether it is a claim on another entity."""
        return is_claim_held(self.account)

    @property
    def customers(self) -> bool:
        """Say whether it is a debt to customers."""
        return self.owed and self.account.rank == "customer"

    @property
    def custody(self) -> bool:
        """Say whether it is held for customers, by the entity or by another for it."""
        return self.account.root == "Assets" and self.account.custody


#: What a predicate may look at for its answer to be kept: nothing that may change.
_PLAIN = (str, bool, int, frozenset, type(None))


def _plain(value: object) -> bool:
    """Say whether a value, or each of a tuple of them, cannot change."""
    if isinstance(value, tuple):
        return all(isinstance(one, _PLAIN) for one in value)
    return isinstance(value, _PLAIN)


class Traits:
    """The traits of every position, and masks of those that fit."""

    def __init__(self, book: Book) -> None:
        case = book.case
        self.case = case
        self.all = tuple(
            self._trait(case.accounts[position.account], position.commodity)
            for position in book.positions
        )

        self._masks: dict[Hashable, Mask] = {}
        self._commodities: dict[bytes, list[str]] = {}
        self._names = sorted({trait.commodity for trait in self.all})
        number = {name: at for at, name in enumerate(self._names)}
        self._named = np.array([number[trait.commodity] for trait in self.all], int)

    @cached_property
    def monies(self) -> frozenset[str]:
        """Return the commodities held or owed that are money."""
        return frozenset(filter(self.case.is_money, self._names))

    def _trait(self, account: Account, commodity: str) -> Trait:
        return Trait(
            account=account,
            commodity=commodity,
            liquidity=self.case.liquidity_of(account, commodity),
            with_its_issuer=is_with_its_issuer(self.case, account, commodity),
            own_token=is_of_the_group(self.case, commodity),
            affiliate=self._in_group(account.counterparty or account.stake_in),
            role=self._role(account.entity),
            related=self._is_related(account.counterparty),
        )

    def _in_group(self, name: str | None) -> bool:
        """Say whether a name is that of a member of the group."""
        entity = self.case.entities.get(name or "")
        return entity is not None and entity.group

    def _is_related(self, name: str | None) -> bool:
        entity = self.case.entities.get(name or "")
        return entity is not None and entity.related

    def _role(self, name: str | None) -> str | None:
        """Return the role of an entity."""
        entity = self.case.entities.get(name or "")
        return entity.role if entity else None

    def held_by(self, some: frozenset[str]) -> Mask:
        """Return what some entities hold, neither a claim nor in suspense."""
        return self.mask(lambda t: t.held and t.entity in some)

    def owed_by(self, some: frozenset[str]) -> Mask:
        """Return what some entities owe."""
        return self.mask(lambda t: t.owed and t.entity in some)

    def owed_to_customers_by(self, some: frozenset[str]) -> Mask:
        """Return what some entities owe their customers."""
        return self.mask(lambda t: t.customers and t.entity in some)

    def kept_for_customers_by(self, some: frozenset[str]) -> Mask:
        """Return what some entities hold for customers, or others for them."""
        return self.mask(lambda t: t.custody and t.entity in some)

    def mask(self, fits: Callable[[Trait], bool]) -> Mask:
        """Return which positions fit.

        A test asks the same in each batch of draws: a predicate of the same code over
        the same plain values is answered once.
        """
        values = tuple(cell.cell_contents for cell in fits.__closure__ or ())
        values += fits.__defaults__ or ()
        if not all(_plain(value) for value in values):
            return self._fitting(fits)
        found = self._masks.get((fits.__code__, values))
        if found is None:
            found = self._masks[fits.__code__, values] = self._fitting(fits)
        return found

    def _fitting(self, fits: Callable[[Trait], bool]) -> Mask:
        found = np.fromiter((fits(trait) for trait in self.all), bool, len(self.all))
        found.flags.writeable = False
        return found

    def commodities(self, mask: Mask) -> list[str]:
        """Return the commodities of selected positions, in name order."""
        key = mask.tobytes()
        found = self._commodities.get(key)
        if found is None:
            numbers = np.flatnonzero(np.bincount(self._named[mask]))
            found = self._commodities[key] = [self._names[at] for at in numbers]
        return found
