"""`solvency verify`: does a report follow from the ledger inside it?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Refused
from solvency.cli.common import print_json
from solvency.cli.terminal.progress import progress

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.report.verification.verify import Verdict

#: Beyond this many differences the rest are counted.
_MOST = 40


@click.command("verify")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.pdf")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(file: Path, as_json: bool) -> None:
    r"""Make a report again from the ledger inside it, and compare.

    Exit status: 0 the same bytes, signatures apart; 1 a page, a figure or an attached
    file differs from what the ledger gives; 2 the file is no report of this program;
    3 the pages agree, and the file was altered.

    \b
    Example:
      solvency verify ftx.pdf
    """
    from solvency.figures.errors import ReportError  # noqa: PLC0415 (lazy start)
    from solvency.report.verification.verify import verify  # noqa: PLC0415 (as above)

    try:
        with progress() as tell:
            verdict = verify(file, tell)
    except ReportError as error:
        raise Refused(f"{file}: {error}") from error
    if as_json:
        print_json(_document(verdict))
    else:
        _print(verdict)
    raise SystemExit(verdict.outcome.value)


def _document(verdict: Verdict) -> dict[str, object]:
    outcome = {"outcome": verdict.outcome.words, "status": verdict.outcome.value}
    return {**outcome, **asdict(verdict), "path": str(verdict.path)}


def _print(verdict: Verdict) -> None:
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    pages = count(verdict.pages, "page")
    click.echo(f"{verdict.path}: {pages}, made by {verdict.made_by}")
    click.echo(f"scenario     {verdict.scenario}")
    if verdict.known:
        click.echo(f"known by     {verdict.known}")
    click.echo(f"fingerprint  {verdict.fingerprint}")
    if verdict.chapters:
        click.echo(f"chapters     {', '.join(verdict.chapters)}")
        click.echo(f"their hash   {verdict.words}")
        click.echo(
            "these chapters are the case's own: their numbers follow from the ledger,"
            " their sentences are their author's"
        )
    for name, digest in verdict.carried.items():
        click.echo(
            f"as carried   {name}, SHA-256 {digest}: no part of the fingerprint; what"
            " it says is taken as it stands in the file"
        )
    _list(verdict.differences)
    _list(verdict.alterations)
    for one in verdict.signatures:
        click.echo(str(one))
    if any(one.valid for one in verdict.signatures):
        click.echo("a signature says who vouches for the file, not that it is true")
    if verdict.by_another_version and not verdict.same_bytes:
        click.echo(
            f"printed by version {verdict.made_by}, checked by {verdict.checked_by},"
            f" which may print it otherwise: install solvency {verdict.made_by} and"
            " verify again"
        )
    checked = (
        f"{count(verdict.figures, 'figure')}, {count(verdict.exhibits, 'exhibit')},"
        f" {count(verdict.attachments, 'attached file')}"
    )
    click.echo(f"{_conclusion(verdict)}: {checked}")


def _list(found: Sequence[object]) -> None:
    for one in found[:_MOST]:
        click.echo(str(one))
    if len(found) > _MOST:
        click.echo(f"and {len(found) - _MOST:,} more (--json has all)")


def _conclusion(verdict: Verdict) -> str:
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)
    from solvency.report.verification.verify import Outcome  # noqa: PLC0415 (as above)

    words = verdict.outcome.words
    if verdict.outcome is Outcome.SAME:
        below = " below the signatures" if verdict.signatures else ""
        return f"{words}{below} as the ledger inside gives"
    if verdict.outcome is Outcome.ALTERED:
        return f"{words} in {count(len(verdict.alterations), 'place')}"
    return f"{words} in {count(len(verdict.differences), 'place')}"
