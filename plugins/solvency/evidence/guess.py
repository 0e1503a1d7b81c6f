"""Guess the mapping of a file from its head and its first rows."""

from __future__ import annotations

import csv
import datetime
import io
import itertools
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.columns import meaning
from solvency.evidence.grid import Row
from solvency.evidence.grid import decoded
from solvency.evidence.grid import encoding_of
from solvency.evidence.mapping import KINDS
from solvency.evidence.names import toml
from solvency.evidence.numbers import Notation
from solvency.evidence.reading import format_of
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

    from solvency.evidence.grid import Cell
    from solvency.evidence.records import Document

#: Rows that a guess looks at.
_LOOKED_AT = 2_000
_DELIMITERS = (",", ";", "\t", "|")
#: Forms of days, with day first before month first.
_DATES = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%d-%m-%Y",
    "%m-%d-%Y",
    "%Y/%m/%d",
    "%Y.%m.%d",
    "%d.%m.%y",
    "%d/%m/%y",
    "%m/%d/%y",
    "%Y%m%d",
    "%d %b %Y",
    "%d-%b-%Y",
    "%d %B %Y",
    "%b %d, %Y",
    "%B %d, %Y",
    "%d-%b-%y",
    "%Y年%m月%d日",
)
_NUMBERS = re.compile(
    r"[-+(\u2212]?[^\W\d_]{0,3}\s?"
    r"[\d.,' \u00a0\u202f\u2019\u2009]*\d[)\-+]?(\s?[^\W\d_]{1,3})?"
)


class _Table(NamedTuple):
    """The part of a table a guess looks at."""

    header: int
    names: list[str]
    rows: list[list[Cell]]
    delimiter: str | None
    sheet: str | None = None
    #: What stands above the column names.
    title: tuple[str, ...] = ()


def guessed(paths: Sequence[Path]) -> str:
    """Return a mapping for files, as TOML to edit.

    Raises:
        EvidenceError: A file cannot be read.
    """
    documents = [opened(path) for path in paths]
    parts = [
        "# How `solvency import` reads these files. Edit it; then:",
        "#   solvency import FILE... --map THIS -o FOLDER-OF-THE-CASE",
        "",
    ]
    if len(documents) == 1:
        parts += _keys(documents[0], "Company")
    for at, document in enumerate(documents if len(documents) > 1 else ()):
        parts += ["[[files]]", f"name = {toml(document.name)}"]
        parts += _keys(document, f"Company{chr(65 + at % 26)}")
        parts.append("")
    parts += [
        "",
        "# What rows mean; the first rule that fits counts. What no rule fits stands",
        "# in `suspense`, and `solvency check` lists it.",
        "# [[rules]]",
        '# match = "(?i)salary|payroll"    # a pattern for all the words of a row',
        '# account = "Expenses:Company:Salaries"',
        '# purpose = "payroll"',
        "# [[rules]]",
        '# name = "Acme Ltd"                # the counterparty exactly',
        '# account = "Expenses:Company:Supplies"',
    ]
    return "\n".join(parts) + "\n"


def _keys(document: Document, entity: str) -> Iterator[str]:
    form = format_of(document)
    yield f'format = "{form}"'
    if form in {"mt940", "camt053", "ofx"}:
        yield 'kind = "statement"'
        yield from _owner(entity)
        return
    encoding = encoding_of(document.content) if form == "csv" else None
    table = _workbook(document) if form == "xlsx" else _delimited(document, encoding)
    columns = _columns(table)
    kind = _kind(columns, document.name)
    yield f'kind = "{kind}"    # one of {", ".join(KINDS)}'
    yield from _owner(entity)
    if encoding is not None:
        yield f'encoding = "{encoding}"'
        yield f"delimiter = {toml(table.delimiter or ',')}"
    if table.sheet is not None:
        yield f"sheets = [{toml(table.sheet)}]"
    yield f"header = {table.header}    # the line of the column names"
    yield from _notation(table, columns)
    currency = _currency(table, columns)
    if currency is not None and "currency" not in columns:
        yield f'currency = "{currency}"'
    elif "currency" not in columns and kind not in {"exchange", "transfers"}:
        yield 'currency = "USD"    # nothing in the file says so: correct it'
    if kind in {"claims", "trial-balance"} and "date" not in columns:
        day = _day(document, table)
        said = "the day it is of" if day else "correct it: the day it is of"
        yield f"at = {day or datetime.date(2000, 1, 1)}    # {said}"
    inside = ", ".join(
        f"{key} = "
        + (
            toml(names[0])
            if len(names) == 1
            else "[" + ", ".join(map(toml, names)) + "]"
        )
        for key, names in columns.items()
    )
    yield f"columns = {{ {inside} }}"


