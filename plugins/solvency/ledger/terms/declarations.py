"""What a ledger declares: entities, accounts, sources, hypotheses and the rest.

Declarations may stand anywhere in the case and in any order; they are all read
before the first flow is looked at.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Account
from solvency.ledger.case import Commodity
from solvency.ledger.case import Event
from solvency.ledger.case import Measure
from solvency.ledger.case import Price
from solvency.ledger.case import Uncertainty
from solvency.ledger.ranks import RANKS
from solvency.ledger.terms.directives import read_custom
from solvency.ledger.terms.metadata import Metadata
from solvency.ledger.terms.metadata import place

if TYPE_CHECKING:
    import datetime
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.ledger.case import Entity
    from solvency.ledger.case import Hypothesis
    from solvency.ledger.case import Invariant
    from solvency.ledger.case import Money
    from solvency.ledger.case import Observation
    from solvency.ledger.case import Scenario
    from solvency.ledger.case import Source
    from solvency.ledger.errors import Errors
    from solvency.ledger.subledger import Subledger
    from solvency.ledger.terms.renames import Rename


class Declarations:
    """Collects what directives other than transactions declare."""

    def __init__(
        self, errors: Errors, options: Mapping[str, Any] | None = None
    ) -> None:
        self.errors = errors
        #: What the ledger calls each root: `option "name_assets"` and its like.
        self.roots = {
            root: str((options or {}).get(f"name_{root.lower()}") or root)
            for root in words.ROOTS
        }
        self._kinds = {name: root for root, name in self.roots.items()}
        self.entities: dict[str, Entity] = {}
        self.accounts: dict[str, Account] = {}
        self.commodities: dict[str, Commodity] = {}
        self.sources: dict[str, Source] = {}
        self.hypotheses: dict[str, Hypothesis] = {}
        self.scenarios: dict[str, Scenario] = {}
        self.observations: list[Observation] = []
        self.invariants: list[Invariant] = []
        self.prices: list[Price] = []
        self.events: list[Event] = []
        self.spreads: dict[str, Decimal] = {}
        self.uncertainty = Uncertainty()
        self.titles: dict[str, str] = {}
        self.measures: list[tuple[str, str, Measure]] = []
        #: Entities that join or leave the group, as written.
        self.memberships: list[tuple[str, datetime.date, bool, data.Directive]] = []
        self.renames: list[Rename] = []
        self.subledgers: list[Subledger] = []
        #: The case's first file.
        self.top = str((options or {}).get("filename") or "")
        #: By entity: the account, and the most that may go there.
        self.roundings: dict[str, tuple[str, Money]] = {}
        #: The directive behind each name, for errors found only at the end.
        self.written: dict[tuple[str, str], data.Directive] = {}

    def read(self, entry: data.Directive) -> None:
        """Take in one directive that is no transaction."""
        if isinstance(entry, data.Price):
            self._price(entry)
        elif isinstance(entry, data.Open):
            self._open(entry)
        elif isinstance(entry, data.Close):
            account = self.accounts.get(entry.account)
            if account is not None:
                self.accounts[entry.account] = replace(account, closed=entry.date)
        elif isinstance(entry, data.Custom):
            read_custom(self, entry)
        elif isinstance(entry, data.Commodity):
            self._commodity(entry)
        elif isinstance(entry, data.Event):
            notes = Metadata(entry, self.errors, "event").rest()
            self.events.append(Event(entry.date, entry.type, entry.description, notes))
        elif isinstance(entry, data.Pad):
            self.errors.add(
                "pad",
                entry,
                "`pad` invents a flow nobody attests",
                "Write the flow with its source, or as a plug"
                ' (basis: "plug"), which every report lists first',
            )

    def root(self, account: str) -> str:
        """Return the kind of an account, whatever the ledger calls its root."""
        name = account.partition(":")[0]
        return self._kinds.get(name, name)

    def name(self, kind: str, name: str, entry: data.Directive) -> bool:
        """Take a name for a directive; False, and an error, if it is taken."""
        first = self.written.get((kind, name))
        if first is None:
            self.written[kind, name] = entry
            return True
        at = place(first)
        self.errors.add(
            "duplicate",
            entry,
            f"the {kind} {name} is declared already at {at.file}:{at.line}",
            "Remove one, or rename it",
        )
        return False

    def _price(self, entry: data.Price) -> None:
        number = entry.amount.number
        if number is None:
            return
        if number < 0:
            self.errors.add(
                "price",
                entry,
                f"the price of {entry.currency} is below zero",
                "Write what it fetched: zero or more",
            )
            return
        self.prices.append(
            Price(
                entry.date,
                entry.currency,
                number,
                entry.amount.currency,
                place(entry),
                Metadata(entry, self.errors, "price").text("source"),
                # What beancount.plugins.implicit_prices says of what it made.
                traded="__implicit_prices__" in (entry.meta or {}),
            )
        )

    def _open(self, entry: data.Open) -> None:
        if entry.account in self.accounts:
            return  # beancount reports it
        meta = Metadata(entry, self.errors, "account")
        named, _, rest = entry.account.partition(":")
        account = Account(
            name=entry.account,
            root=self._kinds.get(named, named),
            entity=rest.partition(":")[0],
            opened=entry.date,
            place=place(entry),
            currencies=frozenset(entry.currencies) if entry.currencies else None,
            counterparty=meta.text("counterparty"),
            intercompany=meta.flag("intercompany"),
            pair=meta.text("pair"),
            term=meta.choice("term", words.TERMS),
            rank=meta.choice("rank", RANKS),
            custody=meta.flag("custody"),
            liquidity=meta.choice("liquidity", words.LIQUIDITIES),
            pledged_to=meta.text("pledged-to"),
            pledged_for=meta.text("for"),
            stake_in=meta.text("stake-in"),
            set_off=meta.text("set-off"),
            limit=meta.money("limit"),
            recovery=meta.number("recovery", "0"),
            recovery_low=meta.number("recovery-low", "0"),
            recovery_high=meta.number("recovery-high", "0"),
            recovery_basis=meta.choice("recovery-basis", words.RECOVERY_BASES),
            untraced=_untraced(meta),
            notes=meta.rest(),
        )
        self.accounts[entry.account] = account
        self.written["account", entry.account] = entry

    def _commodity(self, entry: data.Commodity) -> None:
        meta = Metadata(entry, self.errors, "commodity")
        age = meta.number("max-price-age", "0", words.MOST_AGE)
        for kind in ("halving", "float"):
            units = meta.magnitude(kind, entry.currency)
            if units is not None:
                measure = Measure(None, units, place(entry))
                named = kind.replace("halving", "depth")
                self.measure(named, entry.currency, entry, measure)
        self.commodities[entry.currency] = Commodity(
            name=entry.currency,
            title=meta.text("name") or entry.currency,
            place=place(entry),
            issuer=meta.text("issuer"),
            liquidity=meta.choice("liquidity", words.LIQUIDITIES),
            haircut=meta.number("haircut", "0", "1"),
            haircut_low=meta.number("haircut-low", "0", "1"),
            haircut_high=meta.number("haircut-high", "0", "1"),
            max_price_age=words.price_age(entry.currency) if age is None else int(age),
            usual_age_said=age == words.price_age(entry.currency),
            notes=meta.rest(),
        )
        self.written["commodity", entry.currency] = entry

    def with_memberships(self) -> dict[str, Entity]:
        """Return the entities with the days they joined and left, in order."""
        entities = dict(self.entities)
        for name, day, joined, _ in sorted(self.memberships, key=lambda m: m[1]):
            entity = entities.get(name)
            if entity is not None:
                changes = (*entity.changes, (day, joined))
                entities[name] = replace(entity, group=True, changes=changes)
        return entities

    def measure(
        self, kind: str, commodity: str, entry: data.Directive, measure: Measure
    ) -> None:
        """Take in a token's depth or float."""
        if measure.units > 0:
            self.measures.append((kind, commodity, measure))
            return
        self.errors.add(
            kind,
            entry,
            f"a {kind} of {measure.units} {commodity} is not positive",
            "Write the number of units, or take it out",
        )

    def with_measures(self) -> dict[str, Commodity]:
        """Return the commodities with their depths and floats, oldest first."""
        commodities = dict(self.commodities)
        for kind, name, measure in sorted(
            self.measures, key=lambda m: (m[2].since is not None, m[2].since)
        ):
            commodity = commodities.get(name) or Commodity(name, name)
            if kind == "depth":
                commodity = replace(commodity, depths=(*commodity.depths, measure))
            else:
                commodity = replace(commodity, floats=(*commodity.floats, measure))
            commodities[name] = commodity
        return commodities


def _untraced(meta: Metadata) -> tuple[Decimal, ...]:
    """Return the shares of what is untraced that a recovery counts."""
    keys = ("untraced-low", "untraced", "untraced-high")
    stated = [meta.number(key, "0", "1") for key in keys]
    return tuple(
        usual if share is None else share
        for share, usual in zip(stated, words.UNTRACED, strict=True)
    )
