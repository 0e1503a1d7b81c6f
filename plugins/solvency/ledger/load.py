"""Load a case: beancount's parser, booking and plugins, without its cache.

beancount's own `load_file` keeps a pickle beside the ledger, which executes code
when read, and imports whatever plugin a ledger names before anyone can object.
This walks the includes itself, with beancount's parts.
"""

from __future__ import annotations

import contextlib
import gc
import glob
import re
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from beancount import loader
from beancount.core import data
from beancount.ops import validation
from beancount.parser import booking
from beancount.parser import options as beancount_options
from beancount.parser import parser

from solvency.ledger.errors import CaseError
from solvency.ledger.errors import Errors
from solvency.ledger.errors import LedgerError
from solvency.ledger.reading import Request
from solvency.ledger.reading import case_of
from solvency.ledger.reading import read
from solvency.ledger.reading import requested
from solvency.ledger.trust import check_file
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
    if not top.is_file():
        raise CaseError(f"{path}: there is no such file")
    with collector_paused():
        errors = Errors()
        entries, faults, options = _parse(str(top), errors, trust=trust)
        if not trust and any(error.rule == "trust" for error in errors):
            # What a stranger's ledger asks for is not run, only named.
            options = {**options, "plugin": [("solvency", None)]}
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
    with requested(Request(scenario, known)) as request:
        entries, faults = loader.run_transformations(
            entries, [*faults, *booked], options, None
        )
    case = request.case
    if case is None:
        # The ledger has no `plugin "solvency"` line; it is a case all the same.
        reading = read(entries, options, scenario, known)
        faults = [*faults, *reading.errors]
        entries = reading.entries
        case = case_of(reading, options, known)
    faults.extend(validation.validate(entries, options))  # type: ignore[no-untyped-call]  # beancount's
    return replace(
        case,
        errors=(*errors, *_ours(faults)),
        entries=tuple(entries),
        files=tuple(sorted(case.files, key=lambda name: (name != case.path, name))),
    )


def _ours(faults: list[Any]) -> Iterator[LedgerError]:
    """Give beancount's own errors a rule, and say each thing once."""
    ours = {
        (error.source.get("filename"), error.source.get("lineno"))
        for error in faults
        if isinstance(error, LedgerError)
    }
    for fault in faults:
        if isinstance(fault, LedgerError):
            yield fault
            continue
        source = dict(fault.source or {})
        at = (source.get("filename"), source.get("lineno"))
        kind = type(fault).__name__
        if kind == "ValidationError" and at in ours:
            continue  # the same line broke a rule of ours, which says more
        message = " ".join(str(fault.message).split())
        yield LedgerError(source, f"beancount: {message}", fault.entry, "beancount")


def _parse(
    top: str, errors: Errors, *, trust: bool
) -> tuple[list[data.Directive], list[Any], dict[str, Any]]:
    """Parse the top file and all it includes, each once."""
    entries: list[data.Directive] = []
    faults: list[Any] = []
    all_options: list[dict[str, Any]] = []
    seen: set[str] = set()
    waiting = [top]
    while waiting:
        filename = waiting.pop(0)
        if filename in seen:
            continue
        seen.add(filename)
        found, wrong, options = _parse_file(filename)
        if not trust:
            check_file(filename, found, options, errors, top=top)
        entries.extend(found)
        faults.extend(wrong)
        all_options.append(options)
        for pattern in options["include"]:
            included = sorted(
                glob.glob(str(Path(filename).parent / pattern), recursive=True)  # noqa: PTH207 (an absolute pattern is allowed)
            )
            if not included:
                errors.add(
                    "include",
                    None,
                    f"no file matches {pattern}",
                    "Correct the `include` line",
                    at=line_of(filename, rf'include\s+"{re.escape(pattern)}"'),
                )
            waiting.extend(str(Path(name).resolve()) for name in included)
    options = all_options[0]
    options["include"] = sorted(seen)
    return entries, faults, loader.aggregate_options_map(options, all_options[1:])


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
