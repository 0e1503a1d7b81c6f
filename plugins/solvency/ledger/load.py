"""Load a case: beancount's parser, booking and plugins, without its cache.

beancount's own `load_file` keeps a pickle beside the ledger, which executes code
when read, imports whatever plugin a ledger names before anyone can object, and
crashes on a division by zero. This walks the includes itself, with beancount's
parts. Each file is read once: what is checked is what is parsed.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import hashlib
import os
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from beancount import loader
from beancount.core import data
from beancount.ops import validation
from beancount.parser import booking
from beancount.parser import options as beancount_options

from solvency.ledger.cache.kept import ReadBefore
from solvency.ledger.cache.kept import ReadFile
from solvency.ledger.cache.lazy_entries import Deferred
from solvency.ledger.entries.bookkeeping import has_books
from solvency.ledger.entries.bookkeeping import read_books
from solvency.ledger.entries.postings import without_dust
from solvency.ledger.errors import CaseError
from solvency.ledger.errors import Errors
from solvency.ledger.errors import LedgerError
from solvency.ledger.errors import ours
from solvency.ledger.files.number_limits import within
from solvency.ledger.files.parsing import Parsed
from solvency.ledger.files.parsing import parse
from solvency.ledger.files.source import TooManyFoldersError
from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import bytes_of
from solvency.ledger.files.source import kind_of
from solvency.ledger.files.source import matching
from solvency.ledger.files.source import text_of
from solvency.ledger.files.trust import check_file
from solvency.ledger.files.trust import trusting
from solvency.ledger.files.walking import walk
from solvency.ledger.handover import Loaded
from solvency.ledger.handover import files_of
from solvency.ledger.handover import kept_entries
from solvency.ledger.reading import Request
from solvency.ledger.reading import case_of
from solvency.ledger.reading import forgive_quotients
from solvency.ledger.reading import is_case
from solvency.ledger.reading import read
from solvency.ledger.reading import requested
from solvency.wide import wide

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable
    from collections.abc import Iterator

    from solvency.ledger.case import Case
    from solvency.ledger.files.walking import Includes


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's garbage collector: a third of a load, and of a report's layout."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            gc.enable()


def load(
    path: str | Path,
    *,
    scenario: str | None = None,
    known: datetime.date | None = None,
    trust: bool = False,
    cache: bool = True,
    entries_too: bool = True,
) -> Case:
    """Load a case from its top file.

    Args:
        path: The top file of the case.
        scenario: The scenario to keep; default the one the ledger says.
        known: Keep only what was published by this day.
        trust: Run plugins and extensions that are neither beancount's nor ours.
        cache: Take what did not change from the user's cache, and keep it there.
        entries_too: Keep beancount's own entries with it: they take more memory than
            all else, and our own questions ask for none.

    Returns:
        The case, with every fault of the ledger in its `errors`.

    Raises:
        CaseError: The file cannot be read.
    """
    top = _top(path)
    with collector_paused(), wide(), trusting(trust):
        kept = ReadBefore.opened() if cache else None
        found = None if kept is None or trust else kept.case(top, scenario, known)
        if found is not None:
            again = partial(load, path, scenario=scenario, known=known, cache=False)
            before, read_files = found
            whole = replace(before, entries=Deferred(before, again))
            return _with_hashes(whole, read_files)
        errors = Errors()
        entries, faults, options, files = _parse(top, errors, trust=trust, kept=kept)
        if not trust and any(error.rule == "trust" for error in errors):
            # What a stranger's ledger asks for is not run, only named.
            options = {**options, "plugin": [("solvency", None)], "pythonpath": []}
        with requested(Request(scenario, known)) as request:
            entries, faults = _transformed(entries, faults, options)
        case = request.case
        if case is None:
            if trust:
                entries = within(entries, errors, parsed=True)
            wrong = bool(errors) or any(not _lacks_case(one) for one in faults)
            if is_case(entries) or (wrong and not has_books(entries, options)):
                # It has no `plugin "solvency"` line, or is no ledger at all.
                reading = read(entries, options, scenario, known)
                forgive_quotients(reading, options)
                more: list[Any] = [*reading.errors]
            else:
                books = read_books(entries, options)
                reading, more = books.reading, books.errors
            faults = [*faults, *_once(more, faults)]
            entries = reading.entries
            case = case_of(reading, options, known)
        case = replace(
            case,
            errors=ours([*faults, *_validated(entries, options)], errors, top=top),
            entries=tuple(entries),
            kept_entries=kept_entries(entries),
            files=files_of(case),
        )
        if kept is not None and not trust:
            kept.keep(case, (top, scenario, known), files, options)
        if not entries_too:
            case = replace(case, entries=())
        return case if trust else _with_hashes(case, files)


def _with_hashes(case: Case, files: Iterable[ReadFile]) -> Case:
    """Note with a case just made what its files were, unless a link led to one.

    A copy of the files has no link, and need not be the case.
    """
    read_files = tuple(files)
    if not any(map(_leads_by_a_link, read_files)):
        hashes = {one.name: one.sha256 for one in read_files}
        object.__setattr__(case, "hashes", hashes)
    return case


def _leads_by_a_link(one: ReadFile) -> bool:
    """Say whether what a file includes is not all where its lines have it."""
    folder = Path(one.name).parent
    try:
        return any(
            os.path.realpath(name) != name
            for pattern, _ in one.includes
            for name in matching(os.path.normpath(folder / pattern))
        )
    except TooManyFoldersError:
        return True


def _lacks_case(fault: Any) -> bool:
    """Say whether a fault is only that a ledger is no case."""
    return isinstance(fault, LedgerError) and fault.rule == "case"


def _once(errors: Iterable[Any], said: list[Any]) -> list[Any]:
    """Return the errors that a plugin of ours has not said already."""
    known = {
        (one.message, one.file, one.line)
        for one in said
        if isinstance(one, LedgerError)
    }
    return [
        one
        for one in errors
        if not isinstance(one, LedgerError)
        or (one.message, one.file, one.line) not in known
    ]


def load_for_fava(path: str | Path, *, trust: bool) -> tuple[Loaded, bool]:
    """Load a ledger as Fava holds it, by the rules by which `load` loads a case.

    Args:
        path: The top file.
        trust: Run plugins and extensions that are neither beancount's nor ours.

    Returns:
        What the load came to, and whether the ledger was refused: then its faults
        say why, nothing of it was run and there are no entries.

    Raises:
        CaseError: The file cannot be read.
    """
    top = _top(path)
    with collector_paused(), wide(), trusting(trust):
        errors = Errors()
        entries, faults, options, _ = _parse(
            top, errors, trust=trust, kept=ReadBefore.opened()
        )
        if not trust and any(error.rule == "trust" for error in errors):
            return Loaded(options, [], ours(faults, errors, top=top)), True
        entries, faults = _transformed(entries, faults, options)
        faults = [*faults, *_validated(entries, options)]
        return Loaded(options, entries, ours(faults, errors, top=top)), False


def _top(path: str | Path) -> str:
    """Return the top file of a case, links followed.

    Raises:
        CaseError: There is no such file.
    """
    try:
        top = Path(path).expanduser().resolve()
        kind = kind_of(top)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CaseError(f"{path}: there is no such file") from error
    except OSError as error:
        raise CaseError(f"{path} cannot be read: {error.strerror}") from error
    except (RuntimeError, ValueError) as error:
        raise CaseError(f"{path} cannot be read: {error}") from error
    if kind == "a folder":
        raise CaseError(f"{path} is a folder: name its top file, as main.beancount")
    if kind:
        raise CaseError(f"{path} is {kind}, and only files are read")
    return str(top)


def _transformed(
    entries: list[data.Directive],
    faults: list[Any],
    options: dict[str, Any],
) -> tuple[list[data.Directive], list[Any]]:
    """Book the entries and run the plugins on them."""
    entries.sort(key=data.entry_sortkey)
    entries, booked = _booked(entries, options)
    with _importable(options["pythonpath"]):
        return loader.run_transformations(entries, [*faults, *booked], options, None)


def _booked(
    entries: list[data.Directive], options: dict[str, Any]
) -> tuple[list[data.Directive], list[Any]]:
    """Book the entries, naming and leaving out those on which beancount fails."""
    try:
        return _book(entries, options)
    except Exception as error:  # noqa: BLE001 (whatever arithmetic or types end in)
        whole = error
    kept: list[data.Directive] = []
    errors = Errors()
    for entry in entries:
        try:
            _book([entry], options)
        except Exception as error:  # noqa: BLE001 (as above)
            errors.add("beancount", entry, *_failed(error))
        else:
            kept.append(entry)
    try:
        kept, booked = _book(kept, options)
    except Exception:  # noqa: BLE001 (as above)
        first = next((one for one in kept if type(one) is data.Transaction), None)
        errors.add("beancount", first, *_failed(whole))
        return [one for one in kept if type(one) is not data.Transaction], errors
    return kept, [*errors, *booked]


def _book(
    entries: list[data.Directive], options: dict[str, Any]
) -> tuple[list[data.Directive], list[Any]]:
    found: tuple[list[data.Directive], list[Any]]
    found = booking.book(entries, options)  # type: ignore[no-untyped-call]  # beancount's
    return list(map(without_dust, found[0])), found[1]


def _failed(error: Exception) -> tuple[str, str]:
    return (
        f"beancount cannot book this ({type(error).__name__})",
        "Write its amounts and prices out, each with its commodity",
    )


def _validated(
    entries: list[data.Directive], options: dict[str, Any]
) -> list[LedgerError] | list[Any]:
    try:
        return validation.validate(entries, options)  # type: ignore[no-untyped-call,no-any-return]  # beancount's
    except Exception as error:  # noqa: BLE001 (whatever a check of beancount's ends in)
        errors = Errors()
        at = {"filename": options["filename"], "lineno": 1}
        wrong = f"beancount's own checks failed ({type(error).__name__})"
        errors.add("beancount", None, wrong, "Mend the other errors first", at=at)
        return errors


@contextlib.contextmanager
def _importable(folders: list[str]) -> Iterator[None]:
    """Let a trusted ledger's plugins be found where `insert_pythonpath` says."""
    before = list(sys.path)
    sys.path[0:0] = folders
    try:
        yield
    finally:
        sys.path[:] = before


