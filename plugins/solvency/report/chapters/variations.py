"""What chapters may say of a recovery with one assumption changed."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.variations import classes
from solvency.analysis.recover.variations import equally
from solvency.analysis.recover.with_untraced import TAKEN
from solvency.exhibits.recover.otherwise import alike
from solvency.exhibits.recover.otherwise import unpaid
from solvency.exhibits.recover.untraced import varied_rate
from solvency.exhibits.recover.variations import of_stated
from solvency.exhibits.recover.variations import repaid
from solvency.exhibits.recover.variations import unpaid_outside

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


def variations(
    setting: Setting, way: str, entity: str, rank: str
) -> dict[str, Callable[[], Figure]]:
    """Return a class's shares with one assumption changed, made when asked for.

    Args:
        setting: What the report is of.
        way: How the estates are taken: alone, silo or group.
        entity: Whose estate.
        rank: The rank of the claims.
    """

    def other(name: str) -> Class:
        found = setting.study.varied
        some: dict[str, Recovery | None] = {}
        if found is not None:
            some = {
                **found.untraced,
                "unpaid": found.unpaid,
                "repaid": found.repaid,
                "unpaid_outside": found.unpaid_outside,
            }
        # What nothing changes is paid as it is.
        there = some.get(name) or setting.study.recovery
        if there is None:
            raise LookupError(f"nobody is owed anything by {entity}")
        return next(
            one
            for one in classes(there, way)
            if (one.entity, one.rank) == (entity, rank)
        )

    def taking(name: str, end: str) -> Figure:
        return _said(varied_rate(setting, name, way, other(name), end))

    def ranked_alike() -> Figure:
        found = setting.study.recovery
        shares = equally(classes(found, way)) if found else {}
        return _said(alike(setting, way, entity, shares.get(entity, other("").rate)))

    return {
        **{
            f"{end}_{name}": partial(taking, name, end)
            for name in TAKEN
            for end in ENDS
        },
        "unpaid": lambda: _said(unpaid(setting, way, other("unpaid"))),
        "repaid": lambda: _said(repaid(setting, way, other("repaid"))),
        "unpaid_outside": lambda: _said(
            unpaid_outside(setting, way, other("unpaid_outside"))
        ),
        "alike": ranked_alike,
    }


def owing(setting: Setting, name: str, way: str, entity: str, rank: str) -> Figure:
    """Return what a class is paid centrally were what is owed what a source says.

    Args:
        setting: What the report is of.
        name: The observation that says so.
        way: How the estates are taken: alone, silo or group.
        entity: Whose estate.
        rank: The rank of the claims.

    Raises:
        LookupError: The books agree with it, or it states no whole class.
    """
    found = setting.study.varied
    for claims, there in found.stated if found else ():
        for one in classes(there, way):
            if claims.observation.id == name and (one.entity, one.rank) == (
                entity,
                rank,
            ):
                return _said(of_stated(setting, claims, way, one))
    raise LookupError(f"{name} states no class of claims otherwise than the books")


def _said(figure: Figure) -> Figure:
    """Return a figure for a sentence: that of the exhibit has the name already."""
    return replace(figure, key=f"{figure.key}:said")
