"""What became of the check of a report, in the words and statuses it is told in."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from dataclasses import field
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Outcome(Enum):
    """What the check found; the value is the exit status."""

    SAME = 0
    DIFFERS = 1
    ALTERED = 3

    @property
    def words(self) -> str:
        """Return the outcome as it is printed."""
        return {
            Outcome.SAME: "the same bytes",
            Outcome.DIFFERS: "differs",
            Outcome.ALTERED: "the pages agree, the file was altered",
        }[self]


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in a report that does not follow from the ledger inside it.

    Attributes:
        what: `ledger`, `fingerprint`, `attachment`, `attached figure`, `pages`,
            `page`, `figure`, `text`, `picture`.
        name: Which: a figure's key, an attachment's name, how a page was looked at.
        page: The page it is on, counted from one; None for no page.
        exhibits: The numbers of the exhibits the figure is in.
        found: What the file has.
        expected: What the ledger gives.
    """

    what: str
    name: str
    page: int | None
    exhibits: tuple[int, ...]
    found: str
    expected: str

    def __str__(self) -> str:
        """Return the difference as a line."""
        where = f"page {self.page}: " if self.page else ""
        exhibits = ", ".join(map(str, self.exhibits))
        inside = f" (exhibit {exhibits})" if exhibits else ""
        name = f" {self.name}" if self.name else ""
        return (
            f"{where}{self.what}{name}{inside}: {self.found or 'nothing'};"
            f" the ledger gives {self.expected or 'nothing'}"
        )


@dataclass(frozen=True, slots=True)
class Alteration:
    """Something in the file that is not as this program writes it.

    Attributes:
        where: The page, attachment or part of the file.
        what: What it is: `annotation`, `JavaScript`, `page box`.
        path: Where it stands among the objects of the PDF, from the catalogue down.
        found: What the file has; empty where it was taken out.
        expected: What the program writes; empty where it was put in.
        signing: True for what a signature adds and nothing else.
    """

    where: str
    what: str
    path: str
    found: str
    expected: str
    signing: bool = False

    def __str__(self) -> str:
        """Return the alteration as a line."""
        place = f"{self.where}: {self.what}"
        if not self.expected:
            return f"{place} added: {self.found}"
        if not self.found:
            return f"{place} taken out: {self.expected}"
        return f"{place} changed: {self.found}; the program writes {self.expected}"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature on the file.

    Attributes:
        field: The name of its field.
        by: Whom the certificate names; empty where nothing could check it.
        issuer: Who issued the certificate.
        valid: Whether it fits the bytes it covers; None where it was not checked.
        whole: Whether it covers the whole file.
        at: The time the signer states, or of the time stamp.
        stamper: Whom the certificate of a time stamp names; empty for the time of the
            signer's own clock. Nothing here says whether to trust them.
        why: What is wrong, or why it was not checked.
    """

    field: str
    by: str = ""
    issuer: str = ""
    valid: bool | None = None
    whole: bool = False
    at: str = ""
    stamper: str = ""
    why: str = ""

    def __str__(self) -> str:
        """Return the signature as a line."""
        if self.valid is None:
            return f"signed, not checked: {self.why}"
        if not self.valid:
            return f"signature {self.field} is not valid: {self.why}"
        own = self.issuer == self.by
        issuer = "the signer alone" if own else _named(self.issuer)
        covers = "the whole file" if self.whole else "an earlier state of the file"
        time = f" at {self.at}" if self.at else ""
        clock = f"a time stamp of {_named(self.stamper)}"
        vouched = clock if self.stamper else "the signer's clock"
        by = f" by {vouched}" if self.at else ""
        return (
            f"signed by {_named(self.by)}{time}{by}; certificate issued by {issuer};"
            f" covers {covers}"
        )


def _named(name: str) -> str:
    """Return a name in marks that it cannot end: it may say anything."""
    inner = name.replace("“", '"').replace("”", '"')
    return f"“{inner}”"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the check of a report."""

    path: Path
    #: The version that made it, and the one that checked it.
    made_by: str
    checked_by: str
    fingerprint: str
    scenario: str
    pages: int
    figures: int
    exhibits: int
    attachments: int
    #: True where the file is what this version makes, byte for byte, signatures apart.
    same_bytes: bool
    #: What does not follow from the ledger.
    differences: tuple[Difference, ...] = ()
    #: What the file has that the program does not write, signatures apart.
    alterations: tuple[Alteration, ...] = ()
    signatures: tuple[Signature, ...] = ()
    #: The day by which what it rests on was published; None for whatever was.
    known: str | None = None
    #: The chapters that the case's author wrote, with their SHA-256. The fingerprint is
    #: of the ledger, without them.
    chapters: Mapping[str, str] = field(default_factory=dict)
    #: Files beside the ledger that a report takes as they are carried, with their
    #: SHA-256: what a dossier claims, and totals of rows that stay with their owner.
    carried: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return a SHA-256 of all chapters that the case's author wrote."""
        lines = (f"{digest} {name}\n" for name, digest in sorted(self.chapters.items()))
        return hashlib.sha256("".join(lines).encode()).hexdigest()

    @property
    def outcome(self) -> Outcome:
        """Return what the check comes to."""
        if self.differences:
            return Outcome.DIFFERS
        return Outcome.SAME if self.same_bytes else Outcome.ALTERED

    @property
    def by_another_version(self) -> bool:
        """Say whether another version made it, which may print it otherwise."""
        return self.made_by != self.checked_by
