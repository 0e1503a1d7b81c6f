"""Hold a case's claims against one another: can they all be true, and if not, which?

Every flow's amount and every observation is a claim with a spread. The ledger says
how flows add up to each observed balance; `balancing` finds the amounts nearest to all
claims that do add up, and what that says of each claim.

Flows are balanced as multiples of what is written and observations as shares of their
size, so that no unit matters. A plug's amount is unknown and let free. Claims that
rest on one row of the dossier share its weight (`Observed.widening`). Errors of one
source go together as the case says, and the answer at 0 and at 0.9 stands beside. An
observation that sized a flow does not test it, and is left out.

What a source states as a bound joins the fit only where the other claims would break
it; which do is found by adding those broken and dropping those that would pull the
other way, until none changes. Amounts keep their sign: where the free fit would break
one, the bounded fit takes its place. Suspects are searched in the free fit, where
letting a claim go lowers chi-square by exactly its squared z.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from solvency.analysis.reconcile.answer import Alike
from solvency.analysis.reconcile.answer import Claim
from solvency.analysis.reconcile.answer import Correlated
from solvency.analysis.reconcile.answer import Distance
from solvency.analysis.reconcile.answer import Reconciled
from solvency.analysis.reconcile.answer import Removed
from solvency.analysis.reconcile.answer import Settled
from solvency.analysis.reconcile.contradictions import without_contradicted
from solvency.analysis.reconcile.problem import SIGN
from solvency.analysis.reconcile.problem import Problem
from solvency.analysis.reconcile.workings import working
from solvency.defaults import LEVEL
from solvency.figures.precision import money
from solvency.figures.precision import moved
from solvency.figures.precision import settled
from solvency.figures.remark import Remark
from solvency.model.observations import observed
from solvency.model.uncertain_days import as_written
from solvency.model.uncertain_days import either_side
from solvency.wide import wide

if TYPE_CHECKING:
    from decimal import Decimal

    from numpy.typing import NDArray

    from solvency.ledger.case import Case
    from solvency.methods.balancing import Balanced

    Array = NDArray[np.float64]


@wide()
def reconcile(case: Case, *, level: float = LEVEL) -> Reconciled:
    """Balance a case's claims under the identities of its ledger.

    Args:
        case: the case, whose scenario's flows are taken.
        level: chance of a false alarm in the search for suspects, over all claims.

    Returns:
        The balanced claims, suspects, sets and what would settle them.

    Raises:
        ValueError: the case has nothing to balance, or claims taken as certain
            contradict one another; they are named.
    """
    book = case.book()
    seen = observed(book)
    if not seen.rows:
        raise ValueError(
            Remark(
                "nothing ties the flows to one another: the case has no observation of"
                " a balance its flows move, so no claim can be tested"
            )
        )
    seen = without_contradicted(seen)
    sized = seen.by_construction()
    tested = seen.without({row for row, _ in sized}) if sized else seen
    if not tested.rows:
        raise ValueError(
            Remark(
                "nothing tests the flows: each observation of a balance they move is"
                " one that a flow was worked out from (sized-by), or one that exact"
                " flows contradict (solvency check)"
            )
        )
    pairs = tuple((seen.rows[row].id, book.flows[flow].id) for row, flow in sized)
    share = float(case.uncertainty.correlation)
    problem = Problem(tested, share)
    try:
        found, apart, together = (
            _found(problem.at(one), level) for one in (share, *_BESIDE)
        )
    except ValueError as error:
        raise ValueError(problem.explained(str(error))) from error
    return _result(found, (apart, together), pairs)


#: Digits kept of what is balanced: claims that hang together closely lose half of what
#: a float has.
_DIGITS = 8


def _found(problem: Problem, level: float) -> _Found:
    """Find which bounds are broken, balance, and keep the signs."""
    free = problem.balanced()
    for _ in range(_ROUNDS):
        if not problem.turn(free):
            break
        free = problem.balanced()
    free, kept = free.judged(level), None
    # The least multiple of a column at which none that follows it is below zero.
    if np.any(problem.amounts(free)[: len(problem.flows)] < -SIGN):
        lower = np.full(len(free.values), -math.inf)
        flows = np.arange(len(problem.flows))
        least = problem.values[flows] - 1.0 / problem.ratio[flows]
        np.maximum.at(lower, problem.lead[flows], least)
        kept = problem.balanced(lower=lower)
    return _Found(problem, free, kept)


@dataclass(frozen=True)
class _Found:
    """The free fit, and the one that keeps signs where the free one does not."""

    problem: Problem
    free: Balanced
    kept: Balanced | None

    @property
    def best(self) -> Balanced:
        """Return the fit whose amounts are shown."""
        return self.kept or self.free

    @cached_property
    def amounts(self) -> Array:
        """Return the amounts that are shown, as multiples of what is claimed."""
        return self.problem.amounts(self.best)

    @cached_property
    def spreads(self) -> Array:
        """Return their spreads."""
        return self.problem.spreads(self.best)

    @property
    def suspects(self) -> tuple[int, ...]:
        """Return the columns of claims that cannot stand, worst first."""
        return self.problem.together(self.free.suspects)

    @property
    def test(self) -> Correlated:
        """Return the test of all claims."""
        best, problem = self.best, self.problem
        return Correlated(
            problem.correlation,
            settled(best.chi2),
            best.dof,
            best.p,
            tuple(problem.name(column) for column in self.suspects),
        )


#: Rounds in which bounds join and leave before the search for them is given up.
_ROUNDS = 20
#: Correlations of errors of one source at which the answer stands beside.
_BESIDE = (0.0, 0.9)


def _result(
    found: _Found, beside: tuple[_Found, _Found], sized: tuple[tuple[str, str], ...]
) -> Reconciled:
    problem, free, best = found.problem, found.free, found.best
    set_of = {
        claim: at
        for at, group in enumerate(free.sets)
        for claim in problem.together(group)
    }
    suspects = found.suspects
    rows = (row.first for row in problem.seen.rows)
    straddled = either_side(problem.book, rows)
    return Reconciled(
        scenario=problem.book.case.scenario.name,
        chi2=settled(best.chi2),
        dof=best.dof,
        p=best.p,
        inflation=settled(best.inflation),
        approximate=best.approximate,
        claims=tuple(
            _claim(found, beside, column, column in suspects, set_of.get(column))
            for column in range(len(problem.values))
        ),
        sets=tuple(
            Alike(
                tuple(problem.name(claim) for claim in problem.together(group)),
                any(column in suspects for column in group),
                _settling(problem, free, group),
            )
            for group in free.sets
        ),
        removed=tuple(
            Removed(
                problem.name(step.index),
                settled(step.z),
                settled(step.drop),
                tuple(problem.name(claim) for claim in problem.together(step.alike)),
                _settling(problem, free, step.alike) if len(step.alike) > 1 else (),
            )
            for step in free.removed
        ),
        untested=problem.seen.untested,
        notes=_notes(problem, best, sized, straddled),
        correlated=found.test,
        apart=beside[0].test,
        together=beside[1].test,
        by_construction=sized,
        either_side=straddled,
        distances=_distances(problem, best),
        workings={
            problem.name(column): working(problem, free, best, column)
            for column in suspects
        },
    )


def _settling(
    problem: Problem, found: Balanced, members: tuple[int, ...]
) -> tuple[Settled, ...]:
    ranked = found.would_settle(tuple(members))
    return tuple(Settled(problem.name(one.claim), settled(one.gain)) for one in ranked)


def _claim(
    found: _Found,
    beside: tuple[_Found, _Found],
    column: int,
    suspect: bool,
    alike: int | None,
) -> Claim:
    problem = found.problem
    z = float(found.free.z[problem.lead[column]])
    apart, together = (_shown(one, column) for one in beside)
    name, tested = problem.name(column), None if math.isnan(z) else settled(z)
    after = float(found.spreads[column])
    if column < len(problem.flows):
        flow = problem.book.flows[int(problem.flows[column])]
        size = problem.size(column)
        return Claim(
            id=name,
            kind="flow",
            source=flow.amount_from,
            statement=flow.narration,
            commodity=flow.amount.commodity,
            claimed=flow.amount.number,
            balanced=_shown(found, column),
            sigma=_spread(problem.sigmas[column] * size, flow.amount.number),
            sigma_after=_spread(after * size, flow.amount.number),
            z=tested,
            suspect=suspect,
            set=alike,
            bound="",
            also=(),
            apart=apart,
            together=together,
        )
    at = column - len(problem.flows)
    row, scale = problem.seen.rows[at], problem.size(column)
    return Claim(
        id=name,
        kind="observation",
        source=row.first.source,
        statement=row.first.perimeter or ", ".join(row.first.accounts),
        commodity=row.commodity,
        claimed=row.stated,
        balanced=_shown(found, column),
        sigma=_spread(problem.sigmas[column] * scale, row.stated),
        sigma_after=_spread(after * scale, row.stated),
        z=tested,
        suspect=suspect,
        set=alike,
        bound=row.bound,
        also=tuple(one.id for one in row.observations[1:]),
        apart=apart,
        together=together,
    )


def _shown(found: _Found, column: int) -> Decimal:
    """Return a balanced amount, as finely as its claim is written."""
    problem = found.problem
    change = float(found.amounts[column] - problem.values[column])
    return moved(problem.written(column), change, problem.size(column), _DIGITS)


def _distances(problem: Problem, found: Balanced) -> tuple[Distance, ...]:
    """Return what chi-square sums: errors squared, and the claims that have each."""
    errors = [
        *((problem.together((at,)), False, size) for at, size in enumerate(found.own)),
        *(
            (tuple(columns), True, size)
            for columns, size in zip(problem.sharing(), found.common, strict=True)
        ),
    ]
    sized = [
        Distance(tuple(map(problem.name, columns)), shared, settled(size**2))
        for columns, shared, size in errors
    ]
    there = [one for one in sized if one.size]
    return tuple(sorted(there, key=lambda one: (-one.size, one.claims)))


def _notes(
    problem: Problem,
    found: Balanced,
    sized: tuple[tuple[str, str], ...],
    straddled: tuple[tuple[str, str], ...],
) -> tuple[str, ...]:
    notes = []
    if found.approximate:
        notes.append(
            "a sign or a bound holds an amount, so the probability and the spreads"
            " after are approximate"
        )
    groups = problem.seen.groups
    if len(groups) == 1:
        notes.append(
            Remark(
                "every observation comes from one group of sources (%(group)s): this"
                " tests whether that source agrees with itself and the flows, not"
                " whether it is right",
                group=groups[0],
            )
        )
    if not found.dof:
        notes.append("no identity tests any claim: nothing here can be contradicted")
    repeated = len({row for row, _ in problem.seen.repeated})
    if repeated:
        notes.append(
            Remark(
                "%(count)s observations rest on the same rows of the dossier as flows"
                " they test; each pair counts once (spreads are widened by the square"
                " root of two)",
                count=repeated,
            )
        )
    if sized:
        notes.append(
            Remark(
                "left out, since a flow was worked out from it: %(names)s",
                names=tuple(dict.fromkeys(row for row, _ in sized)),
            )
        )
    notes += as_written(straddled)
    notes += [
        Remark(
            "%(id)s: %(reason)s",
            id=one.observation.notes.get("row") or one.observation.id,
            reason=one.reason,
        )
        for one in problem.seen.untested
    ]
    return tuple(notes)


def _spread(value: float, like: Decimal) -> Decimal | None:
    return money(value, like=like, digits=_DIGITS) if math.isfinite(value) else None
