"""Small steps that several sections share."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.figure import Day
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model import worth

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.figure import Ref
    from solvency.figures.table import Cell
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Posting


#: The chapter of figures worked out from others, as it is titled.
DERIVED = "What derived figures rest on"


def plotted(
    key: str, title: str, head: str, columns: Sequence[str], rows: Iterable[Row]
) -> Table:
    """Return what a drawing draws, as the table attached beside it."""
    return Table(
        key=f"{key}-plotted",
        title=title,
        unit=(),
        head=head,
        columns=tuple(Column(name, name) for name in columns),
        rows=tuple(rows),
        numbered=False,
    )


def in_prose(figure: Figure) -> Figure:
    """Return a table's figure as a sentence has it, with its unit.

    It prints other text than in its table, so it is another figure by its key.
    """
    return replace(figure, key=f"{figure.key}:prose", target=figure.place, prose=True)


def in_figures(setting: Setting, exhibit: str, line: Ref | None = None) -> Prose:
    """Say which exhibit has the figures of a drawing, and leads on from them.

    Args:
        setting: What the report is of.
        exhibit: The exhibit's key.
        line: A link to its row, if one has them all.
    """
    if line is not None:
        return setting.say(
            "In figures, with what they rest on: %(line)s (%(exhibit)s).",
            exhibit=Exhibit(exhibit),
            line=line,
        )
    return setting.say(
        "In figures, with what they rest on: %(exhibit)s.", exhibit=Exhibit(exhibit)
    )


def at_end(
    setting: Setting, day: datetime.date, named: Iterable[tuple[str, Figure]]
) -> Prose:
    """Say what the lines of a drawing come to at their end.

    Args:
        setting: What the report is of.
        day: The last day drawn.
        named: Each line by the name it has in the drawing, with its figure.
    """
    joint = setting.text(", ")
    pieces: list[Piece] = []
    for name, figure in named:
        pieces += [*((joint,) if pieces else ()), Said(name), " ", figure]
    return setting.say(
        "At the end, %(day)s: %(amounts)s.", day=Day(day), amounts=tuple(pieces)
    )


def class_place(entity: str, key: str) -> str:
    """Return the id of a class, or of a total, of an entity's balance sheet."""
    return anchor("class", f"{entity}:{key}")


def apart(names: Iterable[str]) -> list[str]:
    """Return names that differ: the second of a kind is `name:2`, then `name:3`."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if seen[name] == 1 else f"{name}:{seen[name]}")
    return found


def row(key: str, label: object, *cells: Cell) -> Row:
    """Return a line whose label is plain text."""
    return Row(key, (str(label),), cells)


def finite(value: float, places: int) -> Decimal | None:
    """Return a computed number as printed, None where there is none to print."""
    return Decimal(f"{value:.{places}f}") if math.isfinite(value) else None


def posting_worth(setting: Setting, flow: Flow, posting: Posting) -> Decimal | None:
    """Return what a posting was worth on its day; None without a price."""
    return worth.posting_worth(setting.book.prices, flow, posting)


def grade_of(setting: Setting, flow: Flow) -> str:
    """Return the grade of a flow: its own, else that of its amount's source."""
    if flow.grade:
        return flow.grade
    source = setting.case.sources.get(flow.amount_from or "")
    return source.grade if source else ""


def grades(setting: Setting, flows: Iterable[str]) -> dict[str, int]:
    """Count flows by the letter of their grade, best first."""
    counts: dict[str, int] = {}
    for name in flows:
        letter = grade_of(setting, setting.case.by_id[name])[:1] or "?"
        counts[letter] = counts.get(letter, 0) + 1
    return dict(sorted(counts.items()))


def told(setting: Setting, flow: Flow) -> str:
    """Return what happened: who the flow was with, then its narration.

    Nothing is put before a narration that begins with the counterparty's name.
    """
    who, what = setting.locale.named(flow.payee or ""), flow.narration
    if not who or what.casefold().startswith(who.casefold()):
        return what
    return f"{who}{setting.text(': ')}{what}" if what else who


def words(setting: Setting, label: str) -> str:
    """Return a source or use in words."""
    if label in setting.case.entities:
        return setting.text(label)
    return setting.capital(label.replace("-", " "))
