"""`solvency check`: do the books hold together?"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import on_ledger
from solvency.cli.common import print_json
from solvency.cli.common import shown

if TYPE_CHECKING:
    from solvency.ledger.case import Case


@click.command("check")
@on_ledger
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the errors as CSV.")
@click.option(
    "--canonical",
    is_flag=True,
    help="Print the canonical form whose SHA-256 is the fingerprint.",
)
@click.option("--strict", is_flag=True, help="Exit with 1 on a breach of solvency.")
def command(
    asked: Asked, as_json: bool, as_csv: bool, canonical: bool, strict: bool
) -> None:
    r"""Check that the books hold together.

    Every rule of the ledger language is checked, and every error shown, each
    with its file and line and how to mend it.

    \b
    Example:
      solvency check ledgers/ftx/main.beancount --scenario mostly-spent
    """
    del strict
    case = asked.load_whatever()
    if canonical:
        from solvency.ledger.fingerprint import canonical as form  # noqa: PLC0415 (asked for seldom)

        sys.stdout.buffer.write(form(case))
    elif as_json:
        print_json(_document(case))
    elif as_csv:
        from solvency.model.frame import Column  # noqa: PLC0415 (lazy start)
        from solvency.model.frame import Frame  # noqa: PLC0415 (lazy start)

        rows = tuple((e.file, e.line, e.rule, e.message) for e in case.errors)
        columns = tuple(map(Column, ("file", "line", "rule", "message")))
        click.echo(Frame("errors", columns, rows).to_csv(), nl=False)
    else:
        _print(case)
    if case.errors:
        raise SystemExit(1)


def _document(case: Case) -> dict[str, object]:
    return {
        "case": case.path,
        "fingerprint": case.fingerprint,
        "scenario": case.scenario.name,
        "known": case.known,
        "errors": [
            {
                "file": error.file,
                "line": error.line,
                "rule": error.rule,
                "message": error.message,
            }
            for error in case.errors
        ],
        "findings": [],
        "counts": case.counts(),
    }


def _print(case: Case) -> None:
    for error in case.errors:
        click.echo(shown(error))
    counts = case.counts()
    known = f", as known on {case.known}" if case.known else ""
    click.echo(f"{case.title or case.path}")
    click.echo(f"scenario {case.scenario.name}{known}")
    click.echo(
        ", ".join(f"{number:,} {name}" for name, number in counts.items() if number)
    )
    click.echo(f"fingerprint {case.fingerprint}")
    errors = len(case.errors)
    click.echo(f"{errors} error{'s' * (errors != 1)}" if errors else "no errors")
