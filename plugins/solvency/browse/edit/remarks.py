"""Notes of readers on the numbers, flows and sources of a page."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.language import say
from solvency.inert import written_out
from solvency.ledger.files.notes import keep_note
from solvency.ledger.files.notes import notes_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.browse.view import View
    from solvency.ledger.case import Case
    from solvency.ledger.files.notes import ReaderNote

#: What has a page of its own, and so notes on it.
_PAGES = ("flow", "source")


@dataclass(frozen=True, slots=True)
class NotesShown:
    """The notes a page shows.

    Attributes:
        on: What the page is of, as `flow deposits`; "" where it is of many things.
        shown: Notes on that and on the numbers of the page, each with what it is on
            and where that opens.
        faults: Files among the notes that are none.
    """

    on: str
    shown: tuple[tuple[str, str, ReaderNote], ...]
    faults: tuple[str, ...]


def shown_on(view: View, page: str) -> NotesShown | None:
    """Return the notes a page shows, once it is built; None if it can have none.

    A site of files shows none: they are its author's own.
    """
    if not view.at_home.live:
        return None
    found, faults = notes_of(view.study.case.path)
    on = f"{page} {view.asked.pick}" if page in _PAGES else ""
    if not (found or faults or on):
        return None
    keys = view.register.figures() if found else {}
    shown = []
    for one in found:
        if on == f"{one.kind} {one.name}":
            shown.append(("", "", one))
        elif one.kind == "figure" and one.name in keys:
            shown.append((one.name, f"#figure={one.name}", one))
    return NotesShown(on, tuple(shown), faults if on or shown else ())


def by_thing(notes: Iterable[ReaderNote]) -> dict[tuple[str, str], list[Any]]:
    """Return notes as panels show them, by the kind and name of what they are on."""
    found: dict[tuple[str, str], list[Any]] = {}
    for one in notes:
        found.setdefault((one.kind, one.name), []).append(_safe(one))
    return found


def _safe(one: ReaderNote) -> dict[str, object]:
    """Return a note without marks that would reorder what stands beside it."""
    from solvency.exhibits.explain.document import of_note  # noqa: PLC0415 (brings in SciPy)

    return {key: written_out(str(value)) for key, value in of_note(one).items()}


def written(case: Case, sent: dict[str, Any]) -> dict[str, object]:
    """Keep the note that a page sent.

    Args:
        case: The case.
        sent: `on`, as `flow deposits` or `figure KEY`, and `text`.

    Returns:
        The note.

    Raises:
        LookupError: The case has no such flow or source.
        ValueError: It says nothing, or too much.
        NotWrittenError: It cannot be written.
    """
    kind, _, name = str(sent.get("on", "")).partition(" ")
    there = {"flow": case.by_id, "source": case.sources}.get(kind)
    if kind not in {"figure", *_PAGES} or (there is not None and name not in there):
        raise LookupError(say("There is nothing of this name to write a note on."))
    today = datetime.datetime.now(tz=datetime.UTC).date()
    return _safe(keep_note(case.path, kind, name, str(sent.get("text", "")), today))
