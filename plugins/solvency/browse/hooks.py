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
