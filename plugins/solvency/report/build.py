"""From a case and its book to a report, and from a report to a file."""

from __future__ import annotations

import datetime
import os
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from solvency import __version__
from solvency import writing
from solvency.analysis.study import study_of
from solvency.exhibits.derived import derived
from solvency.exhibits.sections import SECTIONS
from solvency.exhibits.setting import Setting
from solvency.exhibits.setting import default_dates
from solvency.exhibits.setting import setting_of
from solvency.exhibits.unmade import with_reasons
from solvency.figures.errors import ReportError
from solvency.report import glyphs
from solvency.report import pages
from solvency.report import pdf
from solvency.report import screen
from solvency.report.chapters.files import chapters
from solvency.report.chapters.render import Renderer
from solvency.report.chapters.vocabulary import Vocabulary
from solvency.report.enclosed import CHANGED
from solvency.report.enclosed import attachments
from solvency.report.enclosed import case_files
from solvency.report.enclosed import check_as_loaded
from solvency.report.enclosed import exhibits
from solvency.report.enclosed import figures
from solvency.report.enclosed import postings
from solvency.report.language import case_in
from solvency.report.layout import Report
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable

    from solvency.exhibits.layout import Section
    from solvency.ledger.case import Case
    from solvency.model.book import Book
    from solvency.report.signing import Seal


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
def write(
    case: Case,
    book: Book,
    path: Path | str,
    *,
    kind: str = "reconstruction",
    lang: str = "en",
    dates: Iterable[datetime.date] | None = None,
    sections: Iterable[str] = (),
    draft: bool = False,
    seal: Seal | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Write a report of a case as a PDF, or as a page for a browser.

    The file is written whole or not at all.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        path: Where it goes; a name that ends in .html asks for one HTML file,
            with its fonts inside.
        kind: Which kind of report, a folder of `reports/`.
        lang: The language to print in.
        dates: The days to report at; default the day most observed before the
            reporting date, and that date.
        sections: Print only these of the kind's sections.
        draft: Print for a look only, as `build` has it, without tags and
            attachments.
        seal: What signs the PDF; none leaves it unsigned.
        progress: Called with a word before each long step.

    Returns:
        What was written; pages are zero for HTML.

    Raises:
        ReportError: If the report cannot be built, laid out or written.
    """
    target = Path(path)
    on_screen = target.suffix.lower() in {".html", ".htm"}
    if seal is not None and (draft or on_screen):
        raise ReportError("a draft or a page for a browser cannot be signed")
    files = () if draft else case_files(case)
    check_as_loaded(case, files)
    report = build(
        case,
        book,
        kind=kind,
        lang=lang,
        dates=dates,
        attached=files,
        sections=sections,
        draft=draft,
        progress=progress,
    )
    made = pdf.Pdf(screen.html(report), 0) if on_screen else laid_out(report, progress)
    if files and case_files(case) != files:
        raise ReportError(CHANGED)
    if seal is not None:
        made = replace(made, content=seal.sign(made.content))
    write_whole(target, made.content)
    return Summary(
        target,
        made.pages,
        len(made.content),
        sum(1 for _ in report.figures()),
        len(case.selected),
        len(case.sources),
        glyphs.warnings(case, made.boxes),
    )


@wide()
def laid_out(
    report: Report,
    progress: Callable[[str], None] | None = None,
    *,
    placed: bool = False,
) -> pdf.Pdf:
    """Lay out a report as a PDF.

    Args:
        report: The report.
        progress: Called with a word before each long step.
        placed: Note where on each page every figure stands.

    Raises:
        ReportError: If a template is broken, or the layout complains.
    """
    return pdf.render(
        pages.tree(report),
        report.dated,
        report.attached,
        tagged=not report.draft,
        placed=placed,
        progress=progress,
    )


@wide()
def build(
    case: Case,
    book: Book,
    *,
    kind: str = "reconstruction",
    lang: str = "en",
    dates: Iterable[datetime.date] | None = None,
    attached: tuple[pdf.Attached, ...] = (),
    sections: Iterable[str] = (),
    draft: bool = False,
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
        sections: Build only these of the kind's sections; none builds all.
        draft: Mark it as one for a look only: without `sections`, those its kind
            names for a draft and no appendices; findings that take long left out.
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
    sections = tuple(sections)
    setting = replace(_setting(case, book, dates, lang, progress), draft=draft)
    case = setting.case
    behind: tuple[Section, ...] = ()
    found: list[Section] = []
    if chosen.chaptered:
        found, behind = _chapters(chosen, setting, sections)
    names = () if chosen.chaptered else sections or (chosen.draft if draft else ())
    for name in _wanted(chosen, names):
        if name == "files":
            continue
        if name == "derived":
            section = derived(setting, found)
        elif name in SECTIONS:
            section = with_reasons(setting, name, SECTIONS[name](setting))
        else:
            raise ReportError(
                f"{kind}/manifest.toml asks for no known section {name!r}"
            )
        if section is not None and not (draft and section.appendix and not sections):
            found.append(chosen.cut(section))
    report = Report(
        kind=chosen,
        case=case,
        locale=setting.locale,
        notes=setting.notes,
        version=__version__,
        unit=setting.unit,
        dates=setting.dates,
        dated=_checked(dated or _dated(setting.dates[-1])),
        sections=tuple(found),
        asked=sections,
        draft=draft,
        behind=behind,
    )
    # Casting is not left to whoever prints first.
    _ = report.tables
    return _enclosing(report, setting, attached) if attached else report


def names_of(
    case: Case, book: Book, dates: Iterable[datetime.date] = (), lang: str = "en"
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


def _chapters(
    kind: pages.Kind, setting: Setting, names: tuple[str, ...]
) -> tuple[list[Section], tuple[Section, ...]]:
    """Return a kind's chapters as sections, and the sections behind their exhibits.

    Raises:
        ReportError: A chapter is wrong, or there is none of a name asked for.
    """
    whose = pages.main_kind() if kind.take else kind
    every = chapters(whose, setting.case, setting.locale.lang)
    every = tuple(one for one in every if not kind.take or one.name in kind.take)
    known = {one.name for one in every}
    for name in names:
        if name not in known:
            raise ReportError(
                f"{kind.name} has no chapter {name!r}; there are:"
                f" {', '.join(one.name for one in every)}"
            )
    vocabulary = Vocabulary(setting)
    renderer = Renderer(vocabulary)
    found = [
        section
        for one in every
        if not names or one.name in names
        if (section := renderer.section(one)) is not None
    ]
    return found, vocabulary.exhibits.behind


def _wanted(kind: pages.Kind, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return the sections asked for in the kind's order, all if none is named."""
    for name in names:
        if name not in kind.sections:
            raise ReportError(
                f"{kind.name} has no section {name!r}; there are:"
                f" {', '.join(kind.sections)}"
            )
    return tuple(name for name in kind.sections if not names or name in names)


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
    listing = report.kind.chaptered or "files" in report.kind.sections
    last = attachments(setting, inside) if listing and not report.kind.short else None
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


def _checked(dated: datetime.datetime) -> datetime.datetime:
    """Return the date to write in the PDF, whose format has years of four digits.

    Raises:
        ReportError: It is of a year of three digits or fewer.
    """
    if dated.year < 1000:
        raise ReportError(
            f"no file can be dated {dated.date()}, before the year 1000: correct the"
            " dates of the ledger, or set SOURCE_DATE_EPOCH"
        )
    return dated


def _dated(last: datetime.date) -> datetime.datetime:
    """Return the date to write in the PDF: SOURCE_DATE_EPOCH, else the as-at date.

    Raises:
        ReportError: If SOURCE_DATE_EPOCH is no number of seconds.
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch is None:
        return datetime.datetime(last.year, last.month, last.day, tzinfo=datetime.UTC)
    try:
        return datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
    except (ValueError, OverflowError, OSError):
        raise ReportError(
            f"SOURCE_DATE_EPOCH is no number of seconds: {epoch!r}"
        ) from None
