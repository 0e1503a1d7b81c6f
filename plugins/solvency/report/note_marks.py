"""Marks of notes in a line: before the stop in Chinese, and never at a line's begin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Iterator

_NOTE = "footnote"
#: A word and the marks that follow it; of Chinese, its last character.
_WORD = re.compile(r"(?:[\u3400-\u9fff]|[^\s\u3400-\u9fff]+)[，。；：、）”]*$")
_CLOSING = re.compile(r"^[，。；：、）”.,;:)]+")
_STOPS = re.compile(r"[，。；：]$")


def before_stops(root: ET.Element) -> None:
    """Set each note's mark before the stop of its sentence, as Chinese does.

    After it the mark would stand against what comes next, and before `7月` read as
    part of the number.

    Args:
        root: A document, changed in place.
    """
    for parent, at in _notes(root):
        before = parent.text if at == 0 else parent[at - 1].tail
        last = at
        while last + 1 < len(parent) and _is_note(parent[last + 1]):
            if parent[last].tail:
                break
            last += 1
        stop = _STOPS.search(before or "")
        if not stop or not before:
            continue
        _set_before(parent, at, before[: stop.start()])
        parent[last].tail = stop[0] + (parent[last].tail or "")


def bound(root: ET.Element) -> None:
    """Keep each note's mark on the line of the word it belongs to.

    Args:
        root: A document, changed in place.
    """
    for parent, place in reversed(list(_notes(root))):
        note, at = parent[place], place
        kept = ET.Element("span", {"class": "noted"})
        before = (parent.text if at == 0 else parent[at - 1].tail) or ""
        word = _WORD.search(before)
        if word:
            kept.text = word[0]
            _set_before(parent, at, before[: word.start()])
        elif not before and at and _is_short(parent[at - 1]):
            at -= 1
            kept.append(parent[at])
            parent.remove(parent[at])
        else:
            continue
        closing = _CLOSING.search(note.tail or "")
        tail = note.tail or ""
        note.tail = closing[0] if closing else None
        kept.tail = tail[len(note.tail or "") :] or None
        parent.remove(note)
        kept.append(note)
        parent.insert(at, kept)


def _notes(root: ET.Element) -> Iterator[tuple[ET.Element, int]]:
    """Yield each note's parent and its place there."""
    for parent in list(root.iter()):
        for at, child in enumerate(list(parent)):
            if _is_note(child):
                yield parent, at


def _is_note(element: ET.Element) -> bool:
    return element.get("class") == _NOTE


def _is_short(element: ET.Element) -> bool:
    """Say whether an element is one word or figure, such as an amount."""
    text = "".join(element.itertext())
    is_one = element.tag in {"a", "span", "time"} and not _is_note(element)
    return is_one and 0 < len(text) <= 16


def _set_before(parent: ET.Element, at: int, text: str) -> None:
    if at:
        parent[at - 1].tail = text
    else:
        parent.text = text
