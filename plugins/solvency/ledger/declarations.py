"""What a ledger declares: entities, accounts, sources, hypotheses and the rest.

Declarations may stand anywhere in the case and in any order; they are all read
before the first flow is looked at.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data
from beancount.core.amount import Amount

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Account
from solvency.ledger.case import Commodity
from solvency.ledger.case import Entity
from solvency.ledger.case import Event
from solvency.ledger.case import Hypothesis
from solvency.ledger.case import Invariant
from solvency.ledger.case import Measure
from solvency.ledger.case import Money
from solvency.ledger.case import Observation
from solvency.ledger.case import Price
from solvency.ledger.case import Scenario
from solvency.ledger.case import Source
from solvency.ledger.metadata import Metadata
from solvency.ledger.metadata import closest
from solvency.ledger.metadata import place

if TYPE_CHECKING:
    from solvency.ledger.errors import Errors

#: How each custom directive is written, for the error that says so.
_FORMS = {
    "entity": '"Name" "Description"',
    "source": '"name" "Title"',
    "hypothesis": '"name" "What it says"',
    "scenario": '"name" "What it says"',
    "observation": "Assets:Entity:Account 1,000,000 USD",
    "invariant": '"customer-assets" "Entity"',
    "spread": '"C3" 0.15',
    "depth": "20,000,000 TOKEN",
    "float": "130,000,000 TOKEN",
}


class Declarations:
    """Collects what directives other than transactions declare."""

    def __init__(self, errors: Errors) -> None:
        self.errors = errors
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
        self.measures: list[tuple[str, str, Measure]] = []
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
            self._custom(entry)
        elif isinstance(entry, data.Commodity):
            self._commodity(entry)
        elif isinstance(entry, data.Event):
            self.events.append(Event(entry.date, entry.type, entry.description))
        elif isinstance(entry, data.Pad):
            self.errors.add(
                "pad",
                entry,
                "`pad` invents a flow nobody attests",
                "Write the flow with its source, or as a plug"
                ' (basis: "plug"), which every report lists first',
            )

    def _name(self, kind: str, name: str, entry: data.Directive) -> bool:
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
        source = (entry.meta or {}).get("source")
        number = entry.amount.number
        if number is None:
            return
        self.prices.append(
            Price(
                entry.date,
                entry.currency,
                number,
                entry.amount.currency,
                place(entry),
                source if isinstance(source, str) else None,
            )
        )

    def _open(self, entry: data.Open) -> None:
        if entry.account in self.accounts:
            return  # beancount reports it
        meta = Metadata(entry, self.errors, "account")
        root, _, rest = entry.account.partition(":")
        account = Account(
            name=entry.account,
            root=root,
            entity=rest.partition(":")[0],
            opened=entry.date,
            place=place(entry),
            currencies=frozenset(entry.currencies) if entry.currencies else None,
            counterparty=meta.text("counterparty"),
            intercompany=meta.flag("intercompany"),
            term=meta.choice("term", words.TERMS),
            rank=meta.choice("rank", words.RANKS),
            custody=meta.flag("custody"),
            liquidity=meta.choice("liquidity", words.LIQUIDITIES),
            pledged_to=meta.text("pledged-to"),
            pledged_for=meta.text("for"),
            stake_in=meta.text("stake-in"),
            limit=meta.money("limit"),
            recovery=meta.number("recovery", "0"),
            recovery_low=meta.number("recovery-low", "0"),
            recovery_high=meta.number("recovery-high", "0"),
        )
        meta.misspelt()
        self.accounts[entry.account] = account
        self.written["account", entry.account] = entry

    def _commodity(self, entry: data.Commodity) -> None:
        meta = Metadata(entry, self.errors, "commodity")
        age = meta.number("max-price-age", "0")
        for kind in ("halving", "float"):
            units = meta.magnitude(kind, entry.currency)
            if units is not None:
                measure = Measure(None, units, place(entry))
                self._measure(kind.replace("halving", "depth"), entry, measure)
        self.commodities[entry.currency] = Commodity(
            name=entry.currency,
            title=meta.text("name") or entry.currency,
            place=place(entry),
            issuer=meta.text("issuer"),
            liquidity=meta.choice("liquidity", words.LIQUIDITIES),
            max_price_age=words.DEFAULT_PRICE_AGE if age is None else int(age),
        )
        self.written["commodity", entry.currency] = entry
        meta.misspelt()

    def _measure(self, kind: str, entry: data.Directive, measure: Measure) -> None:
        commodity = (
            entry.currency
            if isinstance(entry, data.Commodity)
            else entry.values[0].value.currency  # type: ignore[union-attr]  # checked
        )
        if measure.units <= 0:
            self.errors.add(kind, entry, f"a {kind} of {measure.units} is not positive")
            return
        self.measures.append((kind, commodity, measure))

    def _custom(self, entry: data.Custom) -> None:
        kind = entry.type
        if kind not in words.CUSTOMS:
            meant = closest(kind, words.CUSTOMS)
            if meant is not None:
                self.errors.add(
                    "directive",
                    entry,
                    f'`custom "{kind}"` is no directive of the language',
                    f'If `custom "{meant}"` is meant, write that',
                )
            return
        values = [value.value for value in entry.values or []]
        if not _fits(kind, values):
            self.errors.add(
                "directive",
                entry,
                f"this {kind} is not written as the language has it",
                f'Write: {entry.date} custom "{kind}" {_FORMS[kind]}',
            )
            return
        meta = Metadata(entry, self.errors, kind)
        getattr(self, f"_{kind}")(entry, values, meta)
        if kind != "invariant":
            meta.misspelt()

    def _entity(self, entry: data.Custom, values: list[Any], meta: Metadata) -> None:
        name, description = values
        if self._name("entity", name, entry):
            self.entities[name] = Entity(
                name,
                description,
                place(entry),
                role=meta.choice("role", words.ROLES) or "other",
                group=meta.flag("group"),
                silo=meta.text("silo"),
            )

    def _source(self, entry: data.Custom, values: list[Any], meta: Metadata) -> None:
        name, title = values
        grade = meta.text("grade")
        if grade is None or not words.GRADE.fullmatch(grade):
            self.errors.add(
                "grade",
                entry,
                f"the source {name} has no grade from A1 to F6",
                'Add grade: "C3" (kind A to F, then credibility 1 to 6)',
            )
            grade = "F6"
        if self._name("source", name, entry):
            self.sources[name] = Source(
                name,
                title,
                entry.date,
                grade,
                place(entry),
                **{
                    key: meta.text(key)
                    for key in ("publisher", "url", "mirror", "group", "sha256", "note")
                },
            )

    def _hypothesis(
        self, entry: data.Custom, values: list[Any], meta: Metadata
    ) -> None:
        name, title = values
        prior = meta.number("prior", "0", "1")
        if self._name("hypothesis", name, entry):
            self.hypotheses[name] = Hypothesis(
                name,
                title,
                place(entry),
                prior=Decimal("0.5") if prior is None else prior,
                excludes=frozenset(meta.names("excludes")),
                note=meta.text("note"),
                notes=meta.rest(),
            )

    def _scenario(self, entry: data.Custom, values: list[Any], meta: Metadata) -> None:
        name, title = values
        if self._name("scenario", name, entry):
            self.scenarios[name] = Scenario(
                name,
                title,
                frozenset(meta.names("hypotheses")),
                place(entry),
                default=meta.flag("default"),
                note=meta.text("note"),
            )

    def _observation(
        self, entry: data.Custom, values: list[Any], meta: Metadata
    ) -> None:
        *accounts, amount = values
        if amount.number < 0:
            self.errors.add(
                "observation",
                entry,
                "an observation states a size, and liabilities as positive amounts"
                " owed",
                f"Write {-amount.number:,} {amount.currency}",
            )
            return
        low = meta.magnitude("low", amount.currency)
        high = meta.magnitude("high", amount.currency)
        error = meta.number("error", "0")
        if error is not None:
            low, high = amount.number * (1 - error), amount.number * (1 + error)
        if (low is not None and low > amount.number) or (
            high is not None and high < amount.number
        ):
            self.errors.add(
                "amount-range",
                entry,
                f"the amount {amount.number:,} is outside its low and high",
                "Make low <= amount <= high",
            )
            return
        source = meta.text("source")
        if source is None:
            self.errors.add(
                "observation",
                entry,
                "no source says this",
                'Add source: "NAME", a declared source',
            )
            return
        self.observations.append(
            Observation(
                id=meta.text("id") or _observation_id(entry),
                date=entry.date,
                accounts=tuple(accounts),
                amount=Money(amount.number, amount.currency),
                source=source,
                place=place(entry),
                low=low,
                high=high,
                interval=meta.number("interval", "0", "1"),
                since=meta.date("from"),
                side=meta.choice("side", words.SIDES) or "net",
                mark=meta.money("mark"),
                perimeter=meta.text("perimeter"),
                grade=meta.text("grade"),
                claim=meta.names("claim"),
                locator=meta.text("locator"),
            )
        )
        self.written["observation", self.observations[-1].id] = entry

    def _invariant(self, entry: data.Custom, values: list[Any], meta: Metadata) -> None:
        name, entity = values
        allowed = words.INVARIANTS.get(name)
        if allowed is None:
            self.errors.add(
                "invariant",
                entry,
                f"there is no invariant {name}",
                "Known are " + ", ".join(words.INVARIANTS),
            )
            return
        severity = meta.choice("severity", words.SEVERITIES) or "breach"
        parameters = {}
        for key, value in meta.meta.items():
            if key in {"filename", "lineno"} or key.startswith("__"):
                continue
            if key not in allowed:
                self.errors.add(
                    "invariant",
                    entry,
                    f"`{key}:` is no parameter of {name}",
                    "It takes " + ", ".join(sorted(allowed)),
                )
            elif key != "severity":
                parameters[key] = (
                    Money(value.number, value.currency)
                    if isinstance(value, Amount) and value.number is not None
                    else value
                )
        self.invariants.append(
            Invariant(name, entity, severity, place(entry), parameters)
        )
        self.written["invariant", f"{name} {entity}"] = entry

    def _spread(self, entry: data.Custom, values: list[Any], _: Metadata) -> None:
        grade, spread = values
        if not words.GRADE.fullmatch(grade) or spread < 0:
            self.errors.add(
                "spread",
                entry,
                f"a spread goes with a grade from A1 to F6 and is not negative,"
                f" not {grade} {spread}",
                f'Write: {entry.date} custom "spread" "C3" 0.15',
            )
        elif self._name("spread", grade, entry):
            self.spreads[grade] = spread

    def _depth(self, entry: data.Custom, values: list[Any], meta: Metadata) -> None:
        amount = values[0]
        measure = Measure(
            entry.date,
            amount.number,
            place(entry),
            low=meta.magnitude("low", amount.currency),
            high=meta.magnitude("high", amount.currency),
            source=meta.text("source"),
            basis=meta.choice("basis", words.BASES) or "stated",
        )
        self._measure(entry.type, entry, measure)

    _float = _depth

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


def _fits(kind: str, values: list[Any]) -> bool:
    """Say whether a custom directive has the values its kind takes."""
    if kind == "observation":
        *accounts, amount = values or [None]
        return (
            bool(accounts)
            and all(isinstance(account, str) for account in accounts)
            and isinstance(amount, Amount)
            and amount.number is not None
        )
    if kind in {"depth", "float"}:
        return len(values) == 1 and isinstance(values[0], Amount)
    if kind == "spread":
        return (
            len(values) == 2
            and isinstance(values[0], str)
            and isinstance(values[1], Decimal)
        )
    return len(values) == 2 and all(isinstance(value, str) for value in values)


def _observation_id(entry: data.Custom) -> str:
    """Make a stable name from an observation's date and content."""
    content = "|".join(str(value.value) for value in entry.values)
    content += "|" + str(entry.meta.get("source")) + str(entry.meta.get("from"))
    return f"O-{entry.date:%Y%m%d}-{hashlib.sha256(content.encode()).hexdigest()[:6]}"
