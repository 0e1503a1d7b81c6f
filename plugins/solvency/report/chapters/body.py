"""A chapter as it is laid out: text with things in it, exhibits, sections."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.section import Section
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.table import Table


@dataclass(frozen=True, slots=True)
class CitedSources:
    """A note at the foot of the page that names some sources."""

    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """Words that are quoted, whose numbers are not the case's."""

    text: str


@dataclass(frozen=True, slots=True)
class Linked:
    """A link to an exhibit that a chapter places, by its number."""

    key: str


@dataclass(frozen=True, slots=True)
class Caption:
    """What numbers the table in Markdown that follows, as an exhibit."""

    key: str
    title: str
    unit: str


@dataclass(frozen=True, slots=True)
class Text:
    """HTML made from Markdown, with a token where each of its things stands."""

    html: str
    things: tuple[Piece | Figure | CitedSources | QuotedWords | Linked, ...] = ()


@dataclass(frozen=True, slots=True)
class Body:
    """What a chapter prints, in order."""

    blocks: tuple[Text | Table | Drawing | Section, ...]
