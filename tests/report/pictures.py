"""The pictures that charts and tables are compared with, and how they are made.

    PYTHONPATH=tests python -m report.pictures

makes them anew: look at each that git then names before it is committed.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import pikepdf
import pypdfium2
from charts import gallery
from report.conftest import CASE

import solvency
from solvency.figures.fonts import font_path
from solvency.report import build
from solvency.report import pages
from solvency.report import pdf
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PIL import Image

FOLDER = Path(__file__).with_name("pictures")
#: Share of the pixels that may differ: fonts are set a little apart by other versions.
APART = 0.001
#: Steps of grey, of 255, that nobody sees.
_UNSEEN = 64
_FACE = "".join(
    f'@font-face{{font-family:"Report Sans";src:url("{{font}}");font-weight:{weight}}}'
    for weight in (400, 600)
)
_PAGE = "@page{size:190mm 150mm;margin:4mm}div{break-after:page}"
#: What is darker is ink.
_PAPER = 250
#: The margins of a page, left out: the version and the fingerprint stand there.
_MARGIN = 74


def drawn() -> Iterator[tuple[str, Image.Image]]:
    """Yield each chart of the gallery and the tables of a small case, by name."""
    charts = gallery.drawings(gallery.EN)
    yield from zip(charts, _pictures(_document(list(charts.values()))), strict=True)
    whole = list(_pictures(_tables()))
    for n, page in enumerate(whole[2:], start=1):
        yield f"tables-{n}", page.crop((0, _MARGIN, page.width, page.height - _MARGIN))


def _document(charts: list[str]) -> bytes:
    """Return a page for each chart, in the fonts of the package alone."""
    face = _FACE.replace("{font}", font_path("plex-sans.ttf").as_uri())
    body = "".join(f"<div>{svg}</div>" for svg in charts)
    html = f"<style>{face}{_PAGE}</style>{body}"
    return bytes(pdf._weasyprint().HTML(string=html).write_pdf())


def _tables() -> bytes:
    """Return the balance sheets and claims of the small case."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "main.beancount")
        path.write_text(CASE, encoding="utf-8")
        case = solvency.load(path, scenario="burned")
        report = build(case, case.book(), sections=["balances", "claims"])
        with wide():
            made = pdf.render(
                pages.plain(pages.tree(report)), report.dated, tagged=False
            )
    return made.content


def fonts_of(content: bytes) -> set[str]:
    """Return the names of the fonts in a document."""
    with pikepdf.open(io.BytesIO(content)) as document:
        return {
            str(font.BaseFont).split("+")[-1]
            for page in document.pages
            for font in page.Resources.get("/Font", {}).values()
        }


def _pictures(content: bytes) -> Iterator[Image.Image]:
    unknown = {one for one in fonts_of(content) if not one.startswith("Report-Sans")}
    if unknown:
        raise AssertionError(f"fonts of this machine: {unknown}")
    document = pypdfium2.PdfDocument(content)
    for page in document:
        grey = page.render(scale=1).to_pil().convert("L")
        # Sixteen greys: a picture is a few thousand bytes.
        yield grey.quantize(16)
        page.close()
    document.close()


def apart(one: Image.Image, other: Image.Image) -> float:
    """Return the share of pixels in which two pictures can be seen to differ.

    Of the part that has ink: a chart does not differ less for the paper below it.
    """
    if one.size != other.size:
        return 1.0
    left, right = (np.asarray(x.convert("L"), dtype=np.int16) for x in (one, other))
    down, across = np.nonzero(np.minimum(left, right) < _PAPER)
    if not len(down):
        return 0.0
    area = (np.ptp(down) + 1) * (np.ptp(across) + 1)
    return float((np.abs(left - right) > _UNSEEN).sum() / area)


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, picture in drawn():
        picture.save(FOLDER / f"{name}.png", optimize=True)
        sys.stdout.write(f"{name}\n")
