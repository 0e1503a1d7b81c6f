"""`solvency report`: the case as a PDF."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import PACKAGED
from solvency.cli.common import Asked
from solvency.cli.common import Day
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import refuse_unwritable
from solvency.cli.common import reporting_day
from solvency.cli.terminal.language_option import Language
from solvency.cli.terminal.progress import progress
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.memory import end_soon
from solvency.packaged import packaged

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Case
    from solvency.report.signing import Seal

#: The variable of the environment with the password of the key to sign with.
_PASSWORD = "SOLVENCY_SIGN_PASSWORD"  # noqa: S105 (a name)


def _packaged_case(
    context: click.Context, _: click.Parameter, name: str | None
) -> None:
    """Take a case that comes with the program as the ledger."""
    if name is None:
        return
    folder = packaged("ledgers")
    cases = sorted(path.parent.name for path in folder.glob("*/main.beancount"))
    if name not in cases:
        from solvency.ledger.terms.metadata import meant  # noqa: PLC0415 (lazy start)

        raise click.UsageError(
            f"no case {name}; there are: {', '.join(cases)}.{meant(name, cases)}"
        )
    context.meta[PACKAGED] = folder / name / "main.beancount"


@click.command("report")
@on_ledger
@click.option(
    "--case",
    expose_value=False,
    is_eager=True,
    callback=_packaged_case,
    metavar="NAME",
    help="Print a case that comes with the program: ftx, mf-global or harbour.",
)
@click.option(
    "-o",
    "output",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.pdf",
    help="The file to write; a name that ends in .html gives a page for a browser, one"
    " that ends in .docx a Word document.",
)
@click.option(
    "--kind",
    default="reconstruction",
    show_default=True,
    help="The kind of report: a folder under reports/, or the path of one.",
)
@click.option(
    "--at",
    "dates",
    multiple=True,
    type=Day(),
    metavar="DATE",
    help="Report at this day; several may be given. Default: the day most spoken of"
    " and the petition.",
)
@click.option(
    "--lang",
    "langs",
    type=Language(),
    multiple=True,
    default=[FIRST_LANGUAGE],
    show_default=True,
    help="The language to print in; several give a file each, FILE.en.pdf and so on,"
    " printed at the same time.",
)
@click.option(
    "--section",
    "sections",
    multiple=True,
    metavar="NAME",
    help="Print only this chapter, or this list of exhibits; several may be given.",
)
@click.option(
    "--names",
    is_flag=True,
    help="Print the names a chapter may call, with what each is now, and no report.",
)
@click.option(
    "--draft",
    is_flag=True,
    help="Print quickly, for a look: no tags, nothing attached, and neither the"
    " appendices nor the chapters that take long unless asked for by --section.",
)
@click.option(
    "--sign",
    "key",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="KEY.p12",
    help="Sign the PDF with this key and its certificate. Its password is taken from"
    " --sign-password-file, else from SOLVENCY_SIGN_PASSWORD, else asked for.",
)
@click.option(
    "--sign-password-file",
    "password_file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="A file whose first line is the password of the key.",
)
@click.option(
    "--timestamp",
    metavar="URL",
    help="Have this server (RFC 3161) vouch for the time of signing.",
)
def command(
    asked: Asked,
    output: Path | None,
    names: bool,
    kind: str,
    dates: tuple[datetime.date, ...],
    langs: tuple[str, ...],
    sections: tuple[str, ...],
    draft: bool,
    key: Path | None,
    password_file: Path | None,
    timestamp: str | None,
) -> None:
    r"""Print the case as a PDF whose every figure leads to its source.

    The ledger is carried inside, so that `solvency verify` can make it again.

    \b
    Examples:
      solvency report -o ftx.pdf ledgers/ftx/main.beancount
      solvency report -o mf.pdf --case mf-global
      solvency report -o ftx.pdf --lang en --lang zh ledgers/ftx/main.beancount
      solvency report -o look.pdf --draft --section sheets main.beancount
    """
    if names:
        _print_names(asked, dates, langs[0])
        return
    if output is None:
        raise click.UsageError("Missing option '-o'.")
    if key is None and (password_file or timestamp):
        raise click.UsageError("--sign-password-file and --timestamp go with --sign.")
    options: dict[str, Any] = {"kind": kind, "sections": sections, "draft": draft}
    options["dates"] = dates or None
    options["seal"] = None if key is None else _seal(key, password_file, timestamp)
    langs = tuple(dict.fromkeys(langs))
    outputs = {
        lang: output.with_suffix(f".{lang}{output.suffix}")
        if len(langs) > 1
        else output
        for lang in langs
    }
    for path in outputs.values():
        refuse_unwritable(path)
        if path.suffix.lower() not in {".pdf", ".html", ".htm", ".docx"}:
            raise click.UsageError(
                f"-o writes a PDF, a page or a Word document: {path} must end in .pdf,"
                " .html or .docx."
            )
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (lazy start)

    try:
        _write_all(asked, outputs, options)
    except ReportError as error:
        raise Refused(str(error)) from error
    for path in outputs.values():
        click.echo(str(path))


def _print_names(asked: Asked, dates: tuple[datetime.date, ...], lang: str) -> None:
    """Print the names of a case that its chapters may call, one a line."""
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (lazy start)
    from solvency.report.making import names_of  # noqa: PLC0415 (as above)

    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to name")
    try:
        for name, value in names_of(case, case.book(), dates, lang):
            click.echo(f"{name}\t{value}")
    except ReportError as error:
        raise Refused(str(error)) from error


def _seal(key: Path, password_file: Path | None, timestamp: str | None) -> Seal:
    """Open the key to sign with, before anything long is done."""
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (lazy start)
    from solvency.report.signing import seal  # noqa: PLC0415 (as above)

    if password_file is not None:
        try:
            lines = password_file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            why = getattr(error, "strerror", None) or "it is no text in UTF-8"
            raise Refused(f"{password_file}: {why}") from error
        password = lines[0] if lines else ""
    elif _PASSWORD in os.environ:
        password = os.environ[_PASSWORD]
    elif sys.stdin.isatty():
        password = click.prompt(
            f"Password of {key.name}", hide_input=True, default="", show_default=False
        )
    else:
        password = ""
    try:
        return seal(key, password.encode() or None, timestamp)
    except ReportError as error:
        raise Refused(str(error)) from error


def _said(case: Case) -> str:
    """Say at which days a report is made where none is asked for."""
    from solvency.exhibits.setting import default_dates  # noqa: PLC0415 (lazy start)

    spoken = "".join(
        f"{day}, the day most observed, and " for day in default_dates(case)[:-1]
    )
    return f"solvency: reported at {spoken}{reporting_day(case)}"


def _write_all(asked: Asked, outputs: dict[str, Path], options: dict[str, Any]) -> None:
    """Write a file for each language: the first here, a process each for the rest."""
    case = _loaded(asked, options)
    end_soon()
    (lang, path), *others = outputs.items()
    if not others:
        _write(case, path, lang, options)
        return
    from solvency.analysis.split import split  # noqa: PLC0415 (for several languages alone)
    from solvency.report.several import work_out  # noqa: PLC0415 (as above)

    if not options["draft"]:
        about = {name: options[name] for name in ("kind", "dates", "sections")}
        with progress() as tell:
            work_out(case, case.book(), outputs, **about, progress=tell)
    writing = {
        name: partial(_write, case, other, name, options, quiet=True)
        for name, other in others
    }
    with split([{name: write} for name, write in writing.items()]) as at_work:
        _write(case, path, lang, options)
        for name, write in writing.items():
            at_work.get(name, write)()


def _loaded(asked: Asked, options: dict[str, Any]) -> Case:
    """Load the case, and refuse to report of what had not happened."""
    case = asked.load()
    if not case.selected:
        raise Refused("the ledger has no flow, so nothing to report")
    first = min(flow.date for flow in case.selected)
    for day in options["dates"] or ():
        if day < first:
            raise Refused(
                f"nothing had happened by {day}: the first flow is of {first}"
            )
    return case


def _write(
    case: Case,
    path: Path,
    lang: str,
    options: dict[str, Any],
    *,
    quiet: bool = False,
) -> None:
    """Write one file."""
    from solvency.report import write  # noqa: PLC0415 (brings in the analyses)

    with progress() as tell:
        written = write(
            case,
            case.book(),
            path,
            lang=lang,
            progress=None if quiet else tell,
            **options,
        )
    for warning in written.warnings:
        click.echo(f"solvency: {warning}", err=True)
    if not quiet and not options["dates"]:
        click.echo(_said(case), err=True)
