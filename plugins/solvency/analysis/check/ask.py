"""Run the tests a case asks for, in the written amounts and in draws of them."""

from __future__ import annotations

import math
import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

import numpy as np

from solvency.analysis.check import always
from solvency.analysis.check.answer import WORTH_SAYING
from solvency.analysis.check.answer import Familywise
from solvency.analysis.check.answer import Finding
from solvency.analysis.check.answer import Findings
from solvency.analysis.check.answer import Outcome
from solvency.analysis.check.answer import Series
from solvency.analysis.check.answer import Spell
from solvency.analysis.check.judge import BrokenDraws
from solvency.analysis.check.judge import Judge
from solvency.analysis.check.judge import broken_days
from solvency.analysis.check.parameters import variants
from solvency.analysis.check.spells import Spells
from solvency.analysis.check.tested import as_found
from solvency.analysis.check.tested import spells_of
from solvency.analysis.check.tested import tested
from solvency.analysis.check.tests import test_of
from solvency.analysis.check.timeline import Timeline
from solvency.analysis.check.worlds import Worlds
from solvency.analysis.check.worlds import is_certain
from solvency.analysis.defaults import SEED
from solvency.analysis.defaults import TEST_DRAWS
from solvency.ledger.load import collector_paused
from solvency.model.days import UncertainDays
from solvency.wide import QUOTIENTS
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from typing import TypeAlias

    from numpy.typing import NDArray

    from solvency.analysis.check.timeline import Timeline
    from solvency.ledger.case import Invariant
    from solvency.model.book import Book
    from solvency.model.uncertain import Spreads

    #: The invariants of a case, each with what it found in the written amounts.
    Asked: TypeAlias = list[tuple[Invariant, list[Outcome]]]

#: Numbers in one array of draws: 2 MB, few enough to stay near the processor, and
#: enough that what a test costs besides is little.
_CELLS = 250_000
#: Threads that work on draws.
_THREADS = 2
#: Numbers drawn in all, at most, unless more draws are asked for: some minutes.
_MOST = 4_000_000_000
_ZERO = Decimal()


@wide()
def evaluate(book: Book, *, draws: int | None = None, seed: int = SEED) -> Findings:
    """Run every test of the case over a Book.

    Args:
        book: The Book of one scenario.
        draws: How many draws of the uncertain amounts; none gives probabilities
            of 0 or 1. Default 10,000, or on a very large ledger as many as take
            some minutes.
        seed: The seed; the same seed gives the same findings.
    """
    if not book.flows:
        return Findings(book.case, (), 0, seed, 0.0)
    with collector_paused():
        found = _evaluate(book, draws, seed)
        beside = as_found(book)
        if beside is None:
            return found
        more = _evaluate(beside, draws, seed, moments=False).tests
    tests = (*found.tests, *(replace(one, on="found") for one in more))
    return replace(found, tests=tests)


def _evaluate(
    book: Book, draws: int | None, seed: int, *, moments: bool = True
) -> Findings:
    case = book.case
    worlds = Worlds(book, moments=moments)
    timeline = worlds.timeline
    with wide():
        asked = [(one, _run(one, worlds.of(one))) for one in case.invariants]
        unasked = list(always.claims_below_zero(worlds.certain.last))
    spreads = moves = None
    if draws != 0 and any(not is_certain(one) for one, _ in asked):
        from solvency.model.uncertain import Spreads  # noqa: PLC0415 (brings in SciPy)

        spreads, moves = Spreads(book), UncertainDays(book)
    draws = _how_many(draws, asked, spreads, moves, timeline)
    chances, familywise = _draw(asked, spreads, moves, worlds, draws, seed)
    findings = []
    tests = []
    series = {}
    told = variants(case.invariants)
    for (invariant, found), tallies, variant in zip(asked, chances, told, strict=True):
        at = worlds.of(invariant).timeline
        for outcome, tally in zip(found, tallies, strict=True):
            one = _series(at, invariant, outcome, variant)
            series[one.key] = one
            drawn = 0 if is_certain(invariant) else draws
            finding = _finding(at, invariant, outcome, tally, drawn)
            broke = bool(broken_days(outcome).any())
            chance = tally.broken / drawn if drawn else float(broke)
            spells = tuple(spells_of(at.days, outcome.have - outcome.need))
            tests.append(tested(one, finding, (chance, drawn), spells, book.flows))
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
            *always.unsourced_prices(timeline),
            *always.crossed_counts(timeline),
            *always.twin_flows(timeline),
        ),
        draws=draws,
        seed=seed,
        standard_error=0.5 / math.sqrt(draws) if draws else 0.0,
        series=series,
        tests=tuple(tests),
        familywise=familywise,
    )


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


