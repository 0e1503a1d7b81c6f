"""What a reader must know of counts, below the table of what was found."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.figures.plain import count
from solvency.figures.remark import Remark
from solvency.ledger.entries.postings import total
from solvency.model.sheets import rounded

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection
    from collections.abc import Iterable

    from solvency.model.counting.counts import Counts
    from solvency.model.counting.found import Held
    from solvency.model.counting.found import Line
    from solvency.model.valuation import Valuation

ZERO = Decimal()


def unsaid(one: Held) -> Remark:
    """Say of a statement's own balance that its rows do not come to it."""
    return Remark(
        "%(row)s states %(counted)s of %(account)s and the rows that came in come to"
        " %(books)s: the %(amount)s between them are movements that no row says, and no"
        " asset that is lost",
        row=one.seen.count.notes["row"],
        counted=f"{one.counted:,.2f}",
        account=one.position.account,
        books=f"{one.books:,.2f}",
        amount=f"{one.untraced + one.unrecorded:,.2f}",
    )


def silent(counts: Counts, day: datetime.date) -> Iterable[str]:
    """Say that no count speaks of a day, where there are counts of others."""
    if counts.counts and not counts.speaking(day):
        yield Remark(
            "no count speaks of %(day)s: they are carried back no further than the"
            " petition, %(petition)s",
            day=day,
            petition=counts.book.case.reporting_date,
        )


def carried_back(
    counts: Counts, day: datetime.date, entities: Collection[str]
) -> Iterable[str]:
    """Name the counts of later days that bind anything on a day, with theirs."""
    book = counts.book
    later = {
        seen.count.id: seen.count.date
        for position, seen in counts.on(day).items()
        if seen.count.date > day and book.account(position).entity in entities
    }
    if later:
        yield Remark(
            "counted later, and carried back over the flows between: %(counts)s; what"
            " came in since and is no flow of the books is among what they counted",
            counts=tuple(f"{name} ({made})" for name, made in sorted(later.items())),
        )


def at_ends(
    counts: Counts, day: datetime.date, entities: Collection[str]
) -> Iterable[str]:
    """Say what the ends of the counts' ranges take, and which statements they leave."""
    bound = {
        seen.count.id
        for position, seen in counts.on(day).items()
        if counts.book.account(position).entity in entities
    }
    nothing = tuple(
        one.seen.id
        for one in counts.counts
        if one.seen.id in bound and one.at_most and not one.number("low")
    )
    if nothing:
        yield Remark(
            "at the end where most is untraced, what was counted at most is taken as"
            " nothing: %(counts)s",
            counts=nothing,
        )
    beyond = tuple(
        f"{seen.id} ({seen.amount.number:,f} {seen.amount.commodity}; {one.seen.id})"
        for seen, one in counts.contradicting(day)
        if one.seen.id in bound
    )
    if beyond:
        yield Remark(
            "the range leaves out what sources state of the same assets and the ledger"
            " does not take as a count (beside each the count that binds): %(stated)s"
            if counts.ranged
            else "sources state otherwise of the same assets, and the ledger does not"
            " take that as a count (beside each the count that binds): %(stated)s",
            stated=beyond,
        )


def of_counts(counts: Counts, shared: dict[str, set[str]]) -> Iterable[str]:
    """Say what a reader must know of the counts behind a table."""
    for pair in counts.overlaps:
        yield Remark(
            "%(one)s and %(other)s overlap in %(accounts)s and neither is within the"
            " other: neither binds",
            one=pair.one.id,
            other=pair.other.id,
            accounts=tuple(pair.accounts),
        )
    for name, entities in sorted(shared.items()):
        whose = {"whose": tuple(sorted(entities))} if len(entities) > 1 else {}
        yield Remark(
            "%(count)s counted several holdings together, of %(whose)s: what is"
            " untraced of them is shared in proportion to the books of those without a"
            " narrower count"
            if whose
            else "%(count)s counted several holdings together: what is untraced of them"
            " is shared in proportion to the books of those without a narrower count",
            count=name,
            **whose,
        )
    for one in counts.counts:
        seen = one.seen
        if seen.bound == "at least":
            yield Remark(
                "%(count)s counted at least %(least)s",
                count=seen.id,
                least=f"{seen.edge:,f} {seen.amount.commodity}",
            )
    yield from counts.notes


def put_in(counts: Counts, line: Line, day: datetime.date) -> Iterable[str]:
    """Say how many of the flows behind a line were put in, and not stated."""
    behind = {one.position for one in line.held}
    flows = [
        flow
        for flow in counts.book.flows
        if flow.date <= day
        and any((one.account, one.commodity) in behind for one in flow.postings)
    ]
    remainders = sum(flow.basis == "residual" for flow in flows)
    sized = sum(flow.basis != "residual" and bool(flow.sized_by) for flow in flows)
    if remainders or sized:
        yield Remark(
            "behind what is untraced in %(accounts)s: flows %(flows)s, of them"
            " remainders that no source states %(remainders)s, and sized to another"
            " figure %(sized)s",
            accounts=line.accounts,
            flows=len(flows),
            remainders=remainders,
            sized=sized,
        )


def uncounted(
    counts: Counts, valuation: Valuation, entities: Iterable[str]
) -> Iterable[str]:
    """Say what nobody counted, by entity: of members, and of others counted in part.

    Nothing where nobody counted anything: then there is no table to stand below.
    """
    book = counts.book
    bound = counts.on(valuation.at)
    named = {book.account(position).entity for position in bound}
    named |= set(book.case.group) if bound else set()
    left: dict[str, dict[str, Decimal]] = {n: {} for n in entities if n in named}
    for position in valuation.units:
        account = book.account(position)
        if (
            account.root == "Assets"
            and not account.suspense
            and position not in bound
            and account.entity in left
        ):
            worth = rounded(book, valuation.value(position) or ZERO)
            each = left[account.entity]
            each[account.name] = each.get(account.name, ZERO) + worth
    return [
        f"{entity}: nobody counted {count(len(each), 'account')}, in the books at"
        f" {total(each.values()):,.2f} {book.case.currency}"
        for entity, each in left.items()
        if each
    ]
