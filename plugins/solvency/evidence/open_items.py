"""What of the imported evidence is still open: suspense, gaps, disagreements."""

from __future__ import annotations

import datetime
import itertools
import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from beancount.core.amount import Amount
from beancount.core.data import Note

from solvency.evidence.gaps.filled_elsewhere import reached
from solvency.evidence.gaps.filled_elsewhere import remaining
from solvency.evidence.gaps.movements import AccountMoves
from solvency.evidence.gaps.movements import files_of
from solvency.evidence.records import cents

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Self

    from solvency.ledger.case import Case

#: What can be open, the gravest first.
KINDS = ("gap", "duplicate", "one-sided", "disagreement", "suspense")


class OpenSentence(str):  # noqa: SLOT000 (no text with values of its own can have slots)
    """What is open, in English; another language says it again from its message.

    Attributes:
        message: The sentence with `%(name)s` where a value stands.
        values: What stands there: words, and days that a reader's language writes.
    """

    message: str
    values: Mapping[str, str | datetime.date]

    def __new__(cls, message: str, **values: str | Decimal | datetime.date) -> Self:
        """Return the sentence of a message."""
        shown = {
            name: cents(one) if isinstance(one, Decimal) else one
            for name, one in values.items()
        }
        found = super().__new__(cls, message % shown)
        found.message = message
        found.values = shown
        return found


@dataclass(frozen=True)
class OpenItem:
    """One thing about the evidence that somebody has to settle."""

    #: One of KINDS.
    kind: str
    entity: str
    account: str
    #: The row of the imported file.
    row: str
    date: datetime.date
    amount: Decimal
    unit: str
    message: OpenSentence
    #: The flow that is open, where it is one.
    flow: str = ""


def standing(case: Case) -> tuple[OpenItem, ...]:
    """Return what is open of the evidence that was imported into a case."""
    moved = AccountMoves(case)
    gaps = list(_gaps(case, moved))
    found = [
        *_suspense(case),
        *gaps,
        *_between(case, moved, gaps),
        *_duplicates(case),
        *_disagreements(case, moved),
    ]
    return tuple(
        sorted(
            found, key=lambda one: (KINDS.index(one.kind), one.date, _natural(one.row))
        )
    )


def _natural(row: str) -> list[tuple[int, str]]:
    """Return a key by which row 9 comes before row 10."""
    return [
        (int(part) if part.isdecimal() else -1, part)
        for part in re.split(r"(\d{1,18})", row)
    ]


def _suspense(case: Case) -> Iterator[OpenItem]:
    """Yield the flows that stand in suspense."""
    marked = {
        name: account.notes.get("other-side")
        for name, account in case.accounts.items()
        if account.notes.get("suspense") in {"True", "TRUE"}
    }
    if not marked:
        return
    for flow in case.selected:
        for posting in flow.postings:
            if posting.account not in marked:
                continue
            other = marked[posting.account]
            row = flow.notes.get("row", flow.id)
            said = (flow.payee or flow.narration)[:80]
            yield OpenItem(
                "one-sided" if other else "suspense",
                posting.entity,
                posting.account,
                row,
                flow.date,
                -posting.units,
                posting.commodity,
                OpenSentence(
                    "%(row)s: %(amount)s %(unit)s on %(day)s, '%(said)s', is in no"
                    " statement of %(where)s"
                    if other
                    else "%(row)s: %(amount)s %(unit)s on %(day)s, '%(said)s', stands"
                    " in %(where)s",
                    row=row,
                    amount=-posting.units,
                    unit=posting.commodity,
                    day=flow.date,
                    said=said,
                    where=other or posting.account,
                ),
                flow.id,
            )


def _notes(case: Case, key: str) -> Iterator[Note]:
    notes = (one for one in case.kept_entries if isinstance(one, Note))
    return (note for note in notes if key in note.meta)


