"""What a report carries inside it: the case's files, its exhibits, its figures.

`figures.json` begins with the record of how the report was made, which is all
that `solvency verify` needs to make it again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections import Counter
from collections import defaultdict
from pathlib import Path
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from typing import Any

from solvency import inert
from solvency.exhibits.evidence import dossier
from solvency.exhibits.rests import rests
from solvency.exhibits.section import Section
from solvency.exhibits.section import figures_in
from solvency.figures.errors import ReportError
from solvency.figures.figure import Said
from solvency.figures.first_names import FirstNames
from solvency.figures.table import Column
from solvency.figures.table import Row
from solvency.figures.table import Table
from solvency.ledger import control_totals
from solvency.report.chapters.files import files_of
from solvency.report.pdf import Attached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.exhibits.setting import Setting
    from solvency.ledger.case import Case
    from solvency.report.document import Report

#: The attachment that says how the report was made, and every figure in it.
FIGURES = "figures.json"
#: The form of that attachment; 2 since a list may be the first part of another, 3
#: since it may have names of its own before.
FORMAT = 3
POSTINGS = "postings.csv"
EXHIBITS = "exhibits-"
#: More files of one kind than this stand in one line of the list.
_ALIKE = 20
#: Names of files that the report itself adds.
_KEPT = frozenset({FIGURES, POSTINGS, control_totals.NAME})
#: What Windows takes for a device, whatever its suffix.
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE)


def is_plain(name: str) -> bool:
    """Say whether a name is a plain path within a folder, on any system."""
    parts = PurePosixPath(name).parts
    return (
        0 < len(parts) <= 32
        and name == "/".join(parts)
        and name.isprintable()
        and not set(name) & set('\\:*?"<>|')
        and all(
            len(part.encode(errors="replace")) <= 255
            and part not in {".", ".."}
            and part == part.rstrip(" .")
            and not _DEVICES.match(part)
            for part in parts
        )
    )


def case_files(case: Case) -> tuple[Attached, ...]:
    """Return the files a case is written in, as they will be embedded.

    Of a case with subledgers their totals, in place of the rows.

    Raises:
        ReportError: If a file can no longer be read, or two would share a name.
    """
    mappings = dict.fromkeys(one.mapping for one in case.subledgers if one.mapping)
    found = [_file(case, name, "The case's ledger") for name in case.files]
    found += [_file(case, name, "How columns of rows are read") for name in mappings]
    if case.subledgers:
        found.append(
            Attached(
                control_totals.NAME,
                control_totals.written(case),
                "What the rows of subledgers come to",
                "Source",
            )
        )
    home = Path(case.path).parent.resolve()
    found += (
        Attached(
            path.relative_to(home).as_posix(),
            path.read_bytes(),
            "The case's chapter",
            "Source",
        )
        for path in files_of(case)
    )
    rows = dossier.path_of(case)
    if rows is not None and dossier.NAME not in {one.name for one in found}:
        found.append(
            Attached(
                dossier.NAME, rows.read_bytes(), "The case's rows of evidence", "Source"
            )
        )
    if len({one.told for one in found}) != len(found):
        raise ReportError("two files of the case would have the same name in the PDF")
    return tuple(found)


def _file(case: Case, name: str, what: str) -> Attached:
    """Return a file of the case under its name in the case's folder."""
    folder, path = Path(case.path).parent, Path(name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ReportError(f"{path.name}: {error.strerror}") from None
    inside = path.is_relative_to(folder)
    shown = path.relative_to(folder).as_posix() if inside else path.name
    if not is_plain(shown):
        raise ReportError(
            f"{shown!r} is a name that not every system can save: rename the file"
        )
    one = Attached(shown, content, what, "Source")
    if one.shown in _KEPT or one.shown.startswith(EXHIBITS):
        raise ReportError(f"{shown} is a name the report keeps for itself")
    return one


def postings(case: Case) -> Attached:
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
                    inert.cell(" ".join(flow.sources)),
                ]
            )
    content = out.getvalue().encode()
    return Attached(POSTINGS, content, "Every posting of this scenario")


def exhibits(report: Report) -> tuple[Attached, ...]:
    """Return each numbered exhibit as CSV, under its number."""
    return tuple(
        Attached(
            f"{EXHIBITS}{number:02}-{table.key}.csv",
            table.to_csv().encode(),
            f"{report.locale.text('Exhibit')} {number}: {table.title}",
        )
        for table in report.tables
        if (number := report.numbers.get(table.key))
    )


def figures(report: Report, files: tuple[Attached, ...]) -> Attached:
    """Return the record of a report and every figure in it as JSON.

    What a figure has under `flows` and `sources` is the place of a list in `lists`,
    counted from nothing. A long list that begins as another is `{"first": COUNT, "of":
    PLACE, "more": [...]}`: so many names of the list at that place, then those. With
    `"before": [...]` it begins with these, which are left out of what follows.

    Args:
        report: The report, all but its list of files.
        files: The files of the case that it carries.
    """
    head = json.dumps(record(report, files), indent=1, ensure_ascii=False)
    # Figures by the thousand rest on the same flows by the hundred: each list once.
    lists = _Lists()
    found: list[str] = []
    for one in listed(report):
        for names in ("flows", "sources"):
            one[names] = lists.place(one[names])
        found.append(_compact(one))
    # Written piece by piece: together they are tens of megabytes in a large case.
    out = io.BytesIO()
    out.write(head.removesuffix("\n}").encode())
    for name, lines in (("lists", lists.written()), ("figures", iter(found))):
        out.write(f',\n "{name}": ['.encode())
        for number, line in enumerate(lines):
            out.write(f"{',' if number else ''}\n{line}".encode())
        out.write(b"\n ]")
    out.write(b"\n}\n")
    return Attached(FIGURES, out.getvalue(), "How this was made, and every figure")


