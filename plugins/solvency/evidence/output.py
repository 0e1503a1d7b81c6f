"""Write an import as ledger files of a case, each whole or not at all."""

from __future__ import annotations

import datetime
import itertools
from typing import TYPE_CHECKING

from solvency.evidence.counterparties import FILE
from solvency.evidence.drafts import block
from solvency.evidence.existing_case import ACCOUNTS
from solvency.evidence.existing_case import WRITTEN
from solvency.evidence.existing_case import dated
from solvency.evidence.existing_case import marked
from solvency.evidence.existing_case import moved_back
from solvency.evidence.existing_case import refuse_outside
from solvency.evidence.records import digest
from solvency.evidence.records import plain
from solvency.evidence.records import quoted
from solvency.writing import write_whole

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from solvency.evidence.contents import Contents
    from solvency.evidence.contents import Noted
    from solvency.evidence.contents import StatedBalance
    from solvency.evidence.drafts import Draft
    from solvency.evidence.intake import Intake

#: A ledger's file may have 16 MiB; those written stay well below.
_PART = 8 * 2**20


def write(found: Intake) -> list[Path]:
    """Write what an import found, and return the files written.

    Raises:
        NotWrittenError: A file was not written, as the message says why.
        EvidenceError: A file is a link that leads out of the case; nothing is written.
        OSError: The folder cannot be made.
    """
    folder = found.present.folder
    folder.mkdir(parents=True, exist_ok=True)
    contents: dict[Path, str] = {}
    for path, old in found.replaced:
        text = contents.get(path) or path.read_text(encoding="utf-8")
        contents[path] = text.replace(old + "\n\n", "", 1)
    for path, text in found.present.texts:
        known = contents.get(path, text)
        if (renamed := found.names.renamed(known)) != known:
            contents[path] = renamed
    for at, reading in enumerate(found.readings):
        source = found.sources[at]
        # What an earlier import wrote of the document stays: new rows stand beside it.
        free = _free(folder, source)
        for text in _parts(found, reading, source):
            contents[next(free)] = text
    if not contents and not found.names.proposed:
        return []
    contents |= _accounts(found)
    contents |= _top(found)
    decisions = found.names.written()
    # A stranger's folder may hold a link that leads to a file of the user's.
    top = found.present.top
    for path in (*contents, folder / FILE):
        refuse_outside(path, folder if top is None else top.parent)
    written = []
    for path, text in contents.items():
        write_whole(path, text.encode("utf-8"))
        written.append(path)
    if decisions is not None:
        write_whole(folder / FILE, decisions)
        written.append(folder / FILE)
    return written


def _free(folder: Path, source: str) -> Iterator[Path]:
    """Yield names of files of a source that no file has."""
    for number in itertools.count(1):
        name = source if number == 1 else f"{source}-{number}"
        path = folder / WRITTEN.replace("*", name)
        if not path.exists():
            yield path


def _parts(found: Intake, reading: Contents, source: str) -> Iterator[str]:
    """Yield the ledger files of one document, nothing where nothing is new."""
    # What joins a row of an earlier import stands with the row that is new.
    read = set(found.sources.values())
    drafts = [
        one
        for one in found.drafts
        if next(name for name in one.sources if name in read) == source
    ]
    notes = [
        one for one in reading.noted if _key(reading, one) not in found.present.rows
    ]
    if source in found.present.sources and not drafts and not notes:
        return
    if not (drafts or notes or reading.stated):
        return
    title = (
        f"; Read from {quoted(reading.document.name)} by `solvency import`.\n"
        "; Give a flow in suspense its account here; what is read again is told by"
        " its id.\n"
    )
    head = [title]
    if source not in found.present.sources:
        head += [_declared(reading, source, drafts), *_stated(reading, source)]
    head += [_noted(reading, one) for one in notes]
    size, text = 0, head
    for draft in drafts:
        one = block(draft)
        if size > _PART:
            yield "\n".join(text) + "\n"
            size, text = 0, []
        text.append(one)
        size += len(one.encode())
    yield "\n".join(text) + "\n"


