"""Things of a ledger as columns of numbers, and back again equal to the digit.

A ledger has a hundred thousand flows, alike in kind. Each kind is written field by
field, every field a column that points at values written before: texts, numbers and
days, each once, then the records made of them. To read it is to put the columns side
by side. The kinds are a closed list; nothing that is read names code.
"""

from __future__ import annotations

import datetime
import json
import struct
from array import array
from decimal import Decimal
from itertools import accumulate
from itertools import chain
from itertools import count
from itertools import pairwise
from itertools import repeat
from typing import TYPE_CHECKING
from typing import Any

from beancount.core.display_context import DisplayContext

from solvency.ledger.cache.kinds import NAMES
from solvency.ledger.cache.kinds import RECORDS
from solvency.ledger.cache.kinds import SINGLE
from solvency.ledger.cache.kinds import SINGLE_KINDS
from solvency.ledger.cache.kinds import display_from
from solvency.ledger.cache.kinds import display_of
from solvency.ledger.cache.kinds import fields_of
from solvency.ledger.cache.kinds import single_name

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Sequence

#: The values that every file begins with.
_FIRST = (None, True, False)
#: More things of one kind than any ledger has.
_MOST = 2**26
_LENGTH = struct.Struct("<Q")
#: Plain values: how each is written in JSON, and read.
_LEAVES: dict[type, tuple[str, Callable[[Any], Any] | None]] = {
    str: ("text", None),
    int: ("whole", None),
    float: ("float", float.hex),
    Decimal: ("number", str),
    datetime.date: ("day", datetime.date.toordinal),
    datetime.time: ("time", datetime.time.isoformat),
}
_READ: dict[str, Callable[[Any], Any]] = {
    "float": float.fromhex,
    "number": Decimal,
    "day": datetime.date.fromordinal,
    "time": datetime.time.fromisoformat,
    "single": SINGLE.__getitem__,
}
_TYPES = {"text": str, "whole": int, "day": int}
_SERIES: dict[type, str] = {
    tuple: "tuple",
    list: "list",
    set: "set",
    frozenset: "frozenset",
}
_MADE = {name: kind for kind, name in _SERIES.items()}
_DISPLAY = "display"


class NotKeptError(Exception):
    """A thing of a kind that no cache holds."""


class BrokenError(Exception):
    """A file that holds no such things."""


def packed(value: object) -> bytes:
    """Write a thing, with all it is made of.

    Raises:
        NotKeptError: Something in it is of no kind that is kept.
    """
    packing = _Packing()
    try:
        (at,) = packing.refs([value])
    except (RecursionError, OverflowError) as error:
        raise NotKeptError from error
    head = json.dumps([packing.batches, at]).encode()
    return b"".join([_LENGTH.pack(len(head)), head, *packing.arrays])


def unpacked(content: memoryview) -> Any:
    """Read what `packed` wrote.

    Raises:
        BrokenError: It did not write it.
    """
    try:
        (length,) = _LENGTH.unpack(content[: _LENGTH.size])
        start = _LENGTH.size + length
        batches, at = json.loads(bytes(content[_LENGTH.size : start]))
        reading = _Unpacking(content[start:])
        for batch in batches:
            reading.take(*batch)
        return reading.values[_index(at)]
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
        struct.error,
    ) as error:
        raise BrokenError from error


