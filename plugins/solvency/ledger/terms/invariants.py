"""Read `custom "invariant"`: a test that is asked for, and its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.ledger import vocabulary as words
from solvency.ledger.case import Invariant
from solvency.ledger.terms.metadata import closest
from solvency.ledger.terms.metadata import place

if TYPE_CHECKING:
    from beancount.core.data import Custom

    from solvency.ledger.terms.declarations import Declarations
    from solvency.ledger.terms.metadata import Metadata


def invariant(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    """Take in a test that is asked for, with its parameters."""
    name, entity = values
    known = words.invariants()
    allowed = known.get(name)
    if allowed is None:
        meant = closest(name, known)
        declared.errors.add(
            "invariant",
            entry,
            f"there is no invariant {name}",
            (f"If {meant} is meant, write that; known" if meant else "Known")
            + " are "
            + ", ".join(known),
        )
        return
    severity = meta.choice("severity", words.SEVERITIES) or "breach"
    parameters: dict[str, object] = {}
    for key in meta.rest_as_written("severity"):
        if key == "intraday" and name in words.INTRADAY:
            if meta.flag(key):
                parameters[key] = True
        elif key not in allowed:
            declared.errors.add(
                "invariant",
                entry,
                f"`{key}:` is no parameter of {name}",
                "It takes " + ", ".join(sorted(allowed)),
            )
        elif (found := _parameter(name, key, meta)) is not None:
            parameters[key] = found
    declared.invariants.append(
        Invariant(name, entity, severity, place(entry), parameters)
    )


def _parameter(name: str, key: str, meta: Metadata) -> object:
    """Return an invariant's parameter, None if it is of the wrong type."""
    if name not in words.INVARIANTS and key not in words.OF_EVERY_INVARIANT:
        # A test another package adds says by its defaults which are numbers.
        is_text = words.added(name)[key] is None
        return meta.text(key) if is_text else meta.number(key)
    if key in words.NUMBERS:
        return meta.number(key, *words.NUMBERS[key])
    if key in words.CHOICES:
        return meta.choice(key, words.CHOICES[key])
    if key == "limit":
        return meta.money(key)
    return meta.text(key)
