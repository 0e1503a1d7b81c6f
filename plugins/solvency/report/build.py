"""From a case and its book to a report, and from a report to a file."""

from __future__ import annotations

import csv
import datetime
import io
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from solvency import __version__
from solvency.report import formats
from solvency.report import pages
from solvency.report import pdf
from solvency.report.errors import ReportError
from solvency.report.layout import Report
from solvency.report.layout import Section
from solvency.report.notes import Notes
from solvency.report.sections import SECTIONS
from solvency.report.sections.appendices import attachments
from solvency.report.sections.setting import Setting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from solvency.ledger.case import Case
    from solvency.model.book import Book


@dataclass(frozen=True, slots=True)
class Summary:
    """What was written."""

    path: Path
    pages: int
    size: int
    figures: int
    flows: int
    sources: int


def write(
    case: Case,
    book: Book,
    path: Path | str,
    *,
    kind: str = "reconstruction",
    lang: str = "en",
    dates: Iterable[datetime.date] | None = None,
) -> Summary:
    """Write a report of a case as a PDF, whole or not at all.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        path: Where the PDF goes.
        kind: Which kind of report, a folder of `reports/`.
        lang: The language to print in.
        dates: The days to report at; default the day most observed before the
            reporting date, and that date.

    Returns:
        What was written.

    Raises:
        ReportError: If the report cannot be built, laid out or written.
    """
    attached = (*case_files(case), postings(case))
    report = build(case, book, kind=kind, lang=lang, dates=dates, attached=attached)
    exhibits = tuple(
        pdf.Attached(
            f"exhibits/{number:02}-{table.key}.csv",
            table.to_csv().encode(),
            f"Exhibit {number}: {table.title}",
        )
        for table in report.tables
        if (number := report.numbers.get(table.key))
    )
    made = pdf.render(pages.tree(report), report.dated, (*attached, *exhibits))
    target = Path(path)
    write_whole(target, made.content)
    return Summary(
        target,
        made.pages,
        len(made.content),
        sum(1 for _ in report.figures()),
        len(case.selected),
        len(case.sources),
    )


def build(
    case: Case,
    book: Book,
    *,
    kind: str = "reconstruction",
    lang: str = "en",
    dates: Iterable[datetime.date] | None = None,
    attached: tuple[pdf.Attached, ...] = (),
) -> Report:
    """Build a report, every table cast, without laying it out.

    Args:
        case: The case.
        book: Its postings in the scenario to report.
        kind: Which kind of report.
        lang: The language to print in.
        dates: The days to report at, as `write` takes them.
        attached: The files that will be embedded, for the list of them.

    Raises:
        ReportError: If there is no such kind, section or language, or a table
            does not add up.
    """
    known = pages.kinds()
    if kind not in known:
        raise ReportError(f"no kind of report {kind!r}; there are: {', '.join(known)}")
    if not case.selected:
        raise ReportError("the case has no flows in this scenario: nothing to report")
    chosen = known[kind]
    days = tuple(sorted(set(dates))) if dates is not None else default_dates(case)
    setting = _setting(case, book, days or default_dates(case), pages.locale(lang))
    found: list[Section] = []
    for name in chosen.sections:
        if name == "files":
            section = attachments(setting, attached)
        elif name in SECTIONS:
            section = SECTIONS[name](setting)
        else:
            raise ReportError(
                f"{kind}/manifest.toml asks for no known section {name!r}"
            )
        if section is not None:
            found.append(section)
    report = Report(
        kind=chosen,
        case=case,
        locale=setting.locale,
        notes=setting.notes,
        version=__version__,
        unit=setting.unit,
        dates=setting.dates,
        dated=_dated(setting.dates[-1]),
        sections=tuple(found),
    )
    # Casting is not left to whoever prints first.
    _ = report.tables
    return report


def default_dates(case: Case) -> tuple[datetime.date, ...]:
    """Return the reporting date, and the day before it that is most spoken of.

    Args:
        case: The case; its reporting date is the petition, else the last flow.

    Returns:
        One day or two, oldest first. The other day is the one, at least a month
        before the reporting date, with the most observations of balances.
    """
    last = case.reporting_date
    month = datetime.timedelta(days=31)
    spoken = Counter(
        one.date
        for one in case.observations
        if one.since is None and one.date <= last - month
    )
    if not spoken:
        return (last,)
    most = max(spoken.values())
    return (max(day for day, count in spoken.items() if count == most), last)


def case_files(case: Case) -> tuple[pdf.Attached, ...]:
    """Return the files a case is written in, as they will be embedded.

    Raises:
        ReportError: If a file can no longer be read.
    """
    folder = Path(case.path).parent
    found: list[pdf.Attached] = []
    for name in case.files:
        path = Path(name)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ReportError(f"{path.name}: {error.strerror}") from None
        inside = path.is_relative_to(folder)
        shown = path.relative_to(folder).as_posix() if inside else path.name
        found.append(pdf.Attached(shown, content, "The case's ledger", "Source"))
    if len({one.name for one in found}) != len(found):
        raise ReportError("two files of the case would have the same name in the PDF")
    return tuple(found)


def postings(case: Case) -> pdf.Attached:
    """Return every posting of the case's scenario as CSV, units exact."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(
        ["date", "flow", "account", "units", "commodity", "added", "basis", "sources"]
    )
    for flow in case.selected:
        for one in flow.postings:
            writer.writerow(
                [
                    flow.date.isoformat(),
                    flow.id,
                    one.account,
                    format(one.units, "f"),
                    one.commodity,
                    "added" if one.added else "",
                    flow.basis,
                    " ".join(flow.sources),
                ]
            )
    content = out.getvalue().encode()
    return pdf.Attached("postings.csv", content, "Every posting of this scenario")


def write_whole(path: Path, content: bytes) -> None:
    """Write a file whole or not at all.

    Raises:
        ReportError: If the folder is missing, full or not writable.
    """
    temporary = None
    try:
        with tempfile.NamedTemporaryFile(
            dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as out:
            temporary = Path(out.name)
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        # A temporary file is its owner's alone; a report is as open as any file.
        umask = os.umask(0)
        os.umask(umask)
        temporary.chmod(0o666 & ~umask)
        temporary.replace(path)
    except OSError as error:
        if temporary is not None:
            temporary.unlink(missing_ok=True)
        raise ReportError(f"{path} was not written: {error.strerror}") from None


def _setting(
    case: Case,
    book: Book,
    days: tuple[datetime.date, ...],
    locale: formats.Locale,
) -> Setting:
    """Choose how amounts are printed: by the largest balance the books ever had."""
    plain = Setting(case, book, days, locale, Notes(case.sources), 0, 0)
    sheets = [plain.sheet(day) for day in days]
    amounts = [line.amount for one in sheets for x in one.columns for line in x.lines]
    amounts += [
        flow.amount.number
        for flow in case.selected
        if flow.amount.commodity == case.currency
    ]
    scale, places = formats.fitting(amounts)
    return Setting(case, book, days, locale, plain.notes, scale, places)


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
