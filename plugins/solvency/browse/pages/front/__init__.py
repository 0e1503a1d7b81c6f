"""The first page: where did it go, from what came in to what was found."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.exhibit import shown
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.front.changes import changes
from solvency.browse.pages.front.sure import below
from solvency.browse.pages.front.sure import sure_of
from solvency.browse.pages.front.sure import with_ranges
from solvency.browse.pages.front.sure import with_sureness
from solvency.browse.pages.hypotheses import asked_tally
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import left_out
from solvency.browse.pages.progress import waited
from solvency.figures.figure import Figure
from solvency.figures.plain import plain

if TYPE_CHECKING:
    from solvency.browse.blocks import Table
    from solvency.browse.view import View
    from solvency.exhibits.setting import Setting
    from solvency.figures import table as exhibits


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    numbers: tuple[Number, ...]
    chart: Chart | None
    walk: Table
    rivals: Table
    changes: Waiting | None
    explained: Waiting
    links: tuple[Link, ...]


def build(view: View) -> Page:
    """Build the page."""
    from solvency.browse.pages.flows import bands  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.funds.walk import rivals  # noqa: PLC0415 (as above)
    from solvency.exhibits.funds.walk import walk  # noqa: PLC0415 (as above)

    # A case that asks for no test has none to wait for.
    tested = view.case.invariants
    setting = view.setting(findings=view.study.written()) if tested else view.setting()
    steps, figures = walk(setting), rivals(setting)
    sure = sure_of(view, setting, steps, figures)
    changed = changes(view, setting, figures)
    return Page(
        numbers=tuple(
            replace(one, note=_note(one, below(sure, one.figure, view.case.currency)))
            for one in headlines(setting, steps, figures)
        ),
        chart=bands(view, setting) if view.study.whole else None,
        walk=with_sureness(view, sure, steps),
        rivals=with_ranges(view, sure, figures),
        changes=changed,
        explained=_explained(view, setting),
        links=(
            Link("How sure is that?", "#walk"),
            Link("Owed, missing, left, untraced: which is which?", "#rivals"),
            Link("What explains it, and would change it?", "#changes")
            if changed
            else Link("What would change it?", view.page("hypotheses")),
            Link("Which tests did each entity fail?", view.page("solvency")),
            Link("Who says so?", view.page("evidence")),
        ),
    )


#: The rows of the two tables that head the page, and what they are called there.
_HEADLINES = (
    ("total:source", "Came in"),
    ("total:use", "Went"),
    ("left", "Should be there"),
    ("counted", "Found, of what was counted"),
    ("untraced", "Untraced"),
)


def headlines(
    setting: Setting, walk: exhibits.Table, rivals: exhibits.Table
) -> tuple[Number, ...]:
    """Return the figures of the two tables that stand at the head of the page."""
    rows = {row.key: row for row in walk.rows}
    found = [
        _number(label, figure)
        for key, label in _HEADLINES
        if key in rows and isinstance(figure := rows[key].cells[0], Figure)
    ]
    found += [
        _number(_missing(setting, row.key.partition(":")[2]), figure, short=True)
        for row in rivals.rows
        if row.key.startswith("missing:") and isinstance(figure := row.cells[0], Figure)
    ]
    return tuple(found)


def _missing(setting: Setting, entity: str) -> str:
    from solvency.exhibits.check.segregation import alone  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.check.segregation import cover_of  # noqa: PLC0415 (as above)
    from solvency.exhibits.check.segregation import in_alone  # noqa: PLC0415 (as above)

    series = cover_of(setting, entity)
    coin = alone(setting, entity, series) if series else ""
    said = say("Missing for customers of %(name)s", name=entity)
    return in_alone(spoken(), said, coin)


def _note(one: Number, sureness: str) -> str:
    """Say how sure a headline is, and what it counts where that is not plain."""
    counts = {
        "Should be there": say("money and liquid coins alone, counted or not"),
        "Found, of what was counted": say(
            "with tokens, stakes and other things, which are no part of what should be"
            " there: it may be more"
        ),
        "Untraced": say("account by account, of what was counted alone"),
    }.get(one.label, "")
    return spoken().text("; ").join(filter(None, (sureness, counts)))


def _number(label: str, figure: Figure, *, short: bool = False) -> Number:
    value = figure.value
    if value is None:
        return Number(label, "")
    bad = (short or label == "Untraced") and value > 0
    return Number(
        label,
        money(value, figure.unit),
        value=plain(value),
        bad=bad,
        figure=figure.key,
    )


def _explained(view: View, setting: Setting) -> Waiting:
    """Return how much of what is untraced the hypotheses explain, once added up."""
    from solvency.exhibits.tally.untraced import untraced_table  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.workings import weighed  # noqa: PLC0415 (as above)

    if not view.case.hypotheses or not setting.found(setting.at).held:
        return Waiting()
    if not view.study.long:
        return left_out()
    later = asked_tally(view)
    unfinished = waited(view, later)
    if unfinished or later.result is None:
        return unfinished or Waiting(error=say("no answer"))
    table = untraced_table(setting, later.result)
    if table is None:
        return Waiting()
    return Waiting(tables=(shown(view, table, ground=weighed(setting)),))
