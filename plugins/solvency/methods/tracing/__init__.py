"""Whose money paid for it: an account into which several owners' money flowed.

Money in one account has no marks. Which owner's money an outlay spent is decided by a
rule, and courts choose among several; what none of them can leave is an interval. Both
are given, so that a reader sees where the choice of rule matters.

Rules: `fifo` (Clayton's Case, 1816), `lifo`, `pro-rata` (each outlay takes the share
each owner has at that moment: the rolling charge), `lowest-balance` (one's own money is
spent first and never refilled: James Roscoe (Bolton) Ltd v Winder [1915] 1 Ch 62;
claimants share what remains pro rata). The interval generalises the argument from
sufficiency: what the others' money could not have paid was the owner's. It is that of
rules that keep the order of movements. `pro-rata-ex-post` does not (Law Society of
Upper Canada v Toronto-Dominion Bank, 1998): all contributions share alike in what
remains, and so in every outlay, those that came later too. It may leave the interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any
from typing import Literal
from typing import TypeVar
from typing import get_args

import numpy as np

from solvency.methods.tracing.lowest_balance import at_most
from solvency.methods.tracing.lowest_balance import lowest_balance
from solvency.methods.tracing.movements import AT_A_TIME
from solvency.methods.tracing.movements import Movements
from solvency.methods.tracing.movements import read
from solvency.methods.tracing.rules import ex_post
from solvency.methods.tracing.rules import fifo
from solvency.methods.tracing.rules import lifo
from solvency.methods.tracing.rules import pro_rata

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Hashable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from solvency.methods.tracing.movements import Movement
    from solvency.methods.tracing.rules import Shares

__all__ = [
    "EX_POST",
    "RULES",
    "ExPost",
    "Rule",
    "Trace",
    "interval",
    "read",
    "rising_tide",
    "trace",
]

Rule = Literal["fifo", "lifo", "pro-rata", "lowest-balance"]
#: The rules that keep the order of movements: none can leave the interval.
RULES: tuple[Rule, ...] = get_args(Rule)
ExPost = Literal["pro-rata-ex-post"]
EX_POST: ExPost = "pro-rata-ex-post"
Amount = TypeVar("Amount", float, Decimal)


@dataclass(frozen=True)
class Trace:
    """One account's outlays, by whose money they spent under one rule.

    Attributes:
        rule: the rule applied.
        remaining: what each owner still has in the account at the end.
    """

    rule: Rule | ExPost
    remaining: dict[Hashable, Any]
    _movements: Movements
    _shares: Shares

    @property
    def allocations(self) -> Iterator[tuple[int, int, Any]]:
        """Yield (outlay, deposit, amount): positions in the movements, in order."""
        unit = self._movements.amount
        return (
            (outlay, deposit, unit(part))
            for outlay, deposit, part in self._shares.pairs()
        )

    @property
    def by_owner(self) -> Outlays:
        """Return each outlay's owners: a mapping from outlay to {owner: amount}."""
        return Outlays(self._movements, self._shares)

    def spent(self, owner: Hashable) -> NDArray[Any]:
        """Return what each outlay spent of an owner's money.

        Args:
            owner: an owner as the movements name it.

        Returns:
            Amounts in the order of the outlays (see `outlays`), in float, or in whole
            units where the movements are whole.
        """
        code = self._movements.code(owner)
        return self._movements.scaled(self._shares.spent(code))

    @property
    def outlays(self) -> NDArray[np.intp]:
        """Return the positions of the outlays in the movements."""
        return self._movements.outlays


@dataclass(frozen=True)
class Outlays(Mapping[int, dict["Hashable", Any]]):
    """A mapping from the position of an outlay to what each owner paid of it."""

    _movements: Movements
    _shares: Shares

    def __getitem__(self, outlay: int) -> dict[Hashable, Any]:
        row = int(np.searchsorted(self._movements.outlays, outlay))
        if row >= len(self) or self._movements.outlays[row] != outlay:
            raise KeyError(outlay)
        unit, owners = self._movements.amount, self._movements.owners
        return {owners[code]: unit(part) for code, part in self._shares.row(row)}

    def __iter__(self) -> Iterator[int]:
        return iter(self._movements.outlays.tolist())

    def __len__(self) -> int:
        return len(self._movements.outlays)


