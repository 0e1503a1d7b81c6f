"""SQL that turns files' columns into day, party, commodity, exact units and order.

What cannot be read exactly becomes NULL, never something near it: the pass that adds
rows up counts the NULLs, and `bad` finds the rows behind them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.subledgers.engine import column
from solvency.subledgers.engine import text
from solvency.subledgers.errors import RowsError
from solvency.subledgers.layout import MOST_PLACES
from solvency.subledgers.part import INTEGERS
from solvency.subledgers.part import Part
from solvency.subledgers.part import as_written
from solvency.subledgers.part import wrong_type
from solvency.subledgers.parties import parties_as_text
from solvency.subledgers.parties import party

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.subledgers.engine import Engine
    from solvency.subledgers.layout import ColumnLayout

_DECIMAL = re.compile(r"DECIMAL\((\d+),\s?(\d+)\)")
_STAMPS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"})
_INSTANT = "TIMESTAMP WITH TIME ZONE"
#: The days that are written with four digits of the year; a cast knows infinity too.
_DAYS = ("DATE '0001-01-01'", "DATE '9999-12-31'")
_ISO_TIME = (
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
    "(Z|[+-][0-9]{2}(:?[0-9]{2})?)?$"
)
#: A number that an order written as text may be.
_NUMBER = "^[0-9]{1,18}$"
#: Whole units in text, as many digits as HUGEINT and DECIMAL both hold.
_WHOLE = "^[+-]?[0-9]{1,38}$"
#: Digits of a DECIMAL that 64 bits hold.
_SHORT = 18
#: As many as 64 bits do not hold: DuckDB makes a product of shorter ones in 64 bits.
_LONG = _SHORT + 1
#: Rows named of those that cannot be read.
_BAD = 10


@dataclass(frozen=True, slots=True)
class Normal:
    """How the parts of a subledger are read as one."""

    layout: ColumnLayout
    #: Decimal places of the units, unless the layout gives a coin others.
    places: int
    #: Parties are read as text unless every part has them as integers.
    parties_as_text: bool
    orders_as_text: bool

    def select(self, part: Part) -> str:
        """Return the SELECT of one part's rows."""
        return (
            f"SELECT {self.day(part)} AS day, {self.party(part)} AS party,"
            f" {self.coin(part)} AS coin, {self.units(part)} AS units,"
            f" {self.order(part)} AS ord, _file, file_row_number"
            f" FROM {part.view}"
        )

    def day(self, part: Part) -> str:
        """Return the day of a row, in the zone in which days end."""
        name, zone = column(self.layout.day), text(self.layout.zone)
        kind = part.type_of(self.layout.day, "day")
        if kind == "DATE":
            return name
        if kind == _INSTANT:
            return f"CAST({name} AT TIME ZONE {zone} AS DATE)"
        if kind in _STAMPS:
            if self.layout.zone == "UTC":
                return f"CAST({name} AS DATE)"
            # A stamp without a zone is in UTC, as the engine's clock is.
            instant = f"CAST({name} AS TIMESTAMPTZ)"
            return f"CAST({instant} AT TIME ZONE {zone} AS DATE)"
        if kind == "VARCHAR":
            instant = f"TRY_CAST({name} AS TIMESTAMPTZ)"
            first, last = _DAYS
            return (
                f"CASE WHEN {as_written(name, 'DATE', first, last)}"
                f" THEN TRY_CAST({name} AS DATE)"
                f" WHEN regexp_matches({name}, '{_ISO_TIME}')"
                f" THEN CAST({instant} AT TIME ZONE {zone} AS DATE) END"
            )
        raise wrong_type(part, self.layout.day, kind, "day", "a date or a time stamp")

    def party(self, part: Part) -> str:
        """Return whose a row is."""
        return party(part, self.layout, as_text=self.parties_as_text)

    def coin(self, part: Part) -> str:
        """Return the commodity of a row by the ledger's name."""
        if self.layout.only is not None:
            return text(self.layout.only)
        name = self.layout.commodity or ""
        kind = part.type_of(name, "commodity")
        if kind != "VARCHAR" and not kind.startswith("ENUM"):
            raise wrong_type(part, name, kind, "commodity", "text")
        if not self.layout.names:
            return column(name)
        cases = " ".join(
            f"WHEN {text(theirs)} THEN {text(ours)}"
            for theirs, ours in self.layout.names.items()
        )
        return f"CASE {column(name)} {cases} ELSE {column(name)} END"

    def units(self, part: Part) -> str:
        """Return the smallest units of a row, an exact integer."""
        name, own = column(self.layout.units), self.places
        kind = part.type_of(self.layout.units, "units")
        if kind == "UHUGEINT":
            # DuckDB adds these up as floats.
            return f"CAST({name} AS HUGEINT)"
        if kind in INTEGERS:
            return name
        found = _DECIMAL.fullmatch(kind)
        if found:
            whole, after = max(int(found[1]), _LONG), int(found[2])
            if after <= own and whole + own + 1 <= MOST_PLACES + 1:
                power = f"CAST({10**own} AS DECIMAL({own + 1}, 0))"
                kept = f"CAST({name} AS DECIMAL({whole}, {after}))"
                return f"CAST({kept} * {power} AS HUGEINT)"
            exact = _integer(f"CAST({name} AS DECIMAL(38, {own}))", own)
            if after <= own:
                return exact
            kept = f"CAST({name} AS DECIMAL(38, {own}))"
            return f"CASE WHEN {kept} = {name} THEN {exact} END"
        if kind == "VARCHAR":
            return self._written(name)
        raise wrong_type(
            part,
            self.layout.units,
            kind,
            "units",
            "integers of the smallest unit or DECIMAL",
        )

    def _written(self, name: str) -> str:
        """Return the smallest units of a number in text."""
        own = self.places
        if self.layout.smallest:
            return (
                f"CASE WHEN {as_written(name, 'BIGINT')}"
                f" THEN CAST(TRY_CAST({name} AS BIGINT) AS HUGEINT)"
                f" WHEN regexp_matches({name}, '{_WHOLE}')"
                f" THEN CAST({name} AS HUGEINT) END"
            )
        exact = _integer(f"CAST({name} AS DECIMAL(38, {own}))", own)
        short = ""
        if own < _SHORT:
            # Nearly all are short, and their digits need not go through text.
            kept = f"CAST({name} AS DECIMAL({_LONG}, {own}))"
            power = f"CAST({10**own} AS DECIMAL({own + 1}, 0))"
            digits = f"^[+-]?[0-9]{{1,{_SHORT - own}}}([.][0-9]{{0,{own}}})?$"
            short = (
                f" WHEN regexp_matches({name}, '{digits}')"
                f" THEN CAST({kept} * {power} AS HUGEINT)"
            )
        return (
            f"CASE{short} WHEN regexp_matches({name}, {_amount(own)}) THEN {exact} END"
        )

    def order(self, part: Part) -> str:
        """Return the number of a row."""
        if self.layout.order is None:
            return "CAST(NULL AS BIGINT)"
        name = column(self.layout.order)
        kind = part.type_of(self.layout.order, "order")
        if self.orders_as_text:
            return f"CAST({name} AS VARCHAR)"
        return f"CAST({name} AS BIGINT)" if kind == "VARCHAR" else name

    def wanted(self, name: str, places: int) -> str:
        """Say what a column should have.

        Args:
            name: The column.
            places: Decimal places of the units.
        """
        if name == self.layout.units and self.layout.smallest:
            return "a whole number of at most 38 digits"
        if name == self.layout.units:
            return f"an amount of at most 38 digits, {places} of them after the point"
        if name == self.layout.day:
            return "a day written YYYY-MM-DD, or a time stamp"
        return "written on every row"

    def whole_order(self, part: Part) -> str:
        """Return the number of a row, of text of which not all may be numbers."""
        if self.layout.order is None or self.orders_as_text:
            return self.order(part)
        name = column(self.layout.order)
        return (
            f"CASE WHEN {as_written(name, 'BIGINT', '0', str(10**_SHORT - 1))}"
            f" THEN TRY_CAST({name} AS BIGINT)"
            f" WHEN regexp_matches({name}, '{_NUMBER}') THEN {self.order(part)} END"
        )

    def bad(self, part: Part) -> str:
        """Return the query of the rows that cannot be read, with what is wrong.

        Args:
            part: Whose rows.
        """
        checks = [
            ("day", self.layout.day, self.day(part)),
            ("party", self.layout.party, self.party(part)),
            ("units", self.layout.units, self.units(part)),
        ]
        if self.layout.only is None:
            checks.append(("commodity", self.layout.commodity or "", self.coin(part)))
        if self.layout.order is not None:
            checks.append(("order", self.layout.order, self.order(part)))
        whens = " ".join(
            f"WHEN {expression} IS NULL THEN {text(name)}"
            for _, name, expression in checks
        )
        values = " ".join(
            f"WHEN {expression} IS NULL THEN CAST({column(name)} AS VARCHAR)"
            for _, name, expression in checks
        )
        where = " OR ".join(f"{expression} IS NULL" for _, _, expression in checks)
        return (
            f"SELECT _file, file_row_number, CASE {whens} END, CASE {values} END"
            f" FROM {part.view} WHERE {where} LIMIT {_BAD}"
        )


