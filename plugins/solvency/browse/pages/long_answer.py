"""Pages of one long question: what they answer, with what limits, and the tables.

The question is worked out beside the page, tables and all; the page is asked for again
until they are there.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.exhibit import shown
from solvency.browse.language import money
from solvency.browse.language import phrase
from solvency.browse.language import say
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import waited
from solvency.exhibits.section import Section
from solvency.figures.plain import plain
from solvency.figures.table import Table
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.browse.study import Later
    from solvency.browse.view import View
    from solvency.exhibits.setting import Setting

    Build = Callable[[Setting], Section | None]


@dataclass(frozen=True)
class Page:
    """What the template prints.

    Attributes:
        title: The question.
        answers: What the page answers.
        limits: What it cannot say.
        links: Other accounts or days to ask it of, and what they are called.
        label: What the links are.
        answer: The answer, or how far it is.
    """

    title: str
    answers: str
    limits: str
    answer: Waiting
    links: tuple[Link, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The exhibits of a question, if it has any, else why not."""

    section: Section | None
    reason: str = ""


def answered(view: View, question: str, build: Build) -> Answered | Waiting:
    """Return the exhibits that answer a question, or how far they are.

    Args:
        view: What the page is built from.
        question: Names it among the questions of a study.
        build: Makes the exhibits.
    """

    @wide()
    def work(tell: Callable[[str], None]) -> Answered:
        setting = view.setting()
        setting.study.progress = tell
        section = build(setting)
        return Answered(section, "; ".join(setting.study.reasons.values()))

    study = view.study
    name = f"{question}:{view.at}:{view.lang}"
    if study.alone:
        return study.once(name, lambda: work(lambda _: None))
    if not study.whole and not study.asked(name):
        return Waiting()
    later: Later[Answered] = study.later(name, work)
    unfinished = waited(view, later)
    if unfinished or later.result is None:
        return unfinished or Waiting(error=say("no answer"))
    return later.result


def told(
    view: View, found: Answered | Waiting, nothing: str, *heads: tuple[str, str]
) -> Waiting:
    """Return an answer as a page prints it.

    Args:
        view: What the page is built from; it keeps the figures.
        found: The exhibits, or how far they are.
        nothing: Said where there are none: why, and what would make some.
        heads: Figures that stand at the head, by key, and what they are called there.
    """
    if isinstance(found, Waiting):
        return found
    if found.section is None:
        why = Waiting(notes=(nothing,))
        return Waiting(error=phrase(found.reason)) if found.reason else why
    section = found.section
    # Figures that stand in no table are named by those that do.
    rest = Section(section.name, "", values=section.values, ground=section.ground)
    view.register.sections.append(rest)
    tables = tuple(one for one in section.tables if isinstance(one, Table) and one.rows)
    return Waiting(
        tables=tuple(shown(view, one, section.ground) for one in tables),
        numbers=_numbers(view, heads),
    )


def _numbers(view: View, heads: tuple[tuple[str, str], ...]) -> tuple[Number, ...]:
    known = view.register.figures() if heads else {}
    return tuple(
        Number(
            label,
            money(known[key].value, known[key].unit),
            value=plain(known[key].value or Decimal()),
            figure=key,
        )
        for key, label in heads
        if key in known
    )
