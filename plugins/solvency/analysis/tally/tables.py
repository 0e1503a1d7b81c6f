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
    if found.hole is not None:
        least, _, most = (found.unexplained[share] for share in _ENDS)
        text.append(
            f"The hole on {found.at}: {found.hole:,.0f}. Left unexplained:"
            f" {found.hole - found.mean:,.0f} on average, with 90% between"
            f" {least:,.0f} and {most:,.0f} (below zero: more is explained than is"
            " missing)."
        )
    if found.untraced is not None:
        one = found.untraced.together
        text.insert(
            1,
            f"Untraced in the established books: {found.untraced.amount:,.0f}. Together"
            f" they explain {one.median:,.0f} of it, with 90% between {one.low:,.0f}"
            f" and {one.high:,.0f}.",
        )
    text.append(
        "Exact, by convolution."
        if found.method == "exact"
        else f"{found.draws:,} draws, seed {found.seed}."
    )
    return "\n".join(text) + "\n"


@wide()
def tables(found: Tallied) -> tuple[Table, ...]:
    """Return every table of a tally."""
    every = (losses(found), levels(found), scenarios(found), dependence(found))
    if found.untraced is None:
        return every
    return (found.untraced.to_table(found.currency), *every)


@wide()
def losses(found: Tallied) -> Table:
    """Return what each hypothesis takes if it holds."""
    names = ("low", "central", "high", "expected")
    amounts = (Heading(name, found.currency, 0) for name in names)
    return listing(
        "What each hypothesis takes from the group's clean liquid assets if it holds",
        (Heading("hypothesis"), Heading("probability"), *amounts),
        tuple(
            (
                *(one.id, Decimal(f"{one.probability:.4f}")),
                *(one.low, one.central, one.high, one.expected),
            )
            for one in found.hypotheses
        ),
        notes=(
            "expected: chance times the mean of the draws; adds up to the average",
            *found.notes,
        ),
    )


@wide()
def levels(found: Tallied) -> Table:
    """Return the probability of reaching some amounts."""
    return listing(
        "Probability that they take at least",
        (Heading("amount", found.currency, 0), Heading("probability", places=3)),
        tuple(
            (Decimal(amount), Decimal(f"{chance:.5f}"))
            for amount, chance in found.at_least.items()
        ),
    )


@wide()
def scenarios(found: Tallied) -> Table:
    """Return the scenarios side by side."""
    return listing(
        "Scenarios, their hypotheses all holding",
        (
            Heading("scenario"),
            *(Heading(f"takes, {share}", found.currency, 0) for share in _ENDS),
            Heading("hole", found.currency, 0),
            Heading("left, 0.5", found.currency, 0),
            Heading("fills the hole", places=3),
            Heading("title"),
        ),
        tuple(
            (
                one.name,
                *(one.quantiles[share] for share in _ENDS),
                "" if one.hole is None else one.hole,
                one.unexplained.get("0.5", ""),
                "" if one.reaches is None else Decimal(f"{one.reaches:.5f}"),
                one.title,
            )
            for one in found.scenarios
        ),
    )


@wide()
def dependence(found: Tallied) -> Table:
    """Return what a common factor does to the total."""
    return listing(
        "If all amounts rise and fall together",
        (
            Heading("correlation"),
            *(Heading(share, found.currency, 0) for share in _ENDS),
            Heading("fills the hole", places=3),
        ),
        tuple(
            (
                Decimal(f"{one.rho:g}"),
                *(one.quantiles[share] for share in _ENDS),
                "" if one.reaches is None else Decimal(f"{one.reaches:.5f}"),
            )
            for one in found.dependence
        ),
    )
