"""Own tokens: what they would really fetch, and the loop of pledging them."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.report import formats
from solvency.report.figures import Figure
from solvency.report.figures import Said
from solvency.report.layout import Section
from solvency.report.remarks import sentence
from solvency.report.tables import Column
from solvency.report.tables import Row
from solvency.report.tables import Table

if TYPE_CHECKING:
    from solvency.analysis.stressing_result import Token
    from solvency.report.sections.setting import Setting
    from solvency.report.tables import Cell


def spiral(setting: Setting) -> Section | None:
    """Build what tokens would fetch and where the loop of pledging explodes."""
    found = setting.analyses.stress
    if found is None:
        return None
    return Section(
        "spiral",
        setting.text("Tokens and what they would fetch"),
        (_tokens(setting, found.tokens), _loop(setting, found.tokens)),
        {
            "notes": tuple(
                (Said(sentence(setting.locale, note, setting.case.currency)),)
                for note in found.notes
            )
        },
    )


def _label(one: Token) -> tuple[Said]:
    return (Said(f"{one.token}, {one.holder}"),)


def proceeds(setting: Setting, one: Token, part: str = "proceeds") -> Figure:
    """Return what a sale of all would fetch, or its market value."""
    value = {
        "market": one.market_value,
        "proceeds": one.proceeds,
        "low": one.proceeds_low,
        "high": one.proceeds_high,
    }[part]
    return setting.money(
        f"token:{one.token}:{one.holder}:{part}",
        value,
        formula="units times price"
        if part == "market"
        else "price over lambda, times one less exp(-lambda units)",
        target="tokens",
    )


def _tokens(setting: Setting, found: tuple[Token, ...]) -> Table:
    text = setting.text

    def cells(one: Token) -> tuple[Cell, ...]:
        key = f"token:{one.token}:{one.holder}"
        scale, places = formats.fitting([one.units])
        return (
            Figure(f"{key}:units", one.units, one.token, scale, places, formula="held"),
            _price(f"{key}:price", one.price, setting),
            proceeds(setting, one, "market"),
            proceeds(setting, one, "low"),
            proceeds(setting, one),
            proceeds(setting, one, "high"),
            setting.share(f"{key}:lost", one.discount, formula="lost by selling all"),
            Said(text(one.depth_basis)),
        )

    return Table(
        key="tokens",
        title=text(
            "What tokens were worth on the screen, and in a sale, at %(day)s",
            day=formats.date(found[0].at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; units in the token's own scale; sale: all at once, price"
                " falling exponentially with what is sold",
                unit=setting.unit,
            ),
        ),
        head=text("Token, holder"),
        width=34,
        columns=(
            Column("units", text("Units"), width=22),
            Column("price", text("Price"), width=18),
            Column("market", text("Market"), width=20),
            Column("low", text("Sale, low"), width=18),
            Column("proceeds", text("Sale"), width=18, current=True),
            Column("high", text("Sale, high"), width=18),
            Column("lost", text("Lost"), width=13),
            Column("depth", text("Depth is"), "text", 18),
        ),
        rows=tuple(
            Row(f"token:{one.token}:{one.holder}", _label(one), cells(one))
            for one in found
        ),
        size="dense",
    )


def _price(key: str, value: Decimal, setting: Setting) -> Figure:
    return Figure(
        key, value, setting.case.currency, 0, 2, formula="the day's price of a unit"
    )


def _loop(setting: Setting, found: tuple[Token, ...]) -> Table:
    text = setting.text

    def cells(one: Token) -> tuple[Cell, ...]:
        key = f"loop:{one.token}:{one.holder}"
        since = one.explosive_since
        lowest: Cell = Said("\N{EN DASH}")
        if one.lowest is not None:
            lowest = _price(f"{key}:lowest", one.lowest, setting)
        return (
            Figure(
                f"{key}:gain",
                Decimal(f"{one.gain:.2f}"),
                places=2,
                formula="share lent times lambda times units pledged",
            ),
            Said(text("yes") if one.explosive else text("no")),
            Said(formats.cell(since, setting.locale) if since else "\N{EN DASH}"),
            setting.share(
                f"{key}:lent", one.lent, formula="share of market value lent"
            ),
            setting.share(
                f"{key}:threshold",
                one.lent_threshold,
                formula="share lent for gain one",
            ),
            lowest,
        )

    return Table(
        key="spiral",
        title=text("The loop of pledging tokens, borrowing on them and buying more"),
        unit=(
            text(
                "Gain above one: each round moves the price more than the last, up as"
                " down; prices in %(currency)s",
                currency=setting.case.currency,
            ),
        ),
        head=text("Token, holder"),
        width=40,
        columns=(
            Column("gain", text("Gain"), width=16, current=True),
            Column("explosive", text("Explosive"), "text", 18),
            Column("since", text("Since"), "text", 24),
            Column("lent", text("Share lent"), width=18),
            Column("threshold", text("Explosive if lent"), width=22),
            Column("lowest", text("Lowest price after"), width=24),
        ),
        rows=tuple(
            Row(f"loop:{one.token}:{one.holder}", _label(one), cells(one))
            for one in found
        ),
    )
