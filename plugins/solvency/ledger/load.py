"""Load a case: beancount's parser, booking and plugins, without its cache.

beancount's own `load_file` keeps a pickle beside the ledger, which executes code
when read, and imports whatever plugin a ledger names before anyone can object.
This walks the includes itself, with beancount's parts.
"""

from __future__ import annotations

import contextlib
import gc
import glob
import os
import re
import sys
from dataclasses import replace
from decimal import localcontext
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from beancount import loader
from beancount.core import data
from beancount.ops import validation
from beancount.parser import booking
from beancount.parser import options as beancount_options
from beancount.parser import parser

from solvency.ledger.bookkeeping import read_books
from solvency.ledger.errors import CaseError
from solvency.ledger.errors import Errors
from solvency.ledger.errors import LedgerError
from solvency.ledger.errors import ours
from solvency.ledger.reading import LONG
from solvency.ledger.reading import Request
from solvency.ledger.reading import case_of
from solvency.ledger.reading import forgive_quotients
from solvency.ledger.reading import is_case
from solvency.ledger.reading import read
from solvency.ledger.reading import requested
from solvency.ledger.trust import check_file
from solvency.ledger.trust import inside
from solvency.ledger.trust import line_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator

    from solvency.ledger.case import Case


@contextlib.contextmanager
def collector_paused() -> Iterator[None]:
    """Pause Python's garbage collector, which costs a third of a load."""
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
) -> Case:
    """Load a case from its top file.

    Args:
        path: The top file of the case.
        scenario: The scenario to keep; default the one the ledger says.
        known: Keep only what was published by this day.
        trust: Run plugins and extensions that are neither beancount's nor ours.

    Returns:
        The case, with every fault of the ledger in its `errors`.

    Raises:
        CaseError: The file cannot be read.
    """
    top = Path(path).expanduser().resolve()
    if top.is_dir():
        raise CaseError(f"{path} is a folder: name its top file, as main.beancount")
    if not top.is_file():
        raise CaseError(f"{path}: there is no such file")
    with collector_paused(), localcontext(LONG):
        errors = Errors()
        entries, faults, options = _parse(str(top), errors, trust=trust)
        if not trust and any(error.rule == "trust" for error in errors):
            # What a stranger's ledger asks for is not run, only named.
            options = {**options, "plugin": [("solvency", None)], "pythonpath": []}
        return _transformed(entries, faults, options, errors, scenario, known)


def _transformed(
    entries: list[data.Directive],
    faults: list[Any],
    options: dict[str, Any],
    errors: Errors,
    scenario: str | None,
    known: datetime.date | None,
) -> Case:
    entries.sort(key=data.entry_sortkey)
    entries, booked = booking.book(entries, options)  # type: ignore[no-untyped-call]  # beancount's
    with (
        requested(Request(scenario, known)) as request,
        _importable(options["pythonpath"]),
    ):
        entries, faults = loader.run_transformations(
            entries, [*faults, *booked], options, None
        )
    case = request.case
    if case is None and not is_case(entries):
        books = read_books(entries, options)
        faults = [*faults, *books.errors]
        entries = books.reading.entries
        case = case_of(books.reading, options, known)
    elif case is None:
        # The ledger has no `plugin "solvency"` line; it is a case all the same.
        reading = read(entries, options, scenario, known)
        forgive_quotients(reading, options)
        faults = [*faults, *_once(reading.errors, faults)]
        entries = reading.entries
        case = case_of(reading, options, known)
    faults.extend(validation.validate(entries, options))  # type: ignore[no-untyped-call]  # beancount's
    return replace(
        case,
        errors=ours(faults, errors),
        entries=tuple(entries),
        files=tuple(sorted(case.files, key=lambda name: (name != case.path, name))),
    )


def _once(errors: list[LedgerError], said: list[Any]) -> list[LedgerError]:
    """Return the errors that a plugin of ours has not said already."""
    known = {
        (one.message, one.file, one.line)
        for one in said
        if isinstance(one, LedgerError)
    }
    return [one for one in errors if (one.message, one.file, one.line) not in known]


@contextlib.contextmanager
def _importable(folders: list[str]) -> Iterator[None]:
    """Let a trusted ledger's plugins be found where `insert_pythonpath` says."""
    before = list(sys.path)
    sys.path[0:0] = folders
    try:
        yield
    finally:
        sys.path[:] = before


def _parse(
    top: str, errors: Errors, *, trust: bool
) -> tuple[list[data.Directive], list[Any], dict[str, Any]]:
    """Parse the top file and all it includes, each once."""
    entries: list[data.Directive] = []
    faults: list[Any] = []
    all_options: list[dict[str, Any]] = []
    seen = {top}
    waiting = [top]
    while waiting:
        filename = waiting.pop(0)
        found, wrong, options = _parse_file(filename)
        if not trust:
            check_file(filename, found, options, errors, top=top)
        entries.extend(found)
        faults.extend(wrong)
        all_options.append(options)
        for pattern in options["include"]:
            for name in _included(filename, pattern, errors, top, seen, trust=trust):
                seen.add(name)
                waiting.append(name)
    options = all_options[0]
    options["include"] = sorted(seen)
    return entries, faults, loader.aggregate_options_map(options, all_options[1:])


def _included(
    filename: str,
    pattern: str,
    errors: Errors,
    top: str,
    seen: set[str],
    *,
    trust: bool,
) -> Iterator[str]:
    """Yield the files an `include` line names, reporting what is wrong with it."""
    at = line_of(filename, rf'include\s+"{re.escape(pattern)}"')
    wanted = os.path.normpath(Path(filename).parent / pattern)
    if not trust and not Path(wanted).is_relative_to(Path(top).parent):
        names = [wanted]  # refused below, and not searched for
    else:
        names = sorted(glob.glob(wanted, recursive=True))  # noqa: PTH207 (an absolute pattern is allowed)
    if not names:
        errors.add(
            "include",
            None,
            f"no file matches {pattern}",
            "Correct the `include` line",
            at=at,
        )
    for name in names:
        found = str(Path(name).resolve())
        if not trust and not inside(found, top):
            # Not even opened: it may be a device, or somebody's secret.
            errors.add(
                "trust",
                None,
                f"{name} lies outside the folder of the case",
                "Copy it into the case, or load with --trust",
                at=at,
            )
        elif found in seen:
            errors.add(
                "include",
                None,
                f"{name} is included already",
                "Include each file once",
                at=at,
            )
        else:
            yield found


def _parse_file(
    filename: str,
) -> tuple[list[data.Directive], list[Any], dict[str, Any]]:
    try:
        return parser.parse_file(filename)
    except (OSError, UnicodeDecodeError) as error:
        fault = LedgerError(
            {"filename": filename, "lineno": 1},
            f"include: the file cannot be read: {error}",
            None,
            "include",
        )
        empty = dict(beancount_options.OPTIONS_DEFAULTS)
        return [], [fault], {**empty, "filename": filename, "include": []}
