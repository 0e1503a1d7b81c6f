"""The words the ledger language fixes: roles, ranks, terms, bases, invariants."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solvency.extensions import offered

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

ROLES = (
    "exchange",
    "trading-firm",
    "customers",
    "lender",
    "investor",
    "insider",
    "other",
)
TERMS = ("demand", "callable", "term")
#: From the first to be paid to the last.
RANKS = ("secured", "priority", "customer", "unsecured", "subordinated", "equity")
LIQUIDITIES = ("liquid", "less-liquid", "illiquid")
BASES = ("stated", "derived", "assumed", "plug")
SIDES = ("in", "out", "net")
SEVERITIES = ("breach", "warning")

#: A source's kind A to F, then how far it is confirmed, 1 to 6.
GRADE = re.compile(r"[A-F][1-6]")
#: Names of flows: what every table, JSON and page calls them by.
IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

#: What every invariant may have beside its parameters.
OF_EVERY_INVARIANT = frozenset({"severity", "note", "source"})
#: Each invariant and the parameters it takes, in metadata.
INVARIANTS: dict[str, frozenset[str]] = {
    name: OF_EVERY_INVARIANT | frozenset(parameters.split())
    for name, parameters in {
        "customer-assets": "minimum",
        "customer-assets-clean": "minimum",
        "clean-ratio": "minimum",
        "overdraft-limit": "limit",
        "collateral-coverage": "minimum",
        "pledged-once": "",
        "own-token-collateral": "maximum",
        "holding-against-float": "maximum commodity",
        "holding-against-depth": "minimum commodity",
        "loan-to-value": "maximum",
        "related-party-exposure": "maximum",
        "house-and-customer-apart": "",
        "house-outlay": "purpose",
        "liquidity-coverage": "minimum days inflow-cap runoff",
        "mirrors": "",
        "liabilities-recognised": "",
        "price-coverage": "",
        "attestation-borrowing": "days maximum",
        "conservation": "",
        "balance-sheet": "basis affiliates",
        "ability-to-pay": "runoff",
        "adequate-capital": "horizon stress level",
    }.items()
}


def invariants() -> dict[str, frozenset[str]]:
    """Return every invariant there is with its parameters, other packages' last."""
    return INVARIANTS | {
        name: OF_EVERY_INVARIANT | frozenset(added(name))
        for name in offered("solvency.invariants")
        if name not in INVARIANTS
    }


def added(name: str) -> Mapping[str, Decimal | None]:
    """Return the parameters of an invariant another package adds, with defaults."""
    parameters: Mapping[str, Decimal | None] = (
        offered("solvency.invariants")[name].load().parameters
    )
    return parameters


#: The longest time that is counted in days, a century.
MOST_DAYS = "36525"
#: The greatest age of a price that may be asked for, in days.
MOST_AGE = "999999"
#: Parameters that are numbers, with the least and the most they may be.
NUMBERS: dict[str, tuple[str, str | None]] = {
    "minimum": ("0", None),
    "maximum": ("0", None),
    "days": ("1", MOST_DAYS),
    "inflow-cap": ("0", "1"),
    "runoff": ("0", "1"),
    "horizon": ("1", MOST_DAYS),
    "stress": ("0.001", None),
    "level": ("0", "1"),
}
#: Parameters that are one of a few words.
CHOICES = {
    "basis": ("market", "realisable"),
    "affiliates": ("clearing", "face", "nil"),
}

#: The custom directives of the language.
CUSTOMS = (
    "entity",
    "source",
    "hypothesis",
    "scenario",
    "observation",
    "invariant",
    "spread",
    "scale",
    "correlation",
    "alternative",
    "depth",
    "float",
    "title",
)

DEFAULT_INTERVAL = "0.90"
DEFAULT_PRICE_AGE = 31
