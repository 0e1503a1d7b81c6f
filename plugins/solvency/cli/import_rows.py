"""`solvency import --rows`: rows of a subledger from CSV to sorted Parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Refused
from solvency.cli.common import print_json
from solvency.subledgers.errors import RowsError
from solvency.subledgers.intake import MANIFEST
from solvency.subledgers.intake import RejectedError
from solvency.subledgers.intake import take_in
from solvency.writing import NotWrittenError
from solvency.writing import refuse
from solvency.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Sequence

    from solvency.subledgers.intake import Imported
    from solvency.subledgers.layout import ColumnLayout
    from solvency.subledgers.rejects import Reject

#: Lines that cannot be read which are named one by one.
_NAMED = 10


def import_rows(
    files: Sequence[Path],
    mapping: Path,
    folder: Path | None,
    *,
    rejects: Path | None,
    memory: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Write rows of CSV to a new folder, and say what was written.

    Raises:
        Refused: They cannot be read, or the folder cannot be written.
    """
    folder = (folder or Path("rows")).absolute()
    try:
        found = take_in(
            [str(file.absolute()) for file in files],
            _layout(mapping),
            None if dry_run else folder,
            memory=memory,
            leave_out=None if rejects is None else _list_in(rejects),
        )
    except RejectedError as error:
        raise Refused("\n".join([*_told(error.rejects), str(error)])) from error
    except (RowsError, NotWrittenError) as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(document(found, folder))
        return
    _print(found, folder, mapping)


def _layout(mapping: Path) -> ColumnLayout:
    """Read a mapping, as the directive of a subledger does."""
    from solvency.ledger.files.source import UnreadableError  # noqa: PLC0415 (lazy start)
    from solvency.ledger.files.source import bytes_of  # noqa: PLC0415 (as above)
    from solvency.ledger.files.source import text_of  # noqa: PLC0415 (as above)
    from solvency.subledgers.layout import ColumnLayout  # noqa: PLC0415 (as above)
    from solvency.subledgers.layout import mapped  # noqa: PLC0415 (as above)

    try:
        said = text_of(bytes_of(str(mapping.resolve()))).decode()
    except (OSError, UnreadableError) as error:
        raise Refused(f"{mapping} cannot be used: {error}") from error
    return mapped(ColumnLayout(), said, str(mapping))


def document(found: Imported, folder: Path) -> dict[str, object]:
    """Return what an import of rows wrote, as JSON has it."""
    return {
        **found.manifest(str(folder)),
        "rejects": [
            {"file": _near(one.file), "line": one.line, "wrong": one.wrong}
            for one in found.rejects
        ],
    }


def _near(path: str) -> str:
    here = Path.cwd()
    return str(
        Path(path).relative_to(here) if Path(path).is_relative_to(here) else path
    )


def _list_in(path: Path) -> Callable[[Sequence[Reject]], None]:
    """Return what writes the lines that are left out to a new file.

    Raises:
        Refused: It is there already: a shell may have put an input in its place.
        NotWrittenError: It cannot be written.
    """
    if path.exists() or path.is_symlink():
        raise Refused(
            f"{path} is there already, and may be evidence. Name a new file with"
            " --rejects, or move that one away"
        )
    refuse(path)

    def write(rejects: Sequence[Reject]) -> None:
        file = io.StringIO()
        out = csv.writer(file, lineterminator="\n")
        out.writerow(["file", "line", "wrong"])
        out.writerows((_near(one.file), one.line, one.wrong) for one in rejects)
        write_whole(path, file.getvalue().encode("utf-8", "backslashreplace"))

    return write


def _told(rejects: Sequence[Reject]) -> list[str]:
    """Return the first lines that cannot be read, and how many more there are."""
    said = [str(one._replace(file=_near(one.file))) for one in rejects[:_NAMED]]
    left = len(rejects) - len(said)
    return said + ([f"and {left:,} more"] if left else [])


def _print(found: Imported, folder: Path, mapping: Path) -> None:
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    for one in found.sources:
        rows = count(one.rows, "row")
        click.echo(f"{_near(one.path)}: {rows}, SHA-256 {one.sha256}")
    if found.rejects:
        click.echo(f"left out, as they cannot be read: {len(found.rejects):,}")
        for line in _told(found.rejects):
            click.echo(f"  {line}")
    whole = found.units == "BIGINT"
    units = "integers of the smallest unit" if whole else found.units
    together = count(sum(one.rows for one in found.sources), "row")
    if not found.files:
        click.echo(f"{together} would be written, units as {units}")
        return
    click.echo(f"{together}, sorted, units as {units}")
    for file in found.files:
        click.echo(f"written: {_near(str(folder / file.path))}, SHA-256 {file.sha256}")
    click.echo(f"written: {_near(str(folder / MANIFEST))}")
    click.echo(
        f'The subledger names them so: "{_near(str(folder))}/*.parquet", with'
        f' mapping: "{_near(str(mapping.absolute()))}"'
    )
