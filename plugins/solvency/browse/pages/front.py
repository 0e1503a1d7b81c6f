"""The first page: where did it go, from what came in to what was found."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Chart
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.exhibit import shown
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.hypotheses import asked_tally
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import left_out
from solvency.browse.pages.progress import waited
from solvency.figures.figure import Figure
from solvency.figures.formats import percent
from solvency.figures.plain import plain

if TYPE_CHECKING:
    from solvency.browse.blocks import Table
    from solvency.browse.view import View
    from solvency.exhibits.funds.sureness import Sureness
    from solvency.exhibits.setting import Setting
    from solvency.figures import table as exhibits

#: Shares below this are not named.
LEAST = Decimal("0.005")


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    numbers: tuple[Number, ...]
    chart: Chart | None
    walk: Table
    rivals: Table
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
    return Page(
        numbers=headlines(steps, figures),
        chart=bands(view, setting) if view.study.whole else None,
        walk=_with_sureness(view, setting, steps),
        rivals=shown(view, figures),
        explained=_explained(view, setting),
        links=(
            Link("How sure is that?", "#walk"),
            Link("Owed, missing, left, untraced: which is which?", "#rivals"),
            Link("What explains it, and would change it?", view.page("hypotheses")),
            Link("Which tests did each entity fail?", view.page("solvency")),
            Link("Who says so?", view.page("evidence")),
        ),
    )


def _with_sureness(view: View, setting: Setting, steps: exhibits.Table) -> Table:
    """Return the walk with a column that says how sure each of its amounts is."""
    from solvency.exhibits.funds.sureness import Factors  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.funds.sureness import sureness  # noqa: PLC0415 (as above)

    factors = view.study.once("factors", lambda: Factors(view.study.book))
    sure = dict(sureness(setting, steps, factors))
    figures = {row.key: row.cells[0] for row in steps.rows if row.key in sure}
    table = shown(view, steps)
    return replace(
        table,
        heads=(*table.heads, Cell("How sure", kind="sure")),
        rows=tuple(
            replace(row, cells=(*row.cells, _sure(sure[row.key], figures[row.key])))
            if row.key in sure
            else row
            for row in table.rows
        ),
        notes=(
            *table.notes,
            say(
                "How sure: nine in ten draws of the flows' amounts lie in the range, at"
                " the same prices. The letters are the grades of the sources that give"
                " the amounts, from A, records of courts, to F, by their share; where"
                " an amount is no plain sum of flows, by the number of flows it rests"
                " on."
            ),
        ),
    )


def _sure(one: Sureness, figure: exhibits.Cell) -> Cell:
    """Say in which range an amount lies, and how what it rests on is graded."""
    words = []
    if isinstance(figure, Figure) and one.low is not None and one.high is not None:
        low, high = (
            replace(figure, value=end).text(spoken()) for end in (one.low, one.high)
        )
        if low == high:
            words.append(say("the same in every draw"))
        else:
            words.append(say("from %(low)s to %(high)s", low=low, high=high))
    graded = [
        f"{grade} {percent(share)}"
        if grade
        else say("%(share)s that no source states", share=percent(share))
        for grade, share in sorted(one.shares.items(), key=lambda x: (not x[0], x[0]))
        if share >= LEAST
    ]
    if one.supposed >= LEAST:
        share = percent(one.supposed)
        graded.append(say("%(share)s if its hypotheses hold", share=share))
    if one.flows:
        of = listed(
            say("%(count)s without a grade", count=str(count))
            if grade == "?"
            else f"{grade} {count}"
            for grade, count in one.flows.items()
        )
        count = sum(one.flows.values())
        said = many("%(count)s flow: %(of)s", "%(count)s flows: %(of)s", count, of=of)
        graded.append(said)
    words += [listed(graded)] if graded else []
    return Cell(spoken().text("; ").join(words), kind="sure")


#: The rows of the two tables that head the page, and what they are called there.
_HEADLINES = (
    ("total:source", "Came in"),
    ("total:use", "Went"),
    ("left", "Should be there"),
    ("counted", "Found, of what was counted"),
    ("untraced", "Untraced"),
)


def headlines(walk: exhibits.Table, rivals: exhibits.Table) -> tuple[Number, ...]:
    """Return the figures of the two tables that stand at the head of the page."""
    rows = {row.key: row for row in walk.rows}
    found = [
        _number(label, figure)
        for key, label in _HEADLINES
        if key in rows and isinstance(figure := rows[key].cells[0], Figure)
    ]
    found += [
        _number(
            say("Missing for customers of %(name)s", name=row.key.partition(":")[2]),
            figure,
            short=True,
        )
        for row in rivals.rows
        if row.key.startswith("missing:") and isinstance(figure := row.cells[0], Figure)
    ]
    return tuple(found)


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
