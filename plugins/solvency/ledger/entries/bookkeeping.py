"""A ledger of several companies that is no case: its books alone, as a group's.

Sources and grades are for cases. Where no entity is declared, the companies are those
that `counterparty:` names, all that keep books of their own are one group, and every
transaction is established. What one company alone posts to an account that bears no
company's name, as Expenses:Food, is taken for that company's.
"""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.ledger.case import Entity
from solvency.ledger.entries.flows import FlowReader
from solvency.ledger.entries.postings import UnopenedError
from solvency.ledger.entries.postings import postings_of
from solvency.ledger.errors import CaseError
from solvency.ledger.errors import Errors
from solvency.ledger.reading import Reading
from solvency.ledger.reading import no_case
from solvency.ledger.standalone import companies_of
from solvency.ledger.standalone import declared_claims
from solvency.ledger.standalone import intercompany
from solvency.ledger.standalone import mirrors
from solvency.ledger.standalone import touched

if TYPE_CHECKING:
    from solvency.ledger.case import Posting
    from solvency.ledger.terms.declarations import Declarations


@dataclass
class Books:
    """The books of companies, and what is wrong with them."""

    reading: Reading
    errors: list[Any] = field(default_factory=list)


def has_books(entries: list[data.Directive], options: dict[str, Any]) -> bool:
    """Say whether accounts name companies that owe one another."""
    return bool(companies_of(declared_claims(entries, options, Errors())))


def read_books(entries: list[data.Directive], options: dict[str, Any]) -> Books:
    """Read the books of several companies, adding the legs they lack.

    Raises:
        CaseError: No account says who owes it, so that there are no companies.
    """
    declared = declared_claims(entries, options, Errors())
    companies = companies_of(declared)
    if not companies:
        raise CaseError(". ".join(no_case(options)))
    errors: list[Any] = []
    loaded = {name for name, _ in options.get("plugin") or ()}
    for plugin in (intercompany, mirrors):
        if f"solvency.{plugin.__name__}" not in loaded:
            entries, wrong = plugin(entries, options)
            errors += wrong
    for entry in entries:
        if isinstance(entry, data.Price | data.Commodity):
            declared.read(entry)
    _enter(declared, companies)
    reading = Reading(declared, Errors(), entries=entries)
    reader = FlowReader(declared, Errors(), companies)
    for entry in entries:
        if type(entry) is not data.Transaction:
            continue
        those = touched(entry, companies)
        try:
            postings = postings_of(entry, reader.entity_of) if those else []
        except UnopenedError:
            continue
        if len(those) == 1:
            company = next(iter(those))
            postings = [_owned(posting, company, declared) for posting in postings]
        if postings:
            flow = reader.flow(entry, postings, frozenset(), ())
            reading.flows.append(flow)
    return Books(reading, errors)


def _enter(declared: Declarations, companies: frozenset[str]) -> None:
    """Declare the companies; those that keep books are the group."""
    for account in declared.accounts.values():
        if account.entity in companies:
            entity = Entity(
                account.entity, account.entity, account.place, "company", group=True
            )
            declared.entities.setdefault(account.entity, entity)
    for account in declared.accounts.values():
        for name in (account.counterparty, account.stake_in):
            if name is not None:
                entity = Entity(name, name, account.place)
                declared.entities.setdefault(name, entity)


def _owned(posting: Posting, company: str, declared: Declarations) -> Posting:
    """Return a posting to an account of no company as one of the company's own."""
    if posting.entity == company:
        return posting
    account = declared.accounts[posting.account]
    root, _, rest = account.name.partition(":")
    name = f"{root}:{company}:{rest}"
    declared.accounts.setdefault(name, replace(account, name=name, entity=company))
    return posting._replace(account=name, entity=company)
