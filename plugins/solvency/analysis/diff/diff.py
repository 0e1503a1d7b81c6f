"""Compare two versions of a case, and find because of which change each differs."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.diff.answer import BELIEF
from solvency.analysis.diff.answer import CaseDifference
from solvency.analysis.diff.answer import FigureChanged
from solvency.analysis.diff.answer import FindingChanged
from solvency.analysis.diff.causes import ground
from solvency.analysis.diff.causes import switched
from solvency.analysis.diff.changes import changes
from solvency.analysis.diff.headlines import HOLDS
from solvency.analysis.diff.headlines import apart
from solvency.analysis.diff.headlines import headlines
from solvency.evidence.open_items import standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.diff.changes import Change
    from solvency.analysis.diff.headlines import State
    from solvency.evidence.open_items import OpenItem
    from solvency.ledger.case import Case

#: Changes that are switched alone at most, the largest first.
MOST = 40
#: So many changes are weighed alone: each takes as long as `solvency weigh`.
WEIGHED = 5


def compare(
    before: Case,
    after: Case,
    *,
    beliefs: bool = True,
    most: int = MOST,
    progress: Callable[[str], None] | None = None,
) -> CaseDifference:
    """Compare two versions of a case.

    Args:
        before: The earlier version, without errors.
        after: The later one, likewise.
        beliefs: Weigh the hypotheses of both too, which takes long in a large case.
        most: Changes that are switched on alone at most, the largest flows first.
        progress: Called with a word before each long step.
    """
    tell = progress or (lambda _: None)
    found = changes(before, after)
    tell("reading both versions")
    old, new = headlines(before, beliefs=beliefs), headlines(after, beliefs=beliefs)
    figures = [key for key in (*old[0], *new[0]) if apart(key, old, new)]
    tests = [
        key
        for key in (*old[1], *new[1])
        if old[1].get(key, HOLDS) != new[1].get(key, HOLDS)
    ]
    figures, tests = list(dict.fromkeys(figures)), list(dict.fromkeys(tests))
    effective = [one for one in found if _may_matter(one)]
    effective.sort(key=lambda one: (-one.size, one.kind, one.id))
    tried = effective[:most] if figures or tests else []
    weighed = beliefs and any(name.startswith(BELIEF) for name, _ in figures)
    base = ground(before, after)
    alone = []
    for at, one in enumerate(tried, 1):
        tell(f"switching change {at} of {len(tried)}")
        state = headlines(switched(base, [one]), beliefs=weighed and at <= WEIGHED)
        alone.append((one, state))
    turned = {key: _turning(key, old, alone) for key in tests}
    if not all(turned.values()):
        in_turn = _in_turn(base, old, tried)
        turned = {key: by or in_turn.get(key, ()) for key, by in turned.items()}
    return CaseDifference(
        found,
        tuple(
            FindingChanged(
                *key,
                old[1].get(key, HOLDS),
                new[1].get(key, HOLDS),
                turned[key],
            )
            for key in tests
        ),
        tuple(
            FigureChanged(
                *key, old[0].get(key), new[0].get(key), _effects(key, old, alone)
            )
            for key in figures
        ),
        untried=len(effective) - len(tried) if figures or tests else 0,
        opened=_alone(after, before),
        settled=_alone(before, after),
    )


def _alone(case: Case, other: Case) -> tuple[OpenItem, ...]:
    """Return what of the evidence is open in one version and not in another."""
    there = set(standing(other))
    return tuple(one for one in standing(case) if one not in there)


def _may_matter(change: Change) -> bool:
    """Say whether a change can move a figure: what only declares a name cannot."""
    declared = {"source", "entity", "account", "commodity", "hypothesis", "scenario"}
    return not (change.how == "added" and change.kind in declared)


def _turning(
    key: tuple[str, str, str], old: State, alone: list[tuple[Change, State]]
) -> tuple[str, ...]:
    """Return the changes that alone make a test come out differently."""
    was = old[1].get(key, HOLDS)
    return tuple(one.id for one, state in alone if state[1].get(key, HOLDS) != was)


def _effects(
    key: tuple[str, str], old: State, alone: list[tuple[Change, State]]
) -> tuple[tuple[str, Decimal], ...]:
    """Return how far each change alone moves a figure, the furthest first."""
    was = old[0].get(key, Decimal())
    moved = [
        (one.id, state[0].get(key, Decimal()) - was)
        for one, state in alone
        if key in state[0] or not key[0].startswith(BELIEF)
    ]
    return tuple(
        sorted(
            ((name, by) for name, by in moved if by),
            key=lambda one: (-abs(one[1]), one),
        )
    )


def _in_turn(
    base: Case, old: State, tried: list[Change]
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """Return the changes at which a test turns, made one after the other."""
    found: dict[tuple[str, str, str], list[str]] = {}
    before = old[1]
    for at, one in enumerate(tried, 1):
        now = headlines(switched(base, tried[:at]), beliefs=False)[1]
        for key in {*now, *before}:
            if now.get(key, HOLDS) != before.get(key, HOLDS):
                found.setdefault(key, []).append(one.id)
        before = now
    return {key: tuple(by) for key, by in found.items()}
