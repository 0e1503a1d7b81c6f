"""Scripts that the report's own fonts lack, and the packages that have them."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

#: Below this all is Latin, Greek or marks, which the report's own fonts have.
_OWN = 0x500


class Script(NamedTuple):
    """A script, and the font that writes it."""

    name: str
    package: str
    family: str

    @property
    def asset(self) -> str:
        """Return the name a stylesheet asks for it by."""
        return f"{self.folder}.ttf"

    @property
    def folder(self) -> str:
        """Return the folder of the font in its package."""
        return self.family.replace(" ", "").lower()

    @property
    def face(self) -> str:
        """Return the family as a stylesheet names it."""
        return f"Report {self.name}"


_ASIA, _INDIA = "justmytype-intl-sea", "justmytype-intl-south-asia"
_CJK, _RTL = "justmytype-intl-cjk", "justmytype-intl-rtl"
#: Each script by the first word of its characters' names.
SCRIPTS = {
    word: Script(*rest)
    for word, *rest in (
        ("ARABIC", "Arabic", _RTL, "Noto Sans Arabic"),
        ("HEBREW", "Hebrew", _RTL, "Noto Sans Hebrew"),
        ("HANGUL", "Hangul", _CJK, "Noto Sans KR"),
        ("HIRAGANA", "Kana", _CJK, "Noto Sans JP"),
        ("KATAKANA", "Kana", _CJK, "Noto Sans JP"),
        ("CJK", "Han", _CJK, "Noto Sans SC"),
        ("THAI", "Thai", _ASIA, "Noto Sans Thai"),
        ("LAO", "Lao", _ASIA, "Noto Sans Lao"),
        ("KHMER", "Khmer", _ASIA, "Noto Sans Khmer"),
        ("MYANMAR", "Myanmar", _ASIA, "Noto Sans Myanmar"),
        ("DEVANAGARI", "Devanagari", _INDIA, "Noto Sans Devanagari"),
        ("BENGALI", "Bengali", _INDIA, "Noto Sans Bengali"),
        ("TAMIL", "Tamil", _INDIA, "Noto Sans Tamil"),
        ("TELUGU", "Telugu", _INDIA, "Noto Sans Telugu"),
        ("ETHIOPIC", "Ethiopic", "justmytype-intl-africa", "Noto Sans Ethiopic"),
    )
}


def script_of(character: str) -> Script | None:
    """Return the script of a character; None for one that no package is known for."""
    if ord(character) < _OWN:
        return None
    return SCRIPTS.get(unicodedata.name(character, "").split(" ", 1)[0])


def scripts_in(text: str | Iterable[str]) -> tuple[Script, ...]:
    """Return the scripts of a text beside the report's own, in the table's order."""
    there = {script_of(one) for one in set(text)}
    return tuple(one for one in dict.fromkeys(SCRIPTS.values()) if one in there)


def reads_leftward(characters: Iterable[str]) -> bool:
    """Say whether any character is of a script read from right to left."""
    return any(unicodedata.bidirectional(one) in {"R", "AL"} for one in characters)


def leading(text: str) -> str:
    """Return the direction a text is read in, as its first letter has it."""
    for character in text:
        kind = unicodedata.bidirectional(character)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"
