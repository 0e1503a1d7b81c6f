"""How much of what is untraced each hypothesis, each scenario and all explain."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.balance.found import resting_on
from solvency.exhibits.workings import drawn
from solvency.exhibits.workings import entry
from solvency.figures.figure import about
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Collection
    from collections.abc import Iterator
    from decimal import Decimal

    from solvency.analysis.tally.answer import Tallied
    from solvency.analysis.tally.untraced import Explained
    from solvency.analysis.tally.untraced import Untraced
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose

_ENDS = ("low", "median", "high")
#: Marks what was sized to another figure of the case.
_SIZED = "\N{DOUBLE DAGGER}"


def untraced_table(setting: Setting, found: Tallied) -> Table | None:
    """Return what explains what is untraced; None where nothing was counted."""
    one = found.untraced
    if one is None:
        return None
    text = setting.text
    counted = _counted(setting)
    sized = _sized(setting, one)
    return Table(
        key="tally-untraced",
        title=text("How much of what is untraced the hypotheses explain"),
        unit=(
            text(
                "%(unit)s that flows take out of the accounts that were counted, at"
                " most what is untraced there; parentheses: money is brought in, and"
                " more is to be found; low and high: nine of ten draws lie between",
                unit=setting.unit,
            ),
        ),
        head=text("Hypothesis"),
        width=90,
        columns=(
            Column("low", text("Low"), width=22),
            Column("median", text("Middle"), width=22, current=True),
            Column("high", text("High"), width=22),
        ),
        rows=tuple(_rows(setting, found, one, sized, counted)),
        notes=(
            setting.say(
                "Untraced in the established books: %(amount)s, all of it in accounts"
                " that some hypothesis takes money out of.",
                amount=entry(untraced_amount(setting, one.amount)),
            )
            if one.reachable == one.amount
            else setting.say(
                "Untraced in the established books: %(amount)s. Of this %(reachable)s"
                " is in accounts that some hypothesis takes money out of; no more can"
                " be explained, by one or by all, and of the other %(rest)s no"
                " hypothesis says anything.",
                amount=entry(untraced_amount(setting, one.amount)),
                reachable=_of_amount(setting, "reachable", one.reachable, counted),
                rest=_of_amount(setting, "rest", one.amount - one.reachable, counted),
            ),
            *(
                (
                    (
                        text(
                            "\N{DOUBLE DAGGER} An amount of it was sized to another"
                            " figure of the case: that so much is explained is to that"
                            " extent by construction."
                        ),
                    ),
                )
                if sized
                else ()
            ),
        ),
        size="dense",
    )


def _sized(setting: Setting, one: Untraced) -> frozenset[str]:
    """Return the hypotheses that explain anything and hold a flow sized to a figure."""
    flows = (flow for flow in setting.case.flows if flow.sized_by)
    return frozenset(each.name for each in one.hypotheses if any(each[1:])) & {
        name for flow in flows for name in flow.hypotheses
    }


def _rows(
    setting: Setting,
    found: Tallied,
    one: Untraced,
    sized: frozenset[str],
    counted: dict[str, Any],
) -> Iterator[Row]:
    """Yield a row of each hypothesis and scenario, and one of all together."""
    case = setting.case

    def marked(label: Prose, held: Collection[str]) -> Prose:
        return (*label, f" {_SIZED}") if sized & frozenset(held) else label

    for each in one.hypotheses:
        label: Prose = (
            about("hypothesis", each.name, case.hypotheses[each.name].title),
        )
        held: Collection[str] = {each.name}
        key = f"hypothesis:{each.name}"
        yield _row(setting, found, key, marked(label, held), each, held, counted)
    for each in one.scenarios:
        scenario = case.scenarios[each.name]
        label = (setting.text("Scenario: %(name)s", name=scenario.title),)
        held = scenario.hypotheses
        key = f"scenario:{each.name}"
        yield _row(setting, found, key, marked(label, held), each, held, counted)
    every = frozenset(case.hypotheses)
    label = (setting.text("Together"),)
    yield _row(setting, found, "together", label, one.together, every, counted)


def untraced_amount(setting: Setting, amount: Decimal) -> Figure:
    """Return what is untraced in the established books, which is to be explained."""
    flows = tuple(flow.id for flow in setting.case.flows if flow.established)
    return setting.money(
        "tally:untraced",
        amount,
        formula="books above what was counted, established flows alone",
        flows=flows,
        **_counted(setting),
    )


def _of_amount(
    setting: Setting, part: str, value: Decimal, counted: dict[str, Any]
) -> Figure:
    return setting.money(
        f"tally:untraced:{part}",
        value,
        formula="of what is untraced",
        flows=tuple(flow.id for flow in setting.case.flows),
        **counted,
    )


def _counted(setting: Setting) -> dict[str, Any]:
    """Return what all that is untraced rests on beside flows: counts and prices."""
    seen = [one.seen for one in setting.book.counts.speaking(setting.at)]
    rest = resting_on(setting, seen, setting.at)
    return {key: rest[key] for key in ("sources", "priced", "named")}


def _row(
    setting: Setting,
    found: Tallied,
    key: str,
    label: Prose,
    one: Explained,
    held: Collection[str],
    counted: dict[str, Any],
) -> Row:
    wanted = frozenset(held)
    # What is left to explain rests on the established books too.
    own = [f.id for f in setting.case.flows if f.hypotheses & wanted]
    rest = [f.id for f in setting.case.flows if f.established]
    return Row(
        key,
        label,
        tuple(
            entry(
                setting.money(
                    f"tally:untraced:{key}:{end}",
                    value,
                    formula="taken out of what was counted, at most what is untraced",
                    worked=drawn(
                        setting, f"tally:untraced:{key}:{end}", found.draws, found.seed
                    ),
                    flows=(*own, *rest),
                    **counted,
                )
            )
            for end, value in zip(_ENDS, one[1:], strict=True)
        ),
        "total" if key == "together" else "line",
    )
