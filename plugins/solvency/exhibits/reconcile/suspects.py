"""The claims that cannot stand beside the others, and what balances each."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.evidence.observations import covered
from solvency.exhibits.flows import told as flow_told
from solvency.exhibits.reconcile.shown import far
from solvency.exhibits.reconcile.shown import near
from solvency.exhibits.reconcile.shown import verdict
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import weighed
from solvency.figures import formats
from solvency.figures.figure import SHARE
from solvency.figures.figure import Figure
from solvency.figures.figure import Ref
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.formats import finite
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import capital
from solvency.figures.words import joined
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.analysis.reconcile.answer import Claim
    from solvency.analysis.reconcile.answer import Reconciled
    from solvency.analysis.reconcile.answer import Working
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

#: Observations named that move a flow.
_MOVES = 3


def suspects(setting: Setting, found: Reconciled) -> Table | None:
    """Build the table of suspects, the worst first; None where there are none."""
    text = setting.text
    claims = {one.id: one for one in found.claims}
    rows = tuple(
        Row(
            f"suspect:{one.id}",
            _what(setting, one),
            (
                (claim_ref(one.id, one.kind),),
                _claimed(setting, one),
                _balanced(setting, claims, one, found.workings[one.id]),
                _strain(setting, one, found.workings[one.id]),
                Said(verdict(setting, one)),
                setting.notes.refs([one.source] if one.source else []),
            ),
        )
        for one in filter(far, found.suspects)
    )
    if not rows:
        return None
    return Table(
        key="suspects",
        title=text("Claims at odds with the others, worst first"),
        unit=(
            text(
                "%(unit)s, or units where a coin is named; balanced: the nearest"
                " amount that agrees with the others; of a bound the far end of its"
                " range is claimed; strain: claimed less what all"
                " other claims alone would have it be, over the spread of that gap,"
                " positive where too much is claimed; from 5 either way a claim"
                " clashes, from 3 it is at odds, below in doubt",
                unit=setting.unit,
            ),
        ),
        head=text("What is claimed"),
        width=70,
        columns=(
            Column("claim", text("Identifier"), "refs", 28),
            Column("claimed", text("Claimed"), width=20),
            Column("balanced", text("Balanced"), width=20, current=True),
            Column("z", text("Strain"), width=13),
            Column("verdict", text("Verdict"), "text", 20),
            Column("source", text("Source"), "refs", 15),
        ),
        rows=rows,
        notes=(
            (
                text(
                    "A suspect is a claim that, let go, mends the fit most. It may be"
                    " wrong. Where no identity tells two claims apart, the other may"
                    " be the wrong one. Or the flows it is held against may be"
                    " incomplete."
                ),
            ),
            (
                text(
                    "The spread of a statement is that of its own range, and the"
                    " grade's spread comes on top (root of the sum of squares); a"
                    " flow's is its own range's, else its grade's. What is balanced"
                    " lies between a claim and what the others would have it be, or"
                    " beyond where claims of one source share an error."
                ),
            ),
            *near(setting, len(found.suspects) - len(rows)),
            _beside(setting, found),
        ),
        size="dense",
    )


def _beside(setting: Setting, found: Reconciled) -> Prose:
    """Say what is suspect where errors of one source go together less, or more."""
    tests = {
        "stated": found.correlated,
        "apart": found.apart,
        "together": found.together,
    }
    count = {
        name: setting.count(
            f"reconciled:suspects:{name}", len(one.suspects), target="suspects"
        )
        for name, one in tests.items()
    }
    every = set.intersection(*(set(one.suspects) for one in tests.values()))
    return setting.say(
        "Suspects by the correlation of errors of one source: %(stated)s at %(rho)s, as"
        " taken here, %(apart)s at 0, %(together)s at 0.9; at all three, %(every)s.",
        rho=setting.units(
            "reconciled:correlation",
            finite(found.correlated.correlation, 2),
            "",
            formula="correlation of errors of one source",
            target="suspects",
        ),
        every=setting.count("reconciled:suspects:every", len(every), target="suspects"),
        **count,
    )


def claim_ref(name: str, kind: str) -> Ref:
    """Return a link to a claim: a flow or an observation."""
    return about(kind, name)


def told(setting: Setting, one: Claim) -> Prose:
    """Return a link to a claim, with its source in parentheses."""
    noted = setting.notes.refs([one.source]) if one.source else ()
    return (claim_ref(one.id, one.kind), *((" (", *noted, ")") if noted else ()))


def amount_of(
    setting: Setting, one: Claim, key: str, value: Decimal | None, **rest: Any
) -> Figure:
    """Return an amount of a claim, in money or in units of its coin."""
    if one.commodity == setting.case.currency:
        return setting.money(key, value, **rest)
    # All amounts of a claim in one scale, which its row names.
    scale, places = formats.fitting([one.claimed or Decimal()])
    return Figure(key, value, one.commodity, scale, places, **rest)


def _claimed(setting: Setting, one: Claim) -> Figure:
    return amount_of(
        setting,
        one,
        f"claim:{one.id}:claimed",
        one.claimed,
        formula="claimed by the source",
        sources=(one.source,) if one.source else (),
        target=anchor(one.kind, one.id),
    )


def _balanced(
    setting: Setting, claims: Mapping[str, Claim], one: Claim, how: Working
) -> Figure:
    """Return a balanced amount: what was claimed, what binds it, what pulls."""
    key = f"claim:{one.id}:balanced"
    told_first = setting.say(
        "claimed %(claimed)s%(source)s, spread %(spread)s",
        claimed=_plain(setting, one, "claimed", one.claimed),
        source=_by(setting, one),
        spread=_spread(setting, one, how),
    )
    worked = (
        *told_first,
        setting.text("; "),
        *_binds(setting, claims, one, how),
        setting.text("; "),
        *_pulls(setting, claims, one, how),
    )
    figure = amount_of(
        setting,
        one,
        key,
        one.balanced,
        formula="nearest amount that agrees with the others",
        sources=(one.source,) if one.source else (),
        worked=worked,
        **grounded(
            {"flows": tuple(name for name, _ in how.parts), "parts": how.parts},
            weighed(setting),
        ),
    )
    return entry(figure)


def _by(setting: Setting, one: Claim) -> Prose:
    noted = setting.notes.refs([one.source]) if one.source else ()
    return (" (", *noted, ")") if noted else ()


def _plain(setting: Setting, one: Claim, part: str, value: Decimal | None) -> Figure:
    """Return an amount within an entry, which leads nowhere itself."""
    return amount_of(setting, one, f"claim:{one.id}:of:{part}", value, formula=part)


def _spread(setting: Setting, one: Claim, how: Working) -> Prose:
    """Say how wide a claim is taken to be, and by what."""
    whole = _plain(setting, one, "spread", one.sigma)
    if how.ranged is None or how.graded is None:
        return (whole, setting.text(", of several statements that are one"))
    ranged = _plain(setting, one, "range", how.ranged)
    graded = _plain(setting, one, "grade", how.graded)
    if how.ranged and how.graded:
        why = setting.say(
            ": %(ranged)s by its own range and %(graded)s by its grade%(grade)s, root"
            " of the sum of squares",
            ranged=ranged,
            graded=graded,
            grade=_grade(setting, one),
        )
    elif how.ranged:
        why = (setting.text(", by its own range"),)
    else:
        why = setting.say(", by its grade%(grade)s", grade=_grade(setting, one))
    if how.repeated:
        why += (setting.text(", times the root of two, as two claims rest on one row"),)
    if how.covered:
        why += setting.say(
            ", times the root of one and %(rho)s, as its source also gave a"
            " hypothesised amount it covers",
            rho=setting.units(
                f"claim:{one.id}:rho",
                finite(float(setting.case.uncertainty.correlation), 2),
                "",
                formula="correlation of errors of one source",
            ),
        )
    return (whole, *why)


def _grade(setting: Setting, one: Claim) -> Prose:
    """Return a claim's grade with the half-width of its interval, in parentheses."""
    case = setting.case
    if one.kind == "flow":
        grade = case.by_id[one.id].lent_grade
    else:
        seen = next(x for x in case.observations if x.id == one.id)
        grade = case.grade_of(seen)
    width = case.spreads.get(grade or "")
    if width is None:
        return ()
    return setting.say(
        " (%(grade)s: %(width)s either way in nine of ten)",
        grade=Said(grade or ""),
        width=Figure(f"claim:{one.id}:width", width, SHARE, formula="spread of grade"),
    )


