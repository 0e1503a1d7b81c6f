"""Follow money through the accounts of a case: whose it was that an outlay spent.

The money of each outlay of an account, or of several taken as one pool, under every
rule of `tracing`, beside the interval that none of those leaves which keep the order
of movements. What flows in is the money of who gave it; where that came from another
account of the books, it is followed through that account too, under the same rule; for
pro rata ex post, which is a rule of one account, with the shares pro rata gives there.

With K the most of an owner's money that can be there, and O the most of the others', an
outlay W spent at least `max(0, W - O)` and at most `min(W, K)` of the owner's. This
holds in every account, so also along a chain of them. Within a day flows go by `seq:`;
where that is not known, deposits first and, beside it, the outlays first as far as the
balance allows.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.trace.answer import UNSTATED
from solvency.analysis.trace.answer import Following
from solvency.analysis.trace.answer import Outlay
from solvency.analysis.trace.answer import purposes
from solvency.analysis.trace.bounds import befores
from solvency.analysis.trace.bounds import deposits
from solvency.analysis.trace.bounds import sides
from solvency.analysis.trace.mixed_fund import NOBODY
from solvency.analysis.trace.mixed_fund import Holding
from solvency.analysis.trace.mixed_fund import Taken
from solvency.analysis.trace.mixed_fund import together
from solvency.analysis.trace.moves import Part
from solvency.analysis.trace.moves import Reader
from solvency.analysis.trace.order import POOL
from solvency.analysis.trace.order import extremes
from solvency.analysis.trace.shares import OtherOrder
from solvency.analysis.trace.shares import OutlayShares
from solvency.analysis.trace.shares import Step
from solvency.analysis.trace.translation import translated
from solvency.ledger.load import collector_paused
from solvency.ledger.terms.metadata import meant
from solvency.methods.tracing import EX_POST
from solvency.methods.tracing.whole_units import SharedPot
from solvency.model.book import Position
from solvency.model.book import below
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.analysis.trace.order import Ordered
    from solvency.analysis.trace.shares import Rules
    from solvency.ledger.case import Flow
    from solvency.model.book import Book


@wide()
def follow(
    book: Book,
    accounts: Sequence[str],
    *,
    at: datetime.date | None = None,
    commodity: str | None = None,
    owners: Iterable[str] | None = None,
) -> Following:
    """Say whose money each outlay of some accounts spent.

    Args:
        book: The Book.
        accounts: One account, or several taken as a pool, each with all below it.
        at: Until the end of this day; default the case's reporting date.
        commodity: What is traced; default the currency of the books if the accounts
            hold it, else the only commodity they hold.
        owners: Whose money the totals by purpose are of; default those who keep
            money with a custodian.

    Returns:
        Every outlay with its owners, and totals by purpose.

    Raises:
        LookupError: There is no such account, commodity or owner.
        ValueError: An outlay beyond the balance, or a deposit whose giver the flow
            does not say; the flow is named.
    """
    at = at or book.case.reporting_date
    commodity = _commodity(book, accounts, commodity)
    there = _pool(book, accounts)
    pool = frozenset(key for key in there if key.commodity == commodity)
    reader = Reader(book)
    moved = [
        (flow, _pooled(reader.parts(flow), pool))
        for flow in book.flows
        if flow.date <= at
    ]
    claimants = reader.owners.claimants()
    flows, other_way = extremes(moved, book.case.accounts)
    names = _names(reader, moved)
    # Arrays by the hundred thousand and no circle among them: nothing to collect.
    with collector_paused():
        main = other = _run(reader, flows, pool, claimants, names)
        if [flow.id for flow, _ in flows] != [flow.id for flow, _ in other_way]:
            # The rules in this order are gone through once somebody looks at them.
            other = _run(reader, other_way, pool, claimants, names, ruled=False)
    again = OtherOrder(
        lambda: _run(reader, other_way, pool, claimants, names),
        certain=_givers(main) == _givers(other),
    )
    whose = _owners(owners, claimants, main, pool, names)
    mine = np.isin(names, whose)
    seen = sides(main, mine)
    orders = (seen, seen if other is main else sides(other, mine))
    scale = reader.scales[commodity]
    found = Following(
        case=book.case,
        accounts=tuple(accounts),
        commodity=commodity,
        at=at,
        owners=whose,
        outlays=_outlays(main, other, again, names, scale),
        by_purpose=purposes(book.case, main, orders, mine, commodity, scale),
        deposits=deposits(orders[0], scale),
        before=befores(orders[0], scale),
        beside=tuple(sorted({key.commodity for key in there} - {commodity})),
        **_untraced(book, pool, at),
    )
    return translated(book, found)


def _untraced(
    book: Book, pool: frozenset[Position], at: datetime.date
) -> dict[str, Any]:
    """Return what is untraced in a pool, at the day or else at the petition."""
    day = max(at, book.case.reporting_date)
    seen = {key: one for key, one in book.counts.on(day).items() if key in pool}
    lost = [one for one in seen.values() if one.untraced]
    return {
        "untraced": sum((one.untraced for one in lost), Decimal()),
        "counts": tuple(sorted({one.count.id for one in lost})),
    }


def _pool(book: Book, accounts: Sequence[str]) -> list[Position]:
    """Return what is held, and is no claim, in some accounts and all below them."""
    return [
        key
        for key in book.positions
        if any(below(key.account, name) for name in accounts)
        and (account := book.account(key)).root == "Assets"
        and not account.is_claim
    ]


def _commodity(book: Book, accounts: Sequence[str], wanted: str | None) -> str:
    known = book.case.accounts
    for name in accounts:
        if not any(below(account, name) for account in known):
            raise LookupError(
                f"the ledger has no account {name}, nor any below it."
                f"{meant(name, known)}"
            )
    inside = _pool(book, accounts)
    if not inside:
        raise LookupError(
            f"{', '.join(accounts)} holds no money that could be traced: name an"
            " account of assets that is no claim"
        )
    held = sorted({key.commodity for key in inside})
    wanted = wanted or (book.case.home if book.case.home in held else None)
    if wanted is None and len(held) == 1:
        return held[0]
    if wanted not in held:
        names = ", ".join(accounts)
        there = ", ".join(held) or "nothing"
        raise LookupError(
            f"no flow moves {wanted} in {names}; there is {there}.{meant(wanted, held)}"
            if wanted
            else f"{names} holds {there}: say which with --commodity"
        )
    return wanted


def _owners(
    asked: Iterable[str] | None,
    claimants: frozenset[str],
    steps: list[Step],
    pool: frozenset[Position],
    names: tuple[str, ...],
) -> tuple[str, ...]:
    """Return whose money totals are of: those asked for, the claimants, outsiders."""
    seen = np.zeros(len(names), dtype=bool)
    for step in steps:
        seen[step.most.codes] = True
    there = {names[code] for code in np.flatnonzero(seen)}
    if asked is not None:
        wanted = tuple(asked)
        for name in wanted:
            if name not in there:
                known = ", ".join(sorted(there))
                raise LookupError(
                    f"no money there is of {name}; there is of {known}."
                    f"{meant(name, claimants | there)}"
                )
        return wanted
    holders = {key.account.split(":")[1] for key in pool}
    return tuple(sorted(there & claimants or there - holders or there))


def _pooled(parts: list[Part], pool: frozenset[Position]) -> list[Part]:
    """Take the pool's accounts as one place; what moves within it moves nothing."""
    found = []
    for part in parts:
        source = POOL if part.source in pool else part.source
        target = POOL if part.target in pool else part.target
        if (source, target) != (POOL, POOL):
            found.append(part._replace(source=source, target=target))
    return found


