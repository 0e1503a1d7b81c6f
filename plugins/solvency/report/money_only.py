"""Words of a report on a case that has money alone: nothing speaks of coins.

Each message that speaks of coins or tokens has one beside it that does not, said in
the report's language. The names of messages are those of the catalogue.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.ledger.case import Case

#: What is said instead of each message.
INSTEAD = {
    "%(unit)s to %(day)s, at what coins were worth when they moved; width is amount;"
    " what went in came out or is left": "%(unit)s to %(day)s, at the rates of the day"
    " it moved; width is amount; what went in came out or is left",
    "%(unit)s, or units where a coin is named; what is owed is positive": "%(unit)s, or"
    " units where a currency is named; what is owed is positive",
    "%(unit)s; funds are money and liquid coins, at the price of the day they"
    " moved": "%(unit)s; funds are money, at the rates of the day it moved",
    "%(unit)s; the same coins at %(day)s": "%(unit)s; the same currencies at %(day)s",
    "Change in the prices of coins held": "Change in the rates of what was held",
    "Every flow that moved money or liquid coins of the group, by where it came from"
    " and where it went. What members of the group moved among themselves cancels in"
    " the group and shows in the columns of each.": "Every flow that moved money of the"
    " group, by where it came from and where it went. What members of the group moved"
    " among themselves cancels in the group and shows in the columns of each.",
    "Held for customers, coin by coin, at least what is owed them": "Held for"
    " customers, currency by currency, at least what is owed them",
    "Into the group came %(came)s. Out of it went %(went)s; %(left)s was left in money"
    " and liquid coins, at market.": "Into the group came %(came)s. Out of it went"
    " %(went)s; %(left)s was left in money.",
    "Into the group came chiefly %(came)s. Out of it went chiefly %(went)s; %(left)s"
    " was left in money and liquid coins, at market.": "Into the group came chiefly"
    " %(came)s. Out of it went chiefly %(went)s; %(left)s was left in money.",
    "Money and liquid coins": "Money",
    "money and liquid coins, at market": "money, at the rates of the day",
    "Other coins": "Other currencies",
    "What customers were owed is counted at market, coin by coin, and so is what was"
    " held for them. Tokens the group issued itself are no cover, and what one company"
    " of the group held fills no other's hole.": "What customers were owed is counted"
    " at the rates of the day, and so is what was held for them. What one company of"
    " the group held fills no other's hole.",
    "Assets, without the group's own tokens, cover debts": "Assets cover debts",
    "Tokens and other assets": "Other assets",
}


class MoneyOnly(NullTranslations):
    """A catalogue that says of money what others say of coins."""

    def __init__(self, catalogue: NullTranslations) -> None:
        super().__init__()
        self._catalogue = catalogue

    def gettext(self, message: str) -> str:
        """Return a message in the report's language."""
        return self._catalogue.gettext(INSTEAD.get(message, message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the message for a number of things."""
        return self._catalogue.ngettext(msgid1, msgid2, n)


def is_money_only(case: Case) -> bool:
    """Say whether all that a case holds and owes is currencies."""
    held = {one.commodity for flow in case.flows for one in flow.postings}
    return all(map(case.is_money, held))
