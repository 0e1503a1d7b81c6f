"""What holdings without a market depth fetch: their price less a haircut."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import made_of
from solvency.exhibits.workings import priced
from solvency.figures import formats
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.analysis.stress.answer import Cut
    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Cell


def held_by(
    setting: Setting, holder: str, commodity: str, day: datetime.date
) -> dict[str, Decimal]:
    """Return the units of a commodity that an entity holds, by account."""
    account_of = setting.book.account
    return {
        position.account: units
        for position, units in setting.holdings(day).units.items()
        if position.commodity == commodity
        and units > 0
        and account_of(position).entity == holder
        and account_of(position).root == "Assets"
        and not account_of(position).is_claim
    }


def _units(setting: Setting, one: Cut) -> Figure:
    """Return how many are held, with the flows that brought them."""
    held = held_by(setting, one.holder, one.commodity, one.at)
    scale, places = formats.fitting([one.units])
    key = f"haircut:{one.commodity}:{one.holder}:units"
    return entry(
        Figure(key, one.units, one.commodity, scale, places, formula="held"),
        **made_of(setting.parts(one.at).units(held, one.commodity)),
        named=NAMED,
    )


def _cells(setting: Setting, one: Cut) -> tuple[Cell, ...]:
    key = f"haircut:{one.commodity}:{one.holder}"
    units = _units(setting, one)
    market = entry(
        setting.money(f"{key}:market", one.market_value, formula="units times price"),
        flows=units.flows,
        named=NAMED,
        **priced(setting, f"{key}:market", units, one.commodity, one.at),
    )
    cut = setting.share(
        f"{key}:haircut",
        one.haircut,
        formula="the commodity's haircut",
        target=anchor("figure", f"{key}:proceeds"),
    )
    sale = entry(
        setting.money(
            f"{key}:proceeds", one.proceeds, formula="market less the haircut"
        ),
        worked=setting.say("%(market)s less %(cut)s", market=market, cut=cut),
        flows=units.flows,
        named=NAMED,
        sources=market.sources,
    )
    ends = {
        name: setting.money(
            f"{key}:{name}",
            value,
            formula="market less the haircut",
            target=anchor("figure", f"{key}:proceeds"),
        )
        for name, value in (("low", one.proceeds_low), ("high", one.proceeds_high))
    }
    left = replace(
        setting.money(
            f"{key}:left",
            one.equity,
            formula="assets as sold, without claims on the group, less debts",
        ),
        target=anchor("figure", f"{key}:proceeds"),
    )
    return units, market, cut, ends["low"], sale, ends["high"], left


def haircuts(
    setting: Setting, cuts: tuple[Cut, ...], notes: tuple[str, ...] = ()
) -> Table:
    """Return what holdings would fetch at their haircut, a row a holder."""
    text = setting.text
    return Table(
        key="haircuts",
        title=text(
            "What holdings would fetch in haste, at %(day)s",
            day=formats.date(cuts[0].at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; sale: the day's price less the haircut, low and high at the"
                " ends of its range; left: all assets as sold, without claims on the"
                " group, less debts",
                unit=setting.unit,
            ),
        ),
        head=text("Holding, holder"),
        width=34,
        columns=(
            Column("units", text("Units"), width=22),
            Column("market", text("Market"), width=20),
            Column("haircut", text("Haircut"), width=16),
            Column("low", text("Sale, low"), width=18),
            Column("proceeds", text("Sale"), width=18, current=True),
            Column("high", text("Sale, high"), width=18),
            Column("left", text("Left after the sale"), width=20),
        ),
        rows=tuple(
            Row(
                f"haircut:{one.commodity}:{one.holder}",
                (Said(f"{one.commodity}, {one.holder}"),),
                _cells(setting, one),
            )
            for one in cuts
        ),
        notes=tuple(
            (Said(setting.remark(x, capital=True)), setting.text(".")) for x in notes
        ),
        size="dense",
    )
