"""What a ledger can have wrong with it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any
from typing import NamedTuple

if TYPE_CHECKING:
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


class CaseError(Exception):
    """A case that cannot be loaded at all; the message is for the user."""
