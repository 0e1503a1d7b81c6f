"""What those are called whose money a case's entities hold.

The language calls them customers. In the case of a fund or an insurer they are called
as the case calls them, wherever a message would say customers.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from solvency.ledger.case import Case

#: The word of the messages, with its plural and at the start of a sentence; in
#: Chinese both are one word, and the language's own keys have it in quotes.
_CUSTOMERS = re.compile(r"\b[Cc]ustomers\b|客户")
#: What claimants with several names that share no word are called.
CLAIMANTS = "claimants"
#: What they are called where all have one role.
_ROLES = {"investor": "investors", "lender": "lenders"}


def claimants(case: Case) -> str:
    """Return what a case calls those whose money is held; empty if customers."""
    names = {
        account.counterparty: None
        for account in case.accounts.values()
        if account.rank == "customer" and account.counterparty in case.entities
    }
    names |= {x.name: None for x in case.entities.values() if x.role == "customers"}
    if not names or any("customer" in str(name).lower() for name in names):
        return ""
    first, *rest = (str(name).split("-") for name in names)
    shared = [word for word in first if all(word in other for other in rest)]
    if shared:
        return "-".join(shared)
    roles = {case.entities[str(name)].role for name in names}
    return _ROLES.get(roles.pop(), CLAIMANTS) if len(roles) == 1 else CLAIMANTS


class OwnWords(NullTranslations):
    """A catalogue that calls customers what the case calls them."""

    def __init__(self, catalogue: NullTranslations, name: str) -> None:
        super().__init__()
        self._catalogue = catalogue
        #: Some names are words, which other languages have; others are the case's own.
        self._name = catalogue.gettext(name)

    def gettext(self, message: str) -> str:
        """Return a message in the report's language."""
        return self._put(self._catalogue.gettext(message))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the message for a number of things."""
        return self._put(self._catalogue.ngettext(msgid1, msgid2, n))

    def _put(self, said: str) -> str:
        def named(found: re.Match[str]) -> str:
            first = self._name[:1]
            if found[0].startswith("C"):
                first = first.upper()
            return first + self._name[1:]

        return _CUSTOMERS.sub(named, said)
