"""A name that nothing declares: reported with the one that was meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.terms.metadata import instead

if TYPE_CHECKING:
    from collections.abc import Collection

    from solvency.ledger.case import Place
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations


def known(
    rule: str,
    name: str,
    declared: Collection[str],
    where: Place,
    wrong: str,
    line: str,
    errors: Errors,
) -> bool:
    """Say whether a name is declared; report it, with the one meant, if not."""
    if name in declared:
        return True
    errors.at(rule, where, wrong, instead(name, declared, line))
    return False


def is_entity(
    rule: str,
    name: str,
    where: Place,
    what: str,
    declared: Declarations,
    errors: Errors,
) -> None:
    """Report a name that is no declared entity."""
    if name in declared.entities:
        return
    known(
        rule,
        name,
        declared.entities,
        where,
        f"{what} {name}, no declared entity",
        f'{example_day(declared)} custom "entity" "{name}" "..."',
        errors,
    )


def is_source(
    name: str | None,
    where: Place,
    what: str,
    declared: Declarations,
    errors: Errors,
) -> bool:
    """Say whether a source, if one is named, is declared; report it if not."""
    if name is None or name in declared.sources:
        return True
    return known(
        "source",
        name,
        declared.sources,
        where,
        f"{what} names the source {name}, which is not declared",
        f'{example_day(declared)} custom "source" "{name}" "Title", dated by its'
        " publication",
        errors,
    )


def example_day(declared: Declarations) -> str:
    """Return a day to write in an example: the case's first account's."""
    # Beancount sorts directives by day, so the first that was read is the earliest.
    first = next(iter(declared.accounts.values()), None)
    return str(first.opened) if first else "2020-01-01"
