"""Scenarios side by side: what the books say if each holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.funds import SOURCE
from solvency.analysis.funds import USE
from solvency.analysis.funds import funds
from solvency.analysis.recovering import recover
from solvency.ledger.case import Scenario
from solvency.model.consolidation import group_sheet
from solvency.report.figures import OWN
from solvency.report.figures import Figure
from solvency.report.figures import Said
from solvency.report.layout import Section
from solvency.report.sections.bases import BASES
from solvency.report.sections.kit import words
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.analysis.funds import Funds
    from solvency.analysis.recovering import Recovery
    from solvency.model.book import Book
    from solvency.report.sections.setting import Setting

_ZERO = Decimal()
#: As many scenarios as fit beside one another.
_MOST = 7


def compare(setting: Setting) -> Section | None:
    """Build the scenarios of the case beside the established flows alone."""
    case = setting.case
    if not case.group or not case.scenarios:
        return None
    plain = Scenario("established", setting.text("Established"), frozenset())
    scenarios = [
        *([] if any(not s.hypotheses for s in case.scenarios.values()) else [plain]),
        *case.scenarios.values(),
    ][:_MOST]
    books = {one.name: replace(case, scenario=one).book() for one in scenarios}
    titles = {one.name: one.title or one.name for one in scenarios}
    tables = [_sheets(setting, books, titles), _funds(setting, books, titles)]
    recovery = _recovery(setting, books, titles)
    if recovery is not None:
        tables.append(recovery)
    return Section(
        "compare",
        setting.text("Scenarios side by side"),
        tuple(tables),
        {
            "scenarios": tuple(
                (one.title or one.name, tuple(sorted(one.hypotheses)))
                for one in scenarios
            )
        },
    )


def _columns(books: dict[str, Book], titles: dict[str, str]) -> tuple[Column, ...]:
    return tuple(
        Column(name, titles[name], width=26, current=n == 0)
        for n, name in enumerate(books)
    )


def _money(
    setting: Setting,
    key: str,
    scenario: str,
    value: Decimal,
    formula: str,
    flows: tuple[str, ...] = (),
) -> Figure:
    """Return an amount that holds in a scenario."""
    figure = setting.money(
        f"compare:{scenario}:{key}",
        value,
        formula=formula,
        flows=flows,
        target=OWN if flows and value else "",
    )
    return replace(figure, scenario=scenario)


def _sheets(setting: Setting, books: dict[str, Book], titles: dict[str, str]) -> Table:
    text = setting.text
    day = setting.at
    rows: list[Row] = []
    for basis in BASES:
        sheets = {
            name: group_sheet(book, setting.inside, day, basis).totals
            for name, book in books.items()
        }
        rows.append(Row(basis, (text(f"The group, {basis}"),), kind="group"))
        for part in ("assets", "liabilities", "equity"):
            key = f"{basis}:{part}"
            label = {
                "assets": "Total assets",
                "liabilities": "Total liabilities",
                "equity": "Net assets (liabilities)",
            }[part]
            cells = tuple(
                _money(setting, key, name, getattr(totals, part), f"{part}, {basis}")
                for name, totals in sheets.items()
            )
            net = part == "equity"
            rows.append(
                Row(
                    key,
                    (text(label),),
                    cells,
                    "subtotal" if net else "line",
                    indent=0 if net else 1,
                    sums=((f"{basis}:assets", 1), (f"{basis}:liabilities", -1))
                    if net
                    else (),
                )
            )
    return Table(
        key="compare-sheets",
        title=text("The group's balance sheet in each scenario"),
        unit=(text("%(unit)s, consolidated, at the last day", unit=setting.unit),),
        head=text("Line"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(rows),
        size="dense",
    )


def _funds(setting: Setting, books: dict[str, Book], titles: dict[str, str]) -> Table:
    text = setting.text
    found = {name: funds(book, "group", setting.at) for name, book in books.items()}
    rows: list[Row] = []
    for side, head in ((SOURCE, "Sources"), (USE, "Uses")):
        labels = dict.fromkeys(
            line.label
            for one in found.values()
            for line in sorted(one.lines, key=lambda x: -x.amount)
            if line.side == side
        )
        rows.append(Row(f"head:{side}", (text(head),), kind="group"))
        rows += [
            Row(
                f"{side}:{label}",
                (Said(words(setting, label)),),
                tuple(
                    _line(setting, name, one, side, label)
                    for name, one in found.items()
                ),
                indent=1,
            )
            for label in labels
        ]
        sums = tuple((f"{side}:{label}", 1) for label in labels)
        cells = tuple(
            _money(setting, f"total:{side}", name, one.total(side), "sum of its lines")
            for name, one in found.items()
        )
        label = "Total sources" if side == SOURCE else "Total uses"
        rows.append(Row(f"total:{side}", (text(label),), cells, "subtotal", sums=sums))
    prices = tuple(
        _money(setting, "prices", name, one.revaluation, "market less what moved")
        for name, one in found.items()
    )
    rows.append(Row("prices", (text("Change in the prices of coins held"),), prices))
    left = tuple(
        _money(setting, "left", name, one.left, "funds at the end")
        for name, one in found.items()
    )
    sums = (("total:source", 1), ("total:use", -1), ("prices", 1))
    rows.append(Row("left", (text("Left at the end"),), left, "total", sums=sums))
    return Table(
        key="compare-funds",
        title=text("Where money went in each scenario"),
        unit=(text("%(unit)s, the group", unit=setting.unit),),
        head=text("What"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(rows),
        size="dense",
    )


def _line(setting: Setting, name: str, one: Funds, side: str, label: str) -> Figure:
    lines = [x for x in one.lines if (x.side, x.label) == (side, label)]
    return _money(
        setting,
        f"{side}:{label}",
        name,
        sum((x.amount for x in lines), _ZERO),
        f"{side} of funds: {label}",
        tuple(flow for x in lines for flow in x.flows),
    )


def _recovery(
    setting: Setting, books: dict[str, Book], titles: dict[str, str]
) -> Table | None:
    found: dict[str, Recovery] = {}
    for name, book in books.items():
        try:
            found[name] = recover(book, setting.at)
        except ValueError:
            return None
    classes = dict.fromkeys(
        (one.entity, one.rank) for each in found.values() for one in each.classes
    )
    if not classes:
        return None
    text = setting.text
    return Table(
        key="compare-recovery",
        title=text("What each class would receive in each scenario"),
        unit=(text("Share of claims paid, each estate alone, central estimate"),),
        head=text("Class"),
        width=52,
        columns=_columns(books, titles),
        rows=tuple(
            Row(
                f"{entity}:{rank}",
                (Said(f"{entity}: "), text(rank)),
                tuple(
                    replace(
                        setting.share(
                            f"compare:{name}:{entity}:{rank}",
                            each.rate(entity, rank),
                            formula="paid over claims",
                        ),
                        scenario=name,
                    )
                    for name, each in found.items()
                ),
            )
            for entity, rank in classes
        ),
        size="dense",
    )