def _binds(
    setting: Setting, claims: Mapping[str, Claim], one: Claim, how: Working
) -> Prose:
    """Say which identity binds an amount, and what the books have."""
    if how.written is not None:
        return setting.say(
            "the books as written have %(written)s; balanced, it must be the sum of"
            " the flows that move it, each at its own balanced amount",
            written=_plain(setting, one, "written", how.written),
        )
    moves = [
        (
            *told(setting, claims[move.claim]),
            " ",
            _plain(setting, one, f"move:{move.claim}", move.amount),
        )
        for move in how.moves[:_MOVES]
        if move.claim in claims
    ]
    if not moves:
        return (setting.text("bound by statements taken as exact"),)
    return setting.say(
        "moved by having to add up, with other flows, to what is stated: by %(moves)s",
        moves=listed(setting.locale, moves),
    )


def _pulls(
    setting: Setting, claims: Mapping[str, Claim], one: Claim, how: Working
) -> Prose:
    """Say which claims pull on an amount, and that the pulls cancel."""
    named: list[Prose] = []
    for pull in how.pulls:
        other = claims[pull.claim]
        named.append(
            setting.say(
                "%(claim)s by %(pull)s, claiming %(claimed)s, balanced %(balanced)s",
                claim=told(setting, other),
                pull=_plain(setting, one, f"pull:{other.id}", pull.amount),
                claimed=_of(setting, one, other, "claimed", other.claimed),
                balanced=_of(setting, one, other, "balanced", other.balanced),
            )
        )
    return setting.say(
        "pulled most by %(named)s; by all others %(rest)s; its own claim holds"
        " %(own)s against these, and together they are nothing",
        named=joined(named),
        rest=_plain(setting, one, "rest", how.rest),
        own=_plain(setting, one, "own", how.own),
    )


