"""What a form sends, as the difference it makes to a file, and as the file."""

from __future__ import annotations

import datetime
import difflib
import hashlib
import os
import re
from dataclasses import dataclass
from decimal import Decimal
from decimal import InvalidOperation
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.browse.edit import entry_text
from solvency.browse.edit.entry import BOUNDS
from solvency.browse.edit.entry import STRINGS
from solvency.browse.edit.entry import end_of_line
from solvency.browse.edit.entry import fields_of
from solvency.browse.edit.entry import found_in
from solvency.browse.edit.entry import place_of
from solvency.browse.edit.entry import read
from solvency.browse.language import listed
from solvency.browse.language import say
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import text_of
from solvency.ledger.files.trust import inside
from solvency.ledger.terms.metadata import meant
from solvency.ledger.vocabulary import BASES
from solvency.wide import DIGITS
from solvency.wide import PLACES
from solvency.wide import width

if TYPE_CHECKING:
    from collections.abc import Mapping

    from solvency.ledger.case import Case

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,119}")
_GRADE = re.compile(r"[A-F][1-6]")
_COMMODITY = re.compile(r"[A-Z][A-Z0-9'._-]{0,22}[A-Z0-9]|[A-Z]")
_BARE = re.compile(r"[\d,.]+")
#: The most characters of a field.
_LONGEST = 2_000


def _amount(written: str) -> tuple[Decimal, str]:
    """Read an amount with its commodity."""
    number, _, commodity = written.strip().partition(" ")
    try:
        value = Decimal(number.replace(",", ""))
    except InvalidOperation:
        value = Decimal("NaN")
    commodity = commodity.strip()
    if value.is_finite() and value >= 0 and _COMMODITY.fullmatch(commodity):
        before, behind = width(value)
        if before <= DIGITS and behind <= PLACES:
            return value, commodity
    raise ValueError(say("Write an amount as 1,000,000 USD."))


class FieldsError(ValueError):
    """What is wrong with fields that were sent, all of it at once."""

    def __init__(self, faults: list[tuple[str, str]]) -> None:
        """Keep the faults.

        Args:
            faults: The key of each wrong field, and what is wrong with it.
        """
        super().__init__(" ".join(words for _, words in faults))
        self.faults = faults


def _sent(
    case: Case, kind: str, sent: Mapping[str, Any], *, new: bool
) -> dict[str, str]:
    """Return the fields that were sent, each as it may be written.

    Raises:
        FieldsError: Some are none, as their messages say.
    """
    found = {
        str(key): " ".join(str(value).split())[:_LONGEST] for key, value in sent.items()
    }
    faults = _new(case, kind, found) if new else []
    try:
        datetime.date.fromisoformat(found.get("date", ""))
    except ValueError:
        faults.append(("date", say("Fill in the whole date: day, month and year.")))
    if not found.get("title"):
        faults.append(("title", say("It needs a title.")))
    if kind == "source" and not _GRADE.fullmatch(found.get("grade", "")):
        said = say("A grade is a letter A to F and a digit 1 to 6.")
        faults.append(("grade", said))
    names = [one for one in re.split(r"[,\s^]+", found.get("sources", "")) if one]
    faults += [
        (
            "sources",
            say("No source %(name)s is declared.", name=name)
            + meant(name, case.sources),
        )
        for name in names
        if name not in case.sources
    ]
    found["sources"] = ", ".join(names)
    if kind == "flow" and found.get("basis") and found["basis"] not in BASES:
        said = say("A basis is one of: %(names)s.", names=listed(BASES))
        faults.append(("basis", said))
    _, _, commodity = found.get("amount", "").partition(" ")
    for key in ("amount", *BOUNDS):
        if found.get(key):
            if key in BOUNDS and commodity and _BARE.fullmatch(found[key]):
                # A bound of an amount is of its commodity.
                found[key] = f"{found[key]} {commodity}"
            try:
                value, commodity = _amount(found[key])
            except ValueError as error:
                faults.append((key, str(error)))
            else:
                found[key] = f"{entry_text.grouped(value)} {commodity}"
    if faults:
        raise FieldsError(faults)
    return found


def _new(case: Case, kind: str, found: dict[str, str]) -> list[tuple[str, str]]:
    """Return what is wrong with a name that is taken or none, and accounts."""
    faults = []
    there: Mapping[str, Any] = case.by_id if kind == "flow" else case.sources
    if not _NAME.fullmatch(found.get("name", "")) or found["name"] in there:
        said = say("Choose a name of letters and digits that is not taken.")
        faults.append(("name", said))
    if kind == "source":
        return faults
    for key in ("from", "to"):
        name = found.get(key, "")
        if name not in case.accounts:
            said = (
                say("No account %(name)s is open.", name=name)
                + meant(name, case.accounts)
                if name
                else say("Name an account.")
            )
            faults.append((key, said))
    if not found.get("amount"):
        faults.append(("amount", say("Write an amount as 1,000,000 USD.")))
    return faults


