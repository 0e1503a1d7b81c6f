"""A figure that only chapters make, by its key or as a chapter names it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.analysis.study import study_of
from solvency.exhibits.explain.explain import explained
from solvency.exhibits.explain.search import searches
from solvency.exhibits.money_only import english
from solvency.exhibits.rests import rests
from solvency.exhibits.section import Section
from solvency.exhibits.setting import default_dates
from solvency.exhibits.setting import setting_of
from solvency.exhibits.workings import weighed
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.report.chapters.files import Chapter
from solvency.report.chapters.template import Run
from solvency.report.chapters.vocabulary import Vocabulary
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.exhibits.explain.answer import Explanation
    from solvency.ledger.case import Case

    Progress = Callable[[str], None] | None
    Found = tuple[Figure, tuple[Section, ...]]

#: The key of what a name of a chapter gives: `flow("F-1"):amount`.
_KEY = re.compile(r"(\w+\([^()]*\)):(\w+)(:\w+)*")
#: How the key of a figure worked out from two names what was done.
_DONE = re.compile(r" (plus|less|over) \(")


@wide()
def ask(case: Case, name: str, progress: Progress = None) -> Explanation:
    """Say what a figure that only chapters make rests on.

    Args:
        case: The case, without errors and with flows.
        name: The figure as a chapter names it, such as `sheet("FTX").equity`, or its
            key in `figures.json`.
        progress: Called with a word before each long step.

    Raises:
        ReportError: No chapter could name such a figure.
    """
    figure, behind = _found(case, name, progress)
    whole = Section("asked", name, (), {"figure": figure})
    rest = rests(case, (*behind, whole))[figure.key]
    return replace(
        explained(case, replace(figure, prose=False), rest, "chapters"),
        left_out=rest.sources,
    )


def _found(case: Case, name: str, progress: Progress) -> Found:
    """Return a figure, and the sections that its parts stand in."""
    if name.startswith("-(") and _end(name, 1) == len(name) - 1:
        figure, behind = _found(case, name[2:-1], progress)
        return -figure, behind
    if name.startswith("("):
        end = _end(name, 0)
        done = _DONE.match(name, end + 1)
        if done and _end(name, done.end() - 1) == len(name) - 1:
            left, first = _found(case, name[1:end], progress)
            right, second = _found(case, name[done.end() : -1], progress)
            both = (*first, *second)
            if done[1] == "plus":
                return left + right, both
            return (left - right if done[1] == "less" else left / right), both
    key = _KEY.fullmatch(name)
    if key or "(" in name:
        return _named(case, f"{key[1]}.{key[2]}" if key else name, progress)
    for asked in searches(case, name, progress):
        sections = asked.sections()
        figures = asked.by_key(sections)
        if name in figures:
            return figures[name], sections
    raise ReportError(f"no exhibit of this case has a figure {name!r}")


def _end(text: str, start: int) -> int:
    """Return where a bracket is closed; the length of the text if it is not."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return at
    return len(text)


def _named(case: Case, words: str, progress: Progress) -> Found:
    """Return what a chapter would print for a name, and the sections behind it."""
    book, days = case.book(), default_dates(case)
    study = study_of(case, book, days[-1], progress)
    vocabulary = Vocabulary(setting_of(case, book, days, english(case), study))
    run = Run(Chapter(0, "asked", "NAME", f"{{{{ {words} }}}}"), vocabulary)
    run.text()
    figure = run.things[0] if len(run.things) == 1 else None
    if not isinstance(figure, Figure):
        raise ReportError(f"{words} is no figure that a chapter can name")
    # What a chapter says may rest on anything, where it is no sum of flows.
    ground = weighed(vocabulary.setting)
    here = Section("asked", words, (), {"figure": figure}, ground=ground)
    return figure, (*vocabulary.exhibits.behind, here)
