"""The page Stress: what holdings would fetch, and what a fall of price does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.language import say
from solvency.browse.pages.long_answer import Page
from solvency.browse.pages.long_answer import answered
from solvency.browse.pages.long_answer import told
from solvency.exhibits.stress.falls import stressed

if TYPE_CHECKING:
    from solvency.browse.view import View


def build(view: View) -> Page:
    """Build the page."""
    return Page(
        title=say("What would holdings fetch, and what does a fall of price do?"),
        answers=say(
            "What selling all of a token at once would fetch by the depth of its"
            " market, or a holding at its haircut; from which share lent the loop of"
            " pledging a token, borrowing on it and buying more feeds itself; the"
            " price below which a holder's assets no longer cover its debts; and what"
            " falls of price would leave it."
        ),
        limits=say(
            "Limits: one token at a time, though tokens fall together; debts stay as"
            " they are, though loans are called as prices fall. A depth that nobody"
            " published is an assumption, and the tables say so."
        ),
        answer=told(
            view,
            answered(view, "stress", stressed),
            say(
                "Nothing that the group holds has a market depth or a haircut. To add"
                " one, write under the commodity halving: (how many units sold at"
                " once halve its price) or haircut: (the share of its price that a"
                " sale in haste costs)."
            ),
        ),
    )
