"""`custom "subledger"`: whose rows stay in files, and which account controls them."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from solvency.ledger.control_totals import ControlTotals
from solvency.ledger.control_totals import enclosed
from solvency.ledger.control_totals import is_enclosed
from solvency.ledger.files.source import TooManyFoldersError
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import bytes_of
from solvency.ledger.files.source import kind_of
from solvency.ledger.files.source import matching
from solvency.ledger.files.source import text_of
from solvency.ledger.files.trust import inside
from solvency.ledger.files.trust import trusted
from solvency.ledger.terms.metadata import place
from solvency.subledgers.errors import RowsError
from solvency.subledgers.file_hash import Stood
from solvency.subledgers.file_hash import stood
from solvency.subledgers.layout import MOST_PLACES
from solvency.subledgers.layout import SIGNS
from solvency.subledgers.layout import ColumnLayout
from solvency.subledgers.layout import mapped
from solvency.subledgers.layout import register
from solvency.subledgers.layout import zone_named

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable

    from beancount.core.data import Custom

    from solvency.ledger.case import Place
    from solvency.ledger.terms.declarations import Declarations
    from solvency.ledger.terms.metadata import Metadata

_DATABASE = "duckdb:"
_ENDINGS = (".parquet", ".csv", ".csv.gz")
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Subledger:
    """Rows in files, and the account of the ledger that controls them."""

    account: str
    #: The first day that rows may have.
    start: datetime.date
    #: Files as the ledger names them.
    pattern: str
    source: str
    layout: ColumnLayout
    #: The files found, each an absolute path.
    paths: tuple[str, ...]
    place: Place
    #: The table, of a database.
    table: str | None = None
    #: True where flows of the ledger carry the totals; else they are made of the rows.
    control: bool = False
    #: The accounts on the other side of the flows made.
    other: tuple[str, ...] = ()
    #: Root of a proof of what is owed, made of the rows, and the day it is of.
    root: str | None = None
    root_at: datetime.date | None = None
    notes: dict[str, str] = field(default_factory=dict, hash=False)
    #: The mapping file, if there is one, and the SHA-256 of what was read of it.
    mapping: str | None = None
    mapping_sha256: str | None = field(default=None, compare=False, repr=False)
    #: How each of the files stood before it was read.
    stood: tuple[Stood, ...] = field(default=(), compare=False, repr=False)
    #: The register of parties as it is named, links not followed.
    register: str | None = None
    #: What the rows come to, where they are not there themselves.
    enclosed: ControlTotals | None = field(default=None, repr=False)

    @property
    def owed(self) -> bool:
        """Say whether positive rows raise what is owed, not what is held."""
        return self.layout.sign == "owed"


class _UnusableError(Exception):
    """A subledger that cannot be read as written: what is wrong, how to mend it."""

    def __init__(self, wrong: str, mend: str, rule: str = "subledger") -> None:
        super().__init__(wrong)
        self.wrong, self.mend, self.rule = wrong, mend, rule


def subledger(
    declared: Declarations, entry: Custom, values: list[Any], meta: Metadata
) -> None:
    """Take in one subledger, or report why it cannot be."""
    account, pattern = values
    folder = Path(entry.meta["filename"]).parent
    top = declared.top or entry.meta["filename"]
    try:
        source = _source(meta)
        layout, read = _layout(meta, folder, top)
        layout = _signed(layout, account, declared)
        named = layout.parties and os.path.normpath(folder / layout.parties[0])
        totals = enclosed(account, pattern)
        if is_enclosed():
            layout, paths, table = _not_here(layout, totals, pattern, top)
        else:
            layout = _with_register(layout, folder, top)
            paths, table = _found(pattern, folder, top)
        root, root_at = _root(meta)
        mapping = meta.text("mapping")
        found = Subledger(
            account,
            entry.date,
            pattern,
            source,
            layout,
            paths,
            place(entry),
            table=table,
            control=meta.flag("control"),
            other=meta.names("other"),
            root=root,
            root_at=root_at,
            notes=meta.rest(),
            mapping=mapping and os.path.normpath(folder / mapping),
            mapping_sha256=read,
            stood=() if is_enclosed() else _stood(paths, top),
            register=named,
            enclosed=totals,
        )
    except RowsError as error:
        declared.errors.add("subledger", entry, error.wrong, error.mend)
    except _UnusableError as error:
        declared.errors.add(error.rule, entry, error.wrong, error.mend)
    else:
        if found.control == bool(found.other):
            declared.errors.add(
                "subledger",
                entry,
                "it says both `control:` and `other:`"
                if found.control
                else "nothing says how its totals come into the books",
                "Write control: TRUE where flows of the ledger carry them, or other:"
                " with the account on the other side of flows made of the rows",
            )
        elif declared.name("subledger", f"{account} {pattern}", entry):
            declared.subledgers.append(found)


def check_subledgers(declared: Declarations) -> None:
    """Report subledgers whose accounts or sources are not declared."""
    usable = []
    for one in declared.subledgers:
        entry = declared.written["subledger", f"{one.account} {one.pattern}"]
        missing = [
            name for name in (one.account, *one.other) if name not in declared.accounts
        ]
        for name in missing:
            declared.errors.add(
                "account",
                entry,
                f"the account {name} is not open",
                f"Write: {one.start} open {name}",
            )
        if one.source not in declared.sources:
            declared.errors.add(
                "source",
                entry,
                f"{one.source} is no declared source",
                f'Write: {one.start} custom "source" "{one.source}" "Title"',
            )
        elif not missing:
            usable.append(one)
    declared.subledgers[:] = usable


def names_the_same(one: Subledger, top: str) -> bool:
    """Say whether a subledger still names the files that it named.

    Args:
        one: A subledger that was read before.
        top: The case's first file.
    """
    folder = Path(one.place.file).parent
    try:
        if one.mapping is not None:
            _one(one.mapping, folder, top)
        named = one.register and _one(one.register, folder, top)
        register = one.layout.parties and one.layout.parties[0]
        return named == register and (one.paths, one.table) == _found(
            one.pattern, folder, top
        )
    except _UnusableError:
        return False


def _with_register(layout: ColumnLayout, folder: Path, top: str) -> ColumnLayout:
    """Return the layout with the path of its register, links followed."""
    if layout.parties is None:
        return layout
    path, column = layout.parties
    return replace(layout, parties=(_one(path, folder, top), column))


def _not_here(
    layout: ColumnLayout, totals: ControlTotals | None, pattern: str, top: str
) -> tuple[ColumnLayout, tuple[str, ...], str | None]:
    """Return what a subledger reads, as the report that carries its totals says."""
    if totals is None:
        raise _UnusableError(
            f"the report carries no totals of {pattern}", "Print the report again"
        )
    folder = Path(top).parent
    if totals.register is not None:
        path, name = totals.register
        layout = replace(layout, parties=(os.path.normpath(folder / path), name))
    table = pattern.rpartition("#")[2] if pattern.startswith(_DATABASE) else None
    paths = tuple(os.path.normpath(folder / file.path) for file in totals.files)
    return layout, paths, table


def _root(meta: Metadata) -> tuple[str | None, datetime.date | None]:
    """Return the root of a proof of what is owed, and its day."""
    root, day = meta.text("root"), meta.date("root-at")
    if root is not None and not _SHA.fullmatch(root):
        raise _UnusableError(
            f"the root {root:.70} is no SHA-256", "Write what `solvency prove` prints"
        )
    if (root is None) != (day is None):
        raise _UnusableError(
            "a root is of a day, and a day of a root", "Write both root: and root-at:"
        )
    return root, day


def _source(meta: Metadata) -> str:
    source = meta.text("source")
    if source is None:
        raise _UnusableError(
            "no source says where these rows come from",
            'Add source: "NAME", a declared source',
        )
    return source


def _stood(paths: Iterable[str], top: str) -> tuple[Stood, ...]:
    """Return how files stand before they are read."""
    try:
        return tuple(stood(path, str(Path(top).parent)) for path in paths)
    except OSError as error:
        raise _UnusableError("a file of rows is gone", "Load the case again") from error


def _layout(meta: Metadata, folder: Path, top: str) -> tuple[ColumnLayout, str | None]:
    """Return how the columns are read, and the SHA-256 of the mapping that says so."""
    layout, read = ColumnLayout(), None
    named: dict[str, Any] = {
        key: meta.text(key) for key in ("day", "party", "commodity", "units", "order")
    }
    layout = replace(layout, **{key: one for key, one in named.items() if one})
    mapping = meta.text("mapping")
    if mapping is not None:
        path = _one(mapping, folder, top)
        try:
            content = bytes_of(path)
            text = text_of(content).decode()
        except UnreadableError as error:
            wrong = f"{mapping} cannot be used: {error}"
            raise _UnusableError(wrong, error.mend) from error
        read = hashlib.sha256(content).hexdigest()
        layout = mapped(layout, text, mapping)
    scale = meta.number("scale", "0", str(MOST_PLACES))
    if scale is not None:
        if scale != int(scale):
            raise _UnusableError(
                f"the scale {scale} is no whole number", "Write scale: 8"
            )
        layout = replace(layout, scale=int(scale))
    layout = _with_days(layout, meta)
    sign = meta.choice("sign", SIGNS)
    said = meta.text("parties")
    try:
        parties = register(said) if said else layout.parties
    except ValueError as error:
        raise _UnusableError(
            f"`parties:` {error}", 'Write "customers.csv#id"'
        ) from error
    return replace(layout, sign=sign or layout.sign, parties=parties), read


def _with_days(layout: ColumnLayout, meta: Metadata) -> ColumnLayout:
    zone, until = meta.text("time-zone"), meta.date("until")
    try:
        zone = zone_named(zone) if zone else layout.zone
    except ValueError as error:
        raise _UnusableError(
            f"{zone} is no time zone", 'Write time-zone: "America/New_York"'
        ) from error
    return replace(layout, zone=zone, until=until or layout.until)


def _signed(layout: ColumnLayout, account: str, declared: Declarations) -> ColumnLayout:
    """Return the layout with a sign, by the account's root where none is written."""
    if layout.sign is not None:
        return layout
    root = account.partition(":")[0]
    owed = root == declared.roots["Liabilities"]
    return replace(layout, sign="owed" if owed else "held")


