"""A sheet to draw a chart on: SVG that paper and browser show alike.

Only presentation attributes, flat colours and plain text, since WeasyPrint's SVG
knows no style sheet, no halo and no gradient in box units. The sheet remembers
where text stands, so that a label that would touch another is not set.
"""

from __future__ import annotations

import contextlib
import re
from html import escape
from typing import TYPE_CHECKING

from solvency.charts import text as type_
from solvency.charts.labels import Box
from solvency.charts.scale import ChartError
from solvency.charts.text import ASCENT
from solvency.charts.text import BODY
from solvency.charts.text import DESCENT
from solvency.charts.text import LEADING
from solvency.charts.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.charts.style import Look

Point = tuple[float, float]
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_SCHEME = re.compile(r"[^/?#]*:")
_NARROWEST = 240.0


class Canvas:
    """A sheet of a given look; what is drawn later lies above."""

    def __init__(self, look: Look) -> None:
        """Start a sheet.

        Raises:
            ChartError: If the look's prefix is no id, or its width too small to read.
        """
        if not _PREFIX.fullmatch(look.prefix):
            raise ChartError(f"a chart's prefix cannot be {look.prefix!r}")
        if look.width < _NARROWEST:
            raise ChartError(f"a chart is at least {_NARROWEST:g} units wide")
        self.look = look
        self.palette = look.palette
        self.width = look.width
        self._ink: list[str] = []
        self._hatches: dict[str, str] = {}
        self._texts: list[Box] = []
        self._linked = False

    # What is drawn.

    def rect(
        self, box: Box, fill: str, *, stroke: str = "none", title: str = "", **more: str
    ) -> None:
        """Draw a rectangle; `more` are further attributes, `_` for `-`."""
        self._shape(
            "rect",
            {
                "x": _n(box.left),
                "y": _n(box.top),
                "width": _n(box.right - box.left),
                "height": _n(box.bottom - box.top),
                "fill": fill,
                "stroke": stroke,
            },
            title,
            more,
        )

    def line(
        self,
        start: Point,
        end: Point,
        stroke: str,
        weight: float = 0.75,
        dash: str = "",
    ) -> None:
        """Draw a straight line."""
        self.path([start, end], stroke, weight, dash)

    def path(
        self,
        points: Sequence[Point],
        stroke: str,
        weight: float = 1.0,
        dash: str = "",
        **more: str,
    ) -> None:
        """Draw a line through points."""
        dashed = {"stroke-dasharray": dash} if dash else {}
        self._shape(
            "path",
            {
                "d": _d(points),
                "fill": "none",
                "stroke": stroke,
                "stroke-width": _n(weight),
                "stroke-linejoin": "round",
                **dashed,
            },
            "",
            more,
        )

    def area(
        self, d: str | Sequence[Point], fill: str, title: str = "", **more: str
    ) -> None:
        """Fill the area that points, or a path's own words, enclose."""
        outline = d if isinstance(d, str) else _d(d) + "Z"
        self._shape("path", {"d": outline, "fill": fill}, title, more)

    def circle(self, at: Point, radius: float, fill: str, stroke: str = "none") -> None:
        """Draw a circle."""
        x, y = at
        self._shape(
            "circle",
            {"cx": _n(x), "cy": _n(y), "r": _n(radius), "fill": fill, "stroke": stroke},
            "",
            {},
        )

    def hatch(self, colour: str, *, falling: bool = False) -> str:
        """Return a fill of slanted lines in a colour, to tell areas apart in grey."""
        way = "M-1,1l2,-2M0,6l6,-6M5,7l2,-2"
        if falling:
            way = "M-1,5l2,2M0,0l6,6M5,-1l2,2"
        key = colour + way
        if key not in self._hatches:
            name = f"{self.look.prefix}-hatch-{len(self._hatches) + 1}"
            self._hatches[key] = (
                f'<pattern id="{name}" width="6" height="6"'
                f' patternUnits="userSpaceOnUse"><path d="{way}" stroke="{colour}"'
                ' stroke-width="0.9" fill="none"/></pattern>'
            )
        return f"url(#{self.look.prefix}-hatch-{list(self._hatches).index(key) + 1})"

    @contextlib.contextmanager
    def link(self, href: str, label: str) -> Iterator[None]:
        """Make what is drawn inside a link; an address that is not plain makes none.

        Args:
            href: An address in the same site or report, or http(s).
            label: What a screen reader says of it.
        """
        target = clean(href)
        scheme = _SCHEME.match(target)
        if not target or (scheme and scheme[0].lower() not in {"http:", "https:"}):
            yield
            return
        self._linked = True
        self._ink.append(f'<a href="{_q(target)}" aria-label="{_q(clean(label))}">')
        yield
        self._ink.append("</a>")

    # Text.

    def text(
        self,
        at: Point,
        words: str,
        size: float = BODY,
        *,
        anchor: str = "start",
        bold: bool = False,
        fill: str = "",
        upright: bool = False,
    ) -> None:
        """Set a line of text.

        Args:
            at: Where its baseline starts, or ends, or has its middle.
            words: The text.
            size: Size of the type.
            anchor: `start`, `middle` or `end`.
            bold: Whether it is set in weight 600.
            fill: Its colour; the ink if empty.
            upright: Whether it runs upward instead of to the right.
        """
        words = clean(words)
        if not words:
            return
        self._texts.append(
            text_box(at, words, size, anchor, bold=bold, upright=upright)
        )
        x, y = at
        turned = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if upright else ""
        placed = "" if anchor == "start" else f' text-anchor="{anchor}"'
        weight = ' font-weight="600"' if bold else ""
        self._ink.append(
            f'<text x="{_n(x)}" y="{_n(y)}" font-size="{_n(size)}"{placed}{weight}'
            f' fill="{fill or self.palette.ink}"{turned}>{_q(words)}</text>'
        )

    def lines(
        self,
        at: Point,
        lines: Iterable[str],
        size: float = BODY,
        *,
        anchor: str = "start",
        bold: bool = False,
        fill: str = "",
    ) -> None:
        """Set lines of text below one another, from the first one's baseline."""
        x, y = at
        for n, line in enumerate(lines):
            place = (x, y + n * size * LEADING)
            self.text(place, line, size, anchor=anchor, bold=bold, fill=fill)

    def place(
        self,
        places: Iterable[Point],
        words: str,
        size: float = BODY,
        *,
        anchor: str = "start",
        fill: str = "",
        avoid: Sequence[Box] = (),
        plate: bool = False,
    ) -> bool:
        """Set a line at the first place where it touches no text and no edge.

        Args:
            places: Where it may stand, best first.
            words: The text.
            size: Size of the type.
            anchor: As for `text`.
            fill: As for `text`.
            avoid: What else it must not touch.
            plate: Whether the paper's colour is laid under it.

        Returns:
            Whether it was set.
        """
        words = clean(words)
        sheet = Box(0, 0, self.width, float("inf"))
        for at in places:
            box = text_box(at, words, size, anchor)
            taken = (*self._texts, *avoid)
            if box.within(sheet) and not any(box.touches(other) for other in taken):
                if plate:
                    left, right = max(0, box.left - 2), min(self.width, box.right + 2)
                    wider = Box(left, box.top, right, box.bottom)
                    self.rect(wider, self.palette.paper, data_plate="")
                self.text(at, words, size, anchor=anchor, fill=fill)
                return True
        return False

    # The finished sheet.

    def svg(self, height: float, title: str, facts: Iterable[str] = ()) -> str:
        """Return the drawing as an SVG element.

        Args:
            height: Drawing units from top to bottom.
            title: What the chart shows, its text alternative.
            facts: The figures it shows, in words, for who cannot see it.

        Returns:
            Markup that needs no escaping and can stand in HTML or XML.
        """
        look = self.look
        said = clean("; ".join(fact for fact in map(clean, facts) if fact))
        name, described = f"{look.prefix}-title", f"{look.prefix}-desc"
        # A reader's software does not look for links inside an image.
        role = "group" if self._linked else "img"
        about = f'aria-labelledby="{name}"'
        if said:
            about += f' aria-describedby="{described}"'
        width, tall = _n(self.width), _n(height)
        return "".join(
            [
                '<svg xmlns="http://www.w3.org/2000/svg" class="chart"',
                f' viewBox="0 0 {width} {tall}" width="{width}" height="{tall}"',
                f' role="{role}" {about} font-family="{_q(look.family)}">',
                f'<title id="{name}">{_q(clean(title))}</title>',
                f'<desc id="{described}">{_q(said)}</desc>' if said else "",
                f"<defs>{''.join(self._hatches.values())}</defs>"
                if self._hatches
                else "",
                *self._ink,
                "</svg>",
            ]
        )

    def _shape(
        self, tag: str, attributes: dict[str, str], title: str, more: dict[str, str]
    ) -> None:
        for name, value in more.items():
            attributes[name.replace("_", "-")] = clean(value)
        if attributes.get("stroke") == "none":
            del attributes["stroke"]
        written = "".join(f' {name}="{_q(v)}"' for name, v in attributes.items())
        title = clean(title)
        inside = f"><title>{_q(title)}</title></{tag}>" if title else "/>"
        self._ink.append(f"<{tag}{written}{inside}")


