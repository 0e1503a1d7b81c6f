"""Who gets what back with one assumption changed, and everything else kept."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.insiders import is_insider
from solvency.analysis.recover.stated_debts import stated
from solvency.analysis.recover.with_untraced import again
from solvency.analysis.recover.with_untraced import with_untraced
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.stated_debts import StatedClass
    from solvency.model.book import Book


@dataclass(frozen=True, slots=True)
class Varied:
    """A recovery beside others that differ from it in one assumption each."""

    found: Recovery
    #: With nothing of what is untraced, and with all; none where nothing is.
    untraced: Mapping[str, Recovery]
    #: Insiders and related parties that pay, and the recovery where they pay nothing.
    insiders: tuple[str, ...]
    unpaid: Recovery | None
    #: Those that owe, whether or not they pay, and the recovery where they pay all.
    owing: tuple[str, ...]
    repaid: Recovery | None
    #: Others outside that pay, and the recovery where they pay nothing.
    outside: tuple[str, ...]
    unpaid_outside: Recovery | None
    #: What sources say was owed, each with the recovery were it so.
    stated: tuple[tuple[StatedClass, Recovery], ...]


def varied(book: Book, found: Recovery) -> Varied:
    """Share out once more with other assumptions, at the same costs.

    Args:
        book: The Book.
        found: Who gets what back.
    """
    payers, owing = insiders(found), insiders(found, paying=False)
    others = outside(found)
    claims = stated(book, found.at, found.debts, found.alone.estates)
    return Varied(
        found,
        with_untraced(book, found),
        payers,
        again(book, found, unpaid=frozenset(payers)) if payers else None,
        owing,
        again(book, found, repaid=frozenset(owing)) if owing else None,
        others,
        again(book, found, unpaid=frozenset(others)) if others else None,
        tuple((one, again(book, found, owed=one.shares)) for one in claims),
    )


def classes(found: Recovery, way: str) -> tuple[Class, ...]:
    """Return the classes of one way of taking the estates: alone, silo or group."""
    return {
        "alone": found.classes,
        "silo": found.silos,
        "group": found.consolidated,
    }[way]


def insiders(found: Recovery, *, paying: bool = True) -> tuple[str, ...]:
    """Return the insiders and related parties outside that owe the group anything.

    Args:
        found: Who gets what back.
        paying: Only those that pay, at the central estimate, each entity alone.
    """
    return tuple(
        name
        for name in _debtors(found, paying=paying)
        if is_insider(found.case, name, ())
    )


def outside(found: Recovery) -> tuple[str, ...]:
    """Return those outside that pay the group, insiders and related parties apart.

    Args:
        found: Who gets what back.
    """
    return tuple(
        name for name in _debtors(found, paying=True) if name not in insiders(found)
    )


def _debtors(found: Recovery, *, paying: bool) -> list[str]:
    """Return those outside that owe the group anything, or that pay it."""
    inside = found.alone.estates
    return sorted(
        {
            one.debt.debtor
            for one in found.alone.paid
            if (one.paid > 0 or not paying)
            and one.debt.creditor in inside
            and one.debt.debtor not in inside
        }
    )


@wide()
def equally(some: tuple[Class, ...]) -> dict[str, Decimal]:
    """Return what share each estate would pay were all its classes to rank alike.

    Only estates with classes of several ranks that are paid different shares.
    """
    shares = {}
    for entity in dict.fromkeys(one.entity for one in some):
        theirs = [one for one in some if one.entity == entity]
        if len({one.rate for one in theirs}) > 1:
            claims = sum((one.claims for one in theirs), Decimal())
            shares[entity] = sum((one.paid for one in theirs), Decimal()) / claims
    return shares


def documents(one: Varied) -> dict[str, Any]:
    """Return what a JSON document has of the variations: shares to six places."""
    return {
        "untraced": [
            {"way": way, "entity": entity, "rank": rank}
            | {name: ends[entity, rank] for name, ends in shares.items()}
            for way in ("alone", "silo", "group")
            for shares in ({n: _shares(x, way) for n, x in one.untraced.items()},)
            for entity, rank in shares.get("without", {})
        ],
        "unpaid": {"by": one.insiders, "classes": _every(one.unpaid)},
        "repaid": {"by": one.owing, "classes": _every(one.repaid)},
        "unpaid_outside": {"by": one.outside, "classes": _every(one.unpaid_outside)},
        "stated": [
            {
                "observation": claims.observation.id,
                "owed": claims.observation.amount.number,
                "books": claims.books,
                "classes": _every(found),
            }
            for claims, found in one.stated
        ],
        "ranked_equally": {
            way: {name: round(x, 6) for name, x in equally(some).items()}
            for way in ("alone", "silo", "group")
            for some in (classes(one.found, way),)
        },
    }


def _every(found: Recovery | None) -> list[dict[str, Any]]:
    """Return what every class is paid, each way of taking the estates."""
    return [
        {"way": way, "entity": x.entity, "rank": x.rank, **_ends(x)}
        for way in ("alone", "silo", "group")
        for x in (classes(found, way) if found else ())
    ]


def _shares(
    found: Recovery, way: str
) -> dict[tuple[str, str], dict[str, Decimal | None]]:
    return {(x.entity, x.rank): _ends(x) for x in classes(found, way)}


@wide()
def _ends(one: Class) -> dict[str, Decimal | None]:
    paid = (one.low, one.paid, one.high)
    return {
        end: round(amount / one.claims, 6) if one.claims else None
        for end, amount in zip(ENDS, paid, strict=True)
    }


def moved(one: Varied, way: str) -> Iterator[tuple[Class, Class]]:
    """Yield the classes that insiders' payments move, with theirs and without.

    By half a point of the central share or more.
    """
    if one.unpaid is None:
        return
    without = {(x.entity, x.rank): x for x in classes(one.unpaid, way)}
    for each in classes(one.found, way):
        other = without.get((each.entity, each.rank))
        if other is not None and abs(each.rate - other.rate) >= Decimal("0.005"):
            yield each, other
