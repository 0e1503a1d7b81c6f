"""Appendices that explain: methods in short, and a glossary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.exhibits.section import Section
from solvency.model.own_tokens import is_issued_by

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting


def methods(setting: Setting) -> Section:
    """Build the notes on methods; their words are in the template."""
    title = setting.text("Notes on methods")
    case = setting.case
    values = {
        "hypotheses": bool(case.hypotheses),
        "observations": bool(case.observations),
        "tokens": setting.study.stress is not None,
    }
    return Section("methods", title, values=values, appendix=True)


def glossary(setting: Setting) -> Section:
    """Build the glossary; its words are in the template."""
    case = setting.case
    tokens = any(is_issued_by(case, name, case.entities) for name in case.commodities)
    title = setting.text("Words used")
    thin = any(one.thin for one in case.commodities.values())
    values = {"tokens": tokens, "thin": thin}
    return Section("glossary", title, values=values, appendix=True)