def _givers(steps: list[Step]) -> set[int]:
    """Return whose money may have come into the pool."""
    found: set[int] = set()
    for step in steps:
        if step.units > 0:
            found.update(step.most.codes.tolist())
    return found


def _names(reader: Reader, flows: Ordered) -> tuple[str, ...]:
    """Return all whose money may be somewhere, in order; their places are codes."""
    accounts = reader.case.accounts
    every = [part for _, parts in flows for part in parts]
    givers = {part.owner for part in every if part.owner}
    sources = {part.source for part in every} - {None, POOL}
    holders = {accounts[key.account].entity for key in sources if key is not None}
    return (NOBODY, *sorted(givers | holders))


def _run(
    reader: Reader,
    flows: Ordered,
    pool: frozenset[Position],
    claimants: frozenset[str],
    names: tuple[str, ...],
    *,
    ruled: bool = True,
) -> list[Step]:
    """Let the flows move everyone's money, and return what they did to the pool."""
    mine = np.isin(names, tuple(claimants))
    runner = _Runner(reader, pool, mine, names, ruled=ruled)
    steps = [step for flow, parts in flows for step in runner.steps(flow, parts)]
    # Every contribution shares in every outlay, whatever their order.
    for step in steps:
        if ruled and step.units < 0:
            step.rules[EX_POST] = runner.contributed.take(-step.units)
    return steps


