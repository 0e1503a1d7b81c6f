"""Guess what the columns of a file hold: by their names, else by what stands in them.

A name that is known whole goes before a word that tells in one; what no name says, the
cells do: days, amounts, balances that amounts add up to, words.
"""

from __future__ import annotations

import functools
import itertools
import re
from decimal import Decimal
from typing import TYPE_CHECKING

from solvency.evidence.column_names import ACCENTS
from solvency.evidence.column_names import GENERIC
from solvency.evidence.column_names import NAMES
from solvency.evidence.column_names import TELLING
from solvency.evidence.dialect import DATES
from solvency.evidence.dialect import Table
from solvency.evidence.dialect import is_amount
from solvency.evidence.dialect import marks
from solvency.evidence.notation import Notation

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Sequence

    from solvency.evidence.records import Cell
    from solvency.evidence.records import Row

#: The share of a column's cells that must be of its kind.
_MOST = 0.9
_ENOUGH = 0.8
#: Words in the name of a column that numbers its rows, or something of theirs.
_NUMBERS_OF = re.compile(
    r"#|\b(no|nr|num|numbers?|nummer|num[eé]ro|serial|seq|sequence|lfd|laufende|line|row"
    r"|zeile|id|index|pos|position|s(r|l)?no)\b"
)


def columns_of(table: Table) -> dict[str, list[str]]:
    """Return what each column means, by its name."""
    if table.means:
        return table.means
    found: dict[str, list[str]] = {}
    # What a name says whole goes before what a word in it says.
    for told in (meaning, likely):
        already = set(found)
        for at, name in enumerate(table.names):
            key = told(name)
            if key is None or not name or key in already or _taken(name, found):
                continue
            cells = [row[at] for row in table.rows if at < len(row) and row[at] != ""]
            if (
                key in {"amount", "debit", "credit", "balance"}
                and cells
                and not any(
                    isinstance(cell, Decimal) or is_amount(str(cell)) for cell in cells
                )
            ):
                continue
            if key in {"amount", "debit", "credit", "balance"} and _is_number_of(name):
                continue
            if key == "narration":
                found.setdefault(key, []).append(name)
            elif key == "date" and key in found:
                continue  # the first of a booking's and a value's day
            else:
                found.setdefault(key, [name])
    if "amount" in found and "debit" in found and "credit" in found:
        del found["amount"]
    return _completed(table, found)


def _taken(name: str, found: dict[str, list[str]]) -> bool:
    return any(name in names for names in found.values())


@functools.cache
def _known() -> dict[str, str]:
    found: dict[str, str] = {}
    for key, names in NAMES.items():
        for name in names.split("|"):
            found.setdefault(name, key)
    return found


def meaning(name: str) -> str | None:
    """Say which column of a mapping a name stands for, None if it is not known."""
    text = name.casefold().replace("ß", "ss").translate(ACCENTS)
    words = " ".join(re.sub(r"[^\w]+|_", " ", text).split())
    known = _known()
    if words in known:
        return known[words]
    # A currency in the name, or what a bank puts in brackets, says nothing more.
    bare = re.sub(r"[(\[].*?[)\]]", " ", text)
    bare = re.sub(r"\b(euros?|eur|usd|gbp|chf|jpy|cny|in)\b", " ", bare)
    words = " ".join(re.sub(r"[^\w]+|_", " ", bare).split())
    return known.get(words)


def likely(name: str) -> str | None:
    """Say which column a name not known whole most likely stands for.

    Returns:
        The one column of which a word in it tells, None where words tell of several.
    """
    text = name.casefold().replace("ß", "ss").translate(ACCENTS)
    words = set(re.sub(r"[^\w]+|_", " ", text).split())
    for telling in (TELLING, GENERIC):
        found = {
            key
            for key, several in telling.items()
            for one in several.split()
            # Chinese parts no words.
            if (one in words if one.isascii() else one in text)
        }
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def unnamed(rows: Sequence[Row]) -> Table | None:
    """Return a table whose columns are known by their cells.

    Args:
        rows: The rows of a file, with or without a line of names.

    Returns:
        The table, its columns numbered where nothing names them; None where no column
        holds days, or none amounts.
    """
    first = next((at for at, row in enumerate(rows) if _is_row(row.cells)), None)
    if first is None:
        return None
    body = [row.cells for row in rows[first:] if any(cell != "" for cell in row.cells)]
    width = max(map(len, body))
    head = rows[first - 1] if first else None
    names = [str(at) for at in range(1, width + 1)]
    line = 0
    if head is not None and len([cell for cell in head.cells if cell != ""]) > 1:
        line = int(head.label.rpartition(":")[2])
        names = [str(cell) for cell in head.cells]
        names += [""] * (width - len(names))
    columns = _upright(body, width)
    days, money = _kinds(names, columns, range(width))
    if not days or not money:
        return None
    means = {"date": [names[days[0]]]}
    for key, at in _amounts(columns, money).items():
        means[key] = [names[at]]
    words = [
        name
        for at, name in enumerate(names)
        if at not in days and at not in money and _share(columns[at], _is_words) >= 0.5
    ]
    if words:
        means["narration"] = words
    return Table(line, names, body, None, means=means)


