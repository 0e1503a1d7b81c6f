"""Tables of a stress test, for the terminal, CSV and workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Sequence

    from solvency.analysis.stress.answer import Stress
    from solvency.analysis.stress.answer import Token
    from solvency.figures.table import Table


@wide()
def tokens_frame(found: Stress, rows: Sequence[Token]) -> Table:
    """Return what tokens would fetch, a row a day, token and holder."""
    unit = found.case.currency
    return listing(
        "What the tokens are worth, and what selling them would fetch",
        (
            Heading("date"),
            Heading("token"),
            Heading("holder"),
            Heading("units", places=0),
            Heading("price", unit=unit, places=4),
            Heading("market value", unit=unit, places=0),
            Heading("proceeds", unit=unit, places=0),
            Heading("ceiling", unit=unit, places=0),
            Heading("discount"),
            Heading("depth"),
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
def loop_frame(found: Stress, rows: Sequence[Token]) -> Table:
    """Return the loop of pledging, and what happened to the price."""
    unit = found.case.currency
    return listing(
        "Pledging, borrowing, buying and pledging again; and what happened",
        (
            Heading("date"),
            Heading("token"),
            Heading("holder"),
            Heading("pledged", places=0),
            Heading("lent"),
            Heading("gain"),
            Heading("explosive"),
            Heading("since"),
            Heading("explosive if lent"),
            Heading("lowest after", unit=unit, places=4),
            Heading("on"),
            Heading("units that explain it", places=0),
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
def breaking_frame(found: Stress) -> Table:
    """Return the price of each token at which its holder is insolvent."""
    unit = found.case.currency
    return listing(
        f"The price below which assets no longer cover debts, at {found.at}",
        (
            Heading("token"),
            Heading("holder"),
            Heading("price", unit=unit, places=4),
            Heading("at market", unit=unit, places=4),
            Heading("below since"),
            Heading("as sold, without claims on the group", unit=unit, places=4),
            Heading("below it since"),
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
def grid_frame(found: Stress) -> Table:
    """Return the grid of price shock by depth."""
    unit = found.case.currency
    return listing(
        f"Price shock by depth, at {found.at}",
        (
            Heading("token"),
            Heading("holder"),
            Heading("share of price"),
            Heading("depth", places=0),
            Heading("proceeds", unit=unit, places=0),
            Heading("assets less debts", unit=unit, places=0),
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
