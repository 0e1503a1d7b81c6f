"""Numbers, dates and amounts as text.

Values stay `Decimal` until here and are rounded once, half to even. The words
and marks that differ by language live in one table, so that a language is a row.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from gettext import NullTranslations
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.errors import ReportError
from solvency.wide import WIDE
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping

#: Printed where nothing was found; never an empty cell, which tags drop.
NOT_FOUND = "\N{EN DASH}"
#: The largest power of ten that amounts are told in where it is chosen by them.
LARGEST = 6
#: The language the messages are in, printed where none is asked.
FIRST_LANGUAGE = "en"
_SIGNS = {"USD": "$", "EUR": "\N{EURO SIGN}", "GBP": "\N{POUND SIGN}"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SCALES = {
    "en": {0: "", 3: "k", 6: "m", 9: "bn"},
    # Tables in thousands and millions, as accounts are; drawings as sentences.
    "zh": {0: "", 3: "千", 4: "万", 6: "百万", 8: "亿"},
}
_CURRENCIES_ZH = {
    "USD": "美元",
    "EUR": "欧元",
    "GBP": "英镑",
    "CNY": "元",
    "BTC": "枚比特币",  # coins are counted with a word of measure
}
LANGUAGES = tuple(_SCALES)
#: How names and the pieces of a formula are joined, and the same in Chinese.
_JOINTS = re.compile("(, |: | for | \N{RIGHTWARDS ARROW} )")
_MARKS_ZH = {", ": "，", ": ": "：", " for ": "："}
#: What stands between formulas of which one figure is made of another and a third.
_SIGNS_ZH = {" plus ": "加", " less ": "减", " over ": "除以"}
#: A formula of a flow or of an account, by its name.
_OF = re.compile(r"((?:amount|low|high) of the flow|balance of) (\S+)( at market)?")
_DONE = re.compile("( plus | less | over )")
#: Longer text is prose, not names.
_LONGEST = 80


@dataclass(frozen=True, slots=True)
class Locale:
    """A language to print in, with the catalogue of its words.

    Raises:
        ReportError: If the language is none of `LANGUAGES`.
    """

    lang: str = FIRST_LANGUAGE
    catalogue: NullTranslations = field(default_factory=NullTranslations)
    #: The case's own names that print otherwise in this language.
    names: Mapping[str, str] = field(default_factory=dict)
    #: What its accounts are called where root and entity go without saying.
    accounts: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a language there are no formats for."""
        if self.lang not in LANGUAGES:
            known = ", ".join(LANGUAGES)
            raise ReportError(f"no formats for language {self.lang!r}; known: {known}")

    def text(self, message: str, **values: object) -> str:
        """Return a message in this language, with its named values filled in."""
        found = self.names.get(message) or self.catalogue.gettext(message)
        if not values:
            return found
        return found % {key: self.named(value) for key, value in values.items()}

    def plural(self, one: str, many: str, count: int) -> str:
        """Return the message for a number of things, its places not yet filled."""
        return self.catalogue.ngettext(one, many, count)

    def phrase(self, words: str) -> str:
        """Return words put together by the books, piece by piece where need be.

        A formula such as `group, use of funds: wages` is no message; its pieces are.
        """
        whole = self.text(words)
        if self.lang != "zh" or whole != words:
            return whole
        terms = {one: self._piece(one) for one in _DONE.split(words)[::2]}
        if all(term != one for one, term in terms.items()):
            # Terms with a comma of their own are messages.
            return self._done(words)
        pieces = _JOINTS.split(words)
        return "".join(_MARKS_ZH.get(piece) or self._done(piece) for piece in pieces)

    def _done(self, words: str) -> str:
        """Return a piece of a formula; one that adds or divides, by what it does so."""
        whole = self.text(words)
        if whole != words:
            return whole
        pieces = _DONE.split(words)
        return "".join(_SIGNS_ZH.get(piece) or self._piece(piece) for piece in pieces)

    def _piece(self, words: str) -> str:
        """Return a piece of a formula; of one that names a thing, what it is of it."""
        whole = self.text(words)
        match = _OF.fullmatch(words) if whole == words else None
        if match is None:
            return whole
        named = f"{match[1]} %(name)s{match[3] or ''}"
        return self.text(named) % {"name": match[2]}

    def named(self, value: Any) -> Any:
        """Return names of the case as this language has them; all else as it is.

        Args:
            value: A name, or names joined as `Desk: ` and `Desk, unsecured` are.
        """
        if type(value) is not str or not self.names:
            return value
        if value in self.names or len(value) > _LONGEST:
            return self.names.get(value, value)
        pieces = _JOINTS.split(value)
        if self.names.keys().isdisjoint(pieces):
            return value
        return "".join(
            self.names.get(piece) or _MARKS_ZH.get(piece, piece) for piece in pieces
        )


