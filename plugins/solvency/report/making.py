"""From a case and its book to a report, and from a report to a file."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from solvency import __version__
from solvency import writing
from solvency.analysis.study import study_of
from solvency.exhibits.evidence.derived_figures import derived
from solvency.exhibits.failures import with_reasons
from solvency.exhibits.sections import SECTIONS
from solvency.exhibits.setting import Setting
from solvency.exhibits.setting import default_dates
from solvency.exhibits.setting import setting_of
from solvency.figures.errors import ReportError
from solvency.figures.formats import FIRST_LANGUAGE
from solvency.ledger.load import collector_paused
from solvency.ledger.subledger_flows import with_totals
from solvency.report import glyphs
from solvency.report import html_edition
from solvency.report import pages
from solvency.report import pdf
from solvency.report import report_date
from solvency.report.as_loaded import CHANGED
from solvency.report.as_loaded import check_as_loaded
from solvency.report.attachments import attachments
from solvency.report.attachments import case_files
from solvency.report.attachments import exhibits
from solvency.report.attachments import figures
from solvency.report.attachments import postings
from solvency.report.chapters.files import of_kind
from solvency.report.chapters.long_questions import long_questions
from solvency.report.chapters.render import Renderer
from solvency.report.chapters.vocabulary import Vocabulary
from solvency.report.document import Report
from solvency.report.language import case_in
from solvency.report.manuscript import Manuscript
from solvency.report.word import package
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable
    from collections.abc import Iterable

    from solvency.exhibits.section import Section
    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.report.chapters.files import Chapter
    from solvency.report.signing import Seal

#: Lists that are made from what stands before them.
DERIVED = "derived"
FILES = "files"
#: Whole lists of exhibits that can be printed by name.
LISTS = (*SECTIONS, DERIVED, FILES)


#: Flows from which what is left of their exhibits is worth looking for.
_MANY = 5_000


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written."""

    path: Path
    pages: int
    size: int
    figures: int
    flows: int
    sources: int
    #: Of characters that no font here has: where they stand, and the remedy.
    warnings: tuple[str, ...] = ()


