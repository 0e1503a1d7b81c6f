"""What a switch of hypotheses or of the known-date changes."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.language import money
from solvency.browse.language import say
from solvency.browse.language import speaking
from solvency.browse.language import unit_said
from solvency.browse.pages.front import headlines
from solvency.browse.pages.group import scope
from solvency.browse.pages.hypotheses import contradictions_in
from solvency.browse.pages.hypotheses import refused_in
from solvency.browse.panel import options
from solvency.browse.render import empty
from solvency.figures import formats
from solvency.figures.plain import plain
from solvency.figures.precision import differ

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.browse.view import View


@dataclass(frozen=True, slots=True)
class Headline:
    """A number the bar shows: what it is called, its exact value, and its unit."""

    label: str
    value: Decimal
    unit: str


def switched(
    view: View, before: View, was: Mapping[str, Decimal] | None = None
) -> dict[str, Any]:
    """Return the headline numbers, before and after a switch.

    Args:
        view: What is shown now.
        before: What was shown before; of it the scenario and the known-date count.
        was: The numbers by their labels before the files changed, instead.

    Returns:
        `hypotheses` with those that are on, `command` the same set at the terminal,
        `numbers` with what each was and by how much it changed, and what is to be
        said of them.
    """
    with speaking(view.locale):
        return _switched(view, before, was)


def _switched(
    view: View, before: View, was: Mapping[str, Decimal] | None
) -> dict[str, Any]:
    case = view.case
    now = _headlines(view)
    then = (
        _headlines(_beside(view, before))
        if was is None
        else {name: Headline(name, was[name], case.currency) for name in was}
    )
    return {
        "hypotheses": [
            {
                "name": one.name,
                "title": one.title,
                "on": one.name in case.scenario.hypotheses,
            }
            for one in case.hypotheses.values()
        ],
        "scenario": case.scenario.name,
        "known": case.known,
        "command": _command(view),
        "said": [*contradictions_in(case), *([] if case.selected else [empty(case)])],
        "numbers": [_moved(one, then.get(one.label)) for one in now.values()],
    }


def _command(view: View) -> str:
    """Return the command that shows the same books at the terminal, the day too."""
    day = f" --at {view.asked.at}" if view.asked.at else ""
    currency = f" --currency {view.asked.currency}" if view.asked.currency else ""
    return f"solvency balance {options(view.case)}{day}{currency}"


def _beside(view: View, before: View) -> View:
    """Return what was shown before, on the day and at the values shown now."""
    asked = replace(view.asked, weigh=False)
    return replace(before, asked=asked, period=view.period)


def _headlines(view: View) -> dict[str, Headline]:
    """Return the headline numbers by their labels, worked out once a study and day."""
    found: dict[str, Headline] = view.study.once(
        f"headlines:{view.lang}:{view.at}", lambda: _worked_out(view)
    )
    return found


def _worked_out(view: View) -> dict[str, Headline]:
    from solvency.exhibits.check.segregation import of_customers  # noqa: PLC0415 (as above)
    from solvency.exhibits.funds.walk import rivals  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.funds.walk import walk  # noqa: PLC0415 (as above)

    case = view.case
    if case.errors or not case.selected or refused_in(case):
        return {}
    setting = view.setting(findings=of_customers(view.study.book))
    shown = [
        one for one in headlines(setting, walk(setting), rivals(setting)) if one.value
    ]
    # What a reader asks for first stands first: the bar is short on a phone.
    shown.sort(key=lambda one: not one.bad and one.label != "Untraced")
    found = [
        Headline(say(one.label), Decimal(one.value), case.currency) for one in shown
    ]
    _, inside = scope(replace(view, asked=replace(view.asked, entity="")))
    equity = view.study.sheet(view.at, "market", inside).totals.equity
    found.append(Headline(say("Equity of the group"), equity, case.currency))
    return {one.label: one for one in found}


def _moved(now: Headline, then: Headline | None) -> dict[str, Any]:
    """Return a number with what it was and by how much it changed."""
    written = {
        "label": now.label,
        "value": plain(now.value),
        "text": money(now.value, now.unit),
        "before": "",
        "difference": "",
    }
    if then is None or not differ(then.value, now.value):
        return written
    change = now.value - then.value
    sign = "+" if change > 0 else ""
    earlier = money(then.value, then.unit)
    if earlier == written["text"]:
        # Rounded so far they would be the same: to the unit they are not.
        earlier = _whole(then)
        written["text"] = _whole(now)
    return {
        **written,
        "before": earlier,
        "difference": f"{sign}{money(change, now.unit)}",
    }


def _whole(one: Headline) -> str:
    return f"{formats.number(one.value, scale=0, places=0)} {unit_said(one.unit)}"
