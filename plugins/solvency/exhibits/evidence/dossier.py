"""What the rows of evidence say that flows and observations cite by `claim:`.

A case may keep them in `dossier.csv` beside its main file: a row each, with columns
`id`, `note` (what the row says), `amount`, `unit`, `low`, `high`, `parts` (other
amounts, as `NUMBER UNIT what; NUMBER UNIT what`), and `source` (names of sources of the
ledger, semicolons between). Note and the words of the parts in
another language stand under its code (`zh`, `zh-parts`). It travels with the ledger.
"""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from decimal import InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.errors import ReportError
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Case

NAME = "dossier.csv"
_NEEDED = {"id", "note"}
_MOST_DIGITS = 100


class Part(NamedTuple):
    """One of the other amounts of a row."""

    amount: Decimal
    unit: str
    words: str


class Claimed(NamedTuple):
    """One row: what is claimed, with its amount where it has one."""

    id: str
    words: str
    amount: Decimal | None
    unit: str
    low: Decimal | None
    high: Decimal | None
    parts: tuple[Part, ...]
    #: What it was noted from, by the ledger's names of sources.
    sources: tuple[str, ...] = ()


def path_of(case: Case) -> Path | None:
    """Return a case's file of rows, or None if it keeps none.

    Raises:
        ReportError: If it is a link to a file outside the case's folder.
    """
    folder = Path(case.path).resolve().parent
    path = folder / NAME
    if not path.is_file():
        return None
    if not path.resolve().is_relative_to(folder):
        raise ReportError(f"{NAME} is a link out of the case's folder: copy it there")
    return path


def claimed(case: Case, lang: str = FIRST_LANGUAGE) -> Mapping[str, Claimed]:
    """Return what each row of a case's evidence says, by its id.

    Args:
        case: The case.
        lang: The language wanted; a row that has no words in it keeps its note.

    Returns:
        The rows; none where the case keeps no such file.

    Raises:
        ReportError: If the file cannot be read, or a row is wrong.
    """
    path = path_of(case)
    if path is None:
        return {}
    try:
        text = content_of(str(path.resolve())).decode()
    except UnreadableError as error:
        raise ReportError(f"{NAME}, line {error.line}: {error}. {error.mend}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""))
    try:
        return _rows(reader, lang)
    except csv.Error as error:
        raise ReportError(f"{NAME}, line {reader.line_num + 1}: {error}") from None


def _rows(reader: csv.DictReader[str], lang: str) -> Mapping[str, Claimed]:
    """Return what each row says, by its id."""
    missing = _NEEDED - set(reader.fieldnames or ())
    if missing:
        columns = " and ".join(sorted(missing))
        raise ReportError(f"{NAME}, line 1: no column {columns}: name it in the head")
    found: dict[str, Claimed] = {}
    for row in reader:
        one = _row(row, lang, reader.line_num)
        if one.id in found:
            raise ReportError(
                f"{NAME}, line {reader.line_num}: a second row {one.id}: rename it"
            )
        found[one.id] = one
    return found


def _number(text: str) -> Decimal:
    """Return a number, NaN where it is none or has more digits than a ledger's may."""
    # An exponent of a billion is short, and what it stands for is not.
    if len(text) > _MOST_DIGITS or "e" in text.lower():
        return Decimal("NaN")
    try:
        return Decimal(text)
    except InvalidOperation:
        return Decimal("NaN")


def _row(row: Mapping[str, str | None], lang: str, line: int) -> Claimed:
    def number(column: str) -> Decimal | None:
        written = (row.get(column) or "").strip()
        value = _number(written) if written else None
        if value is not None and not value.is_finite():
            raise ReportError(
                f"{NAME}, line {line}: {column} is {written!r:.60}: write a number"
            )
        return value

    def parts() -> tuple[Part, ...]:
        listed = [one for one in (row.get("parts") or "").split(";") if one.strip()]
        others = [one for one in (row.get(f"{lang}-parts") or "").split(";") if one]
        if others and len(others) != len(listed):
            raise ReportError(
                f"{NAME}, line {line}: {lang}-parts has {len(others)} parts, parts has"
                f" {len(listed)}: write as many"
            )
        found = []
        for n, one in enumerate(listed):
            pieces = one.split(maxsplit=2)
            amount = _number(pieces[0])
            if len(pieces) < 2 or not amount.is_finite():
                raise ReportError(
                    f"{NAME}, line {line}: parts has {one.strip()!r:.60}: write NUMBER"
                    " UNIT what"
                )
            words = others[n].strip() if others else "".join(pieces[2:])
            found.append(Part(amount, pieces[1], words))
        return tuple(found)

    return Claimed(
        (row["id"] or "").strip(),
        row.get(lang) or row.get("note") or "",
        number("amount"),
        (row.get("unit") or "").strip(),
        number("low"),
        number("high"),
        parts(),
        tuple(one.strip() for one in (row.get("source") or "").split(";")),
    )