class _Packing:
    """What was written so far: batches of one kind each, and their columns."""

    def __init__(self) -> None:
        self.batches: list[list[Any]] = []
        self.arrays: list[bytes] = []
        self._count = len(_FIRST)
        self._leaves: dict[type, dict[Any, int]] = {kind: {} for kind in _LEAVES}
        #: Where each record and series stands, by what it is: each is written once.
        self._seen: dict[int, int] = {}
        #: What would else be gone, and its identity another's.
        self._alive: list[object] = []

    def refs(self, values: Sequence[Any]) -> list[int]:
        """Write values, those not yet written, and return where each stands."""
        kinds = set(map(type, values))
        if len(kinds) == 1:
            return self._alike(kinds.pop(), values)
        found = [0] * len(values)
        for kind in kinds:
            places = [at for at, one in enumerate(values) if type(one) is kind]
            alike = self._alike(kind, [values[at] for at in places])
            for at, ref in zip(places, alike, strict=True):
                found[at] = ref
        return found

    def _alike(self, kind: type, values: Sequence[Any]) -> list[int]:
        if kind is type(None) or kind is bool:
            return [_FIRST.index(one) for one in values]
        if kind in _LEAVES:
            return self._plain(kind, values)
        places = list(map(id, values))
        seen = self._seen
        new = {
            at: one for at, one in zip(places, values, strict=True) if at not in seen
        }
        if new:
            self._records(kind, new)
        return list(map(seen.__getitem__, places))

    def _plain(self, kind: type, values: Sequence[Any]) -> list[int]:
        name, written = _LEAVES[kind]
        keys = values if written is None else list(map(written, values))
        known = self._leaves[kind]
        new = [key for key in dict.fromkeys(keys) if key not in known]
        if new:
            known.update(zip(new, count(self._count)))
            self._emit(name, len(new), new)
        return list(map(known.__getitem__, keys))

    def _records(self, kind: type, new: dict[int, Any]) -> None:
        """Write records or series of one kind that were not written yet."""
        things = list(new.values())
        if kind in NAMES:
            columns: Iterable[Sequence[Any]]
            if issubclass(kind, tuple):
                columns = zip(*things, strict=True)
            else:
                names = fields_of(kind)
                columns = [[getattr(one, name) for one in things] for name in names]
            self._number(new, NAMES[kind], None, list(map(self.refs, columns)))
        elif kind in _SERIES:
            items = self.refs(list(chain.from_iterable(things)))
            lengths = list(map(len, things))
            self._number(new, _SERIES[kind], len(items), [lengths, items])
        elif kind is dict:
            self._dicts(new)
        elif kind in SINGLE_KINDS:
            named = [single_name(one) for one in things]
            if None in named:
                raise NotKeptError(str(things[named.index(None)]))
            self._number(new, "single", named, [])
        elif kind is DisplayContext:
            plain = [display_of(one) for one in things]
            self._alive += plain
            self._number(new, _DISPLAY, None, [self.refs(plain)])
        else:
            raise NotKeptError(kind.__name__)

    def _dicts(self, new: dict[int, Any]) -> None:
        """Write dictionaries, those of the same keys together."""
        shapes: dict[tuple[Any, ...], dict[int, Any]] = {}
        for at, one in new.items():
            shapes.setdefault(tuple(one), {})[at] = one
        for keys, some in shapes.items():
            columns = zip(*(one.values() for one in some.values()), strict=True)
            refs = list(map(self.refs, columns))
            self._number(some, "dict", self.refs(keys), refs)

    def _number(
        self,
        new: dict[int, Any],
        name: str,
        more: object,
        columns: Iterable[Sequence[int]],
    ) -> None:
        """Write a batch, and note where each of its things stands."""
        self._seen.update(zip(new, count(self._count)))
        # Only now: columns are read in the order of the batches they belong to.
        self._emit(name, len(new), more, list(map(self._column, columns)))

    def _emit(self, name: str, size: int, *said: object) -> None:
        self.batches.append([name, size, *said])
        self._count += size

    def _column(self, refs: Sequence[int]) -> list[Any]:
        """Write a column: one number, a run of them, or each."""
        if not refs:
            return ["run", 0]
        first, size = refs[0], len(refs)
        if refs[-1] == first and refs.count(first) == size:
            return ["same", first]
        if refs[-1] == first + size - 1 and refs == list(range(first, first + size)):
            return ["run", first]
        self.arrays.append(array("I", refs).tobytes())
        return ["each"]


class _Unpacking:
    """What was read so far."""

    def __init__(self, arrays: memoryview) -> None:
        self.values: list[Any] = list(_FIRST)
        self._arrays = arrays

    def take(
        self, name: str, size: int, more: Any = None, said: Sequence[Any] = ()
    ) -> None:
        """Read one batch."""
        _index(size)
        if name in _TYPES or name in _READ:
            made: list[Any] = self._plain(name, more)
        elif name in _MADE:
            made = self._series(_MADE[name], size, more, said)
        elif name == "dict":
            keys = [self.values[_index(at)] for at in more]
            made = self._dicts(keys, size, said)
        elif name == _DISPLAY:
            made = [display_from(one) for one in self._column(said[0], size)]
        else:
            kind = RECORDS[name]
            if len(said) != len(fields_of(kind)):
                raise ValueError(name)
            columns = [self._column(one, size) for one in said]
            if issubclass(kind, tuple):
                new: Any = tuple.__new__
                made = list(map(new, repeat(kind), zip(*columns, strict=True)))
            else:
                made = list(map(kind, *columns))
        if len(made) != size:
            raise ValueError(name)
        self.values += made

    def _plain(self, name: str, said: list[Any]) -> list[Any]:
        if name in _TYPES and set(map(type, said)) != {_TYPES[name]}:
            raise TypeError(name)
        read = _READ.get(name)
        return said if read is None else list(map(read, said))

    def _series(
        self, kind: type, size: int, total: int, said: Sequence[Any]
    ) -> list[Any]:
        lengths = self._numbers(said[0], size)
        items = list(self._column(said[1], _index(total)))
        if sum(lengths) != total:
            raise ValueError(kind)
        ends = accumulate(lengths, initial=0)
        return [kind(items[start:end]) for start, end in pairwise(ends)]

    def _dicts(self, keys: list[Any], size: int, said: Sequence[Any]) -> list[Any]:
        if len(said) != len(keys):
            raise ValueError(keys)
        if not keys:
            return [{} for _ in range(size)]
        columns = [self._column(one, size) for one in said]
        return [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]

    def _numbers(self, said: Sequence[Any], size: int) -> Sequence[int]:
        """Read a column of numbers, which point at nothing."""
        how = said[0]
        if how == "same":
            return [_index(said[1])] * size
        if how == "run":
            return range(_index(said[1]), said[1] + size)
        found = array("I")
        width = size * found.itemsize
        found.frombytes(self._arrays[:width])
        self._arrays = self._arrays[width:]
        if how != "each" or len(found) != size:
            raise ValueError(how)
        return found

    def _column(self, said: Sequence[Any], size: int) -> Iterable[Any]:
        """Read a column of what stands at the places it names."""
        values = self.values
        if said[0] == "same":
            return repeat(values[_index(said[1])], size)
        places = self._numbers(said, size)
        if isinstance(places, range):
            return values[places.start : places.stop]
        if size and max(places) >= len(values):
            raise IndexError
        return map(values.__getitem__, places)


def _index(number: object) -> int:
    """Return a number that can be a place or a size."""
    if type(number) is not int or not 0 <= number < _MOST:
        raise ValueError(number)
    return number
