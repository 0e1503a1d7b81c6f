"""`solvency balance --funds`: where money came from, where it went, what is left."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.analysis.sources_uses import SOURCE
from solvency.analysis.sources_uses import USE
from solvency.analysis.sources_uses import funds
from solvency.analysis.sources_uses import of_case
from solvency.exhibits.funds.sources_uses import side_by_side
from solvency.exhibits.setting import of_answers
from solvency.ledger.case import Scenario

if TYPE_CHECKING:
    import datetime

    from solvency.analysis.sources_uses import Funds
    from solvency.cli.common import Output
    from solvency.figures.table import Table
    from solvency.ledger.case import Case


def print_funds(
    case: Case,
    name: str | None,
    at: datetime.date,
    output: Output,
    *,
    every: bool,
) -> None:
    """Print sources and uses, a table a scenario.

    Args:
        case: The case.
        name: An entity, a silo or "group"; None for each member beside the group.
        at: The last day.
        output: How it is printed.
        every: Print every scenario of the case, not only the one it is in.

    Raises:
        LookupError: No entity or silo has the name.
    """
    tables: list[tuple[Case, tuple[Funds, ...]]] = []
    for one in by_scenario(case) if every else (case,):
        book = one.book()
        found = (funds(book, name, at),) if name else of_case(one, book, at)
        tables.append((one, found))
    output.print(
        {
            "case": case.path,
            "known": case.known,
            "at": at,
            "currency": case.currency,
            "scenarios": [_scenario(one, found) for one, found in tables],
        },
        *(_table(one, found, at) for one, found in tables),
    )


def _table(case: Case, found: tuple[Funds, ...], at: datetime.date) -> Table:
    name = case.scenario.name
    of = f"{found[0].name}: s" if len(found) == 1 else "S"
    return side_by_side(
        of_answers(case.book(), at),
        f"funds-{name}",
        f"{of}ources and uses of funds to {at}, scenario {name}",
        list(found),
        [one.name for one in found],
    )


def _scenario(case: Case, found: tuple[Funds, ...]) -> dict[str, Any]:
    return {
        "scenario": case.scenario.name,
        "title": case.scenario.title,
        "funds": [
            {
                "name": one.name,
                "sources": _lines(one, SOURCE),
                "uses": _lines(one, USE),
                "gain_on_exchange": one.exchanged,
                "change_in_prices": one.revaluation,
                "left": one.left,
                "control": one.control,
                "unpriced": one.unpriced,
            }
            for one in found
        ],
    }


def _lines(found: Funds, side: str) -> list[dict[str, Any]]:
    return [
        {"what": line.label, "amount": line.amount, "flows": line.flows}
        for line in found.lines
        if line.side == side
    ]


def by_scenario(case: Case) -> tuple[Case, ...]:
    """Return the case in each of its scenarios, the established flows alone first."""
    declared = case.scenarios.values()
    plain = Scenario("established", "The established flows alone", frozenset())
    return tuple(
        replace(case, scenario=one)
        for one in (
            *([] if any(not one.hypotheses for one in declared) else [plain]),
            *sorted(declared, key=lambda one: bool(one.hypotheses)),
        )
    )
