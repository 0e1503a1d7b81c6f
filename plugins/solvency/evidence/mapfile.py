"""The file of a mapping: its TOML, each value checked before a document is read."""

from __future__ import annotations

import codecs
import datetime
import fnmatch
import re
import tomllib
from dataclasses import dataclass
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.drafts import opening_of
from solvency.evidence.drafts import suspense_of
from solvency.evidence.mapping import ACCOUNT
from solvency.evidence.mapping import COLUMNS
from solvency.evidence.mapping import CURRENCY
from solvency.evidence.mapping import FORMATS
from solvency.evidence.mapping import KINDS
from solvency.evidence.mapping import Mapping
from solvency.evidence.mapping import Pattern
from solvency.evidence.mapping import Rule
from solvency.evidence.notation import Notation
from solvency.evidence.records import NO_DAY
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import is_day
from solvency.evidence.transfers import WINDOW
from solvency.ledger.terms.metadata import closest
from solvency.ledger.vocabulary import GRADE
from solvency.subledgers.file_hash import opened

if TYPE_CHECKING:
    from collections.abc import Mapping as Table
    from pathlib import Path

#: Keys of a mapping with the type of each; those of one file may differ.
_TYPES: dict[str, type | tuple[type, ...]] = {
    "name": str,
    "format": str,
    "kind": str,
    "importer": str,
    "entity": str,
    "role": str,
    "account": str,
    "number": str,
    "known-as": list,
    "suspense": str,
    "opening": str,
    "currency": str,
    "places": int,
    "grade": str,
    "published": datetime.date,
    "at": datetime.date,
    "distinct": list,
    "title": str,
    "publisher": str,
    "encoding": str,
    "delimiter": str,
    "quote": str,
    "header": int,
    "sheets": list,
    "date-formats": list,
    "decimal": str,
    "thousands": str,
    "sign": str,
    "window": int,
    "columns": dict,
    "skip": list,
    "rules": list,
    "accounts": dict,
    "files": list,
    "names": dict,
}
_OF_RULE: dict[str, type] = {
    "match": str,
    "name": str,
    "account": str,
    "payee": str,
    "purpose": str,
    "skip": bool,
}


_SOME_DAY = datetime.date(2001, 12, 31)
#: The most bytes a mapping may have.
_LARGEST = 2**22
_ACCOUNT = ACCOUNT, "Write it as Assets:Entity:Bank, with an entity"
#: Texts that have a form of their own, and how to mend those that have another.
_SHAPES: dict[str, tuple[re.Pattern[str], str]] = {
    "account": _ACCOUNT,
    "suspense": _ACCOUNT,
    "opening": _ACCOUNT,
    "grade": (GRADE, "Write one from A1 to F6"),
    "currency": (CURRENCY, "Write it as USD"),
    "entity": (re.compile(r"[^\W_a-z][\w-]*"), "Begin it with a capital"),
    "role": (re.compile(r"[a-z][a-z-]*"), "Write it as exchange"),
}
#: Whole numbers that a mapping gives, each from the first up to the second.
_RANGES = {"places": (0, 31), "header": (0, 1_000_001), "window": (0, 367)}
#: Encodings whose decoding takes time that grows with the square of a file's size, or
#: that decode nothing.
_NO_ENCODINGS = frozenset({"idna", "punycode", "undefined"})


@dataclass(frozen=True)
class MapFile:
    """The file of a mapping: its name and its text."""

    name: str
    text: str

    def refused(self, wrong: str, mend: str, key: str, value: object = None) -> Any:
        """Return what is wrong with a value, for raising, with its line.

        Args:
            wrong: What is wrong with it.
            mend: How to mend it.
            key: What it stands under.
            value: The value; of several lines with that key, the one that has it.
        """
        return EvidenceError(self.name, self.line(key, value), wrong, mend)

    def line(self, key: str, value: object = None) -> int:
        """Return the line that gives a key a value, 1 where none does."""
        under = re.compile(
            rf"""(^|[\s{{,.])["']?{re.escape(key)}["']?\s*[=.]|\[{key}]"""
        )
        plain = value if isinstance(value, str) else ""
        said = plain.replace("\\", "\\\\")
        lines = list(enumerate(self.text.splitlines(), 1))
        found = [at for at, line in lines if under.search(line)]
        exact = [at for at, line in lines if said and (said in line or plain in line)]
        both = [at for at in exact if at in found]
        return min(both or exact or found or [1])


@dataclass(frozen=True)
class Mappings:
    """The mappings of a file, by the names of the files each is for."""

    file: MapFile
    table: Table[str, Any]

    def of(self, name: str) -> Mapping:
        """Return the mapping for a file of evidence."""
        table = {key: value for key, value in self.table.items() if key != "files"}
        for one in self.table.get("files", ()):
            if fnmatch.fnmatch(name, str(one.get("name", "*"))):
                own = {key: value for key, value in one.items() if key != "name"}
                shared = table.get("rules", [])
                columns = {**table.get("columns", {}), **own.get("columns", {})}
                table = {**table, **own, "columns": columns}
                # A file's own rules come before those of all.
                table["rules"] = [*own.get("rules", []), *shared]
                break
        return _mapping(table, self.file)


