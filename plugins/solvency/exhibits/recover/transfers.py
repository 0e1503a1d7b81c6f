"""The transfers before a petition that a court may look at."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.suspect_periods import reaches
from solvency.exhibits.flows_named import LINKED
from solvency.exhibits.flows_named import flow_links
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.formats import apart
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence

    from solvency.analysis.recover.suspect_periods import Transfer
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Prose

#: Transfers printed one by one.
_LARGEST = 50


def preferences(setting: Setting) -> Table | None:
    """Return the largest transfers within the suspect periods."""
    found = setting.study.preferences
    if not found:
        return None
    text = setting.text
    debts, insiders, fraud = reaches(setting.case.reporting_date)
    return Table(
        key="preferences",
        title=text("Transfers before the petition that a court may look at"),
        unit=setting.say(
            "%(unit)s; payments on debts within %(days)s days, %(insiders)s for"
            " insiders and affiliates (%(law)s); loans to insiders, gifts, and"
            " purchases, within %(fraud)s days (%(other)s); read across: who gave to"
            " whom, when, how many days before the petition, for what, and under which"
            " section it may be asked back",
            unit=Said(setting.unit),
            days=Said(str(debts)),
            insiders=Said(str(insiders)),
            fraud=Said(str(fraud)),
            law=Said("11 USC 547"),
            other=Said("11 USC 548"),
        ),
        head=text("From and to"),
        width=34,
        columns=(
            Column("flow", text("Flow"), "refs", 16),
            Column("date", text("Date"), "text", 24),
            Column("days", text("Days before"), width=12),
            Column("for", text("For"), "text", 18),
            Column("law", text("Section"), "text", 11),
            Column("insider", text("Insider"), "text", 11),
            Column("amount", text("Amount"), width=18, current=True),
            Column("new", text("New value after"), width=16),
            Column("back", text("Given back"), width=16),
        ),
        rows=tuple(_by_law(setting, found)),
        notes=(
            (
                text(
                    "A list of what falls within the periods, not a finding that any"
                    " transfer can be avoided: that is for a court. Where two days"
                    " stand, no source gives the day: it lies between them, and the"
                    " days before the petition are of the day in these books."
                ),
            ),
            (
                text(
                    "New value after: given anew by the creditor before the petition."
                    " Given back: came in later, by the books, for what was lent or"
                    " bought. A dash: nothing did."
                ),
            ),
            *_left_out(setting, len(found)),
            *_lent_inside(setting),
            *(
                setting.say(
                    "No petition of %(entity)s is in the case: what it gave can come"
                    " back only if it is in proceedings too.",
                    entity=Said(name),
                )
                for name in sorted({x.debtor for x in found if not x.petitioned})
            ),
        ),
        size="dense",
    )


def _left_out(setting: Setting, count: int) -> tuple[Prose, ...]:
    """Say how many transfers are not printed, if any."""
    if count <= _LARGEST:
        return ()
    return (
        setting.say(
            "The largest %(shown)s of %(count)s; all are in the JSON of solvency"
            " recover.",
            shown=setting.count("preferences:shown", _LARGEST, target="preferences"),
            count=setting.count("preferences:count", count, target="preferences"),
        ),
    )


def _lent_inside(setting: Setting) -> tuple[Prose, ...]:
    """Name the loans between debtors of the group, which the list leaves out."""
    found = setting.study.lent_inside
    if not found or any(worth is None for _, worth in found):
        return ()
    flows = tuple(flow for flow, _ in found)
    lent = setting.money(
        "preferences:inside",
        sum((worth for _, worth in found if worth is not None), Decimal()),
        formula="at market on the day",
        flows=flows,
        target="preferences",
    )
    return (
        setting.say(
            "The list leaves out what one company of the group came to owe another,"
            " both in proceedings, in the two years: %(amount)s (%(flows)s).",
            amount=lent,
            flows=flow_links(setting, flows, LINKED),
        ),
    )


def _by_law(setting: Setting, found: Sequence[Transfer]) -> Iterator[Row]:
    """Yield the largest: payments on debts apart, and what may lie outside apart."""
    largest = sorted(found, key=lambda one: (-(one.amount or 0), one.flow))[:_LARGEST]
    largest.sort(key=lambda one: (one.date, one.flow))
    keys = apart(f"preference:{x.flow}:{x.debtor}:{x.transferee}" for x in largest)
    keyed = list(zip(keys, largest, strict=True))
    text = setting.text
    heads = {
        ("547", True): text("On debts, within the period"),
        ("547", False): text("On debts, by their bounds perhaps outside it"),
        ("548", True): text("Loans, gifts and purchases, within the period"),
        ("548", False): text(
            "Loans, gifts and purchases, by their bounds perhaps outside it"
        ),
    }
    for (law, dated), head in heads.items():
        mine = [(k, x) for k, x in keyed if (x.law, x.dated) == (law, dated)]
        if mine:
            group = f"law:{law}:{'within' if dated else 'perhaps'}"
            yield Row(group, (head,), kind="group")
        for key, one in mine:
            yield _transfer(setting, key, one)


def _transfer(setting: Setting, key: str, one: Transfer) -> Row:
    text, named = setting.text, setting.locale.named
    whom = one.transferee
    if whom not in setting.case.entities:
        # Who is no entity is named by the flow, in the language of the report.
        whom = setting.case.by_id[one.flow].payee or whom
    pair = Said(f"{named(one.debtor)} \N{RIGHTWARDS ARROW} {named(whom)}")
    label: Prose = (pair,)
    if one.paid_to:
        paid = Said(
            f"{named(one.debtor)} \N{RIGHTWARDS ARROW} {named(one.paid_to)}",
        )
        label = setting.say("%(paid)s, for %(whom)s", paid=paid, whom=Said(named(whom)))
    return Row(
        key,
        label,
        (
            setting.flow_ref(one.flow),
            setting.say(
                "%(since)s to %(until)s",
                since=Day(one.earliest or one.date),
                until=Day(one.latest or one.date),
            )
            if one.earliest or one.latest
            else Day(one.date),
            setting.count(f"{key}:days", one.days_before),
            Said(text(one.kind)),
            Said(one.law),
            Said(text("yes") if one.insider else "\N{EN DASH}"),
            setting.money(
                f"{key}:amount",
                one.amount,
                formula="at market on the day",
                flows=(one.flow,),
                target=anchor("flow", one.flow),
            ),
            *(
                setting.money(f"{key}:{name}", value, formula=formula)
                if value
                else Said("\N{EN DASH}")
                for name, value, formula in (
                    ("new", one.new_value, "given anew afterwards"),
                    ("back", one.given_back, "came back of it later"),
                )
            ),
        ),
    )
