"""A part of a report before it has a page: a section of tables and figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.drawings import Drawing
from solvency.figures.figure import Figure
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

#: What a section holds most of, and what holds no figure.
_PLAIN = (str, int, float, Decimal, date)


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


def figures_in(thing: Any) -> Iterator[Figure]:
    """Yield the figures anywhere in a table, a mapping, a tuple or a dataclass."""
    # Most are plain, and to ask whether one is a mapping takes long.
    if thing is None or isinstance(thing, _PLAIN):
        return
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


def keyed(figures: Iterable[Figure]) -> dict[str, Figure]:
    """Return figures by key; of those that stand twice the one that names its parts.

    A drawing has the same amounts as its table, and says less of them.
    """
    found: dict[str, Figure] = {}
    for figure in figures:
        before = found.setdefault(figure.key, figure)
        if figure.parts and not before.parts and figure.value == before.value:
            found[figure.key] = figure
    return found
