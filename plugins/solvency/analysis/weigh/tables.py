"""Beliefs in tables: what is believed, how firmly, and what it rests on."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.weigh.answer import PRIORS
from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.figures.frame import count
from solvency.figures.quantised import bound
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.weigh.answer import Beliefs

#: Chances of a gap below which it is listed.
_ODD = 0.05
#: Beliefs that move by more than this without a source are worth a line.
_MOVES = 0.05


@wide()
def tables(found: Beliefs) -> tuple[Frame, ...]:
    """Return every table of the beliefs, the most important first."""
    return (
        beliefs(found),
        scenarios(found),
        unexplained(found),
        predicted(found),
        double_counted(found),
        left_out(found),
        priors(found),
        amounts(found),
        combinations(found),
    )


@wide()
def beliefs(found: Beliefs) -> Frame:
    """Return belief in each hypothesis before and after."""
    return Frame(
        "Belief in each hypothesis, before and after the observations",
        (
            Column("hypothesis"),
            Column("before"),
            Column("after"),
            Column("odds change by", places=3),
            Column("lognormal: after moves by"),
            Column("title"),
        ),
        tuple(
            (
                one.id,
                _belief(one.prior),
                _belief(one.posterior),
                Decimal(f"{one.bayes_factor:.3g}") if one.tested else "not tested",
                _belief(found.lognormal[one.id]) if one.id in found.lognormal else "",
                one.title,
            )
            for one in found.ordered
        ),
        notes=(_method(found), *_lognormal(found), *found.notes),
    )


@wide()
def scenarios(found: Beliefs) -> Frame:
    """Return the scenarios side by side, relative to the best."""
    best = max((one.log_evidence for one in found.scenarios), default=0.0)
    return Frame(
        "Scenarios side by side, each as likely before",
        (
            Column("scenario"),
            Column("belief", places=3),
            Column("log evidence below the best", places=1),
            Column("chi-square", places=1),
            Column("observations"),
            Column("breaks worst"),
            Column("title"),
        ),
        tuple(
            (
                one.name,
                _belief(one.posterior),
                Decimal(f"{best - one.log_evidence:.2f}"),
                Decimal(f"{one.chi2:.2f}"),
                one.dof,
                one.unexplained[0].observation if one.unexplained else "",
                one.title,
            )
            for one in found.scenarios
        ),
        notes=(
            "one scenario alone has no rival to share belief with: 1.000 says nothing",
        )
        if len(found.scenarios) == 1
        else (),
    )


@wide()
def unexplained(found: Beliefs) -> Frame:
    """Return what each scenario leaves unexplained."""
    return Frame(
        "What each scenario leaves unexplained, worst first",
        (
            *map(Column, ("scenario", "observation", "source", "unit")),
            Column("stated", places=0, fine=True),
            Column("scenario says", places=0, fine=True),
            Column("z", places=1),
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
def predicted(found: Beliefs) -> Frame:
    """Return what was seen that the believed combinations hardly predict."""
    each = [one for one in found.predicted if one.of == "observation"]
    odd = [one for one in found.predicted if one.p < _ODD]
    broken = sum(one.p < _ODD for one in each)
    return Frame(
        "Observations, and families of them, that are hardly predicted, errors as"
        f" stated: chance below {_ODD:g}",
        (*map(Column, ("of", "name", "observations")), Column("chance")),
        tuple((one.of, one.name, one.count, Decimal(f"{one.p:.2g}")) for one in odd),
        notes=(_expected(broken, len(each)),),
    )


@wide()
def double_counted(found: Beliefs) -> Frame:
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
    return Frame(
        "Money that two hypotheses would both spend",
        (
            *map(Column, ("hypothesis", "and", "flow", "and flow", "shared row")),
            Column("at most", places=0),
            Column("in scenarios"),
        ),
        rows,
        notes=() if rows else ("no two hypotheses share a claim",),
    )


@wide()
def left_out(found: Beliefs) -> Frame:
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
    return Frame(
        f"Without one group of sources: beliefs that move by more than {_MOVES:g}",
        (
            *map(Column, ("group of sources", "hypothesis")),
            *map(Column, ("with it", "without it")),
        ),
        tuple((g, n, _belief(w), _belief(o)) for g, n, w, o in rows),
        notes=(f"without these nothing moves so far: {', '.join(sorted(quiet))}",)
        if quiet
        else (),
    )


@wide()
def priors(found: Beliefs) -> Frame:
    """Return what would be believed with other priors."""
    return Frame(
        "What would be believed of each hypothesis, had its own prior been another",
        (Column("hypothesis"), *(Column(f"{prior:g}") for prior in PRIORS)),
        tuple(
            (one.id, *map(_belief, one.at_priors))
            for one in found.hypotheses
            if one.tested
        ),
    )


@wide()
def amounts(found: Beliefs) -> Frame:
    """Return what is believed of hypothesised amounts."""
    return Frame(
        "Hypothesised amounts, as written and as believed if they happened",
        (
            *map(Column, ("flow", "hypothesis", "unit", "belief")),
            *(
                Column(name, places=0, fine=True)
                for name in ("written", "believed", "spread")
            ),
            Column("remark"),
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
            f"{flow} was computed from what {observation} states: that they agree is no"
            " evidence (they count once)"
            for observation, flow in found.built_in
        ),
    )


@wide()
def combinations(found: Beliefs) -> Frame:
    """Return the best combinations."""
    return Frame(
        "The best combinations",
        (
            Column("belief", places=4),
            Column("chi-square", places=1),
            Column("hypotheses"),
        ),
        tuple(
            (
                Decimal(f"{one.posterior:.6f}"),
                Decimal(f"{one.chi2:.2f}"),
                ", ".join(one.hypotheses) or "none",
            )
            for one in found.combinations
        ),
        notes=(f"together they hold {found.covered:.1%} of the belief",),
    )


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
        f" that hold {found.lognormal_covered:.0%} of the belief, beliefs move by at"
        f" most {abs(most):.2f} ({name})"
    )
    return (text,)


def _belief(value: float) -> Decimal:
    return Decimal(f"{value:.4f}")


def _finite(value: float) -> float:
    return value if math.isfinite(value) else math.copysign(999.0, value)
