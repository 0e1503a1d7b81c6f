"""Say what a figure, a flow, a source or another thing of a case rests on."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from solvency.exhibits.explain.answer import Explanation
from solvency.exhibits.explain.answer import Other
from solvency.exhibits.explain.answer import Share
from solvency.exhibits.explain.answer import Without
from solvency.exhibits.explain.answer import carried
from solvency.exhibits.explain.nearest import nearest
from solvency.exhibits.explain.search import matched
from solvency.exhibits.explain.search import searches
from solvency.exhibits.explain.things import KINDS
from solvency.exhibits.explain.things import exhibit
from solvency.figures.errors import ReportError
from solvency.ledger.files.notes import notes_on
from solvency.ledger.without_source import lost as lost_without
from solvency.ledger.without_source import without
from solvency.model.worth import amount_worth
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator

    from solvency.exhibits.explain.answer import Carried
    from solvency.exhibits.explain.search import Search
    from solvency.exhibits.rests import Rest
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Case
    from solvency.model.prices import Prices

    Progress = Callable[[str], None] | None


@wide()
def explain(
    case: Case, name: str, *, every: bool = False, progress: Progress = None
) -> Explanation:
    """Say what one thing of a case rests on, and what rests on it.

    Args:
        case: The case, without errors and with flows.
        name: The id of a flow or an observation, the name of a source, a hypothesis,
            an account, an entity or an exhibit, or the key of a figure as
            `figures.json` has it. Of a key, words may be left out and joined by
            dots: `balance.FTX.2022-06-30.liabilities`.
        every: Leave each source out in turn even where that draws or weighs anew.
        progress: Called with a word before each long step.

    Returns:
        What was found.

    Raises:
        ReportError: Nothing has the name, or several figures have.
    """
    found = _found(case, name, every=every, progress=progress)
    return replace(found, notes=notes_on(case.path, found.kind, found.name))


def _found(case: Case, name: str, *, every: bool, progress: Progress) -> Explanation:
    """Return what is found of a name, but for what readers remarked on it."""
    for find in KINDS:
        found = find(case, name)
        if found is not None:
            return found
    seen: list[str] = []
    for n, asked in enumerate(searches(case, name, progress)):
        figures, base = asked.made()
        key = name if name in figures else None
        if n == 0 and key is None:
            key = matched(name, figures)
        if key is not None:
            return _figure(asked, figures[key], base[key], every, progress)
        seen += figures
    exhibits: list[str] = []
    found = exhibit(case, name, exhibits)
    if found is not None:
        return found
    raise ReportError(
        "no figure, flow, source, observation, hypothesis, account, entity or"
        f" exhibit is called {name!r}.{nearest(case, name, seen, exhibits)}"
    )


def _figure(
    asked: Search, figure: Figure, rest: Rest, every: bool, progress: Progress
) -> Explanation:
    skipped = asked.of.long and not every
    return replace(
        explained(
            asked.setting.case,
            figure,
            rest,
            asked.of.section,
            sizes(asked.setting.case, asked.setting.book.prices),
        ),
        without=() if skipped else tuple(_changes(asked, figure, rest, progress)),
        left_out=rest.sources if skipped else (),
    )


def sizes(case: Case, prices: Prices) -> Callable[[str], Decimal]:
    """Return what says of a flow what it was worth on its day, nothing unpriced."""

    @cache
    def size(name: str) -> Decimal:
        with wide():
            return amount_worth(prices, case.by_id[name]) or Decimal()

    return size


def explained(
    case: Case,
    figure: Figure,
    rest: Rest,
    section: str = "",
    size: Callable[[str], Decimal] | None = None,
) -> Explanation:
    """Say what a figure rests on, without leaving any source out in turn.

    Args:
        case: The case.
        figure: The figure.
        rest: What it rests on.
        section: The section of a report that has it.
        size: Says what a flow was worth: where flows have no part of their own, the
            largest come first, and the sources that give the most.
    """
    with wide():
        parts = dict(rest.parts)
        flows = tuple(
            Share(case.by_id[name], parts.get(name, Decimal()) if rest.sums else None)
            for name in rest.flows
            if name in case.by_id
        )
        sources = carried(case, flows, rest.sources)
        if size and not rest.sums:
            flows = tuple(sorted(flows, key=lambda one: -size(one.flow.id)))
            sources = _by_size(flows, sources, size)
    return Explanation(
        kind="figure",
        name=figure.key,
        value=figure.value,
        unit=figure.unit,
        formula=figure.formula,
        figure=figure,
        section=section,
        sum=rest.sums,
        flows=flows,
        # Where flows sum to it, its figures do not add to them.
        figures=() if rest.sums else _others(rest),
        sources=sources,
        told=_worked(rest) if rest.sums else (),
    )


def _by_size(
    flows: tuple[Share, ...],
    sources: tuple[Carried, ...],
    size: Callable[[str], Decimal],
) -> tuple[Carried, ...]:
    """Return sources, those first whose flows, all together, were worth most."""
    given: dict[str | None, Decimal] = {}
    for one in flows:
        name = one.flow.amount_from
        given[name] = given.get(name, Decimal()) + size(one.flow.id)
    return tuple(sorted(sources, key=lambda one: -given.get(one.source.name, 0)))


def _others(rest: Rest) -> tuple[Other, ...]:
    found = {
        one.key: Other(
            one.key, None if one.value is None else sign * one.value, one.unit
        )
        for one, sign in rest.figures
    }
    return tuple(found.values())


def _worked(rest: Rest) -> tuple[tuple[str, str], ...]:
    """Return the figures a sum is worked out from, as lines beside its flows."""
    names = dict.fromkeys(one.key for one, _ in rest.figures)
    return tuple(("worked out from", name) for name in names)


def _changes(
    asked: Search, figure: Figure, rest: Rest, progress: Progress
) -> Iterator[Without]:
    """Yield what the figure would be without each of its sources, computed anew."""
    case = asked.setting.case
    for source in rest.sources:
        lost = lost_without(case, source)
        after = figure.value
        if lost or _speaks(case, source):
            if progress is not None:
                progress(f"without {source}")
            changed = without(case, source)
            after = None
            if changed.selected:
                found = asked.of_case(changed).figures().get(figure.key)
                after = found.value if found is not None else None
        yield Without(source, figure.key, figure.value, after, lost)


def _speaks(case: Case, source: str) -> bool:
    """Say whether a source gives prices, depths or balances, beside flows."""
    return (
        any(one.source == source for one in case.prices)
        or any(one.source == source for one in case.observations)
        or any(
            one.source == source
            for coin in case.commodities.values()
            for one in (*coin.depths, *coin.floats)
        )
    )
