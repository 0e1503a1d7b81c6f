"""Metadata read by type, with an error at the line for what does not fit."""

from __future__ import annotations

import datetime
import difflib
import functools
from decimal import Decimal
from typing import TYPE_CHECKING

from beancount.core.amount import Amount

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Money
from solvency.ledger.case import Place

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable

    from beancount.core.data import Directive

    from solvency.ledger.errors import Errors

#: Keys beancount itself writes.
_INTERNAL = frozenset({"filename", "lineno"})


def place(entry: Directive) -> Place:
    """Return where a directive is written.

    beancount's own parser lets metadata of these names take the place's.
    """
    filename, line = entry.meta.get("filename"), entry.meta.get("lineno")
    return Place(
        filename if isinstance(filename, str) else "?",
        line if isinstance(line, int) else 0,
    )


def closest(word: str, known: Iterable[str]) -> str | None:
    """Return the known word a misspelt one was probably meant to be."""
    listed = list(known)
    found = difflib.get_close_matches(word, listed, n=1, cutoff=0.8)
    if found:
        return found[0]
    return next((one for one in listed if _slipped(word, one)), None)


def meant(name: str, known: Iterable[str]) -> str:
    """Return ` Did you mean X?` of the known name that is nearest, or nothing.

    Capitals and what stands before the end of an account's name may be left out.
    """
    listed = list(dict.fromkeys(known))
    folded = {one.casefold(): one for one in reversed(listed)}
    word = name.casefold()
    found = closest(word, folded)
    if found is None and word:
        ends = (one for one in folded if one.endswith(f":{word}"))
        found = next(ends, None)
    if found is None:
        found = next(iter(difflib.get_close_matches(word, folded, 1, 0.6)), None)
    return "" if found is None else f" Did you mean {folded[found]}?"


def _slipped(word: str, meant: str) -> bool:
    """Say whether letters of a word were exchanged, or one was lost or put in.

    Short words are too unlike one another then for a ratio of letters to tell.
    """
    if len(meant) < 3 or abs(len(word) - len(meant)) > 1:
        return False
    if len(word) == len(meant):
        off = [at for at in range(len(word)) if word[at] != meant[at]]
        # Two letters changed places; in a word of three, all may have.
        return (
            len(off) in {2, 3}
            and sorted(word) == sorted(meant)
            and (len(off) == 2 or len(meant) == 3)
        )
    short, long = sorted((word, meant), key=len)
    return len(short) >= 3 and any(
        long[:at] + long[at + 1 :] == short for at in range(len(long))
    )


def instead(name: str, known: Collection[str], line: str) -> str:
    """Say how to mend an undeclared name: the one meant, or the line to add."""
    meant = closest(name, known)
    return (
        f"If {meant} is meant, write that; else add: {line}"
        if meant
        else (f"Add: {line}")
    )


