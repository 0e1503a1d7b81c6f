"""What follows from the changes: findings and figures, and because of which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.diff.changes import ends
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import fields_of
from solvency.model.counting.untraced import SIDES

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.analysis.diff.changes import Change
    from solvency.evidence.open_items import OpenItem
    from solvency.figures.table import Table


#: What begins the name of a belief.
BELIEF = "belief in"


@dataclass(frozen=True)
class FindingChanged:
    """A test that comes out differently."""

    test: str
    entity: str
    #: The commodity, counterparty or bucket, where the test has several.
    of: str
    before: str
    after: str
    because: tuple[str, ...]


@dataclass(frozen=True)
class FigureChanged:
    """A headline figure that differs."""

    name: str
    unit: str
    before: Decimal | None
    after: Decimal | None
    #: The changes that move it alone, largest first, and by how much.
    because: tuple[tuple[str, Decimal], ...]

    @property
    def kind(self) -> str:
        """Return `belief`, `untraced` for what was not found, or `headline`."""
        if self.name.startswith(BELIEF):
            return "belief"
        return "untraced" if self.name.rpartition(" ")[2] in SIDES else "headline"


@dataclass(frozen=True)
class CaseDifference:
    """What changed between two versions of a case, and what follows from it."""

    changes: tuple[Change, ...]
    findings: tuple[FindingChanged, ...]
    figures: tuple[FigureChanged, ...]
    #: Changes too small to be tried alone.
    untried: int = 0
    #: What of the imported evidence is open in the later version alone, and was in
    #: the earlier one alone.
    opened: tuple[OpenItem, ...] = ()
    settled: tuple[OpenItem, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the difference as JSON has it."""
        named = [
            {"kind": one.kind, "id": one.id}
            for one in self.changes
            if one.after is None
        ]
        return {
            "added": [
                {"kind": one.kind, "id": one.id}
                for one in self.changes
                if one.before is None
            ],
            "removed": named,
            "changed": [
                {
                    "kind": one.kind,
                    "id": one.id,
                    "field": field.name,
                    "before": field.before,
                    "after": field.after,
                }
                for one in self.changes
                for field in one.fields
            ],
            "findings": [
                {
                    "test": one.test,
                    "entity": one.entity,
                    "of": one.of,
                    "before": one.before,
                    "after": one.after,
                    "because": list(one.because),
                }
                for one in self.findings
            ],
            "figures": [
                {
                    "name": one.name,
                    "unit": one.unit,
                    "before": one.before,
                    "after": one.after,
                    "because": [name for name, _ in one.because],
                    "effects": [effect for _, effect in one.because],
                }
                for one in self.figures
            ],
            "untried": self.untried,
            "evidence": [
                {"change": how, **fields_of(one)}
                for how, several in (("opened", self.opened), ("settled", self.settled))
                for one in several
            ],
        }

    def to_tables(self) -> tuple[Table, ...]:
        """Return tables of the changes, the findings and the figures."""
        rows: list[tuple[object, ...]] = []
        for one in self.changes:
            rows += [
                (one.how, one.kind, one.id, field.name, field.before, field.after)
                for field in one.fields
            ] or [
                (
                    *(one.how, one.kind, one.id, ""),
                    *ends(one),
                )
            ]
        columns = ("change", "kind", "id", "field", "before", "after")
        return (
            listing("What changed", tuple(map(Heading, columns)), tuple(rows)),
            listing(
                "Open evidence that differs",
                (
                    *map(Heading, ("change", "kind", "row", "day")),
                    Heading("amount"),
                    Heading("what is open"),
                ),
                tuple(
                    (how, one.kind, one.row, one.date, one.amount, str(one.message))
                    for how, several in (
                        ("opened", self.opened),
                        ("settled", self.settled),
                    )
                    for one in several
                ),
            ),
            listing(
                "Findings that differ",
                tuple(
                    map(Heading, ("test", "entity", "of", "before", "after", "because"))
                ),
                tuple(
                    (
                        one.test,
                        one.entity,
                        one.of,
                        one.before,
                        one.after,
                        ", ".join(one.because),
                    )
                    for one in self.findings
                ),
            ),
            listing(
                "Figures that differ",
                (
                    Heading("figure"),
                    Heading("unit"),
                    Heading("before"),
                    Heading("after"),
                    Heading("because"),
                ),
                tuple(
                    (
                        one.name,
                        one.unit,
                        one.before if one.before is not None else "",
                        one.after if one.after is not None else "",
                        ", ".join(f"{name} ({by:+,.2f})" for name, by in one.because),
                    )
                    for one in self.figures
                ),
            ),
        )
