"""Make a report again from the ledger inside it: a step of a check."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.exhibits.section import figures_in
from solvency.figures.errors import ReportError
from solvency.report.as_loaded import reloaded
from solvency.report.attachments import case_files
from solvency.report.making import build
from solvency.report.manuscript import Manuscript
from solvency.report.verification import record
from solvency.report.verification.limits import write

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Mapping

    from solvency.ledger.case import Case
    from solvency.report.document import Report


def step(asked: dict[str, Any], tell: Callable[[str], None]) -> dict[str, Any]:
    """Load the ledger, trusting nothing of it, and print it as its record says.

    Args:
        asked: `record`, what the report says of how it was made; `folder`, the files
            of its ledger; `out`, an empty folder for what is made.
        tell: Called with a word before each long part.

    Returns:
        The `report` and what is needed to compare it: the `places` of its figures,
        its `attachments`, the `exhibits` of each figure, the `fingerprint`.

    Raises:
        ReportError: It cannot be made, since the ledger has errors or the record
            asks for what there is not.
        CaseError: The ledger cannot be read.
    """
    read, _ = record.read(json.dumps(asked["record"]).encode())
    case = _case(read, Path(asked["folder"]))
    report = build(
        case,
        case.book(),
        kind=read.kind,
        lang=read.lang,
        dates=read.dates,
        attached=case_files(case),
        dated=read.dated,
        sections=read.sections,
        progress=tell,
    )
    made = Manuscript.of(report).laid_out(tell, placed=True)
    out = Path(asked["out"])
    attached = {
        one.shown: write(out, f"attachment-{number}", one.content)
        for number, one in enumerate(report.attached)
    }
    return {
        "report": write(out, "report.pdf", made.content),
        "places": write(out, "places.json", json.dumps(made.places).encode()),
        "attachments": attached,
        "exhibits": _exhibits(report),
        "fingerprint": case.fingerprint,
    }


def _case(read: record.Record, folder: Path) -> Case:
    case = reloaded(folder / read.case, read.scenario, read.known, read.currency)
    if case.errors:
        first = case.errors[0]
        place = f"{Path(first.file).name}:{first.line}"
        raise ReportError(f"the ledger has errors: {place}: {first.message}")
    return case


def _exhibits(report: Report) -> Mapping[str, tuple[int, ...]]:
    """Return the numbers of the exhibits each figure is in."""
    found: dict[str, tuple[int, ...]] = {}
    for exhibit in report.tables:
        if number := report.numbers.get(exhibit.key):
            for key in {figure.key for figure in figures_in(exhibit)}:
                found[key] = (*found.get(key, ()), number)
    return found
