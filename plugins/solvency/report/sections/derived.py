"""The appendix of derived figures: each with its formula, flows and sources."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.report.figures import OWN
from solvency.report.figures import Figure
from solvency.report.figures import Piece
from solvency.report.figures import Said
from solvency.report.layout import Section
from solvency.report.layout import figures_in
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
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
    found: dict[str, Figure] = {}
    for section in sections:
        for figure in figures_in((section.tables, section.values)):
            if figure.target == OWN:
                found.setdefault(figure.key, figure)
    if not found:
        return None
    text = setting.text
    table = Table(
        key="derived",
        title=text("Figures that sum many flows"),
        unit=(text("As printed, with the formula in words and the flows summed"),),
        head=text("What it is"),
        width=52,
        columns=(
            Column("value", text("Figure"), width=18),
            Column("flows", text("Flows and sources"), "refs", 104),
        ),
        rows=tuple(
            Row(
                key,
                _words(setting, one),
                (_plain(one), _rests(setting, one)),
                anchor=one.place,
            )
            for key, one in found.items()
        ),
        numbered=False,
        size="dense",
    )
    title = text("What derived figures rest on")
    return Section("derived", title, (table,), appendix=True)


def _words(setting: Setting, figure: Figure) -> Prose:
    return (Said(setting.locale.phrase(figure.formula)),)


def _plain(figure: Figure) -> Figure:
    """Return the figure without a link to itself, its number as it was printed."""
    return replace(figure, target="")


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
        pieces.append(setting.text("the figures its formula names"))
    return tuple(pieces)
