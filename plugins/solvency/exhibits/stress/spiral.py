"""Own tokens: what they would really fetch, and the loop of pledging them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.flows_named import NAMED
from solvency.exhibits.section import Section
from solvency.exhibits.stress.haircuts import haircuts
from solvency.exhibits.stress.haircuts import held_by
from solvency.exhibits.workings import entry
from solvency.exhibits.workings import made_of
from solvency.exhibits.workings import priced
from solvency.exhibits.workings import resting
from solvency.exhibits.workings import settled
from solvency.figures import formats
from solvency.figures.figure import Day
from solvency.figures.figure import Figure
from solvency.figures.figure import Said
from solvency.figures.figure import anchor
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.figures.words import joined

if TYPE_CHECKING:
    from solvency.analysis.stress.answer import Stress
    from solvency.analysis.stress.answer import Token
    from solvency.exhibits.setting import Setting
    from solvency.figures.figure import Piece
    from solvency.figures.figure import Prose
    from solvency.figures.table import Cell


def spiral(setting: Setting) -> Section | None:
    """Build what tokens would fetch and where the loop of pledging explodes."""
    found = setting.study.stress or setting.study.cut
    if found is None:
        return None
    title = setting.text("Holdings and what they would fetch")
    tables = []
    if found.tokens:
        title = setting.text("Tokens and what they would fetch")
        tables += [_tokens(setting, found), _loop(setting, found.tokens)]
    if found.cuts:
        # The notes of all holdings stand under the first table.
        said = () if found.tokens else found.notes
        tables.append(haircuts(setting, found.cuts, said))
    return Section(
        "spiral",
        title,
        tuple(tables),
        ground=settled(setting),
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
    key = f"token:{one.token}:{one.holder}"
    formula = "price over lambda, times one less exp(-lambda units)"
    if part == "market":
        units = _units(setting, one)
        return entry(
            setting.money(f"{key}:market", value, formula="units times price"),
            flows=units.flows,
            named=NAMED,
            **priced(setting, f"{key}:market", units, one.token, one.at),
        )
    figure = setting.money(f"{key}:{part}", value, formula=formula)
    if part != "proceeds":
        return replace(figure, target=anchor("figure", f"{key}:proceeds"))
    market = proceeds(setting, one, "market")
    depth = setting.case.commodities[one.token].depth(one.at)
    halving = setting.units(
        f"{key}:halving", one.halving, one.token, formula="market depth"
    )
    return entry(
        figure,
        worked=setting.say(
            "%(market)s at market; selling %(halving)s %(token)s halves the price"
            " (%(basis)s)",
            market=market,
            halving=halving,
            token=Said(one.token),
            basis=(setting.text(one.depth_basis),),
        ),
        flows=_units(setting, one).flows,
        named=NAMED,
        sources=(*market.sources, *((depth.source,) if depth and depth.source else ())),
    )


def _coin(setting: Setting, one: Token) -> str:
    """Return a token with the scale its units are printed in: `SOL k`."""
    scale, _ = formats.fitting([one.units])
    return formats.unit_label(one.token, scale, setting.locale)


def _units(setting: Setting, one: Token) -> Figure:
    """Return how many are held, leading to the accounts that hold them."""
    scale, places = formats.fitting([one.units])
    key = f"token:{one.token}:{one.holder}:units"
    held = held_by(setting, one.holder, one.token, one.at)
    pieces: list[Piece] = []
    for name, units in sorted(held.items(), key=lambda each: -each[1]):
        pieces += ["; "] if pieces else []
        pieces += [
            setting.account_ref(name),
            " ",
            Figure(f"{key}:{name}", units, one.token, scale, places, formula="held"),
        ]
    return entry(
        Figure(key, one.units, one.token, scale, places, formula="held"),
        worked=tuple(pieces),
        **{
            **made_of(setting.parts(one.at).units(held, one.token)),
            # A token without a price is not listed.
            "priced": settled(setting).sources,
        },
        named=NAMED,
    )


def _tokens(setting: Setting, found: Stress) -> Table:
    text = setting.text

    def cells(one: Token) -> tuple[Cell, ...]:
        key = f"token:{one.token}:{one.holder}"
        place = anchor("figure", f"{key}:proceeds")
        return (
            _units(setting, one),
            replace(
                price(f"{key}:price", one.price, setting),
                target=anchor("figure", f"{key}:market"),
            ),
            proceeds(setting, one, "market"),
            proceeds(setting, one, "low"),
            proceeds(setting, one),
            proceeds(setting, one, "high"),
            setting.share(
                f"{key}:lost",
                one.discount,
                formula="lost by selling all",
                target=place,
            ),
            Said(text(one.depth_basis)),
        )

    return Table(
        key="tokens",
        title=text(
            "What tokens were worth on the screen, and in a sale, at %(day)s",
            day=formats.date(found.tokens[0].at, setting.locale),
        ),
        unit=(
            text(
                "%(unit)s; units as the line has them, k thousands, m millions; sale:"
                " all at once, price falling exponentially with what is sold",
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
            Row(
                f"token:{one.token}:{one.holder}",
                (Said(f"{_coin(setting, one)}, {one.holder}"),),
                cells(one),
            )
            for one in found.tokens
        ),
        notes=tuple(
            (Said(setting.remark(x, capital=True)), setting.text("."))
            for x in found.notes
        ),
        size="dense",
    )


def _lowest(setting: Setting, key: str, one: Token) -> Figure:
    """Return the lowest price after the day, with its day and source."""
    said = next(
        (
            quote.source
            for quote in setting.case.prices
            if (quote.commodity, quote.date) == (one.token, one.lowest_on)
        ),
        None,
    )
    worked = (Day(one.lowest_on),) if one.lowest_on else ()
    sources = (said,) if said else ()
    figure = price(key, one.lowest or Decimal(), setting)
    return entry(figure, worked=worked, sources=sources)


def price(
    key: str,
    value: Decimal,
    setting: Setting,
    formula: str = "the day's price of a unit",
) -> Figure:
    """Return a price of a unit, printed to the hundredth."""
    return Figure(key, value, setting.case.currency, 0, 2, formula=formula)


def _lent(setting: Setting, key: str, one: Token) -> Figure:
    return setting.share(
        f"{key}:lent",
        one.lent,
        formula="share of market value lent",
        target=anchor("figure", f"{key}:gain"),
    )


def _pledges(setting: Setting, key: str, one: Token) -> Prose:
    """Say what is pledged, and how many units sold halve the price."""
    return setting.say(
        "%(pledged)s pledged (%(accounts)s), lambda the logarithm of two over"
        " %(halving)s units, whose sale halves the price (%(basis)s)",
        pledged=setting.units(
            f"{key}:pledged", one.pledged, one.token, formula="units pledged"
        ),
        accounts=joined(
            (setting.account_ref(name),) for name in _pledged(setting, one)
        ),
        halving=setting.units(
            f"{key}:halving", one.halving, one.token, formula="market depth"
        ),
        basis=(setting.text(one.depth_basis),),
    )


def _pledged(setting: Setting, one: Token) -> tuple[str, ...]:
    """Return the accounts of a holder's tokens that secure a debt."""
    return tuple(
        position.account
        for position, units in setting.holdings(one.at).units.items()
        if position.commodity == one.token
        and units > 0
        and setting.book.account(position).entity == one.holder
        and setting.book.account(position).pledged_to is not None
    )