def names(text: str) -> tuple[str, ...]:
    """Split a comma-separated list."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


class Metadata:
    """The metadata of one directive, read by key and type.

    A value of the wrong type is an error of the rule `metadata`, and counts as
    absent, so that reading goes on.
    """

    def __init__(self, entry: Directive, errors: Errors, rule: str) -> None:
        self.entry = entry
        self.meta = entry.meta or {}
        self.errors = errors
        self.rule = rule
        self._asked: set[str] = set()
        self._spelt = False

    def _get(self, key: str) -> object:
        self._asked.add(key)
        return self.meta.get(key)

    def _wrong(self, key: str, wanted: str, example: str) -> None:
        self.errors.add(
            "metadata",
            self.entry,
            f"`{key}:` of this {self.rule} should be {wanted},"
            f" not {self.meta[key]!s:.60}",
            f"Write {key}: {example}",
        )

    def text(self, key: str) -> str | None:
        """Return a string, or None."""
        value = self._get(key)
        if value is None or isinstance(value, str):
            return value or None
        self._wrong(key, "a string", '"..."')
        return None

    def names(self, key: str) -> tuple[str, ...]:
        """Return the names in a comma-separated string."""
        return names(self.text(key) or "")

    def choice(self, key: str, options: Collection[str]) -> str | None:
        """Return one of the options, or None."""
        value = self._get(key)
        if value is None or (isinstance(value, str) and value in options):
            return value
        nearest = closest(str(value), options) or next(iter(options))
        self._wrong(key, "one of " + ", ".join(options), f'"{nearest}"')
        return None

    def flag(self, key: str) -> bool:
        """Return TRUE or FALSE; absent is FALSE."""
        value = self._get(key)
        if value is None or isinstance(value, bool):
            return bool(value)
        self._wrong(key, "TRUE or FALSE", "TRUE")
        return False

    def number(
        self, key: str, least: str | None = None, most: str | None = None
    ) -> Decimal | None:
        """Return a number within bounds, or None."""
        value = self._get(key)
        if value is None:
            return None
        if not isinstance(value, Decimal):
            self._wrong(key, "a number", "0.5")
            return None
        bounds = f"a number from {least}" + ("" if most is None else f" to {most}")
        if least is not None and value < Decimal(least):
            self._wrong(key, bounds, least)
            return None
        if most is not None and value > Decimal(most):
            self._wrong(key, bounds, most)
            return None
        return value

    def money(self, key: str) -> Money | None:
        """Return an amount, or None."""
        value = self._get(key)
        if value is None:
            return None
        if isinstance(value, Amount) and value.number is not None:
            return Money(value.number, value.currency)
        self._wrong(key, "an amount with its commodity", "1,000,000 USD")
        return None

    def magnitude(self, key: str, commodity: str) -> Decimal | None:
        """Return the number of an amount that must be in a given commodity."""
        value = self.money(key)
        if value is None:
            return None
        if value.commodity == commodity and value.number >= 0:
            return value.number
        self._wrong(
            key, f"an amount of {commodity}, not negative", f"1,000 {commodity}"
        )
        return None

    def date(self, key: str) -> datetime.date | None:
        """Return a date, or None."""
        value = self._get(key)
        if value is None or isinstance(value, datetime.date):
            return value
        self._wrong(key, "a date", "2022-11-11")
        return None

    def clock(self, key: str) -> datetime.time | None:
        """Return a time of day, written "14:30" or "14:30:05", or None."""
        value = self._get(key)
        if value is None:
            return None
        try:
            return datetime.time.fromisoformat(str(value))
        except ValueError:
            self._wrong(key, "a time of day", '"14:30"')
            return None

    def prefixed(self, stem: str) -> dict[str, str]:
        """Return `stem:` and every `stem-NAME:`, by name; "" for the bare one."""
        found = {}
        for key, value in self.meta.items():
            if key.startswith(stem) and (key == stem or key[len(stem)] == "-"):
                self._asked.add(key)
                found[key[len(stem) + 1 :]] = str(value)
        return found

    def misspelt(self) -> None:
        """Report keys of the language that mean nothing here, and misspelt ones."""
        if self._spelt:
            return
        self._spelt = True
        known = words.KEYS[self.rule]
        # It is read as a note, which would make a text of anything.
        if "settled-by" in known and not isinstance(
            self.meta.get("settled-by", ""), str
        ):
            self._wrong("settled-by", "a string", '"..."')
        for key in self.meta.keys() - known - words.ANYWHERE - _INTERNAL:
            if key[:2] == "__" or key in self._asked:
                continue
            if key in _OF:
                self.errors.add(
                    "metadata",
                    self.entry,
                    f"`{key}:` means nothing on this {self.rule}",
                    f"It goes with {_OF[key]}: move it there, or call it otherwise",
                )
                continue
            meant = _known_as(key, known | words.ANYWHERE)
            if meant is not None and meant not in self.meta:
                self.errors.add(
                    "metadata",
                    self.entry,
                    f"`{key}:` is no key that this {self.rule} takes",
                    f"If `{meant}:` is meant, write that",
                )

    def rest_as_written(self, *others: str) -> dict[str, object]:
        """Return the keys not asked for yet, with their values.

        Args:
            others: Keys of the language that are read elsewhere.
        """
        self._asked.update(others)
        left = self.meta.keys() - self._asked - _INTERNAL
        return {key: self.meta[key] for key in sorted(left) if key[:2] != "__"}

    def rest(self, *others: str) -> dict[str, str]:
        """Return the author's own keys, as text, reporting misspelt ones.

        Args:
            others: Keys of the language that are read elsewhere.
        """
        self._asked.update(others)
        left = self.meta.keys() - self._asked - _INTERNAL
        if not left:
            return {}
        self.misspelt()
        return {
            key: str(self.meta[key])
            for key in sorted(left)
            if not key.startswith("__") and self.meta[key] is not None
        }


def _carriers() -> dict[str, str]:
    """Say of each key of the language what carries it."""
    found: dict[str, list[str]] = {}
    for kind, keys in words.KEYS.items():
        if kind == "subledger":
            continue  # `day`, `order` and their like are anybody's elsewhere
        for key in keys:
            found.setdefault(key, []).append(_A.get(kind, f'`custom "{kind}"`'))
    return {key: " or ".join(kinds) for key, kinds in found.items()}


_A = {
    "account": "an `open`",
    "commodity": "a `commodity`",
    "flow": "a transaction",
    "price": "a `price`",
}
_OF = _carriers()


@functools.cache
def _known_as(key: str, known: frozenset[str]) -> str | None:
    """Return the key a misspelt one was probably meant to be; asked once each."""
    return None if key.startswith("__") else closest(key, known)
