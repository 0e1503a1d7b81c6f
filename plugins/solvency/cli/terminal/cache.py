"""`--no-cache`: neither take what was read before, nor keep what is read."""

from __future__ import annotations

from typing import TYPE_CHECKING
from typing import Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def _off(context: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked:
        from solvency.ledger.cache.switch import uncached  # noqa: PLC0415 (lazy start)

        context.with_resource(uncached())


def no_cache(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command its `--no-cache`."""
    option = click.option(
        "--no-cache",
        is_flag=True,
        expose_value=False,
        callback=_off,
        help="Read every file anew, and keep nothing for the next time.",
    )
    return option(function)