def trace(
    movements: Iterable[Movement] | Movements,
    rule: Rule | ExPost,
    own: Hashable | Collection[Hashable] | None = None,
) -> Trace:
    """Allocate each outlay of an account to the deposits it spent.

    Whole numbers and Decimals are traced exactly. Under the rules that share pro rata,
    Decimals are shared to the last digit written, the remainder by largest fraction, so
    that shares sum to the outlay; integers and floats are shared in float.

    Args:
        movements: (amount, owner) in order: deposits positive with their owner, outlays
            negative with owner None; or the result of `read`, to trace it repeatedly.
        rule: fifo, lifo, pro-rata, lowest-balance or pro-rata-ex-post.
        own: the owner, or a set of owners, whose money lowest-balance spends first;
        left
            out, the owner called "own" if there is one, else nobody, all being
            claimants.

    Returns:
        Allocations, by owner, and what remains.

    Raises:
        ValueError: an outlay beyond the balance, a deposit whose giver is unknown, an
            outlay that names an owner, a rule or own owner that does not exist;
            movements are named by position.
    """
    account = movements if isinstance(movements, Movements) else read(movements)
    shares: Shares
    if rule == "fifo":
        shares = fifo(account)
    elif rule == "lifo":
        shares = lifo(account)
    elif rule == "pro-rata":
        shares = pro_rata(account)
    elif rule == "lowest-balance":
        shares = lowest_balance(account, account.codes_of(own))
    elif rule == EX_POST:
        shares = ex_post(account)
    else:
        known = ", ".join((*RULES, EX_POST))
        raise ValueError(f"no rule is called {rule!r}; there are {known}")
    left = shares.remaining()
    remaining = {
        owner: account.amount(left[code]) for code, owner in enumerate(account.owners)
    }
    return Trace(rule, remaining, account, shares)


def interval(
    movements: Iterable[Movement] | Movements, owner: Hashable
) -> list[tuple[int, Any, Any]]:
    """Bound what each outlay can have spent of an owner's money.

    Under any rule that keeps the order of movements.

    With O the most of the others' money and K the most of the owner's that can still be
    there (each `x = min(x + its deposits, balance)`), an outlay W spent of the owner's
    at least `max(0, W - O)` and at most `min(W, K)`. Bounds of several outlays do not
    add.

    Args:
        movements: as in `trace`.
        owner: an owner as the movements name it.

    Returns:
        (outlay, least, most) by position of the outlay.

    Raises:
        ValueError: as `trace` does, and if no deposit is the owner's.
    """
    account = movements if isinstance(movements, Movements) else read(movements)
    mine = account.owner == account.code(owner)
    rows = account.outlays
    out = -account.units[rows]
    others = at_most(account, ~mine)[rows]
    own = at_most(account, mine)[rows]
    zero = account.units.dtype.type(0) if account.units.dtype != object else 0
    least = account.scaled(np.maximum(zero, out - others))
    most = account.scaled(np.minimum(out, own))
    del out, others, own
    found: list[tuple[int, Any, Any]] = []
    for start in range(0, len(rows), AT_A_TIME):
        columns = (column[start : start + AT_A_TIME] for column in (rows, least, most))
        found += zip(*(column.tolist() for column in columns), strict=True)
    return found


def rising_tide(
    deposits: Sequence[Amount], withdrawn: Sequence[Amount], pot: Amount
) -> tuple[list[Amount], Amount]:
    """Share a pot so that nobody's total recovery lies below the tide.

    Each receives `max(0, level * deposit - withdrawn)`: what was withdrawn earlier
    counts as recovered. The level is what exhausts the pot, or 1.

    Args:
        deposits: what each paid in, numbers of one kind; decimals are exact but for
            the level.
        withdrawn: what each took out before.
        pot: what there is to share.

    Returns:
        Payments, and the level.

    Raises:
        ValueError: a deposit, a withdrawal or the pot is negative.
    """
    rows = list(zip(deposits, withdrawn, strict=True))
    if pot < 0 or any(paid_in < 0 or taken < 0 for paid_in, taken in rows):
        raise ValueError(
            "deposits, withdrawals and the pot are amounts of zero or more"
        )
    nothing = pot - pot
    # Who took out all of the deposit is above any tide.
    used = [row for row in rows if row[0] > row[1]]
    if pot >= sum((paid_in - taken for paid_in, taken in used), nothing):
        return [max(nothing, paid_in - taken) for paid_in, taken in rows], type(pot)(1)
    used.sort(key=lambda row: row[1] / row[0])
    # Between starting levels the cost of the tide is linear in the level.
    cost, slope = pot, nothing
    for at, (paid_in, taken) in enumerate(used, 1):
        cost, slope = cost + taken, slope + paid_in
        level = cost / slope
        if at == len(used) or level <= used[at][1] / used[at][0]:
            break
    return [max(nothing, level * paid_in - taken) for paid_in, taken in rows], level