def _changed(
    entry: entry_text.EntryText, kind: str, values: dict[str, str], indent: str
) -> None:
    """Write into an entry what differs from what it has."""
    was = fields_of(entry, kind)
    head = entry.header(kind)
    title = head[3 if kind == "source" else 5]
    if values["title"] != was["title"]:
        title = entry_text.quoted(values["title"])
    if kind == "source":
        entry.lines[0] = f"{values['date']}{head[2]}{title}{head[4]}"
    else:
        payee, gap = head[3] or "", head[4] or ""
        if values.get("payee", "") != was["payee"]:
            payee = entry_text.quoted(values["payee"]) if values["payee"] else ""
            gap = " " if payee else ""
        rest = head[6]
        if values["sources"] != was["sources"]:
            kept = re.sub(r"\s*\^\S+", "", rest).rstrip()
            names = filter(None, values["sources"].split(", "))
            rest = kept + "".join(f" ^{name}" for name in names)
            rest += " " if head[7] else ""
        first = f"{values['date']}{head[2]}{payee}{gap}{title}{rest}{head[7]}"
        entry.lines[0] = first
        if values.get("amount") and values["amount"] != was["amount"]:
            number, commodity = _amount(values["amount"])
            if not was["amount"].endswith(f" {commodity}"):
                raise ValueError(say("Change the commodity in the editor."))
            entry.move(number)
        for key in BOUNDS:
            if values.get(key, "") != was[key]:
                entry.put(key, values.get(key, ""), indent)
    for key in STRINGS[kind]:
        if values.get(key, "") != was[key]:
            put = entry_text.quoted(values[key]) if values.get(key) else ""
            entry.put(key, put, indent)


def _added(kind: str, values: dict[str, str], indent: str) -> list[str]:
    """Return the lines of a new entry."""
    title = entry_text.quoted(values["title"])
    name = entry_text.quoted(values["name"])
    strings = [
        f"{indent}{key}: {entry_text.quoted(values[key])}"
        for key in STRINGS[kind]
        if values.get(key)
    ]
    if kind == "source":
        return [f'{values["date"]} custom "source" {name} {title}', *strings]
    payee = f"{entry_text.quoted(values['payee'])} " if values.get("payee") else ""
    links = "".join(f" ^{one}" for one in values["sources"].split(", ") if one)
    number, commodity = _amount(values["amount"])
    written = entry_text.grouped(number)
    both = ((values["from"], f"-{written}"), (values["to"], written))
    names, numbers = (max(len(x[n]) for x in both) for n in (0, 1))
    return [
        f"{values['date']} * {payee}{title}{links}",
        f"{indent}id: {name}",
        *(f"{indent}{key}: {values[key]}" for key in BOUNDS if values.get(key)),
        *strings,
        *(
            f"{indent}{account:<{names}}  {amount:>{numbers}} {commodity}"
            for account, amount in both
        ),
    ]


@dataclass(frozen=True, slots=True)
class FileDraft:
    """A file as it is and as it would be."""

    file: str
    before: str
    after: str

    @property
    def mark(self) -> str:
        """Return what the file's text is told from another by."""
        return hashlib.sha256(self.before.encode()).hexdigest()

    def difference(self, top: str) -> list[str]:
        """Return the lines that differ, with those around them."""
        name = os.path.relpath(self.file, Path(top).parent).replace("\\", "/")
        return list(
            difflib.unified_diff(
                self.before.split("\n"), self.after.split("\n"), name, name, lineterm=""
            )
        )


def drafted(case: Case, sent: Mapping[str, Any]) -> FileDraft:
    """Return the file that what was sent would change, with the change.

    Raises:
        ValueError: A field is wrong, or the entry is written in another way.
        LookupError: There is no such source or flow.
    """
    kind, name = str(sent.get("kind")), str(sent.get("name") or "")
    fields = sent.get("fields")
    if kind not in STRINGS or not isinstance(fields, dict):
        raise ValueError("a source or a flow was expected, with its fields")
    values = _sent(case, kind, fields, new=not name)
    file = place_of(case, kind, name)[0].file if name else _home(case, kind, values)
    before = read(case, file)
    mark = end_of_line(before)
    lines = before.split(mark)
    indent = entry_text.indent_of(lines)
    if name:
        entry, start, end = found_in(case, before, kind, name)
        _changed(entry, kind, values, indent)
        lines[start:end] = entry.lines
    else:
        at = entry_text.after(lines, kind, values["date"])
        put = _added(kind, values, indent)
        if at < 0:
            while lines and not lines[-1].strip():
                lines.pop()
            lines += ["", *put, ""]
        else:
            lines[at:at] = ["", *put]
    draft = FileDraft(file, before, mark.join(lines))
    try:
        text_of(draft.after.encode())
    except UnreadableError as error:
        raise ValueError(str(error)) from None
    return draft


def _home(case: Case, kind: str, values: Mapping[str, str]) -> str:
    """Return the file of the case where a new entry of a date belongs."""
    if kind == "flow":
        things = [(str(x.date), x.place.file) for x in case.flows if x.established]
    else:
        things = [(str(x.published), x.place.file) for x in case.sources.values()]
    dated = sorted(one for one in things if inside(one[1], case.path))
    earlier = [file for day, file in dated if day <= values["date"]]
    return earlier[-1] if earlier else dated[0][1] if dated else case.path
