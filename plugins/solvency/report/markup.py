"""Cells, figures, notes and links as markup."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from markupsafe import Markup
from markupsafe import escape

from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Grade
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.table import Table
from solvency.figures.words import across
from solvency.figures.words import words_of
from solvency.report.chapters.body import CitedSources
from solvency.report.chapters.body import Linked
from solvency.report.chapters.body import QuotedWords
from solvency.report.chapters.numerals import TOKEN

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.exhibits.citations import Note
    from solvency.exhibits.drawings import Drawing
    from solvency.figures.casting import Gap
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell
    from solvency.ledger.case import Source
    from solvency.report.chapters.body import Text
    from solvency.report.document import Report


def tall(table: Table) -> bool:
    """Say whether most rows of a table begin with more than a line of words."""
    whole = table.width + sum(column.width for column in table.columns)
    # A line of a page has some 130 letters of a dense table.
    room = 130 * table.width / whole
    rows = [words_of(row.label) for row in table.rows if row.cells]
    return sum(across(one) > room for one in rows) * 2 > len(rows)


def widths(table: Table) -> list[str]:
    """Return each column's share of the page, the label column first."""
    parts = [table.width, *(column.width for column in table.columns)]
    return [f"{100 * part / sum(parts):.3f}%" for part in parts]


def heat(cell: Cell, table: Table) -> Markup:
    """Return the shade of a matrix's cell: the share of the largest, as a style."""
    if not isinstance(cell, Figure) or not cell.value or "total" in cell.key:
        return Markup()
    shaded = [
        other.value
        for row in table.rows
        for other in row.cells
        if isinstance(other, Figure) and other.value and "total" not in other.key
    ]
    largest = max(map(abs, shaded))
    share = float(abs(cell.value) / largest)
    # From white to blue, owed; text turns white where blue is dark.
    red, green, blue = (round(255 + share * (end - 255)) for end in (0, 114, 178))
    text = "; color: #fff" if share > 0.72 else ""
    return Markup(' style="background: #{:02x}{:02x}{:02x}{}"').format(
        red, green, blue, text
    )


def filled(pattern: str, *given: object) -> Markup:
    """Return markup with each `%s` filled, what is no markup escaped.

    `Markup.format` takes six times as long, and pages have such pieces by the ten
    thousand.
    """
    return Markup(pattern % tuple(map(escape, given)))  # noqa: S704 (all escaped)


def letter(number: int) -> str:
    """Return the letter of an appendix: A to Z, then AA, AB."""
    above, below = divmod(number - 1, 26)
    return (letter(above) if above else "") + chr(ord("A") + below)


def large(table: Table) -> tuple[Gap, ...]:
    """Return where printed parts miss their printed total by more than a last digit.

    That they may miss it by one is said once for the whole report.
    """
    return tuple(gap for gap in table.cast() if _digits(gap) > 1)


def _digits(gap: Gap) -> int:
    """Return how many units of the last printed place parts and total differ by."""
    return int("".join(map(str, abs(gap.total - gap.parts).as_tuple().digits)))


