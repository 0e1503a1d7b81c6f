"""What a load finds of an earlier one, and leaves for the next.

Two things are kept. The directives of each file, by the file's name and its SHA-256:
after a change of one file that one alone is parsed again. And the case itself, by its
top file, scenario and known-date, beside the SHA-256 of every file it was read from: it
is taken only where the same files are included in the same order, and each is the same.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from beancount.core import data

from solvency.ledger.cache.columns import BrokenError
from solvency.ledger.cache.columns import NotKeptError
from solvency.ledger.cache.columns import packed
from solvency.ledger.cache.columns import unpacked
from solvency.ledger.cache.key import case_key
from solvency.ledger.cache.key import file_key
from solvency.ledger.cache.key import mark
from solvency.ledger.cache.store import Store
from solvency.ledger.cache.switch import is_on
from solvency.ledger.case import Case
from solvency.ledger.control_totals import is_enclosed
from solvency.ledger.errors import Errors
from solvency.ledger.files.parsing import Parsed
from solvency.ledger.files.parsing import parse
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import bytes_of
from solvency.ledger.files.walking import walk
from solvency.ledger.subledger import names_the_same
from solvency.subledgers.file_hash import ChangedError
from solvency.subledgers.file_hash import has_settled
from solvency.subledgers.file_hash import hashed
from solvency.subledgers.file_hash import stood

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Mapping
    from collections.abc import Sequence

    from solvency.ledger.files.walking import Includes

_END = b"\n"


class ReadFile(NamedTuple):
    """A file that was read."""

    name: str
    sha256: str
    #: The patterns of its `include` lines, each with its line.
    includes: tuple[tuple[str, int], ...]


class _ChangedError(Exception):
    """A file is not what it was."""


class ReadBefore:
    """What is kept of ledgers."""

    def __init__(self, store: Store, reader: str) -> None:
        self._store = store
        self._reader = reader

    @classmethod
    def opened(cls) -> ReadBefore | None:
        """Return what is kept, or None where nothing is to be."""
        if not is_on() or is_enclosed():
            return None
        store = Store.opened()
        try:
            return None if store is None else cls(store, mark())
        except OSError:
            return None

    def parsed(self, content: bytes, filename: str) -> Parsed:
        """Return what a text comes to, parsed now or before."""
        name = file_key(self._reader, filename, content)
        body = self._store.read(name)
        if body is not None:
            try:
                entries, options, lines = unpacked(body)
                return Parsed(entries, [], options, lines)
            except BrokenError:
                pass
        found = parse(content, filename)
        # Now, since whoever books the entries changes some of them.
        if not found.faults:
            self._write(name, b"", (found.entries, found.options, dict(found.lines)))
        return found

    def case(
        self, top: str, scenario: str | None, known: datetime.date | None
    ) -> tuple[Case, list[ReadFile]] | None:
        """Return a case as it was loaded before, if none of its files has changed.

        With it come those files.
        """
        body = self._store.read(case_key(self._reader, top, scenario, known))
        if body is None:
            return None
        try:
            start = bytes(body).index(_END)
            read, rows = json.loads(bytes(body[:start]))
            files = [ReadFile(*one) for one in read]
            if not _are_the_same(top, files):
                return None
            found = unpacked(body[start + 1 :])
            if isinstance(found, Case) and _rows_are_the_same(found, rows):
                return found, files
        except (BrokenError, TypeError, ValueError):
            pass
        return None

    def keep(
        self,
        case: Case,
        asked: tuple[str, str | None, datetime.date | None],
        files: Sequence[ReadFile],
        options: Mapping[str, Any],
    ) -> None:
        """Keep a case, unless it hangs on more than its files.

        Args:
            case: The case, as it was loaded.
            asked: Its top file, and the scenario and known-date that were asked for.
            files: What it was read from, in that order.
            options: beancount's.
        """
        if case.errors or _has_documents(case.entries, options):
            return
        rows = _row_files(case)
        if rows is None:
            return
        top, scenario, known = asked
        said = {one.name: getattr(case, one.name) for one in fields(Case)}
        plain = Case(**{**said, "entries": (), "errors": ()})
        head = json.dumps([files, rows]).encode() + _END
        self._write(case_key(self._reader, top, scenario, known), head, plain)

    def _write(self, name: str, head: bytes, value: object) -> None:
        try:
            body = packed(value)
        except NotKeptError:
            return
        self._store.write(name, head + body)


def _are_the_same(top: str, files: Sequence[ReadFile]) -> bool:
    """Say whether a walk from the top file comes by the same files as before."""
    before = {one.name: one for one in files}
    order: list[str] = []

    def take(filename: str) -> Includes:
        content = bytes_of(filename)
        known = before.get(filename)
        if known is None or hashlib.sha256(content).hexdigest() != known.sha256:
            raise _ChangedError
        order.append(filename)
        return known.includes, len(content)

    errors = Errors()
    try:
        walk(top, take, errors, trust=False)
    except (UnreadableError, _ChangedError):
        return False
    return not errors and order == [one.name for one in files]


def _has_documents(entries: Iterable[Any], options: Mapping[str, Any]) -> bool:
    """Say whether files that nobody read decide whether the ledger has errors."""
    return bool(options.get("documents")) or any(
        type(one) is data.Document for one in entries
    )


def _row_files(case: Case) -> list[tuple[str, str]] | None:
    """Return the files beside the ledger that a case was made of, with their SHA-256.

    None where they cannot be told by it: a database has others beside it, and a file
    that changes meanwhile is not the one that was read.
    """
    found = []
    folder = str(Path(case.path).parent)
    for one in case.subledgers:
        if one.enclosed is not None or (one.table is not None and not one.control):
            return None
        if one.mapping is not None:
            found.append((one.mapping, str(one.mapping_sha256)))
        if one.control:
            continue
        for path, before in zip(one.paths, one.stood, strict=True):
            if not has_settled(before):
                return None
            try:
                found.append((path, hashed(path, before, folder)[1]))
            except (ChangedError, OSError):
                return None
    return found


def _rows_are_the_same(case: Case, before: Sequence[Sequence[str]]) -> bool:
    """Say whether the rows of a case are the same files, unchanged."""
    try:
        return all(names_the_same(one, case.path) for one in case.subledgers) and all(
            hashed(path, stood(path))[1] == sha256 for path, sha256 in before
        )
    except (ChangedError, OSError):
        return False
