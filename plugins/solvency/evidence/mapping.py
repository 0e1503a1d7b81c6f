"""The mapping: how files of one kind are read, and what their rows mean."""

from __future__ import annotations

import datetime
import fnmatch
import re
import tomllib
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.numbers import Notation
from solvency.evidence.records import EvidenceError
from solvency.ledger.terms.metadata import closest
from solvency.ledger.vocabulary import GRADE

if TYPE_CHECKING:
    from collections.abc import Mapping as Table
    from pathlib import Path

    from solvency.evidence.records import Movement

KINDS = ("statement", "ledger", "trial-balance", "claims", "exchange", "transfers")
FORMATS = ("csv", "xlsx", "mt940", "camt053", "ofx", "pdf", "importer")
ACCOUNT = re.compile(
    r"(Assets|Liabilities|Equity|Income|Expenses)(:[^\W_a-z][\w-]*){1,12}"
)
CURRENCY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]|[A-Z]")
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
COLUMNS = frozenset(
    [
        "date",
        "amount",
        "debit",
        "credit",
        "balance",
        "currency",
        "payee",
        "narration",
        "reference",
        "other",
        "account-code",
        "account-name",
        "voucher",
        "side",
        "claim-number",
        "amends",
        "rank",
        "counterparty",
        "time",
        "operation",
        "fee",
        "fee-currency",
        "hash",
        "from",
        "to",
        "token",
    ]
)


@dataclass(frozen=True)
class Rule:
    """What a row that looks so means; the first that matches counts."""

    match: re.Pattern[str] | None = None
    name: str | None = None
    account: str | None = None
    payee: str | None = None
    purpose: str | None = None
    skip: bool = False

    def fits(self, movement: Movement) -> bool:
        """Say whether a row is one that the rule means."""
        if self.name is not None and movement.payee.casefold() != self.name.casefold():
            return False
        return self.match is None or self.match.search(movement.text) is not None


@dataclass(frozen=True)
class Mapping:
    """How one file is read."""

    file: str
    format: str | None = None
    kind: str = "statement"
    importer: str | None = None
    entity: str = "Company"
    role: str = "company"
    account: str = ""
    number: str = ""
    known_as: tuple[str, ...] = ()
    suspense: str = ""
    opening: str = ""
    currency: str | None = None
    places: int | None = None
    grade: str = "C2"
    published: datetime.date | None = None
    #: The day a register or a trial balance is of.
    at: datetime.date | None = None
    #: Numbers of claims that are no duplicates, though they look so.
    distinct: tuple[str, ...] = ()
    title: str | None = None
    publisher: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    quote: str = '"'
    header: int = 1
    sheets: tuple[str, ...] = ()
    notation: Notation = field(default_factory=Notation, compare=False)
    reversed: bool = False
    window: int = 5
    columns: Table[str, tuple[str, ...]] = field(default_factory=dict)
    skip: tuple[re.Pattern[str], ...] = ()
    rules: tuple[Rule, ...] = ()
    accounts: Table[str, str] = field(default_factory=dict)

    def rule(self, movement: Movement) -> Rule | None:
        """Return the first rule that fits a row."""
        return next((one for one in self.rules if one.fits(movement)), None)

    def skips(self, text: str) -> bool:
        """Say whether a row is one of those to leave out."""
        return any(one.search(text) for one in self.skip)


@dataclass(frozen=True)
class Mappings:
    """The mappings of a file, by the names of the files each is for."""

    path: str
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
        return _mapping(table, self.path)


def read(path: Path) -> Mappings:
    """Read a mapping file.

    Args:
        path: A TOML file as `solvency import --guess` makes them.

    Raises:
        EvidenceError: It cannot be read, or says what no mapping says.
    """
    name = str(path)
    try:
        text = path.read_bytes()[: 2**22].decode("utf-8-sig")
    except OSError as error:
        wrong = f"it cannot be read ({error.strerror})"
        raise EvidenceError(name, None, wrong, "Check its name") from None
    except UnicodeDecodeError:
        raise EvidenceError(name, 1, "it is not UTF-8", "Save it as UTF-8") from None
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
    _check(table, _TYPES, name, "the mapping")
    for one in table.get("files", ()):
        if not isinstance(one, dict):
            raise EvidenceError(
                name, None, "`files` holds no tables", "Write [[files]]"
            )
        _check(one, _TYPES, name, "[[files]]")
    mappings = Mappings(name, table)
    for one in table.get("files", ()):
        _mapping({**{k: v for k, v in table.items() if k != "files"}, **one}, name)
    _mapping(table, name)
    return mappings


def _check(
    table: Table[str, Any],
    types: Table[str, type | tuple[type, ...]],
    file: str,
    where: str,
) -> None:
    """Refuse keys that mean nothing, and values of the wrong type."""
    for key, value in table.items():
        if key not in types:
            meant = closest(key, types)
            mend = f"If `{meant}` is meant, write that" if meant else "Take it out"
            raise EvidenceError(file, None, f"`{key}` is no key of {where}", mend)
        wanted = types[key]
        if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
            name = wanted.__name__ if isinstance(wanted, type) else "another type"
            wrong = f"`{key}` of {where} is {value!r:.60}, and should be of type {name}"
            raise EvidenceError(file, None, wrong, "Correct it")


