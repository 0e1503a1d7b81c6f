"""What WeasyPrint's tags lack: one table where pages break it, heads with a scope.

WeasyPrint 70 tags page by page. A table over pages is a table for each of them there,
its head told again, and what stands in margins is tagged outside the tree.
"""

from __future__ import annotations

import contextlib
import re
import zlib
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Bytes of a stream beyond which the last in compression is not sought.
_LARGE = 10_000_000
#: Where one block of metadata ends and the next begins.
_TWO_BLOCKS = re.compile(rb"</rdf:RDF>\s*<rdf:RDF[^>]*>")


@contextlib.contextmanager
def each_made_once() -> Iterator[None]:
    """Keep what WeasyPrint would make again: its list of pages, and objects as bytes.

    It asks for the list with each element it tags, so that tags would take the time of
    pages times elements; and for the bytes of each object, compressed, to write them
    and to tell the file from others.
    """
    import pydyf  # noqa: PLC0415 (comes with WeasyPrint)

    theirs = pydyf.PDF

    class Written(pydyf.Object):  # type: ignore[misc]  # it has no types
        """An object as bytes."""

        data = b""
        compressible = False

        def __init__(self, one: Any) -> None:
            super().__init__()
            self.number, self.generation, self.free = one.number, one.generation, "n"
            self.data, self.compressible = _data(pydyf, one), one.compressible

    class Document(theirs):  # type: ignore[misc, valid-type]  # as above
        """A PDF that makes nothing twice."""

        _listed: tuple[bytes, ...] = ()

        @property
        def page_references(self) -> tuple[bytes, ...]:
            if len(self._listed) != self.pages["Count"]:
                self._listed = super().page_references
            return self._listed

        def write(self, *where: Any) -> None:
            self.objects[:] = [
                one if one.free == "f" else Written(one) for one in self.objects
            ]
            super().write(*where)

    pydyf.PDF = Document
    try:
        yield
    finally:
        pydyf.PDF = theirs


def _data(pydyf: Any, one: Any) -> bytes:
    """Return an object as bytes, a large one compressed as far as pays.

    Pydyf compresses as far as zlib can, which takes ten times as long for files of
    tens of megabytes, and does not make them smaller.
    """
    whole = isinstance(one, pydyf.Stream) and one.compress and len(one.stream) == 1
    content = one.stream[0] if whole else b""
    if not isinstance(content, bytes) or len(content) < _LARGE:
        return bytes(one.data)
    extra = {**one.extra, "Filter": "/FlateDecode"}
    return bytes(pydyf.Stream([zlib.compress(content, level=6)], extra).data)


def finish(document: Any, pdf: Any) -> None:
    """Mend what WeasyPrint gets wrong, before it writes the file.

    It lists each associated file twice, puts added metadata into a second RDF block,
    where readers do not look, gives header cells no scope, and ends a table where a
    page ends.

    Args:
        document: The pages laid out.
        pdf: The objects of the file.
    """
    associated = pdf.catalog.get("AF")
    if associated:
        associated[:] = list(dict.fromkeys(associated))
    for one in pdf.objects:
        if getattr(one, "extra", {}).get("Type") == "/Metadata":
            one.stream = [_TWO_BLOCKS.sub(b"\n", b"".join(one.stream))]
    if "StructTreeRoot" in pdf.catalog:
        Tags(pdf).mend(document.pages)


