"""Read a drawn chart back: its texts, its shapes, and whether any collide."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree as ET

from solvency.charts.canvas import text_box
from solvency.charts.labels import Box

SVG = "{http://www.w3.org/2000/svg}"
ALLOWED = {"svg", "title", "desc", "defs", "pattern", "path", "rect", "circle"}
ALLOWED |= {"text", "a"}
# Coordinates are written with two decimals, and lines have a width.
SLACK = 1.0


class Drawing:
    """A parsed chart."""

    def __init__(self, svg: str) -> None:
        self.svg = svg
        self.root = ET.fromstring(svg)  # noqa: S314 (our own)
        left, top, width, height = map(float, self.root.get("viewBox").split())
        self.sheet = Box(left, top, left + width, top + height)

    def all(self, tag: str, **wanted: str | None) -> list[ET.Element]:
        """Find drawn elements by tag and attributes (`_` for `-`; None: any value)."""
        found = []
        for element in self._drawn(self.root):
            got = {k.replace("_", "-"): v for k, v in wanted.items()}
            if element.tag == SVG + tag and all(
                k in element.attrib and v in (None, element.get(k))
                for k, v in got.items()
            ):
                found.append(element)
        return found

    def _drawn(self, parent: ET.Element):
        for element in parent:
            if element.tag != SVG + "defs":
                yield element
                yield from self._drawn(element)

    def texts(self) -> list[tuple[str, Box]]:
        """Return each text with the box it fills."""
        found = []
        for element in self.all("text"):
            at = float(element.get("x")), float(element.get("y"))
            box = text_box(
                at,
                element.text,
                float(element.get("font-size")),
                element.get("text-anchor", "start"),
                bold=element.get("font-weight") == "600",
                upright="rotate(-90" in element.get("transform", ""),
            )
            found.append((element.text, box))
        return found

    def words(self) -> list[str]:
        return [text for text, _ in self.texts()]

    @property
    def desc(self) -> str:
        return self.root.findtext(SVG + "desc") or ""

    def check(self) -> None:
        """Assert all that holds for any chart."""
        for element in self.root.iter():
            assert element.tag.removeprefix(SVG) in ALLOWED, element.tag
            assert "style" not in element.attrib
            assert not any(name.startswith("on") for name in element.attrib)
        assert self.root.findtext(SVG + "title") is not None
        self._check_ids()
        texts = self.texts()
        for (one, a), (other, b) in combinations(texts, 2):
            inner = Box(a.left + 0.02, a.top + 0.02, a.right - 0.02, a.bottom - 0.02)
            assert not inner.touches(b), (one, other, a, b)
        for text, box in texts:
            self._inside([(box.left, box.top), (box.right, box.bottom)], text)
        for element in self.all("path"):
            self._inside(points(element.get("d")), element.get("d"))
        for element in self.all("rect"):
            box = rect(element)
            assert box.left <= box.right
            assert box.top <= box.bottom
            self._inside([(box.left, box.top), (box.right, box.bottom)], "rect")

    def check_plates(self) -> None:
        """Assert that a label on a line lies on no other line."""
        ties = [along(tie.get("d")) for tie in self.all("path", data_tie=None)]
        for plate in self.all("rect", data_plate=None):
            box = rect(plate)
            on = [
                n
                for n, tie in enumerate(ties)
                if any(
                    box.left < x < box.right and box.top < y < box.bottom
                    for x, y in tie
                )
            ]
            assert len(on) <= 1, (on, box)

    def check_names(self) -> None:
        """Assert that the name of a bar thinner than it lies on no band.

        A name lies on the bands of its own bar only where the bar is as high as it.
        """
        high = {
            e.get("data-party"): float(e.get("height"))
            for e in self.all("rect", data_party=None)
        }
        bands = [sides(e.get("d")) for e in self.all("path", data_target=None)]
        for plate in self.all("rect", data_named=None):
            box = rect(plate)
            if high[plate.get("data-named")] >= box.bottom - box.top:
                continue
            on = sum(
                max(0.0, min(box.bottom, under) - max(box.top, top))
                for band in bands
                for x, top, under in band
                if box.left < x < box.right
            )
            assert on < 1.0, (plate.get("data-named"), on, box)

    def _check_ids(self) -> None:
        ids = [e.get("id") for e in self.root.iter() if "id" in e.attrib]
        assert len(set(ids)) == len(ids)
        prefix = self.root.get("aria-labelledby").removesuffix("-title")
        assert all(name.startswith(prefix + "-") for name in ids)
        fills = {e.get("fill", "") for e in self.root.iter()}
        for fill in fills:
            assert not fill.startswith("url") or fill[5:-1] in ids

    def _inside(self, places, what: str) -> None:
        for x, y in places:
            assert -SLACK <= x <= self.sheet.right + SLACK, (what, x)
            assert -SLACK <= y <= self.sheet.bottom + SLACK, (what, y)


def points(d: str) -> list[tuple[float, float]]:
    """Return the points of a path, its bends' control points among them."""
    assert re.fullmatch(r"[MLCZ0-9eE,. \-]*", d), d
    numbers = [float(n) for n in re.findall(r"-?[0-9.]+", d)]
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def rect(element: ET.Element) -> Box:
    x, y, width, height = (float(element.get(k)) for k in ("x", "y", "width", "height"))
    return Box(x, y, x + width, y + height)


def sampled(d: str) -> list[tuple[float, float]]:
    """Return points along a path that is one cubic curve."""
    (a, b, c, e) = points(d)
    found = []
    for step in range(201):
        t = step / 200
        weights = ((1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t * t, t**3)
        pairs = list(zip(weights, (a, b, c, e), strict=True))
        found.append((sum(w * p[0] for w, p in pairs), sum(w * p[1] for w, p in pairs)))
    return found


def sides(d: str) -> list[tuple[float, float, float]]:
    """Return places along a band: x, its top and its bottom there."""
    there, back = d.split("L")
    top, under = along(there), along(back.removesuffix("Z"))[::-1]
    return [(a[0], a[1], b[1]) for a, b in zip(top, under, strict=True)]


def along(d: str) -> list[tuple[float, float]]:
    """Return points along a path of cubic curves, one joined to the next."""
    marks = points(d if d.startswith("M") else f"M{d}")
    found = []
    for n in range(0, len(marks) - 1, 3):
        (ax, ay), (bx, by), (cx, cy), (ex, ey) = marks[n : n + 4]
        ends = f"M{ax},{ay}C{bx},{by} {cx},{cy} {ex},{ey}"
        found += sampled(ends)
    return found