class Printer:
    """Turns cells into markup: the one place where markup is made in Python."""

    def __init__(self, report: Report) -> None:
        """Print in the report's language, citing its sources."""
        self._locale = report.locale
        self._notes = report.notes
        self._numbers = report.numbers
        self._screen = report.screen
        self._places = {one.key: one.anchor or one.key for one in report.tables}
        #: The notes that name each source, as they are printed, and how many there are.
        self._noted = 0
        self._citing: dict[str, list[str]] = {}
        self._chapters = {f"#{section.anchor}" for section in report.sections}

    def shown(self, exhibit: Table | Drawing) -> Table | Drawing:
        """Return an exhibit as it is printed: paper has no column of bare links."""
        if self._screen or not isinstance(exhibit, Table):
            return exhibit
        kept = [n for n, one in enumerate(exhibit.columns) if one.key != "page"]
        if len(kept) == len(exhibit.columns):
            return exhibit
        return replace(
            exhibit,
            columns=tuple(exhibit.columns[n] for n in kept),
            rows=tuple(
                replace(
                    row, cells=tuple(row.cells[n] for n in kept if n < len(row.cells))
                )
                for row in exhibit.rows
            ),
        )

    def show(self, cell: Cell | str) -> Markup:
        """Return a cell, a line of text or a figure as markup."""
        if cell is None:
            return Markup()
        if isinstance(cell, tuple):
            return Markup().join(map(self.show, cell))
        if isinstance(cell, Figure):
            return self._figure(cell)
        if isinstance(cell, Ref):
            return filled(
                '<a class="ref" href="%s">%s</a>',
                cell.href,
                self._locale.named(cell.label),
            )
        if isinstance(cell, Grade):
            letter = cell.text[:1].lower()
            return filled('<span class="grade grade-%s">%s</span>', letter, cell.text)
        if isinstance(cell, Day):
            return self.day(cell.date, short=True)
        if isinstance(cell, Exhibit):
            return self._exhibit(cell)
        if isinstance(cell, Said):
            said = self._locale.named(cell.text)
            return filled('<span class="said">%s</span>', said)
        return escape(self._locale.named(cell))

    def _inside(self, cell: Cell | str) -> Markup:
        """Return what stands in a cell, its days as short as a day by itself."""
        if isinstance(cell, tuple):
            return Markup().join(map(self._inside, cell))
        if isinstance(cell, Day):
            return self._time(cell.date, formats.cell(cell.date, self._locale))
        return self.show(cell)

    def text(self, block: Text) -> Markup:
        """Return a piece of a chapter, its things in their places."""
        found = TOKEN.sub(
            lambda token: str(self._thing(block.things[int(token[0][1:-1])])),
            block.html,
        )
        return Markup(found)  # noqa: S704 (made from Markdown without raw HTML)

    def _thing(self, thing: Any) -> Markup:
        """Return a figure, day, link, note or quotation of a chapter as markup."""
        if isinstance(thing, CitedSources):
            return self.footnote(thing.sources)
        if isinstance(thing, QuotedWords):
            return escape(thing.text)
        if isinstance(thing, Linked):
            return self._exhibit(Exhibit(thing.key))
        if isinstance(thing, Day):
            return self.day(thing.date)
        return self.show(thing)

    def td(
        self,
        cell: Cell | str,
        kind: str = "text",
        *,
        current: bool = False,
        style: Markup | str = "",
        after: str = "",
    ) -> Markup:
        """Return a table cell as markup.

        A cell that is one thing without a link carries its class itself: an
        element less inside each cell is a tenth of a long table's time.

        Args:
            cell: What it holds.
            kind: Its column's kind, which is its class.
            current: Whether its column is the one to look at.
            style: An attribute to add, as `heat` returns it.
            after: What follows, such as a commodity.
        """
        classes = f"{kind} current" if current else kind
        key: Markup | str = ""
        inside = self._inside(cell)
        if isinstance(cell, Said):
            classes, inside = f"{classes} said", escape(self._locale.named(cell.text))
        elif isinstance(cell, Figure) and not cell.target:
            inside = escape(cell.text(self._locale))
            classes += " fig neg" if inside.endswith(")") else " fig"
            key = filled(' data-key="%s"', cell.key)
        if after:
            inside += filled(" %s", after)
        return filled('<td class="%s"%s%s>%s</td>', classes, key, style, inside)

    def day(self, when: datetime.date, short: bool = False) -> Markup:
        """Return a date as markup."""
        return self._time(when, formats.date(when, self._locale, short=short))

    def published(self, source: Source) -> Markup:
        """Return the date of a source, as far as it is known."""
        text = formats.published(source.published, source.dated, self._locale)
        if source.dated == "unknown":
            return escape(text)
        return self._time(source.published, text)

    def citing(self, name: str) -> Markup:
        """Return links to the notes printed so far that name a source."""
        links = (
            filled('<a href="#%s"></a>', place) for place in self._citing.get(name, ())
        )
        return escape(self._locale.text(", ")).join(links)

    def _time(self, when: datetime.date, text: str) -> Markup:
        return filled('<time datetime="%s">%s</time>', when.isoformat(), text)

    def footnote(self, names: Any) -> Markup:
        """Return one note at the foot of the page that names some sources.

        Args:
            names: Names of sources; none gives no note.
        """
        notes: list[Note] = [self._notes[name] for name in names if name in self._notes]
        if not notes:
            return Markup()
        shown = Markup("; ").join(
            filled(
                '%s <span class="said">%s</span>',
                self.show(note.ref),
                note.at_foot(self._locale),
            )
            for note in notes
        )
        self._noted += 1
        place = f"note-{self._noted}"
        for note in notes:
            self._citing.setdefault(note.source.name, []).append(place)
        return filled('<span class="footnote" id="%s">%s</span>', place, shown)

    def gaps(self, gaps: tuple[Gap, ...], table: Table) -> Markup:
        """Return by how much printed totals differ from the sum of their parts."""
        by_size: dict[Decimal, list[Gap]] = {}
        for gap in gaps:
            by_size.setdefault(abs(gap.total - gap.parts), []).append(gap)
        shown = []
        for size, where in sorted(by_size.items()):
            exponent = size.as_tuple().exponent
            places = -exponent if isinstance(exponent, int) else 0
            key = f"rounding:{table.key}:{size}"
            shown.append(
                filled(
                    '%s %s <span class="said">%s</span>',
                    self._figure(Figure(key, size, places=places)),
                    self._locale.text("in"),
                    self._locale.text("; ").join(
                        dict.fromkeys(map(self._where, where))
                    ),
                )
            )
        return escape(self._locale.text("; ")).join(shown)

    def leading(self, notes: tuple[Prose, ...]) -> tuple[Prose, ...]:
        """Return the notes of an exhibit but those that lead to what is left out."""
        return tuple(note for note in notes if not any(map(self._absent, note)))

    def _absent(self, piece: Piece) -> bool:
        """Say whether a piece is a link to an exhibit or chapter not printed."""
        if isinstance(piece, Exhibit):
            return piece.key not in self._numbers
        if isinstance(piece, Ref) and piece.href.startswith("#section-"):
            return piece.href not in self._chapters
        return False

    def _where(self, gap: Gap) -> str:
        """Return the row and column of a cell, each as the language has it."""
        parts = map(self._locale.named, gap.where.rsplit(", ", 1))
        where: str = self._locale.text(", ").join(parts)
        if not gap.group:
            return where
        return f"{self._locale.named(gap.group)}{self._locale.text(': ')}{where}"

    def _exhibit(self, exhibit: Exhibit) -> Markup:
        """Return a link to an exhibit; a kind that leaves it out prints nothing."""
        number = self._numbers.get(exhibit.key)
        if number is None:
            return Markup()
        return filled(
            '<a class="ref" href="#%s">%s</a>',
            self._places[exhibit.key],
            self._locale.text("Exhibit %(number)s", number=number),
        )

    def _figure(self, figure: Figure) -> Markup:
        text = figure.text(self._locale)
        sign = " neg" if text.endswith(")") else ""
        if not figure.target:
            return filled(
                '<span class="fig%s" data-key="%s">%s</span>', sign, figure.key, text
            )
        return filled(
            '<a class="fig%s" href="#%s" data-key="%s">%s</a>',
            sign,
            figure.place,
            figure.key,
            text,
        )
