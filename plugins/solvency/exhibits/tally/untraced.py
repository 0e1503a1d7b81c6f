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
    from decimal import Decimal

    from solvency.analysis.tally.answer import Tallied
    from solvency.analysis.tally.untraced import Explained
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
    text, case = setting.text, setting.case
    counted = _counted(setting)
    amount = entry(untraced_amount(setting, one.amount))
    every = frozenset(case.hypotheses)
    explaining = {each.name for each in one.hypotheses if any(each[1:])}
    sized = explaining & {
        name for flow in case.flows if flow.sized_by for name in flow.hypotheses
    }

    def marked(label: Prose, held: Collection[str]) -> Prose:
        return (*label, f" {_SIZED}") if sized & frozenset(held) else label

    rows = [
        *(
            _row(
                setting,
                found,
                f"hypothesis:{each.name}",
                marked(
                    (about("hypothesis", each.name, case.hypotheses[each.name].title),),
                    {each.name},
                ),
                each,
                {each.name},
                counted,
            )
            for each in one.hypotheses
        ),
        *(
            _row(
                setting,
                found,
                f"scenario:{each.name}",
                marked(
                    (text("Scenario: %(name)s", name=case.scenarios[each.name].title),),
                    case.scenarios[each.name].hypotheses,
                ),
                each,
                case.scenarios[each.name].hypotheses,
                counted,
            )
            for each in one.scenarios
        ),
        _row(
            *(setting, found, "together", (text("Together"),), one.together, every),
            counted,
        ),
    ]
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
        rows=tuple(rows),
        notes=(
            setting.say(
                "Untraced in the established books: %(amount)s, all of it in accounts"
                " that some hypothesis takes money out of.",
                amount=amount,
            )
            if one.reachable == one.amount
            else setting.say(
                "Untraced in the established books: %(amount)s. Of this %(reachable)s"
                " is in accounts that some hypothesis takes money out of; no more can"
                " be explained, by one or by all, and of the other %(rest)s no"
                " hypothesis says anything.",
                amount=amount,
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