def _found(pattern: str, folder: Path, top: str) -> tuple[tuple[str, ...], str | None]:
    """Return the files that a subledger names, and the table of a database."""
    if pattern.startswith(_DATABASE):
        name, mark, table = pattern.removeprefix(_DATABASE).rpartition("#")
        if not mark or not table:
            raise _UnusableError(
                "a database is named with its table", 'Write "duckdb:FILE#TABLE"'
            )
        return (_one(name, folder, top),), table
    wanted = os.path.normpath(folder / pattern)
    if Path(wanted).is_dir():
        wanted = str(Path(wanted) / "**" / "*.parquet")
    anchor = wanted.split("*")[0]
    if not trusted() and not Path(os.path.normpath(anchor)).is_relative_to(
        Path(top).parent
    ):
        raise _outside(pattern)
    try:
        names = matching(wanted)
    except TooManyFoldersError as error:
        raise _UnusableError(
            f"{pattern} looks into too many folders", "Name the files"
        ) from error
    if not names:
        raise _UnusableError(f"no file matches {pattern}", "Correct the path")
    return tuple(sorted({_regular(name, top) for name in names})), None


def _one(name: str, folder: Path, top: str) -> str:
    """Return the path of one file that must be there."""
    wanted = os.path.normpath(folder / name)
    if not trusted() and not inside(wanted, top):
        raise _outside(name)
    return _regular(wanted, top, anything=True)


def _regular(name: str, top: str, *, anything: bool = False) -> str:
    """Return a file's path, links followed, if it may be read."""
    try:
        found = str(Path(name).resolve())
        if not trusted() and not inside(found, top):
            raise _outside(name)
        kind = kind_of(found)
    except (OSError, RuntimeError, ValueError) as error:
        raise _UnusableError(f"there is no file {name}", "Correct the path") from error
    if kind:
        raise _UnusableError(f"{name} is {kind}, and only files are read", "Name files")
    if not anything and not found.endswith(_ENDINGS):
        raise _UnusableError(
            f"{name} is neither Parquet nor CSV by its name",
            f"Name it {' or '.join(_ENDINGS)}, or export it so",
        )
    return found


def _outside(name: str) -> _UnusableError:
    return _UnusableError(
        f"{name} lies outside the folder of the case",
        "Copy it into the case, or load with --trust",
        "trust",
    )
