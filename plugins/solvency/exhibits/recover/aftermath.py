"""What came after the petition: claims in kind, and what assets fetched later."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.flows import told
from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import priced
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.formats import apart
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.analysis.recover.made_whole import Afterwards
    from solvency.analysis.recover.made_whole import InKind
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure


def in_kind(setting: Setting) -> Table | None:
    """Return claims in coins as they are paid, and the same coins at later days."""
    found = setting.study.in_kind
    if not found:
        return None
    text = setting.text
    days = tuple(dict.fromkeys(one.later for one in found))
    return Table(
        key="in-kind",
        title=text("What claims in kind are paid, beside the same units later"),
        unit=setting.say(
            "%(unit)s; the same coins at %(day)s",
            unit=Said(setting.unit),
            day=Day(days[0]),
        )
        if len(days) == 1
        else (text("%(unit)s; the same coins on a later day", unit=setting.unit),),
        head=text("Class"),
        width=56,
        columns=(
            Column("units", text("Units"), width=22),
            Column("value", text("Claim"), width=20),
            Column("paid", text("Paid"), width=20),
            Column("worth", text("Worth later"), width=20),
            Column("rate", text("Paid in kind"), width=18, current=True),
        ),
        rows=tuple(
            Row(
                key,
                (
                    Said(f"{one.entity}: "),
                    text(one.rank),
                    Said(f", {one.commodity}"),
                    *((Said(", "), Day(one.later)) if len(days) > 1 else ()),
                ),
                _in_kind(setting, key, one),
            )
            for one in found
            for key in [
                f"kind:{one.entity}:{one.rank}:{one.commodity}"
                + ("" if one.later == days[0] else f":{one.later}")
            ]
        ),
    )


def _in_kind(setting: Setting, key: str, one: InKind) -> tuple[Figure, ...]:
    """Return units, claim, payment, later worth and share of one claim in coins."""
    account = next(
        (
            name
            for name in sorted(setting.registered)
            if setting.case.accounts[name].root == "Liabilities"
            and setting.case.accounts[name].entity == one.entity
            and (setting.case.accounts[name].rank or "unsecured") == one.rank
            and any(p.commodity == one.commodity for _, p in setting.movements[name])
        ),
        "",
    )
    units = setting.units(
        f"{key}:units",
        one.units,
        one.commodity,
        formula="claim",
        target=setting.register(account, one.commodity) if account else "",
    )
    if setting.case.is_money(one.commodity):
        # A claim that pays for another currency ends in a quotient: cents are enough.
        units = replace(units, places=min(units.places, 2))
    paid = setting.money(
        f"{key}:paid",
        one.paid,
        formula="clearing",
        sources=setting.counted,
        target=anchor(
            "figure",
            f"recovery:Each entity alone:{one.entity}:{one.rank}:"
            + ("paid" if one.paid else "claims"),
        ),
    )
    worth = entry(
        setting.money(f"{key}:worth", one.worth, formula="later price"),
        **priced(setting, f"{key}:worth", units, one.commodity, one.later),
    )
    value = _claim(setting, key, units, one)
    rate = setting.share(
        f"{key}:rate",
        one.rate,
        formula="paid over worth",
        worked=setting.say("%(one)s over %(other)s", one=paid, other=worth),
        flows=setting.moved if account else (),
        named=NAMED,
        sources=tuple(dict.fromkeys((*worth.sources, *setting.counted))),
    )
    return units, value, paid, worth, entry(rate)


def _claim(setting: Setting, key: str, units: Figure, one: InKind) -> Figure:
    """Return what a claim in coins counts for: as fixed, else at the day's price."""
    value = setting.money(f"{key}:value", one.value, formula="at petition")
    if one.fixed is None:
        return entry(
            value,
            **priced(setting, f"{key}:value", units, one.commodity, setting.at),
        )
    price = setting.money(f"{key}:fixed", one.fixed.price)
    worked = setting.say(
        "%(units)s times %(price)s, at which %(flow)s fixes the claim in money",
        units=units,
        price=price,
        flow=setting.flow_ref(one.fixed.flow),
    )
    flow = setting.case.by_id[one.fixed.flow]
    return entry(value, worked=worked, flows=(flow.id,), sources=flow.sources)


def afterwards(setting: Setting) -> Table | None:
    """Return what assets fetched later."""
    found = setting.study.afterwards
    if not found:
        return None
    text = setting.text
    return Table(
        key="afterwards",
        title=text("What became of assets later, beside what the books expected"),
        unit=(text("%(unit)s; later flows of the books", unit=setting.unit),),
        head=text("What happened"),
        width=96,
        columns=(
            Column("flow", text("Flow"), "refs", 18),
            Column("date", text("Date"), "text", 22),
            Column("from", text("Rate from"), "text", 20),
            Column("expected", text("Expected"), width=20),
            Column("fetched", text("Fetched"), width=20),
            Column(
                "difference",
                text("Difference"),
                width=20,
                current=True,
                sums=(("fetched", 1), ("expected", -1)),
            ),
        ),
        rows=tuple(_became(setting, found)),
        notes=(
            (
                text(
                    "Rate from: what was expected of an asset is a share of its cost or"
                    " price that the case assumes (expectation), or takes from what it"
                    " fetched (outcome): that the two then agree is no finding. What"
                    " was taken, and not sold, fetched nothing."
                ),
            ),
        ),
        size="dense",
    )


def _became(setting: Setting, found: Sequence[Afterwards]) -> Iterator[Row]:
    """Yield what was taken for nothing, then what was sold or came back."""
    text = setting.text
    keys = apart(f"later:{one.flow}:{one.account}" for one in found)
    keyed = list(zip(keys, found, strict=True))
    taken = [(key, one) for key, one in keyed if not one.fetched]
    sold = [(key, one) for key, one in keyed if one.fetched]
    for name, head, some in (
        ("taken", text("Taken, or lost for nothing"), taken),
        ("sold", text("Sold, returned, or held by another"), sold),
    ):
        if taken and sold:
            yield Row(f"later:{name}", (head,), kind="group")
        for key, one in some:
            yield _came_of(setting, key, one)


def _came_of(setting: Setting, key: str, one: Afterwards) -> Row:
    return Row(
        key,
        (Said(told(setting, setting.case.by_id[one.flow])),),
        (
            setting.flow_ref(one.flow),
            Day(one.date),
            Said(setting.text("outcome" if one.outcome else "expectation")),
            *(
                setting.money(
                    f"{key}:{name}",
                    value,
                    formula=name,
                    flows=(one.flow,),
                    target=anchor("flow", one.flow),
                )
                for name, value in (
                    ("expected", one.expected),
                    ("fetched", one.fetched),
                    ("difference", one.fetched - one.expected),
                )
            ),
        ),
    )
