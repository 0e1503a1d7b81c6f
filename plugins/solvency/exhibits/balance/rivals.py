"""Rival bookings of one established fact: which stands, what others would change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.workings import entry
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.figure import about
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.model.consolidation import group_sheet

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Piece
    from solvency.model.consolidation import GroupSheet
    from solvency.model.sheets import Totals

#: The totals a booking may change.
_PARTS = ("assets", "liabilities", "equity")


def rivals(setting: Setting) -> Table | None:
    """Return what each booking that does not stand would change, None without rivals.

    Against the balance sheets of the last day reported.
    """
    case = setting.case
    bookings: dict[str, dict[str, list[str]]] = {}
    for flow in case.flows:
        if flow.variant_of is not None and flow.variant is not None:
            of = bookings.setdefault(flow.variant_of, {})
            of.setdefault(flow.variant, []).append(flow.id)
    if not bookings:
        return None
    text = setting.text
    rows = [
        row
        for fact, rival in sorted(bookings.items())
        for row in _Fact(setting, fact, rival).rows()
    ]
    return Table(
        key="rival-bookings",
        title=text("Rival bookings, and what the other would change"),
        unit=(
            text(
                "%(unit)s at market, at %(day)s; what would be added if the other"
                " booking stood instead",
                unit=setting.unit,
                day=formats.date(setting.at, setting.locale),
            ),
        ),
        head=text("Fact, booking"),
        width=70,
        columns=(
            Column("assets", text("Assets"), width=24),
            Column("liabilities", text("Debts"), width=24),
            Column(
                "equity",
                text("Net assets"),
                width=24,
                current=True,
                sums=(("assets", 1), ("liabilities", -1)),
            ),
        ),
        rows=tuple(rows),
    )


class _Fact:
    """One fact with several bookings."""

    def __init__(
        self, setting: Setting, fact: str, bookings: dict[str, list[str]]
    ) -> None:
        self._setting, self._fact, self._bookings = setting, fact, bookings
        case = setting.case
        self._stands = case.scenario.variants.get(fact, case.variants.get(fact, ""))

    def rows(self) -> Iterator[Row]:
        """Yield the booking that stands, then each other with what it changes."""
        setting = self._setting
        yield Row(
            f"rival:{self._fact}",
            setting.say(
                "%(fact)s: booked as %(booking)s (%(flows)s)",
                fact=Said(self._fact),
                booking=Said(self._stands),
                flows=self._flows(self._stands),
            ),
            kind="group",
        )
        now = group_sheet(setting.book, setting.inside, setting.at)
        for name in self._bookings:
            if name == self._stands:
                continue
            other = self._sheet(name)
            yield Row(
                f"rival:{self._fact}:{name}",
                setting.say(
                    "booked as %(booking)s instead (%(flows)s), the group",
                    booking=Said(name),
                    flows=self._flows(name),
                ),
                self._cells(name, "group", now.totals, other.totals),
                indent=1,
            )
            for before, after in zip(now.columns, other.columns, strict=True):
                if before.totals != after.totals:
                    yield Row(
                        f"rival:{self._fact}:{name}:{before.entity}",
                        (Said(before.entity),),
                        self._cells(name, before.entity, before.totals, after.totals),
                        indent=1,
                    )

    def _flows(self, name: str) -> tuple[Piece, ...]:
        pieces: list[Piece] = []
        for flow in self._bookings.get(name, ()):
            pieces += [", "] if pieces else []
            pieces.append(about("flow", flow))
        return tuple(pieces)

    def _sheet(self, name: str) -> GroupSheet:
        """Return the group's sheet with another booking of the fact."""
        case, setting = self._setting.case, self._setting
        variants = {**case.scenario.variants, self._fact: name}
        scenario = replace(case.scenario, variants=variants)
        book = replace(case, scenario=scenario).book()
        return group_sheet(book, setting.inside, setting.at)

    def _cells(
        self, name: str, whose: str, before: Totals, after: Totals
    ) -> tuple[Figure, ...]:
        flows = (*self._bookings.get(self._stands, ()), *self._bookings[name])
        return tuple(
            self._change(
                f"rival:{self._fact}:{name}:{whose}:{part}",
                getattr(before, part),
                getattr(after, part),
                flows,
            )
            for part in _PARTS
        )

    def _change(
        self, key: str, before: Decimal, after: Decimal, flows: tuple[str, ...]
    ) -> Figure:
        setting = self._setting
        formula = "as it would be booked less as it is"
        worked = setting.say(
            "%(after)s less %(before)s",
            after=setting.money(
                f"{key}:after", after, formula="with the other booking"
            ),
            before=setting.money(f"{key}:before", before, formula="as it is booked"),
        )
        return entry(
            setting.money(key, after - before, formula=formula),
            worked=worked,
            flows=flows,
            named=NAMED,
        )
