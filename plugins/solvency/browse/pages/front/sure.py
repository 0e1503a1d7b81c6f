"""How sure the figures of the first page are, in words beside or below them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.exhibit import shown
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.figures.figure import Figure
from solvency.figures.formats import percent

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from solvency.browse.blocks import Table
    from solvency.browse.view import View
    from solvency.exhibits.funds.sureness import Sureness
    from solvency.exhibits.setting import Setting
    from solvency.figures import table as exhibits

    #: By the key of a figure.
    Sure = Mapping[str, Sureness]

#: Shares below this are not named.
LEAST = Decimal("0.005")


def sure_of(view: View, setting: Setting, *tables: exhibits.Table) -> Sure:
    """Return how sure the first figure of each row of tables is, by its key."""
    from solvency.exhibits.funds.sureness import Factors  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.funds.sureness import sureness  # noqa: PLC0415 (as above)

    factors = view.study.once("factors", lambda: Factors(view.study.case))
    return {
        _figures(table)[key].key: one
        for table in tables
        for key, one in sureness(setting, table, factors)
    }


def _figures(table: exhibits.Table) -> dict[str, Figure]:
    """Return the first figure of each row of a table, by the key of the row."""
    return {
        row.key: row.cells[0]
        for row in table.rows
        if row.cells and isinstance(row.cells[0], Figure)
    }


def below(sure: Sure, key: str, unit: str) -> str:
    """Say below a headline in which range it lies, or that none is worked out."""
    return _range(sure[key], lambda end: money(end, unit)) if key in sure else ""


def _range(one: Sureness, printed: Callable[[Decimal], str]) -> str:
    if one.low is None or one.high is None:
        if one.counted:
            return say("as counted; no range worked out")
        return say("no range: no plain sum of flows")
    low, high = printed(one.low), printed(one.high)
    if low == high:
        return say("the same in every draw")
    if one.counted:
        return say("from %(low)s to %(high)s, by the counts", low=low, high=high)
    return say("from %(low)s to %(high)s", low=low, high=high)


def _as_printed(one: Sureness, figure: Figure) -> str:
    return _range(one, lambda end: replace(figure, value=end).text(spoken()))


def with_ranges(view: View, sure: Sure, figures: exhibits.Table) -> Table:
    """Return a table as a page prints it, below each figure of its first its range."""
    own = {one.key: one for one in _figures(figures).values() if one.key in sure}
    table = shown(view, figures)
    below_nothing = any((sure[one].low or 0) < 0 for one in own)
    said = say(
        "Parentheses in a range, below nothing: draws in which more went out of the"
        " accounts than came in."
    )
    return replace(
        table,
        notes=(*table.notes, *((said,) if below_nothing else ())),
        rows=tuple(
            replace(
                row,
                cells=tuple(
                    replace(
                        cell,
                        kind=f"{cell.kind} ranged",
                        note=_as_printed(sure[cell.figure], own[cell.figure]),
                        sure=_in_panel(sure[cell.figure], own[cell.figure]),
                    )
                    if cell.figure in own
                    else cell
                    for cell in row.cells
                ),
            )
            for row in table.rows
        ),
    )


def with_sureness(view: View, sure: Sure, steps: exhibits.Table) -> Table:
    """Return the walk with a column that says how sure each of its amounts is."""
    own = {key: one for key, one in _figures(steps).items() if one.key in sure}
    table = shown(view, steps)
    return replace(
        table,
        heads=(*table.heads, Cell("How sure", kind="sure")),
        rows=tuple(
            replace(
                row, cells=(*row.cells, _said(sure[own[row.key].key], own[row.key]))
            )
            if row.key in own
            else row
            for row in table.rows
        ),
        notes=(
            *table.notes,
            say(
                "How sure: nine in ten draws of the flows' amounts lie in the range, at"
                " the same prices. What is untraced has the range that the counts leave"
                " it, all of them taken at one end at once; a figure that is no plain"
                " sum of flows has none. The letters are the grades of the sources that"
                " give the amounts, from A, records of courts, to F, by their share;"
                " where an amount is no plain sum of flows, by the number of flows it"
                " rests on."
            ),
        ),
    )


def _said(one: Sureness, figure: Figure) -> Cell:
    """Say in which range an amount lies, and how what it rests on is graded."""
    printed = _as_printed(one, figure)
    return Cell(_with_grades(one, printed), kind="sure", sure=_in_panel(one, figure))


def _in_panel(one: Sureness, figure: Figure) -> str:
    """Say the same where no head of a table names the unit."""
    in_words = _range(one, lambda end: money(end, figure.unit))
    return _with_grades(one, in_words)


def _with_grades(one: Sureness, words: str) -> str:
    """Say behind a range how what it rests on is graded."""
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
    return spoken().text("; ").join(filter(None, (words, listed(graded))))
