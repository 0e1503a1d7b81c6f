"""What Fava calls in its extensions, and how: nothing that goes wrong may reach it."""

from __future__ import annotations

import functools
import logging
from typing import TYPE_CHECKING
from typing import Any
from typing import TypeVar
from typing import cast

from fava.ext import extension_endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from fava.core import FavaLedger

F = TypeVar("F")
log = logging.getLogger(__name__)


def wrapped(hook: Callable[..., None]) -> Callable[..., None]:
    """Log what goes wrong in a hook instead of letting Fava see it."""

    @functools.wraps(hook)
    def safe(*args: Any, **kwargs: Any) -> None:
        try:
            hook(*args, **kwargs)
        except Exception:
            log.exception("solvency: %s failed", hook.__name__)

    return safe


def endpoint(function: F) -> F:
    """Serve a method's answer under its name."""
    # Fava's own annotation fits no method.
    return cast("F", cast("Any", extension_endpoint)(function))


def writing(function: F) -> F:
    """Serve a method that changes a file under its name, to what is sent there."""
    return cast("F", cast("Any", extension_endpoint)(None, ["POST"])(function))


def suit(ledger: FavaLedger) -> None:
    """Open on our first page and show debts as positive, unless the case says else."""
    said = {
        str(entry.values[0].value).replace("_", "-")
        for entry in ledger.all_entries_by_type.Custom
        if entry.type == "fava-option" and entry.values
    }
    options = ledger.fava_options
    if "default-page" not in said:
        options.default_page = "extension/WhereItWent/"
    if "invert-income-liabilities-equity" not in said:
        options.invert_income_liabilities_equity = True
