"""Does a report follow from the ledger inside it?

The ledger is taken out of the PDF, loaded under the rules for a stranger's, and
the report is made again from it, pages and all. Then what is printed is compared
with what should be: the text of each page as a viewer reads it, the figure at each
place a figure has, each attachment's bytes and, where the texts agree, what the
pages look like.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import json
import tempfile
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from typing import Any

from solvency import __version__
from solvency.exhibits.layout import figures_in
from solvency.figures.errors import ReportError
from solvency.ledger.errors import CaseError
from solvency.ledger.load import load
from solvency.report.build import build
from solvency.report.build import laid_out
from solvency.report.enclosed import EXHIBITS
from solvency.report.enclosed import FIGURES
from solvency.report.enclosed import case_files
from solvency.report.pdf import Attached
from solvency.report.printed import NotOursError
from solvency.report.printed import Printed
from solvency.report.printed import opened
from solvency.wide import wide

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.exhibits.layout import Report
    from solvency.ledger.case import Case
    from solvency.report.pdf import Pdf

#: How much of a differing text is shown.
_SHOWN = 80


@dataclass(frozen=True, slots=True)
class Difference:
    """Something in a report that does not follow from the ledger inside it.

    Attributes:
        what: `ledger`, `fingerprint`, `attachment`, `figure`, `text`, `picture`.
        name: Which: a figure's key, an attachment's name.
        page: The page it is on, counted from one; None for no page.
        exhibits: The numbers of the exhibits the figure is in.
        found: What the file has.
        expected: What the ledger gives.
    """

    what: str
    name: str
    page: int | None
    exhibits: tuple[int, ...]
    found: str
    expected: str

    def __str__(self) -> str:
        """Return the difference as a line."""
        where = f"page {self.page}: " if self.page else ""
        exhibits = ", ".join(map(str, self.exhibits))
        inside = f" (exhibit {exhibits})" if exhibits else ""
        return (
            f"{where}{self.what} {self.name}{inside}: {self.found or 'nothing'};"
            f" the ledger gives {self.expected or 'nothing'}"
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of the check of a report."""

    path: Path
    #: The version that made it, and the one that checked it.
    made_by: str
    checked_by: str
    fingerprint: str
    scenario: str
    pages: int
    figures: int
    exhibits: int
    attachments: int
    #: True where this version makes the very same file, byte for byte.
    same_bytes: bool
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Say whether everything in the report follows from its ledger."""
        return not self.differences


@wide()
def verify(path: Path | str, progress: Callable[[str], None] | None = None) -> Verdict:
    """Make a report again from the ledger inside it, and compare.

    Args:
        path: The PDF.
        progress: Called with a word before each long step.

    Returns:
        The verdict, with each difference and its page.

    Raises:
        NotOursError: The file is no report of this program, or a draft.
        ReportError: The file cannot be read.
    """
    path = Path(path)
    with opened(path) as printed, tempfile.TemporaryDirectory() as folder:
        inside = printed.attachments()
        record = _record(inside)
        inside = _in_folders(record, inside)
        verdict = Verdict(
            path=path,
            made_by=str(record["solvency"]),
            checked_by=__version__,
            fingerprint=str(record["fingerprint"]),
            scenario=str(record["scenario"]),
            pages=len(printed),
            figures=len(record["figures"]),
            exhibits=sum(name.startswith(EXHIBITS) for name in inside),
            attachments=len(inside),
            same_bytes=False,
            differences=(),
        )
        try:
            case = _taken_out(record, inside, Path(folder))
            report = _again(record, case, progress)
            made = laid_out(report, progress, placed=True)
        except (CaseError, ReportError) as error:
            # It is ours, and what is inside it cannot be what it was made from.
            said = Difference("ledger", str(record["case"]), None, (), str(error), "")
            return replace(verdict, differences=(said,))
        if made.content == path.read_bytes():
            return replace(verdict, same_bytes=True)
        if progress is not None:
            progress("comparing pages")
        found = (
            *_recorded(record, inside, case),
            *_attachments(inside, report),
            *_pages(printed, made, report),
        )
        return replace(verdict, differences=found)


def _record(inside: Mapping[str, bytes]) -> dict[str, Any]:
    """Return what a report says of how it was made."""
    if FIGURES not in inside:
        raise NotOursError(
            "it carries no ledger, so it is no report of solvency, or a draft"
        )
    try:
        record = json.loads(inside[FIGURES])
        wanted = {"solvency", "kind", "lang", "scenario", "known", "dates", "dated"}
        wanted |= {"sections", "case", "files", "fingerprint", "figures"}
        if (
            not isinstance(record, dict)
            or not wanted <= record.keys()
            or not isinstance(record["files"], dict)
        ):
            raise NotOursError(f"its {FIGURES} is none of solvency's")
    except ValueError:
        raise NotOursError(f"its {FIGURES} cannot be read") from None
    return record


def _in_folders(
    record: Mapping[str, Any], inside: Mapping[str, bytes]
) -> dict[str, bytes]:
    """Give the ledger's files back the folders their names in the PDF do not show."""
    names = {Attached(name, b"", "").shown: name for name in record["files"]}
    return {names.get(name, name): content for name, content in inside.items()}


