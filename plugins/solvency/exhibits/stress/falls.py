"""What a fall of price does to a holder: where it breaks, and what falls leave it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.exhibits.stress.spiral import price
from solvency.exhibits.stress.spiral import spiral
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Said
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.analysis.stress.answer import Breaking
    from solvency.analysis.stress.answer import Cell as Fallen
    from solvency.analysis.stress.answer import Stress
    from solvency.exhibits.section import Section
    from solvency.exhibits.setting import Setting
    from solvency.figures.table import Cell


def stressed(setting: Setting) -> Section | None:
    """Build all that is asked of holdings under stress: sales, the loop, and falls."""
    section = spiral(setting)
    found = setting.study.stress
    if section is None or found is None:
        return section
    tables = (*section.tables, breaking(setting, found), falls(setting, found))
    return replace(section, tables=tables)


def breaking(setting: Setting, found: Stress) -> Table:
    """Return the price of each token below which its holder's debts are not covered."""
    text = setting.text
    return Table(
        key="breaking",
        title=text(
            "The price below which assets no longer cover debts, at %(day)s",
            day=formats.date(found.at, setting.locale),
        ),
        unit=(text("%(currency)s a unit", currency=setting.case.currency),),
        head=text("Token, holder"),
        width=34,
        columns=(
            Column("price", text("Price"), width=18),
            Column("market", text("All at market"), width=22, current=True),
            Column("since", text("Below it since"), "text", 22),
            Column("clean", text("As sold, no claims on the group"), width=26),
            Column("clean-since", text("Below that since"), "text", 22),
        ),
        rows=tuple(
            Row(
                f"breaking:{one.token}:{one.holder}",
                (Said(f"{one.token}, {one.holder}"),),
                _limits(setting, one),
            )
            for one in found.breaking
        ),
        notes=(
            (
                text(
                    "All else is equal, at the debts of the day. A price of 0.00: the"
                    " holder is solvent without the token. A dash under a price: no"
                    " price is high enough. A dash under a day: the price is not"
                    " below that limit on the day shown, or there is no limit to"
                    " fall below."
                ),
            ),
        ),
        size="dense",
    )


def _limits(setting: Setting, one: Breaking) -> tuple[Cell, ...]:
    key = f"breaking:{one.token}:{one.holder}"
    said = "the price at which assets come to debts"
    market, clean = (
        Said(formats.NOT_FOUND)
        if value is None
        else price(f"{key}:{name}", value, setting, said)
        for name, value in (("market", one.at_market), ("clean", one.clean))
    )
    return (
        price(f"{key}:price", one.price, setting),
        market,
        Day(one.market_crossed) if one.market_crossed else Said(formats.NOT_FOUND),
        clean,
        Day(one.clean_crossed) if one.clean_crossed else Said(formats.NOT_FOUND),
    )


def falls(setting: Setting, found: Stress) -> Table:
    """Return what tokens fetch after falls, by market depth, and what is left."""
    text = setting.text
    return Table(
        key="falls",
        title=text(
            "What a fall of price leaves, at %(day)s",
            day=formats.date(found.at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; left: all assets as sold, without claims on the group, less"
                " debts",
                unit=setting.unit,
            ),
        ),
        head=text("Price, and how many units halve it"),
        width=60,
        columns=(
            Column("proceeds", text("A sale of all fetches"), width=26),
            Column("left", text("Left"), width=22, current=True),
        ),
        rows=tuple(_fallen(setting, found)),
        notes=(
            (
                text(
                    "Debts stay as they are. Loans are called as prices fall, and other"
                    " tokens fall with this one: either is worse."
                ),
            ),
        ),
        size="dense",
    )


def _fallen(setting: Setting, found: Stress) -> Iterator[Row]:
    before = None
    for one in found.grid:
        holding = (one.token, one.holder)
        if holding != before:
            before = holding
            label = (Said(f"{one.token}, {one.holder}"),)
            yield Row(f"fall:{one.token}:{one.holder}", label, kind="group")
        yield _fall(setting, one)


def _fall(setting: Setting, one: Fallen) -> Row:
    key = f"fall:{one.token}:{one.holder}:{one.price_factor}:{one.depth}"
    return Row(
        key,
        setting.say(
            "%(share)s of the price; %(units)s",
            share=setting.share(
                f"{key}:share", one.price_factor, formula="share of the day's price"
            ),
            units=setting.units(
                f"{key}:depth", one.depth, one.token, formula="market depth"
            ),
        ),
        (
            setting.money(
                f"{key}:proceeds",
                one.proceeds,
                formula="price over lambda, times one less exp(-lambda units)",
            ),
            setting.money(
                f"{key}:left",
                one.equity,
                formula="assets as sold, without claims on the group, less debts",
            ),
        ),
        indent=1,
    )
