"""Amounts and days as banks write them."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal

#: Spaces that stand between thousands: the narrow and the unbreakable ones too.
_SPACES = re.compile("[\\s\u00a0\u202f\u2009\u2007]")
_QUOTES = re.compile("['\u2019`]")
_DIGITS = re.compile(r"\d{1,60}(\.\d{1,60})?|\.\d{1,60}")
_PLAIN = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,60})?")
_AFFIXES = re.compile(r"^[^\d(.,+\-\u2212]+|[^\d).,+\-\u2212]+$")
_SIDES = {"dr": -1, "d": -1, "s": -1, "soll": -1, "cr": 1, "c": 1, "h": 1, "haben": 1}


@dataclass
class Notation:
    """How a file writes its amounts and days."""

    decimal: str = "."
    thousands: str = ","
    #: As `strptime` has them; the first that fits is taken.
    dates: tuple[str, ...] = ("%Y-%m-%d",)
    _days: dict[str, datetime.date] = field(default_factory=dict, repr=False)

    def amount(self, text: str) -> Decimal:
        """Return an amount.

        Args:
            text: As it stands, with a currency or a side (DR, CR) before or after it,
                a minus before or after it, or parentheses.

        Raises:
            ValueError: It is no amount in this notation.
        """
        if self.decimal == "." and _PLAIN.fullmatch(text):
            return Decimal(text)  # as most exports write it
        bare = _SPACES.sub("", text)
        sign = 1
        side = re.sub(r"[^a-z]", "", bare.lower())
        if side in _SIDES:
            sign = _SIDES[side]
        bare = _AFFIXES.sub("", bare)
        if bare[:1] == "(" and bare[-1:] == ")":
            # Some write a minus inside as well, and mean it once.
            sign, bare = -sign, _AFFIXES.sub("", bare[1:-1]).lstrip("-\u2212")
        bare = bare.replace("\u2212", "-")
        if bare[:1] in {"+", "-"}:
            sign, bare = sign * (-1 if bare[0] == "-" else 1), bare[1:]
        elif bare[-1:] in {"+", "-"}:
            sign, bare = sign * (-1 if bare[-1] == "-" else 1), bare[:-1]
        bare = _QUOTES.sub("", _AFFIXES.sub("", bare))
        whole, mark, rest = bare.partition(self.decimal)
        if self.thousands and self.thousands in whole:
            groups = whole.split(self.thousands)
            # The first group may be short; of the others India has some of two.
            if not groups[0] or any(len(one) not in {2, 3} for one in groups[1:]):
                raise ValueError(text)
            if len(groups[-1]) != 3:
                raise ValueError(text)
            whole = "".join(groups)
        number = whole + ("." + rest if mark and rest else "")
        if not _DIGITS.fullmatch(number) or not number.isascii():
            raise ValueError(text)
        return Decimal(number) * sign

    def day(self, text: str) -> datetime.date:
        """Return a day; a clock time after it is left out.

        Raises:
            ValueError: It is no day in this notation.
        """
        text = text.strip()
        known = self._days.get(text)
        if known is None:
            known = self._days[text] = self._day(text)
        return known

    def _day(self, text: str) -> datetime.date:
        for form in self.dates:
            for part in (
                text,
                text.split("T", maxsplit=1)[0],
                text.split(" ", maxsplit=1)[0],
            ):
                try:
                    found = datetime.datetime.strptime(part, form)  # noqa: DTZ007 (a day)
                except ValueError:
                    continue
                return found.date()
        raise ValueError(text)
