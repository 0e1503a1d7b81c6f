"""Tables of a recovery, for the terminal, CSV and workbooks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.payments import payments
from solvency.figures.listing import Heading
from solvency.figures.listing import listing
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.analysis.recover.distributions import ClassPayment
    from solvency.analysis.recover.made_whole import Record
    from solvency.analysis.recover.made_whole import Shared
    from solvency.analysis.recover.recover import Recovery
    from solvency.figures.table import Table


def _columns(
    found: Recovery, words: Iterable[str], money: Iterable[str]
) -> tuple[Heading, ...]:
    unit = found.case.currency
    return (*map(Heading, words), *(Heading(name, unit=unit) for name in money))


@wide()
def clearing(found: Recovery) -> Table:
    """Return the clearing payments."""
    return listing(
        f"Clearing of all debts at {found.at}, each entity alone",
        (
            *_columns(found, ("entity",), ("assets", "received", "pays", "equity")),
            Heading("in default"),
        ),
        tuple(
            (
                name,
                found.alone.assets[name],
                found.alone.received(name),
                pays,
                equity,
                "yes" if failed else "no",
            )
            for name, (pays, equity, failed) in payments(found.alone).items()
        ),
    )


@wide()
def tide(found: Recovery, rows: Sequence[Shared]) -> Table:
    """Return what claims of rank customer receive pro rata and by a rising tide."""
    names = ("deposited", "withdrawn", "claim", "pro rata", "rising tide")
    return listing(
        "Claims of rank customer: what each entity pays, shared by two rules",
        _columns(found, ("entity", "creditor"), names),
        tuple(rows),
        notes=(
            (
                "Pro rata: each is paid the same share of its claim. Rising tide: each"
                " is brought up to the same share of what it paid in, and what it took"
                " out before counts as received. Which rule holds is for a court."
            ),
        ),
    )


@wide()
def paid(
    found: Recovery, said: Sequence[Record], paid_out: Sequence[ClassPayment]
) -> str:
    """Say what the books pay, and what flows and sources say was paid."""
    unit = found.case.currency
    claims = sum((one.claims for one in found.consolidated), Decimal())
    pays = sum((one.paid for one in found.consolidated), Decimal())
    lines = [f"all as one, the books pay {pays:,.0f} of {claims:,.0f} {unit}"]
    for one in said:
        ends = f" ({one.low:,.0f} to {one.high:,.0f})" if one.low and one.high else ""
        what = f"; {one.perimeter}" if one.perimeter else ""
        lines.append(
            f"{one.date}, grade {one.grade}: {one.source}: {one.amount:,.0f}"
            f"{ends}{what}"
        )
    if said:
        lines.append(
            "shares that sources give are of claims as they were allowed, whose sum may"
            " be another than that of the claims here: they are not to be set beside"
            " the shares above"
        )
    if paid_out:
        total = sum((one.paid for one in paid_out), Decimal())
        apart = "; what sources say, above, is no flow of the books" if said else ""
        lines.append(
            f"by the flows after {found.at} debts fall by {total:,.0f} {unit}, paid or"
            f" given up{apart}"
        )
    elif not said:
        lines.append("no source of the case says what was paid after the petition")
    return "\n".join(lines)
