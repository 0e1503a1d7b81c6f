"""Who gets what back on a day: statements of affairs, clearing, classes.

Three ways of taking the estates are set side by side: each entity alone, by silo, and
all as one (substantive consolidation), with who gains and who loses by each.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

from solvency.analysis.recover.affairs import Affairs
from solvency.analysis.recover.affairs import affairs
from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.estate import ZERO
from solvency.analysis.recover.estate import Ends
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.noted import noted
from solvency.analysis.recover.stated_debts import at_shares
from solvency.analysis.recover.waterfall import CENT
from solvency.analysis.recover.waterfall import Waterfall
from solvency.analysis.recover.waterfall import waterfall
from solvency.ledger.ranks import RANKS
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping

    from solvency.analysis.recover.debts import Debt
    from solvency.analysis.recover.estate import Estate
    from solvency.ledger.case import Case
    from solvency.model.book import Book

#: The name of the estate of all members taken as one.
GROUP = "group"
#: The line of what an entity is owed for collateral it gave for debts of others.
RECOURSE = "recourse for debts of others"
#: Ranks that share what is left to the unsecured in a statement of affairs.
SHARING = frozenset({"secured", "customer", "unsecured"})
#: Every debt counts as the books have it.
NOTHING_OTHER: Mapping[str, Decimal] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the assets of a statement of affairs."""

    kind: str
    book: Decimal
    worth: Ends


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement of affairs of one entity, at each end of the estimates."""

    entity: str
    lines: tuple[Line, ...]
    #: Claims that come after the unsecured.
    subordinated: Decimal
    low: Affairs
    central: Affairs
    high: Affairs


@dataclass(frozen=True, slots=True)
class Class:
    """Creditors of one rank against one estate, and what they are paid."""

    entity: str
    rank: str
    claims: Decimal
    paid: Decimal
    low: Decimal
    high: Decimal

    @property
    @wide()
    def rate(self) -> Decimal:
        """Return the share that is paid."""
        return self.paid / self.claims if self.claims else Decimal(1)


@dataclass(frozen=True, slots=True)
class Gain:
    """What one outside creditor is paid under each way of taking the estates."""

    creditor: str
    entity: str
    rank: str
    claim: Decimal
    alone: Decimal
    by_silo: Decimal
    consolidated: Decimal

    @property
    @wide()
    def gain(self) -> Decimal:
        """Return what consolidation adds; negative where it takes."""
        return self.consolidated - self.alone


class _Ways(dict[tuple[str, str], Waterfall]):
    """Clearings by way of taking the estates and estimate, each made when asked for."""

    def __init__(self, found: Estate, costs: tuple[float, float]) -> None:
        super().__init__()
        self._found = found
        self._costs = costs
        case = found.book.case
        members = case.members
        self._estates: dict[str, dict[str, str]] = {
            "alone": {name: name for name in members},
            "silo": {name: case.entities[name].silo or name for name in members},
            "group": dict.fromkeys(members, GROUP),
        }

    def __missing__(self, key: tuple[str, str]) -> Waterfall:
        way, end = key
        alpha, beta = self._costs
        made = waterfall(
            self._found, self._estates[way], end=end, alpha=alpha, beta=beta
        )
        self[key] = made
        return made


@dataclass(frozen=True)
class Recovery:
    """Who gets what back on a day."""

    case: Case
    at: datetime.date
    found: Estate
    #: Clearings by way of taking the estates (alone, silo, group) and estimate.
    ways: Mapping[tuple[str, str], Waterfall]
    #: Shares that estates in default realise: of their own assets, of what comes in.
    costs: tuple[float, float] = (1.0, 1.0)

    @property
    def debts(self) -> tuple[Debt, ...]:
        """Return the debts that were cleared."""
        return self.found.debts

    @property
    def alone(self) -> Waterfall:
        """Return the clearing of entities alone, central estimate."""
        return self.ways["alone", "central"]

    @cached_property
    @wide()
    def statements(self) -> tuple[Statement, ...]:
        """Return the statement of affairs of each member."""
        by_end = {end: self.ways["alone", end] for end in ENDS}
        return tuple(_statement(self.found, name, by_end) for name in self.case.members)

    @cached_property
    @wide()
    def classes(self) -> tuple[Class, ...]:
        """Return classes of claims, each entity alone."""
        return _classes(self.ways, "alone")

    @cached_property
    @wide()
    def silos(self) -> tuple[Class, ...]:
        """Return classes of claims, by silo."""
        return _classes(self.ways, "silo")

    @cached_property
    @wide()
    def consolidated(self) -> tuple[Class, ...]:
        """Return classes of claims, all taken as one."""
        return _classes(self.ways, "group")

    @cached_property
    @wide()
    def gains(self) -> tuple[Gain, ...]:
        """Return what each outside creditor is paid each way."""
        return _gains(self.ways, frozenset(self.case.members))

    @cached_property
    @wide()
    def notes(self) -> tuple[str, ...]:
        """Return what is to be said beside."""
        return (*self.found.notes, *noted(self.found, self.alone))

    @wide()
    def rate(self, entity: str, rank: str) -> Decimal | None:
        """Return what share a class is paid, entities alone; None if there is none."""
        return self._rates.get((entity, rank))

    @cached_property
    def _rates(self) -> dict[tuple[str, str], Decimal]:
        return {(one.entity, one.rank): one.rate for one in self.classes}


@wide()
def recover(
    book: Book,
    at: datetime.date | None = None,
    *,
    alpha: float = 1.0,
    beta: float = 1.0,
    unpaid: frozenset[str] = frozenset(),
    repaid: frozenset[str] = frozenset(),
    owed: Mapping[str, Decimal] = NOTHING_OTHER,
    at_once: bool = True,
) -> Recovery:
    """Say who gets what back on a day.

    Args:
        book: The Book.
        at: The day; default the case's reporting date.
        alpha: Share of its own assets an estate in default realises.
        beta: Share of what others pay it that it realises.
        unpaid: Debtors outside the group that pay nothing at any estimate.
        repaid: Debtors outside the group that pay all they owe at any estimate.
        owed: By account, the share at which its debts count; those of others in full.
        at_once: Clear in each way and at each estimate now; else what is asked
            for, and then the error of a clearing is raised by whoever asks.

    Raises:
        ValueError: A claim no clearing can take, naming the flow; or a cost outside
            its range.
    """
    case = book.case
    at = at or case.reporting_date
    found = estate(book, at)
    debts = tuple(at_shares(found.debts, owed))
    found = replace(found, unpaid=unpaid, repaid=repaid, debts=debts)
    ways = _Ways(found, (alpha, beta))
    if at_once:
        for way in ("alone", "silo", "group"):
            for end in ENDS:
                _ = ways[way, end]
    return Recovery(case, at, found, ways, (alpha, beta))


def _statement(found: Estate, name: str, by_end: Mapping[str, Waterfall]) -> Statement:
    items = found.items([name])
    owed = found.by_debtor.get(name, [])
    pledges: dict[tuple[str, str], Ends] = {}
    groups = dict.fromkeys(
        ("pledged", "held for customers", "free"), (ZERO, Ends.all(ZERO))
    )
    # What each is held for, whether or not it was found.
    bases = dict.fromkeys(groups, Ends.all(ZERO))
    for item in items:
        account = item.account
        if account.pledged_to is not None:
            key = (account.pledged_for or name, account.pledged_to)
            pledges[key] = pledges.get(key, Ends.all(ZERO)).plus(item.worth)
        cost, worth = groups.get(item.kind, (ZERO, Ends.all(ZERO)))
        groups[item.kind] = (cost + item.book, worth.plus(item.worth))
        bases[item.base] = bases[item.base].plus(item.worth)
    held = [sum((i.worth[at] for i in items), ZERO) for at in range(len(ENDS))]
    estates = by_end["central"].estates
    own = frozenset(one for one, at in estates.items() if at == estates[name])
    face = found.claimed(name, own)
    recourse = Ends(*(by_end[end].recourse.get(name, ZERO) for end in ENDS))
    receipts = [by_end[end].received(name) for end in ENDS]
    # What debtors without books pay stands among the node's assets.
    direct = [by_end[end].assets[name] - held[at] for at, end in enumerate(ENDS)]
    claims = Ends(
        *(
            max(ZERO, (r + d - taken).quantize(CENT))
            for r, d, taken in zip(receipts, direct, recourse, strict=True)
        )
    )
    lines = [Line(kind, *group) for kind, group in groups.items()]
    lines.append(Line("claims on others", face, claims))
    if any(recourse):
        # It is no claim until the collateral has paid, so no book has it.
        lines.append(Line(RECOURSE, ZERO, recourse))
    ends = []
    for at in range(len(ENDS)):
        secured = [
            (worth[at], _between(found, debtor, creditor))
            for (debtor, creditor), worth in pledges.items()
        ]
        customers = _sum(owed, {"customer"})
        custody = bases["held for customers"][at]
        if custody and customers:
            secured.append((custody, customers))
            custody = ZERO
        inside = sum((_between(found, d, c) for (d, c) in pledges if d == name), ZERO)
        rest = _sum(owed, SHARING) - inside
        rest -= customers if bases["held for customers"][at] else ZERO
        free = bases["free"][at] + claims[at] + recourse[at] + custody
        ends.append(
            affairs(max(free, ZERO), secured, _sum(owed, {"priority"}), max(rest, ZERO))
        )
    return Statement(name, tuple(lines), _sum(owed, {"subordinated", "equity"}), *ends)


def _between(found: Estate, debtor: str, creditor: str) -> Decimal:
    return sum(
        (
            debt.value
            for debt in found.by_debtor.get(debtor, ())
            if debt.creditor == creditor and debt.rank != "customer"
        ),
        ZERO,
    )


def _sum(debts: list[Debt], ranks: frozenset[str] | set[str]) -> Decimal:
    return sum((debt.value for debt in debts if debt.rank in ranks), ZERO)


def _classes(
    results: Mapping[tuple[str, str], Waterfall], way: str
) -> tuple[Class, ...]:
    """Return claims and payments by estate and rank."""
    sums: dict[tuple[str, str], list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for at, end in enumerate(ENDS):
        found = results[way, end]
        for item in found.paid:
            debt = item.debt
            where = found.estates.get(debt.debtor)
            if where is None or where == found.estates.get(debt.creditor):
                continue
            row = sums[where, debt.rank]
            row[at + 1] += item.paid
            if end == "central":
                row[0] += debt.value
    ordered = sorted(
        sums.items(), key=lambda item: (item[0][0], RANKS.index(item[0][1]))
    )
    return tuple(
        Class(*key, claims=row[0], paid=row[2], low=row[1], high=row[3])
        for key, row in ordered
        if row[0]
    )


def _gains(
    results: Mapping[tuple[str, str], Waterfall], members: frozenset[str]
) -> tuple[Gain, ...]:
    """Return what each outside creditor is paid each way, central estimate."""
    sums: dict[tuple[str, str, str], list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    for at, way in enumerate(("alone", "silo", "group")):
        for item in results[way, "central"].paid:
            debt = item.debt
            if debt.debtor not in members or debt.creditor in members:
                continue
            row = sums[debt.creditor, debt.debtor, debt.rank]
            row[at + 1] += item.paid
            if way == "alone":
                row[0] += debt.value
    return tuple(Gain(*key, *row) for key, row in sorted(sums.items()) if row[0])
