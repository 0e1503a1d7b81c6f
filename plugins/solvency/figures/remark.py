"""What an analysis remarks: a sentence that keeps the message and what stands in it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures import formats
from solvency.figures.words import capital

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from solvency.figures.formats import Locale


class Remark(str):  # noqa: SLOT000 (no text with values of its own can have slots)
    """A sentence in English, which a reader's language says again from its message.

    Attributes:
        message: The sentence with `%(name)s` where a value stands.
        values: What stands there. A decimal is an amount in the reporting currency,
            a remark a sentence of its own, a tuple a list of names.
    """

    message: str
    values: Mapping[str, Any]

    def __new__(cls, message: str, **values: Any) -> Self:
        """Return the sentence of a message."""
        shown = {
            name: f"{one:,.0f}"
            if isinstance(one, Decimal)
            else ", ".join(one)
            if isinstance(one, tuple)
            else str(one)
            for name, one in values.items()
        }
        found = super().__new__(cls, message % shown if shown else message)
        found.message = message
        found.values = values
        return found


def said(locale: Locale, words: str, currency: str) -> str:
    """Return a remark in a language; other words as the catalogue has them.

    Args:
        locale: The language.
        words: The remark.
        currency: What its amounts are in.
    """
    if not isinstance(words, Remark):
        return locale.text(words)
    values = {
        name: said(locale, one, currency)
        if isinstance(one, Remark)
        else formats.money(one, currency, locale)
        if isinstance(one, Decimal)
        else locale.text(", ").join(one)
        if isinstance(one, tuple)
        else str(one)
        for name, one in words.values.items()
    }
    return locale.text(words.message, **values)


def sentence(locale: Locale, words: str, currency: str) -> str:
    """Return a remark with its capital, without its stop."""
    found = said(locale, words, currency)
    return capital(found)
