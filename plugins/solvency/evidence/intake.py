"""Bring documents in: read them all, leave out what is there, join both sides."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING

from solvency.evidence.contents import Noted
from solvency.evidence.contents import StatedBalance
from solvency.evidence.counterparties import NameDecisions
from solvency.evidence.drafts import OPENING
from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.drafts import drafted
from solvency.evidence.drafts import opening_of
from solvency.evidence.drafts import suspense_of
from solvency.evidence.existing_case import blocks_of
from solvency.evidence.existing_case import present
from solvency.evidence.existing_case import written_flows
from solvency.evidence.gaps.between_statements import between_statements
from solvency.evidence.gaps.between_statements import days_of
from solvency.evidence.gaps.continuity import BalanceGap
from solvency.evidence.gaps.continuity import walk
from solvency.evidence.gaps.continuity import with_own
from solvency.evidence.gaps.duplicates import repeated
from solvency.evidence.gaps.filled_elsewhere import unfilled
from solvency.evidence.mapping import watched
from solvency.evidence.reading import read
from solvency.evidence.records import cents
from solvency.evidence.records import digest
from solvency.evidence.records import opened
from solvency.evidence.records import quoted
from solvency.evidence.transfers import WINDOW
from solvency.evidence.transfers import Own
from solvency.evidence.transfers import matched

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from solvency.evidence.contents import Contents
    from solvency.evidence.existing_case import Present
    from solvency.evidence.gaps.continuity import Walk
    from solvency.evidence.mapfile import Mappings
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import AccountStatement
    from solvency.evidence.records import Balance
    from solvency.evidence.records import Document


@dataclass
class Intake:
    """All that one import found."""

    present: Present
    readings: list[Contents] = field(default_factory=list)
    #: The name of each document's source.
    sources: dict[int, str] = field(default_factory=dict)
    #: The flows to add.
    drafts: list[Draft] = field(default_factory=list)
    #: Rows left out, each with the row that says the same.
    duplicates: list[tuple[Cited, str]] = field(default_factory=list)
    gaps: list[BalanceGap] = field(default_factory=list)
    #: Flows that an earlier import wrote and a later row completes or corrects.
    replaced: list[tuple[Path, str]] = field(default_factory=list)
    names: NameDecisions = field(default_factory=NameDecisions)

    @property
    def unmatched(self) -> list[Draft]:
        """Return the flows no rule settles."""
        return [one for one in self.drafts if one.status == "unmatched"]

    @property
    def one_sided(self) -> list[Draft]:
        """Return the transfers whose other side's statement lacks them."""
        return [one for one in self.drafts if one.status == "one-sided"]


def take_in(paths: Iterable[Path], mappings: Mappings, folder: Path) -> Intake:
    """Read documents into what a case would gain by them.

    Args:
        paths: The documents.
        mappings: How each is read.
        folder: Where the ledger files go.

    Raises:
        EvidenceError: A document, the mapping or the case cannot be read.
    """
    with watched():
        return _taken_in(paths, mappings, folder)


def _taken_in(paths: Iterable[Path], mappings: Mappings, folder: Path) -> Intake:
    """Read documents into what a case would gain by them; as `take_in` has it."""
    found = Intake(present(folder))
    found.names = NameDecisions.read(folder)
    seen: set[str] = set()
    for path in paths:
        document = opened(path)
        if document.sha256 in seen:
            continue
        seen.add(document.sha256)
        source = _source(document, found)
        reading = read(document, mappings.of(document.name), source, found.names)
        found.sources[len(found.readings)] = source
        found.readings.append(reading)
    _walked(found)
    left = {key for one in found.readings for key in one.left} & {*found.present.rows}
    # What a decision on names makes a duplicate is one no longer to be counted.
    found.replaced += blocks_of(found.present, left)
    for draft in found.drafts:
        draft.payee = found.names.decided(draft.payee)
    found.names.compare(draft.payee for draft in found.drafts)
    _once(found)
    _joined(found)
    if found.gaps:
        flows = itertools.chain(written_flows(found.present), found.drafts)
        gone = {text for _, text in found.replaced}
        found.gaps = list(unfilled(found.gaps, flows, gone))
    # Within a day rows stay in the order of their document.
    found.drafts.sort(key=lambda one: one.date)
    return found


