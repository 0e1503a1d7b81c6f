"""Tables of a stress test, for the terminal, CSV and workbooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.figures.formats import percent
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.stress.answer import Stress
    from solvency.figures.table import Table


@wide()
def breaking(found: Stress) -> Table:
    """Return the price of each token at which its holder is insolvent."""
    unit = found.case.currency
    return listing(
        f"The price below which assets no longer cover debts, at {found.at}",
        (
            Heading("token"),
            Heading("holder"),
            Heading(f"price ({unit})", places=4),
            Heading(f"at market ({unit})", places=4),
            Heading("below since"),
            Heading(f"as sold, without claims on the group ({unit})", places=4),
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
def grid(found: Stress) -> Table:
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
                percent(cell.price_factor, 0),
                cell.depth,
                cell.proceeds,
                cell.equity,
            )
            for cell in found.grid
        ),
        notes=("Assets as sold, without claims on the group.",),
    )
