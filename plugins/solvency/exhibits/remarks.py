"""What analyses remark in English sentences of their own, in a report's language.

Study know nothing of languages. Their sentences are recognised by the messages
below and said again by the catalogue, with what stands in their places.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from solvency.figures import formats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.figures.formats import Locale

#: Those that begin with another follow it.
MESSAGES = (
    "%(id)s: no flow of these books moves what it speaks of by that day",
    "left out: %(reason)s",
    "no price of %(token)s by %(day)s",
    (
        "the last price of %(token)s by %(day)s is of %(stale)s, more than %(age)s days"
        " old"
    ),
    (
        "every figure of %(token)s rests on an assumed market depth of %(units)s units,"
        " %(low)s to %(high)s"
    ),
    "every figure of %(token)s rests on an assumed market depth of %(units)s units",
    (
        "what %(token)s would fetch rests on an assumed market depth of %(units)s units"
        " that halve the price"
    ),
    ("no market depth and no haircut of %(tokens)s: taken at market value"),
    "owed to the group by %(who)s: %(amount)s",
    "set off: %(claim)s against %(debt)s, %(netted)s on each side",
    "of %(accounts)s the share that the ledger states",
    (
        "debts to the group count at what the books show the debtor holding, else in"
        " full; at nothing at low, in full at high"
    ),
    (
        "creditors of %(who)s are paid %(amount)s more than it pays: from collateral"
        " that others gave for its debts"
    ),
    (
        "a sign or a bound holds an amount, so the probability and the spreads after"
        " are approximate"
    ),
    (
        "every observation comes from one group of sources (%(group)s): this tests"
        " whether that source agrees with itself and the flows, not whether it is right"
    ),
    "no identity tests any claim: nothing here can be contradicted",
    (
        "%(count)s observations rest on the same rows of the dossier as flows they"
        " test; each pair counts once (spreads are widened by the square root of two)"
    ),
    "no flow of these books moves what it speaks of by that day",
    "when most hypotheses were put forward",
    "after %(count)s observations of that month, %(most)s of them from %(group)s",
    "everything published",
    (
        "%(one)s and %(other)s overlap in %(accounts)s and neither is within the other:"
        " neither binds"
    ),
    (
        "%(count)s counted several holdings together, of %(whose)s: what is untraced of"
        " them is shared in proportion to the books of those without a narrower count"
    ),
    (
        "%(count)s counted several holdings together: what is untraced of them is"
        " shared in proportion to the books of those without a narrower count"
    ),
    "%(count)s counted at least %(least)s",
    (
        "no count speaks of %(day)s: they are carried back no further than the"
        " petition, %(petition)s"
    ),
    (
        "what is untraced counts at nothing at low and central and in full at high,"
        " unless its account says otherwise; what is unrecorded counts as held"
    ),
    ("%(count)s counted %(least)s more than the narrower counts within it, which bind"),
    ("%(count)s counted %(least)s less than the narrower counts within it, which bind"),
    "%(count)s says nothing of it: %(reason)s",
)


def sentence(locale: Locale, words: str, currency: str) -> str:
    """Return a note of an analysis as a sentence, without its stop.

    Args:
        locale: The language.
        words: The note, without a capital or a stop.
        currency: What its amounts are in.
    """
    said = remark(locale, words, currency)
    return said[:1].upper() + said[1:]


def remark(locale: Locale, sentence: str, currency: str = "") -> str:
    """Return a sentence of an analysis in the report's language.

    Args:
        locale: The language.
        sentence: The sentence; one that is not known stays as it is.
        currency: What its amounts are in, to print them as prose does.
    """
    message, pieces = read(sentence)
    if "reason" in pieces:
        pieces["reason"] = remark(locale, pieces["reason"], currency)
    if currency and "amount" in pieces:
        pieces["amount"] = formats.money(number(pieces), currency, locale)
    return locale.text(message, **pieces) if pieces else locale.text(message)


def read(sentence: str) -> tuple[str, dict[str, str]]:
    """Return the message of a sentence, and what stands in its places.

    A sentence that is not known is its own message.
    """
    for message in MESSAGES:
        if found := _pattern(message).fullmatch(sentence):
            return message, found.groupdict()
    return sentence, {}


def number(pieces: Mapping[str, str]) -> Decimal:
    """Return the amount of a sentence."""
    return Decimal(pieces["amount"].replace(",", ""))


@cache
def _pattern(message: str) -> re.Pattern[str]:
    """Return what a message looks like with its places filled in."""
    parts = re.split(r"%\((\w+)\)s", message)
    return re.compile(
        "".join(
            f"(?P<{part}>.+?)" if n % 2 else re.escape(part)
            for n, part in enumerate(parts)
        )
    )
