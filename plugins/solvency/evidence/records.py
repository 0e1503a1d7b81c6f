"""What every reader gives: documents, and the movements and balances they state."""

from __future__ import annotations

import datetime
import hashlib
import re
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple
from typing import TypeAlias

from solvency.subledgers.file_hash import opened as opened_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: Text as it stands, or what a workbook says it is.
Cell: TypeAlias = "str | Decimal | datetime.date"
#: The days that evidence may be of; what is outside is a slip, or no day at all.
FIRST_DAY, LAST_DAY = datetime.date(1800, 1, 1), datetime.date(2199, 12, 31)
NO_DAY = f"a day before {FIRST_DAY} or after {LAST_DAY}"
#: Amounts are below this; a ledger's number of more digits is refused.
LARGEST_AMOUNT = Decimal("1E+60")
#: The most bytes one file of evidence may have.
LARGEST = 128 * 2**20


class EvidenceError(Exception):
    """A file or a mapping that cannot be used; the message is one line.

    Attributes:
        said: What it was made of.
    """

    def __init__(self, file: str, row: str | int | None, wrong: str, mend: str) -> None:
        self.said = (file, row, wrong, mend)
        place = file if row in {None, ""} else f"{file}:{row}"
        super().__init__(" ".join(f"{place}: {wrong}. {mend}.".split()))


class Document(NamedTuple):
    """One file of evidence, whole."""

    name: str
    path: Path
    content: bytes
    sha256: str

    @property
    def slug(self) -> str:
        """Return a name for links, made of the file's own."""
        found = re.sub(r"[^a-z0-9]+", "-", self.name.lower()).strip("-")
        return (found or "file")[:60]


class Row(NamedTuple):
    """One record of a table: where it stands, and its cells."""

    label: str
    cells: list[Cell]


class Movement(NamedTuple):
    """One row that moved money on one account, positive where the account grew."""

    row: str
    date: datetime.date
    amount: Decimal
    currency: str
    payee: str = ""
    narration: str = ""
    reference: str = ""
    #: What the statement says the balance was after it.
    balance: Decimal | None = None
    #: The number of the other party's account, where the row gives it.
    other: str = ""

    @property
    def content(self) -> tuple[str, ...]:
        """Return what the row says, whatever file and line it stands in."""
        return (
            self.date.isoformat(),
            plain(self.amount),
            self.currency,
            self.payee,
            self.narration,
            self.reference,
            "" if self.balance is None else plain(self.balance),
        )

    @property
    def text(self) -> str:
        """Return all its words, for rules to look at."""
        words = (self.payee, self.narration, self.reference, self.other)
        return " ".join(word for word in words if word)


class Balance(NamedTuple):
    """What a statement says an account held at the end of a day."""

    row: str
    date: datetime.date
    amount: Decimal
    currency: str
    #: "opening" or "closing" of a statement or of a page of it.
    kind: str


@dataclass
class AccountStatement:
    """The rows of one account in one document, oldest first."""

    document: Document
    lines: list[Movement | Balance] = field(default_factory=list)
    #: The account's number, where the document gives it.
    number: str = ""
    #: Rows that add up others, and are left out.
    totals: list[str] = field(default_factory=list)

    def movements(self) -> Iterator[Movement]:
        """Yield the movements alone."""
        return (line for line in self.lines if isinstance(line, Movement))


def is_day(day: datetime.date) -> bool:
    """Say whether evidence may be of a day."""
    return FIRST_DAY <= day <= LAST_DAY


def plain(number: Decimal) -> str:
    """Write a number out with neither exponent nor needless zeros."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def cents(number: Decimal) -> str:
    """Return an amount as a reader has it: cents are two digits, or none."""
    tenths = number.as_tuple().exponent == -1
    return f"{number:,.2f}" if tenths else f"{number:,f}"


def quoted(text: str) -> str:
    """Return words as they stand between quotation marks, on one line."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    line = " ".join(text.split())
    return line[:2000].replace("\\", "\\\\").replace('"', '\\"')


def unquoted(text: str) -> str:
    """Return what stands between quotation marks as words."""
    return re.sub(r"\\(.)", r"\1", text)


def digest(*parts: str) -> str:
    """Return sixteen characters that tell one row from all others."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[
        :16
    ]


def opened(path: Path) -> Document:
    """Read a file of evidence whole.

    Args:
        path: A regular file; a link stands for what it leads to.

    Raises:
        EvidenceError: There is no such file, it is none, or it is too large.
    """
    name = str(path)
    try:
        if path.exists() and not path.is_file():
            raise EvidenceError(name, None, "it is no regular file", "Name a file")
        with opened_file(name) as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        wrong = f"it cannot be read ({error.strerror})"
        raise EvidenceError(name, None, wrong, "Check its name") from None
    except ValueError:
        raise EvidenceError(name, None, "it is no name", "Name a file") from None
    if len(content) > LARGEST:
        wrong = f"it has more than {LARGEST // 2**20} MiB"
        raise EvidenceError(name, None, wrong, "Split it")
    if not content:
        raise EvidenceError(name, 1, "the file is empty", "Leave it out")
    return Document(path.name, path, content, hashlib.sha256(content).hexdigest())


def not_installed(document: Document, why: str) -> EvidenceError:
    """Return the refusal of a document that only a package of an extra reads."""
    wrong = f"{why}, which is not installed"
    return EvidenceError(document.name, None, wrong, "Install solvency[import]")
