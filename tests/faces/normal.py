"""What is taken out of a face before it is kept: places, versions, noise.

A face must be the same in every checkout and on every machine, or a comparison says
nothing. Folders, versions, the marks Fava sets on its files and the names it gives to
entries (which hold the folder) are written as words.

FOR NOW, what `reconcile`, `weigh` and `tally` compute in floating point is rounded to
six digits, since their last digits differ from one processor to another. Once they
are the same on every machine, delete `ROUNDED`, `ROUNDED_FIGURES` and `rounded`.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

#: Faces whose numbers are rounded, by a pattern of their names.
ROUNDED = re.compile(
    r"/command/(reconcile|weigh|tally|explain_(tally|belief|reconciled))"
    r"|/page/(RivalHypotheses|EvidenceLedger)"
    r"|/paper/.*/exhibits/(beliefs|scenario-fits|tally|scenario-tally|dependence"
    r"|suspects|history|weigh)"
)
#: Families of figures whose values are rounded.
ROUNDED_FIGURES = frozenset(
    {"belief", "reconciled", "tally", "rho", "explained", "scenario", "waterfall"}
)
DIGITS = 6
_BEFORE, _AFTER = r"(?<![\w.#-])-?", r"\.\d+(?:e[-+]?\d+)?(?![\w.])"
_NUMBER = re.compile(rf"{_BEFORE}(?:\d{{1,3}}(?:,\d{{3}})+|\d+){_AFTER}", re.ASCII)
#: In CSV a comma ends a number.
_CSV_NUMBER = re.compile(rf"{_BEFORE}\d+{_AFTER}", re.ASCII)
_EXPONENT = re.compile(r"-?\b\d+(?:\.\d+)?e-(?:[1-9]\d|9)\b")
#: Smaller than this, a number is what is left of zero.
_NOISE = 1e-9


def plain(text: str, folder: str, version: str) -> str:
    """Return a face's text without the folder it was made in and versions.

    Args:
        text: The face.
        folder: The folder the books are in.
        version: The version of the program.
    """
    for written in {folder, folder.replace("/", "%2F")}:
        text = text.replace(written, "FOLDER")
    if version:
        text = re.sub(rf"(?<![\d.]){re.escape(version)}(?![\d.])", "VERSION", text)
    text = re.sub(r"mtime=\d+", "mtime=0", text)
    return re.sub(r"\bin \d+(\.\d+)? s\b", "in 0 s", text)


def rounded(text: str, *, csv: bool = False) -> str:
    """Return a text with its numbers to six digits and no noise about zero."""
    number = _CSV_NUMBER if csv else _NUMBER
    return number.sub(_round, _EXPONENT.sub("0", text))


def _round(found: re.Match[str]) -> str:
    number = float(found[0].replace(",", ""))
    if abs(number) < _NOISE:
        return "0"
    digits = re.sub(r"e.*|\D", "", found[0]).lstrip("0")
    if len(digits) <= DIGITS:
        return found[0]
    return format(Decimal(f"{number:.{DIGITS}g}"), "f")


def steady(name: str, text: str) -> str:
    """Return a face with what differs from machine to machine rounded.

    Args:
        name: The name of its file.
        text: What it says.
    """
    if name.endswith("/figures.json"):
        return figures(text)
    if not ROUNDED.search(name):
        return text
    return rounded(text, csv="csv" in name)


def figures(text: str) -> str:
    """Return figures.json with what is computed in floating point rounded."""
    document: dict[str, Any] = json.loads(text)
    # A list that is new would move the places of all after it.
    lists = document.pop("lists", None)
    for one in document.get("figures", ()):
        if lists is not None:
            one |= {name: lists[one[name]] for name in ("flows", "sources")}
        family = one["key"].split(":")[0]
        if family in ROUNDED_FIGURES and one["value"] is not None:
            one["value"] = rounded(one["value"])
    return as_json(document)


def as_json(document: object) -> str:
    """Return a document as text, one value a line, in the order it was written."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
