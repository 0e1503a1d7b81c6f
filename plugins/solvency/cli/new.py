"""`solvency new`: a case to start from."""

from __future__ import annotations

import os
from pathlib import Path

import click

from solvency.cli.common import Refused
from solvency.packaged import packaged
from solvency.writing import NotWrittenError
from solvency.writing import write_whole


@click.command("new")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--title", help="The title of the case. Default: the folder's name.")
def command(folder: Path, title: str | None) -> None:
    r"""Start a new case in FOLDER: a small commented ledger that passes check.

    \b
    Example:
      solvency new harbour && solvency check harbour/main.beancount
    """
    target = folder / "main.beancount"
    # A link that leads nowhere is there too, and would be written through.
    if os.path.lexists(target):
        raise Refused(f"{target} exists already; choose another folder")
    text = (packaged("ledgers") / "template.beancount").read_text(encoding="utf-8")
    try:
        title = title or folder.resolve().name
        written = title.replace("\\", "\\\\").replace('"', '\\"')
        content = text.replace("TITLE", written, 1).encode("utf-8", "replace")
        folder.mkdir(parents=True, exist_ok=True)
        write_whole(target, content)
    except OSError as error:
        raise Refused(f"{target} cannot be written: {error.strerror}") from error
    except NotWrittenError as error:
        raise Refused(str(error)) from error
    click.echo(str(target))
