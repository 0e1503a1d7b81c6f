"""What classes would be paid otherwise: nothing from insiders, or all ranks alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.recover.variations import classes
from solvency.analysis.recover.variations import equally
from solvency.analysis.recover.variations import moved
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.recover.estates import called
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import settled
from solvency.figures.figure import Said
from solvency.figures.words import joined
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.variations import Varied
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose


def otherwise(setting: Setting) -> Iterator[Prose]:
    """Yield notes: what ranks do to shares, and insiders that pay nothing."""
    one = setting.study.varied
    if one is None:
        return
    for entity, share in equally(classes(one.found, "group")).items():
        yield setting.say(
            "All as one, what collateral covers goes to whom it secures; of the rest"
            " each rank is paid before the next, out of all assets: that sets these"
            " shares apart. Were all ranks to share alike, each would be"
            " paid %(rate)s of its claims. Which of these holds is a choice that these"
            " books do not make.",
            rate=alike(setting, "group", entity, share),
        )
    if one.unpaid is not None:
        yield from _unpaid(setting, one)


def alike(setting: Setting, way: str, entity: str, share: Decimal | None) -> Figure:
    """Return what all claims on an estate would be paid, were they of one rank."""
    key = f"recovery:alike:{way}:{entity}"
    return _share(setting, key, share, "paid over claims of all")


def unpaid(setting: Setting, way: str, one: Class) -> Figure:
    """Return what a class is paid at the central estimate with nothing from insiders.

    Args:
        setting: What the report is of.
        way: How the estates are taken: alone, silo or group.
        one: The class, as paid then.
    """
    key = f"recovery:unpaid:{way}:{one.entity}:{one.rank}"
    return _share(
        setting, key, one.rate, "paid over claims, with nothing from insiders"
    )


def _unpaid(setting: Setting, one: Varied) -> Iterator[Prose]:
    parts = []
    for way in ("alone", "group"):
        said = [
            (*called(setting, each), " ", unpaid(setting, way, other))
            for each, other in moved(one, way)
        ]
        if said:
            parts.append(
                setting.say(
                    "%(way)s: %(shares)s",
                    way=setting.text(WAYS[way]),
                    shares=joined(said, ", "),
                )
            )
    if parts:
        yield setting.say(
            "Were nothing paid by %(who)s (insiders or related parties), the central"
            " shares would be: %(shares)s.",
            who=listed(setting.locale, [(Said(name),) for name in one.insiders]),
            shares=joined(parts, setting.text("; ")),
        )


def _share(setting: Setting, key: str, value: Decimal | None, formula: str) -> Figure:
    ground = settled(setting)
    share = setting.share(key, value, formula=formula)
    sources = (*ground.sources, *setting.counted)
    return entry(share, flows=setting.moved, named=NAMED, sources=sources)
