"""What each figure rests on: totals rest on what their parts rest on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.figure import Figure
from solvency.figures.figure import figures_of
from solvency.figures.table import Table
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.drawings import Drawing
    from solvency.ledger.case import Case

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Rest:
    """What a figure rests on, all of it.

    Attributes:
        flows: Ids of all flows, those with the largest part first.
        parts: What flows have in it, signed, by their ids.
        sums: True if the parts sum to the figure exactly.
        sources: Names of the sources of its flows and prices, and its own.
        figures: The figures it is worked out from or adds up, each with its sign.
    """

    flows: tuple[str, ...]
    parts: Mapping[str, Decimal]
    sums: bool
    sources: tuple[str, ...]
    figures: tuple[tuple[Figure, int], ...]


def parts_of(table: Table) -> Iterator[tuple[Figure, list[tuple[Figure, int]]]]:
    """Yield each total of a table with the figures it adds up, and their signs."""
    rows = {row.key: row for row in table.rows}
    places = {column.key: n for n, column in enumerate(table.columns)}
    for row in table.rows:
        for n, column in enumerate(table.columns):
            total = row.cells[n] if n < len(row.cells) else None
            if not isinstance(total, Figure):
                continue
            # A sum down the column says the same as one across the row.
            cells = [(rows[key].cells[n], sign) for key, sign in row.sums] or [
                (row.cells[places[key]], sign) for key, sign in column.sums
            ]
            parts = [(cell, sign) for cell, sign in cells if isinstance(cell, Figure)]
            if parts:
                yield total, parts


def _under(figure: Figure) -> Iterator[Figure]:
    """Yield the figures one is worked out from, and those they are."""
    for one in figures_of(figure.worked):
        yield one
        yield from _under(one)


def rests(
    case: Case, exhibits: Iterable[Table | Drawing], figures: Iterable[Figure]
) -> Mapping[str, Rest]:
    """Return what figures rest on, by their keys.

    A figure that names no flows of its own and is a sum in some table rests on
    the flows of its parts, each with its part as often as the sum takes it.

    Args:
        case: The case.
        exhibits: The tables and drawings, which cast.
        figures: The figures.
    """
    known = {figure.key: figure for figure in figures}
    sums: dict[str, list[tuple[Figure, int]]] = {}
    for exhibit in exhibits:
        table = exhibit if isinstance(exhibit, Table) else exhibit.plotted
        for total, parts in parts_of(table):
            sums.setdefault(total.key, parts)
    done: dict[str, Rest] = {}

    def rest(figure: Figure, above: frozenset[str]) -> Rest:
        if figure.key in done:
            return done[figure.key]
        below = sums.get(figure.key, [])
        flows = dict.fromkeys(figure.flows)
        parts = dict(figure.parts)
        exact = figure.sums
        sources = dict.fromkeys((*figure.sources, *figure.priced))
        if not figure.flows and below:
            exact = True
            for part, sign in below:
                if part.key in above:
                    continue
                under = rest(part, above | {figure.key})
                flows |= dict.fromkeys(under.flows)
                sources |= dict.fromkeys(under.sources)
                exact = exact and (under.sums or not part.value)
                for name, amount in under.parts.items():
                    parts[name] = parts.get(name, ZERO) + sign * amount
            parts = {name: amount for name, amount in parts.items() if amount}
            exact = exact and sum(parts.values(), ZERO) == figure.value
            flows = dict.fromkeys(
                sorted(flows, key=lambda name: (-abs(parts.get(name, ZERO)), name))
            )
        for one in _under(figure):
            if not figure.flows and not below:
                flows |= dict.fromkeys(one.flows)
            sources |= dict.fromkeys((*one.sources, *one.priced))
        for name in flows:
            flow = case.by_id.get(name)
            sources |= dict.fromkeys(flow.sources if flow else ())
        worked = [(one, 1) for one in figures_of(figure.worked)]
        done[figure.key] = Rest(
            tuple(flows), parts, exact, tuple(sources), tuple(below or worked)
        )
        return done[figure.key]

    with wide():
        return {key: rest(one, frozenset()) for key, one in known.items()}
