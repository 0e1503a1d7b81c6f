"""The sections a kind of report can ask for, by the name its manifest uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.balance.matrix import claims
from solvency.exhibits.balance.sheets import balances
from solvency.exhibits.check.segregation import segregation
from solvency.exhibits.check.tests import solvency_tests
from solvency.exhibits.chronology import chronology
from solvency.exhibits.compare import compare
from solvency.exhibits.entities import entities
from solvency.exhibits.evidence.appendices import flows
from solvency.exhibits.evidence.observations import observations
from solvency.exhibits.evidence.open_items import open_evidence
from solvency.exhibits.evidence.plugs import plugs
from solvency.exhibits.evidence.registers import registers
from solvency.exhibits.evidence.sources import sources
from solvency.exhibits.evidence.subledgers import subledgers
from solvency.exhibits.funds.families import families
from solvency.exhibits.funds.sources_uses import sources_uses
from solvency.exhibits.funds.stock_flow import matrix
from solvency.exhibits.reconcile.section import reconciled
from solvency.exhibits.recover.affairs import affairs
from solvency.exhibits.reference import glossary
from solvency.exhibits.reference import methods
from solvency.exhibits.scope import scope
from solvency.exhibits.stress.spiral import spiral
from solvency.exhibits.trace.section import tracing
from solvency.exhibits.weigh.hypotheses import explanations
from solvency.exhibits.weigh.hypotheses import hypotheses
from solvency.exhibits.weigh.section import weighing

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting

#: Each builds its section, or returns None where it has nothing to say.
SECTIONS: dict[str, Callable[[Setting], Section | None]] = {
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
    "explanations": explanations,
    "reconciled": reconciled,
    "tracing": tracing,
    "spiral": spiral,
    "affairs": affairs,
    "compare": compare,
    "solvency": solvency_tests,
    "matrix": matrix,
    "registers": registers,
    "flows": flows,
    "open": open_evidence,
    "observations": observations,
    "subledgers": subledgers,
    "sources": sources,
    "methods": methods,
    "glossary": glossary,
}
