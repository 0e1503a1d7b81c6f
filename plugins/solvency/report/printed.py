"""Read a PDF as a viewer does: its pages' text and pictures, and what is inside."""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from solvency.report.pdf import Placed

#: More than any report carries; less than fills a machine.
_MOST = 512 * 2**20


class NotOursError(ReportError):
    """A file that is no report of this program."""


class Printed:
    """An open PDF, read with PDFium, the engine of a widespread browser."""

    def __init__(self, document: Any) -> None:
        """Read an open document of pypdfium2."""
        self._document = document

    def __len__(self) -> int:
        """Return how many pages it has."""
        return len(self._document)

    def texts(self) -> Iterator[str]:
        """Yield the text of each page, one blank or line end between words."""
        for number in range(len(self)):
            with self._text(number) as text:
                yield text.get_text_range()

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

    def pictures(self) -> Iterator[str]:
        """Yield a hash of what each page looks like, annotations and all."""
        for number in range(len(self)):
            page = self._document[number]
            bitmap = page.render(scale=1)
            yield hashlib.sha256(bytes(bitmap.buffer)).hexdigest()
            bitmap.close()
            page.close()

    def attachments(self) -> dict[str, bytes]:
        """Return the files inside by name; the first of those that share one.

        Raises:
            NotOursError: They are larger than those of any report.
        """
        found: dict[str, bytes] = {}
        left = _MOST
        for number in range(self._document.count_attachments()):
            one = self._document.get_attachment(number)
            content = bytes(one.get_data())
            left -= len(content)
            if left < 0:
                raise NotOursError("what the file carries is too large for a report")
            found.setdefault(one.get_name(), content)
        return found

    @contextlib.contextmanager
    def _text(self, number: int) -> Iterator[Any]:
        page = self._document[number]
        text = page.get_textpage()
        try:
            yield text
        finally:
            text.close()
            page.close()


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
