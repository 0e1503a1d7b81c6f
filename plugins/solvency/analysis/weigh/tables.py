"""Beliefs in tables: what is believed, how firmly, and what it rests on."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.weigh.answer import PRIORS
from solvency.figures.formats import percent
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import count
from solvency.figures.precision import bound
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.figures.table import Table

#: Chances of a gap below which it is listed.
_ODD = 0.05
#: No error is known to follow the normal law beyond this.
_RAREST = 1e-6
#: Beliefs that move by more than this without a source are worth a line.
_MOVES = 0.05


@wide()
def tables(found: Beliefs) -> tuple[Table, ...]:
    """Return what a report has no table of, the most important first."""
    return (
        unexplained(found),
        predicted(found),
        double_counted(found),
        left_out(found),
        priors(found),
        amounts(found),
        combinations(found),
    )


@wide()
def remarks(found: Beliefs) -> tuple[str, ...]:
    """Return how the beliefs were worked out, and what they leave out."""
    return (_method(found), *_lognormal(found), *found.notes)


@wide()
def unexplained(found: Beliefs) -> Table:
    """Return what each scenario leaves unexplained."""
    return listing(
        "What each scenario leaves unexplained, worst first",
        (
            *map(Heading, ("scenario", "observation", "source", "unit")),
            Heading("stated", places=0),
            Heading("scenario says", places=0),
            Heading("z", places=1),
        ),
        tuple(
            (
                *(one.name, gap.observation, gap.source, gap.commodity),
                *(gap.stated, gap.predicted, Decimal(f"{_finite(gap.z):.2f}")),
            )
            for one in found.scenarios
            for gap in one.unexplained
            if abs(gap.z) >= 1
        ),
    )


@wide()
def predicted(found: Beliefs) -> Table:
    """Return what was seen that the believed combinations hardly predict."""
    each = [one for one in found.predicted if one.of == "observation"]
    odd = [one for one in found.predicted if one.p < _ODD]
    broken = sum(one.p < _ODD for one in each)
    return listing(
        "Observations, and families of them, that are hardly predicted, errors as"
        f" stated: chance below {_ODD:g}",
        (*map(Heading, ("of", "name", "observations")), Heading("chance")),
        tuple((one.of, one.name, one.several, _rare(one.p)) for one in odd),
        notes=(_expected(broken, len(each)),),
    )


@wide()
def double_counted(found: Beliefs) -> Table:
    """Return the hypotheses that spend the same money."""
    rows = tuple(
        (
            *one.hypotheses,
            one.flow,
            one.other,
            ", ".join(one.claim),
            one.amount,
            ", ".join(one.scenarios) or "no scenario holds both",
        )
        for one in found.double_counted
    )
    return listing(
        "Money that two hypotheses would both spend",
        (
            *map(Heading, ("hypothesis", "and", "flow", "and flow", "shared row")),
            Heading("at most", places=0),
            Heading("in scenarios"),
        ),
        rows,
        notes=() if rows else ("no two hypotheses that can both be so share a claim",),
    )


@wide()
def left_out(found: Beliefs) -> Table:
    """Return what changes when a group of sources is left out."""
    after = {one.id: one.posterior for one in found.hypotheses}
    rows = sorted(
        (
            (one.group, name, after[name], belief)
            for one in found.left_out
            for name, belief in one.posteriors.items()
            if abs(belief - after[name]) > _MOVES
        ),
        key=lambda row: (row[0], -abs(row[3] - row[2])),
    )
    quiet = {one.group for one in found.left_out} - {row[0] for row in rows}
    return listing(
        f"Without one group of sources: beliefs that move by more than {_MOVES:g}",
        (
            *map(Heading, ("group of sources", "hypothesis")),
            *map(Heading, ("with it", "without it")),
        ),
        tuple((g, n, _belief(w), _belief(o)) for g, n, w, o in rows),
        notes=(f"without these nothing moves so far: {', '.join(sorted(quiet))}",)
        if quiet
        else (),
    )


@wide()
def priors(found: Beliefs) -> Table:
    """Return what would be believed with other priors."""
    return listing(
        "What would be believed of each hypothesis, had belief in it before been"
        " another (what excludes it struck out, as in Before)",
        (Heading("hypothesis"), *(Heading(f"{prior:g}") for prior in PRIORS)),
        tuple(
            (one.id, *map(_belief, one.at_priors))
            for one in found.hypotheses
            if one.tested
        ),
    )


@wide()
def amounts(found: Beliefs) -> Table:
    """Return what is believed of hypothesised amounts."""
    return listing(
        "Hypothesised amounts, as written and as believed if they happened",
        (
            *map(Heading, ("flow", "hypothesis", "unit", "belief")),
            *(Heading(name, places=0) for name in ("written", "believed", "spread")),
            Heading("remark"),
        ),
        tuple(
            (
                one.flow,
                ", ".join(one.hypotheses),
                one.commodity,
                _belief(one.probability),
                one.written,
                one.mean,
                one.sigma,
                "the fit would rather have it run backwards"
                if one.backwards > 0.5
                else "",
            )
            for one in found.amounts
        ),
        notes=tuple(
            f"{flow} and {observation} rest on one row of the dossier and both count in"
            " full; if the amount was worked out from what is stated, sized-by:"
            f' "{observation}" on the flow leaves the observation out'
            for observation, flow in found.built_in
        ),
    )


@wide()
def combinations(found: Beliefs) -> Table:
    """Return the best combinations."""
    return listing(
        "The best combinations",
        (
            Heading("belief", places=4),
            Heading("chi-square", places=1),
            Heading("hypotheses"),
        ),
        tuple(
            (
                Decimal(f"{one.posterior:.6f}"),
                Decimal(f"{one.chi2:.2f}"),
                ", ".join(one.hypotheses) or "none",
            )
            for one in found.combinations
        ),
        notes=(f"together they hold {percent(found.covered)} of the belief",),
    )


def _rare(chance: float) -> Decimal | str:
    """Return a chance; where only the normal law could tell it, how small it is."""
    if chance < _RAREST:
        return "less than one in a million"
    return Decimal(f"{chance:.2g}")


def _expected(broken: int, several: int) -> str:
    return (
        f"{broken} of {count(several, 'observation')}; were all as predicted,"
        f" {_ODD * several:.1f} would be expected"
    )


def _method(found: Beliefs) -> str:
    if found.method == "exact":
        return (
            "all combinations compared; the fast likelihood is within"
            f" {bound(found.check):g} nats of a stable reference"
        )
    return (
        "too many hypotheses to compare all combinations: sampled, standard error of a"
        f" belief at most {found.error:.3f}"
    )


def _lognormal(found: Beliefs) -> tuple[str, ...]:
    if not found.lognormal:
        return ()
    name, most = max(found.lognormal.items(), key=lambda item: abs(item[1]))
    wide = count(len(found.wide), "amount")
    text = (
        f"{wide} uncertain by more than half; with lognormal amounts, over combinations"
        f" that hold {percent(found.lognormal_covered)} of the belief, beliefs move by"
        f" at most {abs(most):.2f} ({name})"
    )
    return (text,)


def _belief(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.copysign(999.0, value)
