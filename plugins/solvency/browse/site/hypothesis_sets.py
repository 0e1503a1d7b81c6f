"""Sets of hypotheses whose headline numbers a site has, worked out ahead.

A site has no server to ask what follows when a hypothesis is switched. Of a case with
few hypotheses it has every set of them; of any other the set it shows with one
hypothesis switched on or off, each hypothesis alone, and each scenario.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.request import Asked
from solvency.browse.study import Study
from solvency.browse.switches import switched
from solvency.browse.view import View
from solvency.ledger.asked_scenario import scenario_of
from solvency.ledger.asked_scenario import taken

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.browse.site.names import Folder
    from solvency.ledger.case import Case

    Chosen = tuple[str, ...]

#: The most hypotheses of which every set is worked out: 32 sets.
EVERY = 5
NAME = "switches.js"


def combinations(case: Case) -> tuple[Chosen, ...]:
    """Return the sets of hypotheses to work out, that of the case's scenario first."""
    names = tuple(case.hypotheses)
    own = taken(case)
    if len(names) <= EVERY:
        found: Iterable[Iterable[str]] = itertools.chain.from_iterable(
            itertools.combinations(names, size) for size in range(len(names) + 1)
        )
    else:
        found = (
            (),
            *((name,) for name in names),
            *(set(own) ^ {name} for name in names),
            *(one.hypotheses for one in case.scenarios.values()),
        )
    ordered = (tuple(name for name in names if name in one) for one in map(set, found))
    return tuple(dict.fromkeys((own, *ordered)))


def worked_out(
    case: Case,
    folders: Mapping[str, Folder],
    tell: Callable[[str], None],
    study: Callable[[str], Study],
) -> dict[str, dict[str, Any]]:
    """Return what the switches of a site show, by its language.

    Args:
        case: The case, in the scenario of the site.
        folders: Where things are in each language.
        tell: Called with a word before each set.
        study: Returns the study of a scenario that is made anyway.
    """
    sets = combinations(case)
    own = study(case.scenario.name)
    paged = {case.scenario.name, "established", *case.scenarios}
    found: dict[str, dict[str, Any]] = {lang: {} for lang in folders}
    for n, chosen in enumerate(sets, 1):
        scenario = scenario_of(case, chosen)
        tell(f"switching hypotheses: set {n} of {len(sets)}")
        if scenario.name in paged:
            made = study(scenario.name)
        else:
            made = Study(replace(case, scenario=scenario), {}, key=chosen)
            made.drawn = made.long = False
        for lang, at in folders.items():
            view = View(made, Asked(), at, lang=lang)
            told = switched(view, View(own, Asked(), at, lang=lang))
            href = ""
            if scenario.name in paged:
                href = at.page("where", scenario=scenario.name)
            keep = ("numbers", "said", "command")
            found[lang][",".join(chosen)] = {
                **{key: told[key] for key in keep},
                "scenario": scenario.name if href else "",
                "href": href,
            }
    return {lang: _document(case, sets[0], lang, own, found[lang]) for lang in folders}


def _document(
    case: Case, shown: Chosen, lang: str, own: Study, sets: dict[str, Any]
) -> dict[str, Any]:
    """Return the document of one language: the hypotheses, the sets, and which."""
    every = len(case.hypotheses) <= EVERY
    with speaking(own.locale(lang)):
        which = (
            say("Computed ahead: every set of these hypotheses.")
            if every
            else say(
                "Computed ahead: each hypothesis alone, what the site shows with one"
                " switched, and each scenario."
            )
        )
    return {
        "own": ",".join(shown),
        "hypotheses": [
            [one.name, one.title] for one in own.said(lang).hypotheses.values()
        ],
        "sets": sets,
        "which": which,
    }
