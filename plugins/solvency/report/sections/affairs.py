"""Statement of affairs and recovery: what there is to share out, and for whom."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.report import formats
from solvency.report.figures import Said
from solvency.report.figures import anchor
from solvency.report.layout import Section
from solvency.report.remarks import sentence
from solvency.report.sections.aftermath import afterwards
from solvency.report.sections.aftermath import in_kind
from solvency.report.sections.aftermath import preferences
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.affairs import Affairs
    from solvency.analysis.recovering import Class
    from solvency.analysis.recovering import Recovery
    from solvency.analysis.recovering import Statement
    from solvency.report.figures import Figure
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell

_ENDS = ("low", "central", "high")


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
        rows += _statement(setting, one)
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


def _statement(setting: Setting, one: Statement) -> list[Row]:
    text = setting.text
    key = f"affairs:{one.entity}"
    target = anchor("registers", one.entity)

    def figures(
        name: str, values: list[Decimal | None], formula: str
    ) -> tuple[Cell, ...]:
        return tuple(
            None
            if value is None
            else setting.money(
                f"{key}:{name}:{end}", value, formula=formula, target=target
            )
            for end, value in zip(("book", *_ENDS), values, strict=True)
        )

    rows = [Row(key, (Said(one.entity),), kind="group")]
    lines = []
    for line in one.lines:
        name = f"{key}:{line.kind}"
        label = setting.capital(line.kind)
        values: list[Decimal | None] = [line.book, *line.worth]
        cells = figures(line.kind, values, f"assets {line.kind}")
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
            figures("total", total, "sum of its lines"),
            "subtotal",
            sums=tuple((line.key, 1) for line in lines),
        )
    )
    for name, (label, take) in _PARTS.items():
        amounts: list[Decimal | None] = [
            None,
            *(take(a) for a in (one.low, one.central, one.high)),
        ]
        if name == "priority" and not any(amounts):
            continue
        last = name == "deficiency"
        rows.append(
            Row(
                f"{key}:{name}",
                (text(label),),
                figures(name, amounts, label),
                "subtotal" if last else "line",
                indent=0 if last else 1,
            )
        )
    rates = tuple(
        setting.share(
            f"{key}:rate:{end}", at.rate, formula="net free over unsecured claims"
        )
        for end, at in zip(_ENDS, (one.low, one.central, one.high), strict=True)
    )
    rows.append(
        Row(f"{key}:rate", (text("Paid to the unsecured"),), (None, *rates), "total")
    )
    return rows


def _classes(setting: Setting, found: Recovery) -> Table:
    text = setting.text
    rows: list[Row] = []
    for way, some in (
        ("Each entity alone", found.classes),
        ("By silo", found.silos),
        ("All as one", found.consolidated),
    ):
        rows.append(Row(way, (text(way),), kind="group"))
        rows += [_class(setting, way, one) for one in some]
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
        target="recovery",
    )


def _class(setting: Setting, way: str, one: Class) -> Row:
    key = f"recovery:{way}:{one.entity}:{one.rank}"
    target = anchor("registers", one.entity) if one.entity in setting.inside else ""
    who = setting.text("The group") if one.entity == "group" else one.entity
    return Row(
        key,
        (Said(who), ": ", setting.text(one.rank)),
        (
            setting.money(
                f"{key}:claims",
                one.claims,
                formula="claims of the class",
                target=target,
            ),
            setting.money(f"{key}:paid", one.paid, formula="clearing payment"),
            *(rate(setting, way, one, end) for end in ("low", "rate", "high")),
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
        return tuple(
            setting.money(f"gain:{n}:{name}", value, formula=f"paid, {name}")
            for name, value in values.items()
        )

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