def normal(engine: Engine, parts: Sequence[Part], layout: ColumnLayout) -> Normal:
    """Settle how parts with columns of several types are read as one.

    Raises:
        RowsError: A column is missing, of a type that is not exact, or the parts
            cannot be read as one.
    """
    kinds = [part.type_of(layout.units, "units") for part in parts]
    whole = [
        kind in INTEGERS or (kind == "VARCHAR" and layout.smallest) for kind in kinds
    ]
    if any(whole) and not all(whole) and layout.scale is None:
        raise RowsError(
            "some files have the units as integers and others as decimals",
            "Write scale: with the decimal places of the smallest unit",
        )
    if layout.scales and not all(whole):
        places = max(layout.scale or 0, *layout.scales.values())
        layout = _without_scales(layout)
    elif layout.scale is not None:
        places = layout.scale
    else:
        places = max(
            _own_places(engine, part, layout, kind)
            for part, kind in zip(parts, kinds, strict=True)
        )
    return Normal(
        layout,
        places,
        parties_as_text(engine, parts, layout),
        _orders_as_text(engine, parts, layout),
    )


def _without_scales(layout: ColumnLayout) -> ColumnLayout:
    from dataclasses import replace  # noqa: PLC0415 (seldom)

    return replace(layout, scales={})


