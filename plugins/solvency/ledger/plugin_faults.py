"""What our plugins did not foresee, as one error of the ledger in beancount's list."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar
from typing import cast

from solvency.faults import report
from solvency.ledger.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable

F = TypeVar("F", bound="Callable[..., tuple[list[Any], list[Any]]]")


def told(plugin: F) -> F:
    """Have a plugin that fails return the entries it got, and one error.

    beancount would print the traceback among the errors of the ledger.
    """

    @functools.wraps(plugin)
    def telling(
        entries: list[Any], options: dict[str, Any], *config: str
    ) -> tuple[list[Any], list[Any]]:
        try:
            return plugin(entries, options, *config)
        except Exception as error:  # noqa: BLE001 (beancount catches as much, and prints it)
            at = {"filename": str(options.get("filename") or "?"), "lineno": 1}
            message = f"fault: {report(error, 'the plugin')}."
            return entries, [LedgerError(at, message, None, "fault")]

    return cast("F", telling)