def _gaps(case: Case, moved: AccountMoves) -> Iterator[OpenItem]:
    """Yield the gaps an import noted, that no later flow has closed."""
    for note in _notes(case, "expected"):
        expected, found = note.meta["expected"], note.meta.get("found")
        since = note.meta.get("after-day")
        if not (isinstance(expected, Amount) and isinstance(found, Amount)):
            continue
        assert expected.number is not None  # noqa: S101 (an amount in metadata has one)
        assert found.number is not None  # noqa: S101 (as above)
        missing = found.number - expected.number
        row = str(note.meta["row"])
        if isinstance(since, datetime.date):
            key = note.account, found.currency
            moves = moved.moves(key)
            own = _own(note, moved, since)
            missing = remaining(missing, own, since, note.date, moves)
            if not missing:
                continue
            after = note.meta.get("after-row", "?")
            message = OpenSentence(
                "%(row)s states %(found)s %(unit)s on %(day)s, and the rows to"
                " %(after)s of %(since)s make %(expected)s: %(missing)s %(unit)s of"
                " movements are missing between the two",
                row=row,
                found=found.number,
                unit=found.currency,
                day=note.date,
                after=after,
                since=since,
                expected=expected.number,
                missing=missing,
            )
            kind = "gap"
        else:
            message = OpenSentence(
                "%(row)s: %(words)s", row=row, words=_plain(note.comment)
            )
            kind = "disagreement"
        yield OpenItem(
            kind,
            _entity(note.account),
            note.account,
            row,
            note.date,
            missing,
            found.currency,
            message,
        )


def _own(note: Note, moved: AccountMoves, since: datetime.date) -> Decimal:
    """Return what a file's own rows of the days about a gap come to."""
    own = note.meta.get("own-rows")
    if isinstance(own, Amount) and own.number is not None:
        return own.number
    found = note.meta["found"]
    file = str(note.meta["row"]).partition(":")[0]
    return sum(
        (
            units
            for flow, units in moved.flows.get((note.account, found.currency), ())
            if since <= flow.date <= note.date and file in files_of(flow)
        ),
        Decimal(),
    )


def _entity(account: str) -> str:
    return account.split(":")[1] if ":" in account else account


def _between(
    case: Case, moved: AccountMoves, gaps: list[OpenItem]
) -> Iterator[OpenItem]:
    """Yield each two balances of statements between which movements are missing."""
    stated: dict[tuple[str, str], list[tuple[datetime.date, Decimal, str]]] = (
        defaultdict(list)
    )
    for one in case.observations:
        if one.counted and "row" in one.notes and len(one.accounts) == 1:
            key = one.accounts[0], one.amount.commodity
            stated[key].append((one.date, one.amount.number, one.notes["row"]))
    for note in _notes(case, "states"):
        amount = note.meta["states"]
        if isinstance(amount, Amount) and amount.number is not None:
            key = note.account, amount.currency
            stated[key].append((note.date, amount.number, str(note.meta["row"])))
    for key, several in stated.items():
        several.sort()
        for earlier, later in itertools.pairwise(several):
            change = later[1] - earlier[1]
            books = moved.balance(key, later[0]) - moved.balance(key, earlier[0])
            known = sum(
                gap.amount
                for gap in gaps
                if (gap.account, gap.unit) == key and earlier[0] < gap.date <= later[0]
            )
            missing = change - books
            ways = [
                *moved.on_the_way(key, earlier[0]),
                *(-units for units in moved.on_the_way(key, later[0])),
            ]
            if missing == known or reached(missing - known, ways):
                continue
            held = moved.within(key, later[0])
            if any(
                one + change - known in held for one in moved.within(key, earlier[0])
            ):
                continue
            yield OpenItem(
                "gap",
                _entity(key[0]),
                key[0],
                later[2],
                later[0],
                missing - known,
                key[1],
                OpenSentence(
                    "%(row)s states %(found)s %(unit)s on %(day)s, %(before)s"
                    " %(start)s on %(since)s, and the flows between come to %(books)s:"
                    " %(missing)s %(unit)s of movements are missing",
                    row=later[2],
                    found=later[1],
                    unit=key[1],
                    day=later[0],
                    before=earlier[2],
                    start=earlier[1],
                    since=earlier[0],
                    books=books,
                    missing=missing - known,
                ),
            )