def _own_places(engine: Engine, part: Part, layout: ColumnLayout, kind: str) -> int:
    """Return the decimal places that a column of units has of itself."""
    found = _DECIMAL.fullmatch(kind)
    if found:
        return int(found[2])
    if kind != "VARCHAR" or layout.smallest:
        return 0
    after = f"regexp_replace({column(layout.units)}, '^[^.]*[.]?', '')"
    after = f"rtrim({after}, '0')"
    most = engine.run(
        f"SELECT max(length({after})) FROM {part.view}"
        f" WHERE regexp_matches({column(layout.units)}, {_amount(MOST_PLACES)})"
    )[0][0]
    return int(most or 0)


def _orders_as_text(
    engine: Engine, parts: Sequence[Part], layout: ColumnLayout
) -> bool:
    if layout.order is None:
        return False
    for part in parts:
        kind = part.type_of(layout.order, "order")
        if kind in INTEGERS:
            continue
        if kind != "VARCHAR":
            return True
        name = column(layout.order)
        odd = engine.run(
            f"SELECT count(*) FROM {part.view}"
            f" WHERE NOT regexp_matches({name}, '{_NUMBER}')"
        )
        if odd[0][0]:
            return True
    return False


def _integer(decimal: str, places: int) -> str:
    """Return a DECIMAL as the integer of its last place, through its digits.

    A product by a power of ten would need more digits than DECIMAL has.
    """
    if not places:
        return f"CAST({decimal} AS HUGEINT)"
    return f"CAST(replace(CAST({decimal} AS VARCHAR), '.', '') AS HUGEINT)"


def _amount(places: int) -> str:
    """Return the pattern of a number that DECIMAL(38, places) holds exactly."""
    whole = f"[+-]?0*[0-9]{{1,{38 - places}}}"
    return text(f"^{whole}([.][0-9]{{0,{places}}}0*)?$")
