"""What is done with an edit: first its difference and its faults, then the saving.

A change that would break the ledger is not refused here: its faults are shown beside
the difference, and who sees them decides. Refused is one of a file that has changed
since it was shown.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.edit.draft import drafted
from solvency.browse.edit.trial import faults_of
from solvency.browse.language import say
from solvency.inert import written_out
from solvency.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Case


def differing(case: Case, sent: Mapping[str, Any]) -> dict[str, object]:
    """Return the difference that what was sent would make, and what would be wrong.

    Raises:
        ValueError: A field is wrong, or the entry is written in another way.
        LookupError: There is no such source or flow.
    """
    draft = drafted(case, sent)
    lines = draft.difference(case.path)
    faults = faults_of(case, draft) if lines else []
    return {
        "difference": [written_out(line) for line in lines],
        "mark": draft.mark,
        "faults": [written_out(line) for line in faults or []],
        "tried": faults is not None,
    }


def saved(case: Case, sent: Mapping[str, Any]) -> tuple[str, str, str]:
    """Write the file that what was sent changes, if it is as it was shown.

    Returns:
        The kind and the name of what was changed, and the file.

    Raises:
        ValueError: It has changed meanwhile, or a field is wrong.
        NotWrittenError: It cannot be written.
    """
    draft = drafted(case, sent)
    if draft.mark != sent.get("mark"):
        said = say("The file has changed meanwhile: look at the difference again.")
        raise ValueError(said)
    write_whole(Path(os.path.realpath(draft.file)), draft.after.encode())
    name = str(sent.get("name") or sent["fields"]["name"])
    return str(sent["kind"]), name, draft.file
