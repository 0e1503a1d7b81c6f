"""A report before it has a page: sections of tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.drawings import Drawing
from solvency.figures.errors import ReportError
from solvency.figures.figure import Figure
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.exhibits.notes import Notes
    from solvency.figures.formats import Locale
    from solvency.ledger.case import Case
    from solvency.report.pages import Kind
    from solvency.report.pdf import Attached


@dataclass(frozen=True, slots=True)
class Ground:
    """What figures rest on beside what they name, which paper does not repeat.

    Attributes:
        flows: Ids of flows.
        sources: Names of sources, those of the flows left out.
        whole: True if sums rest on it too: all of the section stands or falls with it.
    """

    flows: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter: its template's name, its exhibits, and what else it prints.

    Attributes:
        name: The name of its template.
        title: Its heading.
        tables: Its exhibits.
        values: Figures, tables and frozen things made of them.
        appendix: True if it is one.
        ground: What each figure of it rests on that is no sum of its own flows, as
            where all debts are cleared at once.
    """

    name: str
    title: str
    tables: tuple[Table | Drawing, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    appendix: bool = False
    ground: Ground = Ground()

    @property
    def anchor(self) -> str:
        """Return the id of its heading."""
        return f"section-{self.name}"

    @property
    def unmade(self) -> tuple[str, ...]:
        """Return why analyses it would show were not made."""
        found: tuple[str, ...] = self.values.get("unmade", ())
        return found


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

    @property
    def foot(self) -> str:
        """Return what stands at the foot of every page: which ledger, which unit."""
        name = self.case.path.replace("\\", "/").rsplit("/", 1)[-1]
        return f"{name} {self.case.fingerprint[:8]} \N{MIDDLE DOT} {self.unit}"

    @cached_property
    def tables(self) -> tuple[Table | Drawing, ...]:
        """Return every exhibit in the order printed, each checked to add up.

        Raises:
            ReportError: If a table does not cast, or two share a key.
        """
        found = tuple(table for section in self.sections for table in section.tables)
        if len({table.key for table in found}) != len(found):
            raise ReportError("two tables have the same key")
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


def figures_in(thing: Any) -> Iterator[Figure]:
    """Yield the figures anywhere in a table, a mapping, a tuple or a dataclass."""
    if isinstance(thing, Figure):
        yield thing
    elif isinstance(thing, Table | Drawing):
        yield from thing.figures()
    elif isinstance(thing, Mapping):
        yield from figures_in(tuple(thing.values()))
    elif isinstance(thing, tuple | list):
        for one in thing:
            yield from figures_in(one)
    elif hasattr(thing, "__dataclass_fields__"):
        for name in thing.__dataclass_fields__:
            yield from figures_in(getattr(thing, name))
