"""The page Scenarios: what the books say if each holds, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.language import say
from solvency.browse.pages.long_answer import Page
from solvency.browse.pages.long_answer import answered
from solvency.browse.pages.long_answer import told
from solvency.exhibits.compare import compare

if TYPE_CHECKING:
    from solvency.browse.view import View


def build(view: View) -> Page:
    """Build the page."""
    return Page(
        title=say("What does each scenario say, side by side?"),
        answers=say(
            "The group's balance sheet, where its money went, and which share of its"
            " claims each class would be paid, if each scenario of the case holds:"
            " beside the established flows alone."
        ),
        limits=say(
            "Limits: a scenario takes hypotheses as true together. The page says what"
            " follows from each, not how likely it is: the page Hypotheses weighs"
            " them. The first seven stand here."
        ),
        answer=told(
            view,
            answered(view, "scenarios", compare),
            say(
                "The case has no scenarios of a group to set side by side. To add"
                ' one, write custom "scenario" "NAME" "Title" with hypotheses: and'
                " the names of those it takes, and group: TRUE under the entities of"
                " the group."
            ),
        ),
    )
