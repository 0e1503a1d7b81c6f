"""A report as one HTML file for a browser: its fonts inside, nothing fetched."""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

from solvency.report import pages
from solvency.report.errors import ReportError
from solvency.report.pdf import SCHEME
from solvency.report.pdf import font_path

if TYPE_CHECKING:
    from solvency.report.layout import Report

_ASSET = re.compile(rf'url\("{SCHEME}([\w.\-]+)"\)')
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
    style.text = _ASSET.sub(_embedded, css)
    text = ET.tostring(root, encoding="unicode", method="html")
    return f"<!DOCTYPE html>\n{text}\n".encode()


def _embedded(found: re.Match[str]) -> str:
    content = base64.b64encode(font_path(found[1]).read_bytes()).decode()
    return f'url("data:font/ttf;base64,{content}")'
