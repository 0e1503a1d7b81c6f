"""How a table is written: its decimal mark, its days, its currency."""

from __future__ import annotations

import itertools
import re
from decimal import Decimal
from typing import TYPE_CHECKING
from typing import NamedTuple

from solvency.evidence.counterparties import toml
from solvency.evidence.notation import Notation

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.evidence.records import Cell

#: Rows that a guess looks at.
LOOKED_AT = 2_000
#: Forms of days, with day first before month first.
DATES = (
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
#: How rows begin that add up others, and move nothing.
TOTAL = re.compile(
    r"(?i)\W*((sub|sous|tussen)?[- ]?((grand|page|general|overall) )?"
    r"totaa?(l|le|les|li|len|ls|ux)|(zwischen|gesamt|end|schluss|total)?summe"
    r"|sum|turnover|gesamt|insgesamt|umsatz|somme|summa|soma|suma|razem|og[oó][lł]em"
    r"|итого|всего)\b"
    r"|\W*(合计|合計|总计|總計|小计|小計|总额)"
)
_NUMBERS = re.compile(
    # Some programs write large amounts as powers of ten: no amount for an import.
    r"-?\d(\.\d+)?[eE][+]?\d\d?|[-+(\u2212]?\s?([^\W\d_]{0,3}\s?[€$£¥]?)\s?[-+]?"
    r"[\d.,' \u00a0\u202f\u2019\u2009]*\d\s?[€$£¥]?[)\-+]?(\s?[^\W\d_]{1,3})?"
)


class Table(NamedTuple):
    """The part of a table a guess looks at."""

    header: int
    names: list[str]
    rows: list[list[Cell]]
    delimiter: str | None
    sheet: str | None = None
    #: What stands above the column names.
    title: tuple[str, ...] = ()
    quote: str = '"'
    #: What columns without names that are known mean, by what is in them.
    means: dict[str, list[str]] = {}  # noqa: RUF012 (nothing changes it)


def is_amount(text: str) -> bool:
    """Say whether a cell looks like an amount in whatever notation."""
    return bool(re.search(r"\d", text)) and _NUMBERS.fullmatch(text) is not None


def notation(table: Table, columns: dict[str, list[str]]) -> Iterator[str]:
    """Yield the keys of a mapping that say how a table's amounts and days stand."""
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
    mark, between = marks(money)
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


def _places(table: Table, columns: dict[str, list[str]]) -> int:
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


def marks(texts: list[str]) -> tuple[str, str]:
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
    for at, form in enumerate(DATES):
        notation = Notation(dates=(form,))
        try:
            days = [notation.day(text) for text in texts[:LOOKED_AT]]
        except ValueError:
            continue
        if days:
            order = min(_turns(days), _turns(days[::-1]))
            fitting.append((order, at, form))
    if not fitting:
        # Some rows are no movements: take the form that most of them have.
        counts = [
            (sum(_fits(text, form) for text in texts), -at)
            for at, form in enumerate(DATES)
        ]
        most, at = max(counts, default=(0, 0))
        return ([DATES[-at]], False) if most else ([], False)
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


def currency(table: Table, columns: dict[str, list[str]]) -> str | None:
    """Return a currency that the column names or the amounts say."""
    signs = {"€": "EUR", "£": "GBP", "$": "USD", "¥": "JPY"}
    words = [*table.names, *table.title]
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