def _taken_out(
    record: Mapping[str, Any], inside: Mapping[str, bytes], folder: Path
) -> Case:
    """Write the ledger's files into a folder and load the case, trusting nothing."""
    for name in map(str, record["files"]):
        if name not in inside:
            raise ReportError(f"the file {name} is missing")
        parts = PurePosixPath(name)
        if (
            not name.isprintable()
            or "\\" in name
            or ":" in name
            or parts.is_absolute()
            or ".." in parts.parts
            or not parts.parts
        ):
            raise ReportError(f"{name!r} is no name inside a case's folder")
        target = folder / parts
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(inside[name])
        except OSError as error:
            raise ReportError(f"{name}: {error.strerror}") from None
    known = record["known"]
    case = load(
        folder / str(record["case"]),
        scenario=str(record["scenario"]),
        known=None if known is None else _day(known),
    )
    if case.errors:
        first = case.errors[0]
        place = f"{Path(first.file).name}:{first.line}"
        raise ReportError(f"the ledger has errors: {place}: {first.message}")
    return case


def _day(text: object) -> datetime.date:
    try:
        return datetime.date.fromisoformat(str(text))
    except ValueError:
        raise ReportError(f"{FIGURES} has {str(text)[:40]!r} for a date") from None


def _moment(text: object) -> datetime.datetime:
    try:
        return datetime.datetime.fromisoformat(str(text)).astimezone(datetime.UTC)
    except ValueError:
        raise ReportError(f"{FIGURES} has {str(text)[:40]!r} for a date") from None


def _again(
    record: Mapping[str, Any], case: Case, progress: Callable[[str], None] | None
) -> Report:
    """Build the report as its record says it was built."""
    return build(
        case,
        case.book(),
        kind=str(record["kind"]),
        lang=str(record["lang"]),
        dates=[_day(text) for text in record["dates"]],
        attached=case_files(case),
        dated=_moment(record["dated"]),
        sections=map(str, record["sections"]),
        progress=progress,
    )


def _recorded(
    record: Mapping[str, Any], inside: Mapping[str, bytes], case: Case
) -> Iterator[Difference]:
    """Compare the fingerprint and the files' hashes with those of the ledger inside."""
    if record["fingerprint"] != case.fingerprint:
        said = str(record["fingerprint"])
        yield Difference("fingerprint", "", None, (), said, case.fingerprint)
    for name, said in record["files"].items():
        right = hashlib.sha256(inside[name]).hexdigest()
        if said != right:
            yield Difference(
                "attachment", name, None, (), f"SHA-256 {said}", f"SHA-256 {right}"
            )


def _attachments(inside: Mapping[str, bytes], report: Report) -> Iterator[Difference]:
    """Compare what is inside with what should be, byte for byte."""
    expected = {one.name: one.content for one in report.attached}
    for name in sorted(inside.keys() | expected.keys()):
        found, right = inside.get(name), expected.get(name)
        if found == right:
            continue
        if name == FIGURES and found is not None and right is not None:
            said, given = json.loads(found), json.loads(right)
            listed = tuple(_figures(said, given))
            yield from listed
            hashed = said["files"] != given["files"]
            if listed or hashed or said["fingerprint"] != given["fingerprint"]:
                continue
        yield Difference("attachment", name, None, (), *_first(found, right))