@wide()
def round_to(value: Decimal, *, scale: int = 0, places: int = 0) -> Decimal:
    """Round a value once, half to even, to what is printed.

    Args:
        value: The exact value.
        scale: The power of ten it is printed in (6 for millions).
        places: Decimals printed.

    Returns:
        The printed number, never a negative zero.
    """
    scaled = value.scaleb(-scale, WIDE)
    rounded = scaled.quantize(Decimal(1).scaleb(-places), context=WIDE)
    return rounded.copy_abs() if rounded == 0 else rounded


@wide()
def number(value: Decimal | None, *, scale: int = 0, places: int = 0) -> str:
    """Format a number: grouped thousands, parentheses when negative.

    Args:
        value: The exact value; None for one that was not found.
        scale: The power of ten it is printed in.
        places: Decimals printed.

    Returns:
        Text such as `1,204.5`, `(0.3)` or an en dash.
    """
    if value is None:
        return NOT_FOUND
    rounded = round_to(value, scale=scale, places=places)
    text = f"{rounded.copy_abs():,f}"
    return f"({text})" if rounded < 0 else text


#: A share from which whole percents would say that it is all.
_NEARLY = Decimal("0.995")
#: Decimals of a percentage beyond which it is said to be above a bound.
_MOST_PLACES = 3


def percent_places(share: Decimal) -> int:
    """Return the decimals of a percentage: one below ten percent, else none.

    What is less than the whole is not printed as the whole: 99.8%, 99.97%, 99.999%.
    """
    size = abs(share)
    if not _NEARLY <= size < 1:
        return 1 if 0 < size < Decimal("0.1") else 0
    return min(max(1, -(1 - size).adjusted() - 2), _MOST_PLACES)


@wide()
def percent(share: Decimal | float | None, places: int | None = None) -> str:
    """Format a share of one: whole percents, decimals near none and near all.

    What would round to none or to all without being it is said to be beyond a bound.

    Args:
        share: The share; None where there is none.
        places: Decimals, of what was set and not found: a level, a grid.
    """
    if share is None:
        return NOT_FOUND
    exact = _exact(share)
    if places is None:
        places = percent_places(exact)
        rounded = round_to(exact, scale=-2, places=places)
        if 0 < exact < 1 and rounded in {0, 100}:
            return ">99.9%" if rounded else "<0.1%"
    return number(exact, scale=-2, places=places) + "%"


def _exact(share: Decimal | float) -> Decimal:
    return share if isinstance(share, Decimal) else Decimal(repr(float(share)))


def unit_label(unit: str, scale: int, locale: Locale) -> str:
    """Name the unit of a table or drawing: `$m`, `FTT m`, `百万美元`, `亿美元`."""
    prefix = _SCALES[locale.lang].get(scale)
    if prefix is None:
        raise ReportError(f"no name for ten to the {scale} in {locale.lang}")
    if locale.lang == "zh":
        return prefix + _CURRENCIES_ZH.get(unit, unit)
    if unit in _SIGNS:
        return _SIGNS[unit] + prefix
    return f"{unit} {prefix}".strip()


@wide()
def money(
    value: Decimal | None,
    unit: str,
    locale: Locale,
    beside: Decimal | None = None,
    fixed: tuple[int, int] | None = None,
) -> str:
    """Format an amount for prose: `$8.9bn`, `89亿美元`, with a minus where negative.

    Chinese counts in 10^4 and 10^8 (GB/T 15835), so 8.9bn is 89 of the latter.

    Args:
        value: The exact amount; None if it was not found.
        unit: Its commodity.
        locale: The language.
        beside: The other end of a range, where larger: both take its power of ten.
        fixed: The power of ten and the decimals to print; Chinese keeps as many
            digits in its own powers.
    """
    if value is None:
        return NOT_FOUND
    if fixed is not None:
        return _fixed(value, unit, locale, *fixed)
    size = max(abs(value), abs(beside or Decimal()))
    steps: tuple[tuple[int, str], ...]
    if locale.lang == "zh":
        steps = ((8, "亿"), (4, "万"), (0, ""))
    else:
        steps = tuple((p, _SCALES["en"][p]) for p in (9, 6, 3, 0))
    scale, word = next((s, w) for s, w in steps if size >= Decimal(10) ** s or not s)
    # 999.96m rounds to 1,000.0m, which reads as 1.0bn.
    for bigger, bigger_word in steps:
        if bigger > scale and round_to(size, scale=bigger, places=1) >= 1:
            scale, word = bigger, bigger_word
            break
    places = 0 if size == size.to_integral_value() and scale == 0 else 1
    if locale.lang == "zh" and round_to(size, scale=scale, places=1) % 1 == 0:
        places = 0
    if beside is not None and abs(value) < Decimal(10) ** scale:
        # The small end of a range would lose its digits.
        places = 2 if round_to(abs(value), scale=scale, places=2) * 10 % 1 else 1
    return _worded(value, unit, locale, scale, places, word)


