"""What the lines of a statement of affairs are made of: accounts, debts, debtors."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.recover.estate import ENDS
from solvency.analysis.recover.estate import estate
from solvency.analysis.recover.payments import Payment
from solvency.analysis.recover.payments import payers
from solvency.analysis.recover.recover import GROUP
from solvency.analysis.recover.recover import SHARING
from solvency.exhibits.balance.found import as_found
from solvency.exhibits.recover.proceeds import fetched
from solvency.exhibits.workings import grounded
from solvency.exhibits.workings import moved
from solvency.exhibits.workings import of_accounts
from solvency.exhibits.workings import of_balance
from solvency.exhibits.workings import of_flows
from solvency.exhibits.workings import settled
from solvency.exhibits.workings import told
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.first_names import after

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.analysis.recover.estate import Item
    from solvency.analysis.recover.recover import Class
    from solvency.analysis.recover.recover import Recovery
    from solvency.exhibits.recover.payments import Paying
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell

_ZERO = Decimal()
#: Claims that lack no more than this, and no more than its part, are paid in full.
_CENT, _FULL = Decimal("0.01"), Decimal("0.99999")
_NONE = Payment(_ZERO, _ZERO)
#: Lines that something else bounds: debts what is pledged, what is covered debts.
_BOUND = {"secured", "surplus", "unsecured", "deficiency"}


def share_paid(paid: Decimal, claims: Decimal) -> Decimal | None:
    """Return what share of claims is paid; all where a cent of rounding is lacking."""
    if not claims:
        return None
    share = paid / claims
    return Decimal(1) if claims - _CENT <= paid and _FULL <= share < 1 else share


def members_of(setting: Setting, way: str, estate_name: str) -> tuple[str, ...]:
    """Return the entities of an estate, in one way of taking them together."""
    if way == "Each entity alone":
        return (estate_name,)
    if way == "Each silo as one":
        return tuple(
            name
            for name in setting.inside
            if (setting.case.entities[name].silo or name) == estate_name
        )
    return setting.inside


def called(setting: Setting, one: Class) -> Prose:
    """Name a class: its estate and its rank."""
    who = setting.text("The group") if one.entity == GROUP else one.entity
    return (Said(who), ": ", setting.text(one.rank))


def owed(
    found: Recovery,
    debtors: Collection[str],
    ranks: Collection[str],
    creditor: str = "",
) -> dict[str, Decimal]:
    """Return what an estate owes others, by account.

    Args:
        found: What each gets back.
        debtors: The entities of the estate.
        ranks: The ranks of the debts.
        creditor: Whose claims; all but the estate's own where empty.
    """
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for debt in found.debts:
        theirs = debt.creditor == creditor if creditor else debt.creditor not in debtors
        if debt.debtor in debtors and debt.rank in ranks and theirs:
            sums[debt.account] += debt.value
    return dict(sums)


def at_end(cells: tuple[Cell, ...], end: str) -> Figure:
    """Return a line's figure at one end of the estimates, after that at book."""
    found = cells[1 + ENDS.index(end)]
    assert isinstance(found, Figure)  # noqa: S101 (a line has a figure at each end)
    return found


