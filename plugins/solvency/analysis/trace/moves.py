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
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.trace.owners import Owners
from solvency.analysis.trace.owners import is_customers
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
        self.owners = Owners(self.case)

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
        pairs = [(credit, debit) for debit in debits for credit in credits_]
        same = [x for x in pairs if x[0].account.entity == x[1].account.entity]
        for credit, debit in same:
            parts += self._exchanged(flow.date, credit, debit, released, paid)
        givers, deposited = self._givers(flow), self._deposited(flow)
        parts += [
            part
            for debit in debits
            if debit.units
            for part in self._given(debit, givers, deposited)
        ]
        # What nobody of the flow gave of means of its own came of what others gave in
        # another commodity: one changes money for another.
        for credit, debit in pairs:
            parts += self._exchanged(flow.date, credit, debit, released, paid)
        parts += [part for d in debits if d.units for part in self._unknown(d)]
        parts += [Part(c.position, c.units, None, 0, None) for c in credits_ if c.units]
        return parts

    def _exchanged(
        self,
        day: datetime.date,
        credit: _Side,
        debit: _Side,
        released: dict[str, Decimal],
        paid: dict[str, Decimal],
    ) -> list[Part]:
        """Match as much of a credit with a debit as weigh alike."""
        if not credit.units or not debit.units:
            return []
        weight = min(credit.left, debit.left)
        taken, given = credit.units_for(weight), debit.units_for(weight)
        return self._between(day, credit, debit, taken, given, released, paid)

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
            owner = self.owners.customers_of(target.entity)
            return [_part(credit, debit, taken, given, owner)]
        rest: str | None = None
        if source.custody:
            budget, rest = released, self.owners.customers_of(source.entity)
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

    def _given(
        self,
        debit: _Side,
        givers: list[_Side],
        deposited: dict[str, tuple[str, Decimal]],
    ) -> list[Part]:
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
            if debit.account.custody:
                shares = [(self.owners.customers_of(entity), units)]
            else:
                shares = self._shares(giver.account.entity, units, weight, deposited)
            for owner, part in shares:
                parts.append(Part(None, 0, debit.position, part, owner))
                debit.units -= part
        return parts

    def _shares(
        self,
        giver: str,
        units: int,
        weight: Decimal,
        deposited: dict[str, tuple[str, Decimal]],
    ) -> list[tuple[str, int]]:
        """Split what somebody gave into what was deposited and what was its own."""
        custodian, budget = deposited.get(giver, ("", ZERO))
        share = min(weight, budget)
        if share <= 0:
            return [(giver, units)]
        deposited[giver] = (custodian, budget - share)
        whole = weight - share <= weight * ROUNDING
        theirs = units if whole else int(units * share / weight)
        found = [(self.owners.customers_of(custodian), theirs), (giver, units - theirs)]
        return [(owner, part) for owner, part in found if part]

    def _unknown(self, debit: _Side) -> Iterable[Part]:
        """Yield what is left of a debit, of which the flow does not say who gave it."""
        entity = debit.account.entity
        owner = self.owners.customers_of(entity) if debit.account.custody else entity
        yield Part(None, 0, debit.position, debit.units, owner, known=False)
        debit.units = 0

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
        for posting in flow.postings:
            account = self.case.accounts[posting.account]
            weight = self._weight(posting, flow)
            if account.root in {"Assets", "Liabilities"} or weight >= 0:
                continue
            scaled = posting.units.scaleb(self.scales[posting.commodity])
            found.append(_Side(posting, account, abs(int(scaled)) or 1, -weight))
        return found

    def _deposited(self, flow: Flow) -> dict[str, tuple[str, Decimal]]:
        """Return with whom, and how much, each lender of a flow deposits in it."""
        found: dict[str, tuple[str, Decimal]] = {}
        for posting in flow.postings:
            other = self.case.accounts[posting.account].counterparty
            if other in self.owners.mixed and self._owed(posting):
                risen = found.get(other, ("", ZERO))[1] - self._weight(posting, flow)
                found[other] = (posting.entity, risen)
        return {name: one for name, one in found.items() if one[1] > 0}

    def _released(self, flow: Flow) -> dict[str, Decimal]:
        """Return by how much what each entity owes its customers falls."""
        return self._fall(flow, (p for p in flow.postings if self._owed(p)))

    def _paid(self, flow: Flow) -> dict[str, Decimal]:
        """Return by how much each entity's claims on others fall."""
        claims = (p for p in flow.postings if self._is_asset_claim(p))
        return self._fall(flow, claims, sign=-1)

    def _owed(self, posting: Posting) -> bool:
        return is_customers(self.case.accounts[posting.account])

    def _is_asset_claim(self, posting: Posting) -> bool:
        account = self.case.accounts[posting.account]
        return account.is_claim and account.root == "Assets"

    def _fall(
        self, flow: Flow, postings: Iterable[Posting], sign: int = 1
    ) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = {}
        for posting in postings:
            weight = sign * self._weight(posting, flow)
            sums[posting.entity] = sums.get(posting.entity, ZERO) + weight
        return {entity: fall for entity, fall in sums.items() if fall > 0}

    def _weight(self, posting: Posting, flow: Flow) -> Decimal:
        worth = posting_worth(self.book.prices, flow, posting)
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


def _part(
    credit: _Side, debit: _Side, taken: int, given: int, owner: str | None
) -> Part:
    credit.units -= taken
    debit.units -= given
    return Part(credit.position, taken, debit.position, given, owner)