def _source(document: Document, found: Intake) -> str:
    """Name a document's source: after the file, and its content where two share it."""
    taken = found.present.sources
    for name, sha256 in taken.items():
        if sha256 == document.sha256:
            return name
    slug = document.slug
    if slug in taken or slug in found.sources.values():
        return f"{slug}-{document.sha256[:8]}"
    return slug


def _walked(found: Intake) -> None:
    """Add up each statement, and each account's statements one after another."""
    ends: list[tuple[str, AccountStatement, Walk, Contents, str]] = []
    for at, reading in enumerate(found.readings):
        found.drafts += reading.drafts
        found.gaps += reading.gaps
        found.duplicates += [
            (Cited(reading.document.name, row), f"{reading.document.name}:{of}")
            for row, of in reading.repeats
        ]
        reading.statements = [one for one in reading.statements if one.lines]
        for statement in reading.statements:
            mapping = _for(statement, reading.mapping)
            walked = walk(statement)
            walked.gaps = [
                with_own(gap, mapping.account, (statement, walked))
                for gap in walked.gaps
            ]
            source = found.sources[at]
            found.drafts += drafted(statement, mapping, source, walked.repeats)
            found.gaps += walked.gaps
            name = statement.document.name
            found.duplicates += [
                (Cited(name, row), f"{name}:{of}") for row, of in walked.repeats.items()
            ]
            _recorded(reading, mapping, statement, walked)
            ends.append((mapping.account, statement, walked, reading, source))
    _in_turn(found, ends)


def _in_turn(
    found: Intake, ends: list[tuple[str, AccountStatement, Walk, Contents, str]]
) -> None:
    """Open each account, and compare each of its statements with the one before."""
    by_account: dict[str, list[tuple[str, AccountStatement, Walk, Contents, str]]] = {}
    for one in ends:
        by_account.setdefault(one[0], []).append(one)
    for account, several in by_account.items():
        several.sort(key=lambda one: days_of(one[1]))
        _opening(found, account, several[0])
        found.gaps += between_statements(account, [one[1:3] for one in several])


def _for(statement: AccountStatement, mapping: Mapping) -> Mapping:
    """Return the mapping with the account that a statement's number stands for."""
    account = mapping.accounts.get(statement.number, mapping.account)
    if account == mapping.account:
        return mapping
    entity = account.split(":")[1]
    return replace(
        mapping,
        account=account,
        entity=entity,
        suspense=suspense_of(entity),
        opening=opening_of(entity),
        number=statement.number,
    )


def _recorded(
    reading: Contents, mapping: Mapping, statement: AccountStatement, walked: Walk
) -> None:
    """Keep a statement's balances, gaps and repeated rows for the ledger."""
    first = next(statement.movements(), None)
    balances: list[Balance] = []
    if walked.opening is not None:
        before = walked.opening.date
        if first is not None:
            before = first.date - datetime.timedelta(days=1)
        balances.append(walked.opening._replace(date=before))
    balances += walked.months
    if walked.closing is not None:
        balances.append(walked.closing)
    account = mapping.account
    reading.stated += [
        StatedBalance(one.row, one.date, account, one.amount, one.currency)
        for one in balances
    ]
    name = statement.document.name
    days = {line.row: line.date for line in statement.lines}
    for gap in walked.gaps:
        reading.noted.append(
            Noted(
                gap.row,
                datetime.date.fromisoformat(gap.until),
                account,
                f"{name}:{gap.row} states {cents(gap.found)} {gap.currency} where the"
                f" rows to {name}:{gap.after} make {cents(gap.expected)}",
                {
                    "after-row": f'"{name}:{gap.after}"',
                    "after-day": gap.since,
                    "expected": f"{gap.expected} {gap.currency}",
                    "found": f"{gap.found} {gap.currency}",
                    "own-rows": f"{gap.own} {gap.currency}",
                },
            )
        )
    reading.noted += [
        Noted(
            row,
            days[row],
            account,
            f"{name}:{row} repeats {name}:{of} and is left out",
            {"duplicate-of": f'"{name}:{of}"'},
        )
        for row, of in walked.repeats.items()
    ]