def _rests(setting: Setting, one: Token) -> dict[str, Any]:
    """Return the flows that pledged tokens, and the source of the market depth."""
    depth = setting.case.commodities[one.token].depth(one.at)
    return {
        **resting(setting, _pledged(setting, one), one.at),
        "sources": (depth.source,) if depth and depth.source else (),
    }


def _gain(setting: Setting, key: str, one: Token) -> Figure:
    """Return by how much one turn of the loop multiplies money."""
    figure = Figure(
        f"{key}:gain",
        Decimal(f"{one.gain:.2f}"),
        places=2,
        formula="share lent times one plus lambda times units pledged",
    )
    if not one.pledged:
        return figure
    worked = setting.say(
        "%(lent)s lent (%(basis)s); %(pledged)s",
        lent=replace(_lent(setting, key, one), target=""),
        basis=(setting.text(one.lent_basis),),
        pledged=_pledges(setting, key, one),
    )
    return entry(figure, worked=worked, **_rests(setting, one))


def _threshold(setting: Setting, key: str, one: Token) -> Figure:
    """Return the share lent from which the loop feeds itself."""
    figure = setting.share(
        f"{key}:threshold",
        one.lent_threshold,
        formula="one over one plus lambda times units pledged",
        worked=_pledges(setting, f"{key}:threshold", one),
        **_rests(setting, one),
    )
    return entry(figure)


def _loop(setting: Setting, found: tuple[Token, ...]) -> Table:
    text = setting.text

    def cells(one: Token) -> tuple[Cell, ...]:
        key = f"loop:{one.token}:{one.holder}"
        since = one.explosive_since
        lowest: Cell = Said("\N{EN DASH}")
        if one.lowest is not None:
            lowest = _lowest(setting, f"{key}:lowest", one)
        gain = _gain(setting, key, one)
        nothing: Cell = Said("\N{EN DASH}")
        return (
            gain,
            Said(text("yes") if one.explosive else text("no")),
            Said(formats.cell(since, setting.locale) if since else "\N{EN DASH}"),
            _lent(setting, key, one) if one.pledged else nothing,
            _threshold(setting, key, one) if one.pledged else nothing,
            lowest,
        )

    return Table(
        key="spiral",
        title=text("The loop of pledging tokens, borrowing on them and buying more"),
        unit=(
            text(
                "Gain above one: each round moves the price more than the last, up as"
                " down, as it does if more is lent than the share named; an en dash:"
                " none is pledged; prices in %(currency)s",
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
