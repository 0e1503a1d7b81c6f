"""Whether the claims can all be true, which are suspect, what would settle it."""

from __future__ import annotations

from decimal import Decimal
from math import sqrt
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.layout import Section
from solvency.exhibits.reconcile.suspects import amount_of
from solvency.exhibits.reconcile.suspects import claim_ref
from solvency.exhibits.reconcile.suspects import coin_of
from solvency.exhibits.reconcile.suspects import suspects
from solvency.exhibits.reconcile.suspects import told
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import weighed
from solvency.figures.figure import Said
from solvency.figures.formats import finite
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.reconcile.answer import Alike
    from solvency.analysis.reconcile.answer import Claim
    from solvency.analysis.reconcile.answer import Distance
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

#: Sets of claims listed in the plan, and claims named that chi-square sums.
_PLAN, _WORST = 15, 5


def reconciled(setting: Setting) -> Section | None:
    """Build the suspects and the plan of investigation."""
    found = setting.study.reconciled
    if found is None or not found.dof:
        # Claims that nothing ties to one another cannot disagree.
        return None
    tables = [suspects(setting, found), _plan(setting, found)]
    return Section(
        "reconciled",
        setting.text("Claims held against one another"),
        tuple(table for table in tables if table is not None),
        # In no exhibit: chapters say them, and `explain` finds them here.
        {
            "inflation": inflation_of(setting, found),
            "claims": claims_of(setting, found),
            "suspects": suspects_of(setting, found),
        },
        ground=weighed(setting),
    )


def inflation_of(setting: Setting, found: Reconciled) -> Figure:
    """Return how many times as wide errors would have to be for claims to agree."""
    chi2, dof = (
        entry(setting.units(f"reconciled:{name}", value, "", **rest))
        for name, value, rest in (
            ("chi2", finite(found.chi2, 0), _distance(setting, found)),
            ("dof", Decimal(found.dof), _tests(setting, found)),
        )
    )
    return entry(
        setting.units(
            "reconciled:inflation",
            finite(found.inflation, 1),
            "",
            formula="root of chi-square over independent tests",
            worked=setting.say("%(one)s over %(other)s", one=chi2, other=dof),
        )
    )


def inflation_without(setting: Setting, found: Reconciled) -> Figure:
    """Return the same with the worst claim let go, which mends the fit most."""
    worst, tests = found.removed[0], found.dof - 1
    chi2 = max(found.chi2 - worst.drop, 0.0)
    worked = setting.say(
        "%(one)s over %(other)s, without %(claim)s",
        one=setting.units("reconciled:chi2:without", finite(chi2, 0), ""),
        other=setting.units("reconciled:dof:without", Decimal(tests), ""),
        claim=Said(worst.claim),
    )
    return entry(
        setting.units(
            "reconciled:inflation:without:said",
            finite(sqrt(chi2 / tests), 1),
            "",
            formula="root of chi-square over independent tests",
            worked=worked,
        )
    )


def _distance(setting: Setting, found: Reconciled) -> dict[str, Any]:
    """Return what chi-square sums: errors of claims, in units of their spreads."""
    claims = {one.id: one for one in found.claims}
    worst = found.distances[:_WORST]
    pieces: list[Prose] = [
        (
            *_whose(setting, claims, one),
            " ",
            setting.units(
                f"reconciled:chi2:{one.claims[0]}{':shared' * one.shared}",
                finite(one.size, 1),
                "",
                formula="an error that the fit supposes, over its spread, squared",
            ),
        )
        for one in worst
    ]
    sources = dict.fromkeys(claims[name].source for x in worst for name in x.claims)
    return {
        "formula": "squares of errors over spreads: claims' own, and shared by sources",
        "worked": setting.say(
            "the largest are %(some)s", some=listed(setting.locale, pieces)
        ),
        "sources": tuple(name for name in sources if name),
    }


def _whose(setting: Setting, claims: Mapping[str, Claim], one: Distance) -> Prose:
    """Say whose error it is: a claim's, or what a source's claims share."""
    if not one.shared:
        return told(setting, claims[one.claims[0]])
    first = claims[one.claims[0]]
    return setting.say(
        "what %(count)s claims of one source%(source)s share",
        count=setting.count(f"reconciled:shared:{first.id}", len(one.claims)),
        source=(" (", *setting.notes.refs([first.source]), ")") if first.source else "",
    )