def _day(document: Document, table: _Table) -> datetime.date | None:
    """Return the day that a title above the table, or the file's name, gives."""
    words = " ".join([document.name, *table.title])
    for pattern, forms in (
        (r"\d{4}-\d\d-\d\d", ("%Y-%m-%d",)),
        (r"\d{1,2} [A-Za-z]{3,9} \d{4}", ("%d %B %Y", "%d %b %Y")),
        (r"[A-Z][a-z]{2,8} \d{1,2}, \d{4}", ("%B %d, %Y", "%b %d, %Y")),
        (r"\d{1,2}[./]\d{1,2}[./]\d{4}", ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")),
        (r"\d{8}", ("%Y%m%d",)),
    ):
        for found in re.findall(pattern, words):
            try:
                return Notation(dates=forms).day(found)
            except ValueError:
                continue
    return None


def _owner(entity: str) -> Iterator[str]:
    yield f'entity = "{entity}"    # whose books these are'
    yield f'account = "Assets:{entity}:Bank"'
    yield f'suspense = "Assets:{entity}:Suspense"'
    yield 'grade = "C2"    # reliability A to F, credibility 1 to 6'


def _delimited(document: Document, encoding: str | None) -> _Table:
    text = decoded(document, encoding)
    head = text[: 2**20]
    best: tuple[int, int, str, list[Row]] | None = None
    for mark in _DELIMITERS:
        rows = list(itertools.islice(_rows(head, mark), _LOOKED_AT))
        widths = [len(row.cells) for row in rows if any(row.cells)]
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) if common > 1 else 0
        if best is None or (score, common) > best[:2]:
            best = score, common, mark, rows
    if best is None or best[0] == 0:
        wrong = "no delimiter makes columns of it"
        raise EvidenceError(document.name, 1, wrong, "Name a table")
    *_, mark, rows = best
    return _headed(rows, mark, None, document.name)


