"""Tables of a stress test, for the terminal, CSV and workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.analysis.stress.answer import Stress
    from solvency.analysis.stress.answer import Token


@wide()
def tokens_frame(found: Stress, rows: Sequence[Token]) -> Frame:
    """Return what tokens would fetch, a row a day, token and holder."""
    unit = found.case.currency
    return Frame(
        "What the tokens are worth, and what selling them would fetch",
        (
            Column("date"),
            Column("token"),
            Column("holder"),
            Column("units", places=0),
            Column("price", unit=unit, places=4),
            Column("market value", unit=unit, places=0),
            Column("proceeds", unit=unit, places=0),
            Column("ceiling", unit=unit, places=0),
            Column("discount"),
            Column("depth"),
        ),
        tuple(
            (
                row.at,
                row.token,
                row.holder,
                row.units,
                row.price,
                row.market_value,
                row.proceeds,
                row.ceiling,
                f"{row.discount:.1%}",
                row.depth_basis,
            )
            for row in rows
        ),
        notes=found.notes,
    )


@wide()
def loop_frame(found: Stress, rows: Sequence[Token]) -> Frame:
    """Return the loop of pledging, and what happened to the price."""
    unit = found.case.currency
    return Frame(
        "Pledging, borrowing, buying and pledging again; and what happened",
        (
            Column("date"),
            Column("token"),
            Column("holder"),
            Column("pledged", places=0),
            Column("lent"),
            Column("gain"),
            Column("explosive"),
            Column("since"),
            Column("explosive if lent"),
            Column("lowest after", unit=unit, places=4),
            Column("on"),
            Column("units that explain it", places=0),
        ),
        tuple(
            (
                row.at,
                row.token,
                row.holder,
                row.pledged,
                f"{row.lent:.0%}",
                f"{row.gain:.2f}",
                "yes" if row.explosive else "no",
                row.explosive_since,
                f"{row.lent_threshold:.1%} or more",
                row.lowest,
                row.lowest_on,
                row.sold_by_then,
            )
            for row in rows
        ),
        notes=tuple(
            dict.fromkeys(
                f"{r.token} of {r.holder}, lent: {r.lent_basis}" for r in rows
            )
        ),
    )


@wide()
def haircuts_frame(found: Stress) -> Frame:
    """Return what holdings fetch at their haircut, and what that leaves."""
    unit = found.case.currency
    money = (
        "market value",
        "proceeds, low",
        "proceeds",
        "proceeds, high",
        "assets less debts, low",
        "assets less debts",
        "assets less debts, high",
    )
    return Frame(
        "What holdings fetch in haste, their price less a haircut",
        (
            Column("date"),
            Column("holding"),
            Column("holder"),
            Column("units", places=0),
            Column("price", unit=unit, places=4),
            Column("haircut"),
            *(Column(name, unit=unit) for name in money),
        ),
        tuple(
            (
                row.at,
                row.commodity,
                row.holder,
                row.units,
                row.price,
                f"{row.haircut:.1%}",
                row.market_value,
                row.proceeds_low,
                row.proceeds,
                row.proceeds_high,
                row.equity_low,
                row.equity,
                row.equity_high,
            )
            for row in found.cuts
        ),
        notes=(
            "Assets as sold, without claims on the group.",
            "Low is at `haircut-high`, high at `haircut-low`.",
            *(() if found.tokens else found.notes),
        ),
    )


@wide()
def breaking_frame(found: Stress) -> Frame:
    """Return the price of each token at which its holder is insolvent."""
    unit = found.case.currency
    return Frame(
        f"The price below which assets no longer cover debts, at {found.at}",
        (
            Column("token"),
            Column("holder"),
            Column("price", unit=unit, places=4),
            Column("at market", unit=unit, places=4),
            Column("below since"),
            Column("as sold, without claims on the group", unit=unit, places=4),
            Column("below it since"),
        ),
        tuple(
            (
                row.token,
                row.holder,
                row.price,
                row.at_market,
                row.market_crossed,
                row.clean,
                row.clean_crossed,
            )
            for row in found.breaking
        ),
        notes=(
            "Other things equal, at the day's debts; 0: solvent without the token.",
        ),
    )


@wide()
def grid_frame(found: Stress) -> Frame:
    """Return the grid of price shock by depth."""
    unit = found.case.currency
    return Frame(
        f"Price shock by depth, at {found.at}",
        (
            Column("token"),
            Column("holder"),
            Column("share of price"),
            Column("depth", places=0),
            Column("proceeds", unit=unit, places=0),
            Column("assets less debts", unit=unit, places=0),
        ),
        tuple(
            (
                cell.token,
                cell.holder,
                f"{cell.price_factor:.0%}",
                cell.depth,
                cell.proceeds,
                cell.equity,
            )
            for cell in found.grid
        ),
        notes=("Assets as sold, without claims on the group.",),
    )
