"""What there is to share out on a day, and who has a claim on it.

Assets at what they would fetch, low, central and high: tokens with a market depth at
R(q) of all that is sold together, accounts with `recovery:` at that share of book, all
else at market. What was counted is there as counted, at low as at the low ends of the
counts' ranges, at high as at their high ends. What is untraced is there to the share
its account says: unsaid at nothing low and central, whole at high. Debts by rank, at
market on the day, with what is pledged for them.
"""

# Longer than 400 lines: assets, debts and pledges are valued in one pass.

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.recover.debts import Debt
from solvency.analysis.recover.debts import debt_of
from solvency.analysis.recover.set_off import set_off
from solvency.figures.remark import Remark
from solvency.model.costs import Pool
from solvency.model.counting import count
from solvency.model.counting.suspense import in_suspense
from solvency.model.own_tokens import is_issued_by
from solvency.model.prices import Missing
from solvency.model.valuation import Costs
from solvency.model.valuation import share_fetched
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Account
    from solvency.model.book import Book
    from solvency.model.book import Position

ZERO = Decimal()
#: Low, central and high, in that order, as counts have them.
ENDS: tuple[str, ...] = count.ENDS


#: What a reader of a recovery with anything untraced must know.
_SAID = (
    "what is untraced counts at nothing at low and central and in full at high, unless"
    " its account says otherwise; what is unrecorded counts as held"
)
#: What one must know where what was counted has a range.
_RANGED = (
    "what was counted is there as the counts say, at low as at the low ends of their"
    " ranges and at high as at their high ends"
)


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
NOTHING_OFF = Ends.all(Decimal(1))
#: The line of the assets of what nobody found.
UNTRACED = "untraced"


class Item(NamedTuple):
    """One position held, with what it would fetch."""

    account: Account
    commodity: str
    units: Decimal
    book: Decimal
    worth: Ends
    #: It is in the books, and was not found.
    untraced: bool = False

    @property
    def base(self) -> str:
        """Return what it is held for."""
        if self.account.pledged_to is not None:
            return "pledged"
        return "held for customers" if self.account.custody else "free"

    @property
    def kind(self) -> str:
        """Return the line of the assets it is in."""
        return UNTRACED if self.untraced else self.base


#: What a debtor outside the group pays whose books show nothing.
UNSTATED = Ends(Decimal(), Decimal(1), Decimal(1))


def shares_of(account: Account) -> Ends:
    """Return the shares an account is expected to fetch."""
    central = account.recovery or Decimal()
    low, high = account.recovery_low, account.recovery_high
    return Ends(
        central if low is None else low, central, central if high is None else high
    )


