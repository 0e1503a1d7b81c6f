"""What would be wrong with a case if a file were changed: tried on a copy beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.cache.switch import uncached
from solvency.ledger.errors import CaseError
from solvency.ledger.load import load

if TYPE_CHECKING:
    from solvency.browse.edit.draft import FileDraft
    from solvency.ledger.case import Case

#: The most files and bytes of a case that are copied for a trial.
_FILES, _BYTES = 2_000, 64_000_000


def faults_of(case: Case, draft: FileDraft) -> list[str] | None:
    """Return the errors a change would bring, each in a line; None where not tried.

    A case is not tried whose folder is large, or holds more than the case.

    Args:
        case: The case as it is.
        draft: The change.
    """
    folder = Path(case.path).resolve().parent
    real = Path(os.path.realpath(draft.file))
    found = _files(folder)
    if found is None or not real.is_relative_to(folder):
        return None
    with tempfile.TemporaryDirectory(prefix="solvency-") as name:
        for path in found:
            copy = Path(name, path.relative_to(folder))
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)
        changed = Path(name, real.relative_to(folder))
        changed.write_bytes(draft.after.encode())
        top = Path(name, Path(case.path).resolve().name)
        try:
            with uncached():
                after = load(str(top)).errors
        except CaseError as error:
            return [str(error).replace(name, str(folder))]
        before = {(one.rule, one.message) for one in case.errors}
        return [
            f"{Path(one.file).name}:{one.line} {one.message}".replace(name, str(folder))
            for one in after
            if (one.rule, one.message.replace(name, str(folder))) not in before
        ]


def _files(folder: Path) -> list[Path] | None:
    """Return the regular files of a folder and those in it; None of too many."""
    found: list[Path] = []
    size = 0
    for here, folders, names in os.walk(folder):
        folders[:] = [one for one in folders if not one.startswith(".")]
        for name in names:
            path = Path(here, name)
            if path.is_symlink() or not path.is_file():
                continue
            size += path.stat().st_size
            found.append(path)
            if len(found) > _FILES or size > _BYTES:
                return None
    return found
