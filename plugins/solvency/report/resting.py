"""What each figure of a report rests on: totals rest on what their parts rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.figure import Figure
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.layout import Report

    #: Ids of flows, and names of sources, each once, in the order met.
    Rest = tuple[tuple[str, ...], tuple[str, ...]]


def parts_of(table: Table) -> Iterator[tuple[Figure, list[Figure]]]:
    """Yield each total of a table with the figures it adds up."""
    rows = {row.key: row for row in table.rows}
    places = {column.key: n for n, column in enumerate(table.columns)}
    for row in table.rows:
        for n, column in enumerate(table.columns):
            total = row.cells[n] if n < len(row.cells) else None
            if not isinstance(total, Figure):
                continue
            cells = [rows[key].cells[n] for key, _ in row.sums]
            cells += [row.cells[places[key]] for key, _ in column.sums]
            parts = [cell for cell in cells if isinstance(cell, Figure)]
            if parts:
                yield total, parts


def rests(report: Report) -> Mapping[str, Rest]:
    """Return the flows and sources every figure of a report rests on, by its key.

    A figure that names no flows of its own and is a sum in some table rests on
    the flows of its parts. The sources are those it names and those of its flows.

    Args:
        report: The report, whose tables cast.
    """
    figures = {figure.key: figure for figure in report.figures()}
    parts: dict[str, list[str]] = {}
    for exhibit in report.tables:
        table = exhibit if isinstance(exhibit, Table) else exhibit.plotted
        for total, found in parts_of(table):
            parts.setdefault(total.key, []).extend(part.key for part in found)
    done: dict[str, Rest] = {}

    def rest(key: str, above: frozenset[str]) -> Rest:
        if key in done:
            return done[key]
        figure = figures[key]
        flows = dict.fromkeys(figure.flows)
        sources = dict.fromkeys(figure.sources)
        if not figure.flows:
            for part in parts.get(key, ()):
                if part not in above:
                    under = rest(part, above | {key})
                    flows |= dict.fromkeys(under[0])
                    sources |= dict.fromkeys(under[1])
        for name in flows:
            flow = report.case.by_id.get(name)
            sources |= dict.fromkeys(flow.sources if flow else ())
        done[key] = tuple(flows), tuple(sources)
        return done[key]

    return {key: rest(key, frozenset()) for key in figures}