def _of(setting: Setting, one: Claim, other: Claim, part: str, value: Decimal) -> Prose:
    """Return an amount of another claim, with its coin where that is not money."""
    figure = amount_of(
        setting, other, f"claim:{one.id}:by:{other.id}:{part}", value, formula=part
    )
    if other.commodity == setting.case.currency:
        return (figure,)
    label = formats.unit_label(other.commodity, figure.scale, setting.locale)
    return (figure, f" {label}")


def coin_of(setting: Setting, one: Claim) -> Prose:
    """Return the coin a claim is in and its scale, in parentheses; none for money."""
    if one.commodity == setting.case.currency:
        return ()
    scale, _ = formats.fitting([one.claimed or Decimal()])
    return (f" ({formats.unit_label(one.commodity, scale, setting.locale)})",)


def _what(setting: Setting, one: Claim) -> Prose:
    return (Said(capital(_stated(setting, one))), *coin_of(setting, one))


def _stated(setting: Setting, one: Claim) -> str:
    """Return what is claimed, with whom or of whose accounts where it does not say."""
    flow = setting.case.by_id.get(one.id) if one.kind == "flow" else None
    if flow is not None and flow.payee:
        return flow_told(setting, flow)
    statement: str = setting.locale.named(one.statement)
    if flow is not None:
        owners = {posting.entity for posting in flow.postings}
    else:
        seen = next(x for x in setting.case.observations if x.id == one.id)
        owners = {setting.case.accounts[name].entity for name in covered(setting, seen)}
    names = [setting.locale.named(name) for name in sorted(owners)]
    if not names or any(
        name.casefold() in statement.casefold() for name in (*names, *owners)
    ):
        return statement
    who = "".join(map(str, listed(setting.locale, names)))
    return f"{who}{setting.text(': ')}{statement}"


def _strain(setting: Setting, one: Claim, how: Working) -> Cell:
    """Return how many spreads lie between what is claimed and what is balanced."""
    if one.z is None:
        return None
    worked = setting.say(
        "%(claimed)s less %(others)s, which all other claims alone would have it be,"
        " over %(gap)s, the spread of that difference; positive, so more is claimed"
        " than fits"
        if one.z > 0
        else "%(claimed)s less %(others)s, which all other claims alone would have it"
        " be, over %(gap)s, the spread of that difference; negative, so less is"
        " claimed than fits",
        claimed=_plain(setting, one, "z:claimed", one.claimed),
        others=_plain(setting, one, "z:others", how.others),
        gap=replace(_plain(setting, one, "z:gap", how.gap), places=2),
    )
    return entry(
        Figure(
            f"claim:{one.id}:z",
            finite(one.z, 1),
            places=1,
            formula="claimed less what the others say, over the spread of that gap",
            sources=(one.source,) if one.source else (),
            worked=worked,
        )
    )
