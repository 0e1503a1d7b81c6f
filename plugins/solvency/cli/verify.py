"""`solvency verify`: does a report follow from the ledger inside it?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Refused
from solvency.cli.common import print_json
from solvency.cli.progress import progress

if TYPE_CHECKING:
    from solvency.report.verify import Verdict

#: Beyond this many differences the rest are counted.
_MOST = 40


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    r"""Make a report again from the ledger inside it, and compare.

    Every page's text, every figure, table and attached file is compared with what
    the ledger gives. Exit status: 0 all of it follows, 1 something differs, 2 the
    file is no report of this program.

    \b
    Example:
      solvency verify ftx.pdf
    """
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (lazy start)
    from solvency.report.verify import verify  # noqa: PLC0415 (as above)

    try:
        with progress() as tell:
            verdict = verify(file, tell)
    except ReportError as error:
        raise Refused(f"{file}: {error}") from error
    if as_json:
        print_json(_document(verdict))
    else:
        _print(verdict)
    if not verdict.holds:
        raise SystemExit(1)


def _document(verdict: Verdict) -> dict[str, object]:
    return {"holds": verdict.holds, **asdict(verdict), "path": str(verdict.path)}


def _print(verdict: Verdict) -> None:
    from solvency.figures.frame import count  # noqa: PLC0415 (lazy start)

    pages = count(verdict.pages, "page")
    click.echo(f"{verdict.path}: {pages}, made by {verdict.made_by}")
    click.echo(f"scenario     {verdict.scenario}")
    click.echo(f"fingerprint  {verdict.fingerprint}")
    if verdict.made_by != verdict.checked_by:
        click.echo(
            f"made by version {verdict.made_by}, checked by {verdict.checked_by}:"
            " what the versions print differently shows as a difference"
        )
    for one in verdict.differences[:_MOST]:
        click.echo(str(one))
    if len(verdict.differences) > _MOST:
        click.echo(f"and {len(verdict.differences) - _MOST:,} more (--json has all)")
    checked = (
        f"{count(verdict.figures, 'figure')}, {count(verdict.exhibits, 'exhibit')},"
        f" {count(verdict.attachments, 'attached file')}"
    )
    if verdict.holds:
        how = "the same bytes" if verdict.same_bytes else "the same pages"
        click.echo(f"all follows from the ledger inside: {checked}; {how}")
    else:
        click.echo(f"{count(len(verdict.differences), 'difference')} among {checked}")
