"""The page Hypotheses: switch explanations on and off, and see what follows."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.browse.blocks import Cell
from solvency.browse.blocks import Link
from solvency.browse.blocks import Number
from solvency.browse.blocks import Printing
from solvency.browse.exhibit import shown
from solvency.browse.language import day_said
from solvency.browse.language import listed
from solvency.browse.language import many
from solvency.browse.language import money
from solvency.browse.language import remark
from solvency.browse.language import say
from solvency.browse.pages.disputes import disputed
from solvency.browse.pages.group import scope
from solvency.browse.pages.progress import Waiting
from solvency.browse.pages.progress import waited
from solvency.figures.chances import belief
from solvency.ledger.asked_scenario import BY_HAND
from solvency.ledger.asked_scenario import contradictions

if TYPE_CHECKING:
    from collections.abc import Callable

    from solvency.analysis.tally.answer import Tallied
    from solvency.analysis.weigh.answer import Beliefs
    from solvency.browse.study import Later
    from solvency.browse.view import View
    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Case
    from solvency.ledger.case import Flow
    from solvency.ledger.case import Hypothesis

    Tell = Callable[[str], None]

ZERO = Decimal()


@dataclass(frozen=True, slots=True)
class Choice:
    """A hypothesis as a switch."""

    name: str
    title: str
    on: bool
    prior: str
    posterior: str
    moves: Cell
    flows: str
    rests_on: tuple[Cell, ...]
    excludes: str
    note: str


@dataclass(frozen=True)
class Page:
    """What the template prints."""

    scenarios: tuple[Link, ...]
    numbers: tuple[Number, ...]
    choices: tuple[Choice, ...]
    contradictions: tuple[str, ...]
    disagree: Waiting
    weigh: str
    tally: Waiting | None
    weights: Waiting | None
    unit: str
    #: Whether any of them excludes another.
    excluding: bool


def build(view: View) -> Page:
    """Build the page."""
    case = view.case
    tally = weights = None
    posteriors: dict[str, float] = {}
    if view.asked.weigh and case.hypotheses:
        added, weighed = _asked(view)
        weights = _weights(view, weighed)
        found = weighed.result
        tally = _tally(view, added, found)
        posteriors = (
            {one.id: one.posterior for one in found.hypotheses} if found else {}
        )
    flows = {
        name: [flow for flow in case.flows if name in flow.hypotheses]
        for name in case.hypotheses
    }
    sums = {
        name: sum((view.worth(flow) or ZERO for flow in each), ZERO)
        for name, each in flows.items()
    }
    printing = Printing(sums.values(), case.currency)
    setting = view.setting()
    return Page(
        scenarios=_scenarios(view),
        numbers=() if refused_in(case) else _numbers(view, setting),
        choices=tuple(
            _choice(
                view,
                one,
                flows[one.name],
                _moves(view, setting, printing, one.name, flows[one.name]),
                posteriors.get(one.name),
            )
            for one in case.hypotheses.values()
        ),
        contradictions=contradictions_in(case),
        disagree=disputed(view),
        weigh=view.page("hypotheses", "weighed", weigh=1),
        tally=tally,
        weights=weights,
        unit=printing.unit,
        excluding=any(one.excludes for one in case.hypotheses.values()),
    )


def _scenarios(view: View) -> tuple[Link, ...]:
    names = dict.fromkeys(("established", *view.case.scenarios))
    return tuple(
        Link(
            name,
            view.page("hypotheses", scenario=name, chosen=None),
            name == view.case.scenario.name,
        )
        for name in names
    )


def _numbers(view: View, setting: Setting) -> tuple[Number, ...]:
    """Return what the hypotheses switched on come to: the numbers that change."""
    from solvency.exhibits.workings import settled  # noqa: PLC0415 (brings in SciPy)

    case = view.case
    found = view.study.written()
    name, inside = scope(view)
    moved = tuple(flow.id for flow in view.study.book.flows if flow.date <= view.at)
    numbers = [
        Number(
            "Breaches",
            str(len(found.breaches)),
            many("of %(count)s test", "of %(count)s tests", len(found.series)),
            str(len(found.breaches)),
            bool(found.breaches),
            figure=view.counted(
                "breaches",
                len(found.breaches),
                "tests that did not hold in the written amounts and are breaches",
                flows=tuple(
                    dict.fromkeys(x for one in found.breaches for x in one.flows)
                ),
            ).figure,
        )
    ]
    for basis in ("market", "clean"):
        equity = view.study.sheet(view.at, basis, inside).totals.equity
        figure = setting.money(
            f"equity:{name}:{view.at}:{basis}",
            equity,
            formula="assets less liabilities, consolidated",
            basis=basis,
            flows=moved,
        )
        numbers.append(
            Number(
                say("Equity of %(name)s, %(basis)s", name=say(name), basis=say(basis)),
                money(equity, case.currency),
                say("on %(day)s", day=day_said(view.at)),
                format(equity, "f"),
                equity < 0,
                figure=view.register.figure(figure, settled(setting)),
            )
        )
    return tuple(numbers)


def _moves(
    view: View, setting: Setting, printing: Printing, name: str, flows: list[Flow]
) -> Cell:
    """Return the amount a hypothesis's flows move, which opens them."""
    from solvency.exhibits.workings import of_flows  # noqa: PLC0415 (brings in SciPy)

    amounts = {flow.id: view.worth(flow) or ZERO for flow in flows}
    figure = setting.money(
        f"moves:{name}",
        sum(amounts.values(), ZERO),
        formula="what its flows move, each at the price of its day",
        **of_flows(setting, amounts),
    )
    cell = printing.cell(figure.value)
    return replace(cell, figure=view.register.figure(figure) if figure.value else "")


