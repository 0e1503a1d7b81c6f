"""Run the tests a case asks for, in the written amounts and in draws of them."""

from __future__ import annotations

import math
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check import integrity
from solvency.analysis.check.answer import AtSpreads
from solvency.analysis.check.answer import Finding
from solvency.analysis.check.answer import Findings
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.answer import Series
from solvency.analysis.check.answer import Spell
from solvency.analysis.check.broken_days import BrokenDraws
from solvency.analysis.check.broken_days import broken_days
from solvency.analysis.check.broken_days import drawn_of
from solvency.analysis.check.broken_days import spells_of
from solvency.analysis.check.by_construction import DayPostings
from solvency.analysis.check.draws import at_other_spreads
from solvency.analysis.check.draws import draw
from solvency.analysis.check.draws import how_many
from solvency.analysis.check.draws import run
from solvency.analysis.check.margins import tested
from solvency.analysis.check.membership import MemberWorlds
from solvency.analysis.check.parameters import variants
from solvency.analysis.check.tests import test_of
from solvency.analysis.check.timeline import Timeline
from solvency.analysis.check.worlds import Worlds
from solvency.analysis.check.worlds import as_found
from solvency.analysis.check.worlds import is_certain
from solvency.analysis.split import is_beside
from solvency.analysis.split import split
from solvency.defaults import SEED
from solvency.defaults import SPREAD_DRAWS
from solvency.defaults import WORTH_SAYING
from solvency.ledger.load import collector_paused
from solvency.model.uncertain_days import UncertainDays
from solvency.wide import QUOTIENTS
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from solvency.analysis.check.margins import Tested
    from solvency.analysis.check.timeline import Timeline
    from solvency.ledger.case import Invariant
    from solvency.model.book import Book

_ZERO = Decimal()


@wide()
def evaluate(
    book: Book,
    *,
    draws: int | None = None,
    seed: int = SEED,
    otherwise: bool = True,
    found: bool = True,
) -> Findings:
    """Run every test of the case over a Book.

    Args:
        book: The Book of one scenario.
        draws: How many draws of the uncertain amounts; none gives probabilities
            of 0 or 1. Default 10,000, or on a very large ledger as many as take
            some minutes.
        seed: The seed; the same seed gives the same findings.
        otherwise: Draw at half and at twice the spreads of grades, too.
        found: Run them over what was found, too, where anything was counted.
    """
    if not book.flows:
        return Findings(book.case, (), 0, seed, 0.0)
    with collector_paused():
        beside = as_found(book) if found else None
        if beside is None:
            return _evaluate(book, draws, seed, otherwise=otherwise)
        ask = partial(
            _evaluate, beside, draws, seed, otherwise=otherwise, moments=False
        )
        shared = (book, book.case, beside, beside.case)
        worth = [{"found": ask}] if draws != 0 and not is_beside() else []
        with split(worth, shared) as at_work:
            in_books = _evaluate(book, draws, seed, otherwise=otherwise)
            more = at_work.get("found", ask)().tests
    tests = (*in_books.tests, *(replace(one, on="found") for one in more))
    return replace(in_books, tests=tests)


def _evaluate(
    book: Book,
    draws: int | None,
    seed: int,
    *,
    otherwise: bool,
    moments: bool = True,
) -> Findings:
    case = book.case
    worlds = Worlds(book, moments=moments)
    timeline = worlds.timeline
    with wide():
        asked = [(one, run(one, worlds.of(one))) for one in case.invariants]
        unasked = list(integrity.claims_below_zero(worlds.certain.last))
    spreads = moves = None
    if draws != 0 and any(not is_certain(one) for one, _ in asked):
        from solvency.model.uncertain_amounts import Spreads  # noqa: PLC0415 (brings in SciPy)

        spreads, moves = Spreads(book), UncertainDays(book)
    draws = how_many(draws, asked, spreads, moves, timeline)
    chances, familywise = draw(asked, spreads, moves, worlds, draws, seed)
    beside: list[list[tuple[AtSpreads, AtSpreads] | None]] = [
        [None] * len(found) for _, found in asked
    ]
    graded = bool(draws) and spreads is not None and spreads.graded
    if otherwise and graded and spreads is not None and moves is not None:
        few = min(draws, SPREAD_DRAWS)
        beside = at_other_spreads(asked, spreads, moves, worlds, few, seed)
    findings = []
    tests = []
    series = {}
    postings = DayPostings(book)
    for (invariant, found), tallies, ats, variant in zip(
        asked, chances, beside, variants(case.invariants), strict=True
    ):
        at = worlds.of(invariant).timeline
        drawn = 0 if is_certain(invariant) else draws
        for outcome, tally, others in zip(found, tallies, ats, strict=True):
            one = _series(at, invariant, outcome, variant)
            finding = _finding(at, invariant, outcome, tally, drawn)
            test = _tested(at, one, outcome, finding, (tally, drawn), postings)
            if drawn and (others or not graded):
                # Where no amount has its spread from a grade, at any it is the same.
                same = AtSpreads(test.probability, drawn, test.least, test.most)
                test = replace(test, otherwise=others or (same, same))
            series[one.key] = one
            tests.append(test)
            if finding is not None:
                findings.append(replace(finding, variant=variant))
    for invariant, outcome in unasked:
        finding = _finding(timeline, invariant, outcome, BrokenDraws(), 0)
        if finding is not None:
            findings.append(finding)
    return Findings(
        case=case,
        findings=(
            *findings,
            *integrity.unsourced_prices(timeline),
            *integrity.crossed_counts(timeline),
            *integrity.twin_flows(timeline),
        ),
        draws=draws,
        seed=seed,
        standard_error=0.5 / math.sqrt(draws) if draws else 0.0,
        series=series,
        tests=tuple(tests),
        familywise=familywise,
    )


