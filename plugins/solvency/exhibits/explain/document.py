"""What `explain` found as a document, for the terminal, pages and sites alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.exhibits.explain.answer import Carried
    from solvency.exhibits.explain.answer import Explanation
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.files.notes import ReaderNote


def document(case: Case, found: Explanation) -> dict[str, object]:
    """Return what was found, with stable keys.

    Args:
        case: The case.
        found: What `explain` found.
    """
    figure = found.figure
    return {
        "fingerprint": case.fingerprint,
        "kind": found.kind,
        "name": found.name,
        "value": found.value,
        "unit": found.unit,
        "formula": found.formula,
        "basis": figure.basis if figure is not None else "",
        "section": found.section,
        "sum": found.sum,
        "flows": [{**of_flow(x.flow), "part": x.part} for x in found.flows],
        "figures": of_figures(found),
        "sources": [of_source(one) for one in found.sources],
        "without": [
            {
                "source": one.source,
                "name": one.name,
                "before": one.before,
                "value": one.after,
                "lost": list(one.lost),
            }
            for one in found.without
        ],
        "left_out": list(found.left_out),
        "observations": [one.id for one in found.observations],
        "prices": found.prices,
        "notes": [of_note(one) for one in found.notes],
    }


def of_figures(found: Explanation) -> list[dict[str, object]]:
    """Return the figures it is worked out from, or that rest on it."""
    return [
        {"name": one.name, "value": one.value, "unit": one.unit}
        for one in found.figures
    ]


def of_note(one: ReaderNote) -> dict[str, object]:
    """Return what a reader remarked."""
    return {
        "file": one.file,
        "date": one.date,
        "kind": one.kind,
        "name": one.name,
        "text": one.text,
    }


def of_source(one: Carried) -> dict[str, object]:
    """Return a source, and what it carries."""
    return {
        "name": one.source.name,
        "title": one.source.title,
        "publisher": one.source.publisher,
        "published": one.source.published,
        "dated": one.source.dated,
        "grade": one.source.grade,
        "url": one.source.url,
        "carries": one.carries,
    }


def of_flow(flow: Flow) -> dict[str, object]:
    """Return a flow: what it is, who says so, and what it booked."""
    return {
        "id": flow.id,
        "date": flow.date,
        "narration": flow.narration,
        "established": flow.established,
        "hypotheses": sorted(flow.hypotheses),
        "basis": flow.basis,
        "grade": flow.grade,
        "low": flow.low,
        "high": flow.high,
        "sources": list(flow.sources),
        "amount_from": flow.amount_from,
        "locators": dict(flow.locators),
        "postings": [
            {
                "account": one.account,
                "units": one.units,
                "commodity": one.commodity,
                "price": one.price and one.price.number,
                "quote": one.price and one.price.commodity,
                "added": one.added,
            }
            for one in flow.postings
        ],
    }
