"""The parameters of a test, with their defaults and whose they are."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.ledger.case import Money
from solvency.ledger.vocabulary import added

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.ledger.case import Invariant

#: Defaults and whose they are. Those without a publication are this project's.
DEFAULTS = {
    "customer-assets.minimum": Decimal(1),
    "customer-assets-clean.minimum": Decimal(1),
    "clean-ratio.minimum": Decimal("0.9"),
    "collateral-coverage.minimum": Decimal(1),
    "own-token-collateral.maximum": Decimal(0),
    "holding-against-float.maximum": Decimal("0.2"),
    "holding-against-depth.minimum": Decimal("0.8"),
    "loan-to-value.maximum": Decimal(1),
    # Basel Committee, large exposures standard, April 2014: 25% of Tier 1.
    "related-party-exposure.maximum": Decimal("0.25"),
    # Basel III liquidity coverage ratio, January 2013: 100%, over 30 days, with
    # inflows counted up to 75% of outflows.
    "liquidity-coverage.minimum": Decimal(1),
    "liquidity-coverage.days": Decimal(30),
    "liquidity-coverage.inflow-cap": Decimal("0.75"),
    "liquidity-coverage.runoff": Decimal(1),
    "attestation-borrowing.days": Decimal(7),
    "attestation-borrowing.maximum": Decimal("0.5"),
    "ability-to-pay.runoff": Decimal(1),
    "adequate-capital.horizon": Decimal(365),
    "adequate-capital.stress": Decimal("0.8"),
    "adequate-capital.level": Decimal("0.05"),
}


def number(invariant: Invariant, key: str) -> Decimal:
    """Return a parameter of a test: the ledger's, else the default."""
    value = invariant.parameters.get(key)
    if isinstance(value, Decimal):
        return value
    found = DEFAULTS.get(f"{invariant.name}.{key}")
    if found is None:
        found = added(invariant.name)[key]
    if found is None:
        raise KeyError(f"{invariant.name} has no number {key}")
    return found


def listed(invariant: Invariant, key: str) -> tuple[str, ...]:
    """Return the names in a comma-separated parameter; none where absent."""
    value = invariant.parameters.get(key)
    if not isinstance(value, str):
        return ()
    return tuple(part.strip() for part in value.split(",") if part.strip())


def text(invariant: Invariant, key: str, default: str) -> str:
    """Return a parameter that is a word."""
    value = invariant.parameters.get(key)
    return value if isinstance(value, str) else default


def money(invariant: Invariant, key: str) -> Money | None:
    """Return a parameter that is an amount."""
    value = invariant.parameters.get(key)
    return value if isinstance(value, Money) else None


def variants(asked: Sequence[Invariant]) -> tuple[str, ...]:
    """Return what tells each test from the others of its name and entity.

    Args:
        asked: The tests of a case, in its order.

    Returns:
        For each, the parameters in which it differs, as `basis realisable`; empty
        for the only one of its name and entity, and for one whose twins alone say
        more. Twins alike in all but severity are told apart by that, and those
        alike in everything by their number.
    """
    twins: dict[tuple[str, str], list[int]] = defaultdict(list)
    for index, one in enumerate(asked):
        twins[one.name, one.entity].append(index)
    found = [""] * len(asked)
    for indexes in twins.values():
        classes = [asked[index].parameters.get("class") for index in indexes]
        if None not in classes and len(set(classes)) == len(classes):
            continue  # What they are of tells them apart.
        words = [_said(asked[index]) for index in indexes]
        keys = dict.fromkeys(key for said in words for key in said)
        differ = [key for key in keys if len({said.get(key) for said in words}) > 1]
        severities = [f"severity {asked[index].severity}" for index in indexes]
        names = [
            ", ".join(f"{key} {said[key]}" for key in differ if key in said)
            for said in words
        ]
        if len(set(names)) < len(set(zip(names, severities, strict=True))):
            names = [
                ", ".join(filter(None, both))
                for both in zip(names, severities, strict=True)
            ]
        for at, index in enumerate(indexes):
            again = names[:at].count(names[at])
            number = f" no. {again + 1}" if again else ""
            found[index] = f"{names[at]}{number}".lstrip()
    return tuple(found)


def _said(invariant: Invariant) -> dict[str, str]:
    """Return the parameters of a test as text."""
    return {
        key: f"{value.number:,f} {value.commodity}"
        if isinstance(value, Money)
        else str(value)
        for key, value in invariant.parameters.items()
    }
