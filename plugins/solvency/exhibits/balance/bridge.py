"""The bridge from the books to what was found, by class: drawn, and a table."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import waterfall
from solvency.exhibits.balance.found import counted_by
from solvency.exhibits.balance.found import lacking
from solvency.exhibits.balance.found import resting_on
from solvency.exhibits.balance.found import rests_of
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import in_figures
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.counting.found import Sum

if TYPE_CHECKING:
    import datetime

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell
    from solvency.model.counting.found import Found

#: A step of less than this share of the books is drawn with others like it.
_SMALL = Decimal("0.005")
#: The classes of what was counted, as printed.
CLASSES = {
    "money": "Money",
    "bitcoin": "Bitcoin",
    "other coins": "Other coins",
    "own tokens": "Tokens the group issued",
    "thin tokens": "Tokens with a thin market",
    "stakes": "Stakes and other things held",
    "claims": "Claims on others",
}


def bridge(setting: Setting, day: datetime.date) -> tuple[Table | Drawing, ...]:
    """Return the bridge from books to what was found, by class; drawn, and a table.

    Nothing where nobody counted anything of the group's on the day.
    """
    found = setting.found(day)
    if not found.held:
        return ()
    return _bridge_drawn(setting, found), _bridge(setting, found)


def _bridge(setting: Setting, found: Found) -> Table:
    text = setting.text
    when = formats.date(found.at, setting.locale)
    rows = [
        Row(kind, _named(setting, found, kind), _class(setting, found, kind))
        for kind in found.by_class()
    ]
    totals = tuple(
        setting.money(
            f"found:{found.at.isoformat()}:total:{name}",
            value,
            formula="sum of its lines",
            basis="market",
        )
        for name, value in zip(Sum._fields, found.totals, strict=True)
    )
    return Table(
        key=f"found-{found.at.isoformat()}",
        title=text("Books and counts by class, at %(day)s", day=when),
        unit=(
            text(
                "%(unit)s at market, of what was counted, before eliminations;"
                " untraced: in the books and not found; unrecorded: found and not in"
                " the books",
                unit=setting.unit,
            ),
        ),
        head=text("Class"),
        width=60,
        columns=(
            Column("books", text("Books"), width=25),
            Column("untraced", text("Untraced"), width=25, current=True),
            Column("unrecorded", text("Unrecorded"), width=25),
            Column(
                "counted",
                text("Counted"),
                width=25,
                sums=(("books", 1), ("untraced", -1), ("unrecorded", 1)),
            ),
        ),
        rows=(
            *rows,
            Row(
                "total",
                (text("Together"),),
                (totals[0], totals[2], totals[3], totals[1]),
                "total",
                sums=tuple((one.key, 1) for one in rows),
            ),
        ),
        notes=tuple((Said(setting.remark(note)),) for note in found.notes),
    )


def _named(setting: Setting, found: Found, kind: str) -> Prose:
    """Name a class; of thin tokens say which, for nobody may have counted others."""
    name = setting.text(CLASSES[kind])
    if kind != "thin tokens":
        return (name,)
    coins = {one.position.commodity for one in found.held if one.kind == kind}
    return (setting.text("%(what)s: %(who)s", what=name, who=", ".join(sorted(coins))),)


def _class(setting: Setting, found: Found, kind: str) -> tuple[Cell, ...]:
    """Return what the books show of a class, and what was found of it."""
    held = tuple(one for one in found.held if one.kind == kind)
    sums = found.by_class()[kind]
    key = f"found:{found.at.isoformat()}:{kind.replace(' ', '-')}"
    seen = rests_of(held)
    positions = frozenset(one.position for one in held)
    accounts = {one.account for one in positions}
    made = setting.parts(found.at).of(accounts, counts=positions.__contains__)
    books = entry(
        setting.money(f"{key}:books", sums.books, formula="books", basis="market"),
        flows=made.flows,
        parts=made.parts if made.exact else (),
        priced=made.sources,
    )
    counted = entry(
        setting.money(
            f"{key}:counted", sums.counted, formula="counted", basis="market"
        ),
        worked=setting.say(
            "as counted, carried over the flows between: %(counts)s",
            counts=counted_by(setting, seen),
        ),
        **resting_on(setting, seen, found.at),
    )
    return (
        books,
        lacking(setting, f"{key}:untraced", sums.untraced, held, found.at),
        lacking(
            setting,
            f"{key}:unrecorded",
            sums.unrecorded,
            held,
            found.at,
            unrecorded=True,
        ),
        counted,
    )


def _bridge_drawn(setting: Setting, found: Found) -> Drawing:
    text = setting.text
    when = formats.date(found.at, setting.locale)
    totals = found.totals
    steps = [waterfall.Step(text("In the books"), totals.books, total=True)]
    names = ["books"]
    small = Decimal()
    for kind, sums in found.by_class().items():
        name = text(CLASSES[kind])
        for part, label, amount in (
            ("untraced", text("Untraced: %(name)s", name=name), -sums.untraced),
            ("unrecorded", text("Unrecorded: %(name)s", name=name), sums.unrecorded),
        ):
            if abs(amount) < _SMALL * totals.books:
                small += amount
                continue
            steps.append(waterfall.Step(label, amount))
            names.append(f"{part}:{kind}")
    if small:
        steps.append(waterfall.Step(text("Smaller differences"), small))
        names.append("smaller")
    steps.append(waterfall.Step(text("Counted"), totals.counted, total=True))
    names.append("counted")
    key = f"bridge-{found.at.isoformat()}"
    title = text("From the books to what was found, at %(day)s", day=when)
    chart = waterfall.Waterfall(
        title,
        steps,
        falls=text("In the books and not found"),
        rises=text("Found and not in the books"),
        falling_lacks=True,
    )
    amounts = [abs(Decimal(step.amount)) for step in steps]
    rest = resting_on(setting, rests_of(found.held), found.at)
    return Drawing(
        key,
        title,
        (text("What was counted, at market, before eliminations"),),
        waterfall.draw(chart, setting.look(key, amounts)),
        plotted(
            key,
            title,
            text("Step"),
            (text("Amount"),),
            (
                row(
                    f"step:{name}",
                    step.label,
                    setting.money(
                        f"found:{found.at.isoformat()}:step:{name}",
                        Decimal(step.amount),
                        formula="step of the bridge",
                        **rest,
                    ),
                )
                for name, step in zip(names, steps, strict=True)
            ),
        ),
        notes=(in_figures(setting, f"found-{found.at.isoformat()}"),),
    )
