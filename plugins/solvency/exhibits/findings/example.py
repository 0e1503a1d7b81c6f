"""One figure of the case followed to what its source says, to show how it is done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.funds import SOURCE
from solvency.exhibits.check.segregation import covers
from solvency.exhibits.findings.finding import in_prose
from solvency.exhibits.funds.sources_uses import line
from solvency.exhibits.kit import told
from solvency.figures.figure import Said

if TYPE_CHECKING:
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Figure
    from solvency.figures.figure import Prose
    from solvency.ledger.case import Flow


def example(setting: Setting) -> Prose:
    """Follow one figure of the case step by step; empty where it has none."""
    figure = _figure(setting)
    if figure is None:
        return ()
    name, amount = figure.parts[0]
    flow = setting.case.by_id[name]
    what = setting.locale.phrase(figure.formula)
    found = setting.say(
        "For example: the link of %(figure)s (%(what)s) leads to its entry among the"
        " derived figures. First of its flows is %(flow)s, with %(amount)s of it. There"
        " stands what happened: %(told)s.",
        figure=in_prose(figure),
        what=Said(what),
        flow=setting.flow_ref(name),
        amount=setting.money(
            f"example:{figure.key}", amount, formula="what the flow has", prose=True
        ),
        told=Said(told(setting, flow)),
    )
    return (*found, *_source(setting, flow))


def _figure(setting: Setting) -> Figure | None:
    """Return what customers are owed, else the largest source of funds."""
    name = "group" if setting.case.group else setting.inside[0]
    funds = setting.study.funds(name)
    some = [owed for owed, *_ in covers(setting).values()]
    some += [line(setting, funds, SOURCE, one.label) for one in funds.lines[:1]]
    return next(
        (
            one
            for one in some
            if one.value and one.parts and one.parts[0][0] in setting.listed
        ),
        None,
    )


def _source(setting: Setting, flow: Flow) -> Prose:
    """Say which source gives a flow's amount, and what was noted from it."""
    source = flow.amount_from or ""
    if source not in setting.notes:
        return ()
    note = setting.notes[source]
    found = setting.say(
        " The amount is from %(number)s, %(title)s.",
        number=note.ref,
        title=Said(note.short(setting.locale)),
    )
    row = next((setting.dossier[x] for x in flow.claim if x in setting.dossier), None)
    if row is None:
        return found
    said = setting.say(
        " Under the sources stands what was noted from them, here in row %(row)s:"
        " %(words)s.",
        row=Said(row.id),
        words=Said(row.words),
    )
    return (*found, *said)
