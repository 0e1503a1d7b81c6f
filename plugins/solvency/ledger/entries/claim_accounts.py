"""The accounts in which entities owe one another, and which two are one claim.

A claim has two sides: an asset of the creditor and a liability of the debtor. Which
belong together the author says (`pair:` on both `open`s) or their names do: those
alike but for the entities, as Assets:Lender:Loans:Desk and
Liabilities:Desk:Loans:Lender.
Failing that, the ones marked `intercompany: TRUE`, and then the only ones left.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.ledger.vocabulary import ROOTS

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.ledger.case import Account

ASSETS, LIABILITIES = ROOTS[:2]


class LegsError(Exception):
    """Legs that cannot be added: the rule, what is wrong, how to mend it."""

    def __init__(self, rule: str, wrong: str, mend: str) -> None:
        super().__init__(wrong)
        self.rule = rule
        self.wrong = wrong
        self.mend = mend


class Pair(NamedTuple):
    """The two sides of one claim."""

    held: Account
    owed: Account

    @property
    def marked(self) -> bool:
        """Say whether it is the claim that flows take where they name none."""
        return self.held.intercompany or self.owed.intercompany

    def of(self, entity: str) -> tuple[Account, Account]:
        """Return the side of one entity, then the other's."""
        if self.held.entity == entity:
            return self.held, self.owed
        return self.owed, self.held


@dataclass(frozen=True, slots=True)
class _Way:
    """What one entity may owe another in a commodity on a day."""

    creditor: str
    debtor: str
    held: list[Account]
    owed: list[Account]
    pairs: list[Pair] = field(default_factory=list)

    def settle(self) -> None:
        """Find which accounts are one claim, surest signs first."""
        for sign in (_paired, _kind):
            self._take(sign)
        for narrow in (_marked, list):
            held, owed = narrow(self.left(self.held)), narrow(self.left(self.owed))
            if len(held) == len(owed) == 1:
                self.pairs.append(Pair(held[0], owed[0]))

    @property
    def shared(self) -> bool:
        """Say whether one side keeps one account for all that the other has apart."""
        return len(self.held) == 1 or len(self.owed) == 1

    def left(self, accounts: list[Account]) -> list[Account]:
        """Return those of the accounts that belong to no pair yet."""
        taken = {account.name for pair in self.pairs for account in pair}
        return [account for account in accounts if account.name not in taken]

    @property
    def unsettled(self) -> bool:
        """Say whether accounts are left of which any two may be one claim."""
        return bool(self.left(self.held) and self.left(self.owed))

    def _take(self, sign: Callable[[Account], Hashable]) -> None:
        """Pair the accounts that alone on each side bear the same sign."""
        by_sign: dict[Hashable, tuple[list[Account], list[Account]]]
        by_sign = defaultdict(lambda: ([], []))
        for side, accounts in enumerate((self.left(self.held), self.left(self.owed))):
            for account in accounts:
                if (found := sign(account)) is not None:
                    by_sign[found][side].append(account)
        for held, owed in by_sign.values():
            if len(held) == len(owed) == 1:
                self.pairs.append(Pair(held[0], owed[0]))


def _paired(account: Account) -> Hashable:
    return account.pair


def _kind(account: Account) -> Hashable:
    """Return an account's name without its root, its entity and the other's."""
    if account.pair is not None:
        return None
    parts = account.name.split(":")[2:]
    return tuple(part for part in parts if part != account.counterparty)


def _marked(accounts: list[Account]) -> list[Account]:
    """Return those marked `intercompany: TRUE`, or all where none is."""
    return [account for account in accounts if account.intercompany] or accounts


