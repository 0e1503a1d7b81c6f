"""Text for a terminal: as wide as it is, in colour, by pages; in a pipe plain."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import click

from solvency import inert

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.figures.table import Table
    from solvency.figures.text import Screen

#: Columns where no terminal and no COLUMNS says how many.
_WIDTH = 80
#: The least width tables are set in.
_LEAST = 40
#: A colour, which is all of a terminal's language that is ever written.
_COLOUR = re.compile("(\x1b\\[[0-9;]*m)")


def screen(*, exact: bool = False) -> Screen:
    """Return what is printed on: a terminal, or something that takes plain text.

    Args:
        exact: Print amounts in full.
    """
    from solvency.figures.text import Screen  # noqa: PLC0415 (lazy start)

    asked = os.environ.get("COLUMNS", "")
    width = int(asked) if asked.isdecimal() else _WIDTH
    if sys.stdout.isatty():
        width = _terminal().columns
    return Screen(max(width, _LEAST), colour=_coloured(), exact=exact)


def _terminal() -> os.terminal_size:
    """Return the size of the terminal that is printed on."""
    import shutil  # noqa: PLC0415 (brings in what reads archives)

    return shutil.get_terminal_size((_WIDTH, 24))


def _coloured() -> bool:
    """Say whether colours are shown: on a terminal that has them, unless refused."""
    dull = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not dull


def show(parts: Iterable[Table | str], on: Screen) -> None:
    """Print tables and paragraphs, a blank line between each and the next.

    On a terminal with fewer lines a pager shows them.
    """
    from solvency.figures.text import text  # noqa: PLC0415 (lazy start)

    shown = "\n".join(
        _paragraph(part, on) if isinstance(part, str) else text(part, on)
        for part in parts
    )
    # Words of a ledger were written out above: what acts is a colour of ours.
    pieces = _COLOUR.split(shown)
    shown = "".join(one if n % 2 else inert.shown(one) for n, one in enumerate(pieces))
    if sys.stdout.isatty() and shown.count("\n") >= _terminal().lines:
        # Unasked, click colours where the pager shows it: `less`, told so by -R.
        click.echo_via_pager(shown, color=None if on.colour else False)
        return
    getattr(sys.stdout, "raw", sys.stdout).write(shown)


def _paragraph(words: str, on: Screen) -> str:
    lines = words.rstrip("\n").split("\n")
    return "".join(f"{one}\n" for line in lines for one in on.wrapped(line))