def _opening(
    found: Intake,
    account: str,
    first: tuple[str, AccountStatement, Walk, Contents, str],
) -> None:
    """Add the flow that opens an account, where no earlier row of it is there."""
    _, statement, walked, reading, source = first
    opening = walked.opening
    if opening is None or not opening.amount:
        return
    key = digest("opening", account, opening.currency)
    move = next(statement.movements(), None)
    day = opening.date if move is None else move.date - datetime.timedelta(days=1)
    known = found.present.openings.get(key)
    if known is not None:
        if known[0] <= day:
            return
        # An earlier statement came later: its opening takes the other's place.
        found.replaced.append(known[1:])
        found.present.rows.pop(key, None)
    mapping = _for(statement, reading.mapping)
    found.drafts.append(
        Draft(
            day,
            "",
            f"{OPENING} of {account}, as its statement has it",
            [
                DraftLeg(account, opening.amount, opening.currency),
                DraftLeg(mapping.opening, -opening.amount, opening.currency),
            ],
            [Cited(statement.document.name, opening.row)],
            [source],
            [key],
        )
    )


def _once(found: Intake) -> None:
    """Leave out the rows that the case, or an earlier document, has already."""
    rows = dict(found.present.rows)
    kept = []
    again: dict[str, list[tuple[Draft, str]]] = {}
    for draft in found.drafts:
        old = [key for key in draft.keys if key in rows]
        if old and len(old) == len(draft.keys):
            if not draft.narration.startswith(OPENING):
                found.duplicates.append((draft.rows[0], rows[old[0]]))
                again.setdefault(draft.sources[0], []).append((draft, rows[old[0]]))
            continue
        rows.update(dict.fromkeys(draft.keys, str(draft.rows[0])))
        kept.append(draft)
    found.drafts = kept
    for at, reading in enumerate(found.readings):
        several = again.get(found.sources[at], [])
        if several and found.sources[at] not in found.present.sources:
            reading.noted += repeated(several, reading.lines)


def _joined(found: Intake) -> None:
    """Join the two sides of transfers, those of earlier imports among them."""
    owns = _owns(found)
    windows = [one.mapping.window for one in found.readings]
    loose = [one for one in found.present.loose if one.own.account in owns]
    flows, pairs = matched([*loose, *found.drafts], owns, max(windows, default=WINDOW))
    for pair in pairs:
        found.replaced += [one.block for one in pair if one.block is not None]
    # What an earlier import wrote and nothing joined stays as it stands.
    found.drafts = [one for one in flows if one.block is None]


def _owns(found: Intake) -> dict[str, Own]:
    """Return the accounts of which there are statements, with the days they cover."""
    covered = dict(found.present.covered)
    marks = dict(found.present.marks)
    for reading in found.readings:
        for account, days in reading.covered.items():
            first, last = covered.get(account, days)
            covered[account] = min(first, days[0]), max(last, days[1])
        for statement in reading.statements:
            mapping = _for(statement, reading.mapping)
            since, until = days_of(statement)
            first, last = covered.get(mapping.account, (since, until))
            covered[mapping.account] = min(first, since), max(last, until)
            number, names = marks.get(mapping.account, ("", ()))
            marks[mapping.account] = (
                statement.number or mapping.number or number,
                mapping.known_as or names,
            )
            reading.opens.setdefault(mapping.account, {}).update(
                _marks(*marks[mapping.account])
            )
    return {
        account: Own(
            account, account.split(":")[1], *marks.get(account, ("", ())), *days
        )
        for account, days in covered.items()
    }


def _marks(number: str, names: tuple[str, ...]) -> dict[str, str]:
    found = {"liquidity": '"liquid"'}
    if number:
        found["number"] = f'"{quoted(number)}"'
    if names:
        found["known-as"] = f'"{quoted(", ".join(names))}"'
    return found
