"""Where the money of a flow came from and where it went, as the flow says.

A flow's held postings (assets that are no claim on anybody) are matched: first the same
commodity from one account to another, then what the same entity exchanged, then what an
entity gave out of means the books do not follow (its equity or income). Legs of claims
are no money and are passed over; they only say two things. What leaves an account kept
for customers, while what they are owed stays, is the customers'; while it falls as
much, it is paid or released to whoever receives it. And an outsider who is paid a debt
takes the money as its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.book import Position
from solvency.model.worth import posting_worth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.ledger.case import Account
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting
    from solvency.model.book import Book

ZERO = Decimal()
#: What is left unmatched below this share of a posting is rounding of prices.
ROUNDING = Decimal("1e-9")
#: Decimal places to which money is shared, or more if more are written.
PLACES = 6


class Part(NamedTuple):
    """Money of a flow, from one place to another; in the Reader's whole units."""

    #: None: from outside the accounts that are followed.
    source: Position | None
    taken: int
    #: None: to outside them.
    target: Position | None
    given: int
    #: Whose it is on arrival; None: whoever's it was in the source.
    owner: str | None
    #: False where the flow does not say who gave it.
    known: bool = True


@dataclass
class _Side:
    """A posting, or the part of it not matched yet."""

    posting: Posting
    account: Account
    units: int
    weight: Decimal
    #: Whose money a giver's is.
    owner: str | None = None
    #: The units at first, to scale weights by.
    whole: int = field(init=False)

    def __post_init__(self) -> None:
        self.whole = self.units

    @property
    def left(self) -> Decimal:
        """Return the weight not matched yet."""
        return self.weight * self.units / self.whole

    def units_for(self, weight: Decimal) -> int:
        """Return the units that weigh so much, all if it is all but all."""
        left = self.left
        if left <= 0 or left - weight <= left * ROUNDING:
            return self.units
        return int(self.units * weight / left)

    @property
    def position(self) -> Position:
        return Position(self.account.name, self.posting.commodity)


