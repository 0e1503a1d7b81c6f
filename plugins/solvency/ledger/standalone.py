"""Parts of the language as plugins for any ledger of several companies.

No entity, source or hypothesis need be declared. The companies are those named
by `counterparty:` and those whose accounts have one; a transaction that touches
none of their accounts, or those of one alone, is left as it is.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data

from solvency.ledger.entries.flows import FlowReader
from solvency.ledger.entries.mirrors import Mirrors
from solvency.ledger.entries.postings import UnopenedError
from solvency.ledger.entries.postings import postings_of
from solvency.ledger.entries.postings import with_legs
from solvency.ledger.errors import Errors
from solvency.ledger.plugin_faults import told
from solvency.ledger.terms.declarations import Declarations
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.ledger.errors import LedgerError

_KEYS = ("counterparty", "intercompany", "pair", "stake-in")
_Result = tuple[list[data.Directive], list["LedgerError"]]


def declared_claims(
    entries: list[data.Directive], options: dict[str, Any], errors: Errors
) -> Declarations:
    """Read of accounts what legs need; other keys may mean what the author likes."""
    declared = Declarations(errors, options)
    for entry in entries:
        if type(entry) is data.Open:
            meta = {
                key: value
                for key, value in entry.meta.items()
                if key in {"filename", "lineno", *_KEYS}
            }
            declared.read(entry._replace(meta=meta))
        elif type(entry) is data.Close:
            declared.read(entry)
    return declared


def touched(transaction: data.Transaction, companies: frozenset[str]) -> set[str]:
    """Return the companies whose accounts a transaction moves."""
    parts = (posting.account.split(":", 2) for posting in transaction.postings)
    return {part[1] for part in parts} & companies


def companies_of(declared: Declarations) -> frozenset[str]:
    """Return the companies that owe, or are owed: owners and counterparties."""
    found: set[str] = set()
    for account in declared.accounts.values():
        if account.counterparty is not None:
            found |= {account.entity, account.counterparty}
    return frozenset(found)


@told
@wide()
def intercompany(
    entries: list[data.Directive], options: dict[str, Any], config: str | None = None
) -> _Result:
    """Add the legs that make each company of a transaction balance."""
    del config
    errors = Errors()
    declared = declared_claims(entries, options, errors)
    companies = companies_of(declared)
    reader = FlowReader(declared, errors, companies)
    out: list[data.Directive] = []
    for entry in entries:
        if type(entry) is data.Transaction and len(touched(entry, companies)) > 1:
            legs = (reader.postings(entry) or [])[len(entry.postings) :]
            out.append(with_legs(entry, legs) if legs else entry)
        else:
            out.append(entry)
    return out, errors


@told
@wide()
def mirrors(
    entries: list[data.Directive], options: dict[str, Any], config: str | None = None
) -> _Result:
    """Check that what one company claims, the other owes, at the end of each day."""
    del config
    errors = Errors()
    declared = declared_claims(entries, options, errors)
    watched = Mirrors(declared.accounts)
    entity_of = {name: account.entity for name, account in declared.accounts.items()}
    for entry in entries:
        if type(entry) is data.Transaction:
            # beancount itself reports a posting to an account that is not open.
            with contextlib.suppress(UnopenedError):
                watched.watch(entry, postings_of(entry, entity_of))
    watched.report(errors)
    return entries, errors
