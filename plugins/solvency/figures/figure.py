"""Figures: every number a report prints, with what it rests on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from decimal import localcontext
from typing import TYPE_CHECKING

from solvency.figures import formats
from solvency.figures.errors import ReportError
from solvency.wide import wide
from solvency.wide import written

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

#: The unit of a share of one, printed as a percentage.
SHARE = "%"
#: The unit of a number of things.
COUNT = ""
#: The target of a figure whose flows are listed under its own name in an appendix.
OWN = "="
#: Digits sums of parts are taken with: no amount of a ledger has more.
_DIGITS = 200

_UNSAFE = re.compile(r"[^\w.\-:]")


def anchor(kind: str, name: str) -> str:
    """Return the id of the place in the report that is about something.

    Args:
        kind: What it is: `flow`, `source`, `account`, `entity`, ...
        name: Its name in the ledger.

    Returns:
        An id that is safe in a URL fragment and differs where names differ.
    """
    return f"{kind}-{_UNSAFE.sub(lambda m: f'_{ord(m[0]):x}_', name)}"


@dataclass(frozen=True, slots=True)
class Figure:  # noqa: PLW1641 (a frozen dataclass makes its own)
    """A number to print.

    Attributes:
        key: A name that stays the same while the question does.
        value: The exact value, positive as its table says; None if not found.
        unit: A commodity, `SHARE`, or `COUNT`.
        scale: The power of ten it is printed in.
        places: Decimals printed.
        formula: How it comes about, in words.
        flows: Ids of all flows it rests on, those with the most in it first.
        sources: Names of the sources it rests on beside those of its flows.
        scenario: The scenario it holds in.
        basis: How it is valued: `market`, `book`, `stated`, ...
        target: The id of the place that lists what it rests on; `OWN` for an
            entry of its own in the appendix of derived figures.
        prose: True where it stands in a sentence, with its unit.
        beside: The other end of its range, in a sentence.
        parts: What each flow has in it, signed, the largest first.
        worked: What it is worked out from, with links to where that stands.
        named: How many of its flows paper names; 0 leaves that to the page.
        priced: Names of the sources of the prices it is valued at.
        fixed: The power of ten and the decimals a sentence asks for.
        sign: What stands before it where it is a bound, such as "at least".
        limit: The bound printed in its place, a share's in whole percents.
    """

    key: str
    value: Decimal | None
    unit: str = COUNT
    scale: int = 0
    places: int = 0
    formula: str = ""
    flows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    scenario: str = ""
    basis: str = ""
    target: str = ""
    prose: bool = False
    beside: Decimal | None = None
    parts: tuple[tuple[str, Decimal], ...] = ()
    worked: Prose = ()
    named: int = 0
    priced: tuple[str, ...] = ()
    fixed: tuple[int, int] | None = None
    sign: str = ""
    limit: Decimal | None = None

    def __add__(self, other: Figure) -> Figure:
        """Return the sum, which rests on what both rest on."""
        return self._joined(other, 1, "plus")

    def __sub__(self, other: Figure) -> Figure:
        """Return the difference, which rests on what both rest on."""
        return self._joined(other, -1, "less")

    @wide()
    def __truediv__(self, other: Figure) -> Figure:
        """Return one figure over another of the same unit, as a share."""
        above, below = _both(self, other, "over")
        if not below:
            raise ReportError(f"{other.formula or other.key} is zero: nothing over it")
        return replace(
            self._with(other, "over"),
            value=above / below,
            unit=SHARE,
            scale=0,
            places=0,
            parts=(),
        )

    def __neg__(self) -> Figure:
        """Return what is owed as what is lacking, or the other way about."""
        return replace(
            self,
            key=f"-({self.key})",
            value=None if self.value is None else -self.value,
            parts=tuple((flow, -part) for flow, part in self.parts),
            sign="",
            limit=None,
        )

    def __eq__(self, other: object) -> bool:
        """Say whether it is the same figure, or its value a number."""
        if isinstance(other, int | Decimal):
            return self.value == other
        if not isinstance(other, Figure):
            return NotImplemented
        return all(getattr(self, x) == getattr(other, x) for x in self.__slots__)

    def __lt__(self, other: object) -> bool:
        """Say whether it is less than a figure of its unit, or than a number."""
        mine, theirs = _compared(self, other)
        return mine < theirs

    def __le__(self, other: object) -> bool:
        """Say whether it is at most a figure of its unit, or a number."""
        mine, theirs = _compared(self, other)
        return mine <= theirs

    def __gt__(self, other: object) -> bool:
        """Say whether it is more than a figure of its unit, or than a number."""
        mine, theirs = _compared(self, other)
        return mine > theirs

    def __ge__(self, other: object) -> bool:
        """Say whether it is at least a figure of its unit, or a number."""
        mine, theirs = _compared(self, other)
        return mine >= theirs

    @wide()
    def _joined(self, other: Figure, sign: int, word: str) -> Figure:
        one, two = _both(self, other, word)
        found = self._with(other, word)
        if self.sums and other.sums:
            parts = dict(self.parts)
            for flow, part in other.parts:
                parts[flow] = parts.get(flow, Decimal()) + sign * part
            ordered = sorted(parts.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
            found = replace(found, parts=tuple(pair for pair in ordered if pair[1]))
        return replace(found, value=one + sign * two)

    def _with(self, other: Figure, word: str) -> Figure:
        """Return what this and another rest on, under a key and words of both."""
        return replace(
            self,
            key=f"({self.key}) {word} ({other.key})",
            formula=f"{self.formula or self.key} {word} {other.formula or other.key}",
            flows=tuple(dict.fromkeys((*self.flows, *other.flows))),
            sources=tuple(dict.fromkeys((*self.sources, *other.sources))),
            priced=tuple(dict.fromkeys((*self.priced, *other.priced))),
            basis=self.basis if self.basis == other.basis else "",
            places=max(self.places, other.places),
            target=OWN,
            beside=None,
            parts=(),
            worked=(self, f" {word} ", other),
            fixed=None,
            sign="",
            limit=None,
        )

    @property
    def sums(self) -> bool:
        """Say whether it is the sum of what its flows have in it, exactly."""
        if self.value is None or not self.parts:
            return False
        with localcontext(prec=_DIGITS):
            return sum((part for _, part in self.parts), Decimal()) == self.value

    @property
    def place(self) -> str:
        """Return the id of the place it links to."""
        return anchor("figure", self.key) if self.target == OWN else self.target

    @property
    def printed(self) -> Decimal | None:
        """Return the number as printed, to add up what a reader would add up."""
        if self.value is None:
            return None
        if self.unit == SHARE:
            places = formats.percent_places(self.value)
            return formats.round_to(self.value, scale=-2, places=places)
        return formats.round_to(self.value, scale=self.scale, places=self.places)

    def text(self, locale: formats.Locale) -> str:
        """Return the figure as printed."""
        value = self.value if self.limit is None else self.limit
        if self.unit == SHARE:
            # A bound is a whole percent.
            found = formats.percent(value, None if self.limit is None else 0)
        elif self.prose and self.unit:
            found = formats.money(value, self.unit, locale, self.beside, self.fixed)
        else:
            found = formats.number(value, scale=self.scale, places=self.places)
        return self.sign + found

    def to_json(self, locale: formats.Locale) -> dict[str, object]:
        """Return the figure with stable keys and its amounts as strings."""
        return {
            "key": self.key,
            "value": None if self.value is None else format(written(self.value), "f"),
            "unit": self.unit,
            "scale": self.scale,
            "places": self.places,
            "printed": self.text(locale),
            "formula": self.formula,
            "flows": list(self.flows),
            "sources": list(self.sources),
            "scenario": self.scenario,
            "basis": self.basis,
        }


def _both(one: Figure, other: object, word: str) -> tuple[Decimal, Decimal]:
    """Return the values of two figures that can be worked on together.

    Raises:
        ReportError: One is no figure, was not found, or is in another unit.
    """
    if not isinstance(other, Figure):
        raise ReportError(
            f"{one.formula or one.key} {word} {other!r}: a figure is worked out from"
            " figures alone"
        )
    if one.unit != other.unit:
        raise ReportError(
            f"{one.formula or one.key} is in {one.unit or 'numbers'},"
            f" {other.formula or other.key} in {other.unit or 'numbers'}"
        )
    for each in (one, other):
        if each.value is None:
            raise ReportError(f"{each.formula or each.key} was not found")
    return one.value or Decimal(), other.value or Decimal()


def told_apart(one: Figure, other: Figure, locale: formats.Locale) -> Figure:
    """Return an amount with the digits that tell it from another beside it.

    As it is where the two are equal, or print apart as they are.
    """
    mine, theirs = _both(one, other, "beside")
    gap, unit = abs(mine - theirs), one.unit
    alike = formats.money(mine, unit, locale) == formats.money(theirs, unit, locale)
    if not gap or not alike:
        return one
    size = max(abs(mine), abs(theirs))
    scale = next(p for p in (9, 6, 3, 0) if size >= Decimal(10) ** p or not p)
    places = min(max(1, scale - gap.adjusted() + 1), 8)
    return replace(one, fixed=(scale, places))


def _compared(one: Figure, other: object) -> tuple[Decimal, Decimal]:
    """Return the values of a figure and of a figure or number beside it."""
    if isinstance(other, int | float | Decimal):
        other = replace(one, value=Decimal(str(other)))
    return _both(one, other, "beside")


@dataclass(frozen=True, slots=True)
class Ref:
    """A link to a place in the report, or to a publisher's address.

    Attributes:
        label: What is printed.
        href: Where it stands on paper; another face finds its own place by kind
            and name.
        kind: What it leads to, if a thing of the case: `flow`, `source`, ...
        name: The thing's name in the ledger.
    """

    label: str
    href: str
    kind: str = ""
    name: str = ""


def about(kind: str, name: str, label: str | None = None) -> Ref:
    """Return a link to a thing of the case, by its name unless a label is given."""
    shown = name if label is None else label
    return Ref(shown, f"#{anchor(kind, name)}", kind, name)


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade of evidence: the letter carries the meaning, not the fill."""

    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the ledger or a source: shown as text, never as markup."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date, printed as the language writes it."""

    date: datetime.date


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A link to an exhibit by its key, printed with its number; else nothing."""

    key: str


#: A line of text with figures and links in it.
Piece = str | Figure | Ref | Grade | Said | Day | Exhibit
Prose = tuple[Piece, ...]


def figures_of(prose: Prose) -> Iterator[Figure]:
    """Yield the figures a line of text prints."""
    return (piece for piece in prose if isinstance(piece, Figure))
