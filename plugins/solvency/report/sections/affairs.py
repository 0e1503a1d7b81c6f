"""Statement of affairs and recovery: what there is to share out, and for whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recovering import GROUP
from solvency.report import formats
from solvency.report.figures import Figure
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.remarks import sentence
from solvency.report.sections.aftermath import afterwards
from solvency.report.sections.aftermath import in_kind
from solvency.report.sections.aftermath import preferences
from solvency.report.sections.estates import Resting
from solvency.report.sections.estates import at_end
from solvency.report.sections.estates import members_of
from solvency.report.sections.estates import owed
from solvency.report.sections.workings import entry
from solvency.report.sections.workings import largest
from solvency.report.sections.workings import of_accounts
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.affairs import Affairs
    from solvency.analysis.recovering import Class
    from solvency.analysis.recovering import Recovery
    from solvency.analysis.recovering import Statement
    from solvency.report.figures import Piece
    from solvency.report.figures import Prose
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell

_ENDS = ("low", "central", "high")
#: Ways of taking the estates, with their names.
_WAYS = {"alone": "Each entity alone", "silo": "By silo", "one": "All as one"}


#: The lines below the assets, each with what it takes of a statement.
_PARTS: dict[str, tuple[str, Callable[[Affairs], Decimal]]] = {
    "secured": (
        "Less: secured, as far as covered",
        lambda a: a.fully_secured + a.partly_secured,
    ),
    "surplus": ("Free to those without security", lambda a: a.free),
    "priority": ("Less: claims with priority", lambda a: a.priority),
    "unsecured": ("Unsecured claims", lambda a: a.unsecured),
    "deficiency": ("Deficiency", lambda a: a.deficiency),
}


def affairs(setting: Setting) -> Section | None:
    """Build statements of affairs, recovery by class, and what followed."""
    found = setting.analyses.recovery
    if found is None:
        return None
    tables = [
        _statements(setting, found),
        _classes(setting, found),
        _gains(setting, found),
        in_kind(setting),
        preferences(setting),
        afterwards(setting),
    ]
    return Section(
        "affairs",
        setting.text("Statement of affairs and recovery"),
        tuple(table for table in tables if table is not None),
        {
            "notes": tuple(
                (Said(sentence(setting.locale, note, setting.case.currency)),)
                for note in found.notes
            ),
            "at": found.at,
        },
    )


def _statements(setting: Setting, found: Recovery) -> Table:
    text = setting.text
    rows: list[Row] = []
    for one in found.statements:
        rows += _statement(setting, found, one)
    return Table(
        key="affairs",
        title=text(
            "Statement of affairs at %(day)s",
            day=formats.date(found.at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; book: average price at acquisition; the rest: what a sale"
                " is expected to fetch",
                unit=setting.unit,
            ),
        ),
        head=text("Line"),
        width=70,
        columns=(
            Column("book", text("Book"), width=24),
            *(
                Column(end, text(end.capitalize()), width=24, current=end == "central")
                for end in _ENDS
            ),
        ),
        rows=tuple(rows),
        size="dense",
    )


def _statement(setting: Setting, found: Recovery, one: Statement) -> list[Row]:
    text = setting.text
    key = f"affairs:{one.entity}"
    rests = Resting(setting, found, one.entity)

    def figures(
        name: str,
        values: list[Decimal | None],
        formula: str,
        worked: Prose = (),
        flows: tuple[str, ...] = (),
    ) -> tuple[Cell, ...]:
        """Return a line: one of its figures has an entry, the others lead there."""
        end = _told(values)
        place = anchor("figure", f"{key}:{name}:{end}")
        cells: list[Figure | None] = []
        for each, value in zip(("book", *_ENDS), values, strict=True):
            figure = setting.money(f"{key}:{name}:{each}", value, formula=formula)
            if value is None:
                cells.append(None)
            elif worked and each == end:
                others = _others(setting, f"{key}:{name}", each, values)
                cells.append(entry(figure, worked=(*worked, *others), flows=flows))
            else:
                cells.append(replace(figure, target=place if value else ""))
        return tuple(cells)

    rows = [Row(key, (Said(one.entity),), kind="group")]
    lines = []
    for line in one.lines:
        name = f"{key}:{line.kind}"
        label = setting.capital(line.kind)
        values: list[Decimal | None] = [line.book, *line.worth]
        end = _told(values)
        worked = rests.assets(line.kind, name, end)
        moved = rests.moved(line.kind)
        cells = figures(line.kind, values, f"assets {line.kind}", worked, flows=moved)
        lines.append(Row(name, (label,), cells, indent=1))
    rows += lines
    total: list[Decimal | None] = [
        sum((line.book for line in one.lines), Decimal()),
        *(sum((line.worth[n] for line in one.lines), Decimal()) for n in range(3)),
    ]
    rows.append(
        Row(
            f"{key}:total",
            (text("Total assets"),),
            tuple(
                setting.money(f"{key}:total:{end}", value, formula="sum of its lines")
                for end, value in zip(("book", *_ENDS), total, strict=True)
            ),
            "subtotal",
            sums=tuple((line.key, 1) for line in lines),
        )
    )
    above: dict[str, tuple[Cell, ...]] = {}
    for name, (label, take) in _PARTS.items():
        amounts: list[Decimal | None] = [
            None,
            *(take(a) for a in (one.low, one.central, one.high)),
        ]
        if name == "priority" and not any(amounts):
            continue
        last = name == "deficiency"
        end = _told(amounts)
        worked = rests.part(name, f"{key}:{name}", end, above)
        cells = above[name] = figures(
            name, amounts, label, worked, flows=rests.moved(name)
        )
        rows.append(
            Row(
                f"{key}:{name}",
                (text(label),),
                cells,
                "subtotal" if last else "line",
                indent=0 if last else 1,
            )
        )
    rates = [
        setting.share(
            f"{key}:rate:{end}",
            at.rate,
            formula="net free over unsecured claims",
            target=anchor("figure", f"{key}:rate:central") if at.rate else "",
        )
        for end, at in zip(_ENDS, (one.low, one.central, one.high), strict=True)
    ]
    over = setting.say(
        "%(one)s over %(other)s",
        one=at_end(above["surplus"], "central"),
        other=at_end(above["unsecured"], "central"),
    )
    rates[1] = entry(rates[1], worked=over)
    rows.append(
        Row(f"{key}:rate", (text("Paid to the unsecured"),), (None, *rates), "total")
    )
    return rows


def _others(
    setting: Setting, key: str, told: str, values: list[Decimal | None]
) -> Prose:
    """Return what a line comes to otherwise: at book, low, central and high."""
    pieces: list[Piece] = []
    for end, value in zip(("book", *_ENDS), values, strict=True):
        if end == told or value is None or value == values[2]:
            continue
        name = setting.text(end.capitalize())
        figure = setting.money(f"{key}:{end}", value, formula="otherwise")
        pieces += ["; ", name, " ", figure]
    return tuple(pieces)


def _told(values: list[Decimal | None]) -> str:
    """Return the end whose figure says what a line is made of: central if any."""
    by_end = dict(zip(_ENDS, values[1:], strict=True))
    order = ("central", "low", "high")
    return next((end for end in order if by_end[end]), "central")


def _classes(setting: Setting, found: Recovery) -> Table:
    text = setting.text
    rows: list[Row] = []
    for way, some in zip(
        _WAYS.values(), (found.classes, found.silos, found.consolidated), strict=True
    ):
        rows.append(Row(way, (text(way),), kind="group"))
        rows += [_class(setting, found, way, one) for one in some]
    return Table(
        key="recovery",
        title=text("What each class would receive"),
        unit=(
            text(
                "%(unit)s; all debts cleared together; shares are of claims",
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
                    " where all are taken as one."
                ),
            ),
        ),
    )


def rate(setting: Setting, way: str, one: Class, end: str) -> Figure:
    """Return what share of its claims a class is paid, at one end."""
    paid = {"low": one.low, "rate": one.paid, "high": one.high}[end]
    return setting.share(
        f"recovery:{way}:{one.entity}:{one.rank}:{end}",
        paid / one.claims if one.claims else None,
        formula="paid over claims",
        target=class_place(way, one.entity, one.rank),
    )


def class_place(way: str, entity: str, rank: str) -> str:
    """Return the id of what a class's claims are, in one way of taking estates."""
    return anchor("figure", f"recovery:{way}:{entity}:{rank}:claims")


