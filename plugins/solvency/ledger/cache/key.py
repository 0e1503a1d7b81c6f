"""What a thing is kept under: what was read, what was asked, and what read it."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import beancount

from solvency.extensions import offered

if TYPE_CHECKING:
    import datetime


def file_key(reader: str, filename: str, content: bytes) -> str:
    """Return what the directives of a file are kept under: its name and content."""
    return _key(reader, "file", filename, hashlib.sha256(content).hexdigest())


def case_key(
    reader: str, top: str, scenario: str | None, known: datetime.date | None
) -> str:
    """Return what a case is kept under: its top file, and what was asked of it."""
    return _key(reader, "case", top, scenario, str(known))


def _key(*said: object) -> str:
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


@cache
def mark() -> str:
    """Return a hash of all that reads a ledger.

    Another version of it may read the same files otherwise. The program's version is
    in one of its files. It alone would not do: whoever changes the program changes it
    between two versions.

    Raises:
        OSError: The program cannot be read.
    """
    house = Path(__file__).parents[2]
    files = [
        *house.glob("*.py"),
        *(house / "ledger").rglob("*.py"),
        *(house / "subledgers").glob("*.py"),
    ]
    made = hashlib.sha256()
    for file in sorted(files):
        made.update(hashlib.sha256(file.read_bytes()).digest())
    added = [
        (one.name, one.value, one.dist and (one.dist.name, one.dist.version))
        for one in offered("solvency.invariants").values()
    ]
    said = (
        beancount.__version__,
        sys.version,
        sys.byteorder,
        added,
        made.hexdigest(),
    )
    return json.dumps(said)
