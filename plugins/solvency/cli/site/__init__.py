"""`solvency site`: the pages of a case as files anyone can publish."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.terminal.language_option import Language
from solvency.cli.terminal.progress import progress
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.ledger.case import Case


@click.command("site")
@click.argument(
    "folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False)
)
@click.option(
    "--language",
    "--lang",
    "languages",
    type=Language(),
    multiple=True,
    default=(FIRST_LANGUAGE,),
    help="The language of the pages; several stand side by side, each page with a link"
    " to the other, the first in DIR itself.",
)
@click.option(
    "--since",
    "versions",
    metavar="VERSION",
    multiple=True,
    help="Write a feed of what changed since a version: a file, a folder, or a git"
    " revision; several, oldest first, give an entry each.",
)
@click.option(
    "--url",
    metavar="URL",
    default="",
    help="The address the site is published at, for the links of the feed.",
)
@on_ledger
def command(
    asked: Asked,
    folder: Path,
    languages: tuple[str, ...],
    versions: tuple[str, ...],
    url: str,
) -> None:
    r"""Write the pages of `solvency browse` into DIR as files, with no server.

    DIR is a new or empty folder, or one with a site, which is replaced whole.

    \b
    Example:
      solvency site --language en --language zh build/site ledgers/ftx/main.beancount
    """
    from solvency.browse.site import Told  # noqa: PLC0415 (lazy start)
    from solvency.browse.site import write_site  # noqa: PLC0415 (lazy start)
    from solvency.wide import widen  # noqa: PLC0415 (as above)

    widen()
    try:
        with _steps() as tell:
            tell("reading the ledger")
            case = asked.load()
            if not case.selected:
                raise Refused("the ledger has no flow, so there is nothing to show")
            told = Told(_earlier(asked, versions), url)
            found = write_site(
                case, folder, tell, tuple(dict.fromkeys(languages)), told
            )
    except NotWrittenError as error:
        raise Refused(str(error)) from error
    size = found.size / 1_000_000
    click.echo(f"{folder / 'index.html'}: {found.files:,} files, {size:,.1f} MB")


@contextlib.contextmanager
def _steps() -> Iterator[Callable[[str], None]]:
    """Give a function that shows what is being done: in a pipe a line a kind of work.

    What it is told begins with the kind, before a colon.
    """
    told: set[str] = set()

    def line(words: str) -> None:
        kind = words.partition(":")[0]
        if kind not in told:
            told.add(kind)
            click.echo(kind, err=True)

    with progress() as tell:
        yield tell or line


def _earlier(asked: Asked, versions: tuple[str, ...]) -> tuple[Case, ...]:
    """Load the versions of a case that came before it."""
    from solvency.analysis.diff.versions import version  # noqa: PLC0415 (lazy start)
    from solvency.ledger.errors import CaseError  # noqa: PLC0415 (as above)

    found = []
    for name in versions:
        try:
            with version(name, str(asked.ledger)) as top:
                found.append(replace(asked, ledger=top).load())
        except CaseError as error:
            raise Refused(str(error)) from error
    return tuple(found)
