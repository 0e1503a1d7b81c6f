"""Rows of CSV brought to one sorted Parquet file, whole or not at all.

The same rows make the same file, to the byte, however they were split among files and
in whatever order they stood there. Amounts become integers of the smallest unit where
the mapping declares it, DECIMAL otherwise: never a float.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.subledgers.duck import Duck
from solvency.subledgers.errors import RowsError
from solvency.subledgers.rows import Filed
from solvency.subledgers.rows import file_read
from solvency.subledgers.rows import file_stood
from solvency.subledgers.staging import Staged

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.subledgers.layout import ColumnLayout
    from solvency.subledgers.rejects import Reject

ROWS, MANIFEST = "rows.parquet", "manifest.json"
_ENDINGS = (".csv", ".csv.gz")


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import of rows wrote."""

    #: The files that were read; their rows are those that could be.
    sources: tuple[Filed, ...]
    #: The files that were written.
    files: tuple[Filed, ...]
    rejects: tuple[Reject, ...]
    #: The type of the column of units: BIGINT, or DECIMAL(38, 8).
    units: str
    engine: str

    def manifest(self, folder: str) -> dict[str, object]:
        """Return the manifest: each file with path, size, SHA-256 and rows.

        Args:
            folder: The folder from which the paths of sources are written.
        """
        counts = Counter(one.file for one in self.rejects)
        return {
            "files": [one._asdict() for one in self.files],
            "sources": [
                {
                    **one._asdict(),
                    "path": os.path.relpath(one.path, folder),
                    "rejected": counts[one.path],
                }
                for one in self.sources
            ],
            "units": self.units,
            "engine": self.engine,
        }


class RejectedError(RowsError):
    """Lines that cannot be read, where all were to be."""

    def __init__(self, rejects: Sequence[Reject]) -> None:
        self.rejects = tuple(rejects)
        lines = "line" if len(rejects) == 1 else "lines"
        super().__init__(
            f"{len(rejects):,} {lines} cannot be read, and nothing is written",
            "Mend them, or leave them out with --rejects FILE.csv, which lists them",
        )


def take_in(
    paths: Sequence[str],
    layout: ColumnLayout,
    folder: Path | None,
    *,
    memory: str | None = None,
    leave_out: Callable[[Sequence[Reject]], None] | None = None,
) -> Imported:
    """Write the rows of CSV files to a new folder, as sorted Parquet with a manifest.

    Args:
        paths: The CSV files.
        layout: How their columns are read.
        folder: The folder to make; None to read all and write nothing.
        memory: What DuckDB may take before it spills to disk, as "4GB".
        leave_out: Keeps a list of the lines that cannot be read, which are left out;
            called before the folder is there. None where none may be left out.

    Raises:
        RowsError: They cannot be read, or the folder cannot be written.
        RejectedError: Some lines cannot be read, and none may be left out.
    """
    _named(paths)
    if folder is not None:
        _free(folder)
    with _unfinished(folder) as place, contextlib.closing(Duck(memory)) as duck:
        before = {path: file_stood(path) for path in paths}
        duck.seal([*paths, str(place / ROWS)])
        staged = Staged(duck, paths, layout)
        if staged.rejects and leave_out is None:
            raise RejectedError(staged.rejects)
        if not staged.counts:
            raise RowsError(f"{paths[0]} has no row", "Name a file that has")
        sources = tuple(
            Filed(one, *file_read(one, before[one]), staged.counts.get(one, 0))
            for one in paths
        )
        rejects = tuple(staged.rejects)
        kind, units = staged.stored()
        if folder is None:
            return Imported(sources, (), rejects, kind, duck.name)
        staged.write(place / ROWS, units)
        file = _filed(place / ROWS, sum(one.rows for one in sources))
        found = Imported(sources, (file,), rejects, kind, duck.name)
        said = json.dumps(found.manifest(str(folder)), indent=1, ensure_ascii=False)
        _settled(place / MANIFEST, f"{said}\n".encode())
        if leave_out is not None:
            leave_out(rejects)
        place.rename(folder)
    return found


def _named(paths: Sequence[str]) -> None:
    """Refuse files that are no CSV by their names, or named twice."""
    for path in paths:
        if not path.endswith(_ENDINGS):
            raise RowsError(
                f"{path} is no CSV by its name", f"Name it {' or '.join(_ENDINGS)}"
            )
    real = [os.path.realpath(path) for path in paths]
    twice = [path for at, path in enumerate(paths) if real[at] in real[:at]]
    if twice:
        raise RowsError(f"{twice[0]} is named twice", "Name each file once")


def _free(folder: Path) -> None:
    """Refuse a folder that cannot be made, before the work for it is done."""
    if folder.is_dir() and not any(folder.iterdir()):
        return
    if folder.exists() or folder.is_symlink():
        raise RowsError(
            f"{folder} is there already, and its rows may be evidence",
            "Name a new folder with -o, or move that one away",
        )
    if not folder.parent.is_dir():
        raise RowsError(f"there is no folder {folder.parent}", "Make it first")


@contextlib.contextmanager
def _unfinished(folder: Path | None) -> Iterator[Path]:
    """Give a new folder beside another, gone if it is not put in its place."""
    if folder is None:
        with tempfile.TemporaryDirectory() as name:
            yield Path(name)
        return
    place = folder.with_name(f".{folder.name}.solvency-{secrets.token_hex(6)}")
    try:
        place.mkdir()
        yield place
    except OSError as error:
        raise RowsError(f"{folder} was not written: {error.strerror}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _filed(path: Path, rows: int) -> Filed:
    """Bring a file to the disk, and return how a manifest names it."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return Filed(path.name, *file_read(str(path), file_stood(str(path))), rows)


def _settled(path: Path, content: bytes) -> None:
    """Write a file, and bring it to the disk."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
