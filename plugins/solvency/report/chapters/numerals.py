"""Numbers typed into prose, which nothing keeps true when the books change.

Dates, the names of things in the case and quoted words may have digits. Everything
else that states a number, in digits or in words, in English or Chinese, is found.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING
from typing import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

_MONTH = (
    "(?:January|February|March|April|May|June|July|August|September|October|November"
    "|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
)
_YEAR = r"(?:19|20)\d\d"
#: Days, months and years, in both languages; clock times with their zone.
_DATES = re.compile(
    rf"""
      (?<![\d.,$€£¥])(?:
        {_YEAR}-\d\d-\d\d
      | \d{{1,2}}(?:\ (?:to|and|or)\ \d{{1,2}})?\ {_MONTH}(?:\ {_YEAR})?
      | {_MONTH}\ \d{{1,2}}(?:,\ {_YEAR})?
      | {_YEAR}\s?年(?:\s?\d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?日)?)?
      | \d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?日)?
      | {_YEAR}(?:[-\u2013/]\d\d)?(?!\s?(?:percent|per\ cent|bn|m\b|亿|万|美元|元))
      )(?![\d%]|[.,]\d)
    """,
    re.VERBOSE,
)
#: A list's own mark at the start of a line, which Markdown takes for itself.
_MARK = re.compile(r"^[ \t]*\d{1,3}[.)][ \t]", re.MULTILINE)
#: Where a link leads is no prose.
_ADDRESS = re.compile(r"(?<=\])\([^()\s]*\)")
_DIGITS = re.compile(r"[^\s\w]?\d[\d.,:/]*\s?(?:%|\w+)?")
#: Categories of characters that are figures and no digits, as Unicode has them.
_FIGURES = frozenset({"No", "Nl"})
#: Spaces and hyphens of every kind.
_GAP = r"(?:\s+|[-\u2010-\u2015])"
_ONES = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    "|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty"
    "|seventy|eighty|ninety|hundred|thousand|lakhs?|crores?|million|milliard|billion"
    "|trillion|quadrillion|quintillion"
)
_PARTS = "quarters?|thirds?|fifths?|sixths?|sevenths?|eighths?|ninths?|tenths?"
_WORDS = re.compile(
    rf"""\b(?:
        (?:{_ONES})(?:{_GAP}(?:and\s+)?(?:{_ONES}))+
      | (?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen
         |fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty
         |seventy|eighty|ninety)
        {_GAP}(?:percent|per\s+cent|dollars|euros|pounds|bitcoins?|times)
      | (?:one|two|three|four|five|six|seven|eight|nine){_GAP}(?:{_PARTS})
      | (?-i:[IVXLCDM]+){_GAP}(?:hundred|thousand|million|billion|trillion|percent
         |dollars|euros|pounds)
      | (?:a|half\s+a|several|many|some)\s+(?:hundred|thousand|million|billion|trillion)
      | (?:hundreds|thousands|millions|billions|trillions)\s+of
      | (?:twice|thrice|half|double|triple)\s+(?:of\s+)?(?:the|its|their|that|what|as)
    )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_HAN = "〇零一二两三四五六七八九十百千万亿"
#: Figures as contracts and cheques have them, and as they are written in Taiwan and
#: Hong Kong, each with the usual one.
_USUAL_ZH = str.maketrans(
    "\u58f9\u8d30\u8cb3\u53c1\u53c3\u8086\u4f0d\u9646\u9678\u67d2\u634c\u7396\u62fe"
    "\u5eff\u5345\u534c\u4f70\u4edf\u842c\u5104\u5146\u5169",
    "\u4e00\u4e8c\u4e8c\u4e09\u4e09\u56db\u4e94\u516d\u516d\u4e03\u516b\u4e5d\u5341"
    "\u5341\u5341\u5341\u767e\u5343\u4e07\u4ebf\u4ebf\u4e24",
)
# Numbers in words are short: runs without end would be gone through again and again.
_WORDS_ZH = re.compile(
    rf"[{_HAN}数几]{{0,20}}(?<=[{_HAN}])\s?(?:亿|万|美元|欧元|英镑|倍|成(?![为立了就功])|个百分点)"
    rf"|百分之[{_HAN}点]+|[{_HAN}]{{1,20}}分之[{_HAN}]+"
    rf"|[{_HAN[:12]}]{{0,20}}[十百千][万亿{_HAN[:12]}]{{0,20}}[亿万]"
    rf"|[{_HAN[1:12]}][十百千万亿][{_HAN}]*|一半|过半|数[十百千万亿]+"
)
#: Characters that stand for a figure, exhibit or note in a chapter.
TOKEN = re.compile("\ue000\\d+\ue001")


class Typed(NamedTuple):
    """A number that was typed, and where in its text."""

    text: str
    at: int


def typed(text: str, names: Iterable[str] = ()) -> Iterator[Typed]:
    """Yield the numbers typed into a text.

    Args:
        text: Prose, Markdown's marks included.
        names: Names of things that have digits in them, which are no numbers.
    """
    blank = text
    for pattern in (TOKEN, _MARK, _ADDRESS):
        blank = _cleared(pattern, blank)
    with_digits = sorted(
        (name for name in names if name in blank), key=len, reverse=True
    )
    for name in with_digits:
        blank = _cleared(re.compile(rf"(?<!\w){re.escape(name)}(?!\w)"), blank)
    blank = _usual(_cleared(_DATES, blank))
    found = [
        Typed(text[one.start() : one.end()].strip(), one.start())
        for pattern in (_DIGITS, _WORDS, _WORDS_ZH)
        for one in pattern.finditer(blank)
    ]
    yield from sorted(found, key=lambda one: one.at)


def _usual(text: str) -> str:
    """Return a text of the same length with the usual figure for each other one.

    Raised, circled and Roman figures are those of any script that are no letters.
    """
    if text.isascii():
        return text
    return "".join(
        one
        if one.isascii() or one == _HAN[0] or unicodedata.category(one) not in _FIGURES
        else "1"
        for one in text.translate(_USUAL_ZH)
    )


def _cleared(pattern: re.Pattern[str], text: str) -> str:
    """Return a text of the same length and lines without what a pattern matches."""
    return pattern.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
