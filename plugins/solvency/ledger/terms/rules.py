"""Rules that tie declarations to one another."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING
from typing import Any

from beancount.core.account import is_valid

from solvency.ledger.terms.metadata import names
from solvency.ledger.terms.prices import settle_prices
from solvency.ledger.terms.scenarios import check_hypotheses
from solvency.ledger.terms.scenarios import check_scenarios
from solvency.ledger.terms.undeclared import example_day
from solvency.ledger.terms.undeclared import is_entity
from solvency.ledger.terms.undeclared import is_source
from solvency.ledger.terms.undeclared import known

if TYPE_CHECKING:
    from decimal import Decimal

    from solvency.ledger.case import Account
    from solvency.ledger.case import Invariant
    from solvency.ledger.case import Observation
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations

_ADDRESS = re.compile(r"https?://\S+")


def check_declarations(declared: Declarations, errors: Errors) -> None:
    """Report every declaration that names what is not declared."""
    for name, entity in declared.entities.items():
        if not is_valid(f"Assets:{name}") or ":" in name:
            errors.at(
                "entity",
                entity.place,
                f'"{name}" cannot stand in an account name',
                "Start with a capital or digit; then letters of any script, digits and"
                " hyphens",
            )
    for account in declared.accounts.values():
        _account(account, declared, errors)
    for commodity in declared.commodities.values():
        if commodity.issuer is not None and commodity.place is not None:
            is_entity(
                "issuer",
                commodity.issuer,
                commodity.place,
                f"`issuer:` of {commodity.name} names",
                declared,
                errors,
            )
    _sources(declared, errors)
    check_hypotheses(declared, errors)
    check_scenarios(declared, errors)
    _observations(declared, errors)
    for invariant in declared.invariants:
        if invariant.entity != "group":
            is_entity(
                "invariant",
                invariant.entity,
                invariant.place,
                f"{invariant.name} is asked of",
                declared,
                errors,
            )
        _commodities(invariant, declared, errors)
    _measures(declared, errors)


def _commodities(invariant: Invariant, declared: Declarations, errors: Errors) -> None:
    """Report commodities a test is to look at, which nothing declares."""
    for name in names(str(invariant.parameters.get("commodity", ""))):
        known(
            "invariant",
            name,
            declared.commodities,
            invariant.place,
            f"{invariant.name} is asked of {name}, no declared commodity",
            f"{example_day(declared)} commodity {name}",
            errors,
        )


def _account(account: Account, declared: Declarations, errors: Errors) -> None:
    is_entity(
        "entity",
        account.entity,
        account.place,
        f"the second component of {account.name} is",
        declared,
        errors,
    )
    for key, name in {
        "counterparty": account.counterparty,
        "pledged-to": account.pledged_to,
        "for": account.pledged_for,
        "stake-in": account.stake_in,
    }.items():
        if name is not None:
            what = f"`{key}:` of {account.name} names"
            is_entity(key, name, account.place, what, declared, errors)
    if account.counterparty == account.entity:
        errors.at(
            "counterparty",
            account.place,
            f"{account.name} is a debt of {account.entity} to itself",
            "Name another entity, or take `counterparty:` off",
        )
    elif account.counterparty and account.root not in {"Assets", "Liabilities"}:
        errors.at(
            "counterparty",
            account.place,
            f"{account.name} is neither an asset nor a liability, so nobody owes it",
            "Take `counterparty:` off",
        )
    if _disordered(*account.untraced):
        errors.at(
            "amount-range",
            account.place,
            f"the shares of what is untraced in {account.name} are out of order:"
            f" {', '.join(f'{share:f}' for share in account.untraced)}",
            "Make untraced-low <= untraced <= untraced-high; unsaid they are 0, 0"
            " and 1",
        )
    bounds = (account.recovery_low, account.recovery, account.recovery_high)
    if _disordered(*bounds):
        errors.at(
            "amount-range",
            account.place,
            f"what {account.name} recovers is outside its low and high",
            "Make recovery-low <= recovery <= recovery-high",
        )


def _disordered(*bounds: Decimal | None) -> bool:
    """Say whether low, central and high, where known, are out of order."""
    known = [bound for bound in bounds if bound is not None]
    return any(low > high for low, high in pairwise(known))


def _sources(declared: Declarations, errors: Errors) -> None:
    for source in declared.sources.values():
        for key, address in (("url", source.url), ("mirror", source.mirror)):
            if address is not None and not _ADDRESS.fullmatch(address):
                errors.at(
                    "address",
                    source.place,
                    f"`{key}:` of the source {source.name} is no web address:"
                    f" {address:.60}",
                    "Write one that starts with https://, or leave it out",
                )
    for price in declared.prices:
        what = f"the price of {price.commodity} on {price.date}"
        is_source(price.source, price.place, what, declared, errors)
    settle_prices(declared, errors)


def _observations(declared: Declarations, errors: Errors) -> None:
    accounts = set(declared.accounts)
    for name in declared.accounts:
        parts = name.split(":")
        accounts.update(":".join(parts[:end]) for end in range(1, len(parts)))
    kept = []
    for observation in declared.observations:
        where = observation.place
        if is_source(observation.source, where, "the observation", declared, errors):
            kept.append(observation)
        _observed(observation, declared, errors)
        for account in observation.accounts:
            known(
                "observation",
                account,
                accounts,
                where,
                f"no account is open at or below {account}",
                f"{example_day(declared)} open {account}",
                errors,
            )
    declared.observations[:] = kept


def _observed(observation: Observation, declared: Declarations, errors: Errors) -> None:
    """Report a count of what cannot be counted, and a sum of assets and debts."""
    roots = {declared.root(account) for account in observation.accounts}
    both = {"Assets", "Liabilities"} <= roots
    if observation.counted and roots != {"Assets"}:
        other = next(a for a in observation.accounts if declared.root(a) != "Assets")
        errors.at(
            "observation",
            observation.place,
            f"what is counted are assets, and {other} is none",
            "Take `counted:` off, or name the assets alone",
        )
    elif observation.counted and observation.since is not None:
        errors.at(
            "observation",
            observation.place,
            "a count is of what was there on a day, and `from:` makes this what moved"
            " over a period",
            "Take `counted:` or `from:` off",
        )
    elif observation.at_most and not observation.counted:
        errors.at(
            "observation",
            observation.place,
            "`at-most:` is of what was counted, and nothing here says that it was",
            "Add `counted: TRUE`, or write `high:` for a bound",
        )
    elif both and not observation.excess:
        errors.at(
            "observation",
            observation.place,
            "it is over assets and debts together",
            "Add excess: TRUE if it is assets less debts; else name one side alone",
        )
    elif observation.excess and not both:
        errors.at(
            "observation",
            observation.place,
            "an excess is assets less debts, and only one side is named",
            "Name the debts too, or take `excess:` off",
        )


def _measures(declared: Declarations, errors: Errors) -> None:
    dated: set[Any] = set()
    for kind, commodity, measure in declared.measures:
        what = f"the {kind} of {commodity}"
        where = measure.place
        is_source(measure.source, where, what, declared, errors)
        if _disordered(measure.low, measure.units, measure.high):
            errors.at(
                "amount-range",
                where,
                f"{what} is outside its low and high",
                "Make low <= units <= high",
            )
        if (kind, commodity, measure.since) in dated:
            errors.at(
                "duplicate",
                where,
                f"{what} is stated already for {measure.since}",
                "Keep one",
            )
        dated.add((kind, commodity, measure.since))
        if measure.basis == "assumed" and None in {measure.low, measure.high}:
            errors.at(
                kind,
                where,
                f"{what} is assumed, and has no range",
                "Add low: and high:, how few and how many units it may be",
            )
