"""How a command ends: its exit status, and one message where it failed."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import traceback
from typing import TYPE_CHECKING

from solvency.analysis.split import EndedError
from solvency.faults import report
from solvency.inert import written_out
from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Exit statuses; 0 is done, 3 is `verify`'s alone (report/verification).
DOES_NOT_HOLD = 1
REFUSED = 2
FAULT = 70
INTERRUPTED = 130
#: What the machine may answer to writing or reading; anything else is our fault.
_OF_THE_MACHINE = {
    errno.EACCES,
    errno.EBADF,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EMFILE,
    errno.ENFILE,
    errno.ENOMEM,
    errno.ENOSPC,
    errno.EPERM,
    errno.EROFS,
}


def of_check(*, errors: bool, breaches: bool, strict: bool) -> int:
    """Return the exit status of `check`.

    Errors of the ledger fail it. A test that broke is an answer, and fails it only
    with --strict.

    Args:
        errors: Whether the ledger has errors.
        breaches: Whether a test broke whose `severity:` is no warning.
        strict: Whether --strict was given.
    """
    return DOES_NOT_HOLD if errors or (strict and breaches) else 0


@contextlib.contextmanager
def ending() -> Iterator[None]:
    """Turn however a command ends into its exit status, and never a traceback.

    Raises:
        SystemExit: Always, with the status.
    """
    _open_streams()
    status: int | str | None = 0
    try:
        yield
    except SystemExit as end:
        status = end.code
    except BaseException as error:  # noqa: BLE001 (the outermost place there is)
        status = told(error)
    raise SystemExit(_flushed(status))


def told(error: BaseException) -> int:
    """Tell on stderr what ended a command, and return the exit status."""
    if isinstance(error, KeyboardInterrupt):
        _say("solvency: interrupted")
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        _silence(sys.stdout)
        return DOES_NOT_HOLD
    if isinstance(error, MemoryError):
        _say("solvency: there is not enough memory for this")
        return REFUSED
    if isinstance(error, RowsError | EndedError):
        _say(f"solvency: {error}.")
        return REFUSED
    if isinstance(error, OSError) and error.errno in _OF_THE_MACHINE:
        # What waits to be written would fail again, and be told twice.
        _silence(sys.stdout)
        what = error.filename or "what was asked for"
        verb = "used" if error.filename else "written"
        _say(f"solvency: {what} could not be {verb}: {os.strerror(error.errno)}")
        return REFUSED
    if os.environ.get("SOLVENCY_DEBUG"):
        _say("".join(traceback.format_exception(error)).rstrip())
    _say(report(error, _doing()))
    return FAULT


def _doing() -> str:
    """Return the command as it was called, without the files it was given."""
    from solvency.cli import COMMANDS  # noqa: PLC0415 (which imports this)

    name = next((word for word in sys.argv[1:] if word in COMMANDS), "")
    return f"`solvency {name}`" if name else "`solvency`"


def _say(text: str) -> None:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        for line in text.splitlines():
            sys.stderr.write(f"{written_out(line)}\n")
        sys.stderr.flush()


def _flushed(status: int | str | None) -> int | str | None:
    """Bring what was printed to its reader, or tell why that failed."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError) as error:
        _silence(sys.stdout)
        if isinstance(error, BrokenPipeError):
            return status or DOES_NOT_HOLD
        why = os.strerror(error.errno) if isinstance(error, OSError) else str(error)  # type: ignore[arg-type]  # the system's errors have a number
        _say(f"solvency: what was asked for could not be written: {why}")
        return status or REFUSED
    return status


def _silence(stream: object) -> None:
    """Have a stream that cannot be written to swallow what it still holds."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())  # type: ignore[attr-defined]  # suppressed
        os.close(nowhere)


def _open_streams() -> None:
    """Open what the caller closed of stdin, stdout and stderr.

    The next file opened would else take the number of one, and be written over by
    whatever prints. On stdout each write then fails, as the caller has it.
    """
    for number, flags in ((0, os.O_RDONLY), (1, os.O_RDONLY), (2, os.O_WRONLY)):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, flags)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (lives as long as the program)
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 (as above)
