"""Rules of declarations that name accounts and entities, and of keys out of place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.terms.metadata import instead
from solvency.ledger.terms.metadata import names

if TYPE_CHECKING:
    from solvency.ledger.case import Account
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations


def check_placements(declared: Declarations, errors: Errors) -> None:
    """Report keys that mean nothing where they stand, and names of nothing."""
    for account in declared.accounts.values():
        for key, wrong, mend in _misplaced(account):
            errors.at("metadata", account.place, f"`{key}:` {wrong}", mend)
        _set_off(account, declared, errors)
    for name, _, _, entry in declared.memberships:
        if name not in declared.entities:
            errors.add(
                "membership",
                entry,
                f"{name} is no declared entity",
                instead(
                    name,
                    declared.entities,
                    f'{entry.date} custom "entity" "{name}" "..."',
                ),
            )
    for entity in declared.entities.values():
        if entity.since and entity.until and entity.until <= entity.since:
            errors.at(
                "membership",
                entity.place,
                f"{entity.name} leaves the group on {entity.until}, before it joins",
                "Make since: earlier than until:",
            )
        elif not entity.group and (entity.since or entity.until):
            errors.at(
                "metadata",
                entity.place,
                f"`since:` and `until:` of {entity.name} mean nothing: it is in no"
                " group",
                "Add group: TRUE, or take them out",
            )
    _accounts_asked(declared, errors)
    for account_name, _ in declared.roundings.values():
        _rounding(account_name, declared, errors)


def _misplaced(account: Account) -> list[tuple[str, str, str]]:
    """Return the keys of an account that mean nothing: key, why, what to do."""
    found = []
    owned, real = account.root == "Assets", account.root in {"Assets", "Liabilities"}
    assets: dict[str, object] = {
        "custody": account.custody,
        "pledged-to": account.pledged_to,
        "stake-in": account.stake_in,
        "recovery": account.recovery is not None,
    }
    for key, said in assets.items():
        if said and not owned:
            what = f"means nothing on {account.name}, which is no asset"
            found.append((key, what, "Write it on the asset, or take it out"))
    gift = account.notes.get("gift", "False")
    if gift not in {"True", "TRUE", "False", "FALSE"}:
        what = f"of {account.name} should be TRUE or FALSE"
        found.append(("gift", what, "Write gift: TRUE, or take it out"))
    elif gift in {"True", "TRUE"} and account.root != "Expenses":
        what = f"means nothing on {account.name}, which is no account of expenses"
        found.append(("gift", what, "Write it on the expense, or take it out"))
    if not real:
        sides: dict[str, object] = {
            "rank": account.rank,
            "term": account.term,
            "liquidity": account.liquidity,
            "limit": account.limit,
        }
        for key, said in sides.items():
            if said:
                what = f"means nothing on {account.name}, which is no asset and no debt"
                found.append((key, what, "Take it out"))
    if account.pledged_for and not account.pledged_to:
        what = f"of {account.name} says whose debt a pledge secures, and it has none"
        found.append(("for", what, "Add pledged-to:, or take it out"))
    if account.counterparty is None:
        of_claims: dict[str, object] = {
            "intercompany": account.intercompany,
            "pair": account.pair,
            "set-off": account.set_off,
        }
        for key, said in of_claims.items():
            if said:
                what = f"is of claims and debts, and {account.name} has no counterparty"
                found.append((key, what, "Add counterparty:, or take it out"))
    return found


def _set_off(account: Account, declared: Declarations, errors: Errors) -> None:
    """Report a set-off against what is no debt of the same two entities."""
    if account.set_off is None or account.counterparty is None:
        return
    debt = declared.accounts.get(account.set_off)
    if debt is None or (
        (debt.entity, debt.counterparty) != (account.entity, account.counterparty)
        or {debt.root, account.root} != {"Assets", "Liabilities"}
    ):
        errors.at(
            "set-off",
            account.place,
            f"`set-off:` of {account.name} names {account.set_off}, which is no debt"
            f" between {account.entity} and {account.counterparty} the other way",
            f"Name a debt of {account.entity} whose counterparty is"
            f" {account.counterparty}",
        )


def _accounts_asked(declared: Declarations, errors: Errors) -> None:
    """Report accounts that a test names and nobody opened."""
    for invariant in declared.invariants:
        for key in ("accounts", "owed"):
            for name in names(str(invariant.parameters.get(key, ""))):
                if not any(
                    f"{one}:".startswith(f"{name}:") for one in declared.accounts
                ):
                    errors.at(
                        "invariant",
                        invariant.place,
                        f"`{key}:` names {name}, and no account is open at or below it",
                        instead(name, declared.accounts, f"... open {name}"),
                    )


def _rounding(name: str, declared: Declarations, errors: Errors) -> None:
    account = declared.accounts.get(name)
    if account is None or account.root not in {"Expenses", "Income"}:
        entry = declared.written["rounding", name.split(":")[1]]
        errors.add(
            "rounding",
            entry,
            f"{name} is no open account of costs or income",
            f"Add: {entry.date} open {name}",
        )
