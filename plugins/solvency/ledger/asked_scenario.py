"""Scenarios that are asked for: by name, or as a set of hypotheses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.ledger.case import Scenario
from solvency.ledger.errors import CaseError
from solvency.ledger.terms.metadata import meant

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterable

    from solvency.ledger.case import Case

#: The name of a set of hypotheses no scenario of the case has.
BY_HAND = "chosen by hand"


def scenario_of(case: Case, chosen: Collection[str]) -> Scenario:
    """Return the scenario of just these hypotheses: the case's own, or a new one."""
    held = frozenset(chosen)
    for scenario in case.scenarios.values():
        if scenario.hypotheses == held:
            return scenario
    if not held:
        return Scenario("established", "The established flows alone", held)
    return Scenario(BY_HAND, "Hypotheses chosen by hand", held)


def supposing(case: Case, written: str) -> Case:
    """Return a case in the scenario of the hypotheses that are named.

    Args:
        case: The case.
        written: Names of hypotheses with commas between them; "" for none.

    Raises:
        CaseError: If it declares no hypothesis of such a name, or two of them exclude
            one another.
    """
    chosen = names_in(written)
    for name in chosen:
        if name not in case.hypotheses:
            known = ", ".join(case.hypotheses) or "none"
            raise CaseError(
                f"no hypothesis {name} is declared."
                + (meant(name, case.hypotheses) or f" There are {known}.")
            )
    for one, other in contradictions(case, chosen):
        raise CaseError(
            f"the hypotheses {one} and {other} exclude one another. Take one out."
        )
    return replace(case, scenario=scenario_of(case, chosen))


def excluding(case: Case, one: str, other: str) -> bool:
    """Say whether two hypotheses exclude one another, whichever says so."""
    return (
        other in case.hypotheses[one].excludes or one in case.hypotheses[other].excludes
    )


def contradictions(case: Case, held: Iterable[str]) -> list[tuple[str, str]]:
    """Return the pairs among hypotheses that exclude one another."""
    names = sorted(set(held) & set(case.hypotheses))
    return [
        (one, other)
        for at, one in enumerate(names)
        for other in names[at + 1 :]
        if excluding(case, one, other)
    ]


def taken(case: Case) -> tuple[str, ...]:
    """Return the hypotheses a case's scenario takes, in the order declared."""
    return tuple(name for name in case.hypotheses if name in case.scenario.hypotheses)


def names_in(written: str) -> tuple[str, ...]:
    """Return the names in a list with commas, each once."""
    names = (name.strip() for name in written.split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def no_scenario(name: str, case: Case) -> str:
    """Say that a case has no scenario of a name, and which it has."""
    known = ["established", *case.scenarios]
    return f"no scenario {name} is declared." + (
        meant(name, known) or f" There are {', '.join([*known, '*'])}."
    )
