"""The page Tracing: whose money outlays spent, under each rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.trace.shares import COLUMNS
from solvency.browse.blocks import Link
from solvency.browse.language import say
from solvency.browse.pages.long_answer import Answered
from solvency.browse.pages.long_answer import Page
from solvency.browse.pages.long_answer import answered
from solvency.browse.pages.long_answer import told
from solvency.browse.request import NotFoundError
from solvency.exhibits.trace.outlays import rule_names
from solvency.exhibits.trace.rules import candidates
from solvency.exhibits.trace.rules import traced

if TYPE_CHECKING:
    from solvency.browse.view import View


def build(view: View) -> Page:
    """Build the page."""
    setting = view.setting()
    accounts, picked = candidates(setting), view.asked.pick
    if picked and picked not in view.case.accounts:
        raise NotFoundError(say("no account is called %(name)s", name=repr(picked)))
    account = picked or ""
    # At the terminal the account that is listed first is traced.
    view.register.elsewhere = account not in {"", *accounts[:1]}
    found = answered(view, f"traced:{account}", lambda one: traced(one, account))
    traced_one = account
    if isinstance(found, Answered) and found.section is not None:
        traced_one = found.section.values["account"]
    names = rule_names(setting)
    return Page(
        title=say("Whose money was spent?"),
        answers=say(
            "How much of what was paid out of an account was money of those who keep"
            " it with a custodian: their claimed proceeds under each rule that courts"
            " choose among (first in, first out, FIFO; last in, first out, LIFO; pro"
            " rata; own money first, which is the lowest intermediate balance rule,"
            " LIBR; pro rata ex post), and at least and at most under any rule that"
            " keeps the order of movements."
        ),
        limits=say(
            "Limits: a rule says what the law treats as spent, not what happened to a"
            " coin, and which rule binds is for a court. What no source shows to have"
            " left the account counts as still there. Of several accounts, solvency"
            " explain answers for the first one listed."
        ),
        answer=told(
            view,
            found,
            say(
                "Nothing can be traced here: no account that is asked for held money"
                " of those who keep it with a custodian and paid it out. To add it,"
                " mark the account that keeps their money custody: TRUE, and write"
                " the flows that take it from there into an account of the group."
            ),
            *((f"trace:rule:{rule}", names[rule]) for rule in COLUMNS),
        ),
        links=tuple(
            Link(name, view.page("tracing", pick=name), name == traced_one)
            for name in accounts
        )
        if len(accounts) > 1
        else (),
        label="Out of which account",
    )