class _Runner:
    """The accounts of the books while flows go through them."""

    def __init__(
        self,
        reader: Reader,
        pool: frozenset[Position],
        claimants: NDArray[np.bool_],
        names: tuple[str, ...],
        *,
        ruled: bool,
    ) -> None:
        self._ruled = ruled
        self._accounts = reader.case.accounts
        self._scales = reader.scales
        self._pool = pool
        self._claimants = claimants
        self._codes = {name: code for code, name in enumerate(names)}
        self._held: dict[Position, Holding] = {}
        #: What each owner put into the pool, as pro rata has it where it came from.
        self.contributed = SharedPot()
        self._names = ", ".join(sorted({key.account for key in pool}))

    def steps(self, flow: Flow, parts: list[Part]) -> list[Step]:
        """Move a flow's money; return what it did to the pool, at most once."""
        into: list[Taken] = []
        out = [part for part in parts if part.source == POOL]
        for part in parts:
            if part.source == POOL:
                continue
            money = self._leave(part)
            if part.target != POOL:
                self._arrive(part, money)
                continue
            if not part.known:
                raise ValueError(
                    f"{_named(flow)} puts money into {self._names} and does not say"
                    " who gave it: name the lender as the liability's `counterparty:`"
                )
            into.append(money)
        holding = self._holding(POOL)
        for money in into:
            holding.put(money)
            if self._ruled:
                self.contributed.put(money.shared["pro-rata"])
        steps = []
        if into:
            came = sum(money.bounds.units for money in into)
            steps.append(Step(flow, came, *together(into), {}))
        if out:
            went = sum(part.taken for part in out)
            if went > holding.balance:
                raise ValueError(
                    f"{_named(flow)} takes {self._number(went)} out of {self._names},"
                    f" {self._number(went - holding.balance)} more than there is"
                )
            money = holding.take(went)
            rules: Rules = {
                rule: pieces
                for several in (money.lined, money.shared)
                for rule, pieces in several.items()
            }
            bounds = money.bounds
            steps.append(Step(flow, -went, bounds.least, bounds.most, rules))
            for part, each in zip(
                out, money.split([p.taken for p in out]), strict=True
            ):
                self._arrive(part, each)
        return steps

    def _of(self, owner: str, units: int) -> Taken:
        return Taken.of(self._codes[owner], units)

    def _leave(self, part: Part) -> Taken:
        """Take what a part moves out of where it was."""
        if part.source is None or self._accounts[part.source.account].custody:
            return self._of(part.owner or NOBODY, part.given)
        holding = self._holding(part.source)
        short = part.taken - holding.balance
        if short > 0:
            # The books do not show where this came from: the holder's own.
            entity = self._accounts[part.source.account].entity
            holding.put(self._of(entity, short))
        money = holding.take(part.taken).scaled(part.given)
        return self._of(part.owner, part.given) if part.owner else money

    def _arrive(self, part: Part, money: Taken) -> None:
        """Put what a part moves where it goes, unless that is outside or custody."""
        target = part.target
        if target is None or self._accounts[target.account].custody:
            return
        money = self._of(part.owner, part.given) if part.owner else money
        self._holding(target).put(money.scaled(part.given))

    def _holding(self, key: Position) -> Holding:
        if key not in self._held:
            self._held[key] = Holding(
                self._claimants, self._codes[NOBODY], ruled=self._ruled
            )
        return self._held[key]

    def _number(self, units: int) -> str:
        commodity = next(iter(self._pool)).commodity
        number = Decimal(units).scaleb(-self._scales[commodity])
        return f"{number.normalize():,f} {commodity}"


def _named(flow: Flow) -> str:
    return f"{flow.id} ({flow.place.file}:{flow.place.line}) of {flow.date}"


def _outlays(
    main: list[Step],
    other: list[Step],
    ruled: OtherOrder,
    names: tuple[str, ...],
    scale: int,
) -> tuple[Outlay, ...]:
    """Return the outlays, their intervals wide enough for both orders of a day."""
    again = {step.flow.id: step for step in other if step.units < 0}
    return tuple(
        Outlay(
            date=step.flow.date,
            flow=step.flow.id,
            payee=step.flow.payee or "",
            narration=step.flow.narration,
            purpose=step.flow.purpose or UNSTATED,
            amount=Decimal(-step.units).scaleb(-scale),
            owners=OutlayShares(step, again[step.flow.id], ruled, names, scale),
        )
        for step in main
        if step.units < 0
    )
