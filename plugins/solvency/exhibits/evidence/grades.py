"""What grades allow for error, and how much of what moved rests on which."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.exhibits.flows import beside_money
from solvency.exhibits.flows import heading
from solvency.exhibits.flows import kind_moved
from solvency.exhibits.flows import worth
from solvency.exhibits.workings import of_flows
from solvency.figures import formats
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import listed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow

    #: What flows moved, by their ids, by the letter of their grade.
    Rung = Mapping[str, Mapping[str, Decimal]]

#: Purposes with a line of their own: the largest. The rest are one.
_RUNGS = 10
#: What the line of the rest is called.
_OTHER = "other purposes"


def ladder(setting: Setting) -> Table | None:
    """Sum what moved by purpose and by the grade of what says so."""
    text = setting.text
    rungs = _rungs(setting)
    if len(rungs) < 2:
        return None
    letters = sorted(
        {letter for rung in rungs.values() for letter in rung},
        key=lambda letter: (letter == "?", letter),
    )
    days = [flow.date for flow in _moved(setting)]
    period = text(
        "%(since)s to %(until)s",
        since=formats.date(min(days), setting.locale, short=True),
        until=formats.date(max(days), setting.locale, short=True),
    )
    rows = [_row(setting, name, rung, letters) for name, rung in rungs.items()]
    return Table(
        key="ladder",
        title=text(
            "How much of each total rests on which grade, %(period)s", period=period
        ),
        unit=(
            _unit(setting, letters),
            _of_best(setting, letters[0]),
        ),
        head=text("What for"),
        width=50,
        columns=(
            *(
                Column(
                    letter,
                    letter if letter != "?" else text("No source states it"),
                    width=22,
                )
                for letter in letters
            ),
            Column(
                "all",
                text("All"),
                width=22,
                current=True,
                sums=tuple((letter, 1) for letter in letters),
            ),
        ),
        rows=(*rows, _total(setting, rungs, rows, letters)),
        size="dense",
    )


def _unit(setting: Setting, letters: list[str]) -> str:
    """Say what is added up, and how a line is read."""
    kinds = beside_money(setting)
    said = (
        setting.text(
            "%(unit)s, central amounts of flows, in and out added together, %(kinds)s"
            " among it",
            unit=setting.unit,
            kinds=kinds,
        )
        if kinds
        else setting.text(
            "%(unit)s, central amounts of flows, in and out added together",
            unit=setting.unit,
        )
    )
    if letters[0] == "?":
        return said
    return said + setting.text(
        "; read across: how much of what moved for one purpose is known from sources"
        " of each grade, A the best"
    )


def _of_best(setting: Setting, letter: str) -> str:
    """Say where no source of the best grade states an amount of its column."""
    bases = {
        x.basis
        for x in _moved(setting)
        if (x.grade or "?")[:1] == letter and x.purpose and worth(setting, x)
    }
    if letter == "?" or not bases or bases - {"derived", "residual"}:
        return ""
    return setting.text(
        "; what stands under %(letter)s is worked out from what such sources say, and"
        " stated by none",
        letter=letter,
    )


def spreads(
    setting: Setting, key: str, grades: Iterable[str], sources: Iterable[str] = ()
) -> Prose:
    """Say how far amounts of some grades may be off, and who says so.

    Args:
        setting: What the report is of.
        key: What the keys of the figures begin with.
        grades: The grades; those without a spread are left out.
        sources: The sources whose grades they are.
    """
    priced = tuple(dict.fromkeys(sources))
    widths = setting.case.spreads
    named: list[Prose] = [
        (
            Said(f"{name} "),
            setting.share(
                f"spread:{key}:{name}", widths[name], formula="spread", priced=priced
            ),
        )
        for name in sorted(set(grades) & set(widths))
    ]
    if not named:
        return ()
    return setting.say(
        " The spread of a grade is half the width of the interval that holds an amount"
        " in nine of ten cases, as a share of it, as the author of the case judges it:"
        " %(spreads)s.",
        spreads=listed(setting.locale, named),
    )


def moved(setting: Setting, grade: str, basis: str, kind: str, part: str) -> Figure:
    """Return what flows moved by the day of the report, or the share of all that did.

    Args:
        setting: What the report is of.
        grade: The letter of their grade; any where empty.
        basis: How their amounts are known; any where empty.
        kind: money, tokens or pledges, the only ones counted; all where empty.
        part: amount or share.
    """
    counted = [x for x in _moved(setting) if kind in {"", kind_moved(setting, x)}]
    every = {flow.id: worth(setting, flow) or Decimal() for flow in counted}
    some = {
        flow.id: every[flow.id]
        for flow in counted
        if grade in {"", (flow.grade or "?")[:1]} and basis in {"", flow.basis}
    }
    key = ":".join(("moved", grade, basis, *([kind] if kind else []), part))
    if part == "amount":
        amount = setting.own(key, _sum(some), formula="central amounts of the flows")
        return replace(amount, **of_flows(setting, some))
    whole = _sum(every)
    return setting.share(
        key,
        _sum(some) / whole if whole else None,
        formula="share of what all flows moved",
        flows=tuple(every),
    )


def _moved(setting: Setting) -> list[Flow]:
    """Return the flows to the day of the report, as its text counts them."""
    return [flow for flow in setting.case.selected if flow.date <= setting.at]


def _rungs(setting: Setting) -> dict[str, Rung]:
    """Return the largest purposes and the rest as one, the largest first."""
    found: dict[str, dict[str, dict[str, Decimal]]] = {}
    for flow in _moved(setting):
        amount = worth(setting, flow)
        if flow.purpose and amount:
            letter = (flow.grade or "?")[:1]
            rung = found.setdefault(flow.purpose, defaultdict(dict))
            rung[letter][flow.id] = amount
    ordered = sorted(found, key=lambda name: (-_all(found[name]), name))
    # One left over takes no more room than saying so.
    kept = _RUNGS if len(ordered) > _RUNGS + 1 else len(ordered)
    rungs: dict[str, Rung] = {name: found[name] for name in ordered[:kept]}
    rest: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for name in ordered[kept:]:
        for letter, flows in found[name].items():
            rest[letter] |= flows
    return rungs | ({_OTHER: rest} if rest else {})


def _sum(flows: Mapping[str, Decimal]) -> Decimal:
    return sum(flows.values(), Decimal())


def _all(rung: Rung) -> Decimal:
    return sum(map(_sum, rung.values()), Decimal())


def _row(setting: Setting, name: str, rung: Rung, letters: list[str]) -> Row:
    words = name.replace("-", " ")

    def figure(letter: str) -> Figure:
        flows = rung.get(letter, {})
        return setting.own(
            f"ladder:{name}:{letter}",
            _sum(flows),
            formula=f"central amounts, {words}, grade {letter}",
            **of_flows(setting, flows),
        )

    whole = setting.money(f"ladder:{name}:all", _all(rung), formula="sum of its grades")
    label = Said(heading(setting.locale, name))
    return Row(name, (label,), (*map(figure, letters), whole))


def _total(
    setting: Setting, rungs: Mapping[str, Rung], rows: list[Row], letters: list[str]
) -> Row:
    """Return what casts the lines: a flow has one purpose, so they add up."""
    sums = {
        letter: sum((_sum(rung.get(letter, {})) for rung in rungs.values()), Decimal())
        for letter in letters
    }
    sums["all"] = sum(sums.values(), Decimal())
    return Row(
        "total",
        (setting.text("Total"),),
        tuple(
            setting.money(f"ladder:total:{name}", value, formula="sum of the purposes")
            for name, value in sums.items()
        ),
        "total",
        sums=tuple((row.key, 1) for row in rows),
    )
