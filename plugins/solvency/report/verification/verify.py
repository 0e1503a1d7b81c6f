"""Does a report follow from the ledger inside it?

The ledger is taken out of the PDF, loaded under the rules for a stranger's, and
the report is made again from it, pages and all. Only the same bytes are believed;
signatures may be added behind them. Of any other file it is said what differs: what
its pages read and look like, what it carries, and what it has that this program does
not write. Each step runs in a process of its own, within limits.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency import __version__
from solvency.confined import StoppedError
from solvency.exhibits.evidence.dossier import NAME as DOSSIER
from solvency.figures.errors import ReportError
from solvency.ledger.control_totals import NAME as TOTALS
from solvency.report.chapters.files import is_chapter
from solvency.report.verification import limits
from solvency.report.verification.pages import NotOursError
from solvency.report.verification.verdict import Alteration
from solvency.report.verification.verdict import Difference
from solvency.report.verification.verdict import Outcome
from solvency.report.verification.verdict import Signature
from solvency.report.verification.verdict import Verdict
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Alteration", "Difference", "Outcome", "Signature", "Verdict", "verify"]

#: A larger file is no report: FTX's has some five million bytes.
_LARGEST = 256 * 2**20


@wide()
def verify(path: Path | str, progress: Callable[[str], None] | None = None) -> Verdict:
    """Make a report again from the ledger inside it, and compare.

    Args:
        path: The PDF.
        progress: Called with a word before each long step.

    Returns:
        The verdict, with each difference and its page, and each alteration.

    Raises:
        NotOursError: The file is no report of this program, or a draft.
        ReportError: The file cannot be read.
    """
    path = Path(path)
    content = _read(path)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # The file may change while it is looked at; this copy does not.
        given = limits.write(folder, "given.pdf", content)
        ledger = folder / "ledger"
        ledger.mkdir()
        try:
            taken = limits.run("contents", {"given": given, "folder": str(ledger)})
        except StoppedError as error:
            raise NotOursError(str(error)) from None
        check = _Check(path, given, content, taken, progress)
        made = _made(taken, ledger, folder, progress)
        if isinstance(made, Difference):
            return check.verdict(differences=(made,))
        return check.against(made)


def _read(path: Path) -> bytes:
    """Read the file, if it is one and not too large.

    Raises:
        ReportError: It cannot be read.
        NotOursError: It is too large.
    """
    try:
        if path.exists() and not path.is_file() and not path.is_dir():
            raise ReportError("it is no regular file")
        with path.open("rb") as stream:
            content = stream.read(_LARGEST + 1)
    except OSError as error:
        raise ReportError(error.strerror or "it cannot be read") from None
    except ValueError:
        raise ReportError("no file can have this name") from None
    if len(content) > _LARGEST:
        raise NotOursError(f"it is larger than {_LARGEST // 2**20} MiB")
    return content


def _made(
    taken: dict[str, Any],
    ledger: Path,
    folder: Path,
    progress: Callable[[str], None] | None,
) -> dict[str, Any] | Difference:
    """Make the report again, or say why the ledger inside gives none."""
    out = folder / "out"
    out.mkdir()
    record = taken["record"]
    asked = {"record": record, "folder": str(ledger), "out": str(out)}
    try:
        return limits.run("reproduction", asked, progress)
    except StoppedError as error:
        # It is ours, and what is inside it cannot be what it was made from.
        return Difference("ledger", record["case"], None, (), str(error), "no report")


class _Check:
    """The check of one file against what was made again."""

    def __init__(
        self,
        path: Path,
        given: str,
        content: bytes,
        taken: dict[str, Any],
        progress: Callable[[str], None] | None,
    ) -> None:
        self._path = path
        self._given = given
        self._content = content
        self._taken = taken
        self._progress = progress

    def verdict(
        self,
        differences: tuple[Difference, ...] = (),
        alterations: tuple[Alteration, ...] = (),
        signatures: tuple[Signature, ...] = (),
        *,
        same_bytes: bool = False,
    ) -> Verdict:
        record = self._taken["record"]
        return Verdict(
            path=self._path,
            made_by=record["solvency"],
            checked_by=__version__,
            fingerprint=record["fingerprint"],
            scenario=record["scenario"],
            known=record["known"],
            chapters={
                name: digest
                for name, digest in sorted(record["files"].items())
                if is_chapter(name)
            },
            carried={
                name: digest
                for name, digest in sorted(record["files"].items())
                if name in {DOSSIER, TOTALS}
            },
            pages=self._taken["pages"],
            figures=self._taken["figures"],
            exhibits=self._taken["exhibits"],
            attachments=self._taken["attachments"],
            same_bytes=same_bytes,
            differences=differences,
            alterations=alterations,
            signatures=signatures,
        )

    def against(self, made: dict[str, Any]) -> Verdict:
        """Compare with the report made again."""
        report = Path(made["report"]).read_bytes()
        if report == self._content:
            return self.verdict(same_bytes=True)
        if self._progress is not None:
            self._progress("comparing pages")
        signatures, ends = self._signatures()
        differences = self._looks(made)
        alterations = self._structure(made, [*ends, len(self._content)])
        # What a signature adds stands behind the report's own bytes.
        signed = (
            self._content.startswith(report)
            and bool(signatures)
            and all(one.valid for one in signatures)
            and any(one.whole for one in signatures)
            and all(len(report) < end <= len(self._content) for end in ends)
            and all(one.signing for one in alterations)
        )
        return self.verdict(
            differences,
            () if signed else alterations,
            signatures,
            same_bytes=signed,
        )

    def _signatures(self) -> tuple[tuple[Signature, ...], list[int]]:
        if not self._taken["signed"]:
            return (), []
        try:
            found = limits.run("signatures", {"given": self._given})
        except StoppedError as error:
            return (Signature("", valid=False, why=str(error)),), []
        ends: list[int] = found["ends"]
        return tuple(Signature(**one) for one in found["signatures"]), ends

    def _looks(self, made: dict[str, Any]) -> tuple[Difference, ...]:
        """Compare what the file carries and its pages."""
        keys = ("attachments", "places", "exhibits", "fingerprint")
        asked = {
            "given": self._given,
            "made": made["report"],
            "record": self._taken["record"],
            **{key: made[key] for key in keys},
        }
        try:
            found = limits.run("comparison", asked)["differences"]
        except StoppedError as error:
            number = int(error.reached.removeprefix("page ") or 0) or None
            said = Difference("pages", "", number, (), str(error), "pages that do not")
            return (said,)
        return tuple(
            Difference(**{**one, "exhibits": tuple(one["exhibits"])}) for one in found
        )

    def _structure(
        self, made: dict[str, Any], ends: list[int]
    ) -> tuple[Alteration, ...]:
        """Compare the objects of the file, in each of its states."""
        within = sorted({end for end in ends if 0 < end <= len(self._content)})
        asked = {"given": self._given, "made": made["report"], "ends": within}
        try:
            found = limits.run("structure", asked)["alterations"]
        except StoppedError as error:
            return (
                Alteration("file", "structure", "", str(error), "one that is read"),
            )
        if not found:
            found = [
                {
                    "where": "file",
                    "what": "bytes",
                    "path": "",
                    "found": "the same objects, saved anew",
                    "expected": "other bytes for them",
                }
            ]
        return tuple(Alteration(**one) for one in found)
