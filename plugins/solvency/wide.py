"""The one context in which the numbers of a case are added and multiplied.

Python's `decimal` rounds to 28 digits unless told otherwise, and each thread has a
setting of its own. What this package offers is therefore worked out inside
`wide()`, whoever calls it: amounts of 40 digits at prices of 40 digits, summed,
lose none. Only a quotient is rounded, at a place no amount reaches.
"""

from __future__ import annotations

import contextlib
from decimal import ROUND_HALF_EVEN
from decimal import Context
from decimal import Decimal
from decimal import DefaultContext
from decimal import DivisionByZero
from decimal import InvalidOperation
from decimal import Overflow
from decimal import localcontext
from decimal import setcontext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The most digits a number of a ledger may have before its point, and after it: a
#: longer one is an error of the ledger.
DIGITS = 100
PLACES = 120
#: What beancount parses, where it takes a sign for arithmetic, and what Fava adds up
#: by itself. A quotient in a ledger, `(1/3)`, has as many digits as this.
LONG = Context(prec=DIGITS)
#: Digits kept: of a product of two such numbers, and of sums of those.
WIDE = Context(
    prec=2 * (DIGITS + PLACES) + 60,
    rounding=ROUND_HALF_EVEN,
    traps=[InvalidOperation, DivisionByZero, Overflow],
)
_QUOTIENT = Decimal("1E-28")
#: For a quotient that is an answer by itself, and is rounded once: a share, a ratio.
QUOTIENTS = Context(prec=28, rounding=ROUND_HALF_EVEN)
_STEP = Decimal("1E-12")
_FINEST = Decimal(1).scaleb(-2 * PLACES)


@contextlib.contextmanager
def wide() -> Iterator[None]:
    """Work numbers out with all their digits, in a block or a decorated function."""
    with localcontext(WIDE):
        yield


def widen() -> None:
    """Have every thread of a program that is ours alone, from here on, lose no digit.

    For what others' code adds up in it, which enters `wide()` nowhere.
    """
    DefaultContext.prec = LONG.prec
    setcontext(LONG.copy())


def stepped(value: Decimal) -> Decimal:
    """Round a value to 12 places, from where on it is added up exactly."""
    return value.quantize(_STEP, context=WIDE) if value % _STEP else value


def exact(value: Decimal) -> bool:
    """Say whether a number is no quotient, which has as many places as the context."""
    return not WIDE.remainder(value, _FINEST)


def settled(value: Decimal) -> Decimal:
    """Return a number whole, and a quotient rounded to 12 places."""
    return value if exact(value) else stepped(value)


def width(value: Decimal) -> tuple[int, int]:
    """Return how many digits a number has before its point, and how many after."""
    after = -int(value.as_tuple().exponent)
    return max(value.adjusted() + 1, 0), max(after, 0)


def written(value: Decimal) -> Decimal:
    """Return a number as it is written out: a quotient to 28 places, all else whole.

    Args:
        value: A sum or product of a ledger's numbers, or a quotient of such, which
            has as many places as the context.
    """
    return value if exact(value) else value.quantize(_QUOTIENT, context=WIDE)
