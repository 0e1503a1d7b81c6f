"""What reports of one case in several languages ask, worked out once for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from solvency.analysis.study import study_of
from solvency.exhibits.setting import default_dates
from solvency.ledger.subledger_flows import with_totals
from solvency.report import pages
from solvency.report.chapters.files import of_kind
from solvency.report.chapters.long_questions import long_questions
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable

    from solvency.ledger.case import Case
    from solvency.model.book import Book


@wide()
def work_out(
    case: Case,
    book: Book,
    langs: Iterable[str],
    *,
    kind: str = pages.MAIN,
    dates: Iterable[datetime.date] | None = None,
    sections: Iterable[str] = (),
    progress: Callable[[str], None] | None = None,
) -> None:
    """Work out the long questions of some reports, which then find the answers.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        langs: The languages of the reports.
        kind: Which kind of report.
        dates: The days to report at, as `write` takes them.
        sections: The chapters that are printed; none for all.
        progress: Called with a word before each long question.

    Raises:
        ReportError: There is no such kind, or a chapter cannot be read.
    """
    chosen, main, asked = pages.find(kind), pages.find(pages.MAIN), tuple(sections)
    case = with_totals(case)
    days = tuple(sorted(set(dates or ()))) or default_dates(case)
    study = study_of(case, book, days[-1], progress)
    chapters = [
        one
        for lang in langs
        for one in of_kind(chosen, main, case, lang)
        if not asked or one.name in asked
    ]
    questions = long_questions(chapters)
    with study.ahead(questions):
        for some in questions:
            for question in some:
                getattr(study, question)
