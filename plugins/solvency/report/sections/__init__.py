"""The sections a kind of report can ask for, by the name its manifest uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.report.sections.affairs import affairs
from solvency.report.sections.appendices import flows
from solvency.report.sections.balances import balances
from solvency.report.sections.chronology import chronology
from solvency.report.sections.claims import claims
from solvency.report.sections.compare import compare
from solvency.report.sections.entities import entities
from solvency.report.sections.families import families
from solvency.report.sections.findings import findings
from solvency.report.sections.hypotheses import hypotheses
from solvency.report.sections.matrix import matrix
from solvency.report.sections.observed import observations
from solvency.report.sections.opening import plugs
from solvency.report.sections.reconciled import reconciled
from solvency.report.sections.reference import glossary
from solvency.report.sections.reference import methods
from solvency.report.sections.registers import registers
from solvency.report.sections.scope import scope
from solvency.report.sections.segregation import segregation
from solvency.report.sections.sources import sources
from solvency.report.sections.sources_uses import sources_uses
from solvency.report.sections.spiral import spiral
from solvency.report.sections.tests_of_solvency import solvency_tests
from solvency.report.sections.tracing import tracing
from solvency.report.sections.weighing import weighing

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.report.layout import Section
    from solvency.report.sections.setting import Setting

#: Each builds its section, or returns None where it has nothing to say.
SECTIONS: dict[str, Callable[[Setting], Section | None]] = {
    "findings": findings,
    "plugs": plugs,
    "scope": scope,
    "entities": entities,
    "chronology": chronology,
    "segregation": segregation,
    "balances": balances,
    "claims": claims,
    "funds": sources_uses,
    "families": families,
    "weighing": weighing,
    "hypotheses": hypotheses,
    "reconciled": reconciled,
    "tracing": tracing,
    "spiral": spiral,
    "affairs": affairs,
    "compare": compare,
    "solvency": solvency_tests,
    "matrix": matrix,
    "registers": registers,
    "flows": flows,
    "observations": observations,
    "sources": sources,
    "methods": methods,
    "glossary": glossary,
}
