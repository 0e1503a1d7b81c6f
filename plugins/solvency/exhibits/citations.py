"""Sources: their numbers, their short form at the foot of a page, their links."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from solvency.figures.figure import Ref
from solvency.figures.figure import about
from solvency.figures.figure import anchor

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.figures.formats import Locale
    from solvency.ledger.case import Source


def safe_url(url: str | None) -> str | None:
    """Return an address that may be printed as a link, or None.

    Args:
        url: What a ledger's author wrote.

    Returns:
        The address if it is http or https with a host and no blanks; else None.
    """
    if not url or any(c.isspace() or not c.isprintable() for c in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None


@dataclass(frozen=True, slots=True)
class Note:
    """A source as a report names it: `S-014`."""

    number: str
    source: Source

    @property
    def anchor(self) -> str:
        """Return the id of its row in the list of sources."""
        return anchor("source", self.source.name)

    @property
    def ref(self) -> Ref:
        """Return a link to its row in the list of sources."""
        return about("source", self.source.name, self.number)

    def whole(self, locale: Locale) -> str:
        """Return who published what."""
        who, title = self.source.publisher or "", self.source.title
        if not who:
            return (
                f"\N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK}"
            )
        return locale.text("%(who)s, \u201c%(title)s\u201d", who=who, title=title)

    def at_foot(self, locale: Locale) -> str:
        """Return its grade, who published what, and where a copy was read."""
        said = f"{self.source.grade}, {self.whole(locale)}"
        host = urlsplit(safe_url(self.source.mirror) or "").hostname
        if not host:
            return said
        return locale.text(
            "%(source)s, in the copy at %(host)s", source=said, host=host
        )

    @property
    def brief(self) -> str:
        """Return who published it, or its title where nobody is named."""
        return self.source.publisher or self.source.title


class Notes:
    """The sources of a case in the order they were published, numbered."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        """Number the sources by date of publication, then name."""
        ordered = sorted(sources.values(), key=lambda s: (s.published, s.name))
        digits = max(3, len(str(len(ordered))))
        self._notes = {
            source.name: Note(f"S-{n:0{digits}}", source)
            for n, source in enumerate(ordered, start=1)
        }

    def __getitem__(self, name: str) -> Note:
        """Return the note of a source."""
        return self._notes[name]

    def __contains__(self, name: object) -> bool:
        """Say whether there is such a source."""
        return name in self._notes

    def __len__(self) -> int:
        """Return how many sources there are."""
        return len(self._notes)

    @cached_property
    def all(self) -> tuple[Note, ...]:
        """Return every note in the order of its number."""
        return tuple(self._notes.values())

    def refs(self, names: Iterable[str]) -> tuple[Ref | str, ...]:
        """Return links to some sources, in number order, commas between."""
        pieces: list[Ref | str] = []
        for note in self._of(names):
            pieces += [", ", note.ref] if pieces else [note.ref]
        return tuple(pieces)

    def graded(self, names: Iterable[str]) -> tuple[Ref | str, ...]:
        """Return links to some sources as `refs` does, each with its grade."""
        pieces: list[Ref | str] = []
        for note in self._of(names):
            pieces += [", "] if pieces else []
            pieces += [note.ref, f" {note.source.grade}"]
        return tuple(pieces)

    def _of(self, names: Iterable[str]) -> list[Note]:
        known = (self._notes[name] for name in set(names) if name in self._notes)
        return sorted(known, key=lambda note: note.number)
