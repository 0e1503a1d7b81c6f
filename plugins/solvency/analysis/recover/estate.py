"""What there is to share out on a day, and who has a claim on it.

Assets at what they would fetch, low, central and high: tokens with a market depth at
R(q) of all that is sold together, accounts with `recovery:` at that share of book, all
else at market. Debts by rank, at market on the day, with what is pledged for them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.model.prices import Missing
from solvency.model.valuation import Costs
from solvency.model.valuation import discount
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Account
    from solvency.model.book import Book
    from solvency.model.book import Position

ZERO = Decimal()
ENDS = ("low", "central", "high")


class Ends(NamedTuple):
    """An estimate: low, central and high."""

    low: Decimal
    central: Decimal
    high: Decimal

    @classmethod
    def all(cls, number: Decimal) -> Ends:
        """Return an estimate that is certain."""
        return cls(number, number, number)

    @wide()
    def plus(self, other: Ends) -> Ends:
        """Return the sums, end by end."""
        return Ends(*(one + two for one, two in zip(self, other, strict=True)))


NOTHING = Ends.all(ZERO)


class Item(NamedTuple):
    """One position held, with what it would fetch."""

    account: Account
    commodity: str
    units: Decimal
    book: Decimal
    worth: Ends


class Debt(NamedTuple):
    """What one entity owes another in one account and commodity."""

    debtor: str
    #: An entity, or the account's name where it names no counterparty.
    creditor: str
    rank: str
    account: str
    commodity: str
    units: Decimal
    value: Decimal


@dataclass(frozen=True)
class Estate:
    """The assets and debts of a case on a day."""

    book: Book
    at: datetime.date
    debts: tuple[Debt, ...]
    #: What is left out, and why.
    notes: tuple[str, ...]
    _costs: Costs
    _held: dict[Position, Decimal]

    @wide()
    def items(self, members: Iterable[str]) -> list[Item]:
        """Return what entities hold, sold together, own tokens at nothing.

        Args:
            members: The entities whose estates are one.
        """
        inside = frozenset(members)
        positions = [
            (key, self._held[key])
            for _, key in sorted(
                place for name in inside for place in self._places.get(name, ())
            )
        ]
        sold: dict[str, Decimal] = defaultdict(Decimal)
        for key, units in positions:
            sold[key.commodity] += units
        return [
            Item(
                self.book.account(key),
                key.commodity,
                units,
                self._cost(key, units),
                self._worth(key, units, sold[key.commodity], inside),
            )
            for key, units in positions
        ]

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, Position]]]:
        """Return each entity's positions, with their places among all."""
        found: dict[str, list[tuple[int, Position]]] = defaultdict(list)
        for place, key in enumerate(self._held):
            found[self.book.account(key).entity].append((place, key))
        return found

    @cached_property
    def by_debtor(self) -> dict[str, list[Debt]]:
        """Return the debts of each debtor."""
        found: dict[str, list[Debt]] = defaultdict(list)
        for debt in self.debts:
            found[debt.debtor].append(debt)
        return found

    @cached_property
    def by_creditor(self) -> dict[str, list[Debt]]:
        """Return the debts to each creditor."""
        found: dict[str, list[Debt]] = defaultdict(list)
        for debt in self.debts:
            found[debt.creditor].append(debt)
        return found

    def _cost(self, key: Position, units: Decimal) -> Decimal:
        if key.commodity == self.book.case.currency:
            return units
        account = self.book.account(key)
        average = self._costs.average(account.entity, account.root, key.commodity)
        return units * (average or ZERO)

    def _worth(
        self, key: Position, units: Decimal, sold: Decimal, inside: frozenset[str]
    ) -> Ends:
        account = self.book.account(key)
        commodity = self.book.case.commodities.get(key.commodity)
        creditor = account.pledged_to or ""
        if commodity is not None and commodity.issuer in inside | {creditor}:
            return NOTHING
        if account.recovery is not None:
            central = account.recovery
            low, high = account.recovery_low, account.recovery_high
            cost = self._cost(key, units)
            return Ends(
                cost * (central if low is None else low),
                cost * central,
                cost * (central if high is None else high),
            )
        quote = self.book.prices.at(key.commodity, self.at)
        if isinstance(quote, Missing):
            return NOTHING
        market = units * quote.number
        depth = commodity.depth(self.at) if commodity else None
        if depth is None:
            return Ends.all(market)
        return Ends(
            *(
                market * discount(sold, end or depth.units)
                for end in (depth.low, depth.units, depth.high)
            )
        )

    @wide()
    def stakes(self) -> dict[str, dict[str, Decimal]]:
        """Return who holds what share of whose equity, by what the books show of it.

        A share is the holder's cost by the cost of all shares in the books; who
        holds shares the books do not show is not known. Entities that would then own
        one another whole have owners outside for the part of their capital that no
        stake covers.

        Raises:
            ValueError: No part of it is left; the entities are named.
        """
        found: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        for key, units in self.book.balance(self.at).items():
            account = self.book.account(key)
            if account.stake_in is not None and account.root == "Assets" and units > 0:
                found[account.stake_in][account.entity] += self._cost(key, units)
        wholes = {name: sum(holders.values(), ZERO) for name, holders in found.items()}
        for name in (closed := _ownerless(found)):
            wholes[name] = max(wholes[name], self._capital(name))
        if closed and all(wholes[n] == sum(found[n].values(), ZERO) for n in closed):
            one, root = closed[0], self.book.case.roots["Assets"]
            raise ValueError(
                f"{' and '.join(closed)} hold all of one another's shares, so that"
                " nobody owns what they have left: post who holds the rest, as in"
                f' open {root}:Owners:Shares:{one} with stake-in: "{one}"'
            )
        return {
            name: {holder: cost / wholes[name] for holder, cost in holders.items()}
            for name, holders in found.items()
            if wholes[name]
        }

    def _capital(self, entity: str) -> Decimal:
        """Return what was paid into an entity's equity, at what it was worth."""
        case = self.book.case
        paid = Costs(self.book, self.at).historic
        return -sum(
            (
                worth
                for name, worth in paid.items()
                if case.accounts[name].entity == entity
                and case.accounts[name].root == "Equity"
            ),
            ZERO,
        )


