"""`solvency import`: statements, ledgers and registers into a case."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

import click

from solvency.cli.common import Refused
from solvency.cli.common import print_json
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import cents
from solvency.writing import NotWrittenError

if TYPE_CHECKING:
    from solvency.evidence.drafts import Draft
    from solvency.evidence.gaps.continuity import BalanceGap
    from solvency.evidence.intake import Intake

#: Rows of each sort that are named one by one; --json has all.
_NAMED = 10


@click.command("import")
@click.argument(
    "files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."
)
@click.option("--guess", is_flag=True, help="Print a mapping for the files, to edit.")
@click.option(
    "--map",
    "mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="MAP.toml",
    help="The mapping: how the files are read and what their rows mean.",
)
@click.option(
    "-o",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="The folder of the case, or one in it, for the ledger files.",
)
@click.option(
    "--rows",
    is_flag=True,
    help="The files are the rows of a subledger, CSV: write them to a new folder as"
    " sorted Parquet with a manifest. The mapping is the subledger's.",
)
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.csv",
    help="With --rows: leave out lines that cannot be read, and list them here.",
)
@click.option(
    "--memory",
    metavar="SIZE",
    help="With --rows: what DuckDB may take before it spills to disk, as 4GB.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be added; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(
    files: tuple[Path, ...],
    guess: bool,
    mapping: Path | None,
    folder: Path | None,
    rows: bool,
    rejects: Path | None,
    memory: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    r"""Bring statements, ledgers and registers into a case, row by row.

    Each row becomes a flow that names its file and line. What no rule of the
    mapping settles stands in a suspense account, and check lists it. A row that the
    case has is not added again.

    \b
    Examples:
      solvency import --guess bank.csv > bank.toml
      solvency import bank.csv --map bank.toml -o case
      solvency import --rows 2022-*.csv --map customers.toml -o customers
    """
    if rows and guess:
        raise click.UsageError(
            "--guess does not write the mapping of a subledger's rows. Write it by"
            " hand, and name it with --map."
        )
    if not rows and (rejects or memory):
        raise click.UsageError("--rejects and --memory are for --rows.")
    try:
        if guess:
            from solvency.evidence.guess import guessed  # noqa: PLC0415 (lazy start)

            click.echo(guessed(files), nl=False)
            return
        if mapping is None:
            raise click.UsageError(
                "--map names the mapping; solvency import --guess FILE makes one."
            )
        if folder is None and not dry_run:
            raise click.UsageError("-o names the folder to write to, or use --dry-run.")
        if rows:
            from solvency.cli.import_rows import import_rows  # noqa: PLC0415 (an extra)

            import_rows(
                files,
                mapping,
                folder,
                rejects=rejects,
                memory=memory,
                dry_run=dry_run,
                as_json=as_json,
            )
            return
        from solvency.evidence.intake import take_in  # noqa: PLC0415 (lazy start)
        from solvency.evidence.mapfile import read  # noqa: PLC0415 (as above)

        found = take_in(files, read(mapping), folder or Path())
        written = [] if dry_run else _written(found)
    except EvidenceError as error:
        raise Refused(str(error)) from error
    if as_json:
        print_json(document(found))
        return
    _print(found, dry_run=dry_run)
    here = Path.cwd()
    for path in written:
        near = path.relative_to(here) if path.is_relative_to(here) else path
        click.echo(f"written: {near}")


def _written(found: Intake) -> list[Path]:
    from solvency.evidence.output import write  # noqa: PLC0415 (lazy start)

    try:
        return write(found)
    except NotWrittenError as error:
        raise Refused(str(error)) from error
    except OSError as error:
        raise Refused(
            f"{error.filename} cannot be written: {error.strerror}"
        ) from error


def document(found: Intake) -> dict[str, Any]:
    """Return what an import found, as JSON has it."""
    return {
        "files": [
            {
                "file": one.document.name,
                "sha256": one.document.sha256,
                "lines": one.lines,
            }
            for one in found.readings
        ],
        "flows": [
            {
                "id": one.id,
                "date": one.date,
                "payee": one.payee,
                "narration": one.narration,
                "row": ", ".join(map(str, one.rows)),
                "status": one.status,
                "postings": [
                    {
                        "account": leg.account,
                        "amount": leg.amount,
                        "commodity": leg.commodity,
                    }
                    for leg in one.legs
                ],
            }
            for one in found.drafts
        ],
        "duplicates": [
            {"file": cited.file, "row": _row(cited.row), "of": of}
            for cited, of in found.duplicates
        ],
        "unmatched": [
            {"file": one.rows[0].file, "row": _row(one.rows[0].row)}
            for one in found.unmatched
        ],
        "one_sided": [
            {
                "file": one.rows[0].file,
                "row": _row(one.rows[0].row),
                "amount": one.own.amount,
            }
            for one in found.one_sided
        ],
        "gaps": [
            {
                "file": one.file,
                "row": _row(one.row),
                "expected": one.expected,
                "found": one.found,
            }
            for one in found.gaps
        ],
        "names": [
            {"name": one.name, "like": one.like, "alike": round(one.alike)}
            for one in found.names.proposed
        ],
    }


def _row(row: str) -> int | str:
    return int(row) if row.isdecimal() else row


def _print(found: Intake, *, dry_run: bool) -> None:
    from solvency.figures.plain import count  # noqa: PLC0415 (lazy start)

    for one in found.readings:
        rows = count(one.lines, "row")
        click.echo(f"{one.document.name}: {rows}, SHA-256 {one.document.sha256}")
    flows = count(len(found.drafts), "flow")
    click.echo(f"{flows} {'would be ' if dry_run else ''}added")
    both = sum(one.status == "matched" for one in found.drafts)
    if both:
        click.echo(f"{count(both, 'transfer')} joined from both sides")
    _listed("already there", [f"{a} is {b}" for a, b in found.duplicates])
    totals = [
        f"{one.document.name}:{row}" for one in found.readings for row in one.totals
    ]
    _listed("totals, left out", totals)
    _listed(
        "in suspense, no rule matched",
        [_told(one) for one in found.unmatched],
    )
    _listed(
        "unmatched intercompany, on one side only",
        [_told(one) for one in found.one_sided],
    )
    _listed(
        "gaps",
        [_apart(gap) for gap in found.gaps],
    )
    _listed(
        "names that may be one, to decide in names.toml",
        [
            f"{one.name} and {one.like}"
            + (", whose legal forms differ" if one.forms_differ else "")
            for one in found.names.proposed
        ],
    )


def _apart(gap: BalanceGap) -> str:
    if gap.row == gap.after:  # a trial balance, of which no row is missing
        both = f"{cents(gap.expected)} and {cents(gap.found)}"
        return f"{gap.file}:{gap.row}: {both} do not agree"
    return (
        f"{gap.file}:{gap.row} states {cents(gap.found)} {gap.currency} where the rows"
        f" to {gap.after} make {cents(gap.expected)}; {cents(gap.missing)} is missing"
    )


def _told(draft: Draft) -> str:
    leg = draft.own
    said = draft.payee or draft.narration
    moved = f"{cents(leg.amount)} {leg.commodity}"
    return f"{draft.rows[0]} {draft.date} {moved} {said}"[:150]


def _listed(title: str, lines: list[str]) -> None:
    if not lines:
        return
    click.echo(f"{title}: {len(lines):,}")
    for line in lines[:_NAMED]:
        click.echo(f"  {line}")
    if len(lines) > _NAMED:
        click.echo(f"  and {len(lines) - _NAMED:,} more; --json has all")
