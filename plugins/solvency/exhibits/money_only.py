"""Words on a case without coins, or without tokens of its own.

Each message that speaks of coins or tokens has one beside it that does not, said in
the reader's language. The names of messages are those of the catalogue.
"""

from __future__ import annotations

from gettext import NullTranslations
from typing import TYPE_CHECKING

from solvency.exhibits.claimants import OwnWords
from solvency.exhibits.claimants import claimants
from solvency.figures.formats import Locale
from solvency.ledger.vocabulary import COINS
from solvency.model.own_tokens import is_issued_by

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Case

#: What is said instead of each message where there is money alone.
INSTEAD = {
    "Tokens": "Other holdings",
    "%(unit)s to %(day)s, at what coins were worth when they moved; width is"
    " amount; what went in came out or is left": (
        "%(unit)s to %(day)s, at the rates of the day it moved; width is amount;"
        " what went in came out or is left"
    ),
    "%(unit)s after %(first)s and to %(day)s, at what coins were worth when"
    " they moved; width is amount": (
        "%(unit)s after %(first)s and to %(day)s, at the rates of the day it moved;"
        " width is amount"
    ),
    "%(unit)s, or units where a coin is named; balanced: the nearest amount"
    " that agrees with the others; of a bound the far end of its range is claimed;"
    " strain: claimed less what all other claims"
    " alone would have it be, over the spread of that gap, positive where too much"
    " is claimed; from 5 either way a claim clashes, from 3 it is at odds,"
    " below in doubt": (
        "%(unit)s, or units where a currency is named; balanced: the nearest amount"
        " that agrees with the others; of a bound the far end of its range is claimed;"
        " strain: claimed less what all other claims"
        " alone would have it be, over the spread of that gap, positive where too much"
        " is claimed; from 5 either way a claim clashes, from 3 it is at odds,"
        " below in doubt"
    ),
    "Claims no identity tells apart, and the amount whose independent"
    " confirmation would tell them apart most clearly; clearest first. Claimed:"
    " %(unit)s, or units where a coin is named, of that amount": (
        "Claims no identity tells apart, and the amount whose independent"
        " confirmation would tell them apart most clearly; clearest first. Claimed:"
        " %(unit)s, or units where a currency is named, of that amount"
    ),
    "For each account of the entities above, every flow of this scenario that"
    " moved it, with the balance after it. Debts, equity and income are positive"
    " as owed or earned. A coin is listed in units, with its value at the dates"
    " of the balance sheets.": (
        "For each account of the entities above, every flow of this scenario that"
        " moved it, with the balance after it. Debts, equity and income are positive"
        " as owed or earned. Another currency is listed in its own units, with its"
        " value at the dates of the balance sheets."
    ),
    "%(unit)s, or units where a coin is named; what is owed is positive": (
        "%(unit)s, or units where a currency is named; what is owed is positive"
    ),
    "%(unit)s; funds are money and liquid coins, at the price of the day they moved": (
        "%(unit)s; funds are money, at the rates of the day it moved"
    ),
    "%(unit)s; the same coins at %(day)s": "%(unit)s; the same currencies at %(day)s",
    "%(unit)s; the same coins on a later day": (
        "%(unit)s; the same currencies on a later day"
    ),
    "Change in the prices of coins held": "Change in the rates of what was held",
    "Assets held for customers cover what they are owed, coin by coin": (
        "Assets held for customers cover what they are owed, currency by currency"
    ),
    "Money and coins": "Money",
    "Money and liquid coins": "Money",
    "money and liquid coins, at market": "money, at the rates of the day",
    "Other coins": "Other currencies",
    "Assets cover debts, the group's own tokens left out": "Assets cover debts",
    "Tokens and other assets": "Other assets",
}


