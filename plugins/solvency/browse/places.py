"""Where things are in Fava, its filters kept."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING
from typing import Any

from fava.application import url_for
from fava.beans.funcs import hash_entry
from fava.core.filters import AccountFilter

from solvency.browse.language import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fava.core import FavaLedger

    from solvency.ledger.case import Place


class InFava:
    """Where things are in Fava, its filters kept."""

    live = True
    languages = tuple(LANGUAGES)
    switched: frozenset[str] = frozenset()

    def __init__(self, ledger: FavaLedger, classes: Mapping[str, str]) -> None:
        """Remember the ledger, to find entries by their place.

        Args:
            ledger: Fava's ledger.
            classes: What each page goes by in its address.
        """
        self._ledger = ledger
        self._classes = classes
        self._entries: dict[tuple[str, int], Any] | None = None

    def page(self, page: str, **query: Any) -> str:
        """Return the address of one of our pages."""
        return url_for("extension_report", extension_name=self._classes[page], **query)

    def endpoint(self, page: str, name: str, **query: Any) -> str:
        """Return the address of something a page serves."""
        # Fava names a part of that address as Flask names the function's argument.
        address, mark, rest = self.page(page, **query).partition("?")
        return f"{address}{name}{mark}{rest}"

    def account(self, name: str) -> str:
        """Return the address of an account's page."""
        return url_for("account", name=name)

    def entry(self, place: Place) -> str:
        """Return the address of what is written at a place of the ledger.

        What Fava has opens over the page it is on; what it has not, as a flow of
        another scenario, opens in the editor.
        """
        if self._entries is None:
            self._entries = {
                place_of(entry): entry for entry in self._ledger.all_entries
            }
        entry = self._entries.get((place.file, place.line))
        if entry is None:
            return self.line(place.file, place.line)
        return f"#context-{hash_entry(entry)}"

    def has(self, page: str) -> bool:
        """Say whether there is such a page."""
        return page in self._classes

    def line(self, file: str, line: int) -> str:
        """Return the address of a file's line in Fava's editor."""
        return url_for("report", report_name="editor", file_path=file, line=str(line))


def place_of(entry: Any) -> tuple[str, int]:
    """Return where an entry is written; nowhere for what a plugin added."""
    return str(entry.meta.get("filename")), int(entry.meta.get("lineno") or 0)


def names(account_filter: str, account: str) -> bool:
    """Say whether Fava's account filter names an account."""
    from beancount.core import data  # noqa: PLC0415 (only where a filter is set)

    opened: Any = data.Open(
        data.new_metadata("", 0), datetime.date.min, account, [], None
    )
    return bool(AccountFilter(account_filter).apply([opened]))
