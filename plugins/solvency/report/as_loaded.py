"""Whether the files a report carries make the case that it was made from."""

from __future__ import annotations

import contextlib
import hashlib
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from beancount.core import data

from solvency.figures.errors import ReportError
from solvency.ledger import control_totals
from solvency.ledger.cache.switch import uncached
from solvency.ledger.load import load
from solvency.model.restated_observations import restated

if TYPE_CHECKING:
    import datetime

    from solvency.ledger.case import Case
    from solvency.report.pdf import Attached

CHANGED = "a file of the case changed while the report was made: run it again"
#: What beancount says of a folder of documents that is not there.
_NO_FOLDER = re.compile("Document root '(.+)' does not exist")


def check_as_loaded(case: Case, files: tuple[Attached, ...]) -> None:
    """Check that the files to be carried are the ones the case was loaded from.

    Args:
        case: The case.
        files: Its files, as they will be embedded.

    Raises:
        ReportError: They make another case, since one was changed meanwhile.
    """
    if not files or _are_as_read(case, files):
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for one in files:
            target = folder / one.name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(one.content)
        again = reloaded(
            folder / files[0].name,
            case.scenario.name,
            case.known,
            case.functional and case.currency,
        )
    # What was loaded with --trust is refused here, and by whoever verifies it.
    trusted = any(error.rule == "trust" for error in again.errors)
    if not trusted and again.fingerprint != case.fingerprint:
        raise ReportError(CHANGED)


def reloaded(
    path: Path,
    scenario: str | None,
    known: datetime.date | None,
    currency: str | None = None,
) -> Case:
    """Load the files a report carries, without the documents the ledger points at.

    A report carries no documents. Each is stood in for by an empty file beside the
    ledger, since beancount wants it to be there, and nothing reads it.

    Args:
        path: The top file, in a folder of its own.
        scenario: The scenario to keep.
        known: Keep only what was published by this day.
        currency: What to report in; default the ledger's own.

    Raises:
        CaseError: The file cannot be read, or has no rate of that currency.
        RowsError: The totals of subledgers cannot be read.
    """
    folder = path.resolve().parent

    def loaded() -> Case:
        # From a folder that goes again, what is read would be kept for nobody.
        with control_totals.enclosed_in(folder), uncached():
            return load(path, scenario=scenario, known=known)

    case = loaded()
    found = False
    for error in case.errors:
        root = _NO_FOLDER.search(error.message)
        if isinstance(error.entry, data.Document):
            target, home = Path(error.entry.filename), Path(error.entry.filename).parent
        elif root:
            target = home = Path(root[1])
        else:
            continue
        if not target.is_relative_to(folder) or ".." in target.parts:
            continue
        with contextlib.suppress(OSError, ValueError):
            home.mkdir(parents=True, exist_ok=True)
            if target != home:
                target.touch()
            found = True
    if found:
        case = loaded()
    return case if currency is None or case.errors else restated(case, currency)


def _are_as_read(case: Case, files: tuple[Attached, ...]) -> bool:
    """Say whether files are, byte for byte, those that alone made a case.

    Then reading them again, as long as the first time, would make it again.
    """
    if case.subledgers or case.errors or not case.hashes:
        return False
    return all(
        case.hashes.get(name) == hashlib.sha256(one.content).hexdigest()
        for name, one in zip(case.files, files, strict=False)
    )
