"""What a reader of a recovery must know: what is assumed, and who counts in full."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.payments import lent
from solvency.figures.remark import Remark
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.recover.estate import Estate
    from solvency.analysis.recover.waterfall import Waterfall


@wide()
def noted(found: Estate, alone: Waterfall) -> list[str]:
    """Return remarks on a recovery.

    Args:
        found: The estates.
        alone: What each pays by itself, at the central estimate.
    """
    return [*_assumed(found, alone.estates), *_owing(found, alone), *_lent(alone)]


def _assumed(found: Estate, members: Iterable[str]) -> list[str]:
    """Name what rests on an assumed market depth."""
    notes: list[str] = []
    for commodity in sorted({item.commodity for item in found.items(members)}):
        known = found.book.case.commodities.get(commodity)
        depth = known.depth(found.at) if known else None
        if depth is not None and depth.basis == "assumed":
            notes.append(
                Remark(
                    "what %(token)s would fetch rests on an assumed market depth of"
                    " %(units)s units that halve the price",
                    token=commodity,
                    units=f"{depth.units:,}",
                )
            )
    return notes


def _owing(found: Estate, central: Waterfall) -> list[str]:
    """Name debtors outside, and which of them count in full at the central estimate."""
    notes: list[str] = []
    owing: dict[str, Decimal] = defaultdict(Decimal)
    inside = frozenset(central.estates)
    full: dict[str, bool] = {}
    for debt in found.debts:
        if debt.debtor not in inside and debt.creditor in inside:
            owing[debt.debtor] += debt.value
            paid = debt.debtor not in central.index
            whole = paid and found.paid_by(debt, ENDS.index("central")) == 1
            full[debt.debtor] = full.get(debt.debtor, True) and whole
    notes += [
        Remark(
            "owed to the group by %(who)s: %(amount)s, counted in full at the central"
            " estimate, since these books show it holding nothing, or claims alone"
            if full[name]
            else "owed to the group by %(who)s: %(amount)s",
            who=name,
            amount=value,
        )
        for name, value in sorted(owing.items())
    ]
    if owing:
        notes.append(
            Remark(
                "at the central estimate debts to the group count at what the books"
                " show the debtor holding, and in full where they show nothing; at low"
                " at nothing, at high in full"
            )
        )
    stated = sorted(
        account.name
        for account in found.book.case.accounts.values()
        if account.root == "Assets"
        and account.is_claim
        and account.recovery is not None
        and account.entity in inside
        and account.counterparty in owing
    )
    if stated:
        notes.append(
            Remark(
                "of %(accounts)s the share that the ledger states",
                accounts=tuple(stated),
            )
        )
    return notes


def _lent(alone: Waterfall) -> list[str]:
    """Name whose creditors are paid also from collateral that others gave."""
    notes: list[str] = []
    for name in sorted(alone.estates):
        given = lent(alone, name)
        if given.paid - given.back > 1:
            notes.append(
                Remark(
                    "creditors of %(who)s are paid %(amount)s more than it pays: from"
                    " collateral that others gave for its debts",
                    who=name,
                    amount=given.paid - given.back,
                )
            )
    return notes
