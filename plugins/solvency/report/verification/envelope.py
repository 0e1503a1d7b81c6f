"""Name what is otherwise around the objects of a PDF: heads, ends, what is hidden."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

import pikepdf

from solvency.report.verification.verdict import Alteration

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Steps of a walk through a file; FTX's report of some hundred pages takes fewer.
MOST_STEPS = 20_000_000
_END = re.compile(rb"%%EOF[\r\n]*")


def around(given: bytes, made: bytes, document: pikepdf.Pdf) -> Iterator[Alteration]:
    """Name what is otherwise round the objects: heads, ends, revisions.

    Args:
        given: The given file.
        made: The one made again.
        document: The given file, opened.
    """
    start = given.find(b"%PDF-")
    if start:
        yield Alteration("file", "bytes before the PDF", "", f"{start:,} bytes", "")
    if given[start : start + 8] != made[:8]:
        heads = [x[a + 5 : a + 8].decode(errors="replace") for x, a in
                 ((given, start), (made, 0))]  # fmt: skip
        yield Alteration("file", "version", "", heads[0], heads[1])
    ends = [list(_END.finditer(x)) for x in (given, made)]
    behind = len(given) - (ends[0][-1].end() if ends[0] else 0)
    if behind:
        yield Alteration("file", "bytes behind the PDF", "", f"{behind:,} bytes", "")
    counts = [len(x) for x in ends]
    if counts[0] != counts[1]:
        signing = counts[0] > counts[1] and given.startswith(made)
        shown = [f"{n} states of the file" for n in counts]
        yield Alteration("file", "revision", "", shown[0], shown[1], signing)
    for warning in document.get_warnings()[:3]:
        # It names first the stream it was read from.
        text = plain(str(warning).partition(">: ")[2] or warning)
        yield Alteration("file", "broken structure", "", text, "")
    reachable = _reachable(document)
    hidden = sum(
        one.objgen not in reachable
        for one in document.objects
        if isinstance(one, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array)
        and _type(one) not in {pikepdf.Name.ObjStm, pikepdf.Name.XRef}
    )
    if hidden:
        yield Alteration(
            "file", "object nothing leads to", "", f"{hidden:,} of them", ""
        )


def _reachable(document: pikepdf.Pdf) -> set[tuple[int, int]]:
    """Return the objects that the trailer leads to."""
    found: set[tuple[int, int]] = set()
    waiting: list[Any] = [document.trailer]
    for _ in range(MOST_STEPS):
        if not waiting:
            break
        thing = waiting.pop()
        if not isinstance(thing, pikepdf.Dictionary | pikepdf.Stream | pikepdf.Array):
            continue
        if thing.is_indirect:
            if thing.objgen in found:
                continue
            found.add(thing.objgen)
        if isinstance(thing, pikepdf.Array):
            waiting.extend(list(thing))
        else:
            waiting += [one for _, one in thing.items()]
    return found


def _type(thing: pikepdf.Object) -> Any:
    return None if isinstance(thing, pikepdf.Array) else thing.get("/Type")


def plain(name: Any) -> str:
    """Return the beginning of a name, to be shown."""
    text = str(name)
    return "".join(c if c.isprintable() else " " for c in text[:80])
