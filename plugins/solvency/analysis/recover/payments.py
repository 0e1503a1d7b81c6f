"""What payments are made up of: collateral, a share of the rest, and who pays."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.analysis.recover.waterfall import OUTSIDE
from solvency.analysis.recover.waterfall import Cover
from solvency.analysis.recover.waterfall import money
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.recover.estate import Item
    from solvency.analysis.recover.recover import Recovery
    from solvency.analysis.recover.waterfall import Paid
    from solvency.analysis.recover.waterfall import Waterfall

_ZERO = Decimal()
#: Rates as near as this are the same.
_SAME = Decimal("1e-6")


@dataclass(frozen=True, slots=True)
class MadeUp:
    """What the payment on some debts is made up of, in money."""

    claims: Decimal
    paid: Decimal
    #: The assets that cover the debts with what each covers, the largest first.
    covers: tuple[Cover, ...]
    #: By rank, what they do not cover.
    rests: Mapping[str, Decimal]
    #: The debtor's share on what collateral of others covered, as far as it goes to
    #: the creditor and not to them.
    further: Decimal = _ZERO

    @property
    @wide()
    def covered(self) -> Decimal:
        """Return what is covered in all."""
        return sum((one.covered for one in self.covers), _ZERO)


class Lent(NamedTuple):
    """What others' collateral pays an estate's creditors, and costs the estate."""

    paid: Decimal
    #: What those who gave the collateral have of what the estate pays.
    back: Decimal


class Payment(NamedTuple):
    """What a debtor owes an estate, and what it pays."""

    owed: Decimal
    paid: Decimal


@wide()
def lent(way: Waterfall, name: str) -> Lent:
    """Return what others' collateral pays an entity's creditors, taken alone."""
    some = [one for one in way.paid if one.debt.debtor == name]
    others = sum((one.others for one in some), _ZERO)
    paid = sum((one.paid for one in some), _ZERO)
    own = money(way.clearing.payments[way.index[name]])
    return Lent(others, others - (paid - own) if others else _ZERO)


@wide()
def payments(way: Waterfall) -> dict[str, tuple[Decimal, Decimal, bool]]:
    """Return payments, equity and default of each node but the outside."""
    pays = way.clearing.payments
    return {
        name: (
            money(pays[at]),
            money(way.clearing.equity[at]),
            way.clearing.defaulted[at],
        )
        for at, name in enumerate(way.nodes)
        if name != OUTSIDE
    }


@wide()
def made_up(
    way: Waterfall, estate: str, rank: str, creditor: str = "", debtor: str = ""
) -> MadeUp:
    """Return what those of one rank against an estate are paid, and from what.

    Args:
        way: A clearing.
        estate: The estate that owes.
        rank: The rank of the debts.
        creditor: Whose claims; those of all outside the estate where empty.
        debtor: The one entity of the estate that owes; all where empty.
    """
    return _summed(
        one
        for one in way.paid
        if way.estates.get(one.debt.debtor) == estate
        and one.debt.rank == rank
        and debtor in {"", one.debt.debtor}
        and (
            one.debt.creditor == creditor
            if creditor
            else way.estates.get(one.debt.creditor) != estate
        )
    )


def _summed(some: Iterable[Paid]) -> MadeUp:
    claims = paid = further = _ZERO
    covers: dict[Item, Decimal] = defaultdict(Decimal)
    rests: dict[str, Decimal] = defaultdict(Decimal)
    for one in some:
        claims += one.debt.value
        paid += one.paid
        further += one.further
        for cover in one.covers:
            covers[cover.item] += cover.covered
        if rest := one.debt.value - one.covered:
            rests[one.rank] += rest
    ordered = sorted(
        (Cover(item, amount) for item, amount in covers.items() if amount),
        key=lambda one: (-one.covered, one.item.account.name, one.item.commodity),
    )
    return MadeUp(claims, paid, tuple(ordered), dict(rests), further)


@wide()
def payers(way: Waterfall, estate: str) -> dict[str, Payment]:
    """Return what each debtor owes an estate and pays it, the largest payer first."""
    found: dict[str, Payment] = {}
    for one in way.paid:
        debt = one.debt
        if (
            way.estates.get(debt.creditor) == estate
            and way.estates.get(debt.debtor) != estate
        ):
            before = found.get(debt.debtor, Payment(_ZERO, _ZERO))
            found[debt.debtor] = Payment(
                before.owed + debt.value, before.paid + one.paid
            )
    ordered = sorted(found.items(), key=lambda one: (-one[1].paid, one[0]))
    return dict(ordered)


@wide()
def stated(
    found: Recovery, members: tuple[str, ...], rank: str, way: Waterfall, end: str
) -> bool:
    """Say whether an estate's statement of affairs gives the rate a rank is paid.

    That it does not where estates are one, or other ranks come between.

    Args:
        found: Who gets what back.
        members: The entities of the estate.
        rank: The rank.
        way: The clearing, at the end asked for.
        end: low, central or high.
    """
    if len(members) != 1:
        return False
    node = way.estates.get(members[0], members[0])
    for one in found.statements:
        if one.entity == members[0]:
            at = {"low": one.low, "central": one.central, "high": one.high}[end]
            return abs(at.rate - way.turn(node, rank).rate) < _SAME
    return False
