"""What a ledger can have wrong with it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

from solvency.ledger.refused import refused

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Iterator
    from collections.abc import Mapping

    from beancount.core.data import Directive


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
        return str(self.source.get("filename", "?"))

    @property
    def line(self) -> int:
        """Return the line the fault is at."""
        return int(self.source.get("lineno", 0))


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
        self.append(LedgerError(at, message, entry, rule))


def ours(
    faults: Iterable[Any], more: Iterable[LedgerError] = ()
) -> tuple[LedgerError, ...]:
    """Return all of a ledger's faults as ours, in the order of its files and lines.

    Args:
        faults: What a load found: beancount's own errors get a rule, and of what is
            wrong with one line each thing is said once.
        more: What was found beside it.
    """
    found = (*more, *_ours(tuple(faults)))
    return tuple(sorted(found, key=lambda one: (one.file, one.line, one.rule)))


def _ours(faults: tuple[Any, ...]) -> Iterator[LedgerError]:
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
        yield LedgerError(source, f"beancount: {message}", fault.entry, "beancount")


def _follows(fault: Any) -> bool:
    """Say whether a sum is wrong only because beancount changed what was written."""
    return (
        type(fault.entry).__name__ == "Transaction"
        and str(fault.message).startswith("Transaction does not balance")
        and refused(fault.entry)
    )


class CaseError(Exception):
    """A case that cannot be loaded at all; the message is for the user."""
