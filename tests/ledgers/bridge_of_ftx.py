"""The bridge of the FTX case: books at the petition less what was found, by class.

Run as a script, it prints the bridge, what of the untraced each scenario explains, and
whether both cast. A scenario explains what its flows take out of the accounts that
were counted: with them in the books, so much less is untraced.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import solvency
from solvency.model.counting.found import found

CASE = Path(__file__).resolve().parents[2] / "ledgers" / "ftx" / "main.beancount"
ZERO = Decimal()


@dataclass(frozen=True)
class Bridge:
    """Books, found, untraced and unrecorded in one scenario, by entity and class."""

    scenario: str
    #: (entity, class): books, counted, untraced, unrecorded.
    lines: dict[tuple[str, str], tuple[Decimal, Decimal, Decimal, Decimal]]

    @property
    def totals(self) -> tuple[Decimal, ...]:
        """Return the sums of the four columns."""
        return tuple(
            sum((line[at] for line in self.lines.values()), ZERO) for at in range(4)
        )

    def of_class(self) -> dict[str, Decimal]:
        """Return what is untraced of each class."""
        sums: dict[str, Decimal] = {}
        for (_, kind), line in self.lines.items():
            sums[kind] = sums.get(kind, ZERO) + line[2]
        return sums

    def misses(self) -> list[str]:
        """Return the lines that do not cast: books less counted, both sides."""
        rows = {**self.lines, ("all", ""): self.totals}
        return [
            f"{entity} {kind}"
            for (entity, kind), (books, counted, untraced, unrecorded) in rows.items()
            if books - counted != untraced - unrecorded
        ]


def bridge(scenario: str) -> Bridge:
    """Return the bridge at the petition in one scenario."""
    case = solvency.load(CASE, scenario=scenario)
    one = found(case.book().counts, case.reporting_date)
    return Bridge(
        scenario, {(line.entity, line.kind): tuple(line.sums) for line in one.lines}
    )


def scenarios() -> tuple[str, ...]:
    """Return the case's scenarios, what is established first."""
    return tuple(solvency.load(CASE).scenarios)


def report() -> str:
    """Return the bridge, and what each scenario explains of it, as text."""
    base = bridge("established")
    text = ["Books less found at the petition, billions", ""]
    head = f"{'':24}" + "".join(
        f"{name:>12}" for name in ("books", "counted", "untraced", "unrecorded")
    )
    text.append(head)
    rows = [(f"{one} {kind}", line) for (one, kind), line in base.lines.items()]
    for name, line in [*rows, ("all", base.totals)]:
        text.append(f"{name:24}" + "".join(f"{billions(x):>12}" for x in line))
    kinds = list(base.of_class())
    text += ["", "Untraced in each scenario, by class, and what it explains", ""]
    text.append(
        f"{'':24}" + "".join(f"{kind:>12}" for kind in (*kinds, "all", "explained"))
    )
    for name in scenarios():
        one = bridge(name)
        sums = one.of_class()
        row = [*(sums.get(kind, ZERO) for kind in kinds), one.totals[2]]
        row.append(base.totals[2] - one.totals[2])
        text.append(f"{name:24}" + "".join(f"{billions(x):>12}" for x in row))
        text += [f"does not cast: {miss}" for miss in one.misses()]
    return "\n".join(text) + "\n"


def billions(amount: Decimal) -> str:
    """Write an amount in billions to two places."""
    return f"{amount / Decimal(10**9):,.2f}"


if __name__ == "__main__":
    print(report(), end="")  # noqa: T201 (what the script is for)
