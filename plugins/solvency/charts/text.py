"""How wide text is, by the metrics of the font it is printed in.

A chart that places labels must know their size before anything draws them. The
advance widths are read from the report's own font; what that font lacks (Chinese,
mostly) falls to another font, where a wide character is one em.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from solvency.figures.fonts import font_path

#: Sizes of text in drawing units; one unit is 0.75 pt at full page width.
BODY = 10.0
SMALL = 9.0
#: How far ink reaches above and below the baseline, in em, Chinese included.
ASCENT = 0.84
DESCENT = 0.22
#: From baseline to baseline, in em.
LEADING = 1.2
ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"
_BOLD = 600
_REGULAR = 400

# What XML cannot carry, and marks that reorder text so that it misleads.
_UNPRINTABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u202a-\u202e\u2066-\u2069\u200e\u200f]"
)


def clean(text: str) -> str:
    """Return text on one line, without what XML cannot carry."""
    return " ".join(_UNPRINTABLE.sub("", text).split())


def width(text: str, size: float = BODY, *, bold: bool = False) -> float:
    """Return how wide a line of text is.

    Args:
        text: The line, as `clean` leaves it.
        size: Size of the type, in drawing units.
        bold: Whether it is set in weight 600.

    Returns:
        Drawing units; kerning, which mostly narrows, is left out.
    """
    weight = _BOLD if bold else _REGULAR
    return size * sum(_advance(character, weight) for character in text)


def hang(number: str, size: float = BODY, *, bold: bool = False) -> float:
    """Return how far a number stands in, so that its digits line up with others'.

    A negative one ends in a parenthesis, which hangs out to the right.
    """
    return 0.0 if number.endswith(")") else width(")", size, bold=bold)


def whole(number: str, room: float, size: float = BODY, *, bold: bool = False) -> str:
    """Return a number if there is room for all of it, else an ellipsis.

    A number cut short would read as another number.
    """
    # A column as wide as its widest number has room for it, whatever floats say.
    fits = not number or width(number, size, bold=bold) <= room + 0.01
    return number if fits else ELLIPSIS


def fit(text: str, room: float, size: float = BODY, *, bold: bool = False) -> str:
    """Shorten a line to the room there is, with an ellipsis where it was cut."""
    if width(text, size, bold=bold) <= room:
        return text
    rest = room - width(ELLIPSIS, size, bold=bold)
    kept = ""
    for character in text:
        rest -= width(character, size, bold=bold)
        if rest < 0:
            break
        kept += character
    kept = kept.rstrip()
    return kept + ELLIPSIS if kept else ""


def wrap(
    text: str, room: float, lines: int, size: float = BODY, *, bold: bool = False
) -> tuple[str, ...]:
    """Break text into lines, the last shortened if it does not fit.

    Args:
        text: What to set, as `clean` leaves it.
        room: Width of a line, in drawing units.
        lines: How many lines there may be.
        size: Size of the type.
        bold: Whether it is set in weight 600.

    Returns:
        The lines, none empty; broken at spaces and between Chinese characters.
    """
    found: list[str] = []
    current = ""
    words = _words(text)
    for position, word in enumerate(words):
        longer = current + word if current else word.lstrip()
        if current and width(longer.rstrip(), size, bold=bold) > room:
            if len(found) == lines - 1:
                current += "".join(words[position:])
                break
            found.append(current)
            current = word.lstrip()
        else:
            current = longer
    found.append(current)
    shortened = (fit(line.rstrip(), room, size, bold=bold) for line in found)
    return tuple(line for line in shortened if line)


def _words(text: str) -> list[str]:
    """Cut text where a line may break; a space stays before its word."""
    return re.findall(
        r"\s*(?:[\u2e80-\u9fff\uf900-\ufaff]|[^\s\u2e80-\u9fff\uf900-\ufaff]+)"
        # Chinese marks that close something stay with what they close.
        r"[\u3001\u3002\uff01-\uff0f\uff1a-\uff1f]*",
        text,
    )


@cache
def _font() -> tuple[Any, dict[int, str], float]:
    font = TTFont(font_path("plex-sans.ttf"), lazy=True)
    return font, font.getBestCmap(), font["head"].unitsPerEm


@cache
def _glyphs(weight: int) -> Any:
    font, _, _ = _font()
    return font.getGlyphSet(location={"wght": weight})


@cache
def _advance(character: str, weight: int) -> float:
    """Return a character's advance in em."""
    _, names, em = _font()
    name = names.get(ord(character))
    if name is not None:
        return float(_glyphs(weight)[name].width) / em
    return 0.0 if unicodedata.combining(character) else 1.0
