"""What a ledger can have wrong with it, and where."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.ledger.files.trust import line_of
from solvency.ledger.refusals import refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from beancount.core.data import Directive

    from solvency.ledger.case import Place


class LedgerError(NamedTuple):
    """A fault of the ledger, in the form beancount and Fava show.

    Fava prints the class name as the error's type, so the name is user interface.
    """

    source: Mapping[str, Any]
    message: str
    entry: Directive | None
    #: The name of the rule broken, as docs/ledger-language.md lists it.
    rule: str

    @property
    def file(self) -> str:
        """Return the file the fault is in."""
        return str(self.source.get("filename") or "?")

    @property
    def line(self) -> int:
        """Return the line the fault is at."""
        return _line(self.source)


class Errors(list[LedgerError]):
    """All the faults found in one reading of a ledger."""

    def add(
        self,
        rule: str,
        entry: Directive | None,
        wrong: str,
        mend: str = "",
        *,
        at: Mapping[str, Any] | None = None,
    ) -> None:
        """Append a fault.

        Args:
            rule: The name of the rule broken.
            entry: The directive at fault, which gives file and line.
            wrong: What is wrong, one sentence without its full stop.
            mend: What to add or change, one sentence without its full stop.
            at: The place, where it is not the directive's.
        """
        if at is None:
            at = entry.meta if entry is not None else {"filename": "?", "lineno": 0}
        message = f"{rule}: {wrong}." + (f" {mend}." if mend else "")
        # What the ledger says may have lines of its own; an error has one.
        message = " ".join(message.split())
        self.append(LedgerError(at, message, entry, rule))

    def at(self, rule: str, where: Place, wrong: str, mend: str) -> None:
        """Append a fault of what is declared in a place; see `add`."""
        at = {"filename": where.file, "lineno": where.line}
        self.add(rule, None, wrong, mend, at=at)


def ours(
    faults: Iterable[Any], more: Iterable[LedgerError] = (), *, top: str = "?"
) -> tuple[LedgerError, ...]:
    """Return all of a ledger's faults as ours, in the order of its files and lines.

    Args:
        faults: What a load found: beancount's own errors get a rule, and of what is
            wrong with one line each thing is said once.
        more: What was found beside it.
        top: The ledger's first file, where a fault has no place.
    """
    found = [_placed(one, top) for one in (*more, *_ours(tuple(faults), top))]
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.rule)))


#: What beancount says of a plugin that failed, before a traceback.
_PLUGIN = re.compile(r'Error (applying plugin|importing) "(.*?)"')


def _ours(faults: tuple[Any, ...], top: str) -> Iterator[LedgerError]:
    said = {
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
        if kind == "ValidationError" and at in said:
            continue  # the same line broke a rule of ours, which says more
        if _follows(fault):
            continue
        message = " ".join(str(fault.message).split())
        if plugin := _PLUGIN.match(message):
            last = str(fault.message).strip().splitlines()[-1].strip()
            message = f'The plugin "{plugin[2]}" failed: {last:.200}'
            source = line_of(top, rf'plugin\s+"{re.escape(plugin[2])}"')
        yield LedgerError(source, f"beancount: {message}", fault.entry, "beancount")


def _follows(fault: Any) -> bool:
    """Say whether a sum is wrong only because beancount changed what was written."""
    return (
        type(fault.entry).__name__ == "Transaction"
        and str(fault.message).startswith("Transaction does not balance")
        and refused(fault.entry)
    )


def _placed(error: LedgerError, top: str) -> LedgerError:
    """Return an error with a place, where a plugin of beancount's gave none."""
    if error.line >= 1 and not error.file.startswith(("<", "?")):
        return error
    named = not error.file.startswith(("<", "?"))
    at = {"filename": error.file if named else top, "lineno": max(1, error.line)}
    return error._replace(source=at if named else {**at, "lineno": 1})


def _line(source: Mapping[str, Any]) -> int:
    line = source.get("lineno")
    return line if isinstance(line, int) else 0


class CaseError(Exception):
    """A case that cannot be loaded at all; the message is for the user."""
