"""One version of a case with single changes of the other switched on."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.diff.changes import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.diff.changes import Change
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow

_FIELDS = {kind: name for name, (kind, _) in KINDS.items()}
#: What has no effect until a flow or a test uses it: there from the start.
_GROUND = ("sources", "entities", "accounts", "commodities", "hypotheses", "scenarios")


def ground(before: Case, after: Case) -> Case:
    """Return the earlier version with what the later declares besides.

    New accounts and entities change no figure until a flow uses them, and a flow
    that does can then be switched on alone.
    """
    found: dict[str, Any] = {
        name: {**getattr(after, name), **getattr(before, name)} for name in _GROUND
    }
    return replace(before, **found)


def switched(case: Case, changes: Iterable[Change]) -> Case:
    """Return a case with changes made to it."""
    found: dict[str, Any] = {}
    for change in changes:
        name = _FIELDS[change.kind]
        now = found.get(name, getattr(case, name))
        if hasattr(now, "values"):
            things = dict(now)
            if change.after is not None:
                things[change.after.name] = change.after
            elif change.kind in {"hypothesis", "scenario"}:
                things.pop(change.before.name, None)
            found[name] = things
        elif name == "flows":
            found[name] = _flows(now, change)
        else:
            found[name] = _listed(now, change)
        # The scenario in force is held by itself too.
        if change.kind == "scenario" and change.id == case.scenario.name:
            found["scenario"] = change.after or case.scenario
    return replace(case, **found)


def _flows(flows: tuple[Flow, ...], change: Change) -> tuple[Flow, ...]:
    """Return flows with one of them taken out, changed or put in, in order of days."""
    listed = [one for one in flows if one != change.before]
    if change.after is not None:
        days = [one.date for one in listed]
        listed.insert(bisect_right(days, change.after.date), change.after)
    return tuple(listed)


def _listed(now: tuple[Any, ...], change: Change) -> tuple[Any, ...]:
    listed = [one for one in now if one is not change.before and one != change.before]
    if change.after is not None:
        listed.append(change.after)
        if hasattr(change.after, "date"):
            listed.sort(key=lambda one: one.date)
    return tuple(listed)
