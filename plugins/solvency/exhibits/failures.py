"""Analyses that could not be made: the reason stands in their place."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.section import Section

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting

#: By section: its heading, and the analyses it shows.
_SHOWS = {
    "reconciled": ("Claims held against one another", ("reconciled",)),
    "weighing": ("Rival explanations weighed", ("beliefs", "history", "tallied")),
    "tracing": ("Whose money was spent", ("followed",)),
    "affairs": ("Statement of affairs and recovery", ("recovery",)),
    "compare": ("Scenarios side by side", ("compared",)),
}


def with_reasons(
    setting: Setting, name: str, section: Section | None
) -> Section | None:
    """Add to a section why analyses it would show were not made.

    Args:
        setting: What the report is of.
        name: The section's name.
        section: The section; None where it has nothing to show.

    Returns:
        The section with the reasons; one of reasons alone where there is no other.
    """
    title, analyses = _SHOWS.get(name, ("", ()))
    reasons = tuple(
        setting.study.reasons[one] for one in analyses if one in setting.study.reasons
    )
    if not reasons or (section is not None and name == "tracing"):
        # Some accounts cannot be traced where others are.
        return section
    unmade = {"unmade": reasons}
    if section is None:
        return Section(name, setting.text(title), values=unmade)
    return replace(section, values={**section.values, **unmade})
