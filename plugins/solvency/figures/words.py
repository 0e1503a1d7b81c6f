"""Sentences with figures in them, whole for whoever translates them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from unicodedata import east_asian_width

from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.formats import Locale
    from solvency.figures.table import Cell

_PLACE = re.compile(r"%\((\w+)\)s")


def say(locale: Locale, message: str, **pieces: Piece | Prose) -> Prose:
    """Return a sentence in the report's language, its figures in their places.

    Args:
        locale: The language; the message is looked up in its catalogue.
        message: The sentence, with `%(name)s` where a piece stands.
        pieces: What stands there.

    Raises:
        KeyError: A place names no piece.
    """
    found: list[Piece] = []
    for n, part in enumerate(_PLACE.split(locale.text(message))):
        if n % 2:
            piece = pieces[part]
            found += piece if isinstance(piece, tuple) else (piece,)
        elif part:
            found.append(part)
    return tuple(found)


def joined(items: Iterable[Prose], joint: str = "; ") -> Prose:
    """Return items one after another, a mark between each and the next."""
    found: list[Piece] = []
    for item in items:
        found += [joint, *item] if found else item
    return tuple(found)


def listed(locale: Locale, items: Iterable[Prose | Piece]) -> Prose:
    """Return items in a row, as the language joins them."""
    rows = [item if isinstance(item, tuple) else (item,) for item in items]
    found: list[Piece] = []
    for n, row in enumerate(rows):
        if n:
            last = n == len(rows) - 1
            found.append(locale.text(" and ") if last else locale.text(", "))
        found += row
    return tuple(found)


def across(text: str) -> int:
    """Return how many letters wide a text is, a Chinese character being two."""
    return len(text) + sum(east_asian_width(one) in "WF" for one in text)


def words_of(cell: Cell | str) -> str:
    """Return the words of a cell without its links."""
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, tuple):
        return "".join(map(words_of, cell))
    if isinstance(cell, Ref):
        return cell.label
    if isinstance(cell, Figure):
        return cell.text(formats.Locale())
    if isinstance(cell, Day):
        return cell.date.isoformat()
    if isinstance(cell, Exhibit):
        return cell.key
    return cell.text


def capital(text: str) -> str:
    """Return a text with a capital first letter, the others as they are."""
    return text[:1].upper() + text[1:]
