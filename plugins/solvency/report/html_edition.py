"""A report as one HTML file for a browser: its fonts inside, nothing fetched."""

from __future__ import annotations

import base64
import io
import re
from functools import cache
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from solvency.figures.errors import ReportError
from solvency.figures.fonts import font_path
from solvency.report import pages
from solvency.report.pdf import SCHEME

if TYPE_CHECKING:
    from solvency.report.document import Report

_ASSET = re.compile(rf'url\("{SCHEME}([\w.\-]+)"\)')
#: Bytes of a font beyond which most of it goes unused on a page.
_LARGE = 2_000_000
_SVG = "{http://www.w3.org/2000/svg}"


def html(report: Report) -> bytes:
    """Return a report as one self-contained document.

    What only paper has (page numbers, running heads) is left out, notes stand
    where they are called, and the style sheet `screen.css` is added.

    Args:
        report: The report.

    Raises:
        ReportError: If a template is broken or a font is missing.
    """
    root = pages.tree(report)
    for element in root.iter():
        # HTML knows drawings by their name alone.
        element.tag = element.tag.removeprefix(_SVG)
    style, head = root.find(".//style"), root.find("head")
    if style is None or head is None:
        raise ReportError("the template report.html has no head with a style")
    head.insert(0, ET.Element("meta", {"charset": "utf-8"}))
    head.insert(
        1,
        ET.Element(
            "meta",
            {"name": "viewport", "content": "width=device-width, initial-scale=1"},
        ),
    )
    css = f"{style.text or ''}\n{pages.stylesheet(report, 'screen.css')}"
    used = "".join(root.itertext())
    style.text = _ASSET.sub(lambda found: _embedded(found[1], used), css)
    text = ET.tostring(root, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n".encode()


@cache
def _embedded(name: str, used: str) -> str:
    """Return a font as CSS embeds it; of a large one only the characters used."""
    path = font_path(name)
    content = path.read_bytes()
    if len(content) > _LARGE:
        from fontTools import subset  # type: ignore[import-untyped]  # noqa: PLC0415 (for such fonts alone)

        out = io.BytesIO()
        options = subset.Options()
        with subset.load_font(str(path), options) as font:
            chosen = subset.Subsetter(options)
            chosen.populate(text=used)
            chosen.subset(font)
            font.save(out)
        content = out.getvalue()
    return f'url("data:font/ttf;base64,{base64.b64encode(content).decode()}")'
