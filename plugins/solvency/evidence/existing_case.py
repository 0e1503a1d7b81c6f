"""What a case has already: its accounts, entities, sources and imported rows."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from dataclasses import field
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING

from beancount.core import data

from solvency.evidence.drafts import OPENING
from solvency.evidence.drafts import Cited
from solvency.evidence.drafts import Draft
from solvency.evidence.drafts import DraftLeg
from solvency.evidence.records import NO_DAY
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import is_day
from solvency.evidence.records import unquoted
from solvency.ledger.files.source import LARGEST_CASE
from solvency.ledger.files.source import MOST_FILES
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: How the files that an import writes are named.
WRITTEN = "import-*.beancount"
ACCOUNTS = "import-accounts.beancount"
_ID = re.compile(r'^  id: "I-([0-9a-f.]+)"$', re.MULTILINE)
_ROW = re.compile(r'^  row: "((?:[^"\\]|\\.)*)"$', re.MULTILINE)
_HEAD = re.compile(
    r'(\d{4}-\d\d-\d\d) \* (?:"((?:[^"\\]|\\.)*)" )?"((?:[^"\\]|\\.)*)"((?: \^\S+)*)'
)
_LEG = re.compile(r"^  ([A-Z]\S*)  (-?\d[\d.]*) (\S+)$", re.MULTILINE)
_SOURCE = re.compile(r'custom "source" "([^"\n]+)"')
_SHA = re.compile(r'^  sha256: "([0-9a-f]+)"', re.MULTILINE)
_CITED = re.compile(r"\S.*?:[^:,]*\d(?=, |$)")
_LATEST = re.compile(r"^  latest: (\d{4}-\d\d-\d\d)$", re.MULTILINE)
_OPEN = re.compile(r"^(\d{4}-\d\d-\d\d) open (\S+)", re.MULTILINE)


@dataclass
class Present:
    """What stands in the files of a case."""

    top: Path | None
    folder: Path
    accounts: set[str] = field(default_factory=set)
    entities: set[str] = field(default_factory=set)
    sources: dict[str, str] = field(default_factory=dict)
    #: Accounts that hold what nobody has settled.
    suspense: set[str] = field(default_factory=set)
    commodities: set[str] = field(default_factory=set)
    #: Pairs of entities with a claim between them.
    pairs: set[frozenset[str]] = field(default_factory=set)
    #: Each imported row by its digest, with where it was read.
    rows: dict[str, str] = field(default_factory=dict)
    #: Flows still in suspense.
    loose: list[Draft] = field(default_factory=list)
    #: First and last day of what was imported, by account.
    covered: dict[str, tuple[datetime.date, datetime.date]] = field(
        default_factory=dict
    )
    #: Numbers and names of accounts, as their `open` has them.
    marks: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    includes: str = ""
    #: The files that earlier imports wrote.
    texts: list[tuple[Path, str]] = field(default_factory=list)
    #: The flow that opened an account's balance, by the row's digest.
    openings: dict[str, tuple[datetime.date, Path, str]] = field(default_factory=dict)


def present(folder: Path) -> Present:
    """Read what the case has that a folder belongs to.

    Args:
        folder: Where imports are written; its own `main.beancount`, else that of the
            folder it is in, is the case's top file.

    Raises:
        EvidenceError: A file of the case cannot be read.
    """
    folder = folder.absolute()
    tops = [one / "main.beancount" for one in (folder, folder.parent)]
    top = next((one for one in tops if one.is_file()), None)
    found = Present(top, folder)
    root = top.parent if top is not None else folder
    paths = sorted(islice(root.rglob("*.beancount"), MOST_FILES + 1))
    if len(paths) > MOST_FILES:
        wrong = f"it has more than {MOST_FILES:,} ledger files"
        raise EvidenceError(str(root), None, wrong, "Name the folder of the case")
    # What the files of accounts say is needed to read those of flows.
    left = LARGEST_CASE
    for path in sorted(paths, key=_is_of_flows):
        text = _text(path, root)
        left -= len(text)
        if left < 0:
            wrong = f"its ledger files have more than {LARGEST_CASE // 2**20} MiB"
            raise EvidenceError(str(root), None, wrong, "Name the folder of the case")
        if path == top:
            found.includes = text
        if _is_of_flows(path):
            _imported(found, path, text)
        else:
            _declared(found, text, path)
    return found


def _is_of_flows(path: Path) -> bool:
    return path.match(WRITTEN) and path.name != ACCOUNTS


def _text(path: Path, root: Path) -> str:
    """Return a ledger file of a case, as `check` would read it."""
    if path.is_dir() or not path.exists():
        return ""
    refuse_outside(path, root)
    try:
        return content_of(str(path.resolve())).decode()
    except UnreadableError as error:
        raise EvidenceError(str(path), error.line, str(error), error.mend) from None


def refuse_outside(path: Path, root: Path) -> None:
    """Refuse a path that leads out of the folder of a case.

    Raises:
        EvidenceError: It does, through links.
    """
    try:
        within = path.resolve().is_relative_to(root.resolve())
    except (OSError, RuntimeError):
        within = False  # links in a circle
    if not within:
        wrong = "it is a link that leads out of the folder of the case"
        raise EvidenceError(str(path), None, wrong, "Remove it, or name another folder")


def _declared(found: Present, text: str, path: Path) -> None:
    """Take in accounts, entities, sources and claims of a file."""
    from solvency.ledger.files.parsing import parse  # noqa: PLC0415 (beancount's parser is slow to load)

    for entry in parse(text.encode(), str(path)).entries:
        if isinstance(entry, data.Open):
            found.accounts.add(entry.account)
            parts = entry.account.split(":")
            other = entry.meta.get("counterparty")
            if isinstance(other, str) and len(parts) > 1:
                found.pairs.add(frozenset({parts[1], other}))
            if entry.meta.get("suspense") is True:
                found.suspense.add(entry.account)
            names = str(entry.meta.get("known-as") or "")
            found.marks[entry.account] = (
                str(entry.meta.get("number") or ""),
                tuple(one.strip() for one in names.split(",") if one.strip()),
            )
        elif isinstance(entry, data.Commodity):
            found.commodities.add(entry.currency)
        elif isinstance(entry, data.Custom) and entry.values:
            name = str(entry.values[0].value)
            if entry.type == "entity":
                found.entities.add(name)
            elif entry.type == "source":
                found.sources[name] = str(entry.meta.get("sha256") or "")


def _imported(found: Present, path: Path, text: str) -> None:
    """Take in the rows of a file that an earlier import wrote."""
    found.texts.append((path, text))
    line = 1
    for block in text.split("\n\n"):
        here, line = line, line + block.count("\n") + 2
        source, sha256 = _SOURCE.search(block), _SHA.search(block)
        if source is not None and sha256 is not None:
            found.sources[source[1]] = sha256[1]
        row = _ROW.search(block)
        if row is None:
            continue
        key = _ID.search(block)
        if key is None:
            note = re.search(r'^  digest: "([0-9a-f]+)"$', block, re.MULTILINE)
            if note is not None:
                found.rows[note[1]] = row[1]
            continue
        cited = cited_in(row[1])
        keys = key[1].split(".")
        for at, one_key in enumerate(keys):
            found.rows[one_key] = cited[min(at, len(cited) - 1)]
        legs = [_leg(one, path, block, here) for one in _LEG.finditer(block)]
        start = len(block) - len(block.lstrip())
        head = _HEAD.match(block, start)
        if head is None or not legs:
            continue
        day = _day(head[1], path, here + block.count("\n", 0, start))
        if head[3].startswith(OPENING):
            found.openings[keys[0]] = day, path, block
            continue
        loose = len(legs) == 2 and legs[1].account in found.suspense
        # A row of a statement is a flow of two legs; what a register has is none.
        rows_each = len(cited) == len(keys) or len(keys) > 1
        own = legs[: len(keys)] if len(legs) == 2 and (rows_each or loose) else ()
        for leg in own:
            first, last = found.covered.get(leg.account, (day, day))
            found.covered[leg.account] = min(first, day), max(last, day)
        if loose:
            found.loose.append(_loose(path, block, head, legs, cited, keys, day))


def blocks_of(found: Present, keys: set[str]) -> Iterator[tuple[Path, str]]:
    """Yield what stands for the rows of some keys, where it stands."""
    for path, text in found.texts if keys else ():
        for block in text.split("\n\n"):
            key = _ID.search(block)
            if key is not None and key[1] in keys:
                yield path, block


def written_flows(found: Present) -> Iterator[Draft]:
    """Yield the flows that earlier imports wrote, as far as their amounts go."""
    for path, text in found.texts:
        line = 1
        for block in text.split("\n\n"):
            here, line = line, line + block.count("\n") + 2
            head = _HEAD.match(block.lstrip())
            if head is None:
                continue
            legs = [_leg(one, path, block, here) for one in _LEG.finditer(block)]
            latest = _LATEST.search(block)
            yield Draft(
                _day(head[1], path, here),
                "",
                unquoted(head[3]),
                legs,
                [],
                [],
                [],
                latest=_day(latest[1], path, here) if latest else None,
                block=(path, block),
            )


def cited_in(rows: str) -> list[str]:
    """Return the rows that a flow cites; a comma may stand in a file's name."""
    return _CITED.findall(rows) or [rows]


