"""The command line: `solvency COMMAND [OPTIONS] [LEDGER]`."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING
from typing import Any

import click

import solvency
from solvency.cli.terminal.exit_status import ending
from solvency.cli.terminal.exit_status import told
from solvency.extensions import offered
from solvency.inert import Shown
from solvency.memory import own

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.metadata import EntryPoint

#: Each command with its one-line help, so that `--help` imports none of them.
COMMANDS = {
    "check": "Check that the books hold together.",
    "balance": "Print balance sheets: entities, silos, the group.",
    "reconcile": "Say whether the claims can all be true, and which is suspect.",
    "weigh": "Weigh the hypotheses by what was observed.",
    "tally": "Add up what the hypotheses take, beside what is untraced.",
    "trace": "Say whose money paid for an outlay, under five rules of tracing.",
    "recover": "Say who gets what back: statement of affairs, clearing, classes.",
    "tie": "Say whether rows of subledgers agree with their control accounts.",
    "ask": "Put a question to the rows of a subledger: owed, negative, distribution.",
    "prove": "Make a proof of what is owed that each customer can check.",
    "stress": "Say what a holding really fetches, and where the spiral starts.",
    "explain": "Say what a figure, flow or source rests on, and what on it.",
    "report": "Print the case as a PDF.",
    "verify": "Make a report again from the ledger inside it, and compare.",
    "browse": "Open the case in Fava.",
    "site": "Write the pages of the case as files, with no server.",
    "new": "Start a new case.",
    "import": "Bring statements, ledgers and registers into a case.",
    "diff": "Say what changed between two versions of a case.",
    "workbook": "Write the working papers of a whole case.",
    "export": "Write a case for SQL (DuckDB, Parquet) or FollowTheMoney.",
    "redact": "Copy a case with its names replaced, its figures as they are.",
}


def _added() -> dict[str, EntryPoint]:
    """Return the commands other packages add; ours keep their names."""
    return {
        name: one
        for name, one in offered("solvency.commands").items()
        if name not in COMMANDS
    }


def _short(name: str) -> str:
    found: click.Command = _added()[name].load()
    return found.get_short_help_str(limit=80)


@contextlib.contextmanager
def _shown() -> Iterator[None]:
    """Write to the terminal so that nothing of a ledger acts on it."""
    with (
        contextlib.redirect_stdout(Shown(sys.stdout)),
        contextlib.redirect_stderr(Shown(sys.stderr)),
    ):
        yield


class _Commands(click.Group):
    """A group that imports a command only when it is run."""

    def main(self, *args: Any, **extra: Any) -> Any:
        """Run a command; however it ends, with a status and without a traceback.

        Nothing of a ledger acts on the terminal it is shown on.
        """
        if not args and "args" not in extra:
            # Called for what the command line says: nothing comes after it.
            own()
        if not extra.get("standalone_mode", True):
            with _shown():
                return super().main(*args, **extra)
        with ending(), _shown():
            return super().main(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; Ctrl-C ends it with a status of its own."""
        if "numpy" not in sys.modules:
            # Matrices here are small: threads of OpenBLAS would wait for one another
            # longer than they work. No digit depends on their number.
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        from solvency.wide import wide  # noqa: PLC0415 (decimal is not needed for --help)

        try:
            with wide():
                return super().invoke(ctx)
        except KeyboardInterrupt as error:
            # click has 1 for it, which here is a ledger with errors.
            raise SystemExit(told(error)) from None

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return [*COMMANDS, *_added()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            added = _added().get(cmd_name)
            offer: click.Command | None = added.load() if added else None
            return offer
        command: click.Command = import_module(f"solvency.cli.{cmd_name}").command
        # Docstrings are raw, as linters ask: click wants the character itself,
        # which keeps the lines of an example apart.
        command.help = (command.help or "").replace("\\b\n", "\b\n")
        return command

    def format_commands(
        self, ctx: click.Context, formatter: click.HelpFormatter
    ) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl(
                [
                    *COMMANDS.items(),
                    *((name, _short(name)) for name in _added()),
                ]
            )

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        known = [*COMMANDS, *_added()]
        if args and args[0] not in known and not args[0].startswith("-"):
            import difflib  # noqa: PLC0415 (only for a mistyped command)

            meant = difflib.get_close_matches(args[0], known, n=1)
            hint = f" Did you mean {meant[0]}?" if meant else ""
            raise click.UsageError(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.command(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="LEDGER is the top file of a case: by default main.beancount in the"
    " current folder, else the FTX case that comes with the program.",
)
@click.version_option(solvency.__version__, prog_name="solvency")
def main() -> None:
    """Reconstruct the books of a collapsed group, and see what they say."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is not None:
        import datetime  # noqa: PLC0415 (only where the variable is set)

        # NumPy reads it too, as it is imported, and would end in a traceback.
        try:
            datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        except (ValueError, OverflowError, OSError):
            raise click.UsageError(
                f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}"
            ) from None
