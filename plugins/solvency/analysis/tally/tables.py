"""A tally in tables: the total, the rest, the scenarios, what dependence does."""

from __future__ import annotations

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
    if found.untraced is not None:
        one = found.untraced.together
        text.insert(
            1,
            f"Untraced in the established books: {found.untraced.amount:,.0f}. Together"
            f" they explain {one.median:,.0f} of it, with 90% between {one.low:,.0f}"
            f" and {one.high:,.0f}.",
        )
    else:
        text.append(
            "Nobody counted what was there, so the books do not say what is untraced."
        )
    if found.hole:
        text.append(
            f"Customers lack {found.hole:,.0f} on {found.at}. That is owed to them, and"
            " needs no explaining; what is untraced does."
        )
    text.append(
        "Exact, by convolution."
        if found.method == "exact"
        else f"{found.draws:,} draws, seed {found.seed}."
    )
    return "\n".join(text) + "\n"


@wide()
def reached(found: Tallied) -> Table:
    """Return the probability of reaching some amounts."""
    return listing(
        "Probability that they take at least",
        ("amount", Heading("probability", places=3)),
        tuple(
            (f"{Decimal(amount):,f} {found.currency}", Decimal(f"{chance:.5f}"))
            for amount, chance in found.at_least.items()
        ),
    )
