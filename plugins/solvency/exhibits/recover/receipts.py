"""What each class and creditor would receive, and what each payment is made up of."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.payments import made_up
from solvency.analysis.recover.payments import payers
from solvency.exhibits.recover.estates import called
from solvency.exhibits.recover.estates import members_of
from solvency.exhibits.recover.estates import owed
from solvency.exhibits.recover.estates import share_paid
from solvency.exhibits.recover.otherwise import otherwise
from solvency.exhibits.recover.payments import WAYS
from solvency.exhibits.recover.payments import Paying
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_balance
from solvency.exhibits.workings import settled
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from solvency.analysis.recover.payments import MadeUp
    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Gain
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

_ZERO = Decimal()


def classes(setting: Setting, found: Recovery, paying: Paying) -> Table:
    """Return what each class receives, each way of taking the estates."""
    text = setting.text
    rows: list[Row] = []
    for way, some in zip(
        WAYS.values(), (found.classes, found.silos, found.consolidated), strict=True
    ):
        rows.append(Row(way, (text(way),), kind="group"))
        rows += [_class(setting, found, paying, way, one) for one in some]
    return Table(
        key="recovery",
        title=text("What each class would receive"),
        unit=(
            text(
                "%(unit)s; read across: what a class claims, what it is paid of that in"
                " the central case, and the share of its claims, what collateral covers"
                " included, that it is paid in each of three cases; those who owe one"
                " another pay at the same time",
                unit=setting.unit,
            ),
        ),
        head=text("Class"),
        width=56,
        columns=(
            Column("claims", text("Claims"), width=22),
            Column("paid", text("Paid, central"), width=22),
            Column("low", text("Low"), width=18),
            Column("rate", text("Central"), width=18, current=True),
            Column("high", text("High"), width=18),
        ),
        rows=tuple(rows),
        notes=(
            (
                text(
                    "Claims of one estate on another are among these: they fall away"
                    " where all are taken as one. What the statement of affairs pays"
                    " on unsecured claims is of claims that no collateral covers."
                ),
            ),
            *otherwise(setting),
            *_difference(setting, found),
        ),
    )


def rate(setting: Setting, way: str, one: Class, end: str) -> Figure:
    """Return what share of its claims a class is paid, at one end, for a sentence.

    It leads to its entry; a share of nothing to what its claims are.
    """
    figure = _rate(setting, way, one, end)
    return replace(figure, key=f"{figure.key}:said")


def _rate(setting: Setting, way: str, one: Class, end: str) -> Figure:
    paid = {"low": one.low, "rate": one.paid, "high": one.high}[end]
    key = f"recovery:{way}:{one.entity}:{one.rank}"
    return setting.share(
        f"{key}:{end}",
        share_paid(paid, one.claims),
        formula="paid over claims",
        target=anchor("figure", f"{key}:{end if paid else 'claims'}"),
    )


def _class(
    setting: Setting, found: Recovery, paying: Paying, way: str, one: Class
) -> Row:
    key = f"recovery:{way}:{one.entity}:{one.rank}"
    if not setting.resting:
        return _row(
            setting,
            key,
            one,
            (
                setting.money(f"{key}:claims", one.claims),
                setting.money(f"{key}:paid", one.paid),
                *(_rate(setting, way, one, end) for end in ("low", "rate", "high")),
            ),
        )
    debts = owed(found, members_of(setting, way, one.entity), {one.rank})
    claims = entry(
        setting.money(
            f"{key}:claims",
            one.claims,
            formula="claims of the class, paid by clearing all debts at once",
            worked=of_accounts(setting, f"{key}:claims", debts, at=found.at),
            **grounded(
                of_balance(setting, debts, found.at, one.claims), settled(setting)
            ),
        )
    )
    paid = setting.money(f"{key}:paid", one.paid, formula="clearing payment")
    made = made_up(found.ways[_of(way), "central"], one.entity, one.rank)
    paid = entry(
        paid,
        worked=paying.worked(f"{key}:paid", way, "central", one.entity, made),
        **paying.rest(debts, made),
    )
    rates = []
    for name, end in (("low", "low"), ("rate", "central"), ("high", "high")):
        figure = _rate(setting, way, one, name)
        made = made_up(found.ways[_of(way), end], one.entity, one.rank)
        amount = setting.money(f"{key}:{name}:paid", made.paid, formula="amount paid")
        over = setting.say(
            "%(one)s over %(other)s",
            one=replace(paid, target=paid.place) if name == "rate" else amount,
            other=replace(claims, target=claims.place),
        )
        if name != "rate":
            what = paying.worked(f"{key}:{name}", way, end, one.entity, made)
            over = (*over, "; ", *what)
        rest = paying.rest(debts, made)
        rates.append(entry(figure, worked=over, **rest) if figure.value else figure)
    return _row(setting, key, one, (claims, paid, *rates))


def _row(setting: Setting, key: str, one: Class, cells: tuple[Cell, ...]) -> Row:
    return Row(key, called(setting, one), cells, indent=1)


def _of(way: str) -> str:
    """Return what the clearing of a way is called."""
    return next(name for name, words in WAYS.items() if words == way)


def _difference(setting: Setting, found: Recovery) -> list[Prose]:
    """Say what pays customers for whom less is held than they are owed."""
    way = found.ways["alone", "central"]
    notes = []
    for one in found.classes:
        if one.rank != "customer":
            continue
        made = made_up(way, one.entity, one.rank)
        rest = sum(made.rests.values(), _ZERO)
        if rest >= 1:
            notes.append(_met(setting, found, one, made, rest))
    return notes


def _met(
    setting: Setting, found: Recovery, one: Class, made: MadeUp, rest: Decimal
) -> Prose:
    """Say what an estate pays its customers from, beside what it holds for them."""
    key = f"recovery:met:{one.entity}"
    statement = next(x for x in found.statements if x.entity == one.entity)
    worth = {line.kind: line.worth.central for line in statement.lines}

    def money(name: str, value: Decimal, target: str) -> Figure:
        place = anchor("figure", target) if value else ""
        return setting.money(f"{key}:{name}", value, formula=name, target=place)

    row, affairs = f"recovery:{WAYS['alone']}:{one.entity}:{one.rank}", "affairs"
    debtors = payers(found.ways["alone", "central"], one.entity)
    counted = any(
        account.custody and account.entity == one.entity
        for held in setting.found(found.at).held
        for account in (setting.book.account(held.position),)
    )
    said = setting.say(
        "%(entity)s owes its customers %(claims)s and, by what was counted, holds"
        " %(held)s for them. It pays the rest, %(rest)s, as far as it can, out of other"
        " assets, %(free)s, and what its debtors pay it in clearing, %(others)s"
        if counted
        else "%(entity)s owes its customers %(claims)s and holds %(held)s for them. It"
        " pays the rest, %(rest)s, as far as it can, out of other assets, %(free)s, and"
        " what its debtors pay it in clearing, %(others)s",
        entity=Said(one.entity),
        claims=money("claims", one.claims, f"{row}:claims"),
        held=money("held", made.covered, f"{row}:paid"),
        rest=money("rest", rest, f"{row}:paid"),
        free=money("free", worth["free"], f"{affairs}:{one.entity}:free:central"),
        others=money(
            "others",
            worth["claims on others"],
            f"{affairs}:{one.entity}:claims on others:central",
        ),
    )
    first = next(iter(debtors), "")
    if not first or not debtors[first].paid:
        return (*said, setting.text("."))
    return (
        *said,
        *setting.say(
            ": most of it %(debtor)s, %(paid)s of %(owed)s.",
            debtor=Said(first),
            paid=money(
                "most",
                debtors[first].paid,
                f"{affairs}:{one.entity}:claims on others:central",
            ),
            owed=money(
                "claim",
                debtors[first].owed,
                f"{affairs}:{one.entity}:claims on others:central",
            ),
        ),
    )


def gains(setting: Setting, found: Recovery, paying: Paying) -> Table | None:
    """Return what each creditor is paid each way; nothing where it is all the same."""
    if not any(one.gain for one in found.gains):
        return None
    text = setting.text
    return Table(
        key="consolidation-gains",
        title=text("Who gains and who loses when estates are taken together"),
        unit=(text("%(unit)s, central estimate", unit=setting.unit),),
        head=text("Creditor, against"),
        width=60,
        columns=(
            Column("claim", text("Claim"), width=20),
            Column("alone", text("Alone"), width=20),
            Column("silo", text("Each silo as one"), width=20),
            Column("one", text("All as one"), width=20),
            Column(
                "gain",
                text("Gain by one estate"),
                width=22,
                current=True,
                sums=(("one", 1), ("alone", -1)),
            ),
        ),
        rows=tuple(
            Row(
                key,
                (Said(f"{one.creditor}, {one.entity}, "), text(one.rank)),
                _gain(setting, found, paying, key, one),
            )
            for one in found.gains
            for key in (f"gain:{one.creditor}:{one.entity}:{one.rank}",)
        ),
        notes=(
            (
                text(
                    "All as one, each rank is paid before the next out of all assets:"
                    " a gain or a loss is by rank too, and not by the companies being"
                    " taken as one alone."
                ),
            ),
        ),
    )


def _gain(
    setting: Setting, found: Recovery, paying: Paying, key: str, one: Gain
) -> tuple[Cell, ...]:
    values = {"alone": one.alone, "silo": one.by_silo, "one": one.consolidated}
    if not setting.resting:
        amounts = {"claim": one.claim, **values, "gain": one.gain}
        return tuple(setting.money(f"{key}:{n}", x) for n, x in amounts.items())
    debts = owed(found, (one.entity,), {one.rank}, one.creditor)
    claim = entry(
        setting.money(f"{key}:claim", one.claim, formula="claim"),
        worked=of_accounts(setting, f"{key}:claim", debts, at=found.at),
        **grounded(of_balance(setting, debts, found.at, one.claim), settled(setting)),
    )
    paid = {}
    for (name, value), (way, words) in zip(values.items(), WAYS.items(), strict=True):
        clearing = found.ways[way, "central"]
        estate = clearing.estates[one.entity]
        made = made_up(clearing, estate, one.rank, one.creditor, one.entity)
        paid[name] = entry(
            setting.money(f"{key}:{name}", value, formula=f"paid, {name}"),
            worked=paying.worked(f"{key}:{name}", words, "central", estate, made),
            **paying.rest(debts, made),
        )
    gain = entry(
        setting.money(f"{key}:gain", one.gain, formula="paid, gain"),
        worked=setting.say(
            "%(one)s less %(other)s",
            one=replace(paid["one"], target=paid["one"].place),
            other=replace(paid["alone"], target=paid["alone"].place),
        ),
    )
    return claim, *paid.values(), gain
