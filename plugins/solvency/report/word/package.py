"""A report as the file of a Word document: its parts, and their package."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.drawings import Drawing
from solvency.figures.errors import ReportError
from solvency.report import pages
from solvency.report.pdf import Pdf
from solvency.report.word import page_setup
from solvency.report.word.annotations import Bookmarks
from solvency.report.word.annotations import Desk
from solvency.report.word.annotations import Feet
from solvency.report.word.annotations import Margin
from solvency.report.word.contents import contents
from solvency.report.word.page_setup import Paper
from solvency.report.word.pictures import pictures
from solvency.report.word.story import Story
from solvency.report.word.wordml import w
from solvency.report.word.wordml import written

if TYPE_CHECKING:
    from collections.abc import Callable
    from xml.etree import ElementTree as ET

    from solvency.figures.table import Table
    from solvency.report.document import Report
    from solvency.report.word.pictures import Picture

_EXTRA = "a Word document needs python-docx: pip install 'solvency[docx]'"
_STYLES = "word.xml"
#: The longest a property of a document may be, by python-docx.
_LONGEST = 255
#: What the package says of when its parts were made; the document has its own date.
_PACKED = (1980, 1, 1, 0, 0, 0)
_TYPES = "[Content_Types].xml"
#: What languages are called in Word.
_TAGS = {"en": "en-GB", "zh": "zh-CN"}
#: What of python-docx's template is kept: the document, its properties, the theme.
_KEPT = ("/officeDocument", "/core-properties", "/theme")


def check() -> None:
    """Check that a document can be written, before anything long is done.

    Raises:
        ReportError: The package that writes it is missing.
    """
    try:
        import docx  # noqa: F401, PLC0415 (an extra)
    except ImportError:
        raise ReportError(_EXTRA) from None


def content(report: Report, progress: Callable[[str], None] | None = None) -> Pdf:
    """Return a report as a Word document.

    Args:
        report: The report.
        progress: Called with a word before each long step.

    Returns:
        The file, which has no pages until Word lays it out.

    Raises:
        ReportError: If a template is broken, a font or package is missing, or the
            drawings cannot be made.
    """
    check()
    tell = progress or str
    root = pages.plain(pages.tree(report))
    tell("drawings")
    drawn, boxes = pictures(root, report.dated)
    tell("document")
    return Pdf(_Document(report, root).written(drawn), 0, boxes=boxes)


class _Document:
    """A document in the package of python-docx, part by part."""

    def __init__(self, report: Report, root: ET.Element) -> None:
        """Begin with an empty document."""
        import docx  # noqa: PLC0415 (an extra)

        self._report, self._root = report, root
        self._document = docx.Document()
        self._part: Any = self._document.part
        for rels in (self._part.package.rels, self._part.rels):
            for number, one in list(rels.items()):
                if not one.reltype.endswith(_KEPT):
                    del rels[number]

    def written(self, drawn: list[Picture]) -> bytes:
        """Return the document with all its parts, the same bytes each time.

        Args:
            drawn: The drawings, in the order of the pages.
        """
        notes: dict[str, str] = {}
        desk = Desk(
            Margin(self._report.figures(), self._report.dated),
            Feet(),
            Bookmarks(self._root),
            relate=self._linked,
            relate_foot=lambda to: notes.setdefault(to, f"rId{len(notes) + 1}"),
            embed=lambda png: str(self._part.get_or_add_image(io.BytesIO(png))[0]),
            dotted=self._report.locale.lang == "zh",
        )
        sheets = self._sheets()
        more = self._report.locale.text(
            "and {count} more, which figures.json of the PDF has"
        )
        story = Story(desk, sheets, drawn, _figures_drawn(self._report), more)
        story.write(self._root)
        self._add_contents(story)
        self._fill([*story.body, story.sheet.properties()])
        self._add("styles", self._styles())
        self._add("numbering", written(story.lists.numbering()))
        self._add("settings", written(_settings(_tag(self._report))))
        if len(desk.margin.root):
            self._add("comments", written(desk.margin.root))
        feet = self._add("footnotes", written(desk.feet.root))
        for to, number in notes.items():
            feet.load_rel(_hyperlink(), to, number, is_external=True)
        self._describe()
        out = io.BytesIO()
        self._document.save(out)
        return _repacked(out.getvalue())

    def _linked(self, to: str) -> str:
        return str(self._part.relate_to(to, _hyperlink(), is_external=True))

    def _add(self, name: str, blob: bytes) -> Any:
        """Add a part to the document and return it.

        Args:
            name: The name of its file; without digits, its kind.
            blob: What it holds.
        """
        from docx.opc.constants import CONTENT_TYPE  # noqa: PLC0415 (an extra)
        from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 (as above)
        from docx.opc.packuri import PackURI  # noqa: PLC0415 (as above)
        from docx.opc.part import Part  # noqa: PLC0415 (as above)

        kind = name.rstrip("0123456789").upper()
        uri, of = PackURI(f"/word/{name}.xml"), getattr(CONTENT_TYPE, f"WML_{kind}")
        part = Part(uri, of, blob, self._part.package)
        self._part.relate_to(part, getattr(RELATIONSHIP_TYPE, kind))
        return part

    def _sheets(self) -> tuple[Paper, Paper]:
        """Return the upright and the turned sheet, their heads and feet added."""
        report, found = self._report, []
        marked = next((one for one in self._root.iter() if one.get("data-foot")), None)
        title = self._title()
        said = "" if marked is None else marked.get("data-foot", "")
        kind = report.locale.text(report.kind.title)
        for n, turned in enumerate((False, True), start=1):
            bare = Paper(turned)
            head = self._add(f"header{n}", written(page_setup.head(bare, title, kind)))
            foot = self._add(f"footer{n}", written(page_setup.foot(bare, said)))
            numbers = (self._number(head), self._number(foot))
            found.append(Paper(turned, *numbers))
        return found[0], found[1]

    def _number(self, part: Any) -> str:
        """Return the number by which the document knows a part."""
        return next(
            str(number)
            for number, one in self._part.rels.items()
            if not one.is_external and one.target_part is part
        )

    def _title(self) -> str:
        title: str = self._root.findtext("head/title", "")
        return " ".join(title.split())

    def _add_contents(self, story: Story) -> None:
        """Put the contents in their place, if the kind has any."""
        if story.contents is not None:
            at, title = story.contents
            exhibits = self._report.locale.text("Exhibits")
            story.body[at:at] = contents(
                title, story.headings, exhibits, story.captions
            )

    def _fill(self, inside: list[ET.Element]) -> None:
        """Put the text into the document."""
        from docx.oxml.parser import parse_xml  # noqa: PLC0415 (an extra)

        body = self._document.element.body
        for one in list(body):
            body.remove(one)
        for one in list(parse_xml(written(w("body", *inside)))):
            body.append(one)

    def _styles(self) -> bytes:
        """Return the styles of the kind, in the language of the report."""
        text = pages.stylesheet(self._report, _STYLES)
        tag = _tag(self._report)
        if tag.startswith("zh"):
            text = text.replace('w:lang w:val="en-GB"', f'w:lang w:val="{tag}"')
        return text.encode()

    def _describe(self) -> None:
        """Write the properties of the document."""
        report, said = self._report, self._document.core_properties
        dated = report.dated.replace(tzinfo=None, microsecond=0)
        said.title = self._title()[:_LONGEST]
        said.subject = report.locale.text(report.kind.description)[:_LONGEST]
        said.author = said.last_modified_by = f"solvency {report.version}"
        said.keywords = f"fingerprint {report.case.fingerprint}"
        said.comments = f"solvency {report.version}, {report.case.fingerprint}"
        said.category = report.locale.text(report.kind.title)[:_LONGEST]
        said.language = _tag(report)
        said.created = said.modified = dated
        said.revision = 1


def _hyperlink() -> str:
    from docx.opc.constants import RELATIONSHIP_TYPE  # noqa: PLC0415 (an extra)

    return str(RELATIONSHIP_TYPE.HYPERLINK)


def _tag(report: Report) -> str:
    return _TAGS.get(report.locale.lang, report.locale.lang)


def _figures_drawn(report: Report) -> dict[str, tuple[str, ...]]:
    """Return the names of the figures that each drawing shows, by its place."""
    return {
        one.anchor or one.key: tuple(
            dict.fromkeys(map(pages.printable, _keys(one.plotted)))
        )
        for one in report.tables
        if isinstance(one, Drawing)
    }


def _keys(table: Table) -> list[str]:
    return [figure.key for figure in table.figures()]


def _settings(tag: str) -> ET.Element:
    """Return the settings: fields are worked out on opening, notes have their lines."""
    uri = "http://schemas.microsoft.com/office/word"
    return w(
        "settings",
        w("zoom", percent=100),
        w("defaultTabStop", val=567),
        w("characterSpacingControl", val="doNotCompress"),
        w("updateFields", val="true"),
        w("footnotePr", w("footnote", id=-1), w("footnote", id=0)),
        w("compat", w("compatSetting", name="compatibilityMode", uri=uri, val=15)),
        w("themeFontLang", val=tag, eastAsia="zh-CN"),
        w("decimalSymbol", val="."),
        w("listSeparator", val=","),
    )


def _repacked(blob: bytes) -> bytes:
    """Return a package with its parts in order and without the time of packing."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(blob)) as before:
        names = sorted(before.namelist(), key=lambda name: (name != _TYPES, name))
        with zipfile.ZipFile(out, "w") as after:
            for name in names:
                one = zipfile.ZipInfo(name, _PACKED)
                one.compress_type = zipfile.ZIP_DEFLATED
                one.create_system = 3
                after.writestr(one, before.read(name), compresslevel=9)
    return out.getvalue()
