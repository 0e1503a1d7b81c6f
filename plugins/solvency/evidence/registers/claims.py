"""A register of claims: each claim a debt, and none of them counted twice."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.contents import Noted
from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.formats.grid import Table
from solvency.evidence.formats.tabular import currency_of
from solvency.evidence.formats.totals import parted
from solvency.evidence.records import cents
from solvency.evidence.records import digest
from solvency.evidence.records import plain
from solvency.evidence.registers.agreement import compare
from solvency.ledger.ranks import RANKS

if TYPE_CHECKING:
    import datetime
    from decimal import Decimal

    from solvency.evidence.contents import Contents
    from solvency.evidence.counterparties import NameDecisions

#: Whose claims a register holds: creditors are one entity, each named by its flow.
CREDITORS = "Creditors"


class Claim(NamedTuple):
    """One row of a register."""

    row: str
    date: datetime.date
    number: str
    creditor: str
    amount: Decimal
    currency: str
    rank: str
    narration: str
    amends: str

    @property
    def told(self) -> str:
        """Return the claim in words."""
        number = f"claim {self.number} of " if self.number else "the claim of "
        return f"{number}{self.creditor} for {cents(self.amount)} {self.currency}"


def read(found: Contents, source: str) -> None:
    """Read a register into flows, duplicates left out and noted.

    Raises:
        EvidenceError: A row cannot be read as the mapping says.
    """
    table = Table(found.document, found.mapping)
    rows, totals = parted(table, "claim-number")
    claims = [_claim(record, found) for record in rows]
    found.totals += [one.record.label for one in totals]
    if claims:
        debt, _ = _accounts(found.mapping.entity, claims[-1].rank)
        compare(found, totals, debt, max(one.date for one in claims))
    found.lines = len(claims)
    twice = _duplicates(claims, set(found.mapping.distinct), found.names)
    for claim in claims:
        if claim.row in twice:
            _noted(found, claim, *twice[claim.row])
            found.left += _draft(found, claim, source).keys
        elif claim.amount:
            found.drafts.append(_draft(found, claim, source))
    entity = found.mapping.entity
    for rank in sorted({claim.rank for claim in claims}):
        pair = f'"claims-{rank}"'
        debt, owed = _accounts(entity, rank)
        found.opens[debt] = {
            "counterparty": f'"{CREDITORS}"',
            "rank": f'"{rank}"',
            "term": '"demand"',
            "pair": pair,
        }
        found.opens[owed] = {"counterparty": f'"{entity}"', "pair": pair}


def _claim(record: object, found: Contents) -> Claim:
    from solvency.evidence.formats.grid import Record  # noqa: PLC0415 (its type alone)

    assert isinstance(record, Record)  # noqa: S101 (the table yields them)
    mapping = found.mapping
    rank = record.text("rank").casefold()
    known = next((one for one in reversed(RANKS) if one in rank), "unsecured")
    amount = record.amount("amount") if record.has("amount") else None
    if amount is None or amount < 0:
        raise record.refused(
            "the claim has no amount"
            if amount is None
            else "the claim is below nothing",
            "Correct the row, or skip it in the mapping",
        )
    day = record.day("date") if record.has("date") else mapping.at
    if day is None:
        raise record.refused(
            "the claim has no day", "Write `at`, the register's day, in the mapping"
        )
    return Claim(
        record.label,
        day,
        record.text("claim-number"),
        record.text("payee") or "unnamed creditor",
        amount,
        currency_of(record, mapping),
        known,
        record.text("narration"),
        record.text("amends"),
    )


def _duplicates(
    claims: list[Claim], distinct: set[str], names: NameDecisions
) -> dict[str, tuple[Claim, str]]:
    """Return the rows to leave out, each with the claim that stands and why."""
    found: dict[str, tuple[Claim, str]] = {}
    amended = {claim.amends: claim for claim in claims if claim.amends}
    by_number: dict[str, Claim] = {}
    by_amount: dict[tuple[Decimal, str], list[Claim]] = {}
    for claim in claims:
        if claim.number and claim.number in amended:
            found[claim.row] = amended[claim.number], "is amended by"
            continue
        if claim.number in distinct:
            continue
        same = by_number.get(claim.number) if claim.number else None
        if same is not None:
            found[claim.row] = same, "has the number of"
            continue
        if claim.number:
            by_number[claim.number] = claim
        several = by_amount.setdefault((claim.amount, claim.currency), [])
        twin = next((o for o in several if names.one(claim.creditor, o.creditor)), None)
        if twin is not None and claim.amount:
            found[claim.row] = twin, "repeats"
        else:
            several.append(claim)
    return found


def _noted(found: Contents, claim: Claim, of: Claim, why: str) -> None:
    name = found.document.name
    found.repeats.append((claim.row, of.row))
    notes = {
        "duplicate-of": f'"{name}:{of.row}"',
        "amount": f"{plain(claim.amount)} {claim.currency}",
    }
    if why == "is amended by":
        notes["settled"] = '"amended"'
    text = (
        f"{name}:{claim.row}: {claim.told} {why} {name}:{of.row}, {of.told}, and is"
        " left out"
    )
    debt, _ = _accounts(found.mapping.entity, claim.rank)
    found.noted.append(Noted(claim.row, claim.date, debt, text, notes))


def _accounts(entity: str, rank: str) -> tuple[str, str]:
    kind = rank.capitalize()
    return (
        f"Liabilities:{entity}:Claims:{kind}",
        f"Assets:{CREDITORS}:Claims:{entity}:{kind}",
    )


def _draft(found: Contents, claim: Claim, source: str) -> Draft:
    entity = found.mapping.entity
    debt, owed = _accounts(entity, claim.rank)
    amount, unit = claim.amount, claim.currency
    return Draft(
        claim.date,
        claim.creditor,
        claim.narration or f"Claim {claim.number}".strip(),
        [
            DraftLeg(debt, -amount, unit),
            DraftLeg(f"Expenses:{entity}:Claims", amount, unit),
            DraftLeg(owed, amount, unit),
            DraftLeg(f"Equity:{CREDITORS}:Claims", -amount, unit),
        ],
        [Cited(found.document.name, claim.row)],
        [source],
        [
            digest(
                "claim",
                entity,
                claim.number,
                claim.creditor,
                plain(amount),
                unit,
                # Without a number, two of one creditor and amount differ by the row.
                "" if claim.number else claim.row,
            )
        ],
        notes={"claim": claim.number.replace(",", " ")} if claim.number else {},
    )