def _tests(setting: Setting, found: Reconciled) -> dict[str, Any]:
    stated = sum(one.kind == "observation" for one in found.claims)
    count = setting.count(
        "reconciled:dof:stated", stated, target="section-observations"
    )
    words = setting.say(
        "of %(count)s statements, those whose spread or flows leave something to test",
        count=count,
    )
    return {"formula": "independent identities that test a claim", "worked": words}


def claims_of(setting: Setting, found: Reconciled) -> Figure:
    """Return how many claims are held against one another: flows and statements."""
    key = "reconciled:claims"
    kinds = [one.kind for one in found.claims]
    flows, stated = (
        setting.count(f"{key}:{kind}", kinds.count(kind), target=f"section-{kind}s")
        for kind in ("flow", "observation")
    )
    worked = setting.say(
        "%(flows)s amounts of flows, %(stated)s statements", flows=flows, stated=stated
    )
    return entry(setting.count(key, len(found.claims), worked=worked))


def suspects_of(setting: Setting, found: Reconciled) -> Figure:
    """Return how many claims cannot stand."""
    count = len(found.suspects)
    return setting.count("reconciled:suspects", count, target="suspects")


def _plan(setting: Setting, found: Reconciled) -> Table | None:
    """List where one more observation would tell most."""
    claims = {one.id: one for one in found.claims}
    text = setting.text
    useful = [one for one in found.sets if one.would_settle]
    useful.sort(key=lambda one: (not one.broken, -one.would_settle[0].gain))
    shown = useful[:_PLAN]
    if not shown:
        return None
    # Where none is broken the exhibit's title says the state of all.
    stated = any(one.broken for one in shown)

    def cells(one: Alike) -> tuple[Cell, ...]:
        broken, alike = text("cannot all stand"), text("cannot be told apart")
        settle = _joined(claims, [one.would_settle[0].claim])
        rest = (settle, _asked(setting, claims, one))
        return (Said(broken if one.broken else alike), *rest) if stated else rest

    state = Column("state", text("State"), "text", 28)
    return Table(
        key="investigation",
        title=text("Which amounts, confirmed, would tell claims apart"),
        unit=(
            text(
                "Claims no identity tells apart, and the amount whose independent"
                " confirmation would tell them apart most clearly; clearest first."
                " Claimed: %(unit)s, or units where a coin is named, of that amount",
                unit=setting.unit,
            ),
        ),
        head=text("Claims that cannot be told apart"),
        width=80,
        columns=(
            *((state,) if stated else ()),
            Column("settle", text("Confirm first"), "refs", 22),
            Column("claimed", text("Claimed"), width=24, current=True),
        ),
        rows=tuple(
            Row(f"plan:{n}", _joined(claims, one.members), cells(one))
            for n, one in enumerate(shown)
        ),
        size="dense",
    )


def _asked(setting: Setting, claims: Mapping[str, Claim], one: Alike) -> Prose:
    """Return what is claimed of the amount to confirm, and what that would tell."""
    first = one.would_settle[0]
    key = f"confirm:{one.members[0]}"
    claim = claims[first.claim]
    worked = setting.say(
        "%(claim)s; one more source on it, as exact as the best of these claims, would"
        " tell the right one from a wrong one by a chi-square of %(gain)s on average;"
        " from ten the matter is settled",
        claim=told(setting, claim),
        gain=setting.units(
            f"{key}:gain", finite(first.gain, 0), "", formula="mean chi-square"
        ),
    )
    sources = dict.fromkeys(
        found for x in (first.claim, *one.members) if (found := claims[x].source)
    )
    figure = amount_of(
        setting,
        claim,
        key,
        claim.claimed,
        formula="claimed by the source",
        worked=worked,
        sources=tuple(sources),
    )
    return (entry(figure), *coin_of(setting, claim))


def _joined(claims: Mapping[str, Claim], names: Iterable[str]) -> Prose:
    pieces: list[Piece] = []
    for name in names:
        if pieces:
            pieces.append(", ")
        claim = claims.get(name)
        pieces.append(claim_ref(name, claim.kind) if claim else Said(name))
    return tuple(pieces)
