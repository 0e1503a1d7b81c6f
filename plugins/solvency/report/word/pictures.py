"""Drawings of a report as pictures, for Word draws with fonts of its own."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from solvency.report import pdf

if TYPE_CHECKING:
    import datetime

SVG = "{http://www.w3.org/2000/svg}"
#: Dots to the inch of a picture as it is printed.
_FINE = 240
#: CSS counts 96 pixels to the inch, PDF 72 points, Word 914,400 units.
_PIXELS, _POINTS, _UNITS = 96, 72, 914_400
#: What of the styles of a page letters in drawings need.
_LETTERS = re.compile(r"@font-face \{[^}]*\}|\bhtml \{[^}]*\}")
_BOXES = " ".join(
    f"@{one} {{ content: none; }}"
    for one in ("top-left", "top-center", "top-right", "bottom-left", "bottom-right")
)
#: The most letters that Word takes of what stands for a picture.
_LONGEST = 8_000
#: Units in a twentieth of a point.
_TWENTIETH = 635
_DRAWN = "http://schemas.openxmlformats.org/drawingml/2006/picture"


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawing as dots.

    Attributes:
        png: The dots.
        width: In Word's units, 914,400 to the inch.
        height: The same.
        title: What it shows.
        told: What it shows, in words, for who cannot see it.
    """

    png: bytes
    width: int
    height: int
    title: str
    told: str

    def inline(self, embedded: str, number: int, most: int) -> ET.Element:
        """Return the picture as it stands in a line.

        Args:
            embedded: The number of its dots in the document.
            number: Its place among the pictures of the document, from 1.
            most: How wide it may be, in twentieths of a point.
        """
        share = min(1.0, most * _TWENTIETH / self.width)
        size = {
            "cx": str(round(self.width * share)),
            "cy": str(round(self.height * share)),
        }
        name = {"id": str(number), "name": f"Drawing {number}"}
        about = {**name, "title": self.title, "descr": self.told}
        blip = _x("a:blip", {"r:embed": embedded})
        shown = _x(
            "pic:pic",
            {},
            _x("pic:nvPicPr", {}, _x("pic:cNvPr", name), _x("pic:cNvPicPr", {})),
            _x("pic:blipFill", {}, blip, _x("a:stretch", {}, _x("a:fillRect", {}))),
            _x(
                "pic:spPr",
                {},
                _x("a:xfrm", {}, _x("a:off", {"x": "0", "y": "0"}), _x("a:ext", size)),
                _x("a:prstGeom", {"prst": "rect"}, _x("a:avLst", {})),
            ),
        )
        lock = _x("a:graphicFrameLocks", {"noChangeAspect": "1"})
        frame = _x("a:graphic", {}, _x("a:graphicData", {"uri": _DRAWN}, shown))
        none = dict.fromkeys(("distT", "distB", "distL", "distR"), "0")
        return _x(
            "w:drawing",
            {},
            _x(
                "wp:inline",
                none,
                _x("wp:extent", size),
                _x("wp:docPr", about),
                _x("wp:cNvGraphicFramePr", {}, lock),
                frame,
            ),
        )


def _x(tag: str, attributes: dict[str, str], *inside: ET.Element) -> ET.Element:
    """Return an element of any of the vocabularies of drawings."""
    made = ET.Element(tag, attributes)
    made.extend(inside)
    return made


def pictures(
    root: ET.Element, dated: datetime.datetime
) -> tuple[list[Picture], tuple[str, ...]]:
    """Return the drawings of a report, and the characters no font here has.

    Args:
        root: The report as a parsed document.
        dated: The date of the report.

    Raises:
        ReportError: If a library or a font is missing, or the layout complains.
    """
    drawings = list(root.iter(f"{SVG}svg"))
    if not drawings:
        return [], ()
    made = pdf.render(_sheets(root, drawings), dated, tagged=False)
    return [
        Picture(
            png,
            round(_size(one, "width") * _UNITS / _PIXELS),
            round(_size(one, "height") * _UNITS / _PIXELS),
            _said(one, "title"),
            _said(one, "desc") or _said(one, "title"),
        )
        for one, png in zip(drawings, _dots(made.content), strict=True)
    ], made.boxes


def _size(drawing: ET.Element, name: str) -> float:
    return float(drawing.get(name, "0").removesuffix("px"))


def _said(drawing: ET.Element, name: str) -> str:
    text = "".join(drawing.findtext(f"{SVG}{name}", ""))
    return " ".join(text.split())[:_LONGEST]


def _sheets(root: ET.Element, drawings: list[ET.Element]) -> ET.Element:
    """Return a document with a drawing on each page, the page as large as it is."""
    letters = "\n".join(_LETTERS.findall(root.findtext("head/style", "")))
    sizes = "\n".join(
        f"@page sheet{n} {{ size: {_size(one, 'width')}px {_size(one, 'height')}px;"
        f" margin: 0; {_BOXES} }} .sheet{n} {{ page: sheet{n}; }}"
        for n, one in enumerate(drawings)
    )
    sheets = ET.Element("html", {"lang": root.get("lang", "en")})
    head = ET.SubElement(sheets, "head")
    ET.SubElement(head, "title").text = "-"
    plain = "body { margin: 0; } svg { display: block; }"
    ET.SubElement(head, "style").text = f"{letters}\n{sizes}\n{plain}"
    body = ET.SubElement(sheets, "body")
    for n, one in enumerate(drawings):
        ET.SubElement(body, "div", {"class": f"sheet{n}"}).append(one)
    return sheets


def _dots(content: bytes) -> list[bytes]:
    """Return the pages of a PDF as pictures."""
    import pypdfium2  # noqa: PLC0415 (for drawings alone)

    found = []
    document = pypdfium2.PdfDocument(content)
    try:
        for page in document:
            out = io.BytesIO()
            image = page.render(scale=_FINE / _POINTS).to_pil()
            image.save(out, "PNG", dpi=(_FINE, _FINE), compress_level=9)
            page.close()
            found.append(out.getvalue())
    finally:
        document.close()
    return found
