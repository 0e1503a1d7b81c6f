"""Two lists side by side, with what was put in or taken out."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING
from typing import Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

#: Entries that are searched for the best fit; longer lists are cut at both ends.
_MOST = 2_000


def aligned(
    one: Sequence[Any], two: Sequence[Any]
) -> Iterator[tuple[int | None, int | None]]:
    """Pair the entries of two lists.

    Args:
        one: A list of things that can be told apart and hashed.
        two: Another.

    Yields:
        The places of two that belong together; None on the side that lacks one.
    """
    start = 0
    while start < min(len(one), len(two)) and one[start] == two[start]:
        yield start, start
        start += 1
    end = 0
    while end < min(len(one), len(two)) - start and one[-1 - end] == two[-1 - end]:
        end += 1
    yield from _middle(one[start : len(one) - end], two[start : len(two) - end], start)
    for n in range(end, 0, -1):
        yield len(one) - n, len(two) - n


def _middle(
    one: Sequence[Any], two: Sequence[Any], start: int
) -> Iterator[tuple[int | None, int | None]]:
    if max(len(one), len(two)) > _MOST:
        codes = [("replace", 0, len(one), 0, len(two))]
    else:
        matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
        codes = list(matcher.get_opcodes())
    for _, i, j, k, m in codes:
        both = min(j - i, m - k)
        for n in range(both):
            yield start + i + n, start + k + n
        for n in range(i + both, j):
            yield start + n, None
        for n in range(k + both, m):
            yield None, start + n
