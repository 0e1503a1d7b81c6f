"""What reads a ledger: another version of it may read the same files otherwise."""

from __future__ import annotations

import hashlib
import json
import sys
from functools import cache
from pathlib import Path

import beancount

from solvency.extensions import offered


@cache
def mark() -> str:
    """Return a hash of all that reads a ledger.

    The program's version is in one of its files. It alone would not do: whoever
    changes the program changes it between two versions.

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
