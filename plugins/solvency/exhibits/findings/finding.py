"""One finding, and what its sentence is made of."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.kit import grades
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import of_flows
from solvency.exhibits.worth import worth
from solvency.figures.figure import Exhibit
from solvency.figures.figure import Grade
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose


@dataclass(frozen=True, slots=True)
class Found:
    """A finding: what, how sure, and where it is shown."""

    text: Prose
    sure: Prose
    exhibits: tuple[Exhibit, ...]


def in_prose(figure: Figure) -> Figure:
    """Return a table's figure as a sentence has it, with its unit.

    It prints other text than in its table, so it is another figure by its key.
    """
    return replace(figure, key=f"{figure.key}:prose", target=figure.place, prose=True)


def spread(low: Figure, high: Figure) -> tuple[Figure, Figure]:
    """Return the two ends of a range as a sentence has them, in one power of ten."""
    one, two = in_prose(low), in_prose(high)
    return replace(one, beside=two.value), replace(two, beside=one.value)


def rests(setting: Setting, name: str, flows: Iterable[str]) -> Prose:
    """Say on how many flows of which grade something rests.

    Args:
        setting: What the report is of.
        name: What the keys of its figures begin with, after `rests:`.
        flows: The flows.
    """
    known = [one for one in dict.fromkeys(flows) if one in setting.case.by_id]
    if not known:
        return ()
    counts = grades(setting, known)
    assumed = sum(setting.case.by_id[one].basis == "assumed" for one in known)
    key = f"rests:{name}"
    sizes = {one: worth(setting, setting.case.by_id[one]) or Decimal() for one in known}
    whole = entry(
        setting.count(
            f"{key}:flows",
            len(known),
            formula="flows a finding rests on",
            **of_flows(setting, sizes, keep=True),
        )
    )
    parts: list[Prose] = [
        (setting.count(f"{key}:{letter}", n, target=whole.place), " ", Grade(letter))
        for letter, n in counts.items()
    ]
    found = setting.say_many(
        "Rests on %(count)s flow, of grade %(grades)s",
        "Rests on %(count)s flows, by grade %(grades)s",
        whole,
        grades=listed(setting.locale, parts),
    )
    if assumed:
        found += setting.say(
            "; %(count)s of them assumed",
            count=setting.count(f"{key}:assumed", assumed, target=whole.place),
        )
    return (*found, ".")
