"""`solvency browse`: the case in Fava."""

from __future__ import annotations

import os

import click

from solvency.cli.common import Asked
from solvency.cli.common import on_ledger
from solvency.cli.common import print_errors


@click.command("browse")
@on_ledger
@click.option(
    "--host",
    default="127.0.0.1",
    show_default=True,
    help="The address to listen on; only this machine can reach the default.",
)
@click.option("--port", default=5000, show_default=True, help="The port.")
@click.option("--edit", is_flag=True, help="Let Fava's editor change the files.")
def command(asked: Asked, host: str, port: int, edit: bool) -> None:
    r"""Open the case in Fava, read-only unless --edit is given.

    \b
    Example:
      solvency browse ledgers/ftx/main.beancount --port 5001
    """
    # Fava loads the ledger itself; beancount's pickle cache executes what it
    # reads, and must be off before beancount is imported.
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    case = asked.load_whatever()
    if any(error.rule == "trust" for error in case.errors):
        print_errors(case)
        raise SystemExit(1)
    if asked.scenario or asked.known:
        from solvency.ledger.reading import insist  # noqa: PLC0415 (lazy start)

        insist(asked.scenario, asked.known)
    from fava.cli import main as fava  # noqa: PLC0415 (a third of a second)

    arguments = [case.path, "--host", host, "--port", str(port)]
    if not edit:
        arguments.append("--read-only")
    click.echo(f"Fava: http://{host}:{port}/ (stop with Ctrl-C)", err=True)
    fava.main(args=arguments, standalone_mode=False)
