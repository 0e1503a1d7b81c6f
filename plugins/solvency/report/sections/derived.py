"""The appendix of derived figures: each with its formula, flows and sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report.figures import OWN
from solvency.report.figures import Exhibit
from solvency.report.figures import Figure
from solvency.report.figures import Piece
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.layout import Section
from solvency.report.layout import figures_in
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting

#: Flows linked beside one figure; the rest are counted.
_MOST = 40


def derived(setting: Setting, sections: Sequence[Section]) -> Section | None:
    """Build the list of figures that rest on many flows at once.

    Args:
        setting: What the report is of.
        sections: The sections built so far, whose figures it explains.
    """
    found: dict[str, tuple[Figure, Prose]] = {}
    for section in sections:
        for figure, where in _placed(section):
            if figure.target == OWN and figure.value:
                found.setdefault(figure.key, (figure, where))
    if not found:
        return None
    text = setting.text
    table = Table(
        key="derived",
        title=text("Figures that sum many flows"),
        unit=(
            text(
                "%(unit)s; where each stands, the formula in words and the flows"
                " summed",
                unit=setting.unit,
            ),
        ),
        head=text("No."),
        width=8,
        columns=(
            Column("where", text("Where it stands"), "text", 44),
            Column("formula", text("What it is"), "text", 38),
            Column("value", text("Figure"), width=18),
            Column("flows", text("Flows and sources"), "refs", 72),
        ),
        rows=tuple(
            Row(
                key,
                (setting.count(f"derived:{n}", n),),
                (where, _words(setting, one), _plain(one), _rests(setting, one)),
                anchor=one.place,
            )
            for n, (key, (one, where)) in enumerate(found.items(), 1)
        ),
        numbered=False,
        size="dense",
    )
    title = text("What derived figures rest on")
    return Section("derived", title, (table,), appendix=True)


def _placed(section: Section) -> Iterator[tuple[Figure, Prose]]:
    """Yield each figure of a section with where a reader finds it.

    In an exhibit that is its number with the row and the column; elsewhere the
    chapter.
    """
    for one in section.tables:
        table = one if isinstance(one, Table) else one.plotted
        place: Piece = (
            Exhibit(one.key)
            if one.numbered
            else Ref(table.title, f"#{one.anchor or one.key}")
        )
        for row in table.rows:
            for column, cell in zip(table.columns, row.cells, strict=False):
                head = () if len(table.columns) == 1 else (", ", Said(column.title))
                for figure in figures_in(cell):
                    yield figure, (place, ": ", *_unlinked(row.label), *head)
    chapter = (Ref(section.title, f"#{section.anchor}"),)
    for figure in figures_in((section.tables, section.values)):
        yield figure, chapter


def _unlinked(label: Prose) -> Prose:
    """Return a row's label without links or figures of its own."""
    return tuple(
        Said(piece.label) if isinstance(piece, Ref) else piece
        for piece in label
        if not isinstance(piece, Figure)
    )


def _words(setting: Setting, figure: Figure) -> Prose:
    return (Said(setting.locale.phrase(figure.formula)),)


def _plain(figure: Figure) -> Figure:
    """Return the figure as a table has it, without a link to itself."""
    key = f"{figure.key}:listed" if figure.prose else figure.key
    return replace(figure, key=key, target="", prose=False)


def _rests(setting: Setting, figure: Figure) -> Prose:
    pieces: list[Piece] = []
    printed = {flow.id for flow in setting.printed}
    for flow in figure.flows[:_MOST]:
        if pieces:
            pieces.append(", ")
        pieces.append(setting.flow_ref(flow) if flow in printed else Said(flow))
    if len(figure.flows) > _MOST:
        more = setting.count(f"more:{figure.key}", len(figure.flows) - _MOST)
        pieces += setting.say(" and %(count)s more", count=more)
    if figure.sources:
        if pieces:
            pieces.append("; ")
        pieces += setting.notes.refs(figure.sources)
    if not pieces:
        pieces.append(setting.text("the figures named; no flow of its own"))
    return tuple(pieces)