def _fixed(value: Decimal, unit: str, locale: Locale, scale: int, places: int) -> str:
    """Format an amount in a power of ten that was asked for."""
    if locale.lang != "zh":
        return _worded(value, unit, locale, scale, places, _SCALES["en"][scale])
    # As exact as the English, and with no zeros after it: $8.00bn is 80 of these.
    rounded = round_to(value, scale=scale - places, places=0).scaleb(scale - places)
    large = scale >= 8 or abs(rounded) >= Decimal(10) ** 8
    own, word = (8, "亿") if large else (4, "万") if scale else (0, "")
    exact = -int(rounded.scaleb(-own).normalize().as_tuple().exponent)
    return _worded(rounded, unit, locale, own, max(0, exact), word)


def _worded(
    value: Decimal, unit: str, locale: Locale, scale: int, places: int, word: str
) -> str:
    """Put an amount's number, power of ten and unit together."""
    text = number(abs(value), scale=scale, places=places)
    if locale.lang == "zh":
        shown = f"{text}{word}{_CURRENCIES_ZH.get(unit, ' ' + unit)}"
        return f"负{shown}" if value < 0 else shown
    shown = _SIGNS[unit] + text + word if unit in _SIGNS else f"{text}{word} {unit}"
    return f"\N{MINUS SIGN}{shown}" if value < 0 else shown


def date(day: datetime.date, locale: Locale, *, short: bool = False) -> str:
    """Format a day: `11 November 2022`, short `11 Nov 2022`, `2022年11月11日`."""
    if locale.lang == "zh":
        return f"{day.year}年{day.month}月{day.day}日"
    month = _MONTHS[day.month - 1]
    return f"{day.day} {month[:3] if short else month} {day.year}"


def cell(day: datetime.date, locale: Locale) -> str:
    """Format a day where room is short: `11 Nov 2022`, `2022-11-11` (GB/T 7408)."""
    return day.isoformat() if locale.lang == "zh" else date(day, locale, short=True)


def mark(day: datetime.date, grain: str, locale: Locale) -> str:
    """Format a mark on an axis of days: `2022`, `Nov 2022`, `8 Nov`."""
    if locale.lang == "zh":
        year, month = f"{day.year}年", f"{day.month}月"
        return {"year": year, "month": year + month}.get(grain, f"{month}{day.day}日")
    name = _MONTHS[day.month - 1][:3]
    return {"year": str(day.year), "month": f"{name} {day.year}"}.get(
        grain, f"{day.day} {name}"
    )


def published(day: datetime.date, known: str, locale: Locale) -> str:
    """Format the date of a source as far as it is known: `Nov 2022` without a day.

    Args:
        day: The date the ledger gives it.
        known: How much of that is known, one of `solvency.ledger.vocabulary.DATED`.
        locale: The language.
    """
    if known == "unknown":
        return locale.text("no date on the copy")
    if known in {"month", "year"}:
        return mark(day, known, locale)
    text = date(day, locale, short=True)
    return locale.text("from %(day)s", day=text) if known == "from" else text


def shorten(text: str, most: int) -> str:
    """Cut text to a number of characters, between words where it has blanks."""
    if len(text) <= most:
        return text
    kept = text[:most]
    if text[most - 1 : most + 1].isascii():
        kept = kept.rsplit(" ", 1)[0]
    return f"{kept}\N{HORIZONTAL ELLIPSIS}"


@wide()
def fitting(values: Iterable[Decimal]) -> tuple[int, int]:
    """Choose the scale and decimals a set of amounts is best printed in.

    Args:
        values: The amounts that will share a table.

    Returns:
        The power of ten and the decimals: millions with one decimal from a
        hundred million up, thousands from a hundred thousand up, else units; where
        all are below one, three digits of the largest: dust is not nothing.
    """
    sizes = [abs(value) for value in values]
    largest = max(sizes, default=Decimal(0))
    if largest >= 100_000_000:
        return LARGEST, 1
    if largest >= 100_000:
        return 3, 1
    if 0 < largest < 1:
        return 0, 2 - largest.adjusted()
    whole = all(size == size.to_integral_value() for size in sizes)
    return 0, 0 if whole else 2


def apart(names: Iterable[str]) -> list[str]:
    """Return names that differ: the second of a kind is `name:2`, then `name:3`."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}:{seen[name]}")
    return found


def finite(value: float, places: int) -> Decimal | None:
    """Return a computed number as printed, None where there is none to print."""
    return Decimal(f"{value:.{places}f}") if math.isfinite(value) else None