def _declared(reading: Contents, source: str, drafts: list[Draft]) -> str:
    """Return the declaration of a document as a source."""
    mapping = reading.mapping
    days = [
        *(one.date for one in drafts),
        *(one.date for one in reading.stated),
        *(one.date for one in reading.noted),
    ]
    day = mapping.published or max(days, default=datetime.date(1970, 1, 1))
    lines = [
        (
            f'{day} custom "source" "{source}"'
            f' "{quoted(mapping.title or reading.document.name)}"'
        )
    ]
    if mapping.publisher:
        lines.append(f'  publisher: "{quoted(mapping.publisher)}"')
    lines += [f'  grade: "{mapping.grade}"', f'  sha256: "{reading.document.sha256}"']
    return "\n".join(lines) + "\n"


def _stated(reading: Contents, source: str) -> Iterator[str]:
    """Yield the balances a document states, each once."""
    name = reading.document.name
    seen: set[tuple[str, datetime.date, str]] = set()
    for one in sorted(reading.stated, key=lambda one: (one.account, one.date)):
        place = one.account, one.date, one.currency
        if place in seen:
            continue
        seen.add(place)
        yield _observed(one, source, name)


def _observed(one: StatedBalance, source: str, name: str) -> str:
    row = quoted(f"{name}:{one.row}")
    assets = one.account.startswith("Assets")
    owed = one.account.startswith("Liabilities")
    size = -one.amount if owed else one.amount
    if size < 0 or not (assets or owed):
        # The language has no observation below nothing: it is noted, and checked.
        key = "states" if one.counted else "trial-balance"
        return (
            f'{one.date} note {one.account} "{row} states'
            f' {plain(one.amount)} {one.currency}"\n'
            f'  row: "{row}"\n  {key}: {plain(one.amount)} {one.currency}\n'
            f'  digest: "{digest(row, one.account)}"\n'
        )
    counted = "  counted: TRUE\n" if one.counted and assets else ""
    return (
        f'{one.date} custom "observation" {one.account} {plain(size)} {one.currency}\n'
        f'  id: "B-{digest(source, one.account, str(one.date), one.currency)}"\n'
        f'  source: "{source}"\n  row: "{row}"\n{counted}'
    )


def _key(reading: Contents, one: Noted) -> str:
    return digest("note", reading.document.name, one.row, one.account, one.text)


def _noted(reading: Contents, one: Noted) -> str:
    lines = [
        f'{one.date} note {one.account} "{quoted(one.text)}"',
        f'  row: "{quoted(f"{reading.document.name}:{one.row}")}"',
        f'  digest: "{_key(reading, one)}"',
        *(f"  {key}: {value}" for key, value in one.notes.items()),
    ]
    return "\n".join(lines) + "\n"


def _accounts(found: Intake) -> dict[Path, str]:
    """Return the file of accounts and entities, with what the case lacks added."""
    path = found.present.folder / ACCOUNTS
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    was = text
    first: dict[str, datetime.date] = {}
    marks: dict[str, dict[str, str]] = {}
    for draft in found.drafts:
        for leg in draft.legs:
            first[leg.account] = min(first.get(leg.account, draft.date), draft.date)
    for reading in found.readings:
        for account, extra in reading.opens.items():
            marks.setdefault(account, {}).update(extra)
        places = [(one.account, one.date) for one in reading.stated]
        places += [(one.account, one.date) for one in reading.noted]
        for account, when in places:
            first[account] = min(first.get(account, when), when)
    # A row given an account by hand may be older than those that proposed it: what an
    # import opens is open from the first day that any import tells of.
    days = [*first.values(), *(opened for _, opened in dated(text, path))]
    start = min(days, default=datetime.date(1970, 1, 1))
    for reading in found.readings:
        for account in reading.opens:
            first.setdefault(account, start)
    text = moved_back(text, start)
    claims = _claims(found, marks)
    for account, extra in claims.items():
        first.setdefault(account, start)
        marks[account] = {**extra, **marks.get(account, {})}
        # An earlier trial balance may have opened it, and not said whose it is.
        text = marked(text, account, _lines_of(extra))
    loose = {one.mapping.suspense for one in found.readings}
    loose |= {account for account in first if "Suspense" in account.split(":")}
    new = [
        account for account in sorted(first) if account not in found.present.accounts
    ]
    text += "".join(_entities(found, {*first}, start))
    for account in new:
        held = _marks(account, marks, loose=account in loose)
        text += f"\n{start} open {account}\n{held}"
    return {path: text.lstrip("\n")} if text != was else {}


