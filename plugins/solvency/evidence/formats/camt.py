"""CAMT.053: the bank statements of ISO 20022, read as a stream.

expat calls back for each element with its line; a document type, which could name
entities, is refused before anything of it is used.
"""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING
from xml.parsers import expat

from solvency.evidence.records import AccountStatement
from solvency.evidence.records import Balance
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Movement

if TYPE_CHECKING:
    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Document

#: Deeper than any statement nests.
_DEEPEST = 64
_LONGEST = 2**16
_NUMBER = re.compile(r"\d{1,30}(\.\d{1,17})?")
_OPENING = frozenset({"OPBD", "PRCD", "OPAV"})
_CLOSING = frozenset({"CLBD"})


def statements(document: Document, mapping: Mapping) -> list[AccountStatement]:
    """Read the statements in a document.

    Raises:
        EvidenceError: It is no well-formed XML, has a document type, or an entry
            lacks its amount, side or day.
    """
    del mapping
    reader = _Reader(document)
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    reader.parser = parser
    try:
        for at in range(0, len(document.content), 2**16):
            parser.Parse(document.content[at : at + 2**16], False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        wrong = f"it is no well-formed XML ({expat.ErrorString(error.code)})"
        mend = "Export it again"
        raise EvidenceError(document.name, error.lineno, wrong, mend) from None
    except (LookupError, ValueError) as error:
        wrong = f"it is in no encoding that is known ({error!s:.80})"
        raise EvidenceError(document.name, 1, wrong, "Export it again") from None
    if not reader.found:
        wrong = "there is no statement (Stmt) in it"
        raise EvidenceError(document.name, 1, wrong, "Name a CAMT.053 file")
    return reader.found


class _Reader:
    """Collects the texts of one entry, balance or header at a time."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.found: list[AccountStatement] = []
        self.parser: expat.XMLParserType | None = None
        self._path: list[str] = []
        self._texts: dict[str, list[str]] = defaultdict(list)
        self._text: list[str] = []
        self._size = 0
        self._line = 0
        self._balances: list[Balance] = []
        self._moves: list[Movement] = []

    def refused(self, wrong: str, line: int | None = None) -> EvidenceError:
        """Return what is wrong at a line, for raising."""
        at = line if line is not None else self._at()
        return EvidenceError(self.document.name, at, wrong, "Export it again")

    def _at(self) -> int:
        return self.parser.CurrentLineNumber if self.parser is not None else 1

    def doctype(self, *_: object) -> None:
        """Refuse a document type: no statement has one."""
        raise self.refused("it has a document type, which may name entities")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        local = name.rpartition("}")[2]
        if len(self._path) >= _DEEPEST:
            raise self.refused(f"its elements are nested more than {_DEEPEST} deep")
        self._path.append(local)
        self._text, self._size = [], 0
        if local == "Stmt":
            self.found.append(AccountStatement(self.document))
            self._balances, self._moves = [], []
        if local in {"Ntry", "Bal"} and "Ntry" not in self._path[:-1]:
            self._texts = defaultdict(list)
            self._line = self._at()
        if local == "Amt" and "Ccy" in attributes:
            self._texts["/".join(self._path[-2:]) + "@Ccy"].append(attributes["Ccy"])

    def text(self, text: str) -> None:
        """Take in text."""
        self._size += len(text)
        if self._size > _LONGEST:
            raise self.refused("a text in it is longer than a statement's are")
        self._text.append(text)

    def end(self, name: str) -> None:
        """End an element, and with it an entry, a balance or a statement."""
        local = name.rpartition("}")[2]
        text = "".join(self._text).strip()
        if text:
            self._texts["/".join(self._path[-2:])].append(text)
            self._texts["/".join(self._path[-3:])].append(text)
        self._text, self._size = [], 0
        self._path.pop()
        if not self.found:
            return
        if local == "Acct" and self._path[-1:] == ["Stmt"]:
            number = self._first("Id/IBAN", "Othr/Id")
            self.found[-1].number = re.sub(r"\W", "", number).upper()
        elif local == "Bal" and self._path[-1:] == ["Stmt"]:
            self._balance()
        elif local == "Ntry" and self._path[-1:] == ["Stmt"]:
            self._entry()
        elif local == "Stmt":
            self._sorted()

    def _first(self, *paths: str) -> str:
        return next(
            (self._texts[path][0] for path in paths if self._texts.get(path)), ""
        )

    def _amount(self, parent: str) -> tuple[Decimal, str]:
        number = self._first(f"{parent}/Amt")
        currency = self._first(f"{parent}/Amt@Ccy")
        side = self._first(f"{parent}/CdtDbtInd")
        if not _NUMBER.fullmatch(number) or not re.fullmatch("[A-Z]{3}", currency):
            what = f"{number:.30} {currency:.10}".strip() or "missing"
            raise self.refused(f"the amount of this {parent} is {what}", self._line)
        if side not in {"CRDT", "DBIT"}:
            raise self.refused(f"this {parent} is neither CRDT nor DBIT", self._line)
        return Decimal(number) * (1 if side == "CRDT" else -1), currency

    def _day(self, parent: str, *paths: str) -> datetime.date:
        text = self._first(*paths)
        try:
            return datetime.date.fromisoformat(text[:10])
        except ValueError:
            wrong = f"the day of this {parent} is {text[:30] or 'missing'}"
            raise self.refused(wrong, self._line) from None

    def _balance(self) -> None:
        code = self._first("CdOrPrtry/Cd")
        kind = "opening" if code in _OPENING else "closing" if code in _CLOSING else ""
        if not kind or any(one.kind == kind for one in self._balances):
            return
        amount, currency = self._amount("Bal")
        day = self._day("Bal", "Bal/Dt/Dt", "Bal/Dt/DtTm", "Dt/Dt", "Dt/DtTm")
        self._balances.append(Balance(str(self._line), day, amount, currency, kind))

    def _entry(self) -> None:
        status = self._first("Ntry/Sts", "Sts/Cd")
        if status and status != "BOOK":
            return  # announced, and not yet moved
        amount, currency = self._amount("Ntry")
        day = self._day("Ntry", "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")
        paid = amount < 0
        party, account = ("Cdtr", "CdtrAcct") if paid else ("Dbtr", "DbtrAcct")
        words = [*self._texts.get("RmtInf/Ustrd", ()), self._first("CdtrRefInf/Ref")]
        self._moves.append(
            Movement(
                str(self._line),
                day,
                amount,
                currency,
                self._first(f"{party}/Nm", f"{party}/Pty/Nm"),
                " ".join(filter(None, words)) or self._first("Ntry/AddtlNtryInf"),
                self._end_to_end(),
                None,
                re.sub(r"\W", "", self._first(f"{account}/Id/IBAN")).upper(),
            )
        )

    def _end_to_end(self) -> str:
        found = self._first("Refs/EndToEndId")
        if found and found != "NOTPROVIDED":
            return found
        return self._first("Ntry/AcctSvcrRef", "Ntry/NtryRef")

    def _sorted(self) -> None:
        """Put a statement's balances before and after its movements."""
        opening = [one for one in self._balances if one.kind == "opening"]
        closing = [one for one in self._balances if one.kind == "closing"]
        moves = self._moves
        if moves and moves[0].date > moves[-1].date:
            moves.reverse()
        self.found[-1].lines = [*opening, *moves, *closing]
