"""The sections a kind of report can ask for, by the name its manifest uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.report.sections.appendices import flows
from solvency.report.sections.appendices import sources
from solvency.report.sections.balances import balances
from solvency.report.sections.claims import claims
from solvency.report.sections.hypotheses import hypotheses
from solvency.report.sections.observed import observations
from solvency.report.sections.opening import plugs
from solvency.report.sections.registers import registers
from solvency.report.sections.scope import entities
from solvency.report.sections.scope import scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.report.layout import Section
    from solvency.report.sections.setting import Setting

#: Each builds its section, or returns None where it has nothing to say.
SECTIONS: dict[str, Callable[[Setting], Section | None]] = {
    "plugs": plugs,
    "scope": scope,
    "entities": entities,
    "balances": balances,
    "claims": claims,
    "hypotheses": hypotheses,
    "registers": registers,
    "flows": flows,
    "observations": observations,
    "sources": sources,
}
