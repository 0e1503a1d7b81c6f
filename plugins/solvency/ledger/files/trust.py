"""Refuse what a ledger from a stranger could do to the machine it is opened on.

A beancount ledger can run code: a `plugin` line imports any module,
`insert_pythonpath` and `fava-extension` make files beside the ledger
importable, Fava runs the file its `import-config` names, and beancount hides
such lines in included files. Documents can be anybody's files, which Fava then
shows. Each is refused, naming the line, unless the user says `--trust`.
"""

from __future__ import annotations

import contextlib
import re
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING
from typing import Any

from beancount.core import data
from beancount.parser import options as beancount_options

from solvency.ledger.files.source import UnreadableError
from solvency.ledger.files.source import content_of

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from solvency.ledger.errors import Errors

#: Options that parsing itself writes, or that beancount aggregates harmlessly.
_NOT_WRITTEN = frozenset({"filename", "include", "plugin", "dcontext", "pythonpath"})


#: beancount's plugins that take their configuration as plain words. The others run it
#: as Python, as `pedantic` does through one that it calls, match with it, or take none.
_CONFIGURED = frozenset({"beancount.plugins.currency_accounts"})


#: Options of Fava that name Python to run, and folders to look for files in.
_IMPORTING = frozenset({"import-config", "import-dirs"})
_MEND = "Remove the line, or load with --trust"
_OUTSIDE = "it lies outside the folder of the case"
_TRUSTED: ContextVar[bool] = ContextVar("solvency_trusted", default=False)


@contextlib.contextmanager
def trusting(trust: bool) -> Iterator[None]:
    """Tell the plugin, during a load, whether the user trusts the ledger."""
    token = _TRUSTED.set(trust)
    try:
        yield
    finally:
        _TRUSTED.reset(token)


def trusted() -> bool:
    """Say whether the user trusts the ledger that is being loaded."""
    return _TRUSTED.get()


def trusted_plugin(name: str) -> bool:
    """Say whether a plugin is beancount's or ours."""
    return name == "solvency" or name.startswith(
        ("solvency.", "beancount.plugins.", "beancount.ops.")
    )


def trusted_extension(name: str) -> bool:
    """Say whether a Fava extension is ours.

    Fava puts the ledger's folder before all else while it imports one, and leaves it
    there where the import fails; this one is imported already.
    """
    return name == "solvency.browse"


def check_file(
    filename: str,
    entries: Iterable[data.Directive],
    options: Mapping[str, Any],
    errors: Errors,
    *,
    top: str,
    lines: Mapping[tuple[str, str], int] | None = None,
) -> None:
    """Report what a file asks for that an untrusted ledger may not have.

    Args:
        filename: The file that was parsed.
        entries: Its directives.
        options: Its options.
        errors: Where faults are added.
        top: The case's first file.
        lines: Where its `plugin` and `option` lines stand, by kind and first string;
            where they are not known they are looked for.
    """
    included = filename != top

    def refuse(kind: str, name: str, what: str, why: str, value: str = "") -> None:
        line = (lines or {}).get((kind, f"{name} {value}" if value else name))
        if line is None:
            pattern = rf'{kind}\s+"{re.escape(name)}"'
            pattern += rf'\s+"{re.escape(value)}"' if value else ""
            at = line_of(filename, pattern)
        else:
            at = {"filename": filename, "lineno": line}
        errors.add("trust", None, f"{what} is refused: {why}", _MEND, at=at)

    for name, config in options["plugin"]:
        if included:
            why = "beancount ignores a `plugin` line in an included file"
        elif not trusted_plugin(name):
            why = "it is neither beancount's nor ours, and loading it runs its code"
        elif config and name.startswith("beancount.") and name not in _CONFIGURED:
            why = "its configuration may run as code"
        else:
            continue
        refuse("plugin", name, f'plugin "{name}"', why)
    if options.get("insert_pythonpath"):
        refuse(
            "option",
            "insert_pythonpath",
            "insert_pythonpath",
            "it lets files beside the ledger run as code",
        )
    if included:
        for key, value in options.items():
            if (
                key not in _NOT_WRITTEN
                and key != "insert_pythonpath"
                and value != beancount_options.OPTIONS_DEFAULTS.get(key)
            ):
                refuse(
                    "option",
                    key,
                    f'option "{key}"',
                    "beancount ignores options in an included file",
                )
    for folder in options.get("documents", ()):
        if not inside(str(Path(filename).parent / folder), top):
            refuse(
                "option",
                "documents",
                f'option "documents" "{folder}"',
                _OUTSIDE,
                folder,
            )
    for entry in entries:
        refused = _asks(entry, top)
        if refused:
            errors.add("trust", entry, refused, _MEND)


def _asks(entry: data.Directive, top: str) -> str:
    """Say what is wrong with a directive of a stranger's; nothing with most."""
    if isinstance(entry, data.Document):
        if not inside(entry.filename, top):
            return f"the document {entry.filename} is refused: {_OUTSIDE}"
    elif isinstance(entry, data.Custom) and entry.values:
        name = str(entry.values[0].value)
        if entry.type == "fava-extension" and not trusted_extension(name):
            return (
                f'the Fava extension "{name}" is not ours, and loading it runs its code'
            )
        if entry.type == "fava-option":
            return _option_asks(entry, name, top)
    return ""


def _option_asks(entry: data.Custom, name: str, top: str) -> str:
    """Say what is wrong with an option of Fava's."""
    key = name.replace("_", "-")
    if key in _IMPORTING:
        return f'the Fava option "{name}" runs code, or reads files outside the case'
    if key == "default-file" and len(entry.values) > 1:
        # What Fava's editor adds goes into this file.
        written = Path(entry.meta["filename"]).parent / str(entry.values[1].value)
        if not inside(str(written), top):
            return f'the Fava option "{name}" names {written}: {_OUTSIDE}'
    return ""


def line_of(filename: str, pattern: str) -> dict[str, Any]:
    """Return the place of the first line of a file that starts with a pattern."""
    number = 1
    with contextlib.suppress(UnreadableError):
        text = content_of(filename).decode()
        for count, line in enumerate(text.splitlines(), 1):
            if re.match(r"\s*" + pattern, line):
                number = count
                break
    return {"filename": filename, "lineno": number}


def inside(filename: str, top: str) -> bool:
    """Say whether a file, links followed, lies in the folder of the case."""
    try:
        folder = Path(top).resolve().parent
        return Path(filename).resolve().is_relative_to(folder)
    except (OSError, RuntimeError, ValueError):
        return False  # links in a circle, or no name of a file
