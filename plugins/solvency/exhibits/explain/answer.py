"""What `explain` finds: a name, its value, and all it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.ledger.vocabulary import UNSTATED

if TYPE_CHECKING:
    from solvency.figures.figure import Figure
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Source
    from solvency.ledger.files.notes import ReaderNote


@dataclass(frozen=True, slots=True)
class Share:
    """A flow, and what it has in the figure; None where it has no part of its own."""

    flow: Flow
    part: Decimal | None


@dataclass(frozen=True, slots=True)
class Other:
    """Another figure: one this is worked out from, or one that rests on this."""

    name: str
    value: Decimal | None
    unit: str


@dataclass(frozen=True, slots=True)
class Carried:
    """A source, and what of the figure has its amount from it."""

    source: Source
    carries: Decimal | None


@dataclass(frozen=True, slots=True)
class Without:
    """What a figure would be if a source had never been published.

    Attributes:
        source: The source.
        name: The figure.
        before: Its value as reported; None where nothing was found.
        after: Its value then; None where it would not be there.
        lost: The flows that fall.
    """

    source: str
    name: str
    before: Decimal | None
    after: Decimal | None
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """What was found about a name.

    Attributes:
        kind: figure, flow, source, observation, hypothesis, account, entity, exhibit.
        name: Its full name.
        value: Its value; None for what has none.
        unit: A commodity, `%`, or nothing for a count.
        formula: How the value comes about, in words.
        figure: The figure it is, if it is one.
        section: The section of a report that has it.
        sum: True if parts of flows and figures add up to the value exactly.
        flows: All flows it rests on, the largest part first; of a source, those
            that cite it.
        figures: The figures it is worked out from, or that rest on it.
        sources: The sources it rests on.
        without: What it would be without each source, where that was computed.
        left_out: Sources not left out in turn, because that takes long.
        observations: Of a source, account or entity: what was said of balances.
        prices: How many prices a source gives.
        told: Further lines: who, what, when.
        notes: What readers remarked on it, in files beside the case.
    """

    kind: str
    name: str
    value: Decimal | None = None
    unit: str = ""
    formula: str = ""
    figure: Figure | None = None
    section: str = ""
    sum: bool = False
    flows: tuple[Share, ...] = ()
    figures: tuple[Other, ...] = ()
    sources: tuple[Carried, ...] = ()
    without: tuple[Without, ...] = ()
    left_out: tuple[str, ...] = ()
    observations: tuple[Observation, ...] = ()
    prices: int = 0
    told: tuple[tuple[str, str], ...] = ()
    notes: tuple[ReaderNote, ...] = ()


def carried(
    case: Case, shares: tuple[Share, ...], sources: tuple[str, ...]
) -> tuple[Carried, ...]:
    """Return sources with what each carries: the parts whose amounts it gave.

    Args:
        case: The case.
        shares: The flows and their parts.
        sources: The names of the sources.
    """
    sums: dict[str, Decimal] = {}
    told = any(one.part is not None for one in shares)
    for one in shares:
        # What no source states, a remainder say, none carries.
        unstated = one.flow.basis in UNSTATED
        if one.part is not None and one.flow.amount_from is not None and not unstated:
            before = sums.get(one.flow.amount_from, Decimal())
            sums[one.flow.amount_from] = before + one.part
    found = [
        Carried(case.sources[name], sums.get(name, Decimal()) if told else None)
        for name in sources
        if name in case.sources
    ]
    return tuple(
        sorted(found, key=lambda x: (-abs(x.carries or Decimal()), x.source.name))
    )
