"""What a case needs of a subledger's rows where the rows themselves are not there.

A report carries the files of its case, and rows do not travel in a PDF. What the
books take from them does: totals by day and commodity, how many rows and parties there
are and what is wrong with their numbering, and a manifest of the files. No party is
named.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import re
from contextvars import ContextVar
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.subledgers.errors import RowsError
from solvency.subledgers.numbering import numbering
from solvency.subledgers.rows import Filed
from solvency.subledgers.unknown_parties import parties

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.ledger.subledger import Subledger
    from solvency.subledgers.rows import Rows

#: The file of a report that has the totals of its case's subledgers.
NAME = "control-totals.json"
_AMOUNT = re.compile(r"-?[0-9]{1,60}(\.[0-9]{1,40})?")
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class DayTotal:
    """What the rows of a day and a commodity add up to."""

    day: datetime.date
    commodity: str
    amount: Decimal
    rows: int


@dataclass(frozen=True, slots=True)
class ControlTotals:
    """What the rows of one subledger come to."""

    account: str
    pattern: str
    files: tuple[Filed, ...]
    totals: tuple[DayTotal, ...]
    parties: int
    gaps: int
    duplicates: int
    unknown: int
    #: The register of parties, a path from the case's folder and a column.
    register: tuple[str, str] | None = None

    @property
    def rows(self) -> int:
        """Return how many rows there are."""
        return sum(total.rows for total in self.totals)

    def at(self, day: datetime.date) -> dict[str, Decimal]:
        """Return what the rows add up to at the end of a day, by commodity."""
        found: dict[str, Decimal] = {}
        for total in self.totals:
            if total.day <= day:
                before = found.get(total.commodity, Decimal())
                found[total.commodity] = before + total.amount
        return found


_Enclosed = dict[tuple[str, str], ControlTotals]
_ENCLOSED: ContextVar[_Enclosed | None] = ContextVar("solvency_totals", default=None)


def added_up(rows: Rows, subledger: Subledger, case: str) -> ControlTotals:
    """Return what the rows of a subledger come to.

    Args:
        rows: Its rows, opened.
        subledger: The subledger.
        case: The case's first file, below whose folder paths are given.

    Raises:
        RowsError: A row cannot be read.
    """
    folder = str(Path(case).resolve().parent)
    totals = tuple(
        DayTotal(
            one.day, one.commodity, rows.amount(one.units, one.commodity), one.rows
        )
        for one in rows.totals()
    )
    numbers = numbering(rows)
    whose = parties(rows)
    register = subledger.layout.parties
    return ControlTotals(
        subledger.account,
        subledger.pattern,
        rows.manifest(folder),
        totals,
        whose.number,
        numbers.gap_count,
        numbers.duplicate_count,
        whose.unknown_count,
        register and (os.path.relpath(register[0], folder), register[1]),
    )


@contextlib.contextmanager
def enclosed_in(folder: Path) -> Iterator[None]:
    """Take the totals of subledgers from the file of a report that has them.

    Args:
        folder: Where the files that the report carries lie; without that file rows
            are read where the ledger says.

    Raises:
        RowsError: The file is none.
    """
    path = folder / NAME
    found = read(path.read_bytes()) if path.is_file() else None
    token = _ENCLOSED.set(found)
    try:
        yield
    finally:
        _ENCLOSED.reset(token)


def is_enclosed() -> bool:
    """Say whether the case is loaded from what a report carries."""
    return _ENCLOSED.get() is not None


def enclosed(account: str, pattern: str) -> ControlTotals | None:
    """Return the totals that a report carries of a subledger; none outside of one."""
    return (_ENCLOSED.get() or {}).get((account, pattern))


def written(case: Case) -> bytes:
    """Write the totals of a case's subledgers as a file, JSON.

    Args:
        case: A case whose subledgers know their totals.
    """
    every = [_said(one.enclosed) for one in case.subledgers if one.enclosed is not None]
    text = json.dumps({"subledgers": every}, indent=1, ensure_ascii=False)
    return (text + "\n").encode()


def _said(one: ControlTotals) -> dict[str, Any]:
    return {
        "account": one.account,
        "files": one.pattern,
        "manifest": [file._asdict() for file in one.files],
        "register": list(one.register) if one.register else None,
        "parties": one.parties,
        "gaps": one.gaps,
        "duplicates": one.duplicates,
        "unknown": one.unknown,
        "totals": [
            [x.day.isoformat(), x.commodity, format(x.amount, "f"), x.rows]
            for x in one.totals
        ],
    }


def read(content: bytes) -> _Enclosed:
    """Read the file that `written` writes; it may be a stranger's.

    Raises:
        RowsError: It is none.
    """
    try:
        every = [_read(one) for one in json.loads(content)["subledgers"]]
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        raise RowsError(
            f"{NAME} is none of solvency's", "Print the report again"
        ) from error
    return {(one.account, one.pattern): one for one in every}


def _read(said: Mapping[str, Any]) -> ControlTotals:
    register = said["register"]
    return ControlTotals(
        str(said["account"]),
        str(said["files"]),
        tuple(
            Filed(
                str(one["path"]),
                _whole(one["size"]),
                _matching(_SHA, one["sha256"]),
                _whole(one["rows"]),
            )
            for one in said["manifest"]
        ),
        tuple(
            DayTotal(
                datetime.date.fromisoformat(day),
                str(commodity),
                Decimal(_matching(_AMOUNT, amount)),
                _whole(rows),
            )
            for day, commodity, amount, rows in said["totals"]
        ),
        _whole(said["parties"]),
        _whole(said["gaps"]),
        _whole(said["duplicates"]),
        _whole(said["unknown"]),
        None if register is None else (str(register[0]), str(register[1])),
    )


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError(value)
    return value


def _whole(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(value)
    return value
