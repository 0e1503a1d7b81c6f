"""`solvency browse`: the case in Fava."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import print_errors

if TYPE_CHECKING:
    from flask import Flask


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
    app = application(asked, edit=edit)
    from cheroot.wsgi import Server  # noqa: PLC0415 (what Fava itself is served by)

    server = Server((host, port), app)
    click.echo(f"Fava: http://{host}:{port}/ (stop with Ctrl-C)", err=True)
    try:
        server.start()
    except KeyboardInterrupt:
        server.stop()
    except OSError as error:
        raise Refused(
            f"nothing can listen on {host}:{port} ({error}); try another --port"
        ) from error


def application(asked: Asked, *, edit: bool = False) -> Flask:
    """Return Fava's web application for a case.

    Args:
        asked: The ledger, scenario and known-date to show.
        edit: Let the editor change the files of the case.

    Raises:
        SystemExit: The ledger asks for what an untrusted one may not have.
    """
    # Fava loads the ledger itself; beancount's pickle cache executes what it
    # reads, and must be off before beancount is imported.
    os.environ["BEANCOUNT_DISABLE_LOAD_CACHE"] = "1"
    case = asked.load_whatever()
    if any(error.rule == "trust" for error in case.errors):
        print_errors(case)
        raise SystemExit(1)

    from fava.application import create_app  # noqa: PLC0415 (a third of a second)

    from solvency.browse.extension import CONFIG  # noqa: PLC0415 (lazy start)
    from solvency.browse.extension import attach  # noqa: PLC0415 (lazy start)
    from solvency.ledger.reading import insist  # noqa: PLC0415 (lazy start)
    from solvency.wide import widen  # noqa: PLC0415 (as above)

    widen()
    insist(asked.scenario, asked.known)
    app = create_app([case.path], load=True, read_only=not edit)
    app.config[CONFIG] = {
        "scenario": asked.scenario,
        "known": asked.known,
        "trust": asked.trust,
    }
    for ledger in app.config["LEDGERS"].ledgers:
        attach(ledger)
    return app
