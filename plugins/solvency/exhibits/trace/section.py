"""Whose money outlays spent: intervals of rules that keep the order of movements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.trace.shares import COLUMNS
from solvency.exhibits.balance.sheets import short_name
from solvency.exhibits.flows import heading
from solvency.exhibits.flows import told
from solvency.exhibits.section import Section
from solvency.exhibits.trace.outlays import before
from solvency.exhibits.trace.outlays import deposits
from solvency.exhibits.trace.outlays import owners
from solvency.exhibits.trace.outlays import rule_names
from solvency.exhibits.trace.outlays import undated
from solvency.exhibits.trace.outlays import untraced
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import flow_link
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from solvency.analysis.trace.answer import Following
    from solvency.analysis.trace.answer import Outlay
    from solvency.analysis.trace.answer import Purpose
    from solvency.analysis.trace.answer import Testimony
    from solvency.analysis.trace.shares import Share
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.figure import Ref

_ZERO = Decimal()
#: Outlays printed one by one.
_LARGEST = 15
#: Accounts tried for one that can be traced.
_PAYING = 4


def tracing(setting: Setting, account: str = "") -> Section | None:
    """Build the intervals by purpose and the largest outlays under each rule.

    Args:
        setting: What the report is of.
        account: The account that is traced; the one `followed` finds where empty.
    """
    found = followed(setting, account)
    if found is None:
        return None
    return Section(
        "tracing",
        setting.text("Whose money was spent"),
        (_purposes(setting, found), _outlays(setting, found)),
        # Which account is traced, and whether it can be, hangs on all of them.
        ground=replace(settled(setting), whole=True),
    )


def followed(setting: Setting, account: str = "") -> Following | None:
    """Trace the account of the group through which most money went out.

    Only an account that can have held money of those who keep it with a custodian
    says anything: one whose outlays are all its entity's own is passed over.

    Args:
        setting: What the report is of.
        account: The account to trace instead.
    """
    for name in (account,) if account else paying(setting):
        found = setting.study.followed(name)
        if found is not None and found.owners and any(p.most for p in found.by_purpose):
            return found
    return None


def paying(setting: Setting, *, unsaid: bool = False) -> tuple[str, ...]:
    """Return the accounts of the group that paid most money out, the first first.

    Args:
        setting: What is shown.
        unsaid: Also those whose liquidity the ledger leaves to their commodity.
    """
    out: dict[str, Decimal] = defaultdict(Decimal)
    currency = setting.case.home
    for name, moves in setting.movements.items():
        account = setting.case.accounts[name]
        if (
            account.entity in setting.inside
            and account.root == "Assets"
            and not account.is_claim
            and (account.liquidity or (unsaid and "liquid")) == "liquid"
        ):
            for flow, posting in moves:
                if posting.commodity == currency and flow.date <= setting.at:
                    out[name] += max(-posting.units, _ZERO)
    ordered = sorted(out, key=lambda one: (-out[one], one))
    return tuple(name for name in ordered if out[name])[:_PAYING]


def _purposes(setting: Setting, found: Following) -> Table:
    text = setting.text
    return Table(
        key="traced-purposes",
        title=text(
            "How much of each outlay was money of %(whose)s",
            whose=owners(setting, found),
        ),
        unit=(
            text(
                "%(unit)s; least and most hold under any rule that keeps the order of"
                " movements",
                unit=setting.unit,
            ),
            *_out_of(setting, found),
        ),
        head=text("Purpose"),
        width=50,
        columns=(
            Column("amount", text("Paid out"), width=24),
            Column("least", text("At least"), width=24),
            Column("most", text("At most"), width=24),
            Column("from", text("Least share"), width=18, current=True),
            Column("to", text("Most share"), width=18, current=True),
            Column("pro-rata", text("Pro rata"), width=18),
        ),
        rows=tuple(_purpose(setting, found, one) for one in found.by_purpose),
        notes=(
            (
                text(
                    "At least: the payment less all other money that can have been"
                    " there. At most: all of the owners' money that can have been"
                    " there. Both leave out what outlays before must have spent."
                ),
            ),
            (
                text(
                    "Money spent once is gone: the bounds of several purposes do not"
                    " add. Where least is nothing and most is all, the books alone"
                    " cannot say whose money it was: the rule that is chosen decides."
                ),
            ),
            *undated(setting, found),
            *untraced(setting, found),
            *_testimony(setting, found),
        ),
    )


def _out_of(setting: Setting, found: Following) -> Prose:
    """Name the accounts that are traced, each with a link to its register."""
    names = [(_named(setting, name),) for name in found.accounts]
    return setting.say(
        "; paid out of %(accounts)s", accounts=listed(setting.locale, names)
    )


def _named(setting: Setting, account: str) -> Ref | Said:
    """Return whose account it is and its name, as a link where it has a register."""
    shown = setting.text(
        "%(entity)s: %(name)s",
        entity=setting.case.accounts[account].entity,
        name=short_name(setting, account),
    )
    linked = account in setting.registered
    return about("account", account, shown) if linked else Said(shown)


def _purpose(setting: Setting, found: Following, one: Purpose) -> Row:
    sizes = {x.flow: x.amount for x in found.outlays if x.purpose == one.purpose}
    key = f"trace:{one.purpose}"
    place = anchor("figure", f"{key}:amount")
    label = heading(setting.locale, one.purpose)
    none: Prose = ()
    if not one.most:
        # What says why it was none of theirs stands with the amount.
        none = _largest_before(setting, found, f"{key}:amount", sizes)
    amount = setting.own(
        f"{key}:amount",
        one.amount,
        formula="outlays",
        worked=none,
        **of_flows(setting, sizes),
    )
    least = setting.money(
        f"{key}:least",
        one.least,
        formula="what others' money cannot have paid",
        target=place,
    )
    most = setting.money(
        f"{key}:most",
        one.most,
        formula="what of the owners' money was there to spend",
        target=place,
    )
    if one.least:
        parts = {x.flow: x.least for x in one.spent}
        worked = _largest_before(setting, found, least.key, parts)
        least = entry(least, worked=worked, **of_flows(setting, parts))
    if one.most:
        parts = {x.flow: x.most for x in one.spent}
        worked = _largest_before(setting, found, most.key, parts)
        most = entry(most, worked=worked, **of_flows(setting, parts))

    def share(name: str, words: str, of: Figure) -> Figure:
        value = of.value / one.amount if of.value and one.amount else _ZERO
        figure = setting.share(
            f"{key}:{name}", value if one.amount else None, formula=words
        )
        over = setting.say(
            "%(one)s over %(other)s",
            one=replace(of, target=of.place),
            other=replace(amount, target=place),
        )
        # Nothing leads to what says why it is nothing.
        other = most if most.value else least
        return (
            entry(figure, worked=over)
            if value
            else replace(figure, target=other.place if other.value else place)
        )

    if not one.least and one.most:
        least = replace(least, target=most.place)
    return Row(
        key,
        (Said(label),),
        (
            amount,
            least,
            most,
            share("from", "least of it", least),
            share("to", "most of it", most),
            setting.share(
                f"{key}:pro-rata",
                one.rules["pro-rata"] / one.amount if one.amount else None,
                formula="the owners' share of all money there",
                target=place,
            ),
        ),
    )


def _largest_before(
    setting: Setting, found: Following, key: str, parts: dict[str, Decimal]
) -> Prose:
    """Say what there was before the outlay with the largest part."""
    name = max(parts, key=lambda one: (parts[one], one))
    said = before(setting, found, f"{key}:before", name)
    return setting.say(
        "the largest, %(flow)s: %(before)s", flow=flow_link(setting, name), before=said
    )


def _by(setting: Setting, said: Testimony) -> Prose:
    """Return who says it: the number of the source and its publisher."""
    if said.name not in setting.notes:
        return (Said(said.source),)
    note = setting.notes[said.name]
    return (note.ref, " ", Said(note.brief))


def _testimony(setting: Setting, found: Following) -> list[Prose]:
    notes: list[Prose] = []
    for purpose in found.by_purpose:
        for said in purpose.testimony:
            key = f"trace:testimony:{said.flow}:{said.name}"
            notes.append(
                setting.say(
                    "%(source)s counts %(amount)s of %(flow)s as these owners' money;"
                    " these books allow that, by construction: the amount of %(sized)s"
                    " was worked out from it."
                    if said.inside and said.sized
                    else "%(source)s counts %(amount)s of %(flow)s as these owners'"
                    " money; these books allow that."
                    if said.inside
                    else "%(source)s counts %(amount)s of %(flow)s as these owners'"
                    " money; these books do not allow that.",
                    source=_by(setting, said),
                    amount=setting.money(
                        key,
                        said.amount,
                        formula="as the source states it",
                        sources=(said.name,) if said.name in setting.notes else (),
                        target=anchor("flow", said.flow),
                        prose=True,
                    ),
                    flow=setting.flow_ref(said.flow),
                    sized=Said(", ".join(said.sized)),
                )
            )
    return notes


def _outlays(setting: Setting, found: Following) -> Table:
    text = setting.text
    largest = sorted(found.outlays, key=lambda one: (-one.amount, one.flow))
    shown = sorted(largest[:_LARGEST], key=lambda one: (one.date, one.flow))
    rules, names = COLUMNS, rule_names(setting)
    return Table(
        key="traced-outlays",
        title=text("The largest outlays under each rule"),
        unit=(
            text(
                "%(unit)s of money of %(whose)s in each outlay",
                unit=setting.unit,
                whose=owners(setting, found),
            ),
            *_out_of(setting, found),
        ),
        head=text("Outlay"),
        width=56,
        columns=(
            Column("flow", text("Flow"), "refs", 14),
            Column("date", text("Date"), "text", 19),
            Column("amount", text("Amount"), width=16),
            Column("least", text("Least"), width=15, current=True),
            Column("most", text("Most"), width=15, current=True),
            *(Column(rule, names[rule], width=15) for rule in rules),
        ),
        rows=tuple(_outlay(setting, found, one, rules) for one in shown),
        size="dense",
    )


def _outlay(
    setting: Setting, found: Following, one: Outlay, rules: tuple[str, ...]
) -> Row:
    mine = [share for share in one.owners if share.owner in found.owners]
    key = f"trace:{one.flow}"
    evidence = anchor("flow", one.flow)

    def total(of: str) -> Decimal:
        return sum((_of(share, of) for share in mine), _ZERO)

    values = {name: total(name) for name in ("least", "most", *rules)}
    # One entry explains the row, on the first of its figures that is not nothing.
    first = next((x for x in ("most", "least", *rules) if values[x]), "")
    place = anchor("figure", f"{key}:{first}") if first else evidence

    def figure(name: str, formula: str) -> Figure:
        found_ = setting.money(
            f"{key}:{name}",
            values[name],
            formula=formula,
            flows=(one.flow,),
            target=place,
        )
        if name != first:
            return found_
        return entry(
            found_,
            worked=before(setting, found, f"{key}:before", one.flow),
            flows=(one.flow, *deposits(found, one.flow)),
        )

    return Row(
        one.flow,
        (Said(told(setting, setting.case.by_id[one.flow])),),
        (
            setting.flow_ref(one.flow),
            Day(one.date),
            setting.money(
                f"{key}:amount",
                one.amount,
                formula="amount paid out",
                flows=(one.flow,),
                target=evidence,
            ),
            figure("least", "least of the owners' money"),
            figure("most", "most of the owners' money"),
            *(figure(rule, f"under the rule {rule}") for rule in rules),
        ),
    )


def _of(share: Share, name: str) -> Decimal:
    if name == "least":
        return share.least
    return share.most if name == "most" else share.rules[name]
