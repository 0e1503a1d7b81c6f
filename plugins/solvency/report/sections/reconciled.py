"""Whether the claims can all be true, which are suspect, what would settle it."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.report import formats
from solvency.report.figures import Figure
from solvency.report.figures import Ref
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.remarks import remark
from solvency.report.sections.kit import finite
from solvency.report.sections.workings import entry
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.analysis.reconciling_result import Claim
    from solvency.analysis.reconciling_result import Reconciled
    from solvency.report.figures import Piece
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell

#: Sets of claims listed in the plan.
_PLAN = 15


def reconciled(setting: Setting) -> Section | None:
    """Build the suspects and the plan of investigation."""
    found = setting.analyses.reconciled
    if found is None or not found.dof:
        # Claims that nothing ties to one another cannot disagree.
        return None
    tables = [_suspects(setting, found), _plan(setting, found)]
    chi2, dof = (
        setting.units(f"reconciled:{name}", value, "", formula=name, target="suspects")
        for name, value in (
            ("chi2", finite(found.chi2, 0)),
            ("dof", Decimal(found.dof)),
        )
    )
    inflation = entry(
        setting.units(
            "reconciled:inflation",
            finite(found.inflation, 1),
            "",
            formula="root of chi-square over independent tests",
            worked=setting.say("%(one)s over %(other)s", one=chi2, other=dof),
        )
    )
    return Section(
        "reconciled",
        setting.text("Claims held against one another"),
        tuple(table for table in tables if table is not None),
        {
            "chi2": chi2,
            "dof": dof,
            "inflation": inflation,
            "claims": claims_of(setting, found),
            "suspects": suspects_of(setting, found),
            "consistent": found.p > 0.05,
            "untested": tuple(
                (
                    Ref(
                        one.observation.id,
                        f"#{anchor('observation', one.observation.id)}",
                    ),
                    ": ",
                    Said(remark(setting.locale, one.reason)),
                )
                for one in found.untested
            ),
            "notes": tuple(
                (Said(remark(setting.locale, note)),) for note in found.notes
            ),
        },
    )


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


def claim_ref(name: str, kind: str) -> Ref:
    """Return a link to a claim: a flow or an observation."""
    return Ref(name, f"#{anchor(kind, name)}")


def _amount(setting: Setting, one: Claim, part: str, value: Decimal | None) -> Figure:
    key = f"claim:{one.id}:{part}"
    rest: dict[str, Any] = {
        "formula": f"{part} by the source" if part == "claimed" else part,
        "sources": (one.source,) if one.source else (),
        "target": anchor(one.kind, one.id),
    }
    if one.commodity == setting.case.currency:
        return setting.money(key, value, **rest)
    # Both amounts of a claim in one scale, which its row names.
    scale, places = formats.fitting([one.claimed or Decimal()])
    return Figure(key, value, one.commodity, scale, places, **rest)


def _suspects(setting: Setting, found: Reconciled) -> Table | None:
    suspects = found.suspects
    if not suspects:
        return None
    text = setting.text
    return Table(
        key="suspects",
        title=text("Claims at odds with the others, worst first"),
        unit=(
            text(
                "%(unit)s, or units where a coin is named; balanced: the nearest"
                " amount that agrees with the others; strain: adjustment in standard"
                " deviations; from 5 a claim cannot stand, from 3 it is at odds, below"
                " in doubt",
                unit=setting.unit,
            ),
        ),
        head=text("What is claimed"),
        width=70,
        columns=(
            Column("claim", text("Claim"), "refs", 28),
            Column("claimed", text("Claimed"), width=20),
            Column("balanced", text("Balanced"), width=20, current=True),
            Column("z", text("Strain"), width=13),
            Column("verdict", text("Verdict"), "text", 20),
            Column("source", text("Source"), "refs", 15),
        ),
        rows=tuple(
            Row(
                f"suspect:{one.id}",
                _what(setting, one),
                (
                    (claim_ref(one.id, one.kind),),
                    _amount(setting, one, "claimed", one.claimed),
                    _amount(setting, one, "balanced", one.balanced),
                    _strain(one),
                    Said(text(one.verdict)),
                    setting.notes.refs([one.source] if one.source else []),
                ),
            )
            for one in suspects
        ),
        notes=(
            (
                text(
                    "A suspect is a claim that, let go, mends the fit most. It may be"
                    " wrong, or the flows it is held against may be incomplete."
                ),
            ),
        ),
        size="dense",
    )


def _what(setting: Setting, one: Claim) -> Prose:
    coin: Prose = ()
    if one.commodity != setting.case.currency:
        scale, _ = formats.fitting([one.claimed or Decimal()])
        coin = (f" ({formats.unit_label(one.commodity, scale, setting.locale)})",)
    statement = setting.locale.named(one.statement)
    return (Said(statement[:1].upper() + statement[1:]), *coin)


def _strain(one: Claim) -> Cell:
    if one.z is None:
        return None
    value = finite(one.z, 1)
    return Figure(
        f"claim:{one.id}:z", value, places=1, formula="adjustment over its spread"
    )


def _plan(setting: Setting, found: Reconciled) -> Table | None:
    """List where one more observation would tell most."""
    kinds = {one.id: one.kind for one in found.claims}
    text = setting.text
    useful = [one for one in found.sets if one.would_settle]
    useful.sort(key=lambda one: (not one.broken, -one.would_settle[0].gain))
    rows = [
        Row(
            f"plan:{n}",
            _joined(kinds, one.members),
            (
                Said(text("cannot all stand") if one.broken else text("untold apart")),
                _joined(kinds, [one.would_settle[0].claim]),
            ),
        )
        for n, one in enumerate(useful[:_PLAN])
    ]
    if not rows:
        return None
    return Table(
        key="investigation",
        title=text("What to look for next: evidence that would settle most"),
        unit=(
            text(
                "Claims no identity tells apart, and the amount whose independent"
                " confirmation would tell them apart most clearly; clearest first"
            ),
        ),
        head=text("Claims that cannot be told apart"),
        width=80,
        columns=(
            Column("state", text("State"), "text", 28),
            Column("settle", text("Confirm first"), "refs", 34),
        ),
        rows=tuple(rows),
        size="dense",
    )


def _joined(kinds: dict[str, str], names: Iterable[str]) -> Prose:
    pieces: list[Piece] = []
    for name in names:
        if pieces:
            pieces.append(", ")
        kind = kinds.get(name)
        pieces.append(claim_ref(name, kind) if kind else Said(name))
    return tuple(pieces)