def read(path: Path) -> Mappings:
    """Read a mapping file.

    Args:
        path: A TOML file as `solvency import --guess` makes them.

    Raises:
        EvidenceError: It cannot be read, or says what no mapping says.
    """
    name = str(path)
    try:
        with opened(name) as file:
            content = file.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        wrong = f"it cannot be read ({getattr(error, 'strerror', error)})"
        raise EvidenceError(name, None, wrong, "Check its name") from None
    if len(content) > _LARGEST:
        wrong = f"it is larger than {_LARGEST // 2**20} MiB"
        raise EvidenceError(name, None, wrong, "Split it")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise EvidenceError(name, line, "it is not UTF-8", "Save it as UTF-8") from None
    return parsed(text, name)


def parsed(text: str, name: str) -> Mappings:
    """Read the text of a mapping file; as `read` has it."""
    try:
        table = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        found = re.search(r"at line (\d+)", str(error))
        line = found[1] if found else 1
        wrong = f"it is no TOML ({error})"
        raise EvidenceError(name, line, wrong, "Mend that line") from None
    file = MapFile(name, text)
    _check(table, _TYPES, file, "the mapping")
    for one in table.get("files", ()):
        if not isinstance(one, dict):
            raise file.refused("`files` holds no tables", "Write [[files]]", "files")
        _check(one, _TYPES, file, "[[files]]")
    for one in table.get("files", ()):
        _mapping({**{k: v for k, v in table.items() if k != "files"}, **one}, file)
    _mapping(table, file)
    return Mappings(file, table)


def _check(
    table: Table[str, Any],
    types: Table[str, type | tuple[type, ...]],
    file: MapFile,
    where: str,
) -> None:
    """Refuse keys that mean nothing, and values of the wrong type or size."""
    for key, value in table.items():
        if key not in types:
            meant = closest(key, types)
            mend = f"If `{meant}` is meant, write that" if meant else "Take it out"
            raise file.refused(f"`{key:.60}` is no key of {where}", mend, key)
        wanted = types[key]
        # Of TOML's types, two are another one as well: a truth and an instant.
        also = isinstance(value, bool | datetime.datetime) and wanted is not bool
        if also or not isinstance(value, wanted):
            name = wanted.__name__ if isinstance(wanted, type) else "another type"
            wrong = f"`{key}` of {where} is {value!r:.60}, and should be of type {name}"
            raise file.refused(wrong, "Correct it", key, value)
        if key in _RANGES and value not in range(*_RANGES[key]):
            wrong = f"`{key}` of {where} is {value!r:.60}"
            mend = f"Write a number from 0 to {_RANGES[key][1] - 1:,}"
            raise file.refused(wrong, mend, key, value)
        if isinstance(value, datetime.date) and not is_day(value):
            raise file.refused(f"`{key}` is {value}, {NO_DAY}", "Correct it", key)


def _mapping(table: Table[str, Any], file: MapFile) -> Mapping:
    """Make one mapping of its table."""
    for value in table.get("accounts", {}).values():
        if not ACCOUNT.fullmatch(str(value)):
            wrong = f"`accounts` names {value!r:.60}, no account with an entity"
            mend = "Write it as Assets:Entity:Bank"
            raise file.refused(wrong, mend, "accounts", value)
    for key, choices in (("kind", KINDS), ("format", FORMATS)):
        if table.get(key, choices[0]) not in choices:
            mend = f"Write one of {', '.join(choices)}"
            wrong = f"`{key}` is {table[key]!r:.60}"
            raise file.refused(wrong, mend, key, table[key])
    for key, (shape, mend) in _SHAPES.items():
        if table.get(key) and not shape.fullmatch(table[key]):
            wrong = f"`{key}` is {table[key]!r:.60}"
            raise file.refused(wrong, mend, key, table[key])
    account = table.get("account", f"Assets:{table.get('entity', 'Company')}:Bank")
    entity = table.get("entity", account.split(":")[1])
    return Mapping(
        file.name,
        format=table.get("format"),
        kind=table.get("kind", "statement"),
        importer=table.get("importer"),
        entity=entity,
        role=table.get("role", "company"),
        account=account,
        number=_bare(table.get("number", "")),
        known_as=tuple(map(str, table.get("known-as", ()))),
        suspense=table.get("suspense", suspense_of(entity)),
        opening=table.get("opening", opening_of(entity)),
        currency=table.get("currency"),
        places=table.get("places"),
        grade=table.get("grade", "C2"),
        published=table.get("published"),
        at=table.get("at"),
        distinct=tuple(map(str, table.get("distinct", ()))),
        title=table.get("title"),
        publisher=table.get("publisher"),
        encoding=_codec(table.get("encoding"), file),
        delimiter=table.get("delimiter"),
        quote=_quote(table.get("quote", '"'), file),
        header=table.get("header", 1),
        sheets=tuple(map(str, table.get("sheets", ()))),
        notation=_notation(table, file),
        reversed=_reversed(table.get("sign", "as-written"), file),
        window=table.get("window", WINDOW),
        columns=_columns(table.get("columns", {}), file),
        skip=tuple(_pattern(one, file, "skip") for one in table.get("skip", ())),
        rules=tuple(_rule(one, file) for one in table.get("rules", ())),
        accounts={_bare(k): str(v) for k, v in table.get("accounts", {}).items()},
    )


