"""What each hypothesis would make of the figures that compete for one name."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.analysis.study import Study
from solvency.exhibits.check.segregation import of_customers
from solvency.exhibits.funds.walk import rivals
from solvency.exhibits.setting import setting_of
from solvency.figures.figure import Figure
from solvency.figures.precision import differ
from solvency.ledger.asked_scenario import contradictions
from solvency.ledger.asked_scenario import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping
    from decimal import Decimal

    from solvency.exhibits.setting import Setting


@dataclass(frozen=True, slots=True)
class Swings:
    """Figures as they would be with one hypothesis switched.

    Attributes:
        values: By the key of a figure's row, the figure by the hypothesis switched.
        tried: The hypotheses that were switched.
        excluded: Those that were not: another that holds excludes them.
    """

    values: Mapping[str, Mapping[str, Decimal]]
    tried: tuple[str, ...]
    excluded: tuple[str, ...]

    def ends(self, key: str, value: Decimal) -> tuple[str, str]:
        """Return which hypotheses, switched, make a figure smallest and largest.

        Args:
            key: The key of its row.
            value: The figure as it is.

        Returns:
            Their names; "" where none makes it smaller, or larger.
        """
        of = self.values.get(key, {})
        least = min(of, key=lambda name: of[name], default="")
        most = max(of, key=lambda name: of[name], default="")
        return (
            least if least and differ(of[least], value) and of[least] < value else "",
            most if most and differ(of[most], value) and of[most] > value else "",
        )

    def moved(self, key: str, value: Decimal) -> int:
        """Return how many hypotheses, switched, make another figure of it."""
        return sum(differ(one, value) for one in self.values.get(key, {}).values())


def swings(setting: Setting, tell: Callable[[str], None]) -> Swings:
    """Switch each hypothesis by itself, and return what the figures would be.

    Args:
        setting: What the figures were built from.
        tell: Called with a word before each.
    """
    case = setting.study.case
    on = case.scenario.hypotheses
    values: dict[str, dict[str, Decimal]] = {}
    tried, excluded = [], []
    for n, name in enumerate(case.hypotheses, 1):
        tell(f"{n} of {len(case.hypotheses)} hypotheses")
        held = on ^ {name}
        if any(name in both for both in contradictions(case, held)):
            excluded.append(name)
            continue
        other = replace(case, scenario=scenario_of(case, held))
        if not other.selected:
            continue
        tried.append(name)
        book = other.book()
        study = Study(other, book, setting.at)
        # Of the tests only those that say what customers are owed and lack.
        vars(study)["findings"] = of_customers(book)
        table = rivals(setting_of(other, book, (setting.at,), setting.locale, study))
        for row in table.rows:
            figure = row.cells[0]
            if isinstance(figure, Figure) and figure.value is not None:
                values.setdefault(row.key, {})[name] = figure.value
    return Swings(values, tuple(tried), tuple(excluded))
