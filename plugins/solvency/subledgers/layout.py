"""How the files of a subledger are read: columns, scale, days, names, numbering."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.subledgers.errors import RowsError

if TYPE_CHECKING:
    from collections.abc import Callable

#: The most decimal places: those of a DECIMAL(38, s) that has a digit left.
MOST_PLACES = 37
_COLUMNS = ("day", "party", "commodity", "units", "order")
SIGNS = ("owed", "held")


@dataclass(frozen=True, slots=True)
class ColumnLayout:
    """What the columns of a subledger's files mean."""

    day: str = "day"
    party: str = "party"
    #: A column; or none, where all rows are of one commodity.
    commodity: str | None = "commodity"
    units: str = "units"
    order: str | None = None
    #: The one commodity of files that have no column of them.
    only: str | None = None
    #: Decimal places of the smallest unit; None takes those the column itself has.
    scale: int | None = None
    #: Whether numbers in text are integers of the smallest unit, not amounts.
    smallest: bool = False
    #: The places of coins that differ from `scale`; for columns of integers.
    scales: Mapping[str, int] = field(default_factory=dict)
    #: The zone whose midnight ends a day, for rows stamped with an instant.
    zone: str = "UTC"
    #: The ledger's names of coins that the files call otherwise.
    names: Mapping[str, str] = field(default_factory=dict)
    sign: str | None = None
    #: Columns of which no two rows have the same values; default the order.
    unique: tuple[str, ...] | None = None
    #: Whether numbers of the order follow one another without a gap.
    gapless: bool = True
    #: The day whose rows are balances brought forward.
    opening: datetime.date | None = None
    #: The last day that rows may have.
    until: datetime.date | None = None
    #: The register of parties: a file, and its column.
    parties: tuple[str, str] | None = None
    delimiter: str = ","

    def places(self, commodity: str, own: int) -> int:
        """Return the decimal places of a commodity's units.

        Args:
            commodity: Its name in the ledger.
            own: The places that the rows are normalised to.
        """
        return self.scales.get(commodity, own)


def mapped(layout: ColumnLayout, text: str, name: str) -> ColumnLayout:
    """Return a layout with what a mapping file says.

    Args:
        layout: What the directive says.
        text: The file, TOML.
        name: Its name, for messages.

    Raises:
        RowsError: It is no TOML, or says what no mapping has.
    """
    import tomllib  # noqa: PLC0415 (a mapping is read when rows are)

    try:
        said = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # Python reads no number of thousands of digits, nor brackets without end.
        raise RowsError(f"{name} is no TOML: {error}", "Mend that line") from error
    columns = said.pop("columns", {})
    known = {
        "scale": _places,
        "scales": _table(_places),
        "smallest-units": _flag,
        "time-zone": zone_named,
        "names": _table(_text),
        "commodity": _text,
        "sign": _sign,
        "unique": _names,
        "gapless": _flag,
        "opening": _date,
        "until": _date,
        "parties": _register,
        "delimiter": _text,
    }
    fields = {
        "time-zone": "zone",
        "commodity": "only",
        "smallest-units": "smallest",
    }
    changes: dict[str, Any] = {}
    for key, value in said.items():
        if key not in known:
            raise RowsError(
                f"{name} has `{key}`, which no mapping has",
                "It may have columns, " + ", ".join(known),
            )
        changes[fields.get(key, key)] = _read(known[key], value, f"{name}: {key}")
    if not isinstance(columns, Mapping):
        raise RowsError(f"{name}: columns is no table", "Write [columns]")
    for key, value in columns.items():
        if key not in _COLUMNS:
            raise RowsError(
                f"{name} names a column for `{key}`, which no row has",
                f"Name columns for {', '.join(_COLUMNS)}",
            )
        changes[key] = _read(_text, value, f"{name}: columns.{key}")
    return replace(layout, **changes)


def _read(read: Callable[[Any], Any], value: Any, what: str) -> Any:
    try:
        return read(value)
    except (TypeError, ValueError) as error:
        raise RowsError(f"{what} cannot be {value!r}: {error}") from error


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise TypeError("it should be a text")
    return value


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("it should be true or false")
    return value


def _places(value: Any) -> int:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole or not 0 <= value <= MOST_PLACES:
        raise ValueError(f"it should be a number of decimal places, 0 to {MOST_PLACES}")
    return int(value)


def _date(value: Any) -> datetime.date:
    if isinstance(value, datetime.datetime) or not isinstance(value, datetime.date):
        raise TypeError("it should be a date without quotation marks")
    return value


def _sign(value: Any) -> str:
    if value not in SIGNS:
        raise ValueError("it should be owed or held")
    return str(value)


def _names(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise TypeError("it should be a list of columns")
    return tuple(map(_text, value))


def _table(read: Callable[[Any], Any]) -> Callable[[Any], dict[str, Any]]:
    def table(value: Any) -> dict[str, Any]:
        if not isinstance(value, Mapping):
            raise TypeError("it should be a table")
        return {str(key): read(one) for key, one in value.items()}

    return table


def zone_named(value: Any) -> str:
    """Return the name of a time zone.

    Raises:
        ValueError: There is none of that name.
    """
    if not re.fullmatch(r"[A-Za-z0-9_+/-]+", _text(value)):
        raise ValueError("it is no time zone")
    import zoneinfo  # noqa: PLC0415 (few mappings name a zone)

    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("it is no time zone") from error
    return str(value)


def register(text: str) -> tuple[str, str]:
    """Split `parties.parquet#customer_id` into its file and its column.

    Raises:
        ValueError: It names no file or no column.
    """
    name, mark, column = text.rpartition("#")
    if not mark or not name or not column:
        raise ValueError('it should be written "FILE#COLUMN"')
    return name, column


def _register(value: Any) -> tuple[str, str]:
    return register(_text(value))
