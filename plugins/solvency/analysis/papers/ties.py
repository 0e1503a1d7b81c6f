"""Tie-outs and adjustments: what the books are held against, and what was added."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.analysis.papers.frame import Frame
from solvency.analysis.papers.frame import PaperColumn
from solvency.evidence.open_items import standing
from solvency.evidence.review import reviewed
from solvency.wide import wide

if TYPE_CHECKING:
    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.model.consolidation import GroupSheet


@wide()
def adjustments(case: Case) -> Frame:
    """Return the entries that no source states: hypotheses taken, and plugs.

    Debits equal credits in each commodity, unless an entry exchanges one for another.
    """
    rows = [
        (
            one.commodity,
            flow.id,
            flow.date,
            one.account,
            one.units if one.units > 0 else "",
            -one.units if one.units < 0 else "",
            ", ".join(sorted(flow.hypotheses)) or flow.basis,
            flow.narration,
            flow.sources,
        )
        for flow in case.selected
        if flow.hypotheses or flow.basis == "plug"
        for one in flow.postings
    ]
    return Frame(
        f"Adjustments of scenario {case.scenario.name}: hypotheses taken, and plugs",
        (
            PaperColumn("commodity"),
            PaperColumn("flow"),
            PaperColumn("date"),
            PaperColumn("account"),
            PaperColumn("debit"),
            PaperColumn("credit"),
            PaperColumn("for"),
            PaperColumn("narration"),
            PaperColumn("sources"),
        ),
        tuple(sorted(rows, key=lambda row: (row[0], row[2], row[1]))),
        groups="commodity",
    )


def eliminations(sheet: GroupSheet) -> Frame:
    """Return what consolidation takes off, which comes to zero."""
    return Frame(
        f"Eliminations of {sheet.name} at {sheet.at}: assets less the rest are zero",
        (
            PaperColumn("side"),
            PaperColumn("entity"),
            PaperColumn("account"),
            PaperColumn("amount", sheet.currency),
            PaperColumn("reason"),
        ),
        tuple(
            sorted(
                (one.side, one.entity, one.account, one.amount, one.reason)
                for one in sheet.eliminations
            )
        ),
        groups="side",
    )


def intercompany(sheet: GroupSheet) -> Frame:
    """Return what members owe one another, by the books of each side."""
    return Frame(
        f"Intercompany at {sheet.at}: what each side's books say",
        (
            PaperColumn("creditor"),
            PaperColumn("debtor"),
            PaperColumn("commodity"),
            PaperColumn("claimed"),
            PaperColumn("owed"),
            PaperColumn("unmatched", sums=((3, 1), (4, -1))),
        ),
        tuple(
            (
                one.creditor,
                one.debtor,
                one.commodity,
                one.claimed,
                one.owed,
                one.unmatched,
            )
            for one in sheet.intercompany
        ),
    )


@wide()
def stated_beside_books(book: Book) -> Frame:
    """Return what sources state of balances beside what the postings come to."""
    from solvency.model.observations import observed  # noqa: PLC0415 (brings in SciPy)

    found = observed(book)
    rows = []
    for row, books in zip(found.rows, found.predicted, strict=True):
        one = row.first
        # Sums of floats: of twelve digits all are right.
        by_books = Decimal(f"{books:.12g}")
        stated = Decimal(f"{row.value:.12g}")
        rows.append(
            (
                one.id,
                one.date,
                " ".join(one.accounts),
                row.bound,
                stated,
                by_books,
                by_books - stated,
                one.amount.commodity,
                one.source,
            )
        )
    return Frame(
        "Tie-outs: what sources state beside what the books come to",
        (
            PaperColumn("observation"),
            PaperColumn("date"),
            PaperColumn("accounts"),
            PaperColumn("at"),
            PaperColumn("stated"),
            PaperColumn("books"),
            PaperColumn("difference", sums=((5, 1), (4, -1))),
            PaperColumn("commodity"),
            PaperColumn("source"),
        ),
        tuple(rows),
        notes=tuple(
            f"not held against the books: {one.observation.id}, {one.reason}"
            for one in found.untested
        ),
    )


#: How the amounts of what is open are signed.
_SIGNS = (
    "amount: of a gap the movements that are missing; of a disagreement the books less"
    " what is stated; of a row what it moved, below zero where money left"
)


def open_evidence(case: Case) -> Frame:
    """Return what of the imported evidence is open."""
    names = ("kind", "entity", "account", "row", "date", "amount", "unit", "message")
    return Frame(
        "Evidence that is open: gaps, suspense, disagreements",
        tuple(map(PaperColumn, names)),
        tuple(tuple(getattr(item, name) for name in names) for item in standing(case)),
        notes=(_SIGNS,),
    )


def reviews(case: Case) -> Frame:
    """Return which flows somebody has approved as they stand."""
    found = reviewed(case)
    held = sum(one.holds for one in found)
    return Frame(
        "Reviews",
        tuple(map(PaperColumn, ("flow", "status", "by", "day", "note", "hash"))),
        tuple(
            (one.flow, one.status, one.by, one.day or "", one.note, one.hash)
            for one in found
        ),
        notes=(f"{held:,} of {len(found):,} flows approved as they stand",),
    )
