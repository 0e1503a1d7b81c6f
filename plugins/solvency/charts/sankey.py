"""Flow of funds: bands between parties, as wide as what went through them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.canvas import Canvas
from solvency.charts.canvas import numeral
from solvency.charts.clear_place import clearest
from solvency.charts.clear_place import covered
from solvency.charts.clear_place import slices
from solvency.charts.labels import Box
from solvency.charts.labels import spread
from solvency.charts.netting import OTHER_IN
from solvency.charts.netting import OTHER_OUT
from solvency.charts.netting import prepare
from solvency.charts.sankey_layout import lay_out
from solvency.charts.scale import ChartError
from solvency.charts.text import BODY
from solvency.charts.text import LEADING
from solvency.charts.text import SMALL
from solvency.charts.text import clean
from solvency.wide import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.charts.canvas import Point
    from solvency.charts.netting import Link
    from solvency.charts.sankey_layout import Layout
    from solvency.charts.sankey_layout import Node
    from solvency.charts.sankey_layout import Piece
    from solvency.charts.style import Look

_BAR = 9.0
_EDGE = 7.0
_GAP = 6.0
_SPACE = 5.0
#: Between two bars of a column: room for the labels of two bars thin as lines; the
#: wider where a label would else cover a band.
_PADDING = 15.0
_PADDINGS = (_PADDING, 20.0, 26.0, 32.0)
_TALL = 150.0
_LABEL = BODY * LEADING + 1.5
#: The height of what a label stands on.
_PLATE = 14.5


@dataclass(frozen=True, slots=True)
class Sankey:
    """What to draw.

    Attributes:
        title: The chart's text alternative: what it shows, in a sentence.
        links: What went where; links of the same pair are added up.
        labels: How parties are called, where not by their names.
        least: Parties at either end with less than this in all are drawn as one.
        net: Whether money back and forth between two parties is drawn as the
            difference; otherwise it is refused as a circle.
        others: Names of the parties drawn as one, of those that pay and of those that
            are paid.
        merged: What the foot says of them; `{count}` parties, under `{least}` each,
            `{sum}` together.
        netted: What the foot says of pairs drawn as a difference, before their names.
        tones: Parties' colours by their place in the palette, so that several
            drawings give a party one colour; the rest are grey. Where none is named
            each has the next of the palette.
    """

    title: str
    links: Sequence[Link]
    labels: tuple[tuple[str, str], ...] = ()
    least: Decimal = Decimal(0)
    net: bool = False
    others: tuple[str, str] = ("Other sources", "Other uses")
    merged: str = "{count} parties under {least} each, {sum} together, are drawn as one"
    netted: str = "Drawn net"
    tones: tuple[tuple[str, int], ...] = ()


def draw(chart: Sankey, look: Look) -> str:
    """Draw the flow of funds.

    Args:
        chart: What to draw.
        look: How to draw it.

    Returns:
        An SVG element; each band carries its source, target and amount in `data-`
        attributes and as its tooltip.

    Raises:
        ChartError: If there is nothing to draw, an amount is negative, a party pays
            itself, or money goes in a circle that netting does not undo.
    """
    links, notes = prepare(chart, look)
    if not links:
        raise ChartError("a flow of funds needs at least one amount above zero")
    paying, paid = chart.others
    labels = {**dict(chart.labels), OTHER_IN: paying, OTHER_OUT: paid}
    said = {k: clean(v) for k, v in labels.items()}
    drawing = _Drawing(look, links, said, dict(chart.tones), _PADDINGS[0])
    for padding in _PADDINGS[1:]:
        if drawing.crowded < 1:
            break
        wider = _Drawing(look, links, said, dict(chart.tones), padding)
        drawing = min(drawing, wider, key=lambda one: one.crowded)
    canvas = drawing.canvas
    y = drawing.low + 16
    for note in notes:
        lines = type_.wrap(clean(note), look.width, 4, SMALL)
        canvas.lines((0, y), lines, SMALL, fill=canvas.palette.grey)
        y += len(lines) * SMALL * LEADING
    facts = [drawing.saying(link) for link in links]
    tall = y - SMALL * LEADING + 4 if notes else drawing.low + 6
    return canvas.svg(tall, chart.title, [*facts, *notes])


class _Drawing:
    """A laid-out flow of funds on its sheet."""

    def __init__(
        self,
        look: Look,
        links: Sequence[Link],
        labels: dict[str, str],
        tones: dict[str, int],
        padding: float,
    ) -> None:
        self.canvas = canvas = Canvas(look)
        self.padding = padding
        self.links = links
        self.labels = labels
        # d3's factor is a float, and so may an amount be very large or small.
        largest = max(link.value for link in links)
        shares = [(k.source, k.target, float(k.value / largest)) for k in links]
        self.layout, self.bottom = self._fitted(shares)
        names = [
            n.name for column in self.layout.columns for n in column if not n.waypoint
        ]
        own = tones or {name: i for i, name in enumerate(names)}
        self.tones = {name: canvas.palette.tone(own.get(name, -1)) for name in names}
        self.totals = {name: self._total(name) for name in names}
        last = len(self.layout.columns) - 1
        side = canvas.width * 0.27
        self.left = self._widest(0, side) + _GAP
        self.right = canvas.width - self._widest(last, side) - _GAP
        self.step = (self.right - self.left - _BAR) / max(1, last)
        #: How far down it reaches, and where labels and the bars between ends stand.
        self.low = self.bottom
        self.taken = [
            self._bar(node)
            for column in self.layout.columns[1:-1]
            for node in column
            if not node.waypoint
        ]
        #: How much of bands the names of bars thinner than a name cover.
        self.crowded = 0.0
        self.bands()
        self.parties()

    def _fitted(self, shares: list[tuple[str, str, float]]) -> tuple[Layout, float]:
        """Lay out in a height in which every column has room for its labels."""
        layout = lay_out(shares, _EDGE, _TALL - _EDGE, self.padding)
        most = max(len(column) for column in layout.columns)
        # Half the height is left to the bars where there are very many.
        tall = max(_TALL, most * _PADDING * 2)
        if tall > _TALL:
            layout = lay_out(shares, _EDGE, tall - _EDGE, self.padding)
        return layout, tall

    def label(self, name: str) -> str:
        """Return how a party is called."""
        return self.labels.get(name, clean(name))

    def saying(self, link: Link) -> str:
        """Return a link in words."""
        look = self.canvas.look
        arrow = f"{self.label(link.source)} \N{RIGHTWARDS ARROW} "
        return f"{arrow}{self.label(link.target)}{look.colon}{_some(look, link.value)}"

    def bands(self) -> None:
        """Draw the bands, widest first, so that thin ones stay on top."""
        pairs = zip(self.links, self.layout.bands, strict=True)
        for link, band in sorted(pairs, key=lambda pair: -pair[0].value):
            colour = self.tones[link.source]
            saying = self.saying(link)
            with self.canvas.link(link.href, saying):
                self.canvas.area(
                    self._ribbon(band),
                    colour,
                    saying,
                    fill_opacity="0.38",
                    # A hairline keeps what is too thin to see in sight.
                    stroke=colour,
                    stroke_width="0.4",
                    stroke_opacity="0.7",
                    data_source=self.label(link.source),
                    data_target=self.label(link.target),
                    data_value=format(written(link.value), "f"),
                )

    def _ends(self, piece: Piece) -> tuple[float, float]:
        """Return where a piece of a band begins and ends, from left to right."""
        start, end = self._x(piece.source) + _BAR, self._x(piece.target)
        start -= _BAR / 2 if piece.source.waypoint else 0.0
        end += _BAR / 2 if piece.target.waypoint else 0.0
        return start, end

    def _ribbon(self, band: tuple[Piece, ...]) -> str:
        """Return a band's outline: along its top, and back along its bottom."""
        top: list[tuple[Point, Point]] = []
        under: list[tuple[Point, Point]] = []
        for piece in band:
            start, end = self._ends(piece)
            top.append(((start, piece.leaves), (end, piece.arrives)))
            width = piece.width
            back = ((end, piece.arrives + width), (start, piece.leaves + width))
            under.insert(0, back)
        return f"M{_xy(top[0][0])}{_curves(top)}L{_xy(under[0][0])}{_curves(under)}Z"

    def parties(self) -> None:
        """Draw each party's bar, its name and its total."""
        last = len(self.layout.columns) - 1
        thin: list[tuple[Node, Box]] = []
        for n, column in enumerate(self.layout.columns):
            nodes = sorted((k for k in column if not k.waypoint), key=lambda k: k.top)
            middles = spread(
                [(k.top + k.bottom) / 2 for k in nodes],
                [_LABEL] * len(nodes),
                0,
                self.bottom,
            )
            for node, middle in zip(nodes, middles, strict=True):
                bar = self._bar(node)
                self.canvas.rect(
                    bar,
                    self.tones[node.name],
                    title=self._told(node.name),
                    data_party=self.label(node.name),
                )
                if 0 < n < last and bar.bottom - bar.top < _PLATE:
                    thin.append((node, bar))
                else:
                    self._name(node, middle, n, last)
        # A label higher than its bar would lie on bands: it goes where there are none.
        for node, bar in thin:
            self._name(node, (bar.top + bar.bottom) / 2, node.column, last, bar)

    def _bar(self, node: Node) -> Box:
        x = self._x(node)
        return Box(x, node.top, x + _BAR, max(node.bottom, node.top + 0.75))

    def _slices(self) -> list[tuple[float, float, float, float]]:
        return [
            one
            for band in self.layout.bands
            for piece in band
            for start, end in [self._ends(piece)]
            for one in slices(start, end, piece.leaves, piece.arrives, piece.width)
        ]

    def _name(
        self, node: Node, middle: float, column: int, last: int, thin: Box | None = None
    ) -> None:
        """Set a party's name and total on one line, beside its bar."""
        canvas, look = self.canvas, self.canvas.look
        x = self._x(node)
        room = self.step - _BAR - _GAP - 4
        if column == 0:
            room = self.left - _GAP
        elif column == last:
            room = canvas.width - self.right - _GAP
        name = self.label(node.name)
        value = clean(_some(look, self.totals[node.name]))
        after = type_.width(value, SMALL) + _SPACE
        if after > room / 2 and after + type_.width(name, bold=True) > room:
            # A number cut short would read as another; its tooltip has it.
            value, after = "", 0.0
        name = type_.fit(name, room - after, bold=True)
        wide = type_.width(name, bold=True) + after
        left = x - _GAP - wide if column == 0 else x + _BAR + _GAP
        base = middle + BODY * 0.35
        if 0 < column < last:
            plate = Box(left - 3, base - 10.5, left + wide + 3, base + 4)
            if thin:
                bands = self._slices()
                plate = clearest(thin, plate, _GAP - 3, bands, self.taken)
                self.crowded += covered(plate, bands)
                left, base = plate.left + 3, plate.bottom - 4
                self.low = max(self.low, plate.bottom - 2)
            self.taken.append(plate)
            canvas.rect(
                plate,
                canvas.palette.paper,
                fill_opacity="0.78",
                data_named=self.label(node.name),
            )
        canvas.text((left, base), name, bold=True)
        at = (left + wide - after + _SPACE, base)
        canvas.text(at, value, SMALL, fill=canvas.palette.grey)

    def _told(self, name: str) -> str:
        look = self.canvas.look
        return f"{self.label(name)}{look.colon}{_some(look, self.totals[name])}"

    def _x(self, node: Node) -> float:
        return self.left + node.column * self.step

    def _total(self, name: str) -> Decimal:
        """Return what went through a party: the greater of in and out."""
        paid = (k.value for k in self.links if k.source == name)
        got = (k.value for k in self.links if k.target == name)
        return max(sum(paid, Decimal(0)), sum(got, Decimal(0)))

    def _widest(self, column: int, most: float) -> float:
        """Return the room the labels of a column need."""
        look = self.canvas.look
        wide = [
            type_.width(self.label(node.name), bold=True)
            + _SPACE
            + type_.width(clean(_some(look, self.totals[node.name])), SMALL)
            for node in self.layout.columns[column]
            if not node.waypoint
        ]
        return min(max(wide, default=0.0), most) + 0.5


def _some(look: Look, value: Decimal) -> str:
    """Print an amount above zero, one that would round to zero as less than a unit."""
    printed = look.amount(value)
    if printed.strip("0.,"):
        return printed
    least = Decimal(1).scaleb(look.scale - look.places)
    return f"<{look.amount(least)}"


def _xy(point: Point) -> str:
    return f"{numeral(point[0])},{numeral(point[1])}"


def _curves(pieces: Sequence[tuple[Point, Point]]) -> str:
    """Return curves that leave and arrive level."""
    words = []
    for (x0, y0), (x1, y1) in pieces:
        middle = (x0 + x1) / 2
        bends = (middle, y0), (middle, y1), (x1, y1)
        words.append("C" + " ".join(map(_xy, bends)))
    return "".join(words)
