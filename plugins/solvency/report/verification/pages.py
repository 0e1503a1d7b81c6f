"""Read a PDF as a viewer does: its pages' text and pictures."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from solvency.report.pdf import Placed


class NotOursError(ReportError):
    """A file that is no report of this program."""


@dataclass(frozen=True, slots=True)
class Look:
    """A way to look at a page."""

    name: str
    printing: bool
    annotations: bool


#: Readers differ on annotations, and layers and annotations may be for print alone.
LOOKS = (
    Look("on screen", printing=False, annotations=True),
    Look("in print", printing=True, annotations=True),
    Look("on screen without annotations", printing=False, annotations=False),
    Look("in print without annotations", printing=True, annotations=False),
)


class Printed:
    """An open PDF, read with PDFium, the engine of a widespread browser."""

    def __init__(self, document: Any) -> None:
        """Read an open document of pypdfium2."""
        self._document = document

    def __len__(self) -> int:
        """Return how many pages it has."""
        return len(self._document)

    def size(self, number: int) -> tuple[float, float]:
        """Return the width and height of a page in points."""
        width, height = self._document.get_page_size(number)
        return width, height

    def texts(self) -> Iterator[str]:
        """Yield the text of each page."""
        for number in range(len(self)):
            yield self.text(number)

    def text(self, number: int) -> str:
        """Return the text of a page, one blank or line end between words."""
        with self._text(number) as text:
            found: str = text.get_text_range()
            return found

    def at(self, number: int, place: Placed) -> str:
        """Return what stands on a page where a figure should stand."""
        # Well inside its line and column, or the neighbours' edges count.
        inset = (place.top - place.bottom) / 4
        with self._text(number) as text:
            found = text.get_text_bounded(
                left=place.left + 0.3,
                bottom=place.bottom + inset,
                right=place.right - 0.3,
                top=place.top - inset,
            )
        return " ".join(found.split())

    def picture(self, number: int, look: Look) -> bytes:
        """Return the pixels of a page, a pixel a point."""
        with self._page(number) as page:
            bitmap = page.render(
                scale=1,
                draw_annots=look.annotations,
                may_draw_forms=look.annotations,
                optimize_mode="print" if look.printing else None,
            )
            try:
                return bytes(bitmap.buffer)
            finally:
                bitmap.close()

    @contextlib.contextmanager
    def _page(self, number: int) -> Iterator[Any]:
        page = self._document[number]
        try:
            yield page
        finally:
            page.close()

    @contextlib.contextmanager
    def _text(self, number: int) -> Iterator[Any]:
        with self._page(number) as page:
            text = page.get_textpage()
            try:
                yield text
            finally:
                text.close()


@contextlib.contextmanager
def opened(content: bytes | Path) -> Iterator[Printed]:
    """Open a PDF to read it.

    Args:
        content: The file, or its bytes.

    Raises:
        NotOursError: It is no PDF.
        ReportError: The file cannot be read.
    """
    import pypdfium2  # noqa: PLC0415 (a library to load, for verifying alone)

    if not isinstance(content, bytes):
        try:
            content = content.read_bytes()
        except OSError as error:
            raise ReportError(error.strerror or "it cannot be read") from None
    try:
        document = pypdfium2.PdfDocument(content)
        document.init_forms()
    except pypdfium2.PdfiumError:
        raise NotOursError("it is no PDF, or a broken one") from None
    try:
        yield Printed(document)
    finally:
        document.close()
