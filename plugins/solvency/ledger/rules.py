"""Rules that tie declarations to one another."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from solvency.ledger.metadata import closest

if TYPE_CHECKING:
    from collections.abc import Collection

    from solvency.ledger.case import Account
    from solvency.ledger.declarations import Declarations
    from solvency.ledger.errors import Errors

_COMPONENT = re.compile(r"[A-Z0-9][A-Za-z0-9-]*")
_ADDRESS = re.compile(r"https?://\S+")


def check_declarations(declared: Declarations, errors: Errors) -> None:
    """Report every declaration that names what is not declared."""
    _entities(declared, errors)
    for account in declared.accounts.values():
        _account(account, declared, errors)
    _sources(declared, errors)
    _hypotheses(declared, errors)
    _scenarios(declared, errors)
    _observations(declared, errors)
    _invariants(declared, errors)
    _measures(declared, errors)


def _meant(name: str, known: Collection[str], add: str) -> str:
    """Say how to mend an undeclared name."""
    meant = closest(name, known)
    return f"If {meant} is meant, write that; else add: {add}" if meant else add


def _entities(declared: Declarations, errors: Errors) -> None:
    for name in declared.entities:
        if not _COMPONENT.fullmatch(name):
            errors.add(
                "entity",
                declared.written["entity", name],
                f'"{name}" cannot stand in an account name',
                "Start with a capital or digit; then letters, digits and hyphens",
            )


def _account(account: Account, declared: Declarations, errors: Errors) -> None:
    entry = declared.written["account", account.name]
    entities = declared.entities
    if account.entity not in entities:
        errors.add(
            "entity",
            entry,
            f"the second component of {account.name}, {account.entity or 'none'}, is no"
            " declared entity",
            _meant(
                account.entity,
                entities,
                f'Add: {account.opened} custom "entity" "{account.entity}" "..."',
            ),
        )
    named = {
        "counterparty": account.counterparty,
        "pledged-to": account.pledged_to,
        "for": account.pledged_for,
        "stake-in": account.stake_in,
    }
    for key, name in named.items():
        if name is not None and name not in entities:
            errors.add(
                "counterparty" if key == "counterparty" else key,
                entry,
                f"`{key}:` of {account.name} names {name}, no declared entity",
                _meant(
                    name,
                    entities,
                    f'Add: {account.opened} custom "entity" "{name}" "..."',
                ),
            )
    if account.counterparty is None:
        return
    if account.counterparty == account.entity:
        errors.add(
            "counterparty",
            entry,
            f"{account.name} is a debt of {account.entity} to itself",
            "Name another entity, or take `counterparty:` off",
        )
    elif account.root not in {"Assets", "Liabilities"}:
        errors.add(
            "counterparty",
            entry,
            f"{account.name} is neither an asset nor a liability, so nobody owes it",
            "Take `counterparty:` off",
        )


def _sources(declared: Declarations, errors: Errors) -> None:
    for source in declared.sources.values():
        for key, address in (("url", source.url), ("mirror", source.mirror)):
            if address is not None and not _ADDRESS.fullmatch(address):
                errors.add(
                    "address",
                    declared.written["source", source.name],
                    f"`{key}:` of the source {source.name} is no web address:"
                    f" {address:.60}",
                    "Write one that starts with https://, or leave it out",
                )
    for price in declared.prices:
        if price.source is not None and price.source not in declared.sources:
            errors.add(
                "source",
                None,
                f"the price of {price.commodity} on {price.date} names the source"
                f" {price.source}, which is not declared",
                _meant(
                    price.source,
                    declared.sources,
                    f'{price.date} custom "source" "{price.source}" "Title"',
                ),
                at={"filename": price.place.file, "lineno": price.place.line},
            )


def _hypotheses(declared: Declarations, errors: Errors) -> None:
    for hypothesis in declared.hypotheses.values():
        entry = declared.written["hypothesis", hypothesis.name]
        for other in sorted(hypothesis.excludes):
            if other not in declared.hypotheses:
                errors.add(
                    "hypothesis",
                    entry,
                    f"{hypothesis.name} excludes {other}, which is not declared",
                    _meant(
                        other,
                        declared.hypotheses,
                        f'{entry.date} custom "hypothesis" "{other}" "..."',
                    ),
                )


def _scenarios(declared: Declarations, errors: Errors) -> None:
    default = None
    for scenario in declared.scenarios.values():
        entry = declared.written["scenario", scenario.name]
        for name in sorted(scenario.hypotheses):
            hypothesis = declared.hypotheses.get(name)
            if hypothesis is None:
                errors.add(
                    "scenario",
                    entry,
                    f"the scenario {scenario.name} takes {name}, which is no declared"
                    " hypothesis",
                    _meant(
                        name,
                        declared.hypotheses,
                        f'{entry.date} custom "hypothesis" "{name}" "..."',
                    ),
                )
                continue
            for other in sorted(hypothesis.excludes & scenario.hypotheses):
                errors.add(
                    "scenario",
                    entry,
                    f"the scenario {scenario.name} takes {name} and {other} together,"
                    " which exclude one another",
                    "Take one out",
                )
        if scenario.default and default is not None:
            errors.add(
                "scenario",
                entry,
                f"both {default} and {scenario.name} say default: TRUE",
                "Keep it on one",
            )
        default = scenario.name if scenario.default else default


def _observations(declared: Declarations, errors: Errors) -> None:
    known = set(declared.accounts)
    for name in declared.accounts:
        parts = name.split(":")
        known.update(":".join(parts[:end]) for end in range(1, len(parts)))
    kept = []
    for observation in declared.observations:
        entry = declared.written["observation", observation.id]
        if observation.source in declared.sources:
            kept.append(observation)
        else:
            errors.add(
                "source",
                entry,
                f"the observation names the source {observation.source}, which is not"
                " declared",
                _meant(
                    observation.source,
                    declared.sources,
                    f'{entry.date} custom "source" "{observation.source}" "Title"',
                ),
            )
        for account in observation.accounts:
            if account not in known:
                errors.add(
                    "observation",
                    entry,
                    f"no account is open at or below {account}",
                    _meant(account, known, f"{entry.date} open {account}"),
                )
    declared.observations[:] = kept


def _invariants(declared: Declarations, errors: Errors) -> None:
    for invariant in declared.invariants:
        if invariant.entity != "group" and invariant.entity not in declared.entities:
            entry = declared.written[
                "invariant", f"{invariant.name} {invariant.entity}"
            ]
            errors.add(
                "invariant",
                entry,
                f"{invariant.name} is asked of {invariant.entity}, no declared entity",
                _meant(
                    invariant.entity,
                    [*declared.entities, "group"],
                    'Write the name of an entity, or "group"',
                ),
            )


def _measures(declared: Declarations, errors: Errors) -> None:
    for kind, commodity, measure in declared.measures:
        if measure.source is not None and measure.source not in declared.sources:
            errors.add(
                "source",
                None,
                f"the {kind} of {commodity} names the source {measure.source}, which is"
                " not declared",
                f'Add: custom "source" "{measure.source}" "Title"',
                at={"filename": measure.place.file, "lineno": measure.place.line},
            )
        if (measure.low is not None and measure.low > measure.units) or (
            measure.high is not None and measure.high < measure.units
        ):
            errors.add(
                "amount-range",
                None,
                f"the {kind} of {commodity} is outside its low and high",
                "Make low <= units <= high",
                at={"filename": measure.place.file, "lineno": measure.place.line},
            )