def _leg(found: re.Match[str], path: Path, block: str, start: int) -> DraftLeg:
    """Return a posting of a flow that an import wrote.

    Args:
        found: Where it stands in its block.
        path: The file.
        block: The flow.
        start: The line it begins on.
    """
    account, number, commodity = found.groups()
    if ":" not in account.strip(":") or number.count(".") > 1 or len(number) > 100:
        line = start + block.count("\n", 0, found.start())
        wrong = f"{found[0].strip():.80} is no posting that an import writes"
        mend = "Write it as Assets:Entity:Bank 1.00 USD"
        raise EvidenceError(str(path), line, wrong, mend)
    return DraftLeg(account, Decimal(number), commodity)


def _day(text: str, path: Path, line: int) -> datetime.date:
    """Return a day of a file that an import wrote."""
    try:
        day = datetime.date.fromisoformat(text)
    except ValueError:
        day = datetime.date.min
    if not is_day(day):
        wrong = f"{text} is no day, or {NO_DAY}"
        raise EvidenceError(str(path), line, wrong, "Correct it")
    return day


def _loose(
    path: Path,
    block: str,
    head: re.Match[str],
    legs: list[DraftLeg],
    cited: list[str],
    keys: list[str],
    day: datetime.date,
) -> Draft:
    payee, narration = (unquoted(head[at] or "") for at in (2, 3))
    rows = []
    for one in cited:
        file, _, row = one.partition(":")
        rows.append(Cited(file, row))
    reference = re.search(r'^  reference: "((?:[^"\\]|\\.)*)"$', block, re.MULTILINE)
    other = re.search(r'^  other-account: "([^"]*)"$', block, re.MULTILINE)
    said = unquoted(reference[1]) if reference else ""
    return Draft(
        day,
        payee,
        narration,
        legs,
        rows,
        re.findall(r"\^(\S+)", head[4]),
        keys,
        "one-sided" if ":Suspense:" in legs[1].account else "unmatched",
        text=f"{payee} {narration} {said}",
        reference=said,
        other=other[1] if other else "",
        block=(path, block),
    )


def moved_back(text: str, day: datetime.date) -> str:
    """Return a file of accounts with those open from a day that open later."""

    def earlier(found: re.Match[str]) -> str:
        return f"{min(found[1], day.isoformat())} open {found[2]}"

    return _OPEN.sub(earlier, text)


def marked(text: str, account: str, lines: str) -> str:
    """Return a file of accounts with lines of metadata added to one of them."""
    return re.sub(
        rf"^(\d{{4}}-\d\d-\d\d open {re.escape(account)}\n)",
        lambda found: found[0] + lines,
        text,
        count=1,
        flags=re.MULTILINE,
    )


def dated(text: str, path: Path) -> Iterator[tuple[str, datetime.date]]:
    """Yield the accounts a file opens, with the day of each.

    Raises:
        EvidenceError: A day is none.
    """
    at, line = 0, 1
    for found in _OPEN.finditer(text):
        at, line = found.start(), line + text.count("\n", at, found.start())
        yield found[2], _day(found[1], path, line)
