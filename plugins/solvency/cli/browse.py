"""`solvency browse`: the case in Fava."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solvency.cli.common import Asked
from solvency.cli.common import Refused
from solvency.cli.common import on_ledger
from solvency.cli.common import print_errors
from solvency.cli.common import shown
from solvency.cli.terminal.exit_status import DOES_NOT_HOLD

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
@click.option(
    "--edit", is_flag=True, help="Let forms and Fava's editor change the files."
)
def command(asked: Asked, host: str, port: int, edit: bool) -> None:
    r"""Open the case in Fava, read-only unless --edit is given.

    \b
    Example:
      solvency browse ledgers/ftx/main.beancount --port 5001
    """
    app = application(asked, host=host, edit=edit)
    from cheroot.wsgi import Server  # noqa: PLC0415 (what Fava itself is served by)

    server = Server((host, port), app)
    try:
        server.prepare()
    except OSError as error:
        raise Refused(
            f"nothing can listen on {host}:{port} ({error}); try another --port"
        ) from error
    # It is bound: port 0 is now the one the machine chose.
    port = server.bind_addr[1]
    address = f"[{host}]" if ":" in host else host
    click.echo(f"Fava: http://{address}:{port}/ (stop with Ctrl-C)", err=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.stop()


def application(asked: Asked, *, host: str = "127.0.0.1", edit: bool = False) -> Flask:
    """Return Fava's web application for a case.

    Args:
        asked: The ledger, scenario and known-date to show.
        host: The address it is to listen on.
        edit: Let the editor change the files of the case.

    Raises:
        SystemExit: The ledger asks for what an untrusted one may not have.
    """
    case = asked.load_whatever()
    if any(error.rule == "trust" for error in case.errors):
        print_errors(case)
        raise SystemExit(DOES_NOT_HOLD)

    from fava.application import create_app  # noqa: PLC0415 (a third of a second)

    from solvency.browse.casepage import CONFIG  # noqa: PLC0415 (lazy start)
    from solvency.browse.edit.requests import EDIT  # noqa: PLC0415 (lazy start)
    from solvency.browse.extension import attach  # noqa: PLC0415 (lazy start)
    from solvency.browse.guard import guard  # noqa: PLC0415 (lazy start)
    from solvency.browse.loader import RefusedError  # noqa: PLC0415 (lazy start)
    from solvency.browse.loader import TrustedLedger  # noqa: PLC0415 (lazy start)
    from solvency.ledger.errors import CaseError  # noqa: PLC0415 (lazy start)
    from solvency.ledger.reading import insist  # noqa: PLC0415 (lazy start)
    from solvency.wide import widen  # noqa: PLC0415 (as above)

    widen()
    insist(asked.scenario, asked.known)
    app = create_app([case.path], read_only=not edit)
    try:
        ledger = TrustedLedger(case.path, trust=asked.trust)
    except RefusedError as error:
        # It changed since it was looked at above.
        for one in error.errors:
            click.echo(shown(one), err=True)
        raise SystemExit(DOES_NOT_HOLD) from error
    except CaseError as error:
        raise Refused(str(error)) from error
    # Fava would load the ledger itself, by its own rules.
    app.config["LEDGERS"]._ledgers = [ledger]  # noqa: SLF001 (it has no other way)
    guard(app, host, trust=asked.trust)
    app.config[CONFIG] = {
        "scenario": asked.scenario,
        "known": asked.known,
        "trust": asked.trust,
        "currency": asked.currency,
        "hypothesis": asked.hypothesis,
    }
    app.config[EDIT] = edit
    attach(ledger)
    return app