class Tags:
    """The elements of structure of a file."""

    def __init__(self, pdf: Any) -> None:
        """Take what WeasyPrint tagged."""
        self._pdf = pdf
        self._root = self._at(pdf.catalog["StructTreeRoot"])
        self._pages = [
            self._at(f"{number} 0 R".encode()) for number in pdf.pages["Kids"][::3]
        ]

    def _at(self, reference: bytes) -> Any:
        """Return the object a reference names."""
        return self._pdf.objects[int(reference.split()[0])]

    def _kids(self, element: Any) -> list[Any]:
        """Return the elements below one; links and marks in pages are none."""
        kids = (self._at(kid) for kid in element["K"] if isinstance(kid, bytes))
        return [kid for kid in kids if kid.get("Type") == "/StructElem"]

    def mend(self, pages: Any) -> None:
        """Join tables that pages break, say what heads head, drop what is outside."""
        first: dict[Any, list[tuple[Any, Any]]] = {}
        for page in pages:
            for table in _tables(page._page_box):  # noqa: SLF001 (shown nowhere else)
                if (parts := self._sections(table)) and table.element is not None:
                    before = first.setdefault(table.element, parts)
                    if before is not parts:
                        self._join(before, parts)
        self._drop_outside()

    def _sections(self, table: Any) -> list[tuple[Any, Any]]:
        """Return the head and bodies of a table on one page: box's element, tags."""
        found = []
        for group in table.children:
            marks = (getattr(cell, "mark", None) for cell in _cells(group))
            mark = next((mark for mark in marks if mark is not None), None)
            if mark is not None:
                section = self._at(self._at(mark["P"])["P"])
                found.append((group.element, section))
                self._scope(section)
        return found

    def _scope(self, section: Any) -> None:
        """Say of header cells whether they head a column or a row."""
        scope = "/Column" if section["S"] == "/THead" else "/Row"
        for row in self._kids(section):
            for cell in self._kids(row):
                if cell["S"] == "/TH":
                    cell["A"]["Scope"] = scope

    def _join(
        self, before: list[tuple[Any, Any]], parts: list[tuple[Any, Any]]
    ) -> None:
        """Put what a table has on a page at the end of what it had before."""
        table, part = self._at(before[0][1]["P"]), self._at(parts[0][1]["P"])
        heads = {one: tags for one, tags in before if tags["S"] == "/THead"}
        for element, section in parts:
            if element in heads and self._same_head(heads[element], section):
                continue
            if element is before[-1][0]:
                into = before[-1][1]
                into["K"] += section["K"]
                for row in self._kids(section):
                    row["P"] = into.reference
            else:
                table["K"].append(section.reference)
                section["P"] = table.reference
                before.append((element, section))
        self._unlink(part)

    def _same_head(self, head: Any, again: Any) -> bool:
        """Name the cells of a head told again as those told first, for their columns.

        A cell below refers to the name itself, which it shares with the head.
        """
        cells, others = (
            [cell for row in self._kids(one) for cell in self._kids(row)]
            for one in (head, again)
        )
        if len(cells) != len(others):
            return False
        for cell, other in zip(cells, others, strict=True):
            if "ID" in cell and "ID" in other:
                other["ID"].string = cell["ID"].string
        return True

    def _unlink(self, element: Any) -> None:
        """Take an element out of the tree, and what then has nothing in it."""
        above = self._at(element["P"])
        above["K"].remove(element.reference)
        if not above["K"] and above["S"] != "/Document":
            self._unlink(above)

    def _drop_outside(self) -> None:
        """Make what no element of the tree leads to an artifact of its page."""
        inside: set[int] = set()
        waiting = self._kids(self._root)
        while waiting:
            one = waiting.pop()
            inside.add(one.number)
            waiting += self._kids(one)
        number_of = {page.reference: n for n, page in enumerate(self._pages)}
        dropped: list[set[int]] = [set() for _ in self._pages]
        for one in self._pdf.objects:
            if (
                isinstance(one, dict)
                and one.get("Type") == "/StructElem"
                and one.number not in inside  # type: ignore[attr-defined]
            ):
                dropped[number_of[one["Pg"]]].update(
                    kid for kid in one["K"] if isinstance(kid, int)
                )
                _free(one)
        # The pages come first, each its number and the elements of its marks.
        listed = self._at(self._root["ParentTree"])["Nums"]
        for number, (page, marks) in enumerate(zip(self._pages, dropped, strict=True)):
            for mark in marks:
                listed[2 * number + 1][mark] = "null"
            _mark_artifacts(self._at(page["Contents"]).stream, marks)


def _free(one: Any) -> None:
    """Leave an object out of the file; the numbers of the others stay.

    As a free entry of the cross-references: the number, which pydyf takes for that, is
    nil, and its generation says that it is not used again.
    """
    one.clear()
    one.free, one.number, one.generation = "f", 0, 65_535


def _mark_artifacts(stream: list[Any], marks: set[int]) -> None:
    """Mark contents of a page as artifacts of its being a page."""
    for at, one in enumerate(stream):
        if isinstance(one, dict) and one.get("MCID") in marks:
            stream[at - 1] = "/Artifact"
            del one["MCID"]
            one["Type"] = "/Pagination"


def _tables(box: Any) -> Iterator[Any]:
    """Yield the tables of a page."""
    if type(box).__name__ == "TableBox":
        yield box
    for child in getattr(box, "children", ()):
        yield from _tables(getattr(child, "_box", child))


def _cells(group: Any) -> Iterator[Any]:
    """Yield the cells of a head or body of a table."""
    for row in group.children:
        yield from row.children
