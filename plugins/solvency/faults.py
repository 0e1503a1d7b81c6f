"""What was not foreseen, told in one line instead of a traceback."""

from __future__ import annotations

import traceback
from importlib import import_module
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def place(error: BaseException) -> str:
    """Say what was raised, and where in this program, without a path of the machine.

    Args:
        error: What was raised.

    Returns:
        `KeyError at solvency/model/book.py:120 in balance`: the deepest place that is
        in this package. What the error says is left out: it may quote the ledger.
    """
    where = ""
    for frame in traceback.extract_tb(error.__traceback__):
        file = Path(frame.filename)
        if file.is_relative_to(_PACKAGE):
            inside = file.relative_to(_PACKAGE.parent).as_posix()
            where = f" at {inside}:{frame.lineno} in {frame.name}"
    return f"{type(error).__name__}{where}"


def report(error: BaseException, doing: str) -> str:
    """Return the message on a fault of the program: what it is and whom to tell.

    Args:
        error: What was raised.
        doing: What the program was asked to do, as `solvency check`.
    """
    # The package's own names lead to every floor, and this is used on the lowest.
    version = import_module("solvency").__version__
    return (
        f"solvency {version} failed in {doing}: {place(error)}. This is a"
        " fault of the program and not of the ledger: report this line to those who"
        " maintain it. SOLVENCY_DEBUG=1 shows more"
    )
