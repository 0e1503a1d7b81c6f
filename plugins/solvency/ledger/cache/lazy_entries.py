"""beancount's entries of a case that was kept: read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING
from typing import Any
from typing import overload

from solvency.ledger.errors import CaseError

if TYPE_CHECKING:
    from collections.abc import Callable

    from beancount.core.data import Directive

    from solvency.ledger.case import Case


class Deferred(Sequence["Directive"]):
    """The entries of a case, which few ask for, and which take ten times as long."""

    def __init__(self, case: Case, load: Callable[[], Case]) -> None:
        """Note the case, and how to load it in full."""
        self._case = case
        self._load = load
        self._found: Sequence[Directive] | None = None

    def _entries(self) -> Sequence[Directive]:
        """Return the entries.

        Raises:
            CaseError: The files are no longer those that the case was read from.
        """
        if self._found is None:
            again = self._load()
            if again != self._case:
                raise CaseError(f"{self._case.path} has changed since it was loaded")
            self._found = again.entries
        return self._found

    def __len__(self) -> int:
        return len(self._entries())

    @overload
    def __getitem__(self, at: int) -> Directive: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[Directive]: ...

    def __getitem__(self, at: int | slice) -> Any:
        return self._entries()[at]