def _duplicates(case: Case) -> Iterator[OpenItem]:
    """Yield the rows that say again what another row says."""
    for note in _notes(case, "duplicate-of"):
        if note.meta.get("settled"):
            continue
        amount = note.meta.get("amount")
        number = amount.number if isinstance(amount, Amount) else None
        unit = amount.currency if isinstance(amount, Amount) else ""
        row, of = str(note.meta["row"]), str(note.meta["duplicate-of"])
        words = _plain(note.comment)
        yield OpenItem(
            "duplicate",
            _entity(note.account),
            note.account,
            row,
            note.date,
            number or Decimal(),
            unit,
            # A copy that names nobody has none of the note's words.
            OpenSentence("%(words)s", words=words)
            if row in words
            else OpenSentence(
                "%(row)s repeats %(of)s: %(words)s", row=row, of=of, words=words
            ),
        )


def _plain(words: str) -> str:
    return re.sub(r"\s+", " ", words)


def _disagreements(case: Case, moved: AccountMoves) -> Iterator[OpenItem]:
    """Yield the balances of a trial balance that the books do not have."""
    for row, day, account, debit, unit in _trial_balances(case):
        key = account, unit
        books = moved.balance(key, day)
        if books == debit or reached(debit - books, moved.on_the_way(key, day)):
            continue
        apart = books - debit
        yield OpenItem(
            "disagreement",
            _entity(account),
            account,
            row,
            day,
            apart,
            unit,
            _disagreement(
                debit,
                books if key in moved.flows else None,
                row=row,
                stated=abs(debit),
                unit=unit,
                account=account,
                day=day,
                books=abs(books),
                apart=abs(apart),
            ),
        )


def _disagreement(
    debit: Decimal, held: Decimal | None, **values: str | Decimal | datetime.date
) -> OpenSentence:
    """Return what is said of a balance that the books do not have, debit and credit."""
    if held is None:
        return OpenSentence(
            "%(row)s has a credit of %(stated)s %(unit)s in %(account)s on %(day)s,"
            " which no flow moves"
            if debit < 0
            else "%(row)s has a debit of %(stated)s %(unit)s in %(account)s on"
            " %(day)s, which no flow moves",
            **values,
        )
    if debit < 0:
        return OpenSentence(
            "%(row)s has a credit of %(stated)s %(unit)s in %(account)s on %(day)s,"
            " and the books a credit of %(books)s: %(apart)s %(unit)s apart"
            if held < 0
            else "%(row)s has a credit of %(stated)s %(unit)s in %(account)s on"
            " %(day)s, and the books a debit of %(books)s: %(apart)s %(unit)s apart",
            **values,
        )
    return OpenSentence(
        "%(row)s has a debit of %(stated)s %(unit)s in %(account)s on %(day)s, and"
        " the books a credit of %(books)s: %(apart)s %(unit)s apart"
        if held < 0
        else "%(row)s has a debit of %(stated)s %(unit)s in %(account)s on %(day)s,"
        " and the books a debit of %(books)s: %(apart)s %(unit)s apart",
        **values,
    )


def agreed(case: Case) -> tuple[int, int]:
    """Return how many rows of trial balances the books have, and how many there are."""
    moved = AccountMoves(case)
    apart = len(list(_disagreements(case, moved)))
    rows = len(list(_trial_balances(case)))
    return rows - apart, rows


def _trial_balances(
    case: Case,
) -> Iterator[tuple[str, datetime.date, str, Decimal, str]]:
    """Yield the rows of trial balances: row, day, account, debit, unit."""
    for one in case.observations:
        row = one.notes.get("row")
        if row is None or one.counted or one.since or len(one.accounts) != 1:
            continue
        account = case.accounts.get(one.accounts[0])
        if account is not None and one.low is None and one.high is None:
            sign = -1 if account.root == "Liabilities" else 1
            debit = sign * one.amount.number
            yield row, one.date, account.name, debit, one.amount.commodity
    for note in _notes(case, "trial-balance"):
        amount = note.meta["trial-balance"]
        if isinstance(amount, Amount) and amount.number is not None:
            row = str(note.meta["row"])
            yield row, note.date, note.account, amount.number, amount.currency