def _tested(
    timeline: Timeline,
    series: Series,
    outcome: Outcome,
    finding: Finding | None,
    drawn: tuple[BrokenDraws, int],
    postings: DayPostings,
) -> Tested:
    """Return what a test came to, in the written amounts and in draws."""
    tally, draws = drawn
    broke = bool(broken_days(outcome).any())
    chance = tally.broken / draws if draws else float(broke)
    spells = tuple(spells_of(timeline.days, outcome.have - outcome.need))
    test = test_of(series.invariant.name)
    return tested(series, finding, (chance, draws), spells, test, postings)


def _series(
    timeline: Timeline, invariant: Invariant, outcome: Outcome, variant: str
) -> Series:
    """Return what a test had and needed on each day, at its worst moment."""
    worst: dict[datetime.date, int] = {}
    for at, day in enumerate(timeline.days):
        before = worst.get(day)
        if before is None or (
            outcome.have[at] - outcome.need[at]
            <= outcome.have[before] - outcome.need[before]
        ):
            worst[day] = at
    at_worst = list(worst.values())
    return Series(
        invariant,
        outcome.label,
        outcome.unit,
        tuple(worst),
        tuple(outcome.have[at_worst]),
        tuple(outcome.need[at_worst]),
        variant,
        tuple(timeline.book.positions[n] for n in np.flatnonzero(outcome.mask)),
    )


@wide()
def solvency_states(
    book: Book, asked: Iterable[Invariant]
) -> list[tuple[datetime.date, str, bool]]:
    """Return when each entity became insolvent or solvent again, by these tests."""
    if not book.flows:
        return []
    worlds = MemberWorlds.of(book)
    timeline = worlds.timeline
    states = []
    for invariant in asked:
        for outcome in run(invariant, worlds):
            states += _states(timeline, invariant, outcome)
    return sorted(states)


def _finding(
    timeline: Timeline,
    invariant: Invariant,
    outcome: Outcome,
    tally: BrokenDraws,
    draws: int,
) -> Finding | None:
    """Say what an outcome found, or None where it held and surely so."""
    broken = broken_days(outcome)
    days = timeline.days
    chance = tally.broken / draws if draws else float(broken.any())
    if not broken.any() and chance < WORTH_SAYING:
        return None
    between: tuple[datetime.date | None, datetime.date | None] = (None, None)
    if draws:
        found = drawn_of(tally, draws, timeline, outcome.mask)
        between = found.least, found.most
    first = last = worst = None
    amount: Decimal = _ZERO
    ratio: Decimal | None = None
    flows: tuple[str, ...] = ()
    spells: tuple[Spell, ...] = ()
    if broken.any():
        where = np.flatnonzero(broken)
        missing = outcome.need - outcome.have
        at = int(where[np.argmax([missing[index] for index in where])])
        spells = tuple(spells_of(days, -missing))
        first, last, worst = spells[0].first, spells[-1].last, days[at]
        amount = missing[at]
        if outcome.need[at]:
            ratio = QUOTIENTS.divide(outcome.have[at], outcome.need[at])
        flows = _responsible(timeline, outcome, int(where[0]))
        if not draws:
            between = (first, first)
    return Finding(
        invariant=invariant.name,
        entity=invariant.entity,
        commodity=outcome.label,
        severity=invariant.severity,
        first=first,
        last=last,
        worst=worst,
        amount=amount,
        unit=outcome.unit,
        ratio=ratio,
        probability=chance,
        first_earliest=between[0],
        first_latest=between[1],
        flows=flows,
        spells=spells,
        draws=draws,
    )


def _responsible(timeline: Timeline, outcome: Outcome, day: int) -> tuple[str, ...]:
    """Return the flows of the day a test first broke, largest effect first.

    None where only a price moved.
    """
    book = timeline.book
    inside = outcome.mask[book.position] & (timeline.bucket == day)
    effect: dict[int, float] = {}
    for flow, worth in zip(book.flow[inside], book.worth[inside], strict=True):
        effect[int(flow)] = effect.get(int(flow), 0.0) + abs(float(worth))
    return tuple(
        book.flows[flow].id
        for flow in sorted(effect, key=lambda index: (-effect[index], index))
    )


def _states(
    timeline: Timeline, invariant: Invariant, outcome: Outcome
) -> list[tuple[datetime.date, str, bool]]:
    """Return the days on which an entity became insolvent, or solvent again."""
    broken = broken_days(outcome)
    changes = []
    before: Any = None
    # Before the first flow an entity has no state.
    touched = timeline.bucket[outcome.mask[timeline.book.position]]
    begins = int(touched.min()) if len(touched) else len(timeline.days)
    for day, now in zip(timeline.days[begins:], broken[begins:], strict=True):
        if now != before:
            changes.append((day, invariant.entity, not now))
            before = now
    return changes
