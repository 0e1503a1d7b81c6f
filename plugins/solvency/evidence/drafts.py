"""Flows to be written: what each row of evidence becomes."""

from __future__ import annotations

import functools
import re
from collections import Counter
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.records import digest
from solvency.evidence.records import quoted

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from decimal import Decimal
    from pathlib import Path

    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import AccountStatement
    from solvency.evidence.records import Movement


#: How the narration of the flow begins that opens an account's balance.
OPENING = "Opening balance"


def suspense_of(entity: str) -> str:
    """Return the account for what nobody explains, where none is named."""
    return f"Assets:{entity}:Suspense"


def opening_of(entity: str) -> str:
    """Return the account against which a first balance stands, if none is named."""
    return f"Equity:{entity}:Opening"


class DraftLeg(NamedTuple):
    """One posting of a flow to be written."""

    account: str
    amount: Decimal
    commodity: str
    #: What the units were exchanged for, as written: "@@ 4.5 USD"; "" if they were not.
    price: str = ""


class Cited(NamedTuple):
    """A row of a document."""

    file: str
    row: str

    def __str__(self) -> str:
        return f"{self.file}:{self.row}"


@dataclass
class Draft:
    """A flow to be written, with the rows it rests on."""

    date: datetime.date
    payee: str
    narration: str
    legs: list[DraftLeg]
    rows: list[Cited]
    sources: list[str]
    #: A digest of each row.
    keys: list[str]
    #: "settled" by a rule, "unmatched", "matched" from two sides, or "one-sided".
    status: str = "settled"
    purpose: str = ""
    latest: datetime.date | None = None
    #: What matching looks at: all its words, and the other account's number.
    text: str = ""
    reference: str = ""
    other: str = ""
    #: Where a flow stands that an earlier import wrote.
    block: tuple[Path, str] | None = None
    notes: dict[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """Return the flow's id, made of the digests of its rows."""
        return "I-" + ".".join(self.keys)

    @functools.cached_property
    def bare(self) -> str:
        """Return its words without what stands between letters and digits."""
        return re.sub(r"\W", "", self.text).upper()

    @property
    def own(self) -> DraftLeg:
        """Return the leg on the account whose statement it was read from."""
        return self.legs[0]


def keyed(
    account: str, movements: Iterator[Movement]
) -> Iterator[tuple[Movement, str]]:
    """Yield each movement with its digest; alike rows of one file are numbered."""
    times: Counter[tuple[str, ...]] = Counter()
    for one in movements:
        content = one.content
        times[content] += 1
        number = str(times[content]) if times[content] > 1 else ""
        yield one, digest(account, *content, number)


def drafted(
    statement: AccountStatement, mapping: Mapping, source: str, repeats: dict[str, str]
) -> Iterator[Draft]:
    """Yield the flow of each movement, by the first rule that fits.

    Args:
        statement: The rows.
        mapping: Says what they mean.
        source: The name of the declared source.
        repeats: Rows to leave out, since the document has them twice.
    """
    account = mapping.account
    name = statement.document.name
    once = (one for one in statement.movements() if one.row not in repeats)
    for one, key in keyed(account, once):
        rule = mapping.rule(one)
        text = one.text
        if (rule is not None and rule.skip) or mapping.skips(text):
            continue
        if not one.amount:
            continue  # a line of words
        against = rule.account if rule is not None and rule.account else ""
        # One rule for the files of several entities names each its own account.
        against = against.replace(":ENTITY:", f":{mapping.entity}:")
        yield Draft(
            one.date,
            (rule.payee if rule is not None and rule.payee else one.payee),
            one.narration or one.reference,
            [
                DraftLeg(account, one.amount, one.currency),
                DraftLeg(against or mapping.suspense, -one.amount, one.currency),
            ],
            [Cited(name, one.row)],
            [source],
            [key],
            "settled" if against else "unmatched",
            purpose=(rule.purpose or "") if rule is not None else "",
            text=text,
            reference=one.reference,
            other=one.other,
            notes={} if against else _clues(one),
        )


def _clues(one: Movement) -> dict[str, str]:
    """Return what a later import needs to find a row's other side."""
    found = {}
    if one.reference and one.reference != one.narration and one.narration:
        found["reference"] = one.reference
    if one.other:
        found["other-account"] = one.other
    return found


def block(draft: Draft) -> str:
    """Return a flow as it is written."""
    head = (
        f'{draft.date} * "{quoted(draft.payee)}" '
        if draft.payee
        else f"{draft.date} * "
    )
    links = "".join(f" ^{source}" for source in draft.sources)
    lines = [
        f'{head}"{quoted(draft.narration)}"{links}',
        f'  id: "{draft.id}"',
        f'  row: "{quoted(", ".join(map(str, draft.rows)))}"',
    ]
    if draft.latest is not None and draft.latest > draft.date:
        lines += [f"  earliest: {draft.date}", f"  latest: {draft.latest}"]
    if draft.purpose:
        lines.append(f'  purpose: "{quoted(draft.purpose)}"')
    lines += [f'  {key}: "{quoted(value)}"' for key, value in draft.notes.items()]
    lines += [
        f"  {leg.account}  {leg.amount:f} {leg.commodity}"
        + (f" {leg.price}" if leg.price else "")
        for leg in draft.legs
    ]
    return "\n".join(lines) + "\n"
