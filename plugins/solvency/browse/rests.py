"""What the numbers of a page rest on, and what they would be without each source."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.edit.remarks import by_thing
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.panel import OnPage
from solvency.browse.panel import resting
from solvency.browse.render import BUILDERS
from solvency.browse.request import NotFoundError
from solvency.browse.study import Study
from solvency.figures.errors import ReportError
from solvency.ledger.files.notes import notes_of
from solvency.ledger.without_source import falls
from solvency.ledger.without_source import without

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from solvency.browse.view import View
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Place

Change = dict[str, Any]
#: Pages that take seconds without each source.
_LONG = frozenset({"recovery", "scenarios"})


class _Nowhere:
    """Where nothing is: what is built for its numbers alone leads nowhere."""

    live = True
    languages: tuple[str, ...] = ()
    switched: frozenset[str] = frozenset()

    def page(self, page: str, **query: Any) -> str:  # noqa: ARG002 (as `Addresses` has it)
        """Return nothing."""
        return ""

    def endpoint(self, page: str, name: str, **query: Any) -> str:  # noqa: ARG002 (as above)
        """Return nothing."""
        return ""

    def account(self, name: str) -> str:  # noqa: ARG002 (as above)
        """Return nothing."""
        return ""

    def entry(self, place: Place) -> str:  # noqa: ARG002 (as above)
        """Return nothing."""
        return ""

    def line(self, file: str, line: int) -> str:  # noqa: ARG002 (as above)
        """Return nothing."""
        return ""

    def has(self, page: str) -> bool:  # noqa: ARG002 (as above)
        """Return no."""
        return False


def rested(page: str, view: View) -> dict[str, Any]:
    """Return what each number of a page rests on, as its panels are drawn from it.

    Args:
        page: The page's name.
        view: What it is built from.
    """
    view.register.opened = True
    with speaking(view.locale):
        BUILDERS[page](view)
        notes = by_thing(notes_of(view.study.case.path)[0])
        found = resting(view.case, view.register, view.dossier, notes)
        return placed(view, found)


def placed(view: View, found: dict[str, Any]) -> dict[str, Any]:
    """Return the document with the address of each flow's and source's own page."""
    for kind in ("flow", "source"):
        for name, one in found[f"{kind}s"].items():
            one["href"] = view.page(kind, pick=name)
    return found


def printed(page: str, view: View) -> dict[str, Figure]:
    """Return the figures a page prints, by key."""
    fresh = replace(view, register=OnPage())
    BUILDERS[page](fresh)
    return fresh.register.figures()


def telling(view: View) -> tuple[str, ...]:
    """Return the sources without which something falls: flows, prices or counts."""
    case = view.case
    speaking = {one.source for one in case.prices}
    speaking |= {one.source for one in case.observations}
    for coin in case.commodities.values():
        speaking |= {one.source for one in (*coin.depths, *coin.floats)}
    return tuple(
        name
        for name in case.sources
        if name in speaking or any(falls(flow, name) for flow in case.selected)
    )


def changed(page: str, view: View, source: str) -> dict[str, Decimal | None]:
    """Return the values of a page's figures without a source, computed anew."""
    case = without(view.study.case, source)
    if not case.selected:
        return {}
    # Asked once, so not kept by its fingerprint, which takes longer than most.
    study = Study(case, {}, key=(source,))
    study.whole = study.long = False
    study.alone = True
    asked = replace(view.asked, weigh=False)
    found = printed(
        page, replace(view, study=study, asked=asked, at_home=_Nowhere(), lang="en")
    )
    return {key: figure.value for key, figure in found.items()}


def without_each(page: str, view: View, key: str) -> dict[str, object]:
    """Return what a figure of a page would be without each of its sources.

    The page is built anew without each source, beside the pages, once for all its
    figures.

    Args:
        page: The page's name.
        view: What it is built from.
        key: The figure's key.

    Returns:
        `without`, a row a source; or `said`, how far the work is.

    Raises:
        NotFoundError: The page prints no such figure, or it is drawn or weighed.
        ReportError: The work failed.
    """
    from solvency.exhibits.explain.search import answered  # noqa: PLC0415 (brings in SciPy)

    if page in _LONG:
        with speaking(view.locale):
            said = (
                say(
                    "a page without one source takes seconds to work out, and there are"
                    " many: `solvency explain %(figure)s --all` leaves each source out"
                    " in turn",
                    figure=shlex.quote(key),
                )
                if answered(view.case, key)
                else say(
                    "a page without one source takes seconds to work out, and there are"
                    " many"
                )
            )
        raise NotFoundError(said)
    figures = printed(page, replace(view, asked=replace(view.asked, weigh=False)))
    figure = figures.get(key)
    if figure is None:
        with speaking(view.locale):
            said = (
                say(
                    "%(figure)s is drawn or weighed: `solvency explain %(figure)s"
                    " --all` leaves each source out in turn",
                    figure=shlex.quote(key),
                )
                if answered(view.case, key)
                else say("%(figure)s is drawn or weighed", figure=key)
            )
        raise NotFoundError(said)

    def work(tell: Callable[[str], None]) -> dict[str, dict[str, Decimal | None]]:
        sources = telling(view)
        found = {}
        for n, source in enumerate(sources, 1):
            tell(f"{n} of {len(sources)} sources")
            found[source] = changed(page, view, source)
        return found

    where = view.at_home.page(page, **view.asked.query(pick=view.asked.pick))
    later = view.study.later(f"without:{where}", work)
    if not later.wait(0.2):
        return {"said": later.said or "started"}
    if later.error or later.result is None:
        raise ReportError(later.error or "no answer")
    return {"without": changes(view, figure, later.result)}


def changes(
    view: View, figure: Figure, values: dict[str, dict[str, Decimal | None]]
) -> list[Change]:
    """Return what a figure would be without each source, where that is another."""
    case = view.case
    return [
        {
            "source": source,
            "name": figure.key,
            "before": figure.value,
            "value": found.get(figure.key),
            "lost": [flow.id for flow in case.selected if falls(flow, source)],
        }
        for source, found in values.items()
        if found.get(figure.key) != figure.value
    ]
