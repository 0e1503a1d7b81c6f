"""The mapping: how files of one kind are read, and what their rows mean."""

from __future__ import annotations

import contextlib
import re
import signal
import threading
from dataclasses import dataclass
from dataclasses import field
from typing import TYPE_CHECKING

from solvency.evidence.notation import Notation
from solvency.evidence.records import EvidenceError
from solvency.evidence.transfers import WINDOW

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Mapping as Table

    from solvency.evidence.records import Movement

KINDS = ("statement", "ledger", "trial-balance", "claims", "exchange", "transfers")
FORMATS = ("csv", "xlsx", "mt940", "camt053", "ofx", "pdf", "importer")
ACCOUNT = re.compile(
    r"(Assets|Liabilities|Equity|Income|Expenses)(:[^\W_a-z][\w-]*){1,12}"
)
CURRENCY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]|[A-Z]")
COLUMNS = frozenset(
    [
        "date",
        "amount",
        "debit",
        "credit",
        "balance",
        "currency",
        "payee",
        "narration",
        "reference",
        "other",
        "account-code",
        "account-name",
        "voucher",
        "side",
        "claim-number",
        "amends",
        "rank",
        "counterparty",
        "time",
        "operation",
        "fee",
        "fee-currency",
        "hash",
        "from",
        "to",
        "token",
    ]
)


#: Seconds of processor time that one pattern may take on one row.
MOST_SECONDS = 5


@dataclass(frozen=True)
class Pattern:
    """A pattern of a mapping, and where it stands."""

    compiled: re.Pattern[str]
    what: str
    file: str
    line: int

    def is_in(self, text: str) -> bool:
        """Say whether a text has it.

        Raises:
            EvidenceError: It takes too long, where patterns are watched.
        """
        _Watch.pattern, _Watch.count = self, _Watch.count + 1
        found = self.compiled.search(text) is not None
        _Watch.pattern = None
        return found


class _Watch:
    """What is matched now, and since when."""

    pattern: Pattern | None = None
    #: How many were begun, and how many the clock saw at its last ticks.
    count = 0
    seen = 0
    ticks = 0


@contextlib.contextmanager
def watched() -> Iterator[None]:
    """End patterns that go on for ever; in the main thread, where signals come in."""
    if not hasattr(signal, "setitimer") or (
        threading.current_thread() is not threading.main_thread()
    ):
        yield
        return
    # Only the program's own time counts, however busy the machine is.
    before = signal.signal(signal.SIGVTALRM, _look)
    signal.setitimer(signal.ITIMER_VIRTUAL, 1, 1)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _look(_number: int, _frame: object) -> None:
    """End the pattern that is matched since too many ticks."""
    same = _Watch.pattern is not None and _Watch.seen == _Watch.count
    _Watch.ticks = _Watch.ticks + 1 if same else 0
    _Watch.seen = _Watch.count
    pattern = _Watch.pattern
    if pattern is not None and _Watch.ticks >= MOST_SECONDS:
        _Watch.pattern = None
        wrong = (
            f"the {pattern.what} pattern {pattern.compiled.pattern!r:.60} takes more"
            f" than {MOST_SECONDS} seconds on one row"
        )
        mend = "Write it without a repetition within a repetition"
        raise EvidenceError(pattern.file, pattern.line, wrong, mend)


@dataclass(frozen=True)
class Rule:
    """What a row that looks so means; the first that matches counts."""

    match: Pattern | None = None
    name: str | None = None
    account: str | None = None
    payee: str | None = None
    purpose: str | None = None
    skip: bool = False

    def fits(self, movement: Movement) -> bool:
        """Say whether a row is one that the rule means."""
        if self.name is not None and movement.payee.casefold() != self.name.casefold():
            return False
        return self.match is None or self.match.is_in(movement.text)


@dataclass(frozen=True)
class Mapping:
    """How one file is read."""

    file: str
    format: str | None = None
    kind: str = "statement"
    importer: str | None = None
    entity: str = "Company"
    role: str = "company"
    account: str = ""
    number: str = ""
    known_as: tuple[str, ...] = ()
    suspense: str = ""
    opening: str = ""
    currency: str | None = None
    places: int | None = None
    grade: str = "C2"
    published: datetime.date | None = None
    #: The day a register or a trial balance is of.
    at: datetime.date | None = None
    #: Numbers of claims that are no duplicates, though they look so.
    distinct: tuple[str, ...] = ()
    title: str | None = None
    publisher: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    header: int = 1
    sheets: tuple[str, ...] = ()
    notation: Notation = field(default_factory=Notation, compare=False)
    reversed: bool = False
    window: int = WINDOW
    columns: Table[str, tuple[str, ...]] = field(default_factory=dict)
    skip: tuple[Pattern, ...] = ()
    rules: tuple[Rule, ...] = ()
    accounts: Table[str, str] = field(default_factory=dict)

    def rule(self, movement: Movement) -> Rule | None:
        """Return the first rule that fits a row."""
        return next((one for one in self.rules if one.fits(movement)), None)

    def skips(self, text: str) -> bool:
        """Say whether a row is one of those to leave out."""
        return any(one.is_in(text) for one in self.skip)
