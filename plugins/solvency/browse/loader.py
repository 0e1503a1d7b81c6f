"""Fava's ledger, loaded by our rules each time: at first, and whenever it changes.

Fava's own loader imports whatever plugin the files name by then. Here a ledger that
comes to ask for what an untrusted one may not have is refused before anything of it
runs; what was shown before stays, with the errors beside it.
"""

from __future__ import annotations

import types
from typing import TYPE_CHECKING
from typing import Any

import fava.core
from beancount.core.data import Custom
from fava.core import FavaLedger
from fava.core.budgets import parse_budgets
from fava.core.misc import sidebar_links

from solvency.ledger.errors import CaseError
from solvency.ledger.errors import Errors
from solvency.ledger.errors import LedgerError
from solvency.ledger.load import load_for_fava

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from solvency.ledger.handover import Loaded

#: What Fava's `load_file` calls to load; all else in it only takes the result apart.
_LOADER = "load_uncached"
_THEIRS = FavaLedger.load_file
if _LOADER not in _THEIRS.__code__.co_names:  # pragma: no cover (another Fava)
    raise ImportError("this version of Fava loads ledgers in a way that is not known")


def _readable(loaded: Loaded) -> Loaded:
    """Leave out directives for Fava that Fava fails on, and say so."""
    kept, errors = [], Errors()
    for entry in loaded.entries:
        try:
            if isinstance(entry, Custom):
                directive: Any = entry
                sidebar_links([directive])
                parse_budgets([directive])
        except Exception as error:  # noqa: BLE001 (whatever Fava ends in)
            wrong = f'Fava cannot read this "{entry.type}" ({type(error).__name__})'
            errors.add("directive", entry, wrong, "Write it as Fava's help has it")
        else:
            kept.append(entry)
    return loaded._replace(entries=kept, faults=[*loaded.faults, *errors])


class RefusedError(Exception):
    """A ledger that asks for what an untrusted one may not have.

    Attributes:
        errors: What it asks for, each with its place.
    """

    def __init__(self, errors: Iterable[LedgerError]) -> None:
        super().__init__("the ledger asks for what needs --trust")
        self.errors = tuple(errors)


class TrustedLedger(FavaLedger):
    """A ledger of Fava's that nothing foreign runs in."""

    def __init__(self, path: str, *, trust: bool) -> None:
        """Load a ledger.

        Args:
            path: Its top file.
            trust: Run plugins and extensions that are neither beancount's nor ours.

        Raises:
            RefusedError: It asks for what needs trust.
            CaseError: It cannot be read.
        """
        self._trust = trust
        #: Why the files as they are now are not shown; empty where they are.
        self.refused: tuple[LedgerError, ...] = ()
        self._watched: tuple[str, ...] = ()
        #: What is shown.
        self.loaded: Loaded
        self._shown = False
        super().__init__(path)
        self._shown = True

    def load_file(self) -> None:
        """Load the files, or keep what is shown and say why."""
        path = self.beancount_file_path
        try:
            loaded, refused = load_for_fava(path, trust=self._trust)
        except CaseError as error:
            if not self._shown:
                raise
            # An editor may be replacing it: what is watched stays watched.
            at = {"filename": path, "lineno": 1}
            self._refuse((LedgerError(at, f"include: {error}.", None, "include"),))
            return
        if refused:
            found = tuple(loaded.faults)
            if not self._shown:
                raise RefusedError(found)
            self._watched = tuple(loaded.options["include"])
            self._refuse(found)
            self.watcher.update(*self.paths_to_watch())
            return
        before = self.loaded if self._shown else loaded
        try:
            self._take(loaded)
        except Exception as error:
            wrong = f"Fava cannot show this ledger ({type(error).__name__})"
            if not self._shown:
                raise CaseError(f"{path}: {wrong}") from error
            self._take(before)
            at = {"filename": path, "lineno": 1}
            self._refuse((LedgerError(at, f"beancount: {wrong}.", None, "beancount"),))
            return
        self.refused = self._watched = ()

    def _refuse(self, errors: tuple[LedgerError, ...]) -> None:
        self.refused = errors
        self.load_errors = errors  # type: ignore[assignment]  # Fava shows any such

    def _take(self, loaded: Loaded) -> None:
        """Do as Fava's `load_file` does, with what was loaded already."""
        self.loaded = loaded
        loaded = _readable(loaded)

        def given(*_: Any, **__: Any) -> tuple[Any, Any, Any]:
            return loaded.entries, loaded.faults, loaded.options

        scope = {**vars(fava.core), _LOADER: given}
        types.FunctionType(_THEIRS.__code__, scope)(self)

    def paths_to_watch(self) -> tuple[list[Path], list[Path]]:
        """Return files and folders, those of a refused state among them."""
        files, folders = super().paths_to_watch()
        more = (self.join_path(name) for name in self._watched)
        return [*files, *more], list(folders)
