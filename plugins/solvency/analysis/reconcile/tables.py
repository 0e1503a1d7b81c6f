"""A reconciliation in tables a reader can act on."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.figures.frame import count
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.reconcile.answer import Claim
    from solvency.analysis.reconcile.answer import Reconciled

#: Claims that had to move by more than this many spreads are shown without being asked.
_NOTABLE = 2.0
#: Probability of what was claimed, were all of it true, below which it cannot be.
_DOUBTFUL = 0.05
#: Chi-square gains from which a further observation settles, or merely leans.
_SETTLES, _LEANS = 10.0, 4.0


#: Chi-squares nearer than this share are the same.
_SAME = 1e-6


@wide()
def headline(found: Reconciled) -> str:
    """Say in a few lines whether the claims can all be true."""
    if not found.dof:
        return "No identity tests any claim: nothing here can be contradicted.\n"
    about = "about " if found.approximate else ""
    chance = "less than one in a million" if found.p < 1e-6 else f"{found.p:.2g}"
    doubtful = found.p < _DOUBTFUL
    sure = "cannot all be true" if doubtful else "can all be true"
    claims, tests = count(len(found.claims), "claim"), count(found.dof, "test")
    text = [
        f"Scenario {found.scenario}: {claims}, {tests}.",
        (
            f"They {sure} as stated: chi-square {found.chi2:,.1f} where"
            f" {found.dof} is expected, a probability of {about}{chance}."
        ),
    ]
    beside = found.correlated
    little = "less than one in a million" if beside.p < 1e-6 else f"{beside.p:.2g}"
    if abs(beside.chi2 - found.chi2) > _SAME * max(found.chi2, 1.0):
        text.append(
            f"With errors of one source correlated by {beside.correlation:g}:"
            f" chi-square {beside.chi2:,.1f}, a probability of {little}."
        )
    if doubtful:
        text.append(
            f"Every spread would have to be {found.inflation:.1f} times as wide for"
            " them to agree as honest claims do."
        )
    return "\n".join(text) + "\n"


@wide()
def suspects(found: Reconciled) -> Frame:
    """Return the suspects in the order found, one let go at a time."""
    by_id = {claim.id: claim for claim in found.claims}
    rows = []
    for step, one in enumerate(found.removed, 1):
        if len(one.alike) > 1:
            verdict = "either of these; not both"
            if len(one.alike) > 2:
                verdict = f"one of these {len(one.alike)}; not all"
        else:
            verdict = "this one"
        for name in one.alike:
            first = name == one.claim
            rows.append(
                (
                    step,
                    name,
                    verdict if first else "",
                    _way(by_id[name]),
                    Decimal(f"{one.z:.1f}") if first else "",
                    Decimal(f"{one.drop:.1f}") if first else "",
                    by_id[name].source or "",
                    _short(by_id[name].statement),
                )
            )
    return Frame(
        "Suspects, found by letting the worst claim go, one at a time",
        (
            Column("step"),
            Column("claim"),
            Column("which"),
            Column("claims"),
            Column("z", places=1),
            Column("chi-square falls by", places=1),
            Column("source"),
            Column("what it says"),
        ),
        tuple(rows),
        notes=() if rows else ("no claim stands out",),
    )


@wide()
def plan(found: Reconciled) -> Frame:
    """Return what further evidence would tell claims apart, by set, the best first.

    Sets that hold a suspect, or had to move, come with it; the others agree well
    enough that nobody need know which of them gives way.
    """
    by_id = {claim.id: claim for claim in found.claims}
    sets = [(step.alike, step.would_settle) for step in found.removed]
    sets += [
        (one.members, one.would_settle)
        for one in found.sets
        if any(abs(by_id[name].z or 0.0) >= _NOTABLE for name in one.members)
        and not any(set(one.members) & set(alike) for alike, _ in sets)
    ]
    rows = [
        (
            " or ".join(alike[:3]) + (f" or {len(alike) - 3} more" * (len(alike) > 3)),
            settling.claim,
            _strength(settling.gain),
            _short(by_id[settling.claim].statement),
        )
        for alike, would_settle in sets
        for settling in would_settle
        if settling.gain >= 1
    ]
    return Frame(
        "Investigation plan: one more independent source on which amount would settle"
        " it",
        tuple(map(Column, ("to tell apart", "find out", "it would", "which is"))),
        tuple(rows),
        notes=() if rows else ("nothing that an observation could tell apart is open",),
    )


@wide()
def claims(found: Reconciled, *, everything: bool = False) -> Frame:
    """Return the claims that had to move most, or all."""
    shown = [
        claim
        for claim in found.claims
        if everything or claim.suspect or abs(claim.z or 0.0) >= _NOTABLE
    ]
    shown.sort(key=lambda claim: -abs(claim.z or 0.0))
    return Frame(
        "Claims, as stated and as balanced"
        + ("" if everything else f" (moved by {_NOTABLE:g} spreads or more)"),
        (
            Column("claim"),
            Column("source"),
            Column("unit"),
            Column("claimed", places=0, fine=True),
            Column("balanced", places=0, fine=True),
            Column("spread", places=0, fine=True),
            Column("spread after", places=0, fine=True),
            Column("z", places=1),
            Column("set"),
            Column("what it says"),
        ),
        tuple(
            (
                claim.id + "".join(f"+{name}" for name in claim.also),
                claim.source or "",
                claim.commodity,
                claim.claimed,
                claim.balanced,
                "unknown" if claim.sigma is None else claim.sigma,
                "unknown" if claim.sigma_after is None else claim.sigma_after,
                "" if claim.z is None else Decimal(f"{claim.z:.2f}"),
                "" if claim.set is None else str(claim.set + 1),
                _short(_BOUND[claim.bound] + claim.statement),
            )
            for claim in shown
        ),
        notes=found.notes,
    )


_BOUND = {"": "", "least": "at least: ", "most": "at most: "}


def _way(claim: Claim) -> str:
    z = claim.z or 0.0
    return "" if math.isclose(z, 0.0) else "too much" if z > 0 else "too little"


def _strength(gain: float) -> str:
    if gain >= _SETTLES:
        return "settle it"
    return "lean one way" if gain >= _LEANS else "help a little"


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
