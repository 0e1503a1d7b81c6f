"""Tables as a workbook, with the flows and sources that their figures rest on."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from solvency.analysis.papers import registers
from solvency.analysis.papers.workbook import Sheet
from solvency.analysis.papers.workbook import append
from solvency.analysis.papers.workbook import links_to
from solvency.exhibits.rests import rests
from solvency.exhibits.section import Section
from solvency.figures import workbook
from solvency.figures.figure import Figure

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Sequence
    from pathlib import Path

    from solvency.exhibits.rests import Rest
    from solvency.figures.table import Cell
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow


def write(
    case: Case, tables: Sequence[Table], path: Path, gone: Sequence[Flow] = ()
) -> None:
    """Write tables as sheets, and behind them the flows and sources they rest on.

    Where no table names a flow, all of the scenario are listed; sources likewise.

    Args:
        case: The case they are of.
        tables: The tables.
        path: Where.
        gone: Flows the tables name that the case has no longer.

    Raises:
        NotWrittenError: If it cannot be written; what was there is as it was.
    """
    rested = [_rested(case, table) for table in tables]
    things = {thing for table in rested for thing in workbook.things(table)}
    found = [
        flow for flow in (*case.flows, *gone) if ("flow", flow.id) in things
    ] or list(case.selected)
    flows = registers.flows(case, found)
    names = {name for kind, name in things if kind == "source"}
    names |= {
        name
        for flow in found
        for name in (*flow.sources, flow.amount_from)
        if name is not None
    }
    sources = registers.sources(case)
    kept = tuple(row for row in sources.rows if row[0] in names)
    sheets = [
        Sheet("Flows", replace(flows, title="Flows"), "flow"),
        Sheet("Sources", replace(sources, rows=kept or sources.rows), "source"),
    ]
    sheets = [one for one in sheets if one.frame.rows]
    workbook.write(rested, path, links_to(sheets), partial(append, sheets=sheets))


def _rested(case: Case, table: Table) -> Table:
    """Return a table whose totals rest on what their parts rest on."""
    figures = list(table.figures())
    if not any(one.flows or one.sources or one.priced for one in figures):
        return table
    found = rests(case, (Section(table.key, table.title, (table,)),))
    rows = tuple(
        replace(row, cells=tuple(_cell(cell, found) for cell in row.cells))
        for row in table.rows
    )
    return replace(table, rows=rows)


def _cell(cell: Cell, found: Mapping[str, Rest]) -> Cell:
    if not isinstance(cell, Figure) or cell.key not in found:
        return cell
    rest = found[cell.key]
    return replace(cell, flows=rest.flows, sources=rest.sources, priced=())
