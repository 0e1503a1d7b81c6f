"""The group as boxes: who is in it, who owns and owes whom."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.charts import group
from solvency.exhibits.balance.matrix import claim_between
from solvency.exhibits.drawings import Drawing
from solvency.exhibits.drawings import in_figures
from solvency.exhibits.drawings import plotted
from solvency.exhibits.drawings import row
from solvency.exhibits.flows import quote
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import settled
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.model.consolidation import intercompany

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Mapping

    from solvency.charts.style import Look
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose

_ZERO = Decimal()
#: Debts drawn: the largest; a drawing with every line says nothing.
_TIES = 8


def group_drawing(setting: Setting) -> Drawing | None:
    """Return the group chart, or None where the case has no group."""
    case = setting.case
    if not case.group:
        return None
    every = debts(setting)
    owed = dict(list(every.items())[:_TIES])
    text = setting.text
    key = "group-chart"
    look = setting.look(key, owed.values())
    title = text("The group, and the largest debts across it")
    chart = group.GroupChart(
        title,
        _tiers(setting, owed),
        _ties(setting, owed, look),
        text("owns"),
        text("owes"),
    )
    return Drawing(
        key,
        title,
        setting.say(
            "%(unit)s at market, %(day)s",
            unit=Said(formats.unit_label(case.currency, look.scale, setting.locale)),
            day=Day(setting.at),
        ),
        group.draw(chart, look),
        plotted(
            key,
            title,
            text("Who owes whom"),
            (text("Amount"),),
            (
                row(
                    f"{debtor}:{creditor}",
                    f"{debtor} \N{RIGHTWARDS ARROW} {creditor}",
                    replace(
                        claim_between(setting, setting.at, creditor, debtor, amount),
                        key=f"group-chart:{debtor}:{creditor}",
                        target="",
                    ),
                )
                for (debtor, creditor), amount in owed.items()
            ),
        ),
        (
            *_left_out(setting, dict([*every.items()][_TIES:])),
            in_figures(setting, f"claims-{setting.at.isoformat()}"),
        ),
    )


def _drawn(setting: Setting, owed: Iterable[tuple[str, str]]) -> set[str]:
    """Return who is drawn: the group, and whoever owes it or is owed."""
    return {name for pair in owed for name in pair} | set(setting.case.group)


def _ties(
    setting: Setting, owed: Mapping[tuple[str, str], Decimal], look: Look
) -> list[group.Tie]:
    """Return who owes whom, and then who owns whom."""
    text, drawn = setting.text, _drawn(setting, owed)
    stakes = {
        (one.entity, one.stake_in)
        for name, one in setting.case.accounts.items()
        if one.stake_in in drawn and one.entity in drawn and name in setting.movements
    }
    return [
        *(
            group.Tie(text(debtor), text(creditor), "owes", look.amount(amount))
            for (debtor, creditor), amount in owed.items()
        ),
        *(
            group.Tie(text(a), text(b), "owns")
            for a, b in sorted(stakes)
            if b and a != b
        ),
    ]


def _tiers(setting: Setting, owed: Iterable[tuple[str, str]]) -> list[list[group.Silo]]:
    """Return the members by silo, and below them those outside who are drawn."""
    case, text, drawn = setting.case, setting.text, _drawn(setting, owed)
    silos: dict[str, list[group.Entity]] = {}
    for name in case.group:
        one = case.entities[name]
        silos.setdefault(one.silo or "", []).append(
            group.Entity(text(name), text(one.role.replace("-", " ")))
        )
    tiers = [
        [
            group.Silo(text(label) if label else "", some)
            for label, some in silos.items()
        ],
        [
            group.Silo("", [group.Entity(text(name), text(case.entities[name].role))])
            for name in case.entities
            if name in drawn and name not in case.group
        ],
    ]
    return [tier for tier in tiers if tier]


def _left_out(
    setting: Setting, small: dict[tuple[str, str], Decimal]
) -> tuple[Prose, ...]:
    """Say how many debts are not drawn, and how much they are together."""
    if not small:
        return ()
    pieces: list[Piece] = []
    for (debtor, creditor), value in small.items():
        pieces += ["; "] if pieces else []
        pieces += [
            Said(f"{debtor} \N{RIGHTWARDS ARROW} {creditor}"),
            " ",
            claim_between(setting, setting.at, creditor, debtor, value),
        ]
    claims = (one.name for one in setting.case.accounts.values() if one.is_claim)
    # Any claim may be among those drawn, or no longer.
    priced = (
        *setting.sources_of(tuple(claims), setting.at),
        *settled(setting).sources,
    )
    whole = entry(
        setting.money(
            "group-chart:left:amount",
            sum(small.values(), _ZERO),
            formula="claims at market not drawn",
            prose=True,
            worked=tuple(pieces),
            priced=priced,
        )
    )
    return (
        setting.say_many(
            "Not drawn is %(count)s smaller debt, of %(amount)s.",
            "Not drawn are %(count)s smaller debts, %(amount)s together.",
            setting.count(
                "group-chart:left", len(small), target=whole.place, priced=priced
            ),
            amount=whole,
        ),
    )


def debts(setting: Setting) -> dict[tuple[str, str], Decimal]:
    """Return debts by (debtor, creditor) with a side in the group, largest first."""
    inside = set(setting.inside)
    sums: dict[tuple[str, str], Decimal] = {}
    for one in intercompany(setting.book, setting.at):
        price = quote(setting, one.commodity, setting.at)
        if price is not None and inside & {one.creditor, one.debtor}:
            pair = (one.debtor, one.creditor)
            units = max(one.claimed, one.owed)
            sums[pair] = sums.get(pair, _ZERO) + units * price.number
    largest = sorted(sums, key=lambda pair: (-sums[pair], pair))
    return {pair: sums[pair] for pair in largest if sums[pair] > 0}
