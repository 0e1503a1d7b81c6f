"""A tally in tables: the total, the rest, the scenarios, what dependence does."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.tally.answer import QUANTILES
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.analysis.tally.answer import Tallied
    from solvency.figures.table import Table

_ENDS = tuple(f"{share:g}" for share in QUANTILES)


@wide()
def headline(found: Tallied) -> str:
    """Say in a few lines what the hypotheses explain."""
    low, _, high = (found.quantiles[share] for share in _ENDS)
    switches = {
        "prior": "each as believed before the observations",
        "posterior": "each as believed after the observations",
    }.get(found.switches, f"those of {found.switches}, all holding")
    text = [f"What the hypotheses take, {switches}: {found.mean:,.0f} {found.currency}"]
    text[0] += f" on average, with 90% between {low:,.0f} and {high:,.0f}."
    if found.errors:
        least, _, most = (found.errors[share] for share in _ENDS)
        text[0] += f" Standard errors of these two: {least:,.0f} and {most:,.0f}."
    if found.untraced is not None:
        one = found.untraced.together
        text.insert(
            1,
            f"Untraced in the established books: {found.untraced.amount:,.0f}. Together"
            f" they explain about {_drawn(one.median)} of it, with 90% between"
            f" {_drawn(one.low)} and {_drawn(one.high)}.",
        )
    else:
        text.append(
            "Nobody counted what was there, so the books do not say what is untraced."
        )
    if found.hole:
        text.append(
            f"Customers of all entities lack {found.hole:,.0f} on {found.at}: owed to"
            " them and not held, in these books. That is a debt and no part of what is"
            " untraced."
        )
    text.append(
        "Exact, by convolution."
        if found.method == "exact"
        else f"{found.draws:,} draws, seed {found.seed}{_worth(found)}."
    )
    return "\n".join(text) + "\n"


@wide()
def reached(found: Tallied) -> Table:
    """Return the probability of reaching some amounts."""
    return listing(
        "Probability that they take at least",
        (
            "amount",
            Heading("probability", places=3),
            *((Heading("standard error", places=4),) if found.effective else ()),
        ),
        tuple(
            (f"{Decimal(amount):,f} {found.currency}", *_chance(found, chance))
            for amount, chance in found.at_least.items()
        ),
    )


def _drawn(amount: Decimal) -> str:
    """Write an amount with the three digits that a table's draws carry."""
    if not amount:
        return "0"
    return f"{round(amount, 2 - amount.adjusted()):,.0f}"


def _worth(found: Tallied) -> str:
    """Say where the draws are worth fewer, since combinations are drawn too."""
    if found.effective is None or found.effective == found.draws:
        return ""
    return f", worth {found.effective:,} since combinations are drawn too"


def _chance(found: Tallied, chance: float) -> tuple[Decimal, ...]:
    """Return a share of the draws, with the digits they carry, and its error."""
    if found.effective is None:
        return (Decimal(f"{chance:.5f}"),)
    error = found.error_of(chance)
    places = max(2, math.ceil(-math.log10(error))) if error else 4
    return Decimal(f"{chance:.{places}f}"), Decimal(f"{error:.{places}f}")
