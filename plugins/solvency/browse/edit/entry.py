"""What of a source or a flow the form shows, as its file has it."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from solvency.browse.edit import entry_text
from solvency.browse.language import say
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of
from solvency.ledger.files.trust import inside

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.ledger.case import Place

#: The fields that are strings of metadata, and of a flow those that are amounts.
STRINGS = {
    "source": ("publisher", "url", "grade", "note"),
    "flow": ("through", "purpose", "basis", "locator", "note"),
}
BOUNDS = ("low", "high")


def place_of(case: Case, kind: str, name: str) -> tuple[Place, str, str]:
    """Return where a source or a flow is written, its date and its title.

    Raises:
        LookupError: There is none of this name.
    """
    if kind == "flow" and name in case.by_id:
        flow = case.by_id[name]
        return flow.place, flow.date.isoformat(), flow.narration
    if kind == "source" and name in case.sources:
        one = case.sources[name]
        return one.place, one.published.isoformat(), one.title
    raise LookupError(say("There is nothing of this name."))


def end_of_line(written: str) -> str:
    """Return how a text ends its lines."""
    return "\r\n" if "\r\n" in written else "\n"


def read(case: Case, file: str) -> str:
    """Return the text of a file of the case, as it is now.

    Raises:
        ValueError: It lies outside the folder of the case, or is no text.
    """
    if not inside(file, case.path):
        raise ValueError(say("its file lies outside the folder of the case"))
    try:
        return content_of(os.path.realpath(file)).decode()
    except UnreadableError as error:
        raise ValueError(str(error)) from None


def found_in(
    case: Case, written: str, kind: str, name: str
) -> tuple[entry_text.EntryText, int, int]:
    """Return an entry as a text has it, and the lines it begins and ends at.

    Raises:
        LookupError: There is none of this name.
        ValueError: The text has something else where the case was read from.
    """
    place, date, title = place_of(case, kind, name)
    lines = written.split(end_of_line(written))
    entry, start, end = entry_text.EntryText.at(lines, place.line)
    head = entry.header(kind)
    if (head[1], entry_text.unquoted(head[3 if kind == "source" else 5])) != (
        date,
        title,
    ):
        raise ValueError(say("The file has changed meanwhile: load the page again."))
    return entry, start, end


def fields_of(entry: entry_text.EntryText, kind: str) -> dict[str, str]:
    """Return the fields of an entry."""
    head = entry.header(kind)
    found = {key: entry.value(key) for key in STRINGS[kind]}
    if kind == "source":
        return {**found, "date": head[1], "title": entry_text.unquoted(head[3])}
    moved = entry.amount()
    links = re.findall(r"\^(\S+)", head[6])
    return {
        **found,
        **{key: entry.value(key) for key in BOUNDS},
        "date": head[1],
        "payee": entry_text.unquoted(head[3]) if head[3] else "",
        "title": entry_text.unquoted(head[5]),
        "sources": ", ".join(links),
        "amount": f"{entry_text.grouped(moved[0])} {moved[1]}" if moved else "",
    }


def written(case: Case, kind: str, name: str) -> dict[str, str]:
    """Return the fields of a source or a flow as its file has them."""
    place, _, _ = place_of(case, kind, name)
    entry, _, _ = found_in(case, read(case, place.file), kind, name)
    return fields_of(entry, kind)