@wide()
@collector_paused()
def write(
    case: Case,
    book: Book,
    path: Path | str,
    *,
    kind: str = pages.MAIN,
    lang: str = FIRST_LANGUAGE,
    dates: Iterable[datetime.date] | None = None,
    sections: Iterable[str] = (),
    draft: bool = False,
    seal: Seal | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Write a report of a case as a PDF, a page for a browser or a Word document.

    The file is written whole or not at all.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        path: Where it goes; a name that ends in .html asks for one HTML file,
            with its fonts inside, one that ends in .docx for a Word document.
        kind: Which kind of report, a folder of `reports/`.
        lang: The language to print in.
        dates: The days to report at; default the day most observed before the
            reporting date, and that date.
        sections: Print only these of the kind's chapters, or lists of exhibits.
        draft: Print for a look only, as `build` has it, without tags and
            attachments.
        seal: What signs the PDF; none leaves it unsigned.
        progress: Called with a word before each long step.

    Returns:
        What was written; pages are zero for all but a PDF.

    Raises:
        ReportError: If the report cannot be built, laid out or written.
    """
    target = Path(path)
    on_screen = target.suffix.lower() in {".html", ".htm"}
    in_word = target.suffix.lower() == ".docx"
    if seal is not None and (draft or on_screen or in_word):
        raise ReportError(
            "a draft, a page for a browser and a Word document cannot be signed"
        )
    if in_word:
        package.check()
    case = with_totals(case)
    # A page for a browser carries no files.
    files = () if draft or on_screen else case_files(case)
    check_as_loaded(case, files)
    report = build(
        case,
        book,
        kind=kind,
        lang=lang,
        dates=dates,
        # A Word document carries no files.
        attached=() if in_word else files,
        sections=sections,
        draft=draft,
        screen=on_screen,
        word=in_word,
        progress=progress,
    )
    figures_in_all = sum(1 for _ in report.figures())
    if on_screen:
        made = pdf.Pdf(html_edition.html(report), 0)
    elif in_word:
        made = package.content(report, progress)
    else:
        manuscript = Manuscript.of(report)
        # What its figures rest on is not needed for the layout, which takes as much.
        del report
        if len(case.selected) > _MANY:
            gc.collect()
        made = manuscript.laid_out(progress)
    if files and case_files(case) != files:
        raise ReportError(CHANGED)
    if seal is not None:
        made = replace(made, content=seal.sign(made.content))
    write_whole(target, made.content)
    return Summary(
        target,
        made.pages,
        len(made.content),
        figures_in_all,
        len(case.selected),
        len(case.sources),
        glyphs.warnings(case, made.boxes),
    )


@wide()
def build(
    case: Case,
    book: Book,
    *,
    kind: str = pages.MAIN,
    lang: str = FIRST_LANGUAGE,
    dates: Iterable[datetime.date] | None = None,
    attached: tuple[pdf.Attached, ...] = (),
    sections: Iterable[str] = (),
    draft: bool = False,
    screen: bool = False,
    word: bool = False,
    dated: datetime.datetime | None = None,
    progress: Callable[[str], None] | None = None,
) -> Report:
    """Build a report, every table cast, without laying it out.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        kind: Which kind of report.
        lang: The language to print in.
        dates: The days to report at, as `write` takes them.
        attached: The case's files, to be carried inside with the exhibits, the
            postings and the figures; none carries nothing.
        sections: Build only these chapters, or lists of exhibits; none builds all
            chapters.
        draft: Mark it as one for a look only: without `sections`, no
            appendices, and none of the chapters that take long.
        screen: Add what the kind has for a browser alone.
        word: Say what is said of a Word document.
        dated: The date written in the file; default SOURCE_DATE_EPOCH, else the
            last of the dates.
        progress: Called with a word before each long step.

    Raises:
        ReportError: If there is no such kind, section or language, or a table
            does not add up.
    """
    chosen = pages.find(kind)
    if not case.selected:
        raise ReportError("the case has no flows in this scenario: nothing to report")
    asked = tuple(sections)
    setting = _setting(case, book, dates, lang, progress)
    case = setting.case
    every = of_kind(chosen, pages.find(pages.MAIN), case, lang)
    _check_known(chosen, every, asked)
    if draft and not asked:
        every = tuple(x for x in every if not x.appendix and x.name not in chosen.long)
    printed = tuple(one for one in every if not asked or one.name in asked)
    listed = [name for name in LISTS if name in asked and not _has(every, name)]
    if screen and not asked:
        listed += chosen.screen
    with setting.study.ahead(long_questions(printed)):
        if not screen and not word:
            pdf.bring_in()
        found, behind = _chapters(setting, printed)
        found += _lists(setting, listed, found)
    report = Report(
        kind=chosen,
        case=case,
        locale=setting.locale,
        notes=setting.notes,
        version=__version__,
        unit=setting.unit,
        dates=setting.dates,
        dated=report_date.checked(dated or report_date.dated(setting.dates[-1])),
        sections=tuple(found),
        asked=asked,
        draft=draft,
        screen=screen,
        word=word,
        behind=behind,
    )
    # Casting is not left to whoever prints first.
    _ = report.tables
    return _enclosing(report, setting, attached) if attached else report


def names_of(
    case: Case,
    book: Book,
    dates: Iterable[datetime.date] = (),
    lang: str = FIRST_LANGUAGE,
) -> Iterable[tuple[str, str]]:
    """Return the names that chapters of a case may call, with their values now.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        dates: The days to report at, as `write` takes them.
        lang: The language to print values in.

    Raises:
        ReportError: There is no such language.
    """
    return Vocabulary(_setting(case, book, dates, lang, None)).listed()


def _setting(
    case: Case,
    book: Book,
    dates: Iterable[datetime.date] | None,
    lang: str,
    progress: Callable[[str], None] | None,
) -> Setting:
    """Return what a report of a case is built from, in a language."""
    days = tuple(sorted(set(dates or ()))) or default_dates(case)
    study = study_of(case, book, days[-1], progress)
    locale = pages.locale(lang, case)
    return setting_of(case_in(case, lang), book, days, locale, study)


def _has(every: Iterable[Chapter], name: str) -> bool:
    return any(one.name == name for one in every)


def _check_known(
    kind: pages.Kind, every: tuple[Chapter, ...], names: tuple[str, ...]
) -> None:
    """Refuse the name of what is neither a chapter nor a list of exhibits.

    Raises:
        ReportError: There is such a name.
    """
    chapters = [one.name for one in every]
    for name in names:
        if name not in chapters and name not in LISTS:
            raise ReportError(
                f"{kind.name} has no chapter {name!r}; there are:"
                f" {', '.join(chapters)}; and lists of exhibits:"
                f" {', '.join(one for one in LISTS if one not in chapters)}"
            )


def _chapters(
    setting: Setting, chapters: tuple[Chapter, ...]
) -> tuple[list[Section], tuple[Section, ...]]:
    """Return chapters as sections, and the sections behind their exhibits.

    Raises:
        ReportError: A chapter is wrong.
    """
    vocabulary = Vocabulary(setting)
    renderer = Renderer(vocabulary)
    found = [
        section for one in chapters if (section := renderer.section(one)) is not None
    ]
    return found, vocabulary.exhibits.behind


def _lists(
    setting: Setting, names: Iterable[str], before: list[Section]
) -> list[Section]:
    """Return whole lists of exhibits, without words of a chapter round them."""
    found: list[Section] = []
    for name in names:
        if name == FILES:
            continue
        if name == DERIVED:
            section = derived(setting, [*before, *found])
        else:
            section = with_reasons(setting, name, SECTIONS[name](setting))
        if section is not None:
            found.append(section)
    return found


def _enclosing(
    report: Report, setting: Setting, files: tuple[pdf.Attached, ...]
) -> Report:
    """Add to a report what it carries, and at its end the list of that."""
    inside = (
        *files,
        postings(report.case),
        *exhibits(report),
        figures(report, files),
    )
    last = None if report.kind.short else attachments(setting, inside)
    return replace(
        report,
        attached=inside,
        sections=(*report.sections, *((last,) if last else ())),
    )


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        ReportError: If it cannot be written; what was there is as it was.
    """
    try:
        writing.write_whole(path, content)
    except writing.NotWrittenError as error:
        raise ReportError(str(error)) from None
