"""Movements of an account as columns: read once, traced under any rule."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import MAX_EMAX
from decimal import MAX_PREC
from decimal import MIN_EMIN
from decimal import Context
from decimal import Decimal
from functools import cached_property
from itertools import islice
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

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
#: Movements taken at a time, where each is a Python object on the way: so many are
#: small beside the columns, and long beside the start of a pass.
AT_A_TIME = 1 << 16
_MIXED = "amounts are Decimals or floats, not both"
# Shifts a decimal's point and keeps all of its digits; the usual one rounds to 28.
_ALL_DIGITS = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)


@dataclass(frozen=True)
class Movements:
    """Movements of one account, checked.

    Attributes:
        units: signed amounts: int64 or Python integers if exact, else float, shape
        (n,). owner: code of the owner of each deposit, -1 for outlays, shape (n,), of
        32 bits where `read` made it.
        owners: the owners by code. digits: decimal places by which units are scaled,
        None unless Decimals.
    """

    units: NDArray[Any]
    owner: NDArray[np.signedinteger[Any]]
    owners: tuple[Hashable, ...]
    digits: int | None

    @property
    def exact(self) -> bool:
        """Say whether shares are to be whole units."""
        return self.digits is not None

    @property
    def place(self) -> type[np.signedinteger[Any]]:
        """Return the kind of integer that holds any movement's position."""
        return np.int32 if len(self.units) < 2**31 else np.int64

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

    def among(self, codes: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Say of each movement whether it is a deposit of one of some owners."""
        chosen = np.zeros(len(self.owners) + 1, dtype=bool)
        chosen[codes] = True
        # The last item is nobody's, and -1, the code of an outlay, finds it.
        return np.asarray(chosen[self.owner])

    def amount(self, part: Any) -> Any:
        """Return an amount in the caller's kind of number."""
        if self.digits is not None:
            return Decimal(int(part)).scaleb(-self.digits, _ALL_DIGITS)
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
    lots: list[_Lot] = []
    index: dict[Hashable | None, int] = {}
    codes = [np.zeros(0, dtype=np.int32)]
    rows = iter(movements)
    while some := list(islice(rows, AT_A_TIME)):
        lots.append(_lot(list(map(itemgetter(0), some)), len(lots) * AT_A_TIME))
        names = list(map(itemgetter(1), some))
        index.pop(None, None)
        for name in dict.fromkeys(names):
            if name is not None:
                index.setdefault(name, len(index))
        index[None] = -1
        found = map(index.__getitem__, names)
        codes.append(np.fromiter(found, dtype=np.int32, count=len(names)))
    index.pop(None, None)
    units, digits = _together(lots)
    owner = np.concatenate(codes)
    _check(units, owner)
    account = Movements(units, owner, tuple(index), digits)
    covered(account)
    return account


class _Lot(NamedTuple):
    """Amounts of movements that follow one another."""

    #: In 64 bits, Python's integers or floats.
    units: NDArray[Any]
    #: Decimal places by which they are scaled, where any is a Decimal.
    digits: int | None


def _lot(amounts: list[Any], first: int) -> _Lot:
    """Return amounts as narrow as they can be; `first` is where they begin."""
    kinds = set(map(type, amounts))
    if kinds == {int}:
        return _Lot(_narrow(amounts), None)
    if Decimal in kinds:
        if any(issubclass(kind, float) for kind in kinds):
            raise ValueError(_MIXED)
        return _decimals([Decimal(amount) for amount in amounts], first)
    if all(issubclass(kind, int | np.integer) for kind in kinds):
        return _Lot(_narrow(list(map(int, amounts))), None)
    units = np.array(amounts, dtype=float)
    if not np.all(np.isfinite(units)):
        bad = first + int(np.flatnonzero(~np.isfinite(units))[0])
        raise ValueError(f"movement {bad} has no amount that is a number")
    return _Lot(units, None)


def _decimals(amounts: list[Decimal], first: int) -> _Lot:
    for at, amount in enumerate(amounts, first):
        if not amount.is_finite():
            raise ValueError(f"movement {at} has no amount that is a number")
    digits = max(0, -min(int(amount.as_tuple().exponent) for amount in amounts))
    whole = [int(amount.scaleb(digits, _ALL_DIGITS)) for amount in amounts]
    return _Lot(_narrow(whole), digits)


def _narrow(amounts: list[int]) -> NDArray[Any]:
    """Return whole numbers in 64 bits where each fits."""
    try:
        return np.array(amounts, dtype=np.int64)
    except OverflowError:
        return np.array(amounts, dtype=object)


def _together(lots: list[_Lot]) -> tuple[NDArray[Any], int | None]:
    """Return all amounts in one kind of number; the list is emptied."""
    places = [lot.digits for lot in lots if lot.digits is not None]
    digits = max(places, default=None)
    if any(lot.units.dtype == float for lot in lots):
        if places:
            raise ValueError(_MIXED)
        units = np.concatenate([lot.units.astype(float) for lot in lots])
    else:
        whole = [_rescaled(lot, digits or 0) for lot in lots]
        fits = sum(map(_size, whole)) < WHOLE
        kind: Any = np.int64 if fits else object
        units = np.concatenate(
            [np.zeros(0, kind), *(lot.astype(kind) for lot in whole)]
        )
    lots.clear()
    return units, digits


def _rescaled(lot: _Lot, digits: int) -> NDArray[Any]:
    more = 10 ** (digits - (lot.digits or 0))
    if more == 1:
        return lot.units
    return _narrow([units * more for units in lot.units.tolist()])


def _size(units: NDArray[Any]) -> int:
    """Return the sum of whole numbers without their signs."""
    most = max(int(units.max()), -int(units.min()))
    if len(units) * most < WHOLE:
        return int(np.abs(units).sum())
    return sum(map(abs, units.tolist()))


def _check(units: NDArray[Any], owner: NDArray[Any]) -> None:
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
