"""The working papers of a whole case, as the sheets of one workbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.papers import registers
from solvency.analysis.papers import results
from solvency.analysis.papers import ties
from solvency.analysis.papers.frame import Frame
from solvency.analysis.papers.frame import PaperColumn
from solvency.analysis.papers.leads import LEADS
from solvency.analysis.papers.leads import POSTINGS
from solvency.analysis.papers.leads import balance_sheets
from solvency.analysis.papers.leads import lead_schedules
from solvency.analysis.papers.workbook import Sheet
from solvency.model.sheets import sheets as sheets_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.analysis.study import Study
    from solvency.ledger.case import Case
    from solvency.model.consolidation import GroupSheet


def papers(study: Study) -> list[Sheet]:
    """Return the working papers, an index first.

    Args:
        study: The case at a day, with its analyses.
    """
    case, book, at = study.case, study.book, study.at
    postings = registers.postings(case)
    leads = lead_schedules(book, at, postings)
    each = sheets_of(book, list(case.entities), at, "market")
    found = [
        Sheet("Balance sheets", balance_sheets(each, leads)),
        Sheet(LEADS, leads),
        *_of_group(study),
        Sheet("Adjustments", ties.adjustments(case)),
        Sheet("Tie-outs", ties.stated_beside_books(book)),
        Sheet("Open evidence", ties.open_evidence(case)),
        Sheet("Reviews", ties.reviews(case)),
        Sheet("Findings", results.findings(study.findings)),
        Sheet("Tests", results.tests(study.findings)),
        *results.of_recovery(study.recovery),
        Sheet("Entities", registers.entities(case)),
        Sheet("Accounts", registers.accounts(case)),
        Sheet("Flows", registers.flows(case), "flow"),
        Sheet(POSTINGS, postings),
        Sheet("Sources", registers.sources(case), "source"),
        Sheet("Observations", registers.observations(case)),
        Sheet("Prices", registers.prices(case)),
        Sheet("Hypotheses", registers.hypotheses(case)),
    ]
    found = [one for one in found if one.frame.rows]
    for one in found:
        one.frame.cast()
    return [_index(case, at, found), *found]


def _index(case: Case, at: datetime.date, found: list[Sheet]) -> Sheet:
    known = f", as known on {case.known}" if case.known else ""
    return Sheet(
        "Index",
        Frame(
            f"Working papers: {case.title or case.path}",
            (PaperColumn("sheet"), PaperColumn("rows"), PaperColumn("what it holds")),
            tuple((one.name, len(one.frame.rows), one.frame.title) for one in found),
            notes=(
                f"scenario {case.scenario.name}{known}",
                f"market value in {case.currency} at {at}",
                f"fingerprint of the ledger: {case.fingerprint}",
            ),
        ),
    )


def _of_group(study: Study) -> Iterator[Sheet]:
    """Yield the consolidation of the group, where there is one."""
    if not study.case.group_at(study.at):
        return
    sheet: GroupSheet = study.book.balance_sheet("group", study.at)  # type: ignore[assignment]  # of a group
    yield Sheet("Eliminations", ties.eliminations(sheet))
    yield Sheet("Intercompany", ties.intercompany(sheet))