def _rows(text: str, mark: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    line = 0
    while True:
        start = line + 1
        try:
            cells = next(reader, None)
        except csv.Error:
            return
        if cells is None:
            return
        line = reader.line_num
        yield Row(str(start), [cell.strip() for cell in cells])


def _workbook(document: Document) -> _Table:
    from solvency.evidence.workbook import sheets  # noqa: PLC0415 (an extra)

    best: _Table | None = None
    for part in sheets(document, ()):
        rows = list(itertools.islice(part, _LOOKED_AT))
        filled = [row for row in rows if sum(cell != "" for cell in row.cells) > 1]
        if not filled:
            continue
        name = rows[0].label.rpartition(":")[0]
        table = _headed(rows, None, name, document.name)
        if best is None or len(table.rows) > len(best.rows):
            best = table
    if best is None:
        raise EvidenceError(document.name, 1, "no sheet has a table", "Name a table")
    return best


def _headed(rows: list[Row], mark: str | None, sheet: str | None, file: str) -> _Table:
    """Find the row of the column names: the one whose names mean most."""
    best, score = -1, 0
    for at, row in enumerate(rows[:60]):
        names = [str(cell) for cell in row.cells if isinstance(cell, str) and cell]
        known = {key for one in names if (key := meaning(one)) is not None}
        if len(known) > score and not any(_is_amount(one) for one in names):
            best, score = at, len(known)
    if best < 0:
        wrong = "no row names its columns in words that are known here"
        mend = "Write a mapping by hand, with `header` and `columns`"
        raise EvidenceError(file, 1, wrong, mend)
    head = rows[best]
    body = [
        row.cells for row in rows[best + 1 :] if any(cell != "" for cell in row.cells)
    ]
    line = int(head.label.rpartition(":")[2])
    title = [str(cell) for row in rows[:best] for cell in row.cells if cell != ""]
    names = [str(cell) for cell in head.cells]
    return _Table(line, names, body, mark, sheet, tuple(title))


def _is_amount(text: str) -> bool:
    return bool(re.search(r"\d", text)) and _NUMBERS.fullmatch(text) is not None


def _columns(table: _Table) -> dict[str, list[str]]:
    """Return what each column means, by its name."""
    found: dict[str, list[str]] = {}
    for at, name in enumerate(table.names):
        key = meaning(name)
        if key is None or not name:
            continue
        cells = [row[at] for row in table.rows if at < len(row) and row[at] != ""]
        if (
            key in {"amount", "debit", "credit", "balance"}
            and cells
            and not any(
                isinstance(cell, Decimal) or _is_amount(str(cell)) for cell in cells
            )
        ):
            continue
        if key == "narration":
            found.setdefault(key, []).append(name)
        elif key == "date" and key in found:
            continue  # the first of a booking's and a value's day
        else:
            found.setdefault(key, [name])
    if "amount" in found and "debit" in found and "credit" in found:
        del found["amount"]
    return found


def _kind(columns: dict[str, list[str]], name: str) -> str:
    """Say what a table is, by the columns it has."""
    has = columns.keys()
    low = name.lower()
    if {"from", "to"} <= has and ({"hash", "token"} & has):
        return "transfers"
    if "claim-number" in has or "claim" in low:
        return "claims"
    if ({"account-code", "account-name"} & has) and "date" not in has:
        return "trial-balance"
    if {"account-code"} <= has and {"voucher"} & has:
        return "ledger"
    if "operation" in has and "currency" in has and "debit" not in has:
        return "exchange"
    return "statement"


def _notation(table: _Table, columns: dict[str, list[str]]) -> Iterator[str]:
    texts = {
        key: [
            str(row[at])
            for row in table.rows
            if at < len(row) and isinstance(row[at], str) and row[at] != ""
        ]
        for key, names in columns.items()
        for at in [table.names.index(names[0])]
    }
    money = [
        text
        for key in ("amount", "debit", "credit", "balance", "fee")
        for text in texts.get(key, ())
    ]
    mark, between = _marks(money)
    yield f'decimal = "{mark}"'
    yield f"thousands = {toml(between)}"
    forms, doubt = _dates(texts.get("date", []), mark)
    if forms:
        said = "    # day and month may be the other way round" if doubt else ""
        yield f"date-formats = [{', '.join(map(toml, forms))}]{said}"
    if any(
        isinstance(row[at], Decimal)
        for key in ("amount", "debit", "credit", "balance")
        if key in columns
        for at in [table.names.index(columns[key][0])]
        for row in table.rows
        if at < len(row)
    ):
        yield f"places = {_places(table, columns)}"


def _places(table: _Table, columns: dict[str, list[str]]) -> int:
    """Return how many places the amounts of a workbook have, two at least."""
    most = 2
    for key in ("amount", "debit", "credit", "balance"):
        for name in columns.get(key, ()):
            at = table.names.index(name)
            for row in table.rows:
                if at < len(row) and isinstance(cell := row[at], Decimal):
                    exact = round(cell, 10).normalize()
                    exponent = exact.as_tuple().exponent
                    most = max(most, -exponent if isinstance(exponent, int) else 0)
    return min(most, 8)


def _marks(texts: list[str]) -> tuple[str, str]:
    """Return the decimal mark, and what stands between thousands."""
    best = (-1, ".", ",")
    for mark, between in ((".", ","), (",", "."), (".", ""), (",", "")):
        notation = Notation(decimal=mark, thousands=between)
        fits = 0
        for text in texts:
            try:
                notation.amount(text)
            except ValueError:
                continue
            # A mark with other than three digits after it parts no thousands.
            fits += 2 if re.search(rf"{re.escape(mark)}(\d\d?|\d{{4,}})\b", text) else 1
        if fits > best[0]:
            best = fits, mark, between
    _, mark, between = best
    used = any(between in text for text in texts) if between else False
    return mark, between if used else ""


def _dates(texts: list[str], mark: str) -> tuple[list[str], bool]:
    """Return the forms of the days, and whether another order fits as well."""
    fitting: list[tuple[int, int, str]] = []
    for at, form in enumerate(_DATES):
        notation = Notation(dates=(form,))
        try:
            days = [notation.day(text) for text in texts[:_LOOKED_AT]]
        except ValueError:
            continue
        if days:
            order = min(_turns(days), _turns(days[::-1]))
            fitting.append((order, at, form))
    if not fitting:
        # Some rows are no movements: take the form that most of them have.
        counts = [
            (sum(_fits(text, form) for text in texts), -at)
            for at, form in enumerate(_DATES)
        ]
        most, at = max(counts, default=(0, 0))
        return ([_DATES[-at]], False) if most else ([], False)
    fitting.sort()
    alike = [one for one in fitting if one[0] == fitting[0][0]]
    if len(alike) > 1 and mark == ".":
        # A decimal point goes with either order: the days before and after say it.
        return [alike[0][2]], True
    return [alike[0][2]], False


def _fits(text: str, form: str) -> bool:
    try:
        Notation(dates=(form,)).day(text)
    except ValueError:
        return False
    return True


def _turns(days: list[datetime.date]) -> int:
    """Count how often days go back; statements run one way."""
    return sum(later < earlier for earlier, later in itertools.pairwise(days))


def _currency(table: _Table, columns: dict[str, list[str]]) -> str | None:
    """Return a currency that the column names or the amounts say."""
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
    words = [*table.names]
    for key in ("amount", "balance", "debit", "credit"):
        for name in columns.get(key, ()):
            at = table.names.index(name)
            words += [str(row[at]) for row in table.rows[:20] if at < len(row)]
    for word in words:
        found = re.search(
            r"\b(EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK|HUF|AUD|CAD|SGD|HKD|INR|BRL)\b",
            word,
        )
        if found:
            return found[1]
        for sign, name in signs.items():
            if sign in word:
                return name
    return None
