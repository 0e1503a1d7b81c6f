"""Notes: what a reader remarks on a figure or a thing of a case, in files beside it.

A note is a text file in the folder `notes` of the case. Its first line says what it is
on, `on: flow deposits`; `date:` may follow; after an empty line stands the text. Notes
are no part of the ledger: no figure, and no fingerprint, depends on them.
"""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of
from solvency.ledger.files.source import text_of
from solvency.ledger.files.trust import inside
from solvency.writing import NotWrittenError
from solvency.writing import write_whole

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

FOLDER = "notes"
#: What a note may be on.
KINDS = (
    *("figure", "flow", "source", "observation"),
    *("hypothesis", "account", "entity", "exhibit"),
)
#: The most characters of a note, and of the name of what it is on.
LONGEST, LONGEST_NAME = 4_000, 400
#: The most files looked at, and the most bytes of one.
_MOST, _LARGEST = 2_000, 64_000
_HEAD = re.compile(r"(on|date): *(.*)")
_UNSAFE = re.compile(r"[^A-Za-z0-9.]+")


@dataclass(frozen=True, slots=True)
class ReaderNote:
    """A reader's note.

    Attributes:
        kind: What it is on: one of `KINDS`.
        name: The name of that.
        text: What it says.
        date: The day it was written, as its file has it; "" where it has none.
        file: The way to its file from the folder of the case.
    """

    kind: str
    name: str
    text: str
    date: str
    file: str


def notes_of(top: str) -> tuple[tuple[ReaderNote, ...], tuple[str, ...]]:
    """Return the notes beside a case, and what is wrong with files that are none.

    Only regular files of the case's own folder are read.

    Args:
        top: The case's first file.
    """
    notes, faults = [], []
    for path in _files(top):
        try:
            notes.append(_read(path))
        except (UnreadableError, OSError) as error:
            faults.append(f"{FOLDER}/{path.name}: {error}")
    return tuple(notes), tuple(faults)


def notes_on(top: str, kind: str, name: str) -> tuple[ReaderNote, ...]:
    """Return the notes on one thing of a case."""
    found, _ = notes_of(top)
    return tuple(one for one in found if (one.kind, one.name) == (kind, name))


def mark_of(top: str) -> str:
    """Return what changes when the notes of a case do."""
    found = []
    for path in _files(top):
        with contextlib.suppress(OSError):
            state = path.stat()
            found.append(f"{path.name}:{state.st_mtime_ns}:{state.st_size}")
    return ",".join(found)


def keep_note(
    top: str, kind: str, name: str, text: str, day: datetime.date
) -> ReaderNote:
    """Write a note into a file of its own.

    Args:
        top: The case's first file.
        kind: What it is on: one of `KINDS`.
        name: The name of that, in one line.
        text: What it says.
        day: The day it is written.

    Returns:
        The note.

    Raises:
        ValueError: It is on nothing, says nothing, or is too long.
        NotWrittenError: The folder leads out of the case, or cannot be written.
    """
    name, text = name.strip(), text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if kind not in KINDS or not name or len(name) > LONGEST_NAME or "\n" in name:
        raise ValueError("a note is on a figure or a thing of the case")
    if not text or len(text) > LONGEST:
        raise ValueError(f"a note has from 1 to {LONGEST:,} characters")
    written = f"on: {kind} {name}\ndate: {day.isoformat()}\n\n{text}\n".encode()
    try:
        text_of(written)
    except UnreadableError as error:
        raise ValueError(str(error)) from None
    folder = _folder(top)
    if not inside(str(folder), top):
        raise NotWrittenError(f"{FOLDER} leads out of the folder of the case")
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise NotWrittenError(
            f"{FOLDER} cannot be written: {error.strerror or error}"
        ) from None
    path = _free(folder, _UNSAFE.sub("-", f"{kind}-{name}").strip("-.")[:80])
    write_whole(path, written)
    return ReaderNote(kind, name, text, day.isoformat(), f"{FOLDER}/{path.name}")


def _free(folder: Path, stem: str) -> Path:
    """Return a name that nothing has, not even a link to nowhere."""
    for n in range(1, _MOST):
        path = folder / f"{stem}-{n}.txt"
        if not os.path.lexists(path):
            return path
    raise NotWrittenError(f"{FOLDER} has too many notes on one thing")


def _folder(top: str) -> Path:
    return Path(top).parent / FOLDER


def _files(top: str) -> Iterator[Path]:
    """Yield the files of notes, by name, where their folder is the case's own."""
    folder = _folder(top)
    if not top or not inside(str(folder), top):
        return
    try:
        with os.scandir(folder) as found:
            names = sorted(
                one.name
                for one in found
                if one.name.endswith(".txt")
                and not one.name.startswith(".")
                and one.is_file(follow_symlinks=False)
            )
    except OSError:
        return
    for name in names[:_MOST]:
        yield folder / name


def _read(path: Path) -> ReaderNote:
    """Read a note.

    Raises:
        UnreadableError: It is no text, does not say what it is on, or says nothing.
        OSError: It is gone.
    """
    if path.stat().st_size > _LARGEST:
        raise UnreadableError(f"it is larger than {_LARGEST:,} bytes", "")
    text = content_of(str(path)).decode()
    head, _, body = text.replace("\r\n", "\n").partition("\n\n")
    lines = (_HEAD.match(line) for line in head.split("\n"))
    said = {found[1]: found[2] for found in lines if found}
    kind, _, name = said.get("on", "").strip().partition(" ")
    if kind not in KINDS or not name.strip() or not body.strip():
        raise UnreadableError(
            "a note begins with `on: figure KEY` or `on: flow NAME`, and says something"
            " after an empty line",
            "",
        )
    return ReaderNote(
        kind,
        name.strip(),
        body.strip()[:LONGEST],
        said.get("date", "").strip()[:10],
        f"{FOLDER}/{path.name}",
    )
