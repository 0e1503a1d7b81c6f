"""Registers: everything a case declares, a row each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.papers.frame import Frame
from solvency.analysis.papers.frame import PaperColumn

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow

#: Of more postings than these a lead schedule has numbers and no formulas.
MOST = 20_000


def _columns(words: str, *numbers: str) -> tuple[PaperColumn, ...]:
    """Return columns of words, some of them of numbers of any unit."""
    return tuple(
        PaperColumn(name.replace("_", " "), fine=name in numbers)
        for name in words.split()
    )


def flows(case: Case, chosen: Iterable[Flow] | None = None) -> Frame:
    """Return the flows of a scenario, each with its amount and what it rests on."""
    return Frame(
        f"Flows, scenario {case.scenario.name}",
        _columns(
            "flow date payee narration amount commodity grade basis hypotheses purpose"
            " sources amount_from row written_at",
            "amount",
        ),
        tuple(
            (
                one.id,
                one.date,
                one.payee or "",
                one.narration,
                one.amount.number,
                one.amount.commodity,
                one.grade or "",
                one.basis,
                tuple(sorted(one.hypotheses)),
                one.purpose or "",
                one.sources,
                one.amount_from or "",
                one.notes.get("row", ""),
                f"{one.place.file.rpartition('/')[2]}:{one.place.line}",
            )
            for one in (case.selected if chosen is None else chosen)
        ),
    )


def postings(case: Case) -> Frame:
    """Return every posting of a scenario, debits positive."""
    return Frame(
        f"Postings, scenario {case.scenario.name}; debits positive",
        _columns("flow date entity account commodity units price price_in", "units"),
        tuple(
            (
                flow.id,
                flow.date,
                one.entity,
                one.account,
                one.commodity,
                one.units,
                one.price.number if one.price else "",
                one.price.commodity if one.price else "",
            )
            for flow in case.selected
            for one in flow.postings
        ),
    )


def sources(case: Case) -> Frame:
    """Return the sources."""
    return Frame(
        "Sources",
        _columns("source title publisher published dated grade url sha256"),
        tuple(
            (
                one.name,
                one.title,
                one.publisher or "",
                one.published,
                one.dated,
                one.grade,
                one.url or "",
                one.sha256 or "",
            )
            for one in case.sources.values()
        ),
    )


def entities(case: Case) -> Frame:
    """Return the entities."""
    return Frame(
        "Entities",
        _columns("entity role group silo description"),
        tuple(
            (
                one.name,
                one.role,
                "yes" if one.group else "no",
                one.silo or "",
                one.description,
            )
            for one in case.entities.values()
        ),
    )


def accounts(case: Case) -> Frame:
    """Return the accounts, with what each says of itself."""
    return Frame(
        "Accounts",
        _columns("account entity kind opened closed counterparty rank pledged_to"),
        tuple(
            (
                one.name,
                one.entity,
                one.root,
                one.opened,
                one.closed or "",
                one.counterparty or one.stake_in or "",
                one.rank or "",
                one.pledged_to or "",
            )
            for one in case.accounts.values()
        ),
    )


def observations(case: Case) -> Frame:
    """Return what sources state of balances and movements."""
    return Frame(
        "Observations: what sources state of balances and movements",
        _columns(
            "observation date accounts amount low high commodity counted source",
            "amount",
            "low",
            "high",
        ),
        tuple(
            (
                one.id,
                one.date,
                one.accounts,
                one.amount.number,
                "" if one.low is None else one.low,
                "" if one.high is None else one.high,
                one.amount.commodity,
                "yes" if one.counted else "no",
                one.source,
            )
            for one in case.observations
        ),
    )


def prices(case: Case) -> Frame:
    """Return the prices."""
    return Frame(
        "Prices",
        _columns("commodity date price in source", "price"),
        tuple(
            (one.commodity, one.date, one.number, one.quote, one.source or "")
            for one in case.prices
        ),
    )


def hypotheses(case: Case) -> Frame:
    """Return the hypotheses."""
    taken = case.scenario.hypotheses
    return Frame(
        "Hypotheses",
        _columns("hypothesis title prior taken"),
        tuple(
            (one.name, one.title, one.prior, "yes" if one.name in taken else "no")
            for one in case.hypotheses.values()
        ),
    )
