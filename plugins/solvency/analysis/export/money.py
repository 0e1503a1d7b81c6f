"""Entities of FollowTheMoney: who paid whom, who owes whom, and who says so.

The model is that of followthemoney (Payment, Debt, Company, Person, LegalEntity,
Document). A statement says of one value of one entity which source it is from.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.figures.plain import plain
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.model.book import Book

#: Roles of people, and of classes of which no one company is meant.
_PEOPLE = frozenset({"insider"})
_CLASSES = frozenset({"customers", "investor", "lender", "other"})
#: The columns of statements, as followthemoney reads them from CSV.
COLUMNS = (
    *("canonical_id", "entity_id", "prop", "prop_type", "schema", "value", "dataset"),
    *("origin", "lang", "original_value", "external", "first_seen", "last_seen", "id"),
)
#: The types of properties that are not plain strings, by property.
_TYPES = {
    "name": "name",
    "payer": "entity",
    "beneficiary": "entity",
    "debtor": "entity",
    "creditor": "entity",
    "proof": "entity",
    "amount": "number",
    "amountUsd": "number",
    "date": "date",
    "startDate": "date",
    "endDate": "date",
    "publishedAt": "date",
    "sourceUrl": "url",
    "purpose": "text",
    "description": "text",
    "summary": "text",
    "notes": "text",
}


class Entity(NamedTuple):
    """One entity of FollowTheMoney."""

    id: str
    schema: str
    properties: dict[str, list[str]]
    #: The declared sources it is from.
    origins: tuple[str, ...] = ()


class Exported(NamedTuple):
    """The entities of a case."""

    dataset: str
    entities: list[Entity]
    #: Flows that move nothing from one party to another, or name one alone.
    left_out: int
    #: By source, the day from which the world could know it.
    published: dict[str, datetime.date]

    def as_json(self) -> bytes:
        """Return the entities, one a line."""
        lines = [
            json.dumps(
                {
                    "id": one.id,
                    "schema": one.schema,
                    "properties": one.properties,
                    "datasets": [self.dataset],
                },
                ensure_ascii=False,
                sort_keys=True,
            )
            for one in self.entities
        ]
        return ("\n".join(lines) + "\n").encode("utf-8")

    def statements(self) -> list[dict[str, str]]:
        """Return a statement for each value and each source it is from."""
        found = []
        for one in self.entities:
            # Each entity has a statement that says no more than that it is there.
            for prop, values in (("id", [one.id]), *one.properties.items()):
                for value in values:
                    for origin in one.origins or ("",):
                        seen = self.published.get(origin)
                        parts = (self.dataset, one.id, prop, value, origin)
                        found.append(
                            {
                                "canonical_id": one.id,
                                "entity_id": one.id,
                                "prop": prop,
                                "prop_type": "id"
                                if prop == "id"
                                else _TYPES.get(prop, "string"),
                                "schema": one.schema,
                                "value": value,
                                "dataset": self.dataset,
                                "origin": origin,
                                "lang": "",
                                "original_value": "",
                                "external": "f",
                                "first_seen": str(seen or ""),
                                "last_seen": "",
                                "id": _digest(*parts),
                            }
                        )
        return found


def _digest(*parts: str) -> str:
    return hashlib.sha1("\x1f".join(parts).encode(), usedforsecurity=False).hexdigest()


class _Export:
    """Makes the entities of one case."""

    def __init__(self, case: Case, book: Book, dataset: str) -> None:
        self.case = case
        self.book = book
        self.dataset = dataset
        self.found: dict[str, Entity] = {}

    def name(self, kind: str, name: str) -> str:
        """Return the id of a thing of the case."""
        return f"{self.dataset}-{_digest(self.dataset, kind, name)}"

    def add(
        self,
        schema: str,
        key: tuple[str, str],
        values: dict[str, object],
        origins: Iterable[str] = (),
    ) -> str:
        """Add an entity; return its id."""
        place = self.name(*key)
        properties = {}
        for prop, value in values.items():
            several = value if isinstance(value, list | tuple) else [value]
            texts = [str(one) for one in several if one not in {None, ""}]
            if texts:
                properties[prop] = list(dict.fromkeys(texts))
        self.found[place] = Entity(place, schema, properties, tuple(origins))
        return place

    def sources(self) -> None:
        """Add a document for each source."""
        for one in self.case.sources.values():
            self.add(
                "Document",
                ("source", one.name),
                {
                    "fileName": one.name,
                    "title": one.title,
                    "publisher": one.publisher,
                    "publishedAt": one.published_as_known,
                    "sourceUrl": one.url,
                    "notes": f"SHA-256 {one.sha256}" if one.sha256 else "",
                    "summary": f"grade {one.grade}",
                },
                [one.name],
            )

    def party(self, name: str) -> str:
        """Return the id of an entity of the case, or of a payee; add it once."""
        place = self.name("entity", name)
        if place not in self.found:
            one = self.case.entities.get(name)
            role = one.role if one is not None else ""
            schema = "Company"
            if role in _PEOPLE:
                schema = "Person"
            elif one is None or role in _CLASSES:
                schema = "LegalEntity"
            self.add(
                schema,
                ("entity", name),
                {
                    "name": name,
                    "description": one.description if one is not None else "",
                    "classification": role,
                },
            )
        return place

    def payment(self, flow: Flow) -> bool:
        """Add what a flow paid; say whether it names both parties."""
        found = False
        for payer, beneficiary, commodity, amount in _paid(self.case, flow):
            found = True
            sources = [self.case.sources[name] for name in flow.sources]
            self.add(
                "Payment",
                ("payment", f"{flow.id}\x1f{payer}\x1f{beneficiary}\x1f{commodity}"),
                {
                    "payer": self.party(payer),
                    "beneficiary": self.party(beneficiary),
                    "amount": plain(amount),
                    "amountUsd": plain(amount) if commodity == "USD" else "",
                    "currency": commodity,
                    "date": flow.date,
                    "startDate": flow.earliest,
                    "endDate": flow.latest,
                    "purpose": flow.purpose,
                    "description": flow.narration,
                    "summary": ", ".join(
                        part
                        for part in (
                            f"grade {flow.grade}" if flow.grade else "",
                            f"hypothesis {' '.join(sorted(flow.hypotheses))}"
                            if flow.hypotheses
                            else "",
                        )
                        if part
                    ),
                    "recordId": flow.id,
                    "transactionNumber": flow.notes.get("row"),
                    "publisher": [one.publisher for one in sources],
                    "sourceUrl": [one.url for one in sources],
                },
                flow.sources,
            )
        return found

    def debts(self, at: datetime.date) -> None:
        """Add what is owed at the end of a day."""
        owed = defaultdict(list)
        for position, units in self.book.balance(at).items():
            account = self.book.account(position)
            if account.counterparty and account.is_claim:
                mine = account.root == "Liabilities"
                debtor = account.entity if mine else account.counterparty
                creditor = account.counterparty if mine else account.entity
                key = (debtor, creditor, position.commodity)
                owed[key].append((not mine, position.account, abs(units)))
        for (debtor, creditor, commodity), several in sorted(owed.items()):
            # By the debtor's books, where they have it.
            theirs, *_ = min(several)
            amount = sum((one[2] for one in several if one[0] == theirs), Decimal())
            accounts = [one[1] for one in several if one[0] == theirs]
            # What each creditor of a class claims is a debt to that creditor.
            amount -= sum(
                self.claim(debtor, creditor, flow, units, commodity)
                for name in accounts
                for flow, units in self.registered(creditor, name, commodity, at)
            )
            if amount <= 0:
                continue
            flows = [flow for name in accounts for flow in self.book.flows_of(name, at)]
            origins = dict.fromkeys(name for flow in flows for name in flow.sources)
            sources = [self.case.sources[name] for name in origins]
            self.add(
                "Debt",
                ("debt", f"{debtor}\x1f{creditor}\x1f{commodity}"),
                {
                    "debtor": self.party(debtor),
                    "creditor": self.party(creditor),
                    "amount": plain(amount),
                    "currency": commodity,
                    "date": at,
                    "description": f"balance of {', '.join(accounts)}",
                    "recordId": accounts,
                    "publisher": [one.publisher for one in sources],
                    "sourceUrl": [one.url for one in sources],
                },
                origins,
            )

    def registered(
        self, creditor: str, account: str, commodity: str, at: datetime.date
    ) -> Iterator[tuple[Flow, Decimal]]:
        """Yield the claims on an account that a file has row by row, with their size.

        Args:
            creditor: Whose account it is, or who claims; only a class has creditors.
            account: A debt, or the claim where the debtor's books have none.
            commodity: What is owed.
            at: The last day.
        """
        one = self.case.entities.get(creditor)
        if one is not None and one.role not in _CLASSES:
            return
        owed = self.case.accounts[account].root == "Liabilities"
        flows = {flow.id: flow for flow in self.book.flows_of(account, at)}
        for flow in flows.values():
            units = sum(
                (
                    -posting.units if owed else posting.units
                    for posting in flow.postings
                    if (posting.account, posting.commodity) == (account, commodity)
                ),
                Decimal(),
            )
            read = flow.payee not in {None, "", creditor} and "row" in flow.notes
            if units > 0 and read and not _paid(self.case, flow):
                yield flow, units

    def claim(
        self, debtor: str, creditor: str, flow: Flow, units: Decimal, commodity: str
    ) -> Decimal:
        """Add what one creditor of a class claims; return how much."""
        sources = [self.case.sources[name] for name in flow.sources]
        self.add(
            "Debt",
            ("claim", f"{flow.id}\x1f{debtor}\x1f{creditor}\x1f{commodity}"),
            {
                "debtor": self.party(debtor),
                "creditor": self.party(flow.payee or creditor),
                "amount": plain(units),
                "currency": commodity,
                "date": flow.date,
                "description": flow.narration,
                "summary": f"of {creditor}",
                "recordId": [flow.id, *flow.claim, flow.notes["row"]],
                "publisher": [one.publisher for one in sources],
                "sourceUrl": [one.url for one in sources],
            },
            flow.sources,
        )
        return units


def _paid(case: Case, flow: Flow) -> list[tuple[str, str, str, Decimal]]:
    """Return what a flow paid: payer, beneficiary, commodity and how much.

    What an entity has less of it paid, and what it has more of it got; a claim or a
    debt says who was on the other side where no books of theirs do.
    """
    net: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    others = [flow.payee, *(one.entity for one in flow.postings if not one.added)]
    for one in flow.postings:
        account = case.accounts[one.account]
        other = account.counterparty or account.stake_in
        if account.root == "Assets" and other is None:
            net[one.commodity][one.entity] += one.units
        elif other is not None:
            others.append(other)
    found = []
    for commodity, by_entity in net.items():
        paying = {name: -units for name, units in by_entity.items() if units < 0}
        getting = {name: units for name, units in by_entity.items() if units > 0}
        side = next((name for name in others if name and name not in by_entity), "")
        if paying and not getting and side:
            getting = {side: sum(paying.values(), Decimal())}
        elif getting and not paying and side:
            paying = {side: sum(getting.values(), Decimal())}
        if len(paying) == 1:
            (payer,) = paying
            found += [
                (payer, name, commodity, units) for name, units in getting.items()
            ]
        elif len(getting) == 1:
            (name,) = getting
            found += [
                (payer, name, commodity, units) for payer, units in paying.items()
            ]
    return found


@wide()
def exported(case: Case, book: Book, dataset: str) -> Exported:
    """Return a case as entities of FollowTheMoney.

    Args:
        case: The case.
        book: Its postings in the scenario.
        dataset: The name that ids begin with.
    """
    one = _Export(case, book, dataset)
    one.sources()
    for name in case.entities:
        one.party(name)
    left_out = sum(not one.payment(flow) for flow in case.selected)
    one.debts(case.reporting_date)
    return Exported(
        dataset,
        list(one.found.values()),
        left_out,
        {source.name: source.published for source in case.sources.values()},
    )