def _figures(found: Any, right: Any) -> Iterator[Difference]:
    """Compare the figures attached with those the ledger gives, one by one."""
    ours = {one["key"]: one for one in right["figures"]}
    theirs = {one.get("key"): one for one in found["figures"] if isinstance(one, dict)}
    for key in [*ours, *(key for key in theirs if key not in ours)]:
        one, two = theirs.get(key), ours.get(key)
        if one == two:
            continue
        exhibits = tuple(two["exhibits"]) if two else ()
        if one is None or two is None or one.get("printed") != two["printed"]:
            shown = [str(x["printed"]) if x else "" for x in (one, two)]
        else:
            part = next(k for k in {**two, **one} if one.get(k) != two.get(k))
            shown = [f"{part} {json.dumps(x.get(part))[:_SHOWN]}" for x in (one, two)]
        yield Difference("attached figure", str(key), None, exhibits, *shown)


def _first(found: bytes | None, right: bytes | None) -> tuple[str, str]:
    """Return the first lines in which two files differ."""
    if found is None or right is None:
        return ("" if found is None else "is there"), ("" if right is None else "it")
    pairs = zip((*found.splitlines(), b""), (*right.splitlines(), b""), strict=False)
    for number, (one, two) in enumerate(pairs, 1):
        if one != two:
            shown = (line.decode(errors="replace")[:_SHOWN] for line in (one, two))
            return tuple(f"line {number} “{text}”" for text in shown)  # type: ignore[return-value]
    return f"{len(found)} bytes", f"{len(right)} bytes"


def _pages(printed: Printed, made: Pdf, report: Report) -> Iterator[Difference]:
    """Compare each page's text, and where the texts agree what it looks like."""
    with opened(made.content) as right:
        if len(printed) != len(right):
            yield Difference("pages", "", None, (), str(len(printed)), str(len(right)))
        pictures = zip(printed.pictures(), right.pictures(), strict=False)
        texts = zip(printed.texts(), right.texts(), strict=False)
        exhibits = _exhibits(report)
        for number, ((one, two), (drawn, looks)) in enumerate(
            zip(texts, pictures, strict=True)
        ):
            if one != two:
                wrong = tuple(_on_page(printed, made, number, exhibits))
                yield from wrong
                yield from _words(number, one, two, known=bool(wrong))
            elif drawn != looks:
                yield Difference(
                    "picture",
                    "",
                    number + 1,
                    (),
                    "the page looks otherwise than its text reads",
                    "another picture",
                )


def _exhibits(report: Report) -> Mapping[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for exhibit in report.tables:
        if number := report.numbers.get(exhibit.key):
            for key in {figure.key for figure in figures_in(exhibit)}:
                found[key] = (*found.get(key, ()), number)
    return found


def _on_page(
    printed: Printed, made: Pdf, number: int, exhibits: Mapping[str, tuple[int, ...]]
) -> Iterator[Difference]:
    """Compare each figure of a page with what stands in its place."""
    for place in made.places[number]:
        found = printed.at(number, place)
        if found != " ".join(place.text.split()):
            yield Difference(
                "figure",
                place.key,
                number + 1,
                exhibits.get(place.key, ()),
                found,
                place.text,
            )


def _words(number: int, one: str, two: str, *, known: bool) -> Iterator[Difference]:
    """Return where a page's words differ, unless its figures say it already."""
    found, right = one.split(), two.split()
    matcher = difflib.SequenceMatcher(None, found, right, autojunk=False)
    changes = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    for _, i, j, k, m in changes:
        shown = " ".join(found[i:j])[:_SHOWN], " ".join(right[k:m])[:_SHOWN]
        if not known or not any(c.isdigit() for text in shown for c in text):
            yield Difference("text", "", number + 1, (), *(f"“{s}”" for s in shown))
    if not changes and not known:
        yield Difference("text", "", number + 1, (), "spaced otherwise", "other space")
