"""Guess the mapping of a file from its head and its first rows."""

from __future__ import annotations

import csv
import itertools
import re
from typing import TYPE_CHECKING

from solvency.evidence.column_guess import columns_of
from solvency.evidence.column_guess import likely
from solvency.evidence.column_guess import meaning
from solvency.evidence.column_guess import unnamed
from solvency.evidence.counterparties import toml
from solvency.evidence.dialect import LOOKED_AT
from solvency.evidence.dialect import Table
from solvency.evidence.dialect import currency
from solvency.evidence.dialect import is_amount
from solvency.evidence.dialect import notation
from solvency.evidence.formats.format_of import format_of
from solvency.evidence.formats.grid import cells_of
from solvency.evidence.formats.grid import decoded
from solvency.evidence.formats.grid import encoding_of
from solvency.evidence.mapping import KINDS
from solvency.evidence.notation import Notation
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Row
from solvency.evidence.records import opened

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator
    from collections.abc import Sequence
    from pathlib import Path

    from solvency.evidence.records import Document

_MONTHS = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|mai|okt|dez|q"
#: Words of a file's name that tell no account from another.
_ANY = frozenset({"statement", "statements", "export", "page", "kontoauszug"})
#: The line of a mapping where nothing says the currency.
_UNSAID = 'currency = "USD"    # nothing in the file says so: correct it'
_DELIMITERS = (",", ";", "\t", "|", "^", "~")
_QUOTES = ('"', "'", "")


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
        parts += _keys(documents[0])
    for document in documents if len(documents) > 1 else ():
        parts += ["[[files]]", f"name = {toml(document.name)}"]
        parts += _keys(document)
        parts.append("")
    parts = _in_one_currency(parts)
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


def _in_one_currency(parts: list[str]) -> list[str]:
    """Return a mapping's lines, a file that says no currency taking the others' one."""
    said = {one for one in parts if one.startswith("currency = ") and one != _UNSAID}
    if len(said) != 1:
        return parts
    usual = f"{said.pop()}    # nothing in the file says so; the other files have it"
    return [usual if one == _UNSAID else one for one in parts]


def _keys(document: Document) -> Iterator[str]:
    form = format_of(document)
    yield f'format = "{form}"'
    if form in {"mt940", "camt053", "ofx"}:
        yield 'kind = "statement"'
        yield from _owner(document, "statement")
        return
    encoding = encoding_of(document.content) if form == "csv" else None
    table = _table(document, form, encoding)
    columns = columns_of(table)
    kind = _kind(columns, document.name)
    if (
        kind == "trial-balance"
        and not {"account-code", "account-name"} & columns.keys()
    ):
        columns["account-name"] = columns.pop("narration", [table.names[0]])
    yield f'kind = "{kind}"    # one of {", ".join(KINDS)}'
    yield from _owner(document, kind)
    if encoding is not None:
        yield f'encoding = "{encoding}"'
        yield f"delimiter = {toml(table.delimiter or ',')}"
        if table.quote != '"':
            yield f"quote = {toml(table.quote)}"
    if table.sheet is not None:
        yield f"sheets = [{toml(table.sheet)}]"
    if form != "pdf":
        said = "the line of the column names" if table.header else "no column names"
        yield f"header = {table.header}    # {said}"
    yield from notation(table, columns)
    unit = currency(table, columns)
    if unit is not None and "currency" not in columns:
        yield f'currency = "{unit}"'
    elif "currency" not in columns and kind not in {"exchange", "transfers"}:
        yield _UNSAID
    if kind in {"claims", "trial-balance"} and "date" not in columns:
        day = _day(document, table)
        # A day that nobody said would be taken for one: the import asks for it.
        yield (
            f"at = {day}    # the day it is of"
            if day
            else "# at = 2022-12-31    # nothing in the file says its day: write it"
        )
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


def _day(document: Document, table: Table) -> datetime.date | None:
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


def _owner(document: Document, kind: str) -> Iterator[str]:
    yield 'entity = "Company"    # whose books these are'
    if kind not in {"claims", "trial-balance", "ledger"}:
        # Two banks are two accounts; two months of one are one.
        yield f'account = "Assets:Company:{_called(document.name)}"'
    yield 'suspense = "Assets:Company:Suspense"'
    yield 'grade = "C2"    # reliability A to F, credibility 1 to 6'