def _completed(table: Table, found: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what columns mean, with what they lack: day, amounts, balance, words.

    Args:
        table: The table.
        found: What columns mean whose names are known.
    """
    money = {"amount", "debit", "credit"} & found.keys()
    columns = _upright(table.rows, len(table.names))
    named = {name for names in found.values() for name in names}
    free = [at for at, name in enumerate(table.names) if name and name not in named]
    days, amounts = _kinds(table.names, columns, free)
    new: dict[str, list[str]] = {}
    if "date" not in found and days:
        new["date"] = [table.names[days[0]]]
    if not money and amounts and ("date" in found or days):
        for key, at in _amounts(columns, amounts).items():
            new[key] = [table.names[at]]
    elif "amount" in found and "balance" not in found:
        moved = table.names.index(found["amount"][0])
        told = _amounts(columns, [moved, *amounts])
        if told.get("amount") == moved and "balance" in told:
            new["balance"] = [table.names[told["balance"]]]
    if "narration" not in found and (money or new):
        words = [
            table.names[at]
            for at in free
            if at not in days
            and at not in amounts
            and _share(columns[at], _is_words) >= 0.5
        ]
        new |= {"narration": words} if words else {}
    return {**new, **found}


def _is_number_of(name: str) -> bool:
    """Say whether a column's name is that of a number of something: no amount."""
    return _NUMBERS_OF.search(name.casefold().replace("_", " ")) is not None


def _upright(rows: Sequence[Sequence[Cell]], width: int) -> list[list[Cell]]:
    """Return the columns of rows, short rows filled up."""
    return [[row[at] if at < len(row) else "" for row in rows] for at in range(width)]


def _kinds(
    names: Sequence[str], columns: Sequence[Sequence[Cell]], free: Iterable[int]
) -> tuple[list[int], list[int]]:
    """Return which of some columns hold days, and which amounts.

    A column that counts the rows, or is called a number of something, holds amounts
    only where no other column does.
    """
    days: list[int] = []
    money: dict[int, int] = {}
    for at in free:
        if _share(columns[at], _is_day) >= _MOST:
            days.append(at)
        elif _share(columns[at], _is_money) >= _MOST:
            money[at] = 2 if _is_number_of(names[at]) else _counting(columns[at])
    least = min(money.values(), default=0)
    return days, [at for at, serial in money.items() if serial == least]


def _counting(cells: Sequence[Cell]) -> int:
    """Say how much cells look like running numbers.

    Returns:
        2 for whole numbers one apart, 1 for those that go one way, else 0.
    """
    texts = [str(cell) for cell in cells if cell != ""]
    if len(texts) < 2 or not all(re.fullmatch(r"\d{1,18}", one) for one in texts):
        return 0
    steps = {int(later) - int(earlier) for earlier, later in itertools.pairwise(texts)}
    if steps in ({1}, {-1}):
        return 2
    return int(min(steps) > 0 or max(steps) < 0)


def _is_row(cells: Sequence[Cell]) -> bool:
    return any(map(_is_day, cells)) and any(
        _is_money(cell) for cell in cells if not _is_day(cell)
    )


def _is_day(cell: Cell) -> bool:
    if not isinstance(cell, str):
        return not isinstance(cell, Decimal)
    if not re.search(r"\d", cell) or len(cell) > 30:
        return False
    try:
        Notation(dates=DATES).day(cell)
    except ValueError:
        return False
    return True


def _is_money(cell: Cell) -> bool:
    """Say whether a cell is an amount, rather than the number of something."""
    if not isinstance(cell, str):
        return isinstance(cell, Decimal)
    return is_amount(cell) and bool(re.search(r"[.,]\d{1,2}\b|^\W*\d{1,6}\W*$", cell))


def _is_words(cell: Cell) -> bool:
    return isinstance(cell, str) and bool(re.search(r"[^\W\d_]{2}", cell))


def _share(cells: Sequence[Cell], is_one: object) -> float:
    """Return the share of the cells that are there of which something is true."""
    there = [cell for cell in cells if cell != ""]
    return sum(map(is_one, there)) / len(there) if there and callable(is_one) else 0.0


def _amounts(columns: list[list[Cell]], money: list[int]) -> dict[str, int]:
    """Say which of the columns of money has the amounts, which the balances."""
    notation = Notation(
        *marks([str(c) for at in money for c in columns[at] if c != ""])
    )

    def numbers(at: int) -> list[Decimal | None]:
        return [_number(cell, notation) for cell in columns[at]]

    # Of the columns of amounts, the balance is the one that they add up to.
    for balance, amount in itertools.permutations(money, 2):
        if _follows(numbers(balance), numbers(amount)):
            return {"amount": amount, "balance": balance}
    for debit, credit in itertools.permutations(money, 2):
        for balance in money:
            paid, got = numbers(debit), numbers(credit)
            net = [
                (there or Decimal()) - abs(gone or Decimal())
                for gone, there in zip(paid, got, strict=True)
            ]
            if balance not in {debit, credit} and _follows(numbers(balance), net):
                return {"debit": debit, "credit": credit, "balance": balance}
    if len(money) > 1:
        either = zip(columns[money[0]], columns[money[1]], strict=True)
        if all((one == "") != (two == "") for one, two in either):
            return {"debit": money[0], "credit": money[1]}
    return {"amount": money[0]}


def _number(cell: Cell, notation: Notation) -> Decimal | None:
    if isinstance(cell, Decimal):
        return cell
    try:
        return notation.amount(str(cell))
    except ValueError:
        return None


def _follows(
    balances: Sequence[Decimal | None], amounts: Sequence[Decimal | None]
) -> bool:
    """Say whether balances come of amounts, the oldest or the newest row first."""
    ahead = back = steps = 0
    rows = list(zip(balances, amounts, strict=True))
    for (before, moved), (after, move) in itertools.pairwise(rows):
        if before is None or after is None:
            continue
        steps += 1
        ahead += move is not None and before + move == after
        back += moved is not None and after + moved == before
    return steps > 0 and max(ahead, back) >= _ENOUGH * steps
