"""`solvency redact`: a copy of a case with names replaced."""

from __future__ import annotations

from pathlib import Path

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import default_ledger
from solvency.cli.terminal.cache import no_cache
from solvency.writing import NotWrittenError


@click.command("redact")
@click.argument("ledger", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o",
    "folder",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="A new or empty folder for the copy.",
)
@click.option(
    "--keep", multiple=True, metavar="NAME", help="An entity that stays named."
)
@click.option(
    "--key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Where the key goes, what stands for whom. Default: DIR.key.json, beside DIR."
    " One that is there gives the same names the same pseudonyms.",
)
@click.option("--trust", is_flag=True, help="Run the plugins the ledger asks for.")
@no_cache
def command(
    ledger: Path | None,
    folder: Path,
    keep: tuple[str, ...],
    key: Path | None,
    trust: bool,
) -> None:
    r"""Copy a case with every name, title, narration and file name replaced.

    Amounts, days and grades stay, so every figure does. Comments, addresses,
    locators and notes are left out. The copy is searched for every replaced word,
    and loaded, before it is written.

    \b
    Example:
      solvency redact main.beancount -o public --keep Harbour
    """
    from solvency.ledger.terms.metadata import meant  # noqa: PLC0415 (lazy start)
    from solvency.redact.pseudonyms import BadKeyError  # noqa: PLC0415 (as above)
    from solvency.redact.pseudonyms import Pseudonyms  # noqa: PLC0415 (as above)
    from solvency.redact.redacted_text import RedactionError  # noqa: PLC0415 (as above)
    from solvency.redact.redaction import redacted  # noqa: PLC0415 (as above)

    key = key or folder.with_name(f"{folder.resolve().name}.key.json")
    if key.resolve().is_relative_to(folder.resolve()):
        raise click.UsageError(
            "--key names a file in DIR: the key stays apart from it."
        )
    if folder.is_dir() and any(folder.iterdir()):
        raise Refused(f"{folder} is not empty; choose another folder")
    case = Asked(ledger or default_ledger(), None, None, trust).load()
    for name in keep:
        if name not in case.entities:
            raise Refused(
                f"--keep names {name}, which is no entity of the case."
                f"{meant(name, case.entities)}"
            )
    try:
        names = Pseudonyms.read(key, frozenset(keep))
        contents = redacted(case, names, trust=trust)
        _write(folder, contents, key, names.written())
    except (RedactionError, BadKeyError, NotWrittenError) as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(
            f"{error.filename} cannot be written: {error.strerror}"
        ) from error
    number = sum(map(len, names.names.values()))
    click.echo(f"{folder}: {len(contents):,} files, {number:,} names replaced")
    click.echo(f"{key}: the key; keep it apart")


def _write(folder: Path, contents: dict[str, bytes], key: Path, names: bytes) -> None:
    """Write the copy, and the key where nobody else may read it."""
    from solvency.writing import write_whole  # noqa: PLC0415 (lazy start)

    folder.mkdir(parents=True, exist_ok=True)
    if not key.exists():
        key.touch(mode=0o600)
    write_whole(key, names)
    for name, content in contents.items():
        write_whole(folder / name, content)
