"""Walk from the top file of a case through all it includes, each file once."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from solvency.ledger.files.source import LARGEST_CASE
from solvency.ledger.files.source import MOST_FILES
from solvency.ledger.files.source import TooManyFoldersError
from solvency.ledger.files.source import kind_of
from solvency.ledger.files.source import matching

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping
    from typing import Any

    from solvency.ledger.errors import Errors

#: The patterns of a file's `include` lines, each with its line, and its size in bytes.
Includes = tuple["Iterable[tuple[str, int]]", int]


def walk(
    top: str, take: Callable[[str], Includes], errors: Errors, *, trust: bool
) -> set[str]:
    """Take each file of a case, in the order in which they are included.

    Args:
        top: The first file, an absolute path, links followed.
        take: Reads a file, and says what it includes.
        errors: Where faults of `include` lines are added.
        trust: Allow files outside the folder of the case.

    Returns:
        The files.
    """
    seen = {top}
    waiting = [top]
    size = 0
    while waiting:
        filename = waiting.pop(0)
        patterns, read = take(filename)
        size += read
        for pattern, line in patterns:
            at = {"filename": filename, "lineno": line}
            for name in _included(at, pattern, errors, top, seen, trust=trust):
                if size > LARGEST_CASE or len(seen) >= MOST_FILES:
                    errors.add(
                        "include",
                        None,
                        f"the case has more than {MOST_FILES:,} files, or more than"
                        f" {LARGEST_CASE // 2**20} MiB",
                        "Make it smaller",
                        at=at,
                    )
                    waiting.clear()
                    break
                seen.add(name)
                waiting.append(name)
    return seen


def _included(
    at: Mapping[str, Any],
    pattern: str,
    errors: Errors,
    top: str,
    seen: set[str],
    *,
    trust: bool,
) -> Iterator[str]:
    """Yield the files an `include` line names, reporting what is wrong with it."""

    def refuse(rule: str, wrong: str, mend: str) -> None:
        errors.add(rule, None, wrong, mend, at=at)

    folder = Path(top).parent
    wanted = os.path.normpath(Path(at["filename"]).parent / pattern)
    names: list[str] = []
    try:
        if not trust and not Path(wanted).is_relative_to(folder):
            names = [wanted]  # refused below, and not searched for
        else:
            names = matching(wanted)
    except TooManyFoldersError:
        refuse("include", f"{pattern} looks into too many folders", "Name the files")
        return
    if not names:
        refuse("include", f"no file matches {pattern}", "Correct the `include` line")
    for name in names:
        try:
            found = str(Path(name).resolve())
            within = Path(found).is_relative_to(folder)
            # What lies outside is not even looked at.
            kind = kind_of(found) if trust or within else ""
        except (OSError, RuntimeError, ValueError):
            refuse("include", f"{name} leads nowhere", "Remove or mend the link")
            continue
        if not trust and not within:
            # Not even opened: it may be a device, or somebody's secret.
            refuse(
                "trust",
                f"{name} lies outside the folder of the case",
                "Copy it into the case, or load with --trust",
            )
        elif kind:
            refuse(
                "include",
                f"{name} is {kind}, and only files are read",
                "Move it, or name the files",
            )
        elif found in seen:
            refuse("include", f"{name} is included already", "Include each file once")
        else:
            yield found