def text_box(
    at: Point,
    words: str,
    size: float,
    anchor: str = "start",
    *,
    bold: bool = False,
    upright: bool = False,
) -> Box:
    """Return the box a line of text fills, as `Canvas.text` takes it."""
    x, y = at
    wide = type_.width(words, size, bold=bold)
    before = {"start": 0.0, "middle": wide / 2, "end": wide}[anchor]
    up, down = size * ASCENT, size * DESCENT
    if upright:
        return Box(x - up, y - wide + before, x + down, y + before)
    return Box(x - before, y - up, x - before + wide, y + down)


def numeral(value: float) -> str:
    """Write a coordinate: at most two decimals, the same text each time."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


_n = numeral


def _q(text: str) -> str:
    return escape(text, quote=True)


def _d(points: Sequence[Point]) -> str:
    return "M" + "L".join(f"{x},{y}" for x, y in _corners(points))


def _corners(points: Sequence[Point]) -> list[tuple[str, str]]:
    """Return points as printed, without those a straight run along an axis needs not.

    A line of steps has two points a day, most of them on one level: a page of many
    drawings is a fraction of the size without them, and looks the same.
    """
    found: list[tuple[str, str]] = []
    for at in points:
        x, y = _n(at[0]), _n(at[1])
        if found and found[-1] == (x, y):
            continue
        if len(found) > 1:
            (_, first), (middle, second) = found[-2:]
            onward = first == second == y and _between(found[-2][0], middle, x)
            upward = found[-2][0] == middle == x and _between(first, second, y)
            if onward or upward:
                found.pop()
        found.append((x, y))
    return found


def _between(first: str, middle: str, last: str) -> bool:
    """Say whether a line goes on through its middle, and does not turn back there."""
    return (
        min(float(first), float(last))
        <= float(middle)
        <= max(float(first), float(last))
    )