class _Read(NamedTuple):
    """What the files of a ledger came to."""

    entries: list[data.Directive]
    faults: list[Any]
    options: dict[str, Any]
    files: list[ReadFile]


def _parse(top: str, errors: Errors, *, trust: bool, kept: ReadBefore | None) -> _Read:
    """Parse the top file and all it includes, each once."""
    entries: list[data.Directive] = []
    faults: list[Any] = []
    all_options: list[dict[str, Any]] = []
    files: list[ReadFile] = []

    def take(filename: str) -> Includes:
        parsed, content = _parse_file(filename, kept)
        if not trust:
            check_file(
                filename,
                parsed.entries,
                parsed.options,
                errors,
                top=top,
                lines=parsed.lines,
            )
        entries.extend(parsed.entries)
        faults.extend(parsed.faults)
        all_options.append(parsed.options)
        includes = tuple(
            (pattern, parsed.lines.get(("include", pattern), 1))
            for pattern in parsed.options["include"]
        )
        digest = hashlib.sha256(content).hexdigest()
        files.append(ReadFile(filename, digest, includes))
        return includes, len(content)

    seen = walk(top, take, errors, trust=trust)
    options = all_options[0]
    options["include"] = sorted(seen)
    whole = loader.aggregate_options_map(options, all_options[1:])
    return _Read(entries, faults, whole, files)


def _parse_file(filename: str, kept: ReadBefore | None) -> tuple[Parsed, bytes]:
    """Parse a file; also return what it holds."""
    try:
        content = bytes_of(filename)
        text = text_of(content)
    except UnreadableError as error:
        fault = LedgerError(
            {"filename": filename, "lineno": error.line},
            f"include: the file cannot be used: {error}. {error.mend}.",
            None,
            "include",
        )
        options = {
            **copy.deepcopy(beancount_options.OPTIONS_DEFAULTS),
            "filename": filename,
            "include": [],
        }
        return Parsed([], [fault], options, {}), b""
    reading = parse if kept is None else kept.parsed
    return reading(text, filename), content
