"""Tables of a recovery, for the terminal, CSV and workbooks."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.recover.waterfall import payments
from solvency.figures.frame import Column
from solvency.figures.frame import Frame
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.analysis.recover.ask import Class
    from solvency.analysis.recover.ask import Recovery
    from solvency.analysis.recover.distributions import ClassPayment
    from solvency.analysis.recover.made_whole import Afterwards
    from solvency.analysis.recover.made_whole import InKind
    from solvency.analysis.recover.made_whole import Record
    from solvency.analysis.recover.made_whole import Shared
    from solvency.analysis.recover.preferences import Transfer


def _columns(
    found: Recovery, words: Iterable[str], money: Iterable[str]
) -> tuple[Column, ...]:
    unit = found.case.currency
    return (*map(Column, words), *(Column(name, unit=unit) for name in money))


@wide()
def percent(rate: Decimal | None) -> str:
    """Write a share; nothing where there is none."""
    return "" if rate is None else f"{rate:.1%}"


@wide()
def assets_frame(found: Recovery) -> Frame:
    """Return the assets of each statement of affairs, book and realisable."""
    return Frame(
        f"Statement of affairs at {found.at}: assets, and what they would fetch",
        _columns(found, ("entity", "assets"), ("book", "low", "central", "high")),
        tuple(
            (statement.entity, line.kind, line.book, *line.worth)
            for statement in found.statements
            for line in statement.lines
        ),
        groups="entity",
        notes=found.notes,
    )


@wide()
def affairs_frame(found: Recovery) -> Frame:
    """Return what is free for whom, a row an entity and estimate."""
    names = (
        "pledged",
        "fully secured",
        "partly secured",
        "free",
        "priority",
        "unsecured",
        "deficiency",
    )
    return Frame(
        f"Statement of affairs at {found.at}: who is secured, and what is left",
        (*_columns(found, ("entity", "estimate"), names), Column("rate")),
        tuple(
            (
                one.entity,
                end,
                at.pledged,
                at.fully_secured,
                at.partly_secured,
                at.free,
                at.priority,
                at.unsecured,
                at.deficiency,
                percent(at.rate),
            )
            for one in found.statements
            for end, at in (
                ("low", one.low),
                ("central", one.central),
                ("high", one.high),
            )
        ),
    )


@wide()
def classes_frame(found: Recovery) -> Frame:
    """Return claims and payments by class, each way of taking the estates."""
    rows: list[tuple[object, ...]] = []
    ways: tuple[tuple[str, Sequence[Class]], ...] = (
        ("each entity alone", found.classes),
        ("by silo", found.silos),
        ("all as one", found.consolidated),
    )
    for way, classes in ways:
        rows += [
            (
                way,
                one.entity,
                one.rank,
                one.claims,
                one.low,
                one.paid,
                one.high,
                percent(one.rate),
            )
            for one in classes
        ]
    return Frame(
        f"What each class is paid at {found.at}",
        (
            *_columns(
                found,
                ("estates", "entity", "rank"),
                ("claims", "low", "paid", "high"),
            ),
            Column("rate"),
        ),
        tuple(rows),
        notes=("Claims of one estate on another are among these; paid is central.",),
    )


@wide()
def clearing_frame(found: Recovery) -> Frame:
    """Return the clearing payments."""
    return Frame(
        f"Clearing of all debts at {found.at}, each entity alone",
        (
            *_columns(found, ("entity",), ("assets", "received", "pays", "equity")),
            Column("in default"),
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
def gains_frame(found: Recovery) -> Frame:
    """Return who gains and who loses by each way of taking the estates."""
    names = ("claim", "alone", "by silo", "all as one")
    gain = Column(
        "gain by one estate", unit=found.case.currency, sums=((6, 1), (4, -1))
    )
    return Frame(
        "Who gains and who loses when estates are taken together",
        (*_columns(found, ("creditor", "against", "rank"), names), gain),
        tuple(
            (
                one.creditor,
                one.entity,
                one.rank,
                one.claim,
                one.alone,
                one.by_silo,
                one.consolidated,
                one.gain,
            )
            for one in found.gains
        ),
    )


@wide()
def tide_frame(found: Recovery, rows: Sequence[Shared]) -> Frame:
    """Return what customers receive pro rata and under a rising tide."""
    names = ("deposited", "withdrawn", "claim", "pro rata", "rising tide")
    return Frame(
        "Customers: pro rata beside a rising tide",
        _columns(found, ("entity", "creditor"), names),
        tuple(rows),
    )


@wide()
def in_kind_frame(found: Recovery, rows: Sequence[InKind]) -> Frame:
    """Return claims in coins at the petition and later."""
    later = rows[0].later if rows else found.at
    unpriced = sorted({row.commodity for row in rows if row.worth is None})
    return Frame(
        f"The same units at {later}: made whole in money is not made whole in kind",
        (
            Column("entity"),
            Column("rank"),
            Column("commodity"),
            Column("units"),
            *_columns(found, (), ("claim", "paid", f"worth at {later}")),
            Column("paid in kind"),
        ),
        tuple(
            (
                row.entity,
                row.rank,
                row.commodity,
                row.units,
                row.value,
                row.paid,
                row.worth,
                percent(row.rate),
            )
            for row in rows
        ),
        notes=tuple(f"no price of {name} by {later}" for name in unpriced),
    )


@wide()
def preferences_frame(found: Recovery, rows: Sequence[Transfer]) -> Frame:
    """Return the transfers in the suspect periods."""
    ordered = sorted(rows, key=lambda row: (row.law, not row.dated, row.date, row.flow))
    return Frame(
        "Transfers a court may look at: payments on debts (11 USC 547), and loans,"
        " gifts and purchases (548)",
        (
            *map(
                Column,
                (
                    *("section", "day", "date", "days before", "flow", "from", "to"),
                    *("for", "insider"),
                ),
            ),
            *_columns(found, (), ("amount", "new value after", "given back")),
        ),
        tuple(
            (
                row.law,
                f"{row.earliest} to {row.latest}" if row.earliest else "given",
                row.date,
                str(row.days_before),
                row.flow,
                row.debtor,
                row.transferee,
                row.kind,
                "yes" if row.insider else "no",
                row.amount,
                row.new_value,
                row.given_back,
            )
            for row in ordered
        ),
        notes=tuple(
            f"{law}, {'within' if dated else 'perhaps outside'} the period:"
            f" {amount:,.2f} {found.case.currency}"
            for law in ("547", "548")
            for dated in (True, False)
            if (
                amount := sum(
                    (
                        row.amount or Decimal()
                        for row in rows
                        if (row.law, row.dated) == (law, dated)
                    ),
                    Decimal(),
                )
            )
        ),
    )


@wide()
def afterwards_frame(
    found: Recovery,
    rows: Sequence[Afterwards],
    said: Sequence[Record],
    paid_out: Sequence[ClassPayment],
) -> Frame:
    """Return what came of the assets later, and what sources say was paid."""
    claims = sum((one.claims for one in found.consolidated), Decimal())
    paid = sum((one.paid for one in found.consolidated), Decimal())
    notes = [
        f"all as one, the books pay {paid:,.0f} of {claims:,.0f} {found.case.currency}"
    ]
    for one in said:
        ends = f" ({one.low:,.0f} to {one.high:,.0f})" if one.low and one.high else ""
        what = f"; {one.perimeter}" if one.perimeter else ""
        notes.append(f"{one.date}: {one.source}: {one.amount:,.0f}{ends}{what}")
    if paid_out:
        total = sum((one.paid for one in paid_out), Decimal())
        notes.append(
            f"the flows after {found.at} pay {total:,.0f} {found.case.currency}: see"
            " what was paid by class and date"
        )
    elif not said:
        notes.append("no source of the case says what was paid after the petition")
    if any(row.outcome for row in rows):
        notes.append(
            "a rate taken from the outcome is what the sale fetched: that it agrees"
            " says nothing of the books"
        )
    return Frame(
        f"After {found.at}: what the assets fetched beside what the books expected",
        (
            *_columns(
                found,
                ("date", "flow", "account", "rate from"),
                ("expected", "fetched"),
            ),
            Column("difference", unit=found.case.currency, sums=((5, 1), (4, -1))),
        ),
        tuple(
            (
                row.date,
                row.flow,
                row.account,
                "outcome" if row.outcome else "expectation",
                row.expected,
                row.fetched,
                row.fetched - row.expected,
            )
            for row in rows
        ),
        notes=tuple(notes),
    )
