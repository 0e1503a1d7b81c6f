"""Which hypotheses a declared scenario may hold together.

A set asked for by hand is judged likewise in `ledger/asked_scenario.py`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.ledger.terms.metadata import place
from solvency.ledger.terms.undeclared import example_day
from solvency.ledger.terms.undeclared import known

if TYPE_CHECKING:
    from solvency.ledger.errors import Errors
    from solvency.ledger.terms.declarations import Declarations


def check_hypotheses(declared: Declarations, errors: Errors) -> None:
    """Report a hypothesis that excludes what is none."""
    for hypothesis in declared.hypotheses.values():
        for other in sorted(hypothesis.excludes):
            known(
                "hypothesis",
                other,
                declared.hypotheses,
                hypothesis.place,
                f"{hypothesis.name} excludes {other}, which is not declared",
                f'{example_day(declared)} custom "hypothesis" "{other}" "..."',
                errors,
            )


def check_scenarios(declared: Declarations, errors: Errors) -> None:
    """Report a scenario of what is no hypothesis, or of two that exclude one another.

    And a second scenario that says it is the default.
    """
    default = None
    for scenario in declared.scenarios.values():
        where = place(declared.written["scenario", scenario.name])
        for name in sorted(scenario.hypotheses):
            if not known(
                "scenario",
                name,
                declared.hypotheses,
                where,
                f"the scenario {scenario.name} takes {name}, which is no declared"
                " hypothesis",
                f'{example_day(declared)} custom "hypothesis" "{name}" "..."',
                errors,
            ):
                continue
            excluded = declared.hypotheses[name].excludes
            for other in sorted(excluded & scenario.hypotheses):
                # Said once where each excludes the other.
                mutual = name in _excludes(declared, other)
                if not mutual or name < other:
                    errors.at(
                        "scenario",
                        where,
                        f"the scenario {scenario.name} takes {name} and {other}"
                        " together, which exclude one another",
                        "Take one out",
                    )
        if scenario.default and default is not None:
            errors.at(
                "scenario",
                where,
                f"both {default} and {scenario.name} say default: TRUE",
                "Keep it on one",
            )
        default = scenario.name if scenario.default else default


def _excludes(declared: Declarations, name: str) -> frozenset[str]:
    found = declared.hypotheses.get(name)
    return found.excludes if found else frozenset()
