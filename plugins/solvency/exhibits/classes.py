"""What things were worth on a day, as the Book values them, by class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.figure import anchor
from solvency.model.own_tokens import is_issued_by

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Account
    from solvency.ledger.case import Case
    from solvency.model.sheets import Line

#: The classes of a balance sheet, in the order printed, with their names.
CLASSES = {
    "asset": {
        "custody": "Held for customers",
        "liquid": "Liquid assets",
        "less-liquid": "Less liquid assets",
        "thin": "Tokens with a thin market",
        "illiquid": "Illiquid assets",
        "unclassed": "Other assets",
        "own": "Tokens the group issued",
        "stakes": "Stakes in group companies",
        "within": "Owed by group companies",
        "claims": "Owed by others",
        "suspense": "In suspense",
    },
    "liability": {
        "customers": "Owed to customers",
        "lenders": "Owed to lenders and others",
        "within": "Owed to group companies",
    },
    "equity": {"equity": "Made up of"},
}


def class_of(setting: Setting, line: Line) -> str:
    """Return the class a line of a balance sheet is listed under."""
    if line.side == "equity":
        return "equity"
    case = setting.case
    inside = set(setting.inside)
    account = case.accounts[line.account]
    if account.is_claim and account.counterparty in inside:
        return "within"
    if account.suspense:
        return "suspense"
    if line.side == "liability":
        other = case.entities.get(account.counterparty or "")
        customers = other is not None and other.role == "customers"
        return "customers" if account.rank == "customer" or customers else "lenders"
    if account.is_claim:
        return "custody" if account.custody else "claims"
    if account.stake_in is not None:
        return "stakes" if account.stake_in in inside else "illiquid"
    names = [units.commodity for units in line.units]
    if names and all(is_issued_by(case, name, inside) for name in names):
        return "own"
    if account.custody:
        return "custody"
    held = [case.commodities.get(name) for name in names]
    if held and all(coin is not None and coin.thin for coin in held):
        return "thin"
    if account.liquidity:
        return account.liquidity
    kinds = {_liquidity(case, account, x.commodity) for x in line.units} - {None}
    return kinds.pop() or "" if len(kinds) == 1 else "unclassed"


def _liquidity(case: Case, account: Account, name: str) -> str | None:
    """Return how liquid a holding is; None if nothing says so and it is no money."""
    commodity = case.commodities.get(name)
    if (commodity and commodity.liquidity) or case.is_money(name):
        return case.liquidity_of(account, name)
    return None


def class_place(entity: str, key: str) -> str:
    """Return the id of a class, or of a total, of an entity's balance sheet."""
    return anchor("class", f"{entity}:{key}")
