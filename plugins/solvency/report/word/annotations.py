"""What a document keeps beside its text: comments, notes, bookmarks, links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote
from urllib.parse import urlsplit

from solvency.figures.figure import SHARE
from solvency.report.pages import printable
from solvency.report.word.wordml import Ink
from solvency.report.word.wordml import paragraph
from solvency.report.word.wordml import run
from solvency.report.word.wordml import w
from solvency.report.word.wordml import words
from solvency.wide import written as exact

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence
    from xml.etree import ElementTree as ET

    from solvency.figures.figure import Figure

#: Who wrote the comments.
_AUTHOR, _INITIALS = "solvency", "S"
#: The most figures of a drawing that its comment names.
_MOST = 40
_SCHEMES = {"http", "https", "mailto"}
#: A host that any reader takes, with its port: letters of one alphabet, or numbers.
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]+)?")
#: What an address may have as it is; anything else is written as its code.
_PLAIN = "%/:?#[]@!$&'()*+,;=~"


class Margin:
    """The comments of a document: what the figures beside them are called."""

    def __init__(self, figures: Iterable[Figure], dated: datetime.datetime) -> None:
        """Keep comments on some figures.

        Args:
            figures: Every figure that the document shows.
            dated: When they are written, in UTC.
        """
        self._figures = {printable(one.key): one for one in figures}
        self._dated = dated.strftime("%Y-%m-%dT%H:%M:%SZ")
        self._taken: set[ET.Element] = set()
        self._starts: dict[ET.Element, int] = {}
        self._ends: dict[ET.Element, int] = {}
        self.root = w("comments")

    def bounds(self, element: ET.Element) -> tuple[int | None, int | None]:
        """Return the comments that begin before an element and end behind it.

        Args:
            element: What shows a figure. Unless it shares a comment with others, one
                is written for it.
        """
        if element not in self._taken:
            self.over([element])
        return self._starts.get(element), self._ends.get(element)

    def over(self, elements: Sequence[ET.Element]) -> None:
        """Write one comment for all that shows figures in a row of a table.

        Args:
            elements: What shows them, in order. Others are left alone.
        """
        shown = [
            (one, self._figures[key])
            for one in elements
            if (key := one.get("data-key", "")) in self._figures
        ]
        self._taken.update(elements)
        if not shown:
            return
        if len({figure.key for _, figure in shown}) == 1:
            lines = _said(shown[0][1])
        else:
            lines = list(dict.fromkeys(_listed(one, figure) for one, figure in shown))
        number = self._write(lines)
        self._starts[shown[0][0]] = self._ends[shown[-1][0]] = number

    def note(self, keys: Sequence[str], more: str) -> int | None:
        """Write a comment on what a drawing shows, and return its number.

        Args:
            keys: The names of its figures.
            more: What says how many are not named, `{count}` being their number.

        Returns:
            None where there was nothing to write.
        """
        found = [self._figures[key] for key in keys if key in self._figures]
        if not found:
            return None
        lines = [f"{_name(one)} {_value(one)}" for one in found[:_MOST]]
        if len(found) > _MOST:
            lines.append(more.format(count=len(found) - _MOST))
        return self._write(lines)

    def _write(self, lines: list[str]) -> int:
        """Write a comment, a paragraph a line, and return its number."""
        number = len(self.root)
        mark = run(w("annotationRef"), ink=Ink(style="CommentReference"))
        self.root.append(
            w(
                "comment",
                paragraph("CommentText", mark, run(words(lines[0]))),
                *(paragraph("CommentText", run(words(line))) for line in lines[1:]),
                id=number,
                author=_AUTHOR,
                date=self._dated,
                initials=_INITIALS,
            )
        )
        return number


def _name(figure: Figure) -> str:
    return printable(figure.key)


def _value(figure: Figure) -> str:
    """Return the exact value of a figure, with its unit."""
    if figure.value is None:
        return "= \N{EN DASH}"
    value = format(exact(figure.value), "f")
    unit = "" if figure.unit == SHARE else f" {printable(figure.unit)}"
    return f"= {value}{unit}".rstrip()


def _listed(element: ET.Element, figure: Figure) -> str:
    """Return a figure among others of a row: how it is printed, its name, its value."""
    printed = " ".join("".join(element.itertext()).split())
    return f"{printed}: {_name(figure)} {_value(figure)}"


def _said(figure: Figure) -> list[str]:
    """Return the name of a figure, its value, and how it comes about."""
    found = [_name(figure), _value(figure)]
    return [*found, printable(figure.formula)] if figure.formula else found


class Feet:
    """The notes at the foot of pages."""

    def __init__(self) -> None:
        """Begin with the lines that part notes from the text."""
        self.root = w(
            "footnotes",
            *(
                w(
                    "footnote",
                    w("p", run(w(name))),
                    type=name,
                    id=number,
                )
                for number, name in ((-1, "separator"), (0, "continuationSeparator"))
            ),
        )

    def note(self, inside: Iterable[ET.Element]) -> int:
        """Write a note and return its number."""
        number = len(self.root) - 1
        mark = run(w("footnoteRef"), ink=Ink(style="FootnoteReference"))
        said = paragraph("FootnoteText", mark, run(words(" ")), *inside)
        self.root.append(w("footnote", said, id=number))
        return number


class Bookmarks:
    """The bookmarks that links of a document lead to."""

    def __init__(self, root: ET.Element) -> None:
        """Find what is linked to.

        Args:
            root: The report as a parsed document.
        """
        links = {one.get("href", "") for one in root.iter("a")}
        self._wanted = {href[1:] for href in links if href.startswith("#")}
        self._names: dict[str, str] = {}
        #: What an exhibit is called, by the id of its place.
        self.labels: dict[str, str] = {}
        for one in root.iter("div"):
            label = one.find("p[@class='exhibit-title']/span[@class='n']")
            if label is not None and one.get("id"):
                said = " ".join("".join(label.itertext()).split())
                self.labels[one.get("id", "")] = said.rstrip(".")
        self._waiting: list[str] = []
        self._used = 0

    def name(self, place: str) -> str:
        """Return the bookmark of a place, which Word hides and cuts at 40 letters."""
        return self._names.setdefault(place, f"_Ref{len(self._names) + 1:06}")

    def reach(self, element: ET.Element) -> None:
        """Have the next paragraph begin with the bookmark of an element."""
        place = element.get("id", "")
        if place in self._wanted:
            self._waiting.append(self.name(place))

    def reached(self) -> list[str]:
        """Return the bookmarks the next paragraph has, each once."""
        found, self._waiting = self._waiting, []
        return found

    def marked(self, names: Iterable[str], *inside: ET.Element) -> list[ET.Element]:
        """Return what stands inside, with bookmarks round it."""
        found = list(inside)
        for name in names:
            self._used += 1
            found.insert(0, w("bookmarkStart", id=self._used, name=name))
            found.append(w("bookmarkEnd", id=self._used))
        return found


def address(href: str) -> str:
    """Return an address that Word may be given, empty if it may not.

    Args:
        href: What a page links to.
    """
    try:
        parts = urlsplit(href)
        parts.port  # noqa: B018 (raises where it is no number)
    except ValueError:
        return ""
    if parts.scheme.lower() not in _SCHEMES:
        return ""
    if not (parts.hostname or (parts.scheme.lower() == "mailto" and parts.path)):
        return ""
    # Readers of such files refuse the whole for one host that is none.
    if parts.hostname and not _HOST.fullmatch(parts.netloc):
        return ""
    return quote(href, safe=_PLAIN)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a document is written with.

    Attributes:
        relate: Gives the number of a link from the text to an address.
        relate_foot: The same from the notes.
        embed: Gives the number of a picture.
        dotted: True where emphasis is dots, not slanted letters.
    """

    margin: Margin
    feet: Feet
    places: Bookmarks
    relate: Callable[[str], str]
    relate_foot: Callable[[str], str]
    embed: Callable[[bytes], str]
    dotted: bool = False