@dataclass(frozen=True, slots=True)
class Claims:
    """The accounts in which entities owe one another."""

    #: By owner and counterparty.
    by_pair: Mapping[tuple[str, str], tuple[Account, ...]]
    #: What the ledger calls the roots.
    roots: Mapping[str, str]

    @classmethod
    def among(cls, accounts: Iterable[Account], roots: Mapping[str, str]) -> Claims:
        """Collect the claims among a ledger's accounts."""
        by_pair: dict[tuple[str, str], tuple[Account, ...]] = {}
        for account in accounts:
            if account.is_claim and account.counterparty is not None:
                pair = (account.entity, account.counterparty)
                by_pair[pair] = (*by_pair.get(pair, ()), account)
        return cls(by_pair, roots)

    def between(
        self,
        one: str,
        other: str,
        commodity: str,
        day: datetime.date,
        named: Iterable[Account] = (),
    ) -> tuple[Account, Account]:
        """Choose the two accounts, one of each entity, that carry a claim.

        Raises:
            LegsError: None is open between them, or the choice is ambiguous.
        """
        ways = [
            self._way(creditor, debtor, commodity, day)
            for creditor, debtor in ((one, other), (other, one))
        ]
        mine = [
            account
            for account in named
            if {account.entity, account.counterparty} == {one, other}
        ]
        for account in mine:
            if not (account.is_open(day) and account.admits(commodity)):
                raise LegsError(
                    "on",
                    f"{account.name} is not open for {commodity} on {day}",
                    "Name in `on:` a claim that is, or change its `open`",
                )
        if mine:
            return self._with(mine, ways, commodity, day).of(one)
        return self._unnamed(ways, commodity, day).of(one)

    def _way(
        self, creditor: str, debtor: str, commodity: str, day: datetime.date
    ) -> _Way:
        held, owed = (
            [
                account
                for account in self.by_pair.get((owner, partner), ())
                if account.root == root
                and account.is_open(day)
                and account.admits(commodity)
            ]
            for owner, partner, root in (
                (creditor, debtor, ASSETS),
                (debtor, creditor, LIABILITIES),
            )
        )
        way = _Way(creditor, debtor, held, owed)
        way.settle()
        return way

    def _unnamed(self, ways: list[_Way], commodity: str, day: datetime.date) -> Pair:
        """Choose the claim of a flow that names none."""
        one, other = ways[0].creditor, ways[0].debtor
        pairs = [pair for way in ways for pair in way.pairs]
        marked = [pair for pair in pairs if pair.marked]
        if len(marked) > 1:
            raise LegsError(
                "claim",
                f"{len(marked)} claims between {one} and {other} are marked"
                f" intercompany: TRUE: {_listed(marked)}",
                "Keep the mark on one, or name one on the flow (on: ACCOUNT)",
            )
        if marked:
            return marked[0]
        unsettled = [way for way in ways if way.unsettled]
        if unsettled:
            raise _unpaired(unsettled[0])
        if len(pairs) > 1:
            raise LegsError(
                "claim",
                f"several claims are open between {one} and {other}: {_listed(pairs)}",
                "Name one on the flow (on: ACCOUNT), or mark one account's `open`"
                " with intercompany: TRUE",
            )
        if not pairs:
            raise self._nothing_open(ways, commodity, day)
        return pairs[0]

    def _with(
        self,
        named: list[Account],
        ways: list[_Way],
        commodity: str,
        day: datetime.date,
    ) -> Pair:
        """Return the claim that a flow names, by one of its sides or by both."""
        first = named[0]
        way = next(w for w in ways if first in w.held or first in w.owed)
        known = next((pair for pair in way.pairs if first in pair), None)
        if len(named) > 1:
            both = _both(named, way)
            settled = [p for p in way.pairs if set(p) & set(both)]
            if settled and settled != [both] and not way.shared:
                raise LegsError(
                    "on",
                    f"`on:` names {both.held.name} and {both.owed.name}, which are"
                    f" sides of two claims: {_listed(settled)}",
                    "Name one claim, by one of its sides or by both",
                )
            return both
        if known is not None:
            return known
        partners = way.owed if first in way.held else way.held
        if not partners:
            raise self._nothing_open([way], commodity, day)
        free = partners if len(partners) == 1 else way.left(partners)
        if len(free) == 1:
            held, owed = (first, free[0]) if first in way.held else (free[0], first)
            return Pair(held, owed)
        raise _unpaired(way, first, free or partners)

    def _nothing_open(
        self, ways: list[_Way], commodity: str, day: datetime.date
    ) -> LegsError:
        """Say which `open` is missing, keeping to the direction half open already."""
        way = next((way for way in ways if way.held or way.owed), ways[0])
        creditor, debtor = way.creditor, way.debtor
        missing = []
        if not way.held:
            missing.append(
                f"{day} open {self.roots[ASSETS]}:{creditor}:Receivables:{debtor}"
                f' with counterparty: "{debtor}"'
            )
        if not way.owed:
            missing.append(
                f"{day} open {self.roots[LIABILITIES]}:{debtor}:Payables:{creditor}"
                f' with counterparty: "{creditor}"'
            )
        return LegsError(
            "claim",
            f"no claim in {commodity} is open between {creditor} and {debtor} on {day}",
            "Add: " + "; and: ".join(missing),
        )


def _both(named: list[Account], way: _Way) -> Pair:
    held = [account for account in named if account in way.held]
    owed = [account for account in named if account in way.owed]
    if len(held) == len(owed) == 1 and len(named) == 2:
        return Pair(held[0], owed[0])
    raise LegsError(
        "on",
        "`on:` names " + " and ".join(account.name for account in named) + ", which"
        " are not the two sides of one claim",
        "Name one claim, by one of its sides or by both",
    )


def _listed(pairs: Iterable[Pair]) -> str:
    return ", ".join(f"{pair.held.name} with {pair.owed.name}" for pair in pairs)


def _unpaired(
    way: _Way, named: Account | None = None, partners: list[Account] | None = None
) -> LegsError:
    held, owed = way.left(way.held), way.left(way.owed)
    if named is not None:
        sides = [named], partners or []
        held, owed = sides if named in way.held else sides[::-1]
    names = [", ".join(account.name for account in side) for side in (held, owed)]
    return LegsError(
        "claim",
        f"nothing says which accounts of {way.creditor} and {way.debtor} are one"
        f" claim: {names[0]}; and {names[1]}",
        f'Name both on the flow, as in on: "{held[0].name}, {owed[0].name}", or give'
        ' the `open`s of those that belong together the same pair: "..."',
    )
