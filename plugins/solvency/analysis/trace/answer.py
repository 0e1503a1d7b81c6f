"""What following an account's money found: outlays, totals by purpose, tables."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.trace.bounds import spendings
from solvency.analysis.trace.bounds import together
from solvency.analysis.trace.shares import COLUMNS
from solvency.figures.formats import percent
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.figures.plain import count
from solvency.methods.tracing import EX_POST
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Iterator
    from collections.abc import Mapping
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from solvency.analysis.trace.bounds import Before
    from solvency.analysis.trace.bounds import Deposit
    from solvency.analysis.trace.bounds import Side
    from solvency.analysis.trace.bounds import Spending
    from solvency.analysis.trace.shares import OutlayShares
    from solvency.analysis.trace.shares import Step
    from solvency.figures.table import Table
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow

#: What an outlay without `purpose:` is counted under.
UNSTATED = "unstated"
#: Metadata of a flow: how much of it a source traced to the owners, and the source.
TRACED, TRACED_BY = "traced", "traced-by"


@dataclass(frozen=True, slots=True)
class Outlay:
    """Money that left the account, and whose it was."""

    date: datetime.date
    flow: str
    payee: str
    narration: str
    purpose: str
    amount: Decimal
    owners: OutlayShares

    @property
    def point(self) -> bool:
        """Say whether none matters for any owner, of rules that keep the order."""
        return self.owners.point


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a source says of an outlay's owners, beside what the books allow."""

    flow: str
    #: The title of the source, and its name in the ledger.
    source: str
    name: str
    amount: Decimal
    least: Decimal
    most: Decimal
    #: Flows whose amount was worked out from it: the books then give it back.
    sized: tuple[str, ...] = ()

    @property
    @wide()
    def inside(self) -> bool:
        """Say whether the books allow it."""
        return self.least <= self.amount <= self.most


@dataclass(frozen=True, slots=True)
class Purpose:
    """All outlays for one purpose, and how much of them was some owners' money."""

    purpose: str
    amount: Decimal
    least: Decimal
    most: Decimal
    rules: Mapping[str, Decimal]
    #: What sources say of these outlays.
    testimony: tuple[Testimony, ...] = ()
    #: Each outlay's part in least and most.
    spent: tuple[Spending, ...] = ()


@dataclass(frozen=True)
class Following:
    """Whose money each outlay of an account, or a pool of accounts, spent."""

    case: Case
    accounts: tuple[str, ...]
    commodity: str
    at: datetime.date
    #: Whose money the totals by purpose are of.
    owners: tuple[str, ...]
    outlays: tuple[Outlay, ...]
    by_purpose: tuple[Purpose, ...]
    #: What came in, and what was there before each outlay, deposits of a day first.
    deposits: tuple[Deposit, ...]
    before: Mapping[str, Before]
    #: Units that the books show and nobody found, and what counted them.
    untraced: Decimal = Decimal()
    counts: tuple[str, ...] = ()
    #: What amounts are in, where it is not the commodity itself.
    currency: str | None = None
    #: What else the accounts moved, which is not traced.
    beside: tuple[str, ...] = ()

    @property
    def unit(self) -> str:
        """Return what amounts are in."""
        return self.currency or self.commodity

    @property
    def whose(self) -> str:
        """Return the owners of the totals in words."""
        return " and ".join(self.owners) or "nobody"

    @wide()
    def to_table(self, owners: Collection[str] = (), most: int | None = None) -> Table:
        """Return a row an outlay and owner.

        Args:
            owners: Those shown; none shows all.
            most: End with the outlay whose rows reach this number.
        """
        rows: list[tuple[object, ...]] = []
        notes: tuple[str, ...] = ()
        for place, outlay in enumerate(self.outlays):
            if most is not None and len(rows) >= most:
                shown = f"the first {place:,} of {len(self.outlays):,} outlays"
                notes = (f"{shown}; --every shows all, of all owners",)
                break
            rows += [
                (
                    outlay.date,
                    outlay.flow,
                    outlay.purpose,
                    share.owner,
                    outlay.amount,
                    share.least,
                    share.most,
                    *(share.rules[rule] for rule in COLUMNS),
                )
                for share in outlay.owners
                if not owners or share.owner in owners
            ]
        return listing(
            title=f"Whose money {', '.join(self.accounts)} paid with, to {self.at}",
            heads=(
                Heading("date"),
                Heading("flow"),
                Heading("purpose"),
                Heading("owner"),
                *(
                    Heading(name, unit=self.unit)
                    for name in ("amount", "least", "most", *COLUMNS)
                ),
            ),
            rows=tuple(rows),
            notes=notes,
        )

    @wide()
    def purposes_frame(self) -> Table:
        """Return a row a purpose."""
        return listing(
            title=f"How much of it was money of {self.whose}, by purpose",
            heads=(
                Heading("purpose"),
                *(Heading(n, unit=self.unit) for n in ("amount", "least", "most")),
                Heading("share"),
                *(Heading(rule, unit=self.unit) for rule in COLUMNS),
            ),
            rows=tuple(
                (
                    p.purpose,
                    p.amount,
                    p.least,
                    p.most,
                    _share(p),
                    *(p.rules[rule] for rule in COLUMNS),
                )
                for p in self.by_purpose
            ),
            notes=tuple(self._notes()),
        )

    @property
    def moved(self) -> tuple[Flow, ...]:
        """Return the flows that moved what is traced."""
        names = [one.flow for one in self.deposits]
        names += [one.flow for one in self.outlays]
        return tuple(self.case.by_id[name] for name in dict.fromkeys(names))

    def _notes(self) -> Iterator[str]:
        undated = sum(one.earliest is not None for one in self.moved)
        if undated:
            yield (
                f"{undated} of {count(len(self.moved), 'flow')} traced stand on a day"
                " that no source gives: on other days the bounds can be otherwise."
            )
        if self.untraced:
            yield (
                f"{self.untraced:,.2f} {self.unit} of what the books show here is"
                f" untraced ({', '.join(self.counts)}): left there by the books,"
                " and not found. Earlier balances may have been lower than the books"
                " say."
            )
        points = [outlay for outlay in self.outlays if outlay.point]
        if points:
            yield (
                f"In {len(points)} of {count(len(self.outlays), 'outlay')} the interval"
                " is a point: the choice of rule cannot matter there, of rules that"
                " keep the order of movements."
            )
        yield (
            "least and most are the interval of rules that keep the order of movements;"
            f" {EX_POST} does not, and may lie outside."
        )
        yield (
            "The bounds of a purpose hold for its outlays together; those of several"
            " purposes do not add."
        )
        for purpose in self.by_purpose:
            for said in purpose.testimony:
                verdict = "within" if said.inside else "NOT within"
                sized = ", ".join(said.sized)
                made = (
                    f" (by construction: the amount of {sized} was worked out from it)"
                    if sized
                    else ""
                )
                yield (
                    f"{purpose.purpose}, {said.flow}: {said.source} has"
                    f" {said.amount:,.0f} {self.unit}, {verdict} what the books"
                    f" allow: {said.least:,.0f} to {said.most:,.0f}{made}."
                )