#: What is said instead where there are shares, bonds or goods, and no coins.
HOLDINGS = {
    message: other.replace("a currency is named", "a holding is named")
    .replace("Another currency is listed", "A holding is listed")
    .replace("currency by currency", "holding by holding")
    .replace("The same currencies", "The same holdings")
    .replace("the same currencies", "the same holdings")
    .replace("Other currencies", "Other holdings")
    .replace("at the rates of the day it moved", "at the prices of the day it moved")
    .replace("at the rates of the day", "at the prices of the day")
    .replace("funds are money", "funds are money and what trades freely")
    .replace("was left in money.", "was left in money and what trades freely.")
    .replace("Change in the rates of", "Change in the prices of")
    for message, other in INSTEAD.items()
}
#: What is said instead where no member issued a token, and no market's depth is known.
NO_TOKENS = {
    "Units at the last price by the day, never a later one, none older than its"
    " commodity allows. A token is worth nothing to its issuer.": (
        "Units at the last price by the day, never a later one, none older than its"
        " commodity allows."
    ),
    "Market, without tokens issued inside the group and without claims on"
    " related parties.": ("Market, without claims on related parties."),
    "What a sale would fetch: tokens with a market depth at the price times one"
    " less the exponential of minus lambda times units, over lambda, lambda"
    " being the logarithm of two over the units that halve the price; other"
    " assets at the share of book the ledger states.": (
        "What a sale would fetch: holdings at their price less the haircut the"
        " ledger states, other assets at the share of book it states."
    ),
    "Claims between members, stakes in members and tokens members issued are"
    " eliminated (IFRS 10, B86; own tokens like treasury shares).": (
        "Claims between members and stakes in members are eliminated (IFRS 10, B86)."
    ),
    "%(unit)s; clean: without the group's own tokens and claims on related"
    " parties; realisable: what is held at what selling it would fetch, claims"
    " in full": (
        "%(unit)s; clean: without claims on related parties; realisable: what is"
        " held at what selling it would fetch, claims in full"
    ),
    "%(unit)s at market; eliminated: claims and stakes within the group, and"
    " its own tokens, in which the group as one has no asset": (
        "%(unit)s at market; eliminated: claims and stakes within the group"
    ),
    "Customers' claims at market, and what was held for them without the"
    " group's own tokens, at the end of each day": (
        "Customers' claims at market, and what was held for them, at the end of"
        " each day"
    ),
    "%(unit)s, debts in parentheses; closing at market is flows at their day's"
    " price plus revaluation; tokens with their own issuer at nothing": (
        "%(unit)s, debts in parentheses; closing at market is flows at their day's"
        " price plus revaluation"
    ),
    "held for customers at market, without tokens of the group's own": (
        "held for customers at market"
    ),
    "Low, central and high: money and coins that trade freely are at the day's price"
    " in all three; tokens with a market depth at what selling all of them together"
    " fetches, by the depth and its range; accounts of which the ledger says what"
    " share of book they fetch at that share; members pay one another what they can in"
    " the same case.": (
        "Low, central and high: money is at the day's rate in all three; other"
        " holdings at the day's price less their haircut and its range; accounts of"
        " which the ledger says what share of book they fetch at that share; members"
        " pay one another what they can in the same case."
    ),
}


class WithoutCoins(NullTranslations):
    """A catalogue that says of other things what others say of coins and tokens."""

    def __init__(self, catalogue: NullTranslations, instead: Mapping[str, str]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self._instead = instead

    def gettext(self, message: str) -> str:
        """Return a message in the report's language."""
        return self._catalogue.gettext(self._instead.get(message, message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the message for a number of things."""
        return self._catalogue.ngettext(msgid1, msgid2, n)


def worded(catalogue: NullTranslations, case: Case) -> NullTranslations:
    """Return a catalogue in words that fit a case.

    It speaks of no coins or tokens where there are none, and of customers as the case
    calls them.
    """
    instead = {}
    if is_money_only(case):
        instead = INSTEAD
    elif not has_coins(case):
        instead = HOLDINGS
    if not has_tokens(case):
        instead = NO_TOKENS | instead
    found = WithoutCoins(catalogue, instead) if instead else catalogue
    name = claimants(case)
    return OwnWords(found, name) if name else found


def english(case: Case) -> Locale:
    """Return English as screens print it, in words that fit what a case holds."""
    return Locale(catalogue=worded(NullTranslations(), case))


def _moved(case: Case) -> set[str]:
    return {one.commodity for flow in case.flows for one in flow.postings}


def is_money_only(case: Case) -> bool:
    """Say whether all that a case holds and owes is currencies."""
    return all(map(case.is_money, _moved(case)))


def has_tokens(case: Case) -> bool:
    """Say whether a case has a token of an entity's own, or a market's depth."""
    return any(
        is_issued_by(case, name, case.entities) or one.depths or one.floats
        for name, one in case.commodities.items()
    )


def has_coins(case: Case) -> bool:
    """Say whether a case has coins: tokens as above, or what is known as a coin."""
    return has_tokens(case) or bool(_moved(case) & COINS)
