"""Who is paid what: estates alone, by silo or as one, cleared together.

Each estate pays, first, what collateral covers to those it is pledged to and what is
held for customers to them, then rank by rank. What it is paid by others of the group is
part of what it pays with, so all are cleared at once (`clearing`). Outside creditors
are a node of their own; outside debtors pay from what the books show them holding.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING
from typing import NamedTuple

from scipy import sparse

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.estate import ZERO
from solvency.ledger.ranks import RANKS
from solvency.methods.clearing import clear
from solvency.methods.clearing.exact import Cleared
from solvency.methods.clearing.exact import cleared
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.analysis.recover.debts import Debt
    from solvency.analysis.recover.estate import Estate
    from solvency.analysis.recover.estate import Item

#: Those outside the network, to whom debts go and from whom nothing comes.
OUTSIDE = "outside"
CENT = Decimal("0.01")
#: A quotient that is a half of a cent but for its last digits is one.
_NOISE = Decimal("1E-12")


class Cover(NamedTuple):
    """An asset with what it covers of a debt: collateral, or held for customers."""

    item: Item
    covered: Decimal


class Covered(NamedTuple):
    """A debt with what part of it collateral or custody covers, and by whom."""

    debt: Debt
    covered: Decimal
    #: The estate whose asset covers it; another than the debtor's pays for it.
    by: str
    rank: str
    covers: tuple[Cover, ...] = ()
    #: What collateral of others outside the estates covered beside. Its owner has the
    #: share paid on it only once the creditor is paid in full.
    lent: Decimal = ZERO


class Paid(NamedTuple):
    """What a debt is paid."""

    debt: Debt
    covered: Decimal
    paid: Decimal
    #: What covers it, and the rank in which the rest is paid.
    covers: tuple[Cover, ...] = ()
    rank: str = ""
    #: What of it is the debtor's share on what others' collateral covered, and what
    #: that collateral pays.
    further: Decimal = ZERO
    others: Decimal = ZERO


class Turn(NamedTuple):
    """What an estate has when the turn of a rank comes, and what it owes in it."""

    #: What it has of its own, and what others pay it.
    assets: Decimal
    received: Decimal
    #: What goes to those covered and to the ranks before.
    before: Decimal
    owed: Decimal
    paid: Decimal

    @property
    @wide()
    def left(self) -> Decimal:
        """Return what is left for the rank."""
        return max(ZERO, self.assets + self.received - self.before)

    @property
    @wide()
    def rate(self) -> Decimal:
        """Return the share of the rank that is paid; 1 if nothing is owed."""
        return self.paid / self.owed if self.owed else Decimal(1)


@dataclass(frozen=True)
class Waterfall:
    """What estates pay, given which entities are one estate."""

    #: The estate each member belongs to.
    estates: Mapping[str, str]
    nodes: tuple[str, ...]
    clearing: Cleared
    paid: tuple[Paid, ...]
    #: What each node has beside its claims on others.
    assets: Mapping[str, Decimal]
    #: What each is paid by those whose debts its collateral paid, in their place.
    recourse: Mapping[str, Decimal]

    @cached_property
    def index(self) -> dict[str, int]:
        """Return the place of each node."""
        return {name: at for at, name in enumerate(self.nodes)}

    @wide()
    def received(self, node: str) -> Decimal:
        """Return what a node is paid by the others."""
        return money(self.clearing.received[self.index[node]])

    @wide()
    def turn(self, node: str, rank: str) -> Turn:
        """Return what a node has for one rank of its debts, and what it pays."""
        at, row = self.index[node], RANKS.index(rank) + 1
        paid = [one[at] for one in self.clearing.paid]
        return Turn(
            self.assets[node],
            self.received(node),
            money(sum(paid[:row], ZERO)),
            money(self.clearing.owed[row][at]),
            money(paid[row]),
        )


@wide()
def money(number: Decimal) -> Decimal:
    """Return a computed amount in cents."""
    return number.quantize(_NOISE).quantize(CENT)


@wide()
def waterfall(
    found: Estate,
    estates: Mapping[str, str],
    *,
    end: str = "central",
    alpha: float = 1.0,
    beta: float = 1.0,
) -> Waterfall:
    """Clear all debts, taking some entities' estates as one.

    Args:
        found: Assets and debts.
        estates: The name of the estate each member of the group belongs to.
        end: low, central or high: which estimate of the assets. At low, debtors
            outside the group pay nothing; at high all they owe.
        alpha: Share of its own assets an estate in default realises.
        beta: Share of what others pay it that it realises (Rogers and Veraart 2013).

    Raises:
        ValueError: As `clearing.clear`.
    """
    network = _Network(found, estates, ENDS.index(end))
    result = network.cleared(alpha, beta)
    return Waterfall(
        estates=estates,
        nodes=tuple(network.nodes),
        clearing=result,
        paid=tuple(network.paid(item, result) for item in network.covered),
        assets={
            name: money(worth)
            for name, worth in zip(network.nodes, network.assets, strict=True)
        },
        recourse=network.recourse(result),
    )


def _square(cells: Mapping[tuple[int, int], Decimal], size: int) -> sparse.csr_array:
    """Return a square of which most is nothing, in floating point."""
    rows, columns = zip(*cells, strict=True) if cells else ((), ())
    return sparse.csr_array(
        (list(map(float, cells.values())), (rows, columns)),
        shape=(size, size),
        dtype=float,
    )


class _Network:
    """The estates as nodes, debts between them by class."""

    def __init__(self, found: Estate, estates: Mapping[str, str], end: int) -> None:
        self._found = found
        self._estates = estates
        self._end = end
        self._outsiders = self._debtors_with_books()
        self.nodes = [*dict.fromkeys(estates.values()), *self._outsiders, OUTSIDE]
        self._index = {name: at for at, name in enumerate(self.nodes)}
        self.assets = [ZERO] * len(self.nodes)
        #: Class 0 is what is covered; then rank by rank.
        self._owed: list[dict[tuple[int, int], Decimal]] = [
            defaultdict(Decimal) for _ in range(len(RANKS) + 1)
        ]
        self._pledged: dict[tuple[str, str], list[tuple[str, Item, Decimal]]] = (
            defaultdict(list)
        )
        self._custody: dict[str, list[Item]] = defaultdict(list)
        self._value()
        self.covered = self._cover()
        self._enter()

    def cleared(self, alpha: float, beta: float) -> Cleared:
        """Clear the debts: in floating point first, then to the last digit."""
        size = len(self.nodes)
        shares = self._shares()
        near = clear(
            [_square(layer, size) for layer in self._owed],
            list(map(float, self.assets)),
            alpha,
            beta,
            shares=_square(shares, size) if shares else None,
        )
        costs = Decimal(repr(alpha)), Decimal(repr(beta))
        return cleared(self._owed, self.assets, near, *costs, shares)

    def node(self, name: str) -> str:
        """Return the node an entity is at."""
        name = self._estates.get(name, name)
        return name if name in self._index else OUTSIDE

    def _debtors_with_books(self) -> list[str]:
        """Return debtors outside the group whose books show that they hold anything."""
        if ENDS[self._end] != "central":
            return []
        debtors = {
            debt.debtor
            for debt in self._found.debts
            if debt.debtor not in self._estates and debt.creditor in self._estates
        }
        holders = {item.account.entity for item in self._found.items(debtors)}
        for owners in self._found.stakes().values():
            holders |= owners.keys()
        return sorted((debtors & holders) - self._found.unpaid - self._found.repaid)

    def _value(self) -> None:
        members: dict[str, list[str]] = defaultdict(list)
        for name, where in self._estates.items():
            members[where].append(name)
        groups = [*members.items(), *((name, [name]) for name in self._outsiders)]
        pledgers = {
            account.entity
            for account in self._found.book.case.accounts.values()
            if account.pledged_to is not None
        }
        known = {name for _, names in groups for name in names}
        groups += [("", [name]) for name in sorted(pledgers - known)]
        for where, names in groups:
            for item in self._found.items(names):
                worth = item.worth[self._end]
                account = item.account
                if where:
                    self.assets[self._index[where]] += worth
                if account.pledged_to is not None:
                    debtor = account.pledged_for or account.entity
                    self._pledged[debtor, account.pledged_to].append(
                        (where, item, worth)
                    )
                elif account.custody:
                    self._custody[account.entity].append(item)

    def _cover(self) -> list[Covered]:
        """Say what part of each debt of the group collateral or custody covers."""
        covered = []
        owed: dict[str, Decimal] = defaultdict(Decimal)
        for debt in self._found.debts:
            if debt.rank == "customer":
                owed[debt.debtor] += debt.value
        for debt in sorted(self._found.debts, key=lambda d: RANKS.index(d.rank)):
            part, lent, by = ZERO, ZERO, self.node(debt.debtor)
            covers: list[Cover] = []
            if debt.rank == "customer" and owed[debt.debtor]:
                part, covers = self._kept(debt, owed[debt.debtor])
            rank = debt.rank
            for at, (where, item, worth) in enumerate(
                pledges := self._pledged.get((debt.debtor, debt.creditor), [])
            ):
                taken = min(worth, debt.value - part)
                pledges[at] = (where, item, worth - taken)
                rank = "unsecured" if rank == "secured" else rank
                if not taken:
                    continue
                if where != by:
                    given = (Cover(item, taken),)
                    covered.append(Covered(debt, taken, where, rank, given))
                    if not where and self.node(debt.creditor) == OUTSIDE:
                        lent += taken
                    debt = debt._replace(value=debt.value - taken)  # noqa: PLW2901 (the rest of it)
                else:
                    part += taken
                    covers.append(Cover(item, taken))
            covered.append(Covered(debt, part, by, rank, tuple(covers), lent))
        return covered

    def _kept(self, debt: Debt, owed: Decimal) -> tuple[Decimal, list[Cover]]:
        """Return what of a customer's claim is held for customers, and of which."""
        items = [(item, item.worth[self._end]) for item in self._custody[debt.debtor]]
        held = sum((worth for _, worth in items), ZERO)
        part = debt.value * min(Decimal(1), held / owed)
        return part, [Cover(item, part * worth / held) for item, worth in items if held]

    def _enter(self) -> None:
        for item in self.covered:
            debt = item.debt
            debtor, creditor = self.node(debt.debtor), self.node(debt.creditor)
            if debtor == OUTSIDE:
                if creditor != OUTSIDE:
                    part = item.covered if item.by != debtor else debt.value
                    part *= self._found.paid_by(debt, self._end)
                    self.assets[self._index[creditor]] += part
                continue
            if debtor == creditor:
                continue
            if item.by != debtor:
                # Another paid by its collateral, and has the claim in its place; of
                # those outside `paid` says who has what is paid on it.
                pledger = item.by or OUTSIDE
                if pledger not in {OUTSIDE, creditor}:
                    self._owe(0, pledger, creditor, item.covered)
                if pledger != debtor:
                    rank = RANKS.index("unsecured") + 1
                    self._owe(rank, debtor, pledger, item.covered)
                continue
            self._owe(0, debtor, creditor, item.covered)
            rank = RANKS.index(item.rank) + 1
            self._owe(rank, debtor, creditor, debt.value - item.covered)

    def _owe(self, rank: int, debtor: str, creditor: str, amount: Decimal) -> None:
        if debtor != creditor:
            pair = self._index[debtor], self._index[creditor]
            self._owed[rank][pair] += amount

    def _shares(self) -> dict[tuple[int, int], Decimal]:
        held: dict[tuple[int, int], Decimal] = defaultdict(Decimal)
        whole: dict[int, Decimal] = defaultdict(Decimal)
        for name, owners in self._found.stakes().items():
            issuer = self.node(name)
            for owner, share in owners.items():
                holder = self.node(owner)
                if OUTSIDE not in {holder, issuer} and holder != issuer:
                    held[self._index[holder], self._index[issuer]] += share
                    whole[self._index[issuer]] += share
        # Estates taken as one issue no shares of their own: a share of a part counts
        # as that share of the whole, which no owner can exceed.
        return {
            (holder, issuer): share / max(Decimal(1), whole[issuer])
            for (holder, issuer), share in held.items()
        }

    def recourse(self, result: Cleared) -> dict[str, Decimal]:
        """Return what each node is paid for collateral it gave for others' debts."""
        sums: dict[str, Decimal] = defaultdict(Decimal)
        rank = RANKS.index("unsecured") + 1
        for item in self.covered:
            debtor, pledger = self.node(item.debt.debtor), item.by
            if debtor not in {pledger, OUTSIDE} and pledger not in {"", OUTSIDE}:
                paid = result.part(rank, self._index[debtor], item.covered)
                sums[pledger] += money(paid)
        return sums

    def paid(self, item: Covered, result: Cleared) -> Paid:
        """Return what a debt is paid, given what is paid of each class."""
        debt, covers, rank = item.debt, item.covers, item.rank
        debtor, creditor = self.node(debt.debtor), self.node(debt.creditor)
        if item.by != debtor:
            debt = debt._replace(value=item.covered)
        if debtor == creditor:
            return Paid(debt, item.covered, ZERO, covers, rank)
        if debtor == OUTSIDE:
            # As in `_enter`.
            amount = debt.value * self._found.paid_by(debt, self._end)
            return Paid(debt, item.covered, money(amount), covers, rank)
        if item.by != debtor:
            paid = item.covered
            if item.by not in {"", OUTSIDE}:
                paid = result.part(0, self._index[item.by], paid)
            paid = money(paid)
            return Paid(debt, item.covered, paid, covers, rank, others=paid)
        at = self._index[debtor]
        rest = debt.value - item.covered
        row = RANKS.index(rank) + 1
        amount = result.part(0, at, item.covered) + result.part(row, at, rest)
        if not item.lent:
            return Paid(debt, item.covered, money(amount), covers, rank)
        share = result.part(RANKS.index("unsecured") + 1, at, item.lent)
        further = money(min(share, max(ZERO, debt.value - amount)))
        return Paid(debt, item.covered, money(amount) + further, covers, rank, further)
