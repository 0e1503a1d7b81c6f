"""`solvency prove`: a proof of what is owed that each customer can check."""

from __future__ import annotations

import json
import os
import re
import secrets
from pathlib import Path
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Output
from solvency.cli.common import Refused
from solvency.cli.common import at_day
from solvency.cli.common import heading
from solvency.cli.common import on_ledger
from solvency.cli.common import on_output
from solvency.cli.common import refuse_unwritable
from solvency.cli.engines import on_engine
from solvency.cli.terminal.exit_status import DOES_NOT_HOLD

if TYPE_CHECKING:
    import datetime

_KEY = re.compile(r"[0-9a-f]{64}")


@click.command("prove")
@on_ledger
@click.option(
    "--key",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The secret that hides parties from each other; made where there is none. Keep"
    " it: the same rows and secret give the same root.",
)
@click.option("--party", metavar="NAME", help="Make the proof of this party too.")
@click.option(
    "--proof",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE.json",
    help="Write the proof of the party here, to be given to it.",
)
@click.option("--account", metavar="NAME", help="Of the subledger of this account.")
@at_day()
@on_engine
@on_output
def command(
    asked: Asked,
    key: Path,
    party: str | None,
    file: Path | None,
    account: str | None,
    at: datetime.date | None,
    engine: str,
    memory: str | None,
    output: Output,
) -> None:
    r"""Make a root of what all parties of a subledger are owed, and one party's proof.

    The root is published. A party checks with its proof that its balance is part of
    the sums that the root stands for. The exit status is 1 where the ledger has
    another root for the day.

    \b
    Examples:
      solvency prove --key secret.txt ledgers/exchange/main.beancount
      solvency prove --key secret.txt --party 1042 --proof 1042.json main.beancount
    """
    from solvency.analysis.ask.inputs import asking  # noqa: PLC0415 (lazy start)
    from solvency.analysis.ask.liability_proof import proof  # noqa: PLC0415 (as above)

    if file is not None:
        if party is None:
            raise click.UsageError("--proof goes with --party.")
        refuse_unwritable(file)
    case = asked.load()
    secret = _secret(key)
    try:
        with asking(
            case, account=account, at=at, party=party, engine=engine, memory=memory
        ) as rows:
            found = proof(rows, secret)
    except LookupError as error:
        raise Refused(str(error)) from error
    if file is not None:
        _write(file, json.dumps(found.path, indent=1, ensure_ascii=False) + "\n")
        click.echo(str(file), err=True)
    output.print({**heading(case), **found.document()}, found.to_table)
    if found.agrees is False:
        raise SystemExit(DOES_NOT_HOLD)


def _secret(path: Path) -> str:
    """Return the secret in a file, made where there is no file.

    Raises:
        Refused: The file cannot be read or written, or has no secret.
    """
    try:
        found = path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        found = secrets.token_hex(32)
        try:
            opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(opened, "w", encoding="ascii") as stream:
                stream.write(found + "\n")
        except OSError as error:
            raise Refused(f"{path}: {error.strerror}") from error
        click.echo(f"solvency: a new secret is in {path}: keep it", err=True)
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is no text"
        raise Refused(f"{path}: {why}") from error
    if not _KEY.fullmatch(found):
        raise Refused(
            f"{path} has no secret of 64 hexadecimal digits: name a file that is not"
            " there, and one is made"
        )
    return found


def _write(path: Path, said: str) -> None:
    from solvency.writing import NotWrittenError  # noqa: PLC0415 (lazy start)
    from solvency.writing import write_whole  # noqa: PLC0415 (as above)

    try:
        write_whole(path, said.encode())
    except NotWrittenError as error:
        raise Refused(str(error)) from error
