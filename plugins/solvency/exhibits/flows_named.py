"""How many flows paper names of those behind a figure, before it says how many more.

`explain` and the attached figures have all of them.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

#: Beside a figure: of those that moved it most, or with what each has in it.
NAMED = 4
#: Of those not named with their amounts, so many are linked.
LINKED = 10
#: In a line that says what several come to.
IN_A_LINE = 2
#: In a table of flows at least and at most so many; the rest stand in one line. More
#: than the least are named until what is left is under a tenth of the sum.
_LEAST, _MOST = 5, 12
_TENTH = 10


def beside(figure: Figure, flows: int) -> int:
    """Return how many of a figure's flows, the largest first, are named beside it."""
    most = figure.named or NAMED
    # One flow has all of it, and one left over takes no more room than saying so.
    return most if flows > most + 1 else flows


def in_a_table(figure: Figure, parts: list[Decimal]) -> int:
    """Return how many of the parts, the largest first, are named each by itself."""
    whole = abs(figure.value or Decimal())
    for most in range(_LEAST, min(_MOST, len(parts)) + 1):
        if abs(sum(parts[most:], Decimal())) * _TENTH < whole:
            break
    else:
        most = _MOST
    # One flow alone needs no line for the rest.
    return most if len(parts) > most + 1 else len(parts)


def flow_links(setting: Setting, flows: tuple[str, ...], most: int) -> Prose:
    """Return links to the first flows of some, and how many more there are."""
    pieces: list[Piece] = []
    for name in flows[:most]:
        pieces += [", ", setting.flow_ref(name)] if pieces else [setting.flow_ref(name)]
    if len(flows) > most:
        more = setting.count(f"more:{'+'.join(flows)}", len(flows) - most)
        pieces += setting.say(" and %(count)s more", count=more)
    return tuple(pieces)
