"""What each entry of Fava's journal rests on, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from fava.beans.funcs import hash_entry

from solvency.browse.view import spread

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.browse.view import Addresses
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow


def evidence(
    case: Case, entries: Sequence[Any], where: Addresses
) -> dict[str, dict[str, object]]:
    """Return what each transaction rests on.

    Args:
        case: The case, all of whose flows are looked up.
        entries: Fava's entries.
        where: Where things are.

    Returns:
        By Fava's hash of the entry: its grade, spread, basis, hypotheses, and its
        sources, each with its name, title and address.
    """
    by_place = {tuple(flow.place): flow for flow in case.flows}
    found = {}
    for entry in entries:
        place = entry.meta.get("filename"), entry.meta.get("lineno")
        flow = by_place.get(place)
        if flow is not None and hasattr(entry, "postings"):
            found[hash_entry(entry)] = _line(case, flow, where)
    return found


def _line(case: Case, flow: Flow, where: Addresses) -> dict[str, object]:
    return {
        "flow": flow.id,
        "grade": flow.grade or "",
        "basis": "" if flow.basis == "stated" else flow.basis,
        "spread": spread(case, flow),
        "hypotheses": [
            {
                "title": case.hypotheses[name].title,
                "href": where.page("hypotheses") + f"#hypothesis-{name}",
            }
            for name in sorted(flow.hypotheses)
            if name in case.hypotheses
        ],
        "sources": [
            {
                "name": name,
                "title": case.sources[name].title,
                "href": where.page("source", pick=name),
            }
            for name in flow.sources
            if name in case.sources
        ],
    }