def _marks(account: str, marks: dict[str, dict[str, str]], *, loose: bool) -> str:
    extra = dict(marks.get(account, {}))
    parts = account.split(":")
    if loose:
        extra["suspense"] = "TRUE"
        if "Suspense" in parts[:-1]:
            extra["other-side"] = f'"{parts[-1]}"'
    return _lines_of(extra)


def _lines_of(marks: dict[str, str]) -> str:
    return "".join(f"  {key}: {value}\n" for key, value in marks.items())


def _entities(found: Intake, accounts: set[str], start: datetime.date) -> Iterator[str]:
    """Yield the declarations of entities the case lacks."""
    roles = {one.mapping.entity: one.mapping.role for one in found.readings}
    names = {account.split(":")[1] for account in accounts}
    for name in sorted(names - found.present.entities):
        own = name in roles
        yield (
            f'\n{start} custom "entity" "{name}" "{name}"\n'
            f'  role: "{roles.get(name, "other")}"\n'
            + ("  group: TRUE\n" if own else "")
        )


def _claims(
    found: Intake, marks: dict[str, dict[str, str]]
) -> dict[str, dict[str, str]]:
    """Return a claim and its debt for each two entities that need one and have none.

    Args:
        found: What the import found.
        marks: The metadata of the accounts it opens anyway, registers' claims among
            them.

    Returns:
        The accounts, each with its metadata.
    """
    pairs = set(found.present.pairs)
    for account, extra in marks.items():
        if "counterparty" in extra:
            pairs.add(
                frozenset({account.split(":")[1], extra["counterparty"].strip('"')})
            )
    opened: dict[str, dict[str, str]] = {}
    for draft in found.drafts:
        entities = list(dict.fromkeys(leg.account.split(":")[1] for leg in draft.legs))
        if len(entities) != 2 or frozenset(entities) in pairs:
            continue
        pairs.add(frozenset(entities))
        # What is paid out is lent: the payer is the creditor.
        paid = min(draft.legs, key=lambda leg: leg.amount).account.split(":")[1]
        got = next(one for one in entities if one != paid)
        opened[f"Assets:{paid}:Receivables:{got}"] = {"counterparty": f'"{got}"'}
        opened[f"Liabilities:{got}:Payables:{paid}"] = {
            "counterparty": f'"{paid}"',
            "term": '"demand"',
        }
    return opened


def _top(found: Intake) -> dict[Path, str]:
    """Return the top file: made where there is none, else with its `include`."""
    folder = found.present.folder
    top = found.present.top
    if top is None:
        currencies = [leg.commodity for one in found.drafts for leg in one.legs]
        currencies += [one.currency for r in found.readings for one in r.stated]
        currency = max(set(currencies), key=currencies.count, default="USD")
        return {
            folder / "main.beancount": f'option "title" "{quoted(folder.name)}"\n'
            f'option "operating_currency" "{currency}"\n'
            'option "tolerance_multiplier" "0"\n'
            'plugin "solvency"\n\n'
            f'include "{WRITTEN}"\n'
        }
    below = folder.relative_to(top.parent.absolute()).as_posix()
    pattern = WRITTEN if below == "." else f"{below}/{WRITTEN}"
    if f'include "{pattern}"' in found.present.includes:
        return {}
    text = found.present.includes
    return {top: text.rstrip("\n") + f'\n\ninclude "{pattern}"\n'}