def _called(name: str) -> str:
    """Return a part of an account, of the words in a file's name."""
    words = re.findall(r"[A-Za-z]+", name.rpartition(".")[0])
    named = [
        word
        for word in words
        if not re.fullmatch(_MONTHS, word.lower()) and word.lower() not in _ANY
    ]
    return "".join(word[:1].upper() + word[1:] for word in named)[:40] or "Bank"


def _table(document: Document, form: str, encoding: str | None) -> Table:
    if form == "xlsx":
        return _workbook(document)
    if form == "pdf":
        from solvency.evidence.formats.foreign import above  # noqa: PLC0415 (few need it)
        from solvency.evidence.formats.foreign import pages  # noqa: PLC0415 (as above)

        parts = list(pages(document, {}, most=20))
        rows = [parts[0][0], *(row for _, rows in parts for row in rows)]
        table = _headed(rows[:LOOKED_AT], None, None, document.name)
        return table._replace(title=above(document))
    return _delimited(document, encoding)


def _delimited(document: Document, encoding: str | None) -> Table:
    text = decoded(document, encoding)
    head = text[: 2**20]
    best: tuple[int, int, str, str, list[Row]] | None = None
    for quote, mark in itertools.product(_QUOTES, _DELIMITERS):
        rows = list(itertools.islice(_rows(head, mark, quote), LOOKED_AT))
        widths = [len(row.cells) for row in rows if any(row.cells)]
        if not widths:
            continue
        common = max(set(widths), key=widths.count)
        score = widths.count(common) if common > 1 else 0
        if best is None or (score, common) > best[:2]:
            best = score, common, mark, quote, rows
    if best is None or best[0] == 0:
        wrong = "no delimiter makes columns of it"
        raise EvidenceError(document.name, 1, wrong, "Name a table")
    *_, mark, quote, rows = best
    return _headed(rows, mark, None, document.name)._replace(quote=quote)


def _rows(text: str, mark: str, quote: str) -> Iterator[Row]:
    reader = cells_of(text, mark, quote)
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


def _workbook(document: Document) -> Table:
    from solvency.evidence.formats.foreign import sheets  # noqa: PLC0415 (few need it)

    tables = []
    for part in sheets(document, (), most=LOOKED_AT):
        rows = list(part)
        if any(sum(cell != "" for cell in row.cells) > 1 for row in rows):
            name = rows[0].label.rpartition(":")[0]
            tables.append(_headed(rows, None, name, document.name))
    if not tables:
        raise EvidenceError(document.name, 1, "no sheet has a table", "Name a table")
    best = max(tables, key=lambda one: len(one.rows))
    if all(one.names == best.names and one.header == best.header for one in tables):
        return best._replace(sheet=None)  # all sheets are read
    return best


def _headed(rows: list[Row], mark: str | None, sheet: str | None, file: str) -> Table:
    """Find the row of the column names: the one whose names mean most."""
    best, score = -1, 0
    for at, row in enumerate(rows[:60]):
        names = [str(cell) for cell in row.cells if isinstance(cell, str) and cell]
        known = {key for one in names if (key := meaning(one) or likely(one))}
        if len(known) > score and not any(is_amount(one) for one in names):
            best, score = at, len(known)
    if score < 2:
        found = unnamed(rows)
        if found is not None:
            return found._replace(delimiter=mark, sheet=sheet)
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
    return Table(line, names, body, mark, sheet, tuple(title))


def _kind(columns: dict[str, list[str]], name: str) -> str:
    """Say what a table is, by the columns it has."""
    has = columns.keys()
    low = name.lower()
    if {"from", "to"} <= has and ({"hash", "token"} & has):
        return "transfers"
    if "claim-number" in has or "claim" in low:
        return "claims"
    if {"debit", "credit"} <= has and "date" not in has:
        return "trial-balance"
    if {"payee", "amount", "rank"} <= has and "balance" not in has:
        return "claims"
    if ({"account-code", "account-name"} & has) and "date" not in has:
        return "trial-balance"
    if {"account-code", "account-name"} & has and (
        "voucher" in has or {"debit", "credit", "account-name"} <= has
    ):
        return "ledger"
    if "operation" in has and "currency" in has and "debit" not in has:
        return "exchange"
    return "statement"