def _ownerless(stakes: Mapping[str, Mapping[str, Decimal]]) -> list[str]:
    """Return the entities all of whose owners, and theirs in turn, are such too."""
    closed = {name for name, holders in stakes.items() if any(holders.values())}
    while True:
        owned = {
            name
            for name in closed
            if any(cost and one not in closed for one, cost in stakes[name].items())
        }
        if not owned:
            return sorted(closed)
        closed -= owned


@wide()
def estate(book: Book, at: datetime.date) -> Estate:
    """Read the assets and debts of a case on a day.

    Raises:
        ValueError: A liability that names no counterparty is below zero, or an entity
            owes itself; the last flow that moved it is named.
    """
    held = {}
    notes: dict[str, None] = {}
    debts = []
    for key, units in book.balance(at).items():
        account = book.account(key)
        if account.root not in {"Assets", "Liabilities"}:
            continue
        quote = book.prices.at(key.commodity, at)
        owned = account.root == "Assets" and not account.is_claim
        if owned and account.stake_in is None and units > 0:
            held[key] = units
            if isinstance(quote, Missing) and account.recovery is None:
                notes[f"left out: {quote}"] = None
            continue
        # Who keeps an account that is overdrawn has lent what is missing.
        overdrawn = owned and account.stake_in is None and units < 0
        if account.root != "Liabilities" and not overdrawn:
            continue
        if isinstance(quote, Missing):
            notes[f"left out: {quote}"] = None
            continue
        debts.append(_debt(book, at, account, key, -units, quote.number))
    return Estate(book, at, tuple(debts), tuple(notes), Costs(book, at), held)


def _debt(
    book: Book,
    at: datetime.date,
    account: Account,
    key: Position,
    owed: Decimal,
    price: Decimal,
) -> Debt:
    creditor = account.counterparty
    if creditor == account.entity:
        raise ValueError(
            f"{_last(book, at, key)}: {account.entity} owes itself, in {account.name}"
        )
    if owed < 0 and creditor is None:
        raise ValueError(
            f"{_last(book, at, key)}: the claim in {account.name} is"
            f" {owed} {key.commodity}, below zero, and names nobody who could owe it"
        )
    rank = account.rank or "unsecured"
    if owed < 0 and creditor is not None:
        # A claim below zero stands on the other side: the creditor owes.
        return Debt(
            creditor,
            account.entity,
            "unsecured",
            account.name,
            key.commodity,
            -owed,
            -owed * price,
        )
    return Debt(
        account.entity,
        creditor or account.name,
        rank,
        account.name,
        key.commodity,
        owed,
        owed * price,
    )


def _last(book: Book, at: datetime.date, key: Position) -> str:
    flow = book.flows_of(key.account, at, key.commodity)[-1]
    return f"{flow.id} ({flow.place.file}:{flow.place.line})"