def _mapping(table: Table[str, Any], file: str) -> Mapping:
    """Make one mapping of its table."""

    def refuse(wrong: str, mend: str) -> EvidenceError:
        return EvidenceError(file, None, wrong, mend)

    for value in table.get("accounts", {}).values():
        if not ACCOUNT.fullmatch(str(value)):
            wrong = f"`accounts` names {value!r:.60}, no account with an entity"
            raise refuse(wrong, "Write it as Assets:Entity:Bank")
    for key, choices in (("kind", KINDS), ("format", FORMATS)):
        if table.get(key, choices[0]) not in choices:
            wrong = f"`{key}` is {table[key]!r}"
            raise refuse(wrong, f"Write one of {', '.join(choices)}")
    for key in ("account", "suspense", "opening"):
        if table.get(key) and not ACCOUNT.fullmatch(table[key]):
            wrong = f"`{key}` is {table[key]!r}, no account with an entity"
            raise refuse(wrong, "Write it as Assets:Entity:Bank")
    if not GRADE.fullmatch(table.get("grade", "C2")):
        raise refuse(f"`grade` is {table['grade']!r}", "Write one from A1 to F6")
    if table.get("currency") and not CURRENCY.fullmatch(table["currency"]):
        raise refuse(f"`currency` is {table['currency']!r}", "Write it as USD")
    entity = table.get("entity", "Company")
    if not re.fullmatch(r"[^\W_a-z][\w-]*", entity):
        raise refuse(f"`entity` is {entity!r}", "Begin it with a capital")
    account = table.get("account", f"Assets:{entity}:Bank")
    entity = table.get("entity", account.split(":")[1])
    return Mapping(
        file,
        format=table.get("format"),
        kind=table.get("kind", "statement"),
        importer=table.get("importer"),
        entity=entity,
        role=table.get("role", "company"),
        account=account,
        number=_bare(table.get("number", "")),
        known_as=tuple(map(str, table.get("known-as", ()))),
        suspense=table.get("suspense", f"Assets:{entity}:Suspense"),
        opening=table.get("opening", f"Equity:{entity}:Opening"),
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
        header=max(0, table.get("header", 1)),
        sheets=tuple(map(str, table.get("sheets", ()))),
        notation=Notation(
            decimal=table.get("decimal", "."),
            thousands=table.get("thousands", ""),
            dates=tuple(map(str, table.get("date-formats", ("%Y-%m-%d",)))),
        ),
        reversed=_reversed(table.get("sign", "as-written"), file),
        window=max(0, table.get("window", 5)),
        columns=_columns(table.get("columns", {}), file),
        skip=tuple(_pattern(one, file, "skip") for one in table.get("skip", ())),
        rules=tuple(_rule(one, file) for one in table.get("rules", ())),
        accounts={_bare(k): str(v) for k, v in table.get("accounts", {}).items()},
    )


def _bare(number: str) -> str:
    return re.sub(r"\W", "", number).upper()


def _codec(name: str | None, file: str) -> str | None:
    if name is None:
        return None
    try:
        "".encode(name)
    except (LookupError, ValueError, TypeError):
        wrong = f"`encoding` is {name!r:.40}, which nothing knows"
        raise EvidenceError(file, None, wrong, "Write utf-8 or latin-1, say") from None
    return name


def _quote(mark: str, file: str) -> str:
    if len(mark) > 1 or mark in {"\r", "\n"}:
        wrong = f"`quote` is {mark!r:.40}"
        raise EvidenceError(file, None, wrong, "Write one character, or none")
    return mark


def _reversed(sign: str, file: str) -> bool:
    if sign not in {"as-written", "reversed"}:
        wrong = f"`sign` is {sign!r}"
        raise EvidenceError(file, None, wrong, "Write as-written or reversed")
    return sign == "reversed"


def _columns(table: Table[str, Any], file: str) -> dict[str, tuple[str, ...]]:
    found = {}
    for key, value in table.items():
        if key not in COLUMNS:
            meant = closest(key, COLUMNS)
            mend = f"If `{meant}` is meant, write that" if meant else "Take it out"
            wrong = f"`{key}` is no column a mapping knows"
            raise EvidenceError(file, None, wrong, mend)
        names = value if isinstance(value, list) else [value]
        found[key] = tuple(str(one) for one in names)
    return found


def _pattern(text: Any, file: str, what: str) -> re.Pattern[str]:
    try:
        return re.compile(str(text))
    except (re.error, RecursionError, OverflowError) as error:
        wrong = f"the {what} pattern {text!r:.60} is none ({error})"
        raise EvidenceError(file, None, wrong, "Mend the pattern") from None


def _rule(table: Any, file: str) -> Rule:
    if not isinstance(table, dict):
        raise EvidenceError(file, None, "`rules` holds no tables", "Write [[rules]]")
    _check(table, _OF_RULE, file, "[[rules]]")
    account = table.get("account")
    if account is not None and not ACCOUNT.fullmatch(account):
        wrong = f"a rule's account is {account!r}, no account with an entity"
        raise EvidenceError(file, None, wrong, "Write it as Expenses:Entity:Rent")
    if "match" not in table and "name" not in table:
        wrong = "a rule says neither `match` nor `name`"
        raise EvidenceError(file, None, wrong, "Say which rows it means")
    if account is None and not table.get("skip"):
        wrong = "a rule says neither `account` nor `skip`"
        raise EvidenceError(file, None, wrong, "Say what its rows mean")
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
