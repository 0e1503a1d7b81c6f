"""How a table of sources and uses is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.analysis.sources_uses import Funds
    from solvency.exhibits.setting import Setting


def how_read(setting: Setting, found: Sequence[Funds]) -> tuple[str, ...]:
    """Say what funds are, and how what is left follows from the lines above it.

    Args:
        setting: What the report is of.
        found: The columns: the group and its members, or one of them by year.
    """
    text = setting.text
    inside = len({one.name for one in found} - {"group"})
    return (
        text(
            "%(unit)s; funds are money and liquid coins, at the price of the day they"
            " moved",
            unit=setting.unit,
        ),
        text(
            "; read down: what there was at the start and what came in, less what went"
            " out, with what prices changed, is what is left"
        ),
        text("; companies of the group pay one another in their own columns alone")
        if inside > 1
        else "",
    )
