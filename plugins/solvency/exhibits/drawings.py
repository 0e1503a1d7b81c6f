"""Charts as exhibits: the drawing, what it draws as figures, and its notes."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.charts import Look
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Said
from solvency.figures.figure import figures_of
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence
    from decimal import Decimal

    from solvency.charts.scale import Grain
    from solvency.exhibits.setting import Setting
    from solvency.figures.casting import Gap
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.figure import Ref
    from solvency.figures.formats import Locale
    from solvency.figures.table import Cell


@dataclass(frozen=True, slots=True)
class Drawing:
    """A numbered chart.

    Attributes:
        svg: One SVG element as text, made by a chart of this package.
        plotted: What is drawn, as a table: the exhibit's CSV, and its figures.
    """

    key: str
    title: str
    unit: Prose
    svg: str
    plotted: Table
    notes: tuple[Prose, ...] = ()
    numbered: bool = True
    anchor: str = ""

    def figures(self) -> Iterator[Figure]:
        """Yield every figure drawn, and those of its notes."""
        for prose in (self.unit, *self.notes):
            yield from figures_of(prose)
        yield from self.plotted.figures()

    def cast(self) -> tuple[Gap, ...]:
        """Add up what is drawn, as `Table.cast` does."""
        return self.plotted.cast()

    def to_csv(self) -> str:
        """Return what is drawn as CSV, amounts exact and unscaled."""
        return self.plotted.to_csv()


def chart_scale(
    amounts: Iterable[Decimal], beside: int = 6, lang: str = FIRST_LANGUAGE
) -> int:
    """Return the power of ten a chart of some amounts is read in.

    Billions are read beside tables in millions; a case in thousands stays in them.
    Chinese reads as its sentences do, in 10^8 and 10^4.

    Args:
        amounts: What will be drawn.
        beside: The power of ten of the tables around it.
        lang: The language.
    """
    largest = max((abs(amount) for amount in amounts), default=0)
    powers = (8, 4) if lang == "zh" else (9, 6, 3)
    scale = next((p for p in powers if largest >= 10**p), 0)
    if beside >= 6:
        return scale
    return min(scale, 4 if lang == "zh" and beside else beside)


def look(
    key: str,
    amounts: Iterable[Decimal],
    unit: str,
    locale: Locale,
    *,
    beside: int = 6,
    **rest: Any,
) -> Look:
    """Return how a chart of amounts looks on paper, in the report's language.

    Args:
        key: The exhibit's, which begins every id in the drawing.
        amounts: What will be drawn, to choose the scale.
        unit: The commodity the amounts are in.
        locale: The language.
        beside: The power of ten of the tables around it.
        rest: Whatever else `Look` takes.
    """
    scale = chart_scale(amounts, beside, locale.lang)

    def number(value: Decimal, places: int) -> str:
        return formats.number(value, scale=scale, places=places)

    def mark(day: datetime.date, grain: Grain) -> str:
        return formats.mark(day, grain, locale)

    return Look(
        prefix="".join(c if c.isalnum() and c.isascii() else "-" for c in key),
        scale=scale,
        unit=formats.unit_label(unit, scale, locale),
        number=number,
        share=formats.percent,
        day=lambda day: formats.cell(day, locale),
        mark=mark,
        **rest,
    )


def plotted(
    key: str, title: str, head: str, columns: Sequence[str], rows: Iterable[Row]
) -> Table:
    """Return what a drawing draws, as the table attached beside it."""
    return Table(
        key=f"{key}-plotted",
        title=title,
        unit=(),
        head=head,
        columns=tuple(Column(name, name) for name in columns),
        rows=tuple(rows),
        numbered=False,
    )


def in_prose(figure: Figure) -> Figure:
    """Return a table's figure as a sentence has it, with its unit.

    It prints other text than in its table, so it is another figure by its key.
    """
    return replace(figure, key=f"{figure.key}:prose", target=figure.place, prose=True)


def in_figures(setting: Setting, exhibit: str, line: Ref | None = None) -> Prose:
    """Say which exhibit has the figures of a drawing, and leads on from them.

    Args:
        setting: What the report is of.
        exhibit: The exhibit's key.
        line: A link to its row, if one has them all.
    """
    if line is not None:
        return setting.say(
            "In figures, with what they rest on: %(line)s (%(exhibit)s).",
            exhibit=Exhibit(exhibit),
            line=line,
        )
    return setting.say(
        "In figures, with what they rest on: %(exhibit)s.", exhibit=Exhibit(exhibit)
    )


def at_end(
    setting: Setting, day: datetime.date, named: Iterable[tuple[str, Figure]]
) -> Prose:
    """Say what the lines of a drawing come to at their end.

    Args:
        setting: What the report is of.
        day: The last day drawn.
        named: Each line by the name it has in the drawing, with its figure.
    """
    joint = setting.text(", ")
    pieces: list[Piece] = []
    for name, figure in named:
        pieces += [*((joint,) if pieces else ()), Said(name), " ", figure]
    return setting.say(
        "At the end, %(day)s: %(amounts)s.", day=Day(day), amounts=tuple(pieces)
    )


def row(key: str, label: object, *cells: Cell) -> Row:
    """Return a line whose label is plain text."""
    return Row(key, (str(label),), cells)
