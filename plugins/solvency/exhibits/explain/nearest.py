"""Which thing or figure of a case a name that is none was probably meant to be."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from solvency.exhibits.explain.families import FAMILIES
from solvency.exhibits.explain.search import fitting
from solvency.exhibits.explain.search import search
from solvency.exhibits.explain.search import words_of
from solvency.ledger.terms.metadata import closest
from solvency.ledger.terms.metadata import meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.ledger.case import Case

#: The most figures that are named where several fit equally well.
_MOST = 3
#: How alike a word and the name of a family are, of 1, to be taken for it.
_ALIKE = 0.7


def nearest(
    case: Case, name: str, figures: Sequence[str], exhibits: Sequence[str]
) -> str:
    """Return ` Did you mean X?` of what a name was probably meant to be, or nothing.

    Args:
        case: The case.
        name: A name that nothing has.
        figures: The keys of the figures that were looked through already.
        exhibits: The keys of the exhibits that were looked through already.
    """
    things = [
        *case.by_id,
        *case.sources,
        *case.hypotheses,
        *case.accounts,
        *case.entities,
        *(one.id for one in case.observations),
        *exhibits,
    ]
    found = closest(name, things)
    if found is not None:
        return f" Did you mean {found}?"
    keys = list(dict.fromkeys(_corrected(case, name, figures)))
    if keys:
        shown = ", ".join(keys[:_MOST])
        return f" Did you mean {'one of ' if len(keys) > 1 else ''}{shown}?"
    return meant(name, things)


def _corrected(case: Case, name: str, figures: Sequence[str]) -> list[str]:
    """Return the keys that fit a name, each of its words put right."""
    first, *rest = words_of(name)
    if not figures and rest and case.selected:
        known = [one for one, of in FAMILIES.items() if not of.long]
        first = next(iter(difflib.get_close_matches(first, known, 1, _ALIKE)), "")
        asked = search(case, ".".join((first, *rest))) if first else None
        figures = tuple(asked.figures()) if asked is not None else ()
    if not figures or not rest:
        return []
    words = {word: word for key in figures for word in words_of(key)}
    right = [words.get(word) or closest(word, words) or word for word in (first, *rest)]
    # Some figures a family prints have the name of another.
    return fitting(".".join(right), figures) or fitting(".".join(right[1:]), figures)
