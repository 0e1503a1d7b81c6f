"""The page Recovery: what there was to share out, and what each class would get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.pages.answered import Page
from solvency.browse.pages.answered import answered
from solvency.browse.pages.answered import told
from solvency.browse.speech import say
from solvency.exhibits.recover.affairs import affairs

if TYPE_CHECKING:
    from solvency.browse.view import View


def build(view: View) -> Page:
    """Build the page."""
    return Page(
        title=say("Who gets what back?"),
        answers=say(
            "What each estate had to share out, at what selling it would be expected"
            " to fetch, who ranks for it, and which share of its claims each class"
            " would be paid: low, central and high; without what is untraced, and"
            " with all of it."
        ),
        limits=say(
            "Limits: all debts are cleared together on the day shown, and nothing is"
            " taken off for the cost of the proceedings. What a debtor outside the"
            " group pays, and what tokens fetch, are estimates. It is no forecast of"
            " what was paid later, which stands in tables of its own."
        ),
        answer=told(
            view,
            answered(view, "recovery", affairs),
            say(
                "Nothing is owed here that could be shared out: no liability of the"
                " group names who has the claim. To add it, write rank: (as in rank:"
                ' "customer") and counterparty: under the account of the debt.'
            ),
        ),
    )