class _Lists:
    """Lists of names in the order they are met, each once."""

    def __init__(self) -> None:
        self._places: dict[Any, int] = {}
        #: The places of lists that others begin as; to hash one takes long.
        self._longer: dict[int, int] = {}

    def place(self, names: Any) -> int:
        """Return the place of a list, after that of the list it begins as."""
        if isinstance(names, FirstNames):
            longer = names.of
            if id(longer) not in self._longer:
                self._longer[id(longer)] = self.place(longer.names)
            whole = names.number == len(longer.names)
            if whole and not names.more and not names.before:
                return self._longer[id(longer)]
        return self._places.setdefault(names, len(self._places))

    def written(self) -> Iterator[str]:
        """Yield each list as JSON."""
        for names in self._places:
            if isinstance(names, FirstNames):
                first = {"first": names.number, "of": self._longer[id(names.of)]}
                beside = {"before": names.before, "more": names.more}
                yield _compact(first | {key: x for key, x in beside.items() if x})
            else:
                yield _compact(names)


def _compact(one: object) -> str:
    return json.dumps(one, ensure_ascii=False)


def record(report: Report, files: tuple[Attached, ...]) -> dict[str, Any]:
    """Return what the report was made from and with, to make it again."""
    case = report.case
    return {
        "solvency": report.version,
        "format": FORMAT,
        "kind": report.kind.name,
        "lang": report.locale.lang,
        "scenario": case.scenario.name,
        "known": case.known and case.known.isoformat(),
        **({"currency": case.currency} if case.functional else {}),
        "dates": [day.isoformat() for day in report.dates],
        "dated": report.dated.isoformat(),
        "sections": list(report.asked),
        "case": files[0].name if files else "",
        "files": {one.name: hashlib.sha256(one.content).hexdigest() for one in files},
        "fingerprint": case.fingerprint,
    }


def listed(report: Report) -> list[dict[str, Any]]:
    """Return every figure of a report once, with where and on what it rests.

    Lists of flows and sources that are equal are one object.
    """
    shown: dict[str, list[int]] = defaultdict(list)
    for table in report.tables:
        number = report.numbers.get(table.key)
        for figure in figures_in(table):
            if number and number not in shown[figure.key]:
                shown[figure.key].append(number)
    base = rests(report.case, (*report.behind, *report.sections))
    found = []
    for figure in report.figures():
        rest = base[figure.key]
        found.append(
            {
                **figure.to_json(report.locale),
                "flows": rest.flows,
                "sources": rest.sources,
                "sum": rest.sums,
                "exhibits": shown[figure.key],
            }
        )
    return found


def _briefly(setting: Setting, one: Attached) -> str:
    """Return what a file is; of an exhibit its number, whose title its page has."""
    if one.name.startswith(EXHIBITS):
        return one.description.partition(": ")[0]
    return setting.text(one.description)


def _kind(one: Attached) -> str:
    """Return what files of its kind have in common."""
    if one.name.startswith(EXHIBITS):
        return "The exhibits, as comma-separated values"
    return one.description


def _alike(setting: Setting, attached: tuple[Attached, ...], kind: str) -> Row:
    """Return one row for many files of a kind; `verify` compares each of them."""
    some = [one for one in attached if _kind(one) == kind]
    count = setting.count(f"files:{kind}", len(some))
    size = setting.count(f"files:{kind}:bytes", sum(len(x.content) for x in some))
    label = setting.say_many("%(count)s file", "%(count)s files", count)
    return Row(f"files:{kind}", label, (Said(setting.text(kind)), size, None))


def attachments(setting: Setting, attached: tuple[Attached, ...]) -> Section | None:
    """Build the list of the files inside the document, with their hashes."""
    if not attached:
        return None
    text = setting.text
    kinds = Counter(_kind(one) for one in attached)
    alone = [one for one in attached if kinds[_kind(one)] <= _ALIKE]
    table = Table(
        key="files",
        title=text("Files carried inside this document"),
        unit=(text("Size in bytes, and the hash of each file as attached"),),
        head=text("File"),
        width=40,
        columns=(
            Column("what", text("What it is"), "text", 38),
            Column("bytes", text("Bytes"), width=13),
            # A hash has a line to itself: the list is half as long.
            Column("hash", "SHA-256", "text", 83),
        ),
        rows=tuple(
            Row(
                key=one.name,
                label=(Said(one.shown),),
                cells=(
                    Said(_briefly(setting, one)),
                    setting.count(f"file:{one.name}:bytes", len(one.content)),
                    Said(hashlib.sha256(one.content).hexdigest()),
                ),
            )
            for one in alone
        )
        + tuple(_alike(setting, attached, x) for x, n in kinds.items() if n > _ALIKE),
        numbered=False,
        size="dense",
    )
    return Section("files", text("Files in this document"), (table,), appendix=True)
