"""MT940: the statements that banks send over SWIFT, parsed by mt-940."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any

from solvency.evidence.formats.grid import decoded
from solvency.evidence.records import AccountStatement
from solvency.evidence.records import Balance
from solvency.evidence.records import EvidenceError
from solvency.evidence.records import Movement
from solvency.evidence.records import not_installed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from solvency.evidence.mapping import Mapping
    from solvency.evidence.records import Document

_TAG = re.compile(r"^:(\d\d[A-Z]?):")
_BALANCES = {"60F": "opening", "60M": "opening", "62F": "closing", "62M": "closing"}
#: Fields of the German structured form of :86:, and those of the plain slashes.
_SUBFIELD = re.compile(r"\?(\d\d)([^?]*)")
_SLASHED = re.compile(
    r"/(NAME|REMI|EREF|KREF|CNTP|IBAN|BENM|ORDP|TRTP|MARF|RTRN)/(.*?)(?=/[A-Z]{4}/|$)"
)


def statements(document: Document, mapping: Mapping) -> list[AccountStatement]:
    """Read the statements in a document, each account's pages after one another.

    Raises:
        EvidenceError: It is none, or a line of it is not as MT940 has it.
    """
    try:
        import mt940  # noqa: PLC0415 (an extra)
    except ImportError:
        raise not_installed(document, "MT940 is read with mt-940") from None
    text = decoded(document, mapping.encoding)
    found: dict[str, AccountStatement] = {}
    number = ""
    for tag, line, content in _fields(text):
        if tag == "25":
            number = re.sub(r"\W", "", content).upper()
        elif tag in _BALANCES or tag == "61":
            place = found.setdefault(number, AccountStatement(document, [], number))
            try:
                parsed = _parsed(mt940, tag, content)
                place.lines.append(_line(parsed, tag, line, place))
            except EvidenceError:
                raise
            except Exception as error:  # noqa: BLE001 (whatever a broken field ends in)
                raise EvidenceError(
                    document.name,
                    line,
                    f"the field :{tag}: cannot be read ({error!s:.80})",
                    "Compare the line with the bank's original",
                ) from None
        elif tag == "86":
            place = found.setdefault(number, AccountStatement(document, [], number))
            if place.lines and isinstance(last := place.lines[-1], Movement):
                place.lines[-1] = _described(last, content)
    if not found:
        wrong = "there is no statement in it"
        raise EvidenceError(document.name, 1, wrong, "Name an MT940 file")
    return list(found.values())


def _fields(text: str) -> Iterator[tuple[str, int, str]]:
    """Yield each field with the line it begins on."""
    tag, start, parts = "", 0, list[str]()
    for at, line in enumerate(text.splitlines(), 1):
        match = _TAG.match(line) or _TAG.match(line.partition("{4:")[2])
        if match or (line.startswith(("-}", "{", "-")) and not line.startswith("- ")):
            if tag:
                yield tag, start, "\n".join(parts)
            tag, start, parts = "", at, []
            if match:
                tag = match[1]
                parts = [line[line.index(match[0]) + len(match[0]) :]]
        elif tag:
            parts.append(line)
    if tag:
        yield tag, start, "\n".join(parts)


def _parsed(mt940: Any, tag: str, content: str) -> dict[str, Any]:
    """Have the library read one field."""
    kinds = {
        "60F": mt940.tags.FinalOpeningBalance,
        "60M": mt940.tags.IntermediateOpeningBalance,
        "62F": mt940.tags.FinalClosingBalance,
        "62M": mt940.tags.IntermediateClosingBalance,
        "61": mt940.tags.Statement,
    }
    reader = kinds[tag]()
    transactions = mt940.models.Transactions()
    found: dict[str, Any] = reader.parse(transactions, content)
    called = reader(transactions, found)
    return called if isinstance(called, dict) else found


def _line(
    parsed: dict[str, Any], tag: str, line: int, place: AccountStatement
) -> Movement | Balance:
    if tag != "61":
        balance = parsed.get("balance") or next(iter(parsed.values()))
        day = balance.date
        return Balance(
            str(line),
            day.date() if hasattr(day, "hour") else _day(day),
            balance.amount.amount,
            str(balance.amount.currency),
            _BALANCES[tag],
        )
    currency = next(
        (one.currency for one in place.lines if isinstance(one, Balance)), ""
    )
    if not currency:
        raise ValueError("no opening balance :60F: stands before it")
    words = [parsed.get("extra_details"), parsed.get("bank_reference")]
    reference = str(parsed.get("customer_reference") or "").strip()
    return Movement(
        str(line),
        _day(parsed.get("entry_date") or parsed["date"]),
        parsed["amount"].amount,
        currency,
        narration=" ".join(str(one).strip() for one in words if one),
        reference="" if reference == "NONREF" else reference,
    )


def _day(day: Any) -> Any:
    """Return a plain date of the library's own."""
    import datetime  # noqa: PLC0415 (one use)

    return datetime.date(day.year, day.month, day.day)


def _described(line: Movement, content: str) -> Movement:
    """Add the words of :86: to the movement before it."""
    joined = content.replace("\r", "").replace("\n", "")
    fields = _SUBFIELD.findall(joined)
    if fields and joined[:4].lstrip("0123456789").startswith("?"):
        by_code = dict(fields)
        text = " ".join(
            value.strip()
            for code, value in fields
            if "20" <= code <= "29" or "60" <= code <= "63"
        )
        payee = (by_code.get("32", "") + by_code.get("33", "")).strip()
        other = by_code.get("38") or by_code.get("31", "")
        return line._replace(
            payee=payee,
            narration=" ".join(f"{text} {line.narration}".split()),
            other=re.sub(r"\W", "", other).upper(),
        )
    slashed = dict(_SLASHED.findall(joined))
    if slashed:
        reference = slashed.get("EREF", "").strip("/ ")
        return line._replace(
            payee=slashed.get("NAME", "").strip("/ "),
            narration=(slashed.get("REMI") or joined).strip("/ "),
            reference=line.reference or reference,
            other=re.sub(r"\W", "", slashed.get("IBAN", "")).upper(),
        )
    text = " ".join(content.split())
    return line._replace(narration=" ".join(f"{text} {line.narration}".split()))
