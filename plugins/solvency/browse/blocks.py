"""What pages are made of: tables, charts and links, as plain values.

Nothing here knows of Fava or of HTML; the templates print these as they are.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.parse import urlsplit

from solvency.browse.language import spoken
from solvency.charts import STYLED
from solvency.charts import Look
from solvency.charts.style import iso_mark
from solvency.figures import formats
from solvency.figures.plain import plain

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable

    from solvency.charts.scale import Grain
    from solvency.ledger.case import Source

DASH = formats.NOT_FOUND
#: The width of a chart on a desk, in its own units: the style says how large that is.
_DESK = 658.0
#: The width of a chart on a phone, in its own units: its words are larger than drawn.
_PHONE = 280.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a strip, as percentages of its width, with what it says."""

    left: float
    width: float
    words: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table.

    Attributes:
        text: What is printed.
        href: Where it leads, if anywhere.
        title: More, shown on hovering: the exact number, a full title.
        kind: "num", "grade", "mark", "bad" or plain "".
        value: The exact number, for programs that read the page.
        outside: Whether it leads out of Fava.
        strip: Stretches to draw instead of text.
        share: How dark a matrix cell is, 0 to 1.
        figure: The key of the figure it prints: its panel says what that rests on.
        links: What it leads to, where that is several things.
        note: A line below it, in small letters.
        sure: How sure its amount is, as the panel of that says it.
    """

    text: str = ""
    href: str = ""
    title: str = ""
    kind: str = ""
    value: str = ""
    outside: bool = False
    strip: tuple[Span, ...] | None = None
    share: float = 0.0
    figure: str = ""
    links: tuple[Link, ...] = ()
    note: str = ""
    sure: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A row; `kind` is "total", "group" or plain "", `key` its place on the page."""

    cells: tuple[Cell, ...]
    kind: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption, and notes under it."""

    key: str
    caption: str
    heads: tuple[Cell, ...]
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawing for a desk and one for a phone; its caption.

    `key` is its place on the page.
    """

    broad: str
    narrow: str
    caption: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """A link, `current` where it leads to what is shown already."""

    text: str
    href: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """A headline number: what, how much, and what to make of it."""

    label: str
    text: str
    note: str = ""
    value: str = ""
    bad: bool = False
    href: str = ""
    figure: str = ""


class Printing:
    """How the amounts of one table are printed: one unit, one number of decimals."""

    def __init__(self, values: Iterable[Decimal], unit: str) -> None:
        self.scale, self.places = formats.fitting(values)
        self.currency = unit
        self.unit = formats.unit_label(unit, self.scale, spoken())

    def cell(self, value: Decimal | None, href: str = "", kind: str = "num") -> Cell:
        """Return an amount as a cell: rounded, with the exact number behind it."""
        if value is None:
            return Cell(DASH, kind=kind)
        return Cell(
            self.text(value),
            href=href,
            title=f"{plain(value)} {self.currency}",
            kind=kind,
            value=plain(value),
        )

    def text(self, value: Decimal) -> str:
        """Return an amount as printed."""
        return formats.number(value, scale=self.scale, places=self.places)

    def least(self, value: Decimal) -> str:
        """Return an amount as printed; one that would be rounded to nothing as less."""
        smallest = Decimal(1).scaleb(self.scale - self.places)
        if value and abs(value) <= smallest / 2:
            return f"<{self.text(smallest)}"
        return self.text(value)

    def look(self, prefix: str, width: float) -> Look:
        """Return how a chart of these amounts is drawn."""
        return Look(
            palette=STYLED,
            prefix=prefix,
            width=width,
            family="Fira Sans, sans-serif",
            scale=self.scale,
            places=self.places,
            unit=self.unit,
            number=self._scaled,
            day=short_day,
            mark=_mark,
            colon=spoken().text(": "),
            comma=spoken().text(", "),
        )

    def _scaled(self, value: Decimal, places: int) -> str:
        return formats.number(value, scale=self.scale, places=places)


def drawn(
    draw: Callable[[Look], str],
    printing: Printing,
    prefix: str,
    caption: str,
    note: str = "",
) -> Chart:
    """Draw a chart for desks and for phones, in colours that the page's style names."""
    broad = draw(printing.look(prefix, _DESK))
    narrow = draw(printing.look(f"{prefix}-narrow", _PHONE))
    return Chart(broad, narrow, caption, note, f"drawing-{anchored(prefix)}")


def anchored(name: str) -> str:
    """Return a name as part of an address on a page."""
    return quote(name.replace(" ", "-"), safe="").replace("%", "_")


def short_day(day: datetime.date) -> str:
    """Print a day as a page does."""
    return day.isoformat()


def _mark(day: datetime.date, grain: Grain) -> str:
    """Print a mark on an axis of days."""
    locale = spoken()
    if locale.lang == "en":
        return iso_mark(day, grain)
    return formats.mark(day, grain, locale)


def day_cell(day: datetime.date | None) -> Cell:
    """Return a day as a cell."""
    return Cell(day.isoformat() if day else DASH, kind="day")


def dated(one: Source) -> Cell:
    """Return when a source was published, as far as its copy says."""
    if one.dated == "day":
        return day_cell(one.published)
    return Cell(formats.published(one.published, one.dated, spoken()))


def figure_place(key: str) -> str:
    """Return the address on a page of what a figure rests on."""
    return f"#figure={quote(key, safe=':')}"


def safe_address(url: str | None) -> str:
    """Return a publisher's address if following it runs nothing, else nothing."""
    if not url:
        return ""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return ""
    return url.strip() if parts.scheme in {"http", "https"} and parts.netloc else ""