class Reader:
    """Reads the parts of flows."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.case = book.case
        #: Decimal places of each commodity's units: shares are not cut to the
        #: places that happen to be written.
        self.scales = {
            key.commodity: max(PLACES, book.scales.get(key.commodity, 0))
            for key in book.positions
        }
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
                if account.entity == entity and _is_customers(account)
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
            if account.custody or _is_customers(account)
        }
        return (
            frozenset(map(self.customers_of, custodians))
            | (self._creditors(customers=True) - self._lenders)
            | {
                name
                for name, entity in self.case.entities.items()
                if entity.role == "customers"
            }
        )

    @cached_property
    def _lenders(self) -> frozenset[str]:
        """Return the depositors that are owed as something else too.

        What they deposit is their custodian's customers'; what they lend is theirs,
        and is not to be taken for customers' money.
        """
        both = self._creditors(customers=True) & self._creditors(customers=False)
        return frozenset(
            name for name in both if self.case.entities[name].role != "customers"
        )

    def _creditors(self, *, customers: bool) -> frozenset[str]:
        """Return who is owed as a customer, by rank and whatever its role, or else."""
        return frozenset(
            account.counterparty
            for account in self.case.accounts.values()
            if account.root == "Liabilities"
            and account.counterparty is not None
            and _is_customers(account) == customers
        )

    def parts(self, flow: Flow) -> list[Part]:
        """Return where a flow's money came from and went."""
        credits_, debits = self._sides(flow)
        if not credits_ and not debits:
            return []
        parts: list[Part] = []
        released = self._released(flow)
        paid = self._paid(flow)
        for credit, debit in _moved(credits_, debits):
            units = min(credit.units, debit.units)
            parts += self._between(
                flow.date, credit, debit, units, units, released, paid
            )
        for debit in debits:
            for credit in credits_:
                if credit.account.entity == debit.account.entity:
                    weight = min(credit.left, debit.left)
                    parts += self._between(
                        flow.date,
                        credit,
                        debit,
                        credit.units_for(weight) if credit.units else 0,
                        debit.units_for(weight) if debit.units else 0,
                        released,
                        paid,
                    )
        givers = self._givers(flow)
        parts += [part for d in debits if d.units for part in self._given(d, givers)]
        parts += [Part(c.position, c.units, None, 0, None) for c in credits_ if c.units]
        return parts

    def _between(
        self,
        day: datetime.date,
        credit: _Side,
        debit: _Side,
        taken: int,
        given: int,
        released: dict[str, Decimal],
        paid: dict[str, Decimal],
    ) -> list[Part]:
        """Match a credit with a debit, splitting off what changes its owner."""
        if not taken or not given:
            return []
        source, target = credit.account, debit.account
        weight = credit.left * taken / credit.units
        budget = None
        if target.custody:
            owner = self.customers_of(target.entity)
            return [_part(credit, debit, taken, given, owner)]
        rest: str | None = None
        if source.custody:
            budget, rest = released, self.customers_of(source.entity)
            key = source.entity
        elif source.entity != target.entity and not self._in_group(target.entity, day):
            budget, key = paid, target.entity
        if budget is None:
            return [_part(credit, debit, taken, given, None)]
        own = min(weight, budget.get(key, ZERO))
        budget[key] = budget.get(key, ZERO) - own
        if own <= 0:
            return [_part(credit, debit, taken, given, rest)]
        if weight - own <= weight * ROUNDING:
            return [_part(credit, debit, taken, given, target.entity)]
        first, gave = int(taken * own / weight), int(given * own / weight)
        return [
            _part(credit, debit, first, gave, target.entity),
            _part(credit, debit, taken - first, given - gave, rest),
        ]

    def _deposited(self, flow: Flow) -> dict[str, str]:
        """Return whose a deposit is, by giver, of those who lend elsewhere too."""
        return {
            account.counterparty: self.customers_of(posting.entity)
            for posting in flow.postings
            if posting.units < 0
            and _is_customers(account := self.case.accounts[posting.account])
            and account.counterparty in self._lenders
        }

    def _given(self, debit: _Side, givers: list[_Side]) -> list[Part]:
        """Match a debit with what entities gave from means not followed."""
        parts = []
        entity = debit.account.entity
        # Others' means first: an entity's own equity is the other side of a share.
        for giver in sorted(givers, key=lambda g: g.account.entity == entity):
            if not debit.units or not giver.units:
                continue
            weight = min(debit.left, giver.left)
            units, spent = debit.units_for(weight), giver.units_for(weight)
            giver.units -= spent
            owner = giver.owner
            if debit.account.custody:
                owner = self.customers_of(entity)
            parts.append(Part(None, 0, debit.position, units, owner))
            debit.units -= units
        if debit.units:
            owner = self.customers_of(entity) if debit.account.custody else entity
            parts.append(Part(None, 0, debit.position, debit.units, owner, known=False))
            debit.units = 0
        return parts

    def _sides(self, flow: Flow) -> tuple[list[_Side], list[_Side]]:
        """Return held credits and debits, netted by position, as magnitudes."""
        sums: dict[Position, tuple[int, Decimal, Posting]] = {}
        for posting in flow.postings:
            account = self.case.accounts[posting.account]
            if account.root != "Assets" or account.is_claim:
                continue
            key = Position(posting.account, posting.commodity)
            units, weight, _ = sums.get(key, (0, ZERO, posting))
            scaled = int(posting.units.scaleb(self.scales[posting.commodity]))
            sums[key] = (
                units + scaled,
                weight + self._weight(posting, flow),
                posting,
            )
        sides = [
            (units, _Side(posting, self.case.accounts[key.account], abs(units), abs(w)))
            for key, (units, w, posting) in sums.items()
            if units
        ]
        return (
            [side for units, side in sides if units < 0],
            [side for units, side in sides if units > 0],
        )

    def _givers(self, flow: Flow) -> list[_Side]:
        """Return credits on equity, income and expense accounts, as magnitudes."""
        found = []
        kept = self._deposited(flow)
        for posting in flow.postings:
            account = self.case.accounts[posting.account]
            owner = kept.get(account.entity, account.entity)
            weight = self._weight(posting, flow)
            if account.root in {"Assets", "Liabilities"} or weight >= 0:
                continue
            scaled = posting.units.scaleb(self.scales[posting.commodity])
            units = abs(int(scaled)) or 1
            found.append(_Side(posting, account, units, -weight, owner))
        return found

    def _released(self, flow: Flow) -> dict[str, Decimal]:
        """Return by how much what each entity owes its customers falls."""
        return self._fall(flow, (p for p in flow.postings if self._owed(p)))

    def _paid(self, flow: Flow) -> dict[str, Decimal]:
        """Return by how much each entity's claims on others fall."""
        sums: dict[str, Decimal] = {}
        for posting in flow.postings:
            account = self.case.accounts[posting.account]
            if account.is_claim and account.root == "Assets":
                weight = self._weight(posting, flow)
                sums[account.entity] = sums.get(account.entity, ZERO) - weight
        return {entity: fall for entity, fall in sums.items() if fall > 0}

    def _owed(self, posting: Posting) -> bool:
        return _is_customers(self.case.accounts[posting.account])

    def _fall(self, flow: Flow, postings: Iterable[Posting]) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for posting in postings:
            weight = self._weight(posting, flow)
            sums[posting.entity] = sums.get(posting.entity, ZERO) + weight
        return {entity: fall for entity, fall in sums.items() if fall > 0}

    def _weight(self, posting: Posting, flow: Flow) -> Decimal:
        worth = posting_worth(self.book.prices, posting, flow.date)
        # Without a price, units serve: they only share out what one flow moved.
        return posting.units if worth is None else worth

    def _in_group(self, entity: str, day: datetime.date) -> bool:
        return self.case.entities[entity].within(day)


def _moved(credits_: list[_Side], debits: list[_Side]) -> list[tuple[_Side, _Side]]:
    """Return pairs of one commodity, the likeliest move first.

    Who pays another has its shares or its note in return, written in the same money:
    so first to others, to accounts that nothing of their own feeds.
    """
    pairs = [
        (credit, debit)
        for credit in credits_
        for debit in debits
        if credit.posting.commodity == debit.posting.commodity
    ]
    fed = {(credit.account.entity, credit.posting.commodity) for credit, _ in pairs}

    def turn(pair: tuple[_Side, _Side]) -> int:
        credit, debit = pair
        inside = credit.account.entity == debit.account.entity
        own = (debit.account.entity, debit.posting.commodity) in fed
        if not inside and not own and debit.account.stake_in is None:
            return 0
        return 1 if inside else 2

    return sorted(pairs, key=turn)


def _is_customers(account: Account) -> bool:
    return account.root == "Liabilities" and account.rank == "customer"


def _part(
    credit: _Side, debit: _Side, taken: int, given: int, owner: str | None
) -> Part:
    credit.units -= taken
    debit.units -= given
    return Part(credit.position, taken, debit.position, given, owner)
