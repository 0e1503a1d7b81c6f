"""What a question to rows is answered with."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import Any

from solvency.figures.listing import Heading
from solvency.figures.listing import listing

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.subledger import Subledger


@dataclass(frozen=True)
class Answer:
    """A table, of which the first rows are here, and the totals of all of it."""

    case: Case
    question: str
    subledger: Subledger
    engine: str
    at: datetime.date
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    #: How many rows the whole table has.
    count: int
    #: Of the whole table, by what they are called.
    totals: Mapping[str, object] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    def to_table(self) -> Table:
        """Return the table, its totals as notes below it."""
        said = [f"{name}: {_said(value)}" for name, value in self.totals.items()]
        if len(self.rows) < self.count:
            said.append(
                f"the first {len(self.rows):,} of {self.count:,};"
                " --most shows more, --party one"
            )
        return listing(
            self.title,
            tuple(_column(name, self.case.currency) for name in self.columns),
            self.rows,
            notes=(*said, *self.notes),
        )

    def document(self) -> dict[str, Any]:
        """Return the JSON of it."""
        return {
            "question": self.question,
            "account": self.subledger.account,
            "at": self.at,
            "engine": self.engine,
            "count": self.count,
            "rows": [dict(zip(self.columns, row, strict=True)) for row in self.rows],
            "totals": dict(self.totals),
            "notes": list(self.notes),
        }


def _column(name: str, currency: str) -> Heading:
    """Return a column: money to hundredths, units of a coin as they are."""
    of_money = f" ({currency})"
    if name.endswith(of_money):
        return Heading(name.removesuffix(of_money), currency)
    return Heading(name, places=None)


def _said(value: object) -> str:
    return f"{value:,f}" if hasattr(value, "as_tuple") else f"{value}"