def _bare(number: str) -> str:
    return re.sub(r"\W", "", number).upper()


def _notation(table: Table[str, Any], file: MapFile) -> Notation:
    """Return how amounts and days are written."""
    forms = tuple(map(str, table.get("date-formats", ("%Y-%m-%d",))))
    for form in forms:
        try:
            written = _SOME_DAY.strftime(form)
            datetime.datetime.strptime(written, form)  # noqa: DTZ007 (a day)
        except (ValueError, re.error, OverflowError) as error:
            wrong = f"`date-formats` has {form!r:.40}, which writes no day ({error})"
            mend = 'Write it as "%d.%m.%Y"'
            raise file.refused(wrong, mend, "date-formats", form) from None
    decimal = table.get("decimal", ".")
    if len(decimal) != 1 or decimal.isdecimal():
        raise file.refused(
            f"`decimal` is {decimal!r:.40}", "Write one character", "decimal", decimal
        )
    return Notation(decimal=decimal, thousands=table.get("thousands", ""), dates=forms)


def _codec(name: str | None, file: MapFile) -> str | None:
    if name is None:
        return None
    try:
        "".encode(name)
        known = codecs.lookup(name).name not in _NO_ENCODINGS
    except (LookupError, ValueError, TypeError):
        known = False
    if not known:
        wrong = f"`encoding` is {name!r:.40}, which nothing knows"
        raise file.refused(wrong, "Write utf-8 or latin-1, say", "encoding", name)
    return name


def _quote(mark: str, file: MapFile) -> str:
    if len(mark) > 1 or mark in {"\r", "\n"}:
        wrong = f"`quote` is {mark!r:.40}"
        raise file.refused(wrong, "Write one character, or none", "quote")
    return mark


def _reversed(sign: str, file: MapFile) -> bool:
    if sign not in {"as-written", "reversed"}:
        wrong = f"`sign` is {sign!r:.60}"
        raise file.refused(wrong, "Write as-written or reversed", "sign")
    return sign == "reversed"


def _columns(table: Table[str, Any], file: MapFile) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, value in table.items():
        if key not in COLUMNS:
            meant = closest(key, COLUMNS)
            mend = f"If `{meant}` is meant, write that" if meant else "Take it out"
            wrong = f"`{key:.60}` is no column a mapping knows"
            raise file.refused(wrong, mend, key)
        names = value if isinstance(value, list) else [value]
        found[key] = tuple(str(one) for one in names)
    return found


def _pattern(text: Any, file: MapFile, what: str) -> Pattern:
    line = file.line(what, text)
    try:
        return Pattern(re.compile(str(text)), what, file.name, line)
    except (re.error, RecursionError, OverflowError) as error:
        wrong = f"the {what} pattern {text!r:.60} is none ({error})"
        raise EvidenceError(file.name, line, wrong, "Mend the pattern") from None


def _rule(table: Any, file: MapFile) -> Rule:
    if not isinstance(table, dict):
        raise file.refused("`rules` holds no tables", "Write [[rules]]", "rules")
    _check(table, _OF_RULE, file, "[[rules]]")
    account = table.get("account")
    if account is not None and not ACCOUNT.fullmatch(account):
        wrong = f"a rule's account is {account!r:.60}, no account with an entity"
        mend = "Write it as Expenses:Entity:Rent"
        raise file.refused(wrong, mend, "account", account)
    said = next(
        (table[key] for key in ("match", "name", "account") if key in table), ""
    )
    if "match" not in table and "name" not in table:
        wrong = "a rule says neither `match` nor `name`"
        raise file.refused(wrong, "Say which rows it means", "rules", said)
    if account is None and not table.get("skip"):
        wrong = "a rule says neither `account` nor `skip`"
        raise file.refused(wrong, "Say what its rows mean", "rules", said)
    rule = Rule(
        name=table.get("name"),
        account=account,
        payee=table.get("payee"),
        purpose=table.get("purpose"),
        skip=table.get("skip", False),
    )
    if "match" not in table:
        return rule
    return replace(rule, match=_pattern(table["match"], file, "match"))