def _share(purpose: Purpose) -> str:
    """Say what share of a purpose's amount was the owners', as an interval."""
    if not purpose.amount:
        return ""
    least = percent(purpose.least / purpose.amount)
    most = percent(purpose.most / purpose.amount)
    return least if purpose.least == purpose.most else f"{least} to {most}"


def purposes(
    case: Case,
    steps: Sequence[Step],
    orders: Sequence[Sequence[Side]],
    mine: NDArray[np.bool_],
    commodity: str,
    scale: int,
) -> tuple[Purpose, ...]:
    """Return totals by purpose, the largest first.

    Bounds of several outlays do not add: money spent once is gone. Most of an
    owner's money goes to a purpose if its outlays spend all of it they can and all
    others spare it. Nothing is lost by spending early, since a unit kept is worth
    at most a unit later; so taking it in turn gives the bound itself.

    Args:
        case: The case.
        steps: What flows did to the pool, deposits of a day first.
        orders: What the owners' side of it was, in each order they may have had.
        mine: Whose money, by the owners' codes.
        commodity: What is traced.
        scale: Decimal places of the units.
    """
    flows: dict[str, list[Step]] = defaultdict(list)
    for step in steps:
        if step.units < 0:
            flows[step.flow.purpose or UNSTATED].append(step)

    def number(units: int) -> Decimal:
        return Decimal(units).scaleb(-scale)

    found = []
    for name, outlays in flows.items():
        chosen = frozenset(step.flow.id for step in outlays)
        ends = _ends(orders, chosen)
        said = [_testimony(case, step, orders, commodity, scale) for step in outlays]
        found.append(
            Purpose(
                name,
                number(-sum(step.units for step in outlays)),
                number(min(least for least, _ in ends)),
                number(max(most for _, most in ends)),
                {
                    rule: number(sum(step.rules[rule].sum_of(mine) for step in outlays))
                    for rule in COLUMNS
                },
                tuple(item for item in said if item is not None),
                spendings(orders, chosen, ends, scale) if mine.any() else (),
            )
        )
    return tuple(sorted(found, key=lambda item: (-item.amount, item.purpose)))


def _ends(
    orders: Sequence[Sequence[Side]], chosen: frozenset[str]
) -> list[tuple[int, int]]:
    """Return the bounds of chosen outlays in each order they may have had."""
    first = together(orders[0], chosen)
    return [
        first if sides is orders[0] else together(sides, chosen) for sides in orders
    ]


def _testimony(
    case: Case,
    step: Step,
    orders: Sequence[Sequence[Side]],
    commodity: str,
    scale: int,
) -> Testimony | None:
    """Return what the flow's `traced:` says: an amount, or a share of the outlay."""
    flow = step.flow
    written = flow.notes.get(TRACED)
    if written is None:
        return None
    least, most = zip(*_ends(orders, frozenset([flow.id])), strict=True)
    found = re.fullmatch(r"([\d,]*\.?\d+)(?:\s+(\S+))?", written.strip())
    if found is None or found[2] not in {None, commodity}:
        raise ValueError(
            f"{flow.id} ({flow.place.file}:{flow.place.line}): `{TRACED}:` should be an"
            f" amount of {commodity} or a share from 0 to 1, not {written}"
        )
    number = Decimal(found[1].replace(",", ""))
    if found[2] is None:
        number *= Decimal(-step.units).scaleb(-scale)
    source = flow.notes.get(TRACED_BY) or flow.amount_from or ""
    title = case.sources[source].title if source in case.sources else source
    return Testimony(
        flow.id,
        title,
        source,
        number,
        Decimal(min(least)).scaleb(-scale),
        Decimal(max(most)).scaleb(-scale),
        tuple(one.id for one in case.selected if flow.id in one.sized_by),
    )
