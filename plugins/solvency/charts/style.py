"""What a chart looks like and how it speaks: colours, width, numbers, days."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures import formats

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from solvency.charts.scale import Grain


@dataclass(frozen=True, slots=True)
class Palette:
    """Flat colours, as `#rrggbb`, or as a page's style names them (`STYLED`).

    Attributes:
        paper: What the chart lies on; it is drawn only behind labels.
        ink: Text and the lines that matter.
        grey: Text that explains.
        rule: Grid lines.
        panel: A band behind the drawing.
        series: Colours of things, told apart by the colour-blind (Okabe and Ito,
            2008), beside which each thing carries its name.
    """

    paper: str
    ink: str
    grey: str
    rule: str
    panel: str
    series: tuple[str, ...]

    @property
    def have(self) -> str:
        """Return the colour of what is there."""
        return self.series[0]

    @property
    def lack(self) -> str:
        """Return the colour of what is owed or missing."""
        return self.series[1]

    def tone(self, n: int) -> str:
        """Return the n-th colour, from the first again after the last."""
        return self.series[n % len(self.series)]

    def tint(self, colour: str, share: float) -> str:
        """Return a colour thinned with the paper's: 0 is paper, 1 the colour."""
        return _mix(self.paper, colour, share)


LIGHT = Palette(
    paper="#ffffff",
    ink="#16202a",
    grey="#4a5561",
    rule="#d5dae0",
    panel="#edf0f3",
    series=(
        "#0072b2",
        "#d55e00",
        "#009e73",
        "#e69f00",
        "#56b4e9",
        "#cc79a7",
        "#7f8a94",
    ),
)
DARK = Palette(
    paper="#1c1f23",
    ink="#eceff2",
    grey="#aeb8c2",
    rule="#3c444d",
    panel="#2a3037",
    series=(
        "#4a9fdc",
        "#f0844a",
        "#2fbf95",
        "#efb83f",
        "#93d2f7",
        "#dd9cc0",
        "#98a3ad",
    ),
)


@dataclass(frozen=True, slots=True)
class StyledPalette(Palette):
    """Colours as a page's style names them: one drawing, light and dark."""

    def tint(self, colour: str, share: float) -> str:
        """Return a colour thinned with the paper's, as the browser mixes it."""
        return f"color-mix(in srgb,{colour} {share:.0%},{self.paper})"


STYLED = StyledPalette(
    paper="var(--paper)",
    ink="var(--ink)",
    grey="var(--grey)",
    rule="var(--rule)",
    panel="var(--panel)",
    series=tuple(f"var(--tone{n})" for n in range(len(LIGHT.series))),
)


def plain(value: Decimal, places: int) -> str:
    """Print an amount with grouped thousands, parentheses when negative."""
    return formats.number(value, places=places)


def iso_mark(day: datetime.date, grain: Grain) -> str:
    """Print a mark on an axis of days: `2022`, `2022-11`, `2022-11-08`."""
    return day.isoformat()[: {"year": 4, "month": 7, "day": 10}[grain]]


def iso_day(day: datetime.date) -> str:
    """Print a day as ISO 8601 has it."""
    return day.isoformat()


@dataclass(frozen=True, slots=True)
class Look:
    """How charts are drawn for one reader.

    Attributes:
        palette: Its colours: `LIGHT` for paper, `STYLED` for a page, light or dark.
        width: Drawing units across; 658 fills a page's text width with 7.5 pt labels.
        prefix: Begins every id in the drawing, so that two share a page; letters,
            digits and hyphens.
        family: The font's names; a page's own fonts do not reach into a drawing.
        scale: The power of ten `number` prints in; axes choose their decimals by it.
        places: Decimals of the amounts beside what is drawn.
        unit: The unit of the amounts, printed at the head of their axis.
        number: Prints an amount with so many decimals.
        share: Prints a share of one.
        day: Prints a day.
        mark: Prints a mark on an axis of days.
        to: Stands between the ends of a range.
        colon: Stands between a name and what is said of it.
        comma: Stands between a name and its day.
    """

    palette: Palette = LIGHT
    width: float = 658.0
    prefix: str = "chart"
    family: str = "Report Sans, Report Han, IBM Plex Sans, Noto Sans SC, sans-serif"
    scale: int = 0
    places: int = 1
    unit: str = ""
    number: Callable[[Decimal, int], str] = plain
    share: Callable[[Decimal], str] = formats.percent
    day: Callable[[datetime.date], str] = iso_day
    mark: Callable[[datetime.date, Grain], str] = iso_mark
    to: str = "\N{EN DASH}"
    colon: str = ": "
    comma: str = ", "

    def amount(self, value: Decimal | float) -> str:
        """Print an amount beside what is drawn."""
        return self.number(Decimal(value), self.places)

    def on(self, day: datetime.date) -> str:
        """Begin what is said of a day."""
        return f"{self.day(day)}{self.colon}"

    def range(self, low: Decimal | float, high: Decimal | float) -> str:
        """Print a range of amounts."""
        return f"{self.amount(low)}{self.to}{self.amount(high)}"


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def _mix(under: str, over: str, share: float) -> str:
    pairs = zip(_channels(under), _channels(over), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)
