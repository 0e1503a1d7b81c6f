"""Well-formed HTML to PDF bytes: archival, tagged, the same every time.

WeasyPrint 70 does the layout. Round it stand a fetcher that serves nothing but
the package's fonts, a check that it had nothing to complain of, and a finisher
for the faults of its tags and attachments.
"""

from __future__ import annotations

import contextlib
import io
import os
import threading
import unicodedata
import warnings
from dataclasses import dataclass
from functools import cache
from multiprocessing import util
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.figures.errors import ReportError
from solvency.figures.fonts import font_path
from solvency.figures.fonts import is_font
from solvency.ledger.load import collector_paused
from solvency.report.carried_notes import notes_carried
from solvency.report.tagging import each_made_once
from solvency.report.tagging import finish
from solvency.report.weasyprint_log import complaints
from solvency.report.weasyprint_log import missing_glyphs
from solvency.report.weasyprint_log import steps

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterator
    from xml.etree import ElementTree as ET

#: What the stylesheet may ask for, by the one scheme the fetcher knows.
SCHEME = "asset:"
#: WeasyPrint's classes and logs, the clock and the collector are the process's own.
_ONE = threading.Lock()
_EPOCH = "SOURCE_DATE_EPOCH"
_DEBIAN = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"

# WeasyPrint writes one identification; PDF/A wants a second one's schema declared.
_UA = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about=""
 xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289 followed</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""

#: CSS counts 96 pixels to the inch, PDF 72 points.
_POINT = 0.75

#: What an attached file is by its name; all others are text as well. Machines have
#: lists of their own of such kinds, which differ.
_TYPES = {".csv": "text/csv", ".json": "application/json"}


@dataclass(frozen=True, slots=True)
class Attached:
    """A file carried inside the PDF."""

    name: str
    content: bytes
    description: str
    #: How it relates to the report: `Source` (made from it) or `Data`.
    relationship: str = "Data"

    @property
    def shown(self) -> str:
        """Return its name in the PDF: with a slash some readers cannot save it."""
        return self.name.replace("/", "-")

    @property
    def told(self) -> str:
        """Return what tells its name from others on every system.

        Some take names for one that differ by case alone, or by how an accent is
        written.
        """
        return unicodedata.normalize("NFKC", self.shown).casefold()


@dataclass(frozen=True, slots=True)
class Pdf:
    """A finished document."""

    content: bytes
    pages: int
    #: Where each figure stands, page by page, if that was asked for.
    places: tuple[tuple[Placed, ...], ...] = ()
    #: Characters that no font here has, for which a box is printed.
    boxes: tuple[str, ...] = ()


class Placed(NamedTuple):
    """A figure's text on a page, in points from the page's lower left corner."""

    key: str
    text: str
    left: float
    bottom: float
    right: float
    top: float


def render(
    root: ET.Element,
    dated: datetime.datetime,
    attached: tuple[Attached, ...] = (),
    *,
    tagged: bool = True,
    placed: bool = False,
    progress: Callable[[str], None] | None = None,
) -> Pdf:
    """Lay out a document and return it as PDF/A-3a with PDF/UA-1 identification.

    Args:
        root: A document in HTML's words, styles included.
        dated: The date, in UTC, written on attachments and fonts, so that bytes
            repeat.
        attached: The files to embed.
        tagged: Write the tags and the identification; without, it is a draft that
            takes less time.
        placed: Note where each figure stands.
        progress: Called with a word before each long step, and with each page.

    Returns:
        The PDF and how many pages it has.

    Raises:
        ReportError: If a library or font is missing, the document asks for
            anything outside the package, the disk is full, or WeasyPrint logs any
            complaint.
    """
    weasyprint = _weasyprint()
    variant = "pdf/a-3a" if tagged else None
    with (
        _ONE,
        collector_paused(),
        _clock_at(dated),
        complaints() as complained,
        steps(progress),
        each_made_once(),
        notes_carried(),
        warnings.catch_warnings(),
    ):
        # WeasyPrint leaves its colour profile's file to the collector.
        warnings.simplefilter("ignore", ResourceWarning)
        try:
            document = _document(weasyprint, root).render(
                font_config=_font_configuration(os.getpid()),
                pdf_variant=variant,
            )
            content = document.write_pdf(
                finisher=finish,
                pdf_variant=variant,
                xmp_metadata=[io.BytesIO(_UA)] if tagged else [],
                attachments=[
                    _attachment(weasyprint, one, dated)
                    # A name tree is sorted, or readers do not find a name.
                    for one in sorted(attached, key=lambda one: one.shown)
                ],
            )
        except weasyprint.urls.FatalURLFetchingError as error:
            raise ReportError(str(error)) from None
        except OSError as error:
            # It writes fonts and long streams to temporary files.
            why = error.strerror or str(error)
            raise ReportError(f"the pages could not be laid out: {why}") from None
    boxes, complained = missing_glyphs(complained)
    if complained:
        more = f" (and {len(complained) - 1} more)" if len(complained) > 1 else ""
        raise ReportError(f"the page layout complains: {complained[0]}{more}")
    places = tuple(map(_places, document.pages)) if placed else ()
    return Pdf(content, len(document.pages), places, boxes)


