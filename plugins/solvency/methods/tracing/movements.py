"""Movements of an account as columns: read once, traced under any rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Hashable
    from collections.abc import Iterable

    from numpy.typing import NDArray

    Movement = tuple[int | float | Decimal, Hashable | None]

# Sums of whole units up to here are exact in 64 bits; beyond, Python's integers serve.
WHOLE = 2**62
# An outlay may exceed the balance by this share of what passed through: rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Movements:
    """Movements of one account, checked.

    Attributes:
        units: signed amounts: int64 or Python integers if exact, else float, shape
        (n,). owner: code of the owner of each deposit, -1 for outlays, shape (n,).
        owners: the owners by code. digits: decimal places by which units are scaled,
        None unless Decimals.
    """

    units: NDArray[Any]
    owner: NDArray[np.intp]
    owners: tuple[Hashable, ...]
    digits: int | None

    @property
    def exact(self) -> bool:
        """Say whether shares are to be whole units."""
        return self.digits is not None

    @cached_property
    def outlays(self) -> NDArray[np.intp]:
        """Return positions of the outlays."""
        return np.flatnonzero(self.owner < 0)

    @cached_property
    def deposits(self) -> NDArray[np.intp]:
        """Return positions of the deposits."""
        return np.flatnonzero(self.owner >= 0)

    @cached_property
    def balance(self) -> NDArray[Any]:
        """Return the balance after each movement, never below zero."""
        found = np.cumsum(self.units)
        return np.asarray(np.maximum(found, 0, out=found))

    def trough(self) -> NDArray[Any]:
        """Return the lowest balance from each movement on."""
        return np.asarray(np.minimum.accumulate(self.balance[::-1])[::-1])

    def amount(self, part: Any) -> Any:
        """Return an amount in the caller's kind of number."""
        if self.digits is not None:
            return Decimal(int(part)).scaleb(-self.digits)
        return part.item() if isinstance(part, np.generic) else part

    def scaled(self, parts: NDArray[Any]) -> NDArray[Any]:
        """Return amounts in the caller's kind of number, as an array."""
        if self.digits is None:
            return parts
        return np.array([self.amount(part) for part in parts], dtype=object)

    def code(self, owner: Hashable) -> int:
        """Return the code of an owner.

        Args:
            owner: an owner as the movements name it.

        Returns:
            Its code.

        Raises:
            ValueError: no deposit is this owner's.
        """
        if owner not in self.owners:
            known = ", ".join(repr(name) for name in self.owners[:10])
            raise ValueError(f"no deposit is of {owner!r}; there are {known}")
        return self.owners.index(owner)

    def codes_of(self, own: Any) -> NDArray[np.intp]:
        """Return the codes of those whose money is spent first."""
        chosen: list[Hashable]
        if own is None:
            chosen = ["own"] if "own" in self.owners else []
        elif isinstance(own, set | frozenset | list):
            chosen = list(own)
        else:
            chosen = [own]
        return np.array([self.code(name) for name in chosen], dtype=np.intp)


def read(movements: Iterable[Movement]) -> Movements:
    """Read movements into columns and check them.

    Args:
        movements: (amount, owner) in order, as `tracing.trace` describes.

    Returns:
        The movements, to be traced under any number of rules.

    Raises:
        ValueError: as `tracing.trace` says.
    """
    rows = list(movements)
    amounts = list(map(itemgetter(0), rows))
    names = list(map(itemgetter(1), rows))
    units, digits = _units(amounts)
    found = dict.fromkeys(names)
    found.pop(None, None)
    index: dict[Hashable | None, int] = {name: at for at, name in enumerate(found)}
    index[None] = -1
    owner = np.fromiter(map(index.__getitem__, names), dtype=np.intp, count=len(names))
    _check(units, owner)
    account = Movements(units, owner, tuple(found), digits)
    covered(account)
    return account


def _units(amounts: list[Any]) -> tuple[NDArray[Any], int | None]:
    kinds = set(map(type, amounts))
    if Decimal in kinds:
        if any(issubclass(kind, float) for kind in kinds):
            raise ValueError("amounts are Decimals or floats, not both")
        return _decimals([Decimal(amount) for amount in amounts])
    if all(issubclass(kind, int | np.integer) for kind in kinds):
        return _whole(amounts), None
    units = np.array(amounts, dtype=float)
    if not np.all(np.isfinite(units)):
        bad = int(np.flatnonzero(~np.isfinite(units))[0])
        raise ValueError(f"movement {bad} has no amount that is a number")
    return units, None


def _decimals(amounts: list[Decimal]) -> tuple[NDArray[Any], int]:
    for at, amount in enumerate(amounts):
        if not amount.is_finite():
            raise ValueError(f"movement {at} has no amount that is a number")
    digits = max(0, -min(int(amount.as_tuple().exponent) for amount in amounts))
    whole = [int(amount.scaleb(digits)) for amount in amounts]
    return _whole(whole), digits


def _whole(amounts: list[int]) -> NDArray[Any]:
    """Return whole units, in 64 bits where their sums fit."""
    fits = len(amounts) * max(map(abs, amounts), default=0) < WHOLE
    fits = fits or sum(map(abs, amounts)) < WHOLE
    return np.array(amounts, dtype=np.int64 if fits else object)


def _check(units: NDArray[Any], owner: NDArray[np.intp]) -> None:
    unknown = (units > 0) & (owner < 0)
    if np.any(unknown):
        bad = int(np.flatnonzero(unknown)[0])
        raise ValueError(f"movement {bad} is a deposit of {units[bad]} by nobody known")
    named = (units < 0) & (owner >= 0)
    if np.any(named):
        bad = int(np.flatnonzero(named)[0])
        raise ValueError(f"movement {bad} is an outlay and names an owner")


def covered(account: Movements) -> None:
    """Check that no outlay exceeds the balance.

    Raises:
        ValueError: One does; the movement is named by its position.
    """
    if not len(account.units):
        return
    after = np.cumsum(account.units)
    slack = 0.0
    if account.units.dtype == float:
        slack = ROUNDING * float(np.abs(account.units).sum())
    if np.any(after < -slack):
        bad = int(np.flatnonzero(after < -slack)[0])
        raise ValueError(
            f"movement {bad} takes {account.amount(-account.units[bad])} out, "
            f"{account.amount(-after[bad])} more than the balance"
        )
