"""What would change each of the figures that compete for one name, in sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.exhibit import told
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import spoken
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import waited
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.browse.study import Later
    from solvency.browse.view import View
    from solvency.exhibits.funds.swings import Swings
    from solvency.exhibits.setting import Setting
    from solvency.figures import table as exhibits


def changes(view: View, setting: Setting, figures: exhibits.Table) -> Waiting | None:
    """Say of each rival figure which hypotheses would make it largest and smallest.

    None where there is no hypothesis, or the page is made for its numbers alone.
    """
    if not view.case.hypotheses or not view.study.whole or not view.study.long:
        return None

    @wide()
    def work(tell: Callable[[str], None]) -> Swings:
        from solvency.exhibits.funds.swings import swings  # noqa: PLC0415 (brings in SciPy)

        return swings(setting, tell)

    later: Later[Swings] = view.study.later(f"swings:{view.at}", work)
    unfinished = waited(view, later)
    if unfinished or later.result is None:
        return unfinished or Waiting(error=say("no answer"))
    found = later.result
    notes = [
        say(
            "One hypothesis at a time is switched, all else as shown. A link shows this"
            " page with it. What a figure would be without one of its sources, its"
            " panel says: open the number."
        )
    ]
    if found.excluded:
        names = listed(found.excluded)
        said = say("Not tried, as another excludes them: %(names)s.", names=names)
        notes.append(said)
    return Waiting(
        sentences=tuple(
            (*_named(row, figure), *_sentences(view, found, row.key, figure))
            for row in figures.rows
            if isinstance(figure := row.cells[0], Figure)
        ),
        notes=tuple(notes),
    )


def _named(row: exhibits.Row, figure: Figure) -> Iterator[Cell]:
    """Yield what a figure is called, whose it is, and how much it is."""
    whose = [cell for cell in row.cells if isinstance(cell, Said)][:1]
    comma = spoken().text(", ")
    name = told((*row.label, *(x for one in whose for x in (comma, one))))
    yield Cell(name + spoken().text(": ").rstrip())
    amount = money(figure.value, figure.unit) + spoken().text(".")
    yield Cell(amount, figure=figure.key)


def _sentences(view: View, found: Swings, key: str, figure: Figure) -> Iterator[Cell]:
    """Yield what would make a figure largest and smallest, and how much changes it."""
    if figure.value is None:
        return
    on = view.case.scenario.hypotheses
    least, most = found.ends(key, figure.value)
    for name, largest in ((most, True), (least, False)):
        if name:
            amount = money(found.values[key][name], figure.unit)
            yield Cell(_if(amount, largest=largest, holds=name not in on))
            yield _with(view, name)
    moved = found.moved(key, figure.value)
    if not moved:
        yield Cell(say("No hypothesis changes it: other amounts or sources would."))
        return
    yield Cell(
        many(
            "%(count)s hypothesis of %(all)s changes it.",
            "%(count)s hypotheses of %(all)s change it.",
            moved,
            all=str(len(found.tried)),
        )
    )


def _if(amount: str, *, largest: bool, holds: bool) -> str:
    """Say what a figure would be if a hypothesis held, or did not."""
    if largest:
        return (
            say("Largest, %(amount)s, if this held:", amount=amount)
            if holds
            else say("Largest, %(amount)s, if this did not hold:", amount=amount)
        )
    return (
        say("Smallest, %(amount)s, if this held:", amount=amount)
        if holds
        else say("Smallest, %(amount)s, if this did not hold:", amount=amount)
    )


def _with(view: View, name: str) -> Cell:
    """Return a hypothesis as a link to this page with it switched."""
    held = view.case.scenario.hypotheses ^ {name}
    chosen = tuple(one for one in view.case.hypotheses if one in held)
    way = view.page("where", chosen=chosen)
    if not view.at_home.live:
        # A site has one page: the script beside it reads the set from the address.
        way = f"{way}?hypothesis={','.join(chosen)}"
    return Cell(view.case.hypotheses[name].title.rstrip(".") + spoken().text("."), way)
