"""What each figure rests on: totals rest on what their parts rest on."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.section import Ground
from solvency.exhibits.section import figures_in
from solvency.exhibits.section import keyed
from solvency.figures.casting import sums_of
from solvency.figures.figure import Figure
from solvency.figures.figure import figures_of
from solvency.figures.first_names import WRITTEN_OUT
from solvency.figures.first_names import FirstNames
from solvency.figures.first_names import LongerNames
from solvency.figures.first_names import joined
from solvency.figures.table import Table
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.section import Section
    from solvency.ledger.case import Case

ZERO = Decimal()
_Names = tuple[str, ...]
_sources_of = attrgetter("sources")


@dataclass(frozen=True, slots=True)
class Rest:
    """What a figure rests on, all of it.

    Attributes:
        flows: Ids of all flows, those with the largest part first; hundreds that
            moved accounts by a day in the order of their days.
        parts: What flows have in it, signed, each once.
        sums: True if the parts sum to the figure exactly.
        sources: Names of the sources of its flows and prices, and its own.
        figures: The figures it is worked out from or adds up, each with its sign.
    """

    flows: tuple[str, ...]
    parts: tuple[tuple[str, Decimal], ...]
    sums: bool
    sources: tuple[str, ...]
    figures: tuple[tuple[Figure, int], ...]


def parts_of(table: Table) -> Iterator[tuple[Figure, list[tuple[Figure, int]]]]:
    """Yield each total of a table with the figures it adds up, and their signs."""
    for _, _, total, down, across in sums_of(table):
        # A sum down the column says the same as one across the row.
        cells = down or across
        parts = [(cell, sign) for cell, sign in cells if isinstance(cell, Figure)]
        if parts:
            yield total, parts


def _beside(table: Table) -> Iterator[tuple[Figure, list[Figure], list[Figure]]]:
    """Yield each figure of a table with those in its row, and those in its column.

    A figure that rests on nothing else is there because these are.
    """
    columns: dict[int, list[Figure]] = defaultdict(list)
    for row in table.rows:
        for n, cell in enumerate(row.cells):
            if isinstance(cell, Figure):
                columns[n].append(cell)
    for row in table.rows:
        across = [*figures_in((row.label, row.cells))]
        for n, cell in enumerate(row.cells):
            for figure in figures_in(cell):
                yield figure, across, columns[n]


class _Resting:
    """Finds what the figures of sections rest on, each once."""

    def __init__(self, case: Case, sections: Iterable[Section]) -> None:
        self._flows = case.by_id
        self._sums: dict[str, list[tuple[Figure, int]]] = {}
        self._beside: dict[str, tuple[list[Figure], list[Figure]]] = {}
        self._ground: dict[str, Ground] = {}
        # Many figures rest on the same names, often thousands: each list is there
        # once, and lists that were joined are known again as objects.
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}
        self._joins: dict[tuple[int, ...], tuple[_Names, tuple[_Names, ...]]] = {}
        self._sources: dict[int, _Names] = {}
        self._covered: dict[tuple[int, int], tuple[bool, _Names]] = {}
        self._running: dict[int, tuple[LongerNames, LongerNames, list[int]]] = {}
        self._done: dict[str, Rest] = {}
        #: How often a figure was met below itself, and left out there.
        self._cut = 0
        every = tuple(sections)
        self.known = keyed(
            figure
            for section in every
            for figure in figures_in((section.tables, section.values))
        )
        for section in every:
            for figure in figures_in((section.tables, section.values)):
                self._ground.setdefault(figure.key, section.ground)
            for exhibit in section.tables:
                table = exhibit if isinstance(exhibit, Table) else exhibit.plotted
                for total, parts in parts_of(table):
                    self._sums.setdefault(total.key, parts)
                for figure, *others in _beside(table):
                    self._beside.setdefault(figure.key, (others[0], others[1]))

    def of(self, figure: Figure, above: frozenset[str] = frozenset()) -> Rest:
        """Return what a figure rests on."""
        if figure.key in self._done:
            return self._done[figure.key]
        cut = self._cut
        within = above | {figure.key}
        below = self._sums.get(figure.key, [])
        worked = [(one, 1) for one in figures_of(figure.worked)]
        if figure.flows or not below:
            flows = self._joined(figure.flows)
            found = Rest(flows, figure.parts, figure.sums, (), ())
        else:
            found = self._added(figure, below, within)
        flows_of = [found.flows]
        sources_of = [found.sources, figure.sources, figure.priced]
        for one, _ in worked:
            if one.key in within:
                self._cut += 1
            else:
                under = self.of(one, within)
                sources_of.append(under.sources)
                if not figure.flows and not below:
                    flows_of.append(under.flows)
        ground = self._ground.get(figure.key, Ground())
        if ground.whole or not found.sums:
            flows_of.append(ground.flows)
            sources_of.append(ground.sources)
        every = self._joined(*flows_of)
        sources = self._joined(*sources_of, self._of_flows(every))
        rest = Rest(every, found.parts, found.sums, sources, tuple(below or worked))
        if not above or cut == self._cut:
            self._done[figure.key] = rest
        return rest

    def placed(self, key: str) -> Rest:
        """Return what a figure rests on, or where it has nothing, those beside it."""
        rest = self.of(self.known[key])
        if rest.flows or (rest.sources and self.known[key].value):
            return rest
        across, down = self._beside.get(key, ((), ()))
        others = [self.of(one) for one in (*across, *down)]
        return replace(
            rest,
            flows=self._joined(*(one.flows for one in others)),
            sources=self._joined(rest.sources, *(one.sources for one in others)),
        )

    def _added(
        self, figure: Figure, below: list[tuple[Figure, int]], above: frozenset[str]
    ) -> Rest:
        """Return what a sum rests on: what its parts do, as often as it takes them."""
        exact = True
        flows: dict[str, None] = {}
        sources: dict[str, None] = {}
        parts: dict[str, Decimal] = {}
        for part, sign in below:
            if part.key in above:
                self._cut += 1
                continue
            under = self.of(part, above)
            flows |= dict.fromkeys(under.flows)
            sources |= dict.fromkeys(under.sources)
            exact = exact and (under.sums or not part.value)
            for name, amount in under.parts:
                parts[name] = parts.get(name, ZERO) + sign * amount
        parts = {name: amount for name, amount in parts.items() if amount}
        ordered = sorted(flows)
        ordered.sort(key=lambda name: parts.get(name, ZERO).copy_abs(), reverse=True)
        return Rest(
            self._kept(tuple(ordered)),
            tuple(parts.items()),
            exact and sum(parts.values(), ZERO) == figure.value,
            tuple(sources),
            (),
        )

    def _of_flows(self, flows: _Names) -> _Names:
        """Return the sources of flows, a list that is kept."""
        if id(flows) not in self._sources:
            if isinstance(flows, FirstNames) and not flows.before:
                found = self._of_first(flows)
            else:
                found = tuple(self._each_source(flows))
            self._sources[id(flows)] = self._kept(found)
        return self._sources[id(flows)]

    def _each_source(self, flows: Iterable[str]) -> dict[str, None]:
        known = filter(None, map(self._flows.get, flows))
        return dict.fromkeys(chain.from_iterable(map(_sources_of, known)))

    def _of_first(self, flows: FirstNames) -> Any:
        """Return the sources of the first flows of a list, of one list likewise."""
        if id(flows.of) not in self._running:
            found: dict[str, None] = {}
            counts = [0]
            for name in flows.of.names:
                flow = self._flows.get(name)
                found |= dict.fromkeys(flow.sources if flow else ())
                counts.append(len(found))
            self._running[id(flows.of)] = (flows.of, LongerNames(found), counts)
        _, sources, counts = self._running[id(flows.of)]
        count = counts[flows.number]
        more = self._each_source(flows.more)
        rest = tuple(x for x in more if sources.place.get(x, count) >= count)
        return sources.first(count, rest)

    def _joined(self, *lists: _Names) -> _Names:
        """Return the names of lists in order, each once, as a list that is kept."""
        some = tuple(dict.fromkeys(map(id, filter(None, lists))))
        if some not in self._joins:
            # The lists are kept beside it, or another may come to have the id of one.
            self._joins[some] = (self._kept(joined(self._needed(lists))), lists)
        return self._joins[some][0]

    def _needed(self, lists: tuple[_Names, ...]) -> Iterator[_Names]:
        """Yield lists but those that are part of another, as days are of all days."""
        whole = [one for one in lists if len(one) >= WRITTEN_OUT]
        for one in lists:
            if isinstance(one, FirstNames) and any(
                self._covers(other, one.of) for other in whole
            ):
                yield (*one.before, *one.more)
            else:
                yield one

    def _covers(self, names: _Names, longer: LongerNames) -> bool:
        """Say whether a list that is written out has all of a longer one."""
        if isinstance(names, FirstNames):
            return False
        pair = (id(names), id(longer))
        if pair not in self._covered:
            covers = frozenset(names).issuperset(longer.names)
            self._covered[pair] = (covers, names)
        return self._covered[pair][0]

    def _kept(self, names: Any) -> Any:
        return self._same.setdefault(names, names)


def rests(case: Case, sections: Iterable[Section]) -> Mapping[str, Rest]:
    """Return what the figures of a report rest on, by their keys.

    A figure that names no flows of its own and is a sum in some table rests on
    the flows of its parts, each with its part as often as the sum takes it. One that
    is worked out from others rests on what they do. What is no sum of its own flows
    rests on its section's ground too. One with none of these, as a zero of a matrix,
    stands where it does because of those in its row and column.

    Args:
        case: The case.
        sections: The sections, whose tables and drawings cast.
    """
    found = _Resting(case, sections)
    with wide():
        return {key: found.placed(key) for key in found.known}
