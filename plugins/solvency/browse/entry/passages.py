"""What a case notes of each source: what it says, and where in it that stands.

A case keeps notes in its own words, not the sentences of a source: the rows of evidence
a flow cites name the sources they were noted from, and a flow or an observation may say
where in a source its amount stands.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from solvency.browse.language import spoken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.exhibits.evidence.dossier import Claimed
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow


@dataclass(frozen=True, slots=True)
class Passages:
    """What is noted of the sources of a flow.

    Attributes:
        of: The words by the name of their source, in the order of the flow's sources.
        apart: Words of no source of the flow, with the source they are of, if any.
    """

    of: Mapping[str, tuple[str, ...]]
    apart: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceNote:
    """What is noted of one source.

    Attributes:
        row: The id of the row of evidence; "" for a place in the source.
        words: What is noted.
        flows: The flows that cite it.
        observations: The observations that cite it.
    """

    row: str
    words: str
    flows: tuple[str, ...]
    observations: tuple[str, ...]


def said_in(row: Claimed) -> str:
    """Return what a row of evidence notes: its words, else its amount.

    A row with several amounts has them all behind its words: what cites it may rest on
    any of them.
    """
    amounts = [f"{row.amount:,f} {row.unit}".strip()] if row.amount is not None else []
    if not row.parts:
        return row.words or "".join(amounts)
    amounts += [f"{x.amount:,f} {x.unit} {x.words}".strip() for x in row.parts]
    there = spoken().text("; ").join(amounts)
    return spoken().text(": ").join(filter(None, (row.words, there)))


def of_flow(one: Flow, dossier: Mapping[str, Claimed]) -> Passages:
    """Return what is noted of each source of a flow.

    Args:
        one: The flow.
        dossier: The rows of evidence of its case, by id.
    """
    found: dict[str, list[str]] = {name: [] for name in one.sources}
    apart = []
    for name in one.claim:
        row = dossier.get(name)
        words = said_in(row) if row is not None else ""
        if row is None or not words:
            continue
        named = [source for source in row.sources if source in found]
        for source in named:
            found[source].append(words)
        if not named:
            others = ", ".join(filter(None, row.sources))
            apart.append(f"{words} ({others})" if others else words)
    for source, place in one.locators.items():
        # A place without a name is that of the one source there is.
        name = source or (one.sources[0] if len(one.sources) == 1 else "")
        found.get(name, apart).append(place)
    return Passages({one: tuple(some) for one, some in found.items()}, tuple(apart))


def of_source(
    case: Case, name: str, dossier: Mapping[str, Claimed]
) -> tuple[SourceNote, ...]:
    """Return what is noted of a source, with what cites it.

    Args:
        case: The case.
        name: The name of the source.
        dossier: The rows of evidence of the case, by id.
    """
    flows: dict[tuple[str, str], list[str]] = {}
    observations: dict[tuple[str, str], list[str]] = {}
    known = case.known
    for flow in case.flows:
        if known is not None and flow.known > known:
            continue
        for row in flow.claim:
            if row in dossier and name in dossier[row].sources:
                flows.setdefault((row, said_in(dossier[row])), []).append(flow.id)
        alone = flow.locators.get("", "") if flow.sources == (name,) else ""
        if place := flow.locators.get(name, alone):
            flows.setdefault(("", place), []).append(flow.id)
    for one in case.observations:
        for row in one.claim:
            if row in dossier and name in dossier[row].sources:
                key = row, said_in(dossier[row])
                observations.setdefault(key, []).append(one.id)
        if one.source == name and one.locator:
            observations.setdefault(("", one.locator), []).append(one.id)
    return tuple(
        SourceNote(*key, tuple(flows.get(key, ())), tuple(observations.get(key, ())))
        for key in {**flows, **observations}
        if key[1]
    )
