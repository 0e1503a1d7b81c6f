"""Long computations as pages show them: the answer, or how far it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.language import phrase
from solvency.browse.language import say

if TYPE_CHECKING:
    from solvency.browse.blocks import Cell
    from solvency.browse.blocks import Number
    from solvency.browse.blocks import Table
    from solvency.browse.study import Later
    from solvency.browse.view import View


@dataclass(frozen=True, slots=True)
class Waiting:
    """A long computation: its answer, or how far it is."""

    said: str = ""
    error: str = ""
    tables: tuple[Table, ...] = ()
    numbers: tuple[Number, ...] = ()
    notes: tuple[str, ...] = ()
    #: Each of words, numbers and links in a row.
    sentences: tuple[tuple[Cell, ...], ...] = ()


def waited(view: View, later: Later[Any]) -> Waiting | None:
    """Return how far a long computation is, or why there is no answer."""
    # A page waits once: what else it asks for is shown as it stands.
    if not later.wait(0 if view.register.at_work else view.study.patience):
        said = later.said or "started"
        view.register.at_work.append((later, said))
        return Waiting(said=phrase(said))
    return Waiting(error=phrase(later.error)) if later.error else None


def left_out() -> Waiting:
    """Say that long work was left out of a page of another scenario than its site's."""
    said = say(
        "What hypotheses explain and which claims disagree is worked out on the pages"
        " of the scenario this site was made for."
    )
    return Waiting(notes=(said,))
