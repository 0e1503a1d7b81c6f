"""A report before it has a page: its sections, numbered and cast."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from solvency.evidence.review import UNREVIEWED
from solvency.evidence.review import reviewed
from solvency.exhibits.section import figures_in
from solvency.figures.errors import ReportError

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.citations import Notes
    from solvency.exhibits.drawings import Drawing
    from solvency.exhibits.section import Section
    from solvency.figures.figure import Figure
    from solvency.figures.formats import Locale
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Source
    from solvency.report.pages import Kind
    from solvency.report.pdf import Attached


@dataclass(frozen=True)
class Report:
    """Everything a kind's templates print."""

    kind: Kind
    case: Case
    locale: Locale
    notes: Notes
    version: str
    unit: str
    dates: tuple[datetime.date, ...]
    dated: datetime.datetime
    sections: tuple[Section, ...]
    #: The sections asked for by name; none where all were.
    asked: tuple[str, ...] = ()
    #: What is carried inside the file.
    attached: tuple[Attached, ...] = ()
    #: True where it is printed for a look only: no tags, nothing inside.
    draft: bool = False
    #: True where it is for a browser, and has what paper leaves to the attachments.
    screen: bool = False
    #: True where it is for a word processor, which carries no files.
    word: bool = False
    #: The sections that exhibits of chapters were taken from.
    behind: tuple[Section, ...] = ()

    @cached_property
    def reviewed(self) -> tuple[str, str] | None:
        """Return how many flows are approved as they stand, and of how many.

        None of a case in which nobody has reviewed a flow.
        """
        found = reviewed(self.case)
        if all(one.status == UNREVIEWED for one in found):
            return None
        return f"{sum(one.holds for one in found):,}", f"{len(found):,}"

    @property
    def foot(self) -> str:
        """Return what stands at the foot of every page: which ledger, which unit."""
        name = self.case.path.replace("\\", "/").rsplit("/", 1)[-1]
        return f"{name} {self.case.fingerprint[:8]} \N{MIDDLE DOT} {self.unit}"

    @property
    def latest(self) -> Source | None:
        """Return the last of its sources whose date is known."""
        return max(
            (one for one in self.case.sources.values() if one.dated != "unknown"),
            key=lambda one: one.published,
            default=None,
        )

    @property
    def by_author(self) -> tuple[str, ...]:
        """Return the titles of the chapters that the case's author wrote."""
        return tuple(
            one.title for one in self.sections if one.values.get("of_case", False)
        )

    @property
    def chapters(self) -> int:
        """Return how many chapters it has, whoever wrote them."""
        return sum("of_case" in one.values for one in self.sections)

    @cached_property
    def tables(self) -> tuple[Table | Drawing, ...]:
        """Return every exhibit in the order printed, each checked to add up.

        Raises:
            ReportError: If a table does not cast, or two share a key.
        """
        found = tuple(table for section in self.sections for table in section.tables)
        first: dict[str, str] = {}
        for section in self.sections:
            for table in section.tables:
                if table.key in first:
                    raise ReportError(
                        f"two exhibits have the key {table.key!r}: one in the chapter"
                        f" {first[table.key]!r}, one in {section.name!r}"
                    )
                first[table.key] = section.name
        for table in found:
            table.cast()
        return found

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the number of each exhibit by its key."""
        exhibits = [table.key for table in self.tables if table.numbered]
        return {key: n for n, key in enumerate(exhibits, start=1)}

    def figures(self) -> Iterator[Figure]:
        """Yield every figure the report prints, once."""
        seen: set[str] = set()
        for section in self.sections:
            for figure in figures_in((section.tables, section.values)):
                if figure.key not in seen:
                    seen.add(figure.key)
                    yield figure