def _class(setting: Setting, found: Recovery, way: str, one: Class) -> Row:
    key = f"recovery:{way}:{one.entity}:{one.rank}"
    place = class_place(way, one.entity, one.rank)
    estate = members_of(setting, way, one.entity)
    debts = owed(found, estate, {one.rank})
    claims = of_accounts(setting, f"{key}:claims", debts)
    paid = setting.money(f"{key}:paid", one.paid, formula="clearing payment")
    rates = [rate(setting, way, one, end) for end in ("low", "rate", "high")]
    low, central, high = (replace(one, target="") for one in rates)
    worked = setting.say(
        "%(claims)s; paid %(paid)s, %(central)s of it, low %(low)s, high %(high)s",
        claims=claims,
        paid=paid,
        central=central,
        low=low,
        high=high,
    )
    who = setting.text("The group") if one.entity == "group" else one.entity
    return Row(
        key,
        (Said(who), ": ", setting.text(one.rank)),
        (
            entry(
                setting.money(
                    f"{key}:claims",
                    one.claims,
                    formula="claims of the class, paid by clearing all debts at once",
                    worked=worked,
                    flows=largest(setting, debts, found.at),
                )
            ),
            replace(paid, target=place),
            *rates,
        ),
        indent=1,
    )


def _gains(setting: Setting, found: Recovery) -> Table | None:
    if not any(one.gain for one in found.gains):
        return None
    text = setting.text

    def cells(n: int) -> tuple[Cell, ...]:
        one = found.gains[n]
        values = {
            "claim": one.claim,
            "alone": one.alone,
            "silo": one.by_silo,
            "one": one.consolidated,
            "gain": one.gain,
        }
        debts = owed(found, (one.entity,), {one.rank}, one.creditor)
        worked = of_accounts(setting, f"gain:{n}:claim", debts)
        silo = setting.case.entities[one.entity].silo or one.entity
        classes = (("alone", found.classes, one.entity), ("silo", found.silos, silo))
        places = {
            name: class_place(_WAYS[name], entity, one.rank)
            for name, some, entity in (*classes, ("one", found.consolidated, GROUP))
            if any((x.entity, x.rank) == (entity, one.rank) for x in some)
        }
        figures = {
            name: setting.money(
                f"gain:{n}:{name}",
                value,
                formula="claim" if name == "claim" else f"paid, {name}",
                target=places.get(name, ""),
            )
            for name, value in values.items()
        }
        figures["claim"] = entry(
            figures["claim"], worked=worked, flows=largest(setting, debts, found.at)
        )
        return tuple(figures.values())

    return Table(
        key="consolidation-gains",
        title=text("Who gains and who loses when estates are taken together"),
        unit=(text("%(unit)s, central estimate", unit=setting.unit),),
        head=text("Creditor, against"),
        width=60,
        columns=(
            Column("claim", text("Claim"), width=20),
            Column("alone", text("Alone"), width=20),
            Column("silo", text("By silo"), width=20),
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
                f"gain:{n}",
                (Said(f"{one.creditor}, {one.entity}, "), text(one.rank)),
                cells(n),
            )
            for n, one in enumerate(found.gains)
        ),
    )