class Resting:
    """Says what each line of one entity's statement of affairs is made of."""

    def __init__(
        self, setting: Setting, found: Recovery, entity: str, paying: Paying
    ) -> None:
        """Read what the entity held and what others owed it."""
        self._setting = setting
        self._paying = paying
        self._found = found
        self._entity = entity
        self._items: dict[str, list[Item]] = defaultdict(list)
        self._sold: dict[str, Decimal] = defaultdict(Decimal)
        for item in estate(setting.book, found.at).items([entity]):
            self._items[item.kind].append(item)
            if not item.untraced:
                self._sold[item.commodity] += item.units

    def _held(self, kinds: Iterable[str], end: str) -> dict[str, Decimal]:
        sums: dict[str, Decimal] = defaultdict(Decimal)
        for items in self._items.values():
            for item in items:
                if item.base in kinds:
                    sums[item.account.name] += getattr(item.worth, end)
        return sums

    def assets(self, kind: str, key: str, end: str, total: Decimal) -> Prose:
        """Return what a line of assets is made of, at one end of the estimate.

        Args:
            kind: Which line.
            key: What the keys of its figures begin with.
            end: low, central or high.
            total: What the line comes to.
        """
        if kind != "claims on others":
            items, day = self._items[kind], self._found.at
            spot = f"{key}:{end}"
            return fetched(self._setting, spot, items, self._sold, end, day)
        return self._claimed(key, end, total)

    def _claimed(self, key: str, end: str, total: Decimal) -> Prose:
        """Return what each debtor pays, at one end first and beside it the others."""
        setting, name = self._setting, self._entity
        by_end = {one: payers(self._found.ways["alone", one], name) for one in ENDS}
        pieces: list[Piece] = []
        for debtor, one in by_end[end].items():
            spot = f"{key}:{end}:by:{debtor}"
            ends = {
                x: setting.money(
                    f"{spot}:{x}", by_end[x].get(debtor, _NONE).paid, formula=x
                )
                for x in ENDS
                if x != end
            }
            pieces += setting.say(
                "; %(debtor)s %(paid)s of %(owed)s"
                if pieces
                else "%(debtor)s %(paid)s of %(owed)s",
                debtor=Said(debtor),
                paid=self._paid(spot, debtor, end, one.paid),
                owed=setting.money(
                    f"{key}:{end}:of:{debtor}",
                    one.owed,
                    formula="claims in full",
                    target=self._claims(debtor),
                ),
            )
            pieces.append(setting.text(" ("))
            for n, (x, figure) in enumerate(ends.items()):
                pieces += [setting.text(", ")] if n else []
                pieces += [setting.text(x), " ", figure]
            pieces.append(setting.text(")"))
        rest = total - sum((one.paid for one in by_end[end].values()), _ZERO)
        if abs(rest) >= 1:
            pieces += setting.say(
                "; shares in others, %(rest)s",
                rest=setting.money(f"{key}:{end}:rest", rest, formula="rest"),
            )
        return setting.say(
            "what debtors pay in clearing, of claims in full: %(claims)s",
            claims=tuple(pieces),
        )

    def _paid(self, key: str, debtor: str, end: str, value: Decimal) -> Figure:
        """Return what a debtor pays, with a link to how much it can."""
        clearing = self._found.ways["alone", end]
        ranks = {
            one.rank
            for one in clearing.paid
            if (one.debt.debtor, one.debt.creditor) == (debtor, self._entity)
        }
        target = ""
        if debtor in clearing.nodes and len(ranks) == 1:
            way = "Each entity alone"
            target = self._paying.rate(way, end, debtor, *ranks).target
        return self._setting.money(key, value, formula="amount paid", target=target)

    def moved(self, name: str, value: Decimal | None, end: str) -> dict[str, Any]:
        """Return the flows that made a line, for its figure, the largest first.

        Args:
            name: Which line.
            value: What it comes to; a flow's amount is told where they sum to it.
            end: low, central or high: which estimate is told.
        """
        if name == "claims on others":
            return self._lent(value or _ZERO, end)
        kinds = ["pledged", "held for customers"] if name == "secured" else [name]
        accounts = {item.account.name for kind in kinds for item in self._items[kind]}
        if name == "surplus":
            items = [item for some in self._items.values() for item in some]
            accounts = {item.account.name for item in items if any(item.worth)}
        if name in {"unsecured", "deficiency"}:
            accounts = set(owed(self._found, (self._entity,), SHARING))
        if name == "priority":
            accounts = set(owed(self._found, (self._entity,), {"priority"}))
        day = self._found.at
        rest = of_balance(self._setting, sorted(accounts), day, value or _ZERO)
        found = as_found(self._setting, rest, accounts, day)
        if name not in _BOUND:
            return found
        # It may come to what these flows sum to only because a bound does not bind.
        return grounded(found, settled(self._setting))

    def _lent(self, value: Decimal, end: str) -> dict[str, Any]:
        """Return the flows that made claims, each for as much of it as is paid."""
        setting, day = self._setting, self._found.at
        by_debtor: dict[str, list[str]] = defaultdict(list)
        for one in setting.case.accounts.values():
            if one.entity == self._entity and one.root == "Assets" and one.is_claim:
                by_debtor[one.counterparty or ""].append(one.name)
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        paid = payers(self._found.ways["alone", end], self._entity)
        for debtor, accounts in by_debtor.items():
            one_ = paid.get(debtor, _NONE)
            share = one_.paid / one_.owed if one_.owed else _ZERO
            for flow, amount in moved(setting, accounts, day).items():
                amounts[flow] += amount * share
        found = told(of_flows(setting, amounts), value)
        # What debtors pay rests on all that they in turn are paid.
        return {
            **found,
            "flows": after(found["flows"], setting.moved),
            "sources": setting.counted,
        }

    def _claims(self, debtor: str) -> str:
        """Return the register of what a debtor owes, on a side that is printed."""
        for name in sorted(self._setting.registered):
            account = self._setting.case.accounts[name]
            pair = (account.entity, account.counterparty)
            if pair in {(debtor, self._entity), (self._entity, debtor)}:
                return self._setting.register(name)
        return ""

    def part(
        self, name: str, key: str, end: str, above: Mapping[str, tuple[Cell, ...]]
    ) -> Prose:
        """Return what a line below the assets is worked out from.

        Args:
            name: Which.
            key: What the keys of its figures begin with.
            end: Which estimate is told.
            above: The cells of the lines above it.
        """
        setting, found = self._setting, self._found
        if name == "secured":
            held = self._held(["pledged", "held for customers"], end)
            return setting.say(
                "as far as debts remain, of %(accounts)s",
                accounts=of_accounts(setting, f"{key}:{end}", held),
            )
        if name == "surplus":
            return setting.say(
                "total assets, %(total)s, less the secured, %(secured)s",
                total=at_end(above["total"], end),
                secured=at_end(above["secured"], end),
            )
        if name == "deficiency":
            return setting.say(
                "%(one)s less %(other)s",
                one=at_end(above["unsecured"], end),
                other=at_end(above["surplus"], end),
            )
        ranks = {"priority"} if name == "priority" else SHARING
        debts = owed(found, (self._entity,), ranks)
        accounts = of_accounts(setting, f"{key}:{end}", debts)
        if name == "priority":
            return accounts
        return setting.say("what is not covered of %(accounts)s", accounts=accounts)
