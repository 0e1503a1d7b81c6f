"""beancount's booked postings as ours, and exact sums of them."""

from __future__ import annotations

from decimal import Context
from decimal import Decimal
from decimal import Inexact
from typing import TYPE_CHECKING

from beancount.core import data
from beancount.core.amount import Amount
from beancount.core.position import Cost

from solvency.ledger.case import Money
from solvency.ledger.case import Posting
from solvency.wide import LONG
from solvency.wide import WIDE
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

ZERO = Decimal()
#: Digits of a price that nobody writes: those of beancount's quotients that do not
#: end, by itself, in our parser, in Fava and in a load.
_PARSED = 60
_QUOTIENTS = frozenset({28, _PARSED, LONG.prec, WIDE.prec})
#: Those of the shortest.
_QUOTIENT = 28
#: Of those, the last that sums and products of them may have wrong.
_SPARED = 4
#: Sums and products of ledger numbers are exact in this; a number too long
#: even for it raises, and never rounds.
EXACT = Context(prec=1000, traps=[Inexact])


class UnopenedError(Exception):
    """A posting to an account that is not open."""


def postings_of(
    transaction: data.Transaction, entity_of: Mapping[str, str]
) -> list[Posting]:
    """Return a transaction's postings.

    Args:
        transaction: A booked transaction.
        entity_of: The entity of every account that is open.

    Raises:
        UnopenedError: An account is not open, or beancount could not book a
            posting and has said so.
    """
    found = []
    for posting in transaction.postings:
        entity = entity_of.get(posting.account)
        units = posting.units
        if entity is None or units is None or units.number is None:
            raise UnopenedError(posting.account)
        price = None
        priced = posting.cost or posting.price
        if isinstance(priced, Cost | Amount) and priced.number is not None:
            price = _shortest(units, Money(priced.number, priced.currency))
        added = posting.meta is not None and bool(posting.meta.get("added"))
        found.append(
            Posting(posting.account, entity, units.number, units.currency, price, added)
        )
    return found


def _shortest(units: Amount, price: Money) -> Money:
    """Return a price with the digits any program would give it, if it is a quotient.

    The same total price has more digits in our parser than in Fava; those only its
    quotient has are dropped wherever the total does not need them.
    """
    if len(price.number.as_tuple().digits) <= _QUOTIENT or not is_quotient(price):
        return price
    short = Context(prec=_QUOTIENT)
    whole = EXACT.multiply(units.number or ZERO, price.number)
    stated = whole.normalize(Context(prec=_QUOTIENT - _SPARED))
    if abs(whole - stated) > abs(whole).scaleb(-2 * _QUOTIENT):
        return price
    return Money(short.plus(price.number), price.commodity)


def is_quotient(price: Money) -> bool:
    """Say whether beancount made a price: of a total, which `@@` or `{{ }}` stated."""
    return len(price.number.as_tuple().digits) in _QUOTIENTS


def quotients(postings: Iterable[Posting]) -> set[str]:
    """Return the currencies of the total prices among postings."""
    return {
        posting.price.commodity
        for posting in postings
        if posting.price is not None and is_quotient(posting.price)
    }


def without_dust(entry: data.Directive) -> data.Directive:
    """Return an entry whose amounts that beancount filled in are of totals, exactly.

    What it fills in beside a total price has the digits its quotient could not hold.
    """
    if type(entry) is not data.Transaction:
        return entry
    weights = [
        abs(posting.units.number * priced.number)
        for posting in entry.postings
        if isinstance(priced := posting.cost or posting.price, Cost | Amount)
        and isinstance(posting.units, Amount)
        and posting.units.number
        and priced.number
        and is_quotient(Money(priced.number, priced.currency))
    ]
    if not weights:
        return entry
    step = Decimal(1).scaleb(max(weights).adjusted() + _SPARED - _PARSED)
    return entry._replace(
        postings=[_stepped(posting, step) for posting in entry.postings]
    )


def _stepped(posting: data.Posting, step: Decimal) -> data.Posting:
    """Return a posting, its amount rounded if beancount filled it in."""
    units = posting.units
    if not (posting.meta or {}).get("__automatic__") or not isinstance(units, Amount):
        return posting
    if units.number is None:
        return posting
    number = _plain(units.number.quantize(step, context=WIDE))
    return posting._replace(units=units._replace(number=number))


def _plain(number: Decimal) -> Decimal:
    """Return a number without the zeros after its last digit behind the point."""
    short = number.normalize(WIDE)
    return short if width(short)[1] else short.quantize(Decimal(1), context=WIDE)


def weight(posting: Posting) -> Money:
    """Return what a posting counts for when a transaction is summed.

    Of a total price beancount keeps the quotient alone; what that could not hold is
    rounded away, and the weight is the total again.
    """
    price = posting.price
    if price is None:
        return Money(posting.units, posting.commodity)
    if not is_quotient(price):
        return Money(EXACT.multiply(posting.units, price.number), price.commodity)
    short = Context(prec=len(price.number.as_tuple().digits) - 2)
    number = short.multiply(posting.units, price.number)
    return Money(number.normalize(short), price.commodity)


def total(numbers: Iterable[Decimal]) -> Decimal:
    """Return an exact sum."""
    left = ZERO
    for number in numbers:
        left = EXACT.add(left, number)
    return left


def imbalances(postings: Iterable[Posting]) -> dict[str, dict[str, Decimal]]:
    """Sum the exact weights by commodity and entity, leaving out zeros.

    Part of a lot bought at a total price weighs what no number of digits holds: of
    its currency a sum smaller than the last of them is zero.
    """
    sums: dict[tuple[str, str], Decimal] = {}
    dust: dict[str, Decimal] = {}
    for posting in postings:
        if posting.price is None:
            number, commodity = posting.units, posting.commodity
        else:
            number, commodity = weight(posting)
            if is_quotient(posting.price):
                least = abs(number).scaleb(_SPARED - _QUOTIENT)
                dust[commodity] = max(least, dust.get(commodity, ZERO))
        key = (commodity, posting.entity)
        sums[key] = EXACT.add(sums[key], number) if key in sums else number
    if not any(sums.values()):
        return {}
    left: dict[str, dict[str, Decimal]] = {}
    for (commodity, entity), net in sums.items():
        if net and not abs(net) < dust.get(commodity, ZERO):
            left.setdefault(commodity, {})[entity] = net
    return left


def with_legs(
    transaction: data.Transaction, postings: Iterable[Posting]
) -> data.Transaction:
    """Return a transaction with the postings it lacks, marked as added."""
    at = transaction.meta
    extra = [
        data.Posting(
            posting.account,
            Amount(posting.units, posting.commodity),
            None,
            None
            if posting.price is None
            else Amount(posting.price.number, posting.price.commodity),
            None,
            {"filename": at["filename"], "lineno": at["lineno"], "added": True},
        )
        for posting in postings
    ]
    return transaction._replace(postings=[*transaction.postings, *extra])
