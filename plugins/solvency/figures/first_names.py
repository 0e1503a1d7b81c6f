"""Long lists of names that are alike: a list once, and how much of it each takes.

What an account held rests, day by day, on the flows of the days before and a few more.
As a list a day, that is days times flows; as the first so many of one list it is not.
What rests on all flows, its own before the others, takes one list but for its own.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from itertools import chain
from itertools import islice
from itertools import takewhile
from operator import itemgetter
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator

#: Names below which a list is written out: a reader follows no reference for it.
WRITTEN_OUT = 250


class LongerNames:
    """The list that others are the first part of, each name once."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)

    @cached_property
    def place(self) -> dict[str, int]:
        """Return the place of each name."""
        return {name: n for n, name in enumerate(self.names)}

    def first(self, count: int, more: tuple[str, ...] = ()) -> Sequence[str]:
        """Return its first names and some that are not among them; a tuple if few."""
        found = FirstNames(self, count, more)
        return found if len(found) >= WRITTEN_OUT else tuple(found)

    def after(self, some: Iterable[str]) -> Sequence[str]:
        """Return some names, and then its others; a tuple if few."""
        found = FirstNames(self, len(self.names), before=tuple(dict.fromkeys(some)))
        return found if len(found) >= WRITTEN_OUT else tuple(found)


class FirstNames(Sequence[str]):
    """The first names of a longer list, and some more; equal to another such alone.

    Attributes:
        before: Names that stand before these, and not again where they would.
        of: The longer list.
        number: How many of it are taken.
        more: Names after them, which are not among them.
    """

    __slots__ = ("_length", "before", "more", "number", "of")

    def __init__(
        self,
        of: LongerNames,
        number: int,
        more: tuple[str, ...] = (),
        before: tuple[str, ...] = (),
    ) -> None:
        self.before = before
        self.of = of
        self.number = number
        self.more = more
        again = sum(of.place.get(x, number) < number for x in before)
        self._length = len(before) - again + number + len(more)

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[str]:
        first: Iterator[str] = islice(self.of.names, self.number)
        if self.before:
            before = frozenset(self.before)
            first = (name for name in first if name not in before)
        return chain(self.before, first, self.more)

    def __getitem__(self, at: Any) -> Any:
        return tuple(self)[at]

    def __contains__(self, name: object) -> bool:
        place = self.of.place.get(name)  # type: ignore[call-overload]  # any key may be asked for
        taken = place is not None and place < self.number
        return taken or name in self.more or name in self.before

    def _said(self) -> tuple[Any, ...]:
        return id(self.of), self.number, self.more, self.before

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FirstNames):
            return NotImplemented
        return self._said() == other._said()

    def __hash__(self) -> int:
        return hash(self._said())


class DatedNames:
    """Names with their days, of which some by a day are asked for, again and again."""

    def __init__(self, dated: Iterable[tuple[str, Any]]) -> None:
        self._dated = dict(dated)
        by_day = sorted(self._dated.items(), key=itemgetter(1))
        self._days = [day for _, day in by_day]
        self._longer = LongerNames(name for name, _ in by_day)
        self._found: dict[int, Sequence[str]] = {}

    def until(self, day: Any) -> Sequence[str]:
        """Return the names of a day and before, each list one object.

        Few names are in the order they were given in, many in that of their days.
        """
        count = bisect_right(self._days, day)
        if count not in self._found:
            self._found[count] = (
                FirstNames(self._longer, count)
                if count >= WRITTEN_OUT
                else tuple(name for name, one in self._dated.items() if one <= day)
            )
        return self._found[count]


def joined(lists: Iterable[Sequence[str]]) -> Sequence[str]:
    """Return the names of lists in order, each once.

    Where one is the first part of a longer list, all others' names come after its;
    where it is the whole of that, those of lists that are written out and stand before
    it come before.
    """
    some = tuple(lists)
    longest = max((x for x in some if isinstance(x, FirstNames)), key=len, default=None)
    if longest is None:
        return tuple(dict.fromkeys(chain.from_iterable(some)))
    at = next(n for n, one in enumerate(some) if one is longest)
    place, number = longest.of.place, longest.number
    whole = number == len(longest.of.names)
    first = tuple(takewhile(_is_short, some[:at])) if whole else ()
    before = dict.fromkeys(chain(*first, longest.before))
    more = dict.fromkeys(longest.more)
    more |= dict.fromkeys(chain(*some[len(first) : at], *some[at + 1 :]))
    rest = (x for x in more if place.get(x, number) >= number and x not in before)
    return FirstNames(longest.of, number, tuple(rest), tuple(before))


def _is_short(names: Sequence[str]) -> bool:
    return not isinstance(names, FirstNames)


def all_of(names: Iterable[str]) -> Sequence[str]:
    """Return names as the whole of a list that others may be parts of."""
    return all_in(LongerNames(names))


def all_in(longer: LongerNames) -> Sequence[str]:
    """Return the whole of a list that others are parts of."""
    return longer.first(len(longer.names))


def after(some: Iterable[str], others: Sequence[str]) -> Sequence[str]:
    """Return some names, and then those of a list that are not among them."""
    if isinstance(others, FirstNames) and others == others.of.first(
        len(others.of.names)
    ):
        return others.of.after(some)
    return tuple(dict.fromkeys((*some, *others)))