def _choice(
    view: View,
    one: Hypothesis,
    flows: list[Flow],
    moves: Cell,
    posterior: float | None,
) -> Choice:
    sources = dict.fromkeys(source for flow in flows for source in flow.sources)
    return Choice(
        name=one.name,
        title=one.title,
        on=one.name in view.case.scenario.hypotheses,
        prior=belief(one.prior),
        posterior="" if posterior is None else belief(posterior),
        moves=moves,
        flows=many("%(count)s flow", "%(count)s flows", len(flows)),
        rests_on=tuple(
            Cell(
                name,
                view.page("source", pick=name),
                title=view.case.sources[name].title,
            )
            for name in sources
            if name in view.case.sources
        ),
        excludes=listed(sorted(one.excludes)),
        note=one.note or "",
    )


def contradictions_in(case: Case) -> tuple[str, ...]:
    """Say which hypotheses of the scenario cannot both be true."""
    return tuple(
        say(
            "%(one)s and %(other)s exclude one another: both cannot be true.",
            one=one,
            other=other,
        )
        for one, other in contradictions(case, case.scenario.hypotheses)
    )


def refused_in(case: Case) -> tuple[str, ...]:
    """Say why a set chosen by hand has no numbers, if it has none."""
    return contradictions_in(case) if case.scenario.name == BY_HAND else ()


def asked_tally(view: View) -> Later[Tallied]:
    """Start the tally, or return what was started."""

    def add(tell: Tell) -> Tallied:
        from solvency.analysis.tally.tally import tally  # noqa: PLC0415 (brings in SciPy)

        tell("adding up the losses")
        return tally(view.case)

    return view.study.later("tally", add)


def _asked(view: View) -> tuple[Later[Tallied], Later[Beliefs]]:
    """Start the tally and the weighing, or return what was started."""

    def weigh(tell: Tell) -> Beliefs:
        from solvency.analysis.weigh.weigh import believe  # noqa: PLC0415 (brings in SciPy)

        return believe(view.case, progress=tell)

    return asked_tally(view), view.study.later("weights", weigh)


def _tally(view: View, later: Later[Tallied], weighed: Beliefs | None) -> Waiting:
    from solvency.exhibits.tally.total import losses  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.tally.untraced import untraced_amount  # noqa: PLC0415 (as above)
    from solvency.exhibits.workings import settled  # noqa: PLC0415 (as above)
    from solvency.exhibits.workings import weighed as weighed_by  # noqa: PLC0415 (as above)

    unfinished = waited(view, later)
    found = later.result
    if unfinished or found is None:
        return unfinished or Waiting(error=say("no answer"))
    low, _, high = (
        money(value, found.currency) for value in list(found.quantiles.values())[:3]
    )
    numbers = [
        Number(
            "What they take together",
            money(found.mean, found.currency),
            say("on average; 5%% to 95%%: %(low)s to %(high)s", low=low, high=high),
            format(found.mean, "f"),
            figure="tally:mean",
        )
    ]
    setting = view.setting(tallied=found, beliefs=weighed)
    if found.to_explain:
        amount = untraced_amount(setting, found.to_explain)
        numbers.append(
            Number(
                "Untraced",
                money(found.to_explain, found.currency),
                say(
                    "in the established books, and not found, %(day)s",
                    day=day_said(found.at),
                ),
                format(found.to_explain, "f"),
                figure=view.register.figure(amount, settled(setting)),
            )
        )
    table = shown(view, losses(setting, found), ground=weighed_by(setting))
    how = say(
        "Switches: %(switches)s; %(method)s, seed %(seed)s.",
        switches=say(found.switches),
        method=say(found.method),
        seed=str(found.seed),
    )
    return Waiting(tables=(table,), numbers=tuple(numbers), notes=(how,))


def _weights(view: View, later: Later[Beliefs]) -> Waiting:
    from solvency.exhibits.weigh.error_models import beliefs_tables  # noqa: PLC0415 (as above)
    from solvency.exhibits.weigh.fits import scenarios  # noqa: PLC0415 (brings in SciPy)
    from solvency.exhibits.workings import weighed as weighed_by  # noqa: PLC0415 (as above)

    unfinished = waited(view, later)
    found = later.result
    if unfinished or found is None:
        return unfinished or Waiting(error=say("no answer"))
    setting = view.setting(beliefs=found)
    tables = tuple(
        shown(view, one, ground=weighed_by(setting))
        for one in (*beliefs_tables(setting, found), scenarios(setting, found))
    )
    return Waiting(
        tables=tables,
        notes=tuple(remark(one, view.case.currency) for one in found.notes),
    )
