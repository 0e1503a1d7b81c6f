"""The language of a page: while it is made, its words are said in that language.

Messages are those of the report's catalogue. What is worked out beside the pages, in
threads and processes of its own, speaks English and is said anew by the page.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from markupsafe import Markup

from solvency.exhibits.money_only import english
from solvency.figures import formats
from solvency.figures.remark import said as remarked

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.ledger.case import Case

#: The languages of the pages, each as it calls itself.
LANGUAGES = {"en": "English", "zh": "中文"}
#: What a language is called where documents name it.
TAGS = {"en": "en", "zh": "zh-Hans"}
ENGLISH = formats.Locale("en")
_SPOKEN: ContextVar[formats.Locale] = ContextVar("spoken", default=ENGLISH)


def locale_of(case: Case, lang: str) -> formats.Locale:
    """Return a language with the names a case has in it.

    Args:
        case: The case.
        lang: One of `LANGUAGES`.

    Raises:
        ReportError: Its catalogue is broken.
    """
    if lang == "en":
        return english(case)
    from solvency.report.pages import locale  # noqa: PLC0415 (babel takes half a second)

    return locale(lang, case)


def spoken() -> formats.Locale:
    """Return the language of the page that is being made."""
    return _SPOKEN.get()


@contextmanager
def speaking(locale: formats.Locale) -> Iterator[None]:
    """Make pages in a language."""
    before = _SPOKEN.set(locale)
    try:
        yield
    finally:
        _SPOKEN.reset(before)


def say(message: str, **values: object) -> str:
    """Return a message of a page, names of the case as the language has them."""
    return spoken().text(message, **values)


def many(one: str, several: str, number: int, **values: object) -> str:
    """Return the message for a number of things, which stands at `%(count)s`."""
    message = spoken().plural(one, several, number)
    named = {key: spoken().named(value) for key, value in values.items()}
    return message % {"count": f"{number:,}", **named}


def phrase(words: str) -> str:
    """Return words the books or an analysis put together, piece by piece."""
    locale = spoken()
    return locale.phrase(words) if locale.lang != "en" else locale.text(words)


def remark(words: str, currency: str) -> str:
    """Return what an analysis remarks; its amounts are in a currency."""
    return remarked(spoken(), words, currency)


def listed(items: Iterable[str]) -> str:
    """Return names in a row, as the language joins them."""
    locale = spoken()
    return locale.text(", ").join(str(locale.named(one)) for one in items)


def clauses(items: Iterable[str]) -> str:
    """Return what is said in a row, as the language joins clauses."""
    return ("；" if spoken().lang == "zh" else ", ").join(items)


def money(value: Decimal | None, unit: str) -> str:
    """Print an amount in a sentence."""
    return formats.money(value, unit, spoken())


def unit_said(unit: str) -> str:
    """Print what amounts are in, in a sentence: `USD`, `美元`."""
    locale = spoken()
    return unit if locale.lang == "en" else formats.unit_label(unit, 0, locale)


def day_said(day: datetime.date) -> str:
    """Print a day in a sentence: `2022-11-11`, `2022年11月11日`."""
    locale = spoken()
    return day.isoformat() if locale.lang == "en" else formats.date(day, locale)


def gettext(message: str) -> str:
    """Return a message of a template."""
    return spoken().text(message)


def ngettext(one: str, several: str, number: int) -> str:
    """Return a template's message for a number of things."""
    return spoken().plural(one, several, number)


def own(text: str | Markup) -> str | Markup:
    """Return words of ours that a template prints, in the page's language."""
    if isinstance(text, Markup) or not text:
        return text
    return spoken().text(text)
