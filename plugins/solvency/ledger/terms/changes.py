"""Read the directives that say what changes, or may: membership, names, bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Money
from solvency.ledger.terms.metadata import place
from solvency.ledger.terms.renames import Rename

if TYPE_CHECKING:
    from beancount.core.data import Custom

    from solvency.ledger.terms.declarations import Declarations
    from solvency.ledger.terms.metadata import Metadata


def membership(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    """Take in a day on which an entity joins or leaves the group."""
    name, word = values
    if word in words.MEMBERSHIPS:
        declared.memberships.append((name, entry.date, word == "joins", entry))
        return
    declared.errors.add(
        "membership",
        entry,
        f'"{word}" is neither "joins" nor "leaves"',
        f'Write: {entry.date} custom "membership" "{name}" "leaves"',
    )


def rename(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    """Take in a new name of a commodity."""
    old, new, ratio = values
    if ratio > 0 and old != new:
        rename = Rename(entry.date, old, new, ratio, place(entry), meta.text("source"))
        if declared.name("rename", old, entry):
            declared.renames.append(rename)
        return
    declared.errors.add(
        "rename",
        entry,
        f"{old} cannot become {ratio} {new}",
        "Name two commodities, and how many units of the new one are given for each"
        " of the old, more than 0",
    )


def rounding(
    declared: Declarations, entry: Custom, values: list[Any], _: Metadata
) -> None:
    """Take in where an entity's roundings may go."""
    account, most = values
    parts = account.split(":")
    if len(parts) < 2 or most.number <= 0:
        declared.errors.add(
            "rounding",
            entry,
            f"{account} cannot take a rounding of {most}",
            f"Write: {entry.date} custom"
            ' "rounding" Expenses:Entity:Rounding 0.01 USD, an amount above 0',
        )
    elif declared.name("rounding", parts[1], entry):
        declared.roundings[parts[1]] = account, Money(most.number, most.currency)


def variants(declared: Declarations, entry: Custom, meta: Metadata) -> dict[str, str]:
    """Return the booking a scenario takes of each fact, `fact=booking`."""
    found = {}
    for word in meta.names("variants"):
        fact, equals, chosen = (part.strip() for part in word.partition("="))
        if equals and fact and chosen:
            found[fact] = chosen
            continue
        declared.errors.add(
            "variant",
            entry,
            f"`variants:` has {word}, which names no booking of a fact",
            'Write variants: "FACT=BOOKING", as in variants: "repo=sale"',
        )
    return found
