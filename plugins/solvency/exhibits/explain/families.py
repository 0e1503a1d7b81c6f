"""Which exhibit makes which figures, so that one can be made without the others.

The first word of a figure's key names its family. A figure is asked of its family's
own exhibit, never of a whole report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.exhibits.balance.bases import bases_table
from solvency.exhibits.balance.bridge import bridge
from solvency.exhibits.balance.group import group_table
from solvency.exhibits.balance.sheets import sheet_table
from solvency.exhibits.evidence.derived_figures import derived
from solvency.exhibits.funds.walk import rivals
from solvency.exhibits.funds.walk import walk
from solvency.exhibits.recover.affairs import affairs
from solvency.exhibits.section import Ground
from solvency.exhibits.section import Section
from solvency.exhibits.sections import SECTIONS
from solvency.exhibits.stress.falls import stressed
from solvency.exhibits.tally.total import tally_tables
from solvency.exhibits.trace.rules import traced
from solvency.exhibits.weigh.error_models import beliefs_tables
from solvency.exhibits.weigh.fits import scenarios
from solvency.exhibits.weigh.section import history_drawing
from solvency.exhibits.workings import weighed

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable

    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Table

    #: The words of a name without its first, and the days it speaks of.
    Asked = tuple[tuple[str, ...], tuple[datetime.date, ...]]
    Build = Callable[[Setting, Asked], Section | None]


@dataclass(frozen=True, slots=True)
class Family:
    """The figures whose keys begin with one word.

    Attributes:
        section: The section of a report that has them.
        build: Makes the least that has them.
        long: True where making it draws or weighs, and so takes long.
    """

    section: str
    build: Build
    long: bool = False


def _whole(name: str, *, long: bool = False) -> Family:
    return Family(name, lambda setting, _: SECTIONS[name](setting), long)


def _of_tables(
    name: str, *tables: Table | Drawing | None, ground: Ground | None = None
) -> Section:
    found = tuple(one for one in tables if one is not None)
    return Section(name, name, found, ground=ground or Ground())


def _balance(setting: Setting, asked: Asked) -> Section:
    words, days = asked
    names = [one for one in setting.inside if one.lower() in words] or setting.inside
    return _of_tables(
        "balances",
        *(sheet_table(setting, one, days or setting.dates) for one in names),
    )


def _group(setting: Setting, asked: Asked) -> Section:
    days = asked[1] or setting.dates
    return _of_tables("balances", *(group_table(setting, day) for day in days))


def _found(setting: Setting, asked: Asked) -> Section:
    days = asked[1] or setting.dates
    return _of_tables(
        "balances", *(one for day in days for one in bridge(setting, day))
    )


def _bases(setting: Setting, asked: Asked) -> Section:
    days = asked[1] or setting.dates
    return _of_tables("balances", *(bases_table(setting, day) for day in days))


def _walk(setting: Setting, asked: Asked) -> Section:
    tables = (walk(setting),) if "rival" not in asked[0] else (rivals(setting),)
    return _of_tables("where", *tables)


def _tally(setting: Setting, _: Asked) -> Section | None:
    found = setting.study.tallied
    if found is None:
        return None
    return _of_tables(
        "weighing", *tally_tables(setting, found), ground=weighed(setting)
    )


def _beliefs(setting: Setting, asked: Asked) -> Section | None:
    found = setting.study.beliefs
    if found is None:
        return None
    if asked[0][:2] == ("beliefs", "wide"):
        from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (brings in SciPy)

        # What reports leave out, for it takes long, and `weigh` prints.
        found = believe(setting.case, progress=setting.study.progress)
    fits = scenarios(setting, found) if len(found.scenarios) > 1 else None
    return _of_tables(
        "weighing", *beliefs_tables(setting, found), fits, ground=weighed(setting)
    )


def _history(setting: Setting, _: Asked) -> Section | None:
    return _of_tables("weighing", history_drawing(setting), ground=weighed(setting))


def _traced(setting: Setting, _: Asked) -> Section | None:
    return traced(setting)


def _recovered(setting: Setting, _: Asked) -> Section | None:
    return affairs(setting)


def _stressed(setting: Setting, _: Asked) -> Section | None:
    return stressed(setting)


def _derived(setting: Setting, _: Asked) -> Section | None:
    found = (build(setting) for build in SECTIONS.values())
    return derived(setting, [one for one in found if one is not None])


#: By the first word of a key. A word that ends in a hyphen begins several.
FAMILIES: dict[str, Family] = {
    "balance": Family("balances", _balance),
    "group": Family("balances", _group),
    "bases": Family("balances", _bases),
    "found": Family("balances", _found),
    "affairs": _whole("affairs"),
    "gain": _whole("affairs"),
    "kind": _whole("affairs"),
    "later": _whole("affairs"),
    "preference": _whole("affairs"),
    "rate": _whole("affairs"),
    "recovery": Family("affairs", _recovered),
    "recovery-changed": _whole("affairs"),
    "recovery-price": _whole("affairs"),
    "basis": _whole("plugs"),
    "plug": _whole("plugs"),
    "plugs": _whole("plugs"),
    "belief": Family("weighing", _beliefs, long=True),
    "beliefs": Family("weighing", _beliefs, long=True),
    "explained": Family("weighing", _tally, long=True),
    "history": Family("weighing", _history, long=True),
    "rho": Family("weighing", _tally, long=True),
    "scenario": Family("weighing", _beliefs, long=True),
    "tally": Family("weighing", _tally, long=True),
    "waterfall": Family("weighing", _tally, long=True),
    "weighing": _whole("weighing", long=True),
    "ladder": _whole("scope"),
    "scope": _whole("scope"),
    "claim": _whole("claims"),
    "said": _whole("claims"),
    "compare": _whole("compare"),
    "confirm": _whole("reconciled"),
    "reconciled": _whole("reconciled"),
    "cover": _whole("segregation"),
    "entity": _whole("entities"),
    "group-chart": _whole("entities"),
    "families": _whole("families"),
    "family": _whole("families"),
    "more": _whole("families"),
    "derived": Family("derived", _derived, long=True),
    "flow": _whole("flows"),
    "flows": _whole("flows"),
    "flow-matrix": _whole("matrix"),
    "stock-matrix": _whole("matrix"),
    "funds": _whole("funds"),
    "funds-by-year": _whole("funds"),
    "link": _whole("funds"),
    "hypothesis": _whole("hypotheses"),
    "line-": _whole("solvency", long=True),
    "test": _whole("solvency", long=True),
    "tests": _whole("solvency", long=True),
    "breaking": Family("spiral", _stressed),
    "fall": Family("spiral", _stressed),
    "haircut": _whole("spiral"),
    "loop": _whole("spiral"),
    "token": _whole("spiral"),
    "observation": _whole("observations"),
    "spread": _whole("observations"),
    "register": _whole("registers"),
    "source": _whole("sources"),
    "trace": Family("tracing", _traced),
    "walk": Family("where", _walk),
    "rival": Family("where", _walk),
}


def family(word: str) -> Family | None:
    """Return the family a first word names, in the singular or the plural."""
    for one in (word, word.removesuffix("s"), f"{word}s"):
        if one in FAMILIES:
            return FAMILIES[one]
    return next(
        (
            found
            for start, found in FAMILIES.items()
            if start.endswith("-") and word.startswith(start)
        ),
        None,
    )
