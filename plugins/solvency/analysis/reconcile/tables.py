"""A reconciliation in tables a reader can act on."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import count
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.reconcile.answer import Correlated
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.figures.table import Table

#: Claims that had to move by more than this many spreads are shown without being asked.
_NOTABLE = 2.0
#: Probability of what was claimed, were all of it true, below which it hardly can be,
#: and below which it cannot.
_DOUBTFUL, _SURELY = 0.05, 0.001
#: Probability below which no more is said than that it is.
_LEAST = 1e-6
#: Chi-squares nearer than this share are the same.
_SAME = 1e-6


@wide()
def headline(found: Reconciled) -> str:
    """Say in a few lines whether the claims can all be true."""
    if not found.dof:
        return "No identity tests any claim: nothing here can be contradicted.\n"
    about = "about " if found.approximate and found.p >= _LEAST else ""
    chance = _chance(found.p)
    doubtful = found.p < _DOUBTFUL
    says = "They may all be true as stated"
    if doubtful:
        sure = "cannot" if found.p < _SURELY else "can hardly"
        says = f"They {sure} all be true as stated"
    claims, tests = count(len(found.claims), "claim"), count(found.dof, "test")
    text = [
        f"Scenario {found.scenario}: {claims}, {tests}.",
        (
            f"{says}: chi-square {found.chi2:,.1f} where {found.dof} is expected; were"
            " they right within their spreads, one this large or larger would have a"
            f" probability of {about}{chance}."
        ),
    ]
    others = (found.apart, found.together)
    if any(_differs(one, found) for one in others):
        told = [
            f"by {one.correlation:g}: chi-square {one.chi2:,.1f}, a probability of"
            f" {_chance(one.p)}, {count(len(one.suspects), 'suspect')}"
            for one in others
        ]
        text.append(
            f"Errors of one source are correlated by {found.correlated.correlation:g},"
            f" with {count(len(found.suspects), 'suspect')}. Correlated {told[0]};"
            f" {told[1]}."
        )
    if doubtful:
        text.append(
            f"Every spread would have to be {found.inflation:.1f} times as wide for"
            " chi-square to be what is expected."
        )
    return "\n".join(text) + "\n"


def _chance(p: float) -> str:
    return "less than one in a million" if p < _LEAST else f"{p:.2g}"


def _differs(one: Correlated, found: Reconciled) -> bool:
    """Say whether another correlation changes what is found."""
    near = abs(one.chi2 - found.chi2) <= _SAME * max(found.chi2, 1.0)
    return not near or set(one.suspects) != set(found.correlated.suspects)


@wide()
def claims(found: Reconciled, *, everything: bool = False) -> Table:
    """Return the claims that had to move most, or all."""
    shown = [
        claim
        for claim in found.claims
        if everything or claim.suspect or abs(claim.z or 0.0) >= _NOTABLE
    ]
    shown.sort(key=lambda claim: -abs(claim.z or 0.0))
    return listing(
        "Claims, as stated and as balanced"
        + ("" if everything else f" (moved by {_NOTABLE:g} spreads or more)"),
        (
            Heading("claim"),
            Heading("source"),
            Heading("unit"),
            Heading("claimed", places=0),
            Heading("balanced", places=0),
            Heading("at 0", places=0),
            Heading("at 0.9", places=0),
            Heading("spread", places=0),
            Heading("spread after", places=0),
            Heading("z", places=1),
            Heading("set"),
            Heading("what it says"),
        ),
        tuple(
            (
                claim.id + "".join(f"+{name}" for name in claim.also),
                claim.source or "",
                claim.commodity,
                claim.claimed,
                claim.balanced,
                claim.apart,
                claim.together,
                "unknown" if claim.sigma is None else claim.sigma,
                "unknown" if claim.sigma_after is None else claim.sigma_after,
                "" if claim.z is None else Decimal(f"{claim.z:.2f}"),
                "" if claim.set is None else str(claim.set + 1),
                _short(_BOUND[claim.bound] + claim.statement),
            )
            for claim in shown
        ),
        notes=(
            "at 0, at 0.9: balanced with errors of one source so correlated",
            *found.notes,
        ),
    )


_BOUND = {"": "", "least": "at least: ", "most": "at most: "}


def _short(text: str, most: int = 70) -> str:
    return text if len(text) <= most else text[: most - 3].rstrip() + "..."