def _run(invariant: Invariant, spells: Spells) -> list[Outcome]:
    return spells.ask(test_of(invariant.name).run, invariant)


def _how_many(
    draws: int | None,
    asked: Asked,
    spreads: Spreads | None,
    moves: UncertainDays | None,
    timeline: Timeline,
) -> int:
    """Return how many draws to make."""
    if spreads is None or moves is None:
        return 0
    if not len(spreads.flows) and not len(moves.flows):
        return 0
    if draws is not None:
        return draws
    outcomes = sum(len(found) for _, found in asked)
    each = (len(timeline.ordinals) + len(spreads.flows)) * max(outcomes, 1)
    return min(TEST_DRAWS, max(100, _MOST // each))


def _draw(
    asked: Asked,
    spreads: Spreads | None,
    moves: UncertainDays | None,
    worlds: Worlds,
    draws: int,
    seed: int,
) -> tuple[list[list[BrokenDraws]], Familywise | None]:
    """Run the tests in draws, and count in how many each broke, and when first."""
    chances = [[BrokenDraws() for _ in found] for _, found in asked]
    # A list of each test that is drawn, in the order of the judges.
    drawn_of = [
        tallies
        for (invariant, _), tallies in zip(asked, chances, strict=True)
        if not is_certain(invariant)
    ]
    if spreads is None or moves is None or not draws:
        return chances, None
    timeline = worlds.timeline
    chunk = max(16, min(5_000, _CELLS // len(timeline.ordinals)))

    judges = [
        (invariant, [Judge(outcome) for outcome in found])
        for invariant, found in asked
        if not is_certain(invariant)
    ]

    def counted(
        scales: NDArray[np.float64], days: NDArray[np.int64]
    ) -> list[list[BrokenDraws]]:
        drawn = worlds.drawn(spreads.flows, scales, moves.flows, days)
        return [
            [
                judge.count(outcome, len(scales))
                for judge, outcome in zip(
                    each,
                    _run(invariant, drawn[worlds.intraday(invariant)]),
                    strict=True,
                )
            ]
            for invariant, each in judges
        ]

    holding = [
        (n, m)
        for n, (_, each) in enumerate(judges)
        for m, one in enumerate(each)
        if one.holds
    ]
    by_chance = 0
    # Arrays leave the interpreter free for another thread while they compute.
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        amounts = spreads.draw(draws, seed, chunk)
        for part in pool.map(counted, amounts, moves.draw(draws, seed, chunk)):
            for tallies, more in zip(drawn_of, part, strict=True):
                for tally, one in zip(tallies, more, strict=True):
                    tally.broken += one.broken
                    tally.first += one.first
            broke = [x for n, m in holding if (x := part[n][m].ever) is not None]
            by_chance += int(np.logical_or.reduce(broke).sum()) if broke else 0
    if not holding:
        return chances, None
    most = max(drawn_of[n][m].broken for n, m in holding)
    days = len(timeline.ordinals)
    return chances, Familywise(len(holding), days, by_chance / draws, most / draws)


@wide()
def solvency_states(
    book: Book, asked: Iterable[Invariant]
) -> list[tuple[datetime.date, str, bool]]:
    """Return when each entity became insolvent or solvent again, by these tests."""
    if not book.flows:
        return []
    spells = Spells.of(book)
    timeline = spells.timeline
    states = []
    for invariant in asked:
        for outcome in _run(invariant, spells):
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
    if tally.first:
        firsts = np.concatenate(tally.first)
        if len(firsts):
            low, high = np.quantile(firsts, [0.05, 0.95], method="closest_observation")
            between = days[int(low)], days[int(high)]
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
        first, last, worst = days[where[0]], spells[-1].last, days[at]
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