def bring_in() -> None:
    """Import what lays out, which takes half a second, while there is time for it."""
    # Where it cannot be imported, whoever lays out says so.
    with contextlib.suppress(ReportError):
        _weasyprint()


@cache
def _weasyprint() -> Any:
    """Import WeasyPrint, which needs libraries that pip does not install."""
    try:
        with warnings.catch_warnings():
            # Without harfbuzz-subset it works, only slower.
            warnings.simplefilter("ignore", DeprecationWarning)
            import weasyprint  # noqa: PLC0415 (0.9 s, and fails where Pango is missing)
            import weasyprint.text.fonts  # noqa: PLC0415 (as above)
            import weasyprint.urls  # noqa: PLC0415 (as above)
    except OSError as error:
        raise ReportError(
            "WeasyPrint lacks a system library"
            f" ({str(error).splitlines()[0]}); on Debian: apt-get install {_DEBIAN}"
        ) from None
    return weasyprint


@cache
def _font_configuration(process: int) -> Any:
    """Return the one font configuration of a process, by its number.

    It keeps fonts in a folder that goes with it. A fork that ends has a copy of the
    configuration, and would take the folder away from those who still print.
    """
    theirs = _weasyprint().text.fonts.FontConfiguration

    class Configuration(theirs):  # type: ignore[misc, valid-type]  # it has no types
        """A configuration whose folder goes with the process that made it."""

        def __del__(self) -> None:
            if os.getpid() == process:
                super().__del__()

    made = Configuration()
    # A process that was split off ends without taking anything apart.
    util.Finalize(None, made.__del__, exitpriority=0)
    return made


@cache
def _fetcher() -> Any:
    """Return the fetcher that serves the package's fonts and refuses the rest."""
    urls = _weasyprint().urls

    class Fetcher(urls.URLFetcher):  # type: ignore[misc, name-defined]
        """Serves `asset:` names; any other address stops the report."""

        def fetch(self, url: str, headers: Any = None) -> Any:  # noqa: ARG002
            name = url.removeprefix(SCHEME)
            if name == url or not is_font(name):
                # Any other exception would only be logged by WeasyPrint.
                raise urls.FatalURLFetchingError(
                    f"the report asks for {url[:200]!r}, which is not the package's"
                )
            try:
                content = font_path(name).read_bytes()
            except (ReportError, OSError) as error:
                raise urls.FatalURLFetchingError(str(error)) from None
            return urls.URLFetcherResponse(url, content, {"Content-Type": "font/ttf"})

    return Fetcher()


def _document(weasyprint: Any, root: ET.Element) -> Any:
    """Wrap a parsed tree as WeasyPrint's HTML, without its slower parser."""
    import cssselect2  # type: ignore[import-untyped]  # noqa: PLC0415 (comes with WeasyPrint)

    class Parsed(weasyprint.HTML):  # type: ignore[misc]
        """HTML whose tree is given."""

        def __init__(self) -> None:
            self.base_url = None
            self.url_fetcher = _fetcher()
            self.media_type = "print"
            self.wrapper_element = cssselect2.ElementWrapper.from_html_root(
                root, content_language=None
            )
            self.etree_element = self.wrapper_element.etree_element

    return Parsed()


def _attachment(weasyprint: Any, one: Attached, dated: datetime.datetime) -> Any:
    made = weasyprint.Attachment(
        string=one.content,
        name=one.shown,
        description=one.description,
        relationship=one.relationship,
        created=dated,
        modified=dated,
        url_fetcher=_fetcher(),
    )
    kind = _TYPES.get(PurePosixPath(one.name).suffix.lower(), "text/plain")
    made.source = contextlib.nullcontext((io.BytesIO(one.content), None, None, kind))
    return made


@contextlib.contextmanager
def _clock_at(dated: datetime.datetime) -> Iterator[None]:
    """Tell fontTools the date: else it writes the present one into each font."""
    before = os.environ.get(_EPOCH)
    os.environ[_EPOCH] = str(int(dated.timestamp()))
    try:
        yield
    finally:
        if before is None:
            del os.environ[_EPOCH]
        else:
            os.environ[_EPOCH] = before


def _places(page: Any) -> tuple[Placed, ...]:
    """Return where on a page the text of each figure stands."""
    found: list[Placed] = []

    def walk(box: Any, key: str) -> None:
        element = getattr(box, "element", None)
        if element is not None:
            key = element.get("data-key", key)
        if key and type(box).__name__ == "TextBox" and box.text.strip():
            found.append(
                Placed(
                    key,
                    box.text.strip(),
                    box.position_x * _POINT,
                    (page.height - box.position_y - box.height) * _POINT,
                    (box.position_x + box.width) * _POINT,
                    (page.height - box.position_y) * _POINT,
                )
            )
        for child in getattr(box, "children", ()):
            walk(child, key)

    walk(page._page_box, "")  # noqa: SLF001 (WeasyPrint shows boxes nowhere else)
    return tuple(found)