@dataclass(frozen=True)
class Estate:
    """The assets and debts of a case on a day."""

    book: Book
    at: datetime.date
    debts: tuple[Debt, ...]
    #: What is left out, and why.
    notes: tuple[str, ...]
    _costs: Costs
    _held: dict[Position, Ends]
    #: What of the books was not found, beside what is held.
    _lost: dict[Position, Ends]
    #: Debtors outside the group taken to pay nothing, and those taken to pay all.
    unpaid: frozenset[str] = frozenset()
    repaid: frozenset[str] = frozenset()

    @wide()
    def items(self, members: Iterable[str]) -> list[Item]:
        """Return what entities hold, sold together, own tokens at nothing.

        Args:
            members: The entities whose estates are one.
        """
        inside = frozenset(members)
        found = [
            (key, units, lost)
            for _, key, units, lost in sorted(
                place for name in inside for place in self._places.get(name, ())
            )
        ]
        sold: dict[str, Ends] = defaultdict(lambda: NOTHING)
        for key, units, lost in found:
            there = self._there(key, units, lost=lost)
            sold[key.commodity] = sold[key.commodity].plus(there)
        return [
            Item(
                self.book.account(key),
                key.commodity,
                units.central,
                self._cost(key, units.central),
                self._worth(
                    key,
                    self._there(key, units, lost=lost),
                    sold[key.commodity],
                    inside,
                ),
                lost,
            )
            for key, units, lost in found
        ]

    def _there(self, key: Position, units: Ends, *, lost: bool) -> Ends:
        """Return how many units are there to be sold, at each end."""
        if not lost:
            return units
        shares = self.book.account(key).untraced
        return Ends(*(one * share for one, share in zip(units, shares, strict=True)))

    @cached_property
    def _places(self) -> dict[str, list[tuple[int, Position, Ends, bool]]]:
        """Return each entity's positions with their places among all: held, then lost.

        Each with its units, and whether they are lost.
        """
        found: dict[str, list[tuple[int, Position, Ends, bool]]] = defaultdict(list)
        every = chain(
            ((key, units, False) for key, units in self._held.items()),
            ((key, units, True) for key, units in self._lost.items()),
        )
        for place, (key, units, lost) in enumerate(every):
            entity = self.book.account(key).entity
            found[entity].append((place, key, units, lost))
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
        average = self._costs.average(Pool.of(account, key.commodity))
        return units * (average or ZERO)

    @wide()
    def claimed(self, name: str, inside: frozenset[str]) -> Decimal:
        """Return what an entity's claims and shares in others stand at in its books.

        Args:
            name: The entity.
            inside: Whose estate is one with its own, which are left out.
        """
        sums = ZERO
        for debt in self.by_creditor.get(name, ()):
            if debt.debtor not in inside:
                account = self.book.case.accounts[debt.account]
                # A debt's cost is its creditor's, who may have paid another price.
                side = account.root if account.entity == name else "Assets"
                average = self._costs.average(Pool(name, side, debt.commodity))
                sums += debt.units * (average or ZERO)
        return sums + sum(
            (
                self._cost(key, units)
                for key, units in self._shares
                if self.book.account(key).entity == name
                and self.book.account(key).stake_in not in inside
            ),
            ZERO,
        )

    @cached_property
    def _shares(self) -> list[tuple[Position, Decimal]]:
        """Return the shares in others that anybody holds, with their units."""
        return [
            (key, units)
            for key, units in self.book.balance(self.at).items()
            if self.book.account(key).stake_in is not None
            and self.book.account(key).root == "Assets"
            and units > 0
        ]

    def _worth(
        self, key: Position, units: Ends, sold: Ends, inside: frozenset[str]
    ) -> Ends:
        account = self.book.account(key)
        commodity = self.book.case.commodities.get(key.commodity)
        creditor = account.pledged_to or ""
        if is_issued_by(self.book.case, key.commodity, inside | {creditor}):
            return NOTHING
        kept = commodity.fetched if commodity else NOTHING_OFF
        if account.recovery is not None:
            kept = shares_of(account)
            if not self.book.case.is_money(key.commodity):
                return Ends(
                    *(
                        self._cost(key, number) * share
                        for number, share in zip(units, kept, strict=True)
                    )
                )
        quote = self.book.prices.at(key.commodity, self.at)
        if isinstance(quote, Missing):
            return NOTHING
        depth = commodity.depth(self.at) if commodity else None
        # A share of money in another currency is of the money, at the day's rate.
        if depth is None or account.recovery is not None:
            return Ends(
                *(
                    number * quote.number * share
                    for number, share in zip(units, kept, strict=True)
                )
            )
        return Ends(
            *(
                number * quote.number * share_fetched(together, end or depth.units)
                for number, together, end in zip(
                    units, sold, (depth.low, depth.units, depth.high), strict=True
                )
            )
        )

    def paid_by(self, debt: Debt, end: int) -> Decimal:
        """Return what share of a debt is paid by a debtor whose books show nothing.

        Nothing at low and all at central and high, unless the claim's account states
        what it is expected to fetch.

        Args:
            debt: The debt.
            end: Which of the estimates, by its place.
        """
        if debt.debtor in self.unpaid | self.repaid:
            return Decimal(debt.debtor in self.repaid)
        return self._stated.get((debt.creditor, debt.debtor), UNSTATED)[end]

    @cached_property
    def _stated(self) -> dict[tuple[str, str | None], Ends]:
        """Return the shares that accounts of claims state, by creditor and debtor."""
        return {
            (account.entity, account.counterparty): shares_of(account)
            for account in self.book.case.accounts.values()
            if account.root == "Assets"
            and account.is_claim
            and account.recovery is not None
        }

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
        for key, units in self._shares:
            account = self.book.account(key)
            found[account.stake_in or ""][account.entity] += self._cost(key, units)
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
        paid = Costs(self.book, self.at).paid
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
    held: dict[Position, Ends] = {}
    notes: dict[str, None] = dict.fromkeys(in_suspense(book, at))
    debts = []
    for key, units in book.balance(at).items():
        account = book.account(key)
        if account.root not in {"Assets", "Liabilities"} or account.suspense:
            continue
        quote = book.prices.at(key.commodity, at)
        owned = account.root == "Assets" and not account.is_claim
        if owned and account.stake_in is None and units > 0:
            held[key] = Ends.all(units)
            at_cost = account.recovery is not None and not book.case.is_money(key[1])
            if isinstance(quote, Missing) and not at_cost:
                notes[Remark("left out: %(reason)s", reason=quote.why)] = None
            continue
        # Who keeps an account that is overdrawn has lent what is missing.
        overdrawn = owned and account.stake_in is None and units < 0
        seen = book.counts.on(at).get(key)
        if overdrawn and seen is not None and seen.units >= 0:
            continue  # Somebody counted, and nothing was lent.
        if account.root != "Liabilities" and not overdrawn:
            continue
        if isinstance(quote, Missing):
            notes[Remark("left out: %(reason)s", reason=quote.why)] = None
            continue
        debts.append(debt_of(book, at, account, key, -units, quote.number))
    lost = _lost(book, at, held, notes)
    left, netted = set_off(book, at, debts)
    for one in netted:
        note = Remark(
            "set off: %(claim)s against %(debt)s, %(netted)s on each side",
            claim=one.claim,
            debt=one.debt,
            netted=f"{one.amount:,.0f}",
        )
        notes[note] = None
    return Estate(book, at, left, tuple(notes), Costs(book, at), held, lost)


def _lost(
    book: Book,
    at: datetime.date,
    held: dict[Position, Ends],
    notes: dict[str, None],
) -> dict[Position, Ends]:
    """Leave of what is held what was found, and return what was not.

    What was found and is not in the books is held too.
    """
    lost: dict[Position, Ends] = {}
    for key, between in book.counts.between(at).items():
        account = book.account(key)
        if account.is_claim or account.stake_in is not None:
            continue
        # What is overdrawn is a debt, and nothing is held. At low stands the least of
        # each holding, though not all are least at once where counts lie in counts.
        some = [max(ZERO, one.units) for one in between]
        gone = [one.untraced for one in between]
        units = Ends(min(some), some[1], max(some))
        missing = Ends(max(gone), gone[1], min(gone))
        if key in held or max(units) > 0:
            held[key] = units
        if any(missing) and key in held:
            lost[key] = missing
        if not any(held.get(key, NOTHING)):
            held.pop(key, None)
    notes |= dict.fromkeys([_SAID] if lost else ())
    notes |= dict.fromkeys([_RANGED] if book.counts.ranged else ())
    return lost
