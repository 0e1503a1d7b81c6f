"""The record of how a report was made, as a stranger's `figures.json` has it."""

from __future__ import annotations

import datetime
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.report import pages
from solvency.report.attachments import FIGURES
from solvency.report.attachments import is_plain
from solvency.report.pdf import Attached
from solvency.report.verification.pages import NotOursError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

#: More than any case has.
_MOST_FILES = 5_000
_MOST_DATES = 1_000
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Record:
    """How a report says it was made, every entry of the type it should have."""

    solvency: str
    kind: str
    lang: str
    scenario: str
    known: datetime.date | None
    dates: tuple[datetime.date, ...]
    dated: datetime.datetime
    sections: tuple[str, ...]
    case: str
    #: The SHA-256 of each file of the ledger, by its name in the case's folder.
    files: Mapping[str, str]
    fingerprint: str
    figures: int
    #: What it was reported in; None for the ledger's first operating currency.
    currency: str | None = None


def read(content: bytes) -> tuple[Record, dict[str, Any]]:
    """Read a record.

    Args:
        content: The bytes of `figures.json`.

    Returns:
        The record, and the document it was read from.

    Raises:
        NotOursError: An entry is missing or is not what it must be.
    """
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise NotOursError(f"its {FIGURES} cannot be read") from None
    if not isinstance(document, dict):
        raise NotOursError(f"its {FIGURES} is none of solvency's")
    wanted = {"solvency", "kind", "lang", "scenario", "known", "dates", "dated"}
    wanted |= {"sections", "case", "files", "fingerprint", "figures"}
    missing = sorted(wanted - document.keys())
    if missing:
        raise NotOursError(f"its {FIGURES} is none of solvency's: no {missing[0]!r}")
    files = _files(document["files"])
    case = _string(document, "case")
    if case not in files:
        raise NotOursError(
            f"its {FIGURES} names {_shown(case)} as the ledger,"
            " which is not among the files of the ledger"
        )
    kind = _string(document, "kind")
    if kind not in pages.kinds():
        raise NotOursError(
            f"it was printed in the kind {_shown(kind)}, which does not come with the"
            f" program; what can be made again: {', '.join(pages.kinds())}"
        )
    known = document["known"]
    record = Record(
        solvency=_string(document, "solvency"),
        kind=kind,
        lang=_string(document, "lang"),
        scenario=_string(document, "scenario"),
        known=None if known is None else _day("known", known),
        currency=_string(document, "currency") if "currency" in document else None,
        dates=tuple(_day("dates", one) for one in _list(document, "dates")),
        dated=_moment(document["dated"]),
        sections=tuple(_strings(document, "sections")),
        case=case,
        files=files,
        fingerprint=_string(document, "fingerprint"),
        figures=len(_figures(document)),
    )
    return record, document


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse an object that names a key twice: readers differ on which they take."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _wrong(key: str, value: object, wanted: str) -> NotOursError:
    return NotOursError(f"its {FIGURES} has {_shown(value)} for {key!r}, not {wanted}")


def _shown(value: object) -> str:
    return repr(value)[:60]


def _string(document: Mapping[str, Any], key: str) -> str:
    value = document[key]
    if not isinstance(value, str) or len(value) > 1_000 or not value.isprintable():
        raise _wrong(key, value, "a text")
    return value


def _list(document: Mapping[str, Any], key: str) -> list[Any]:
    value = document[key]
    if not isinstance(value, list) or len(value) > _MOST_DATES:
        raise _wrong(key, value, "a list")
    return value


def _strings(document: Mapping[str, Any], key: str) -> Iterable[str]:
    for value in _list(document, key):
        if not isinstance(value, str) or not value.isprintable():
            raise _wrong(key, value, "a list of texts")
        yield value


def _day(key: str, value: object) -> datetime.date:
    try:
        return datetime.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise _wrong(key, value, "a date") from None


def _moment(value: object) -> datetime.datetime:
    try:
        moment = datetime.datetime.fromisoformat(
            value if isinstance(value, str) else ""
        )
        return moment.astimezone(datetime.UTC)
    except (ValueError, OverflowError):
        raise _wrong("dated", value, "a date and time") from None


def _figures(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the figures, each checked to have a key and a list of exhibits."""
    value = document["figures"]
    if not isinstance(value, list):
        raise _wrong("figures", value, "a list")
    for one in value:
        if not isinstance(one, dict) or not isinstance(one.get("key"), str):
            raise _wrong("figures", one, "a list of figures")
    return value


def _files(value: object) -> dict[str, str]:
    """Return the files of the ledger, each name checked to stay in its folder."""
    if not isinstance(value, dict) or not 0 < len(value) <= _MOST_FILES:
        raise _wrong("files", value, "names with their SHA-256")
    for name, digest in value.items():
        if not isinstance(digest, str) or not _SHA.fullmatch(digest):
            raise _wrong("files", digest, "a SHA-256")
        if not is_plain(name):
            raise NotOursError(f"{_shown(name)} is no name inside a case's folder")
    # Each is carried under a name of its own; on some systems names that differ by
    # case or accents alone are one file.
    if len({Attached(name, b"", "").told for name in value}) != len(value):
        raise NotOursError("two files of the ledger have one name")
    return value
